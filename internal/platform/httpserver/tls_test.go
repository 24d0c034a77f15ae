package httpserver

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// authority issues certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	file string
}

type files struct {
	cert, key string
	pair      tls.Certificate
}

func (f files) fingerprint() string {
	sum := sha256.Sum256(f.pair.Certificate[0])
	return hex.EncodeToString(sum[:])
}

var validFrom, validTo = time.Now().Add(-time.Hour), time.Now().Add(24 * time.Hour)

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotBefore: validFrom, NotAfter: validTo,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := authority{cert: cert, key: key, pool: x509.NewCertPool(), file: filepath.Join(t.TempDir(), "ca.pem")}
	a.pool.AddCert(cert)
	writePEM(t, a.file, "CERTIFICATE", der)
	return a
}

// files issues a certificate for 127.0.0.1 and as a client.
func (a authority) files(t *testing.T, name string) files {
	t.Helper()
	dir := t.TempDir()
	f := files{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	a.write(t, name, &f)
	return f
}

func (a authority) write(t *testing.T, name string, f *files) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: validFrom, NotAfter: validTo,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, f.cert, "CERTIFICATE", der)
	writePEM(t, f.key, "PRIVATE KEY", private)
	f.pair = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func writePEM(t *testing.T, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// visit makes one request on a connection of its own and returns the common
// name of the server's certificate.
func visit(s *Server, roots *x509.CertPool, client *files) (string, error) {
	c := &tls.Config{RootCAs: roots}
	if client != nil {
		c.Certificates = []tls.Certificate{client.pair}
	}
	transport := &http.Transport{TLSClientConfig: c, DisableKeepAlives: true, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(s.URL())
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.TLS.PeerCertificates[0].Subject.CommonName, err
}

func TestWhoIsLetIn(t *testing.T) {
	t.Parallel()
	ours, strange := newAuthority(t), newAuthority(t)
	server := ours.files(t, "server")
	known, other, stranger := ours.files(t, "known"), ours.files(t, "other"), strange.files(t, "known")
	colons := strings.ToUpper(known.fingerprint()[:2]) + ":" + known.fingerprint()[2:]
	late := func() time.Time { return validTo.Add(time.Minute) }
	tests := []struct {
		name    string
		tls     TLS
		allowed map[string]bool
	}{
		{"nobody is asked", TLS{}, map[string]bool{"none": true, "known": true, "other": true, "stranger": true}},
		{"authority", TLS{ClientCA: ours.file}, map[string]bool{"known": true, "other": true}},
		{"pin", TLS{ClientFingerprints: []string{colons}}, map[string]bool{"known": true}},
		{"pin of a stranger", TLS{ClientFingerprints: []string{stranger.fingerprint()}}, map[string]bool{"stranger": true}},
		{"authority and pin", TLS{ClientCA: ours.file, ClientFingerprints: []string{known.fingerprint(), stranger.fingerprint()}}, map[string]bool{"known": true}},
		{"pin out of dates", TLS{ClientFingerprints: []string{known.fingerprint()}, Now: late}, map[string]bool{}},
		{"authority, out of dates", TLS{ClientCA: ours.file, Now: late}, map[string]bool{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.tls.CertFile, tt.tls.KeyFile = server.cert, server.key
			s, _ := start(t, Config{Handler: hello, TLS: &tt.tls})
			for who, client := range map[string]*files{"none": nil, "known": &known, "other": &other, "stranger": &stranger} {
				if _, err := visit(s, ours.pool, client); (err == nil) != tt.allowed[who] {
					t.Errorf("%s: %v", who, err)
				}
			}
		})
	}
}

// TestStrangersAreToldOfSeldom: whoever has forgotten to name a certificate finds
// it in the log, and nobody fills the log.
func TestStrangersAreToldOfSeldom(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	server, known, stranger := a.files(t, "server"), a.files(t, "known"), a.files(t, "stranger")
	var log syncBuffer
	var minutes atomic.Int64
	now := func() time.Time { return validFrom.Add(time.Hour + time.Duration(minutes.Load())*time.Minute) }
	s, _ := start(t, Config{Handler: hello, Logger: slog.New(slog.NewTextHandler(&log, nil)), TLS: &TLS{
		CertFile: server.cert, KeyFile: server.key, ClientFingerprints: []string{known.fingerprint()}, Now: now,
	}})
	come := func() {
		t.Helper()
		for range 3 {
			if _, err := visit(s, a.pool, &stranger); err == nil {
				t.Error("a stranger was let in")
			}
		}
		if _, err := visit(s, a.pool, &known); err != nil {
			t.Error(err)
		}
	}
	come()
	minutes.Add(1)
	come()
	const line = "a client was refused by its certificate"
	if got := log.String(); strings.Count(got, line) != 2 || strings.Count(got, stranger.fingerprint()) != 2 ||
		!strings.Contains(got, "others_before=2") || strings.Contains(got, known.fingerprint()) {
		t.Errorf("logged:\n%s", got)
	}
}

func TestRenewedCertificateNeedsNoRestart(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	server := a.files(t, "old")
	var log syncBuffer
	s, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	expect := func(want string) {
		t.Helper()
		if got, err := visit(s, a.pool, nil); err != nil || got != want {
			t.Errorf("served by %q (%v), want %q", got, err, want)
		}
	}
	// Files of one size written within the clock's grain would look the same:
	// each change gets a time of its own.
	moment := time.Now()
	touch := func() {
		moment = moment.Add(time.Second)
		for _, name := range []string{server.cert, server.key} {
			if err := os.Chtimes(name, moment, moment); err != nil {
				t.Fatal(err)
			}
		}
	}
	expect("old")
	a.write(t, "new", &server)
	touch()
	expect("new")

	key, err := os.ReadFile(server.key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, server.key, "PRIVATE KEY", []byte("half a renewal"))
	touch()
	expect("new")
	if !strings.Contains(log.String(), "those before stay in use") {
		t.Error("nobody is told that the files cannot be read")
	}
	if err := os.WriteFile(server.key, key, 0o600); err != nil {
		t.Fatal(err)
	}
	touch()
	expect("new")
	if err := os.Remove(server.cert); err != nil {
		t.Fatal(err)
	}
	expect("new")
}

// syncBuffer is a log that connections may write to at once.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
