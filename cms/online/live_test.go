package online_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// TestLive lets OpenSSL ask our services, and us ask OpenSSL's responder, over HTTP.
func TestLive(t *testing.T) {
	if os.Getenv("DOVIDKA_LIVE") == "" {
		t.Skip("DOVIDKA_LIVE is not set: run conformance/online/run.sh")
	}
	l := newLive(t)
	t.Run("OpenSSL asks our responder", l.asksOurResponder)
	t.Run("OpenSSL verifies our stamps", l.verifiesOurStamps)
	t.Run("OpenSSL verifies our lists", l.verifiesOurLists)
	t.Run("we ask the responder of OpenSSL", l.weAskTheirResponder)
}

// live is an authority of now with its files for OpenSSL.
type live struct {
	*world
	dir string
}

func newLive(t *testing.T) *live {
	t.Helper()
	// OpenSSL knows no other time than now.
	a, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l := &live{world: &world{authority: a, clock: newClock()}, dir: t.TempDir()}
	l.clock.at.Store(time.Now().Unix())
	if l.Services, err = a.Serve(cmstest.ServeConfig{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if l.who, err = a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"}); err != nil {
		t.Fatal(err)
	}
	l.certificate(t, "root", a.Root.Certificate)
	l.certificate(t, "ca", a.CA.Certificate)
	l.certificate(t, "user", l.who.Certificate)
	return l
}

func (l *live) path(name string) string { return filepath.Join(l.dir, name) }

func (l *live) write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(l.path(name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (l *live) certificate(t *testing.T, name string, c *pki.Certificate) {
	t.Helper()
	l.write(t, name+".pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// openssl runs a command in the folder of the files; what it says must contain want.
func (l *live) openssl(t *testing.T, want string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "openssl", args...)
	cmd.Dir = l.dir
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("openssl %s: %v, want %q:\n%s", args[0], err, want, out)
	}
}

func (l *live) asksOurResponder(t *testing.T) {
	ask := []string{"ocsp", "-issuer", "ca.pem", "-cert", "user.pem", "-url", l.OCSP.URL, "-CAfile", "root.pem", "-verify_other", "ca.pem"}
	l.openssl(t, "user.pem: good", ask...)
	l.openssl(t, "Response verify OK", ask...)
	l.openssl(t, "user.pem: good", append(ask[:1:1], append([]string{"-sha256"}, ask[1:]...)...)...)
	l.OCSP.Misbehave(cmstest.Unknown)
	l.openssl(t, "user.pem: unknown", ask...)
	l.OCSP.Misbehave(cmstest.Sound)
}

func (l *live) verifiesOurStamps(t *testing.T) {
	l.write(t, "content", []byte("content"))
	l.openssl(t, "", "ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query.tsq")
	query, err := os.ReadFile(l.path("query.tsq"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(l.TSP.URL, "application/timestamp-query", bytes.NewReader(query))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	reply, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	l.write(t, "reply.tsr", reply)
	l.openssl(t, "Verification: OK", "ts", "-verify", "-in", "reply.tsr", "-queryfile", "query.tsq", "-CAfile", "root.pem", "-untrusted", "ca.pem")
}

func (l *live) verifiesOurLists(t *testing.T) {
	for name, service := range map[string]*cmstest.Service{"ca": l.CRL, "root": l.RootCRL} {
		response, err := http.Get(service.URL)
		if err != nil {
			t.Fatal(err)
		}
		list, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		l.write(t, name+".crl", list)
		l.openssl(t, "verify OK", "crl", "-in", name+".crl", "-inform", "DER", "-noout", "-CAfile", name+".pem")
	}
}

// weAskTheirResponder about one certificate that its index has as valid and one that it
// has as revoked.
func (l *live) weAskTheirResponder(t *testing.T) {
	port := freePort(t)
	issue := func() *pki.Certificate {
		t.Helper()
		info, err := pki.MarshalPublicKeyInfo(l.who.Key.Public())
		if err != nil {
			t.Fatal(err)
		}
		key, err := pki.ParsePublicKeyInfo(info)
		if err != nil {
			t.Fatal(err)
		}
		template, err := pki.PersonTemplate(pki.Person{Surname: "Тестенко", DRFO: "3000000014"}, key, pki.Validity{
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		})
		if err != nil {
			t.Fatal(err)
		}
		template.OCSPURL = "http://127.0.0.1:" + port
		c, err := pki.CreateCertificate(template, l.authority.CA.Certificate, l.authority.CA.Key)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	good, revoked := issue(), issue()
	stamp := func(at time.Time) string { return at.UTC().Format("060102150405Z") }
	expires := stamp(time.Now().Add(time.Hour))
	l.write(t, "index.txt", []byte(fmt.Sprintf("V\t%s\t\t%X\tunknown\t/CN=good\nR\t%s\t%s,keyCompromise\t%X\tunknown\t/CN=revoked\n",
		expires, good.SerialNumber, expires, stamp(time.Now().Add(-time.Minute)), revoked.SerialNumber)))
	key, err := x509.MarshalPKCS8PrivateKey(l.Responder.Key)
	if err != nil {
		t.Fatal(err)
	}
	l.write(t, "responder.key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	l.certificate(t, "responder", l.Responder.Certificate)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	responder := exec.CommandContext(ctx, "openssl", "ocsp", "-port", port, "-index", "index.txt", "-CA", "ca.pem",
		"-rsigner", "responder.pem", "-rkey", "responder.key", "-nmin", "5")
	responder.Dir = l.dir
	log, err := os.Create(l.path("responder.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	responder.Stdout, responder.Stderr = log, log
	if err := responder.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = responder.Wait() }()
	// A connection without a question would hang it, so its own word is waited for.
	for range 200 {
		if said, err := os.ReadFile(log.Name()); err == nil && strings.Contains(string(said), "waiting for OCSP client") {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	client := l.client(t, online.Config{})
	for c, want := range map[*pki.Certificate]cms.Reason{good: "", revoked: pki.ReasonRevoked} {
		q := cms.StatusQuery{Certificate: c, Issuer: l.authority.CA.Certificate, Options: pki.StatusOptions{Time: time.Now()}}
		found := client.Statements(t.Context(), q)
		st := pki.CheckStatus(c, q.Issuer, found.StatusSources, pki.StatusOptions{Time: time.Now()})
		if st.Reason != want || found.Reason != "" || st.Source != "ocsp" {
			t.Errorf("%+v, found nothing because of %q, want %q", st, found.Reason, want)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
