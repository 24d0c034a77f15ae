package httpserver

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// selfSigned makes a certificate as information systems and security servers
// make theirs for each other: signed by itself, for no name that anybody checks.
func selfSigned(t *testing.T, kind string, notAfter time.Time) files {
	t.Helper()
	var key crypto.Signer
	var err error
	if kind == "RSA" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "ss1.example.invalid"},
		NotBefore: validFrom.Add(-48 * time.Hour), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	f := files{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), pair: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
	writePEM(t, f.cert, "CERTIFICATE", der)
	writePEM(t, f.key, "PRIVATE KEY", private)
	return f
}

// bundle puts one file together out of several, in another's place as careful
// writers do.
func bundle(t *testing.T, name string, parts ...files) {
	t.Helper()
	var all []byte
	for _, part := range parts {
		data, err := os.ReadFile(part.cert)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	replace(t, name, all)
}

func replace(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := errors.Join(os.WriteFile(name+".new", data, 0o600), os.Rename(name+".new", name)); err != nil {
		t.Fatal(err)
	}
}

// clock is one that tests set.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// caller keeps its connection.
func caller(t *testing.T, client files, protocol string) *http.Client {
	t.Helper()
	transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{client.pair},
	}}
	transport.Protocols.SetHTTP1(protocol == "HTTP/1.1")
	transport.Protocols.SetHTTP2(protocol == "HTTP/2.0")
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// visitors serves, and counts the connections it is asked over.
type visitors struct {
	mu   sync.Mutex // protects seen
	seen map[string]bool
}

func (v *visitors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	v.seen[r.RemoteAddr] = true
	v.mu.Unlock()
	hello(w, r)
}

func (v *visitors) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.seen)
}

func call(c *http.Client, s *Server) (string, error) {
	resp, err := c.Post(s.URL(), "text/xml", strings.NewReader("<a/>")) // is not sent again, other than a GET
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.Proto, err
}

// TestOpenSSLAsSecurityServer has another implementation come through, in both
// versions of TLS, with both kinds of key at either side.
func TestOpenSSLAsSecurityServer(t *testing.T) {
	t.Parallel()
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("this needs openssl: make test installs it where it may (Debian: apt-get install openssl)")
	}
	kinds := []string{"RSA", "EC"}
	known, unknown := map[string]files{}, map[string]files{}
	for _, kind := range kinds {
		known[kind], unknown[kind] = selfSigned(t, kind, validTo), selfSigned(t, kind, validTo)
	}
	expired := selfSigned(t, "EC", validFrom.Add(-time.Hour))
	both := filepath.Join(t.TempDir(), "pins.pem")
	bundle(t, both, known["RSA"], known["EC"], expired)
	for _, serverKind := range kinds {
		server := selfSigned(t, serverKind, validTo)
		s, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key, ClientCertificates: []string{both}}})
		ask := func(client *files, flags ...string) string {
			args := append([]string{"s_client", "-connect", s.Addr().String(), "-CAfile", server.cert, "-ign_eof"}, flags...)
			if client != nil {
				args = append(args, "-cert", client.cert, "-key", client.key)
			}
			cmd := exec.CommandContext(t.Context(), openssl, args...)
			cmd.Stdin = strings.NewReader("GET / HTTP/1.1\r\nHost: dovidka\r\nConnection: close\r\n\r\n")
			out, _ := cmd.CombinedOutput() // the text tells more than the exit code
			return string(out)
		}
		served := func(out string) bool {
			return strings.Contains(out, "HTTP/1.1 200 OK") && strings.Contains(out, "hello")
		}
		for flag, version := range map[string]string{"-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"} {
			for _, kind := range kinds {
				client, stranger := known[kind], unknown[kind]
				if out := ask(&client, flag); !served(out) || !strings.Contains(out, version) || !strings.Contains(out, "Verify return code: 0 (ok)") {
					t.Errorf("server %s, client %s, %s: not served:\n%s", serverKind, kind, flag, out)
				}
				if out := ask(&stranger, flag); served(out) {
					t.Errorf("server %s, unknown %s, %s: served", serverKind, kind, flag)
				}
			}
			for name, client := range map[string]*files{"expired": &expired, "none": nil} {
				if out := ask(client, flag); served(out) {
					t.Errorf("server %s, %s, %s: served", serverKind, name, flag)
				}
			}
		}
		client := known["EC"]
		if out := ask(&client, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"); served(out) {
			t.Error("TLS 1.1 is served")
		}
		// HTTP/2 is for those who ask for it. Security servers do not.
		for _, c := range []struct {
			flags []string
			want  string
		}{
			{nil, "No ALPN negotiated"}, {[]string{"-alpn", "http/1.1"}, "ALPN protocol: http/1.1"},
			{[]string{"-alpn", "h2,http/1.1"}, "ALPN protocol: h2"},
		} {
			if out := ask(&client, c.flags...); !strings.Contains(out, c.want) || served(out) != (c.want != "ALPN protocol: h2") {
				t.Errorf("%v: %s is expected:\n%s", c.flags, c.want, out)
			}
		}
	}
}

// TestPinsChangeUnderWay takes a pin away from a caller that has a connection,
// and gives one to another.
func TestPinsChangeUnderWay(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			server, before, after, fixed := selfSigned(t, "EC", validTo), selfSigned(t, "EC", validTo), selfSigned(t, "RSA", validTo), selfSigned(t, "EC", validTo)
			dir := t.TempDir()
			first, second := filepath.Join(dir, "1.pem"), filepath.Join(dir, "2.pem")
			bundle(t, first, before)
			bundle(t, second, before)
			var clock clock
			var told syncBuffer
			guests := &visitors{seen: map[string]bool{}}
			s, _ := start(t, Config{Handler: guests, TLS: &TLS{
				CertFile: server.cert, KeyFile: server.key, Now: clock.now,
				ClientCertificates: []string{first, second}, ClientFingerprints: []string{fixed.fingerprint()},
				Observe: func(c Certificates, err error) { fmt.Fprintf(&told, "%d %t; ", len(c.Clients), err != nil) },
			}})
			a, b, c := caller(t, before, protocol), caller(t, after, protocol), caller(t, fixed, protocol)
			expect := func(who string, client *http.Client, ok bool, connections int) {
				t.Helper()
				if proto, err := call(client, s); (err == nil) != ok || ok && proto != protocol {
					t.Errorf("%s: %s, %v", who, proto, err)
				}
				if got := guests.count(); ok && got != connections {
					t.Errorf("%s: connection %d, want %d", who, got, connections)
				}
			}
			expect("the one before", a, true, 1)
			expect("fingerprint", c, true, 2)
			expect("the one after, too early", b, false, 0)
			bundle(t, second, before, after) // renewal begins: both
			expect("the one after", b, true, 3)
			expect("the one before, on its connection", a, true, 3)

			replace(t, first, []byte("-----BEGIN CERTIFICATE-----\nhalf a\n")) // and goes wrong
			clock.advance(lookEvery)
			expect("the one before, file broken", a, true, 3)
			expect("the one after, file broken", b, true, 3)
			clock.advance(lookEvery)
			expect("again", a, true, 3)

			bundle(t, first, after) // and ends
			bundle(t, second, after)
			clock.advance(lookEvery)
			expect("the one before, gone", a, false, 0)
			expect("the one before, anew", a, false, 0)
			expect("the one after, on its connection", b, true, 3)
			expect("fingerprint, on its connection", c, true, 3)
			if got, want := told.String(), "1 false; 2 false; 2 true; 1 false; "; got != want {
				t.Errorf("told %s, want %s", got, want)
			}
		})
	}
}

// TestConnectionEndsWithItsCertificate lets time pass, and takes the authority
// away.
func TestConnectionEndsWithItsCertificate(t *testing.T) {
	t.Parallel()
	ours, others := newAuthority(t), newAuthority(t)
	server := ours.files(t, "server")
	issued, own := ours.files(t, "issued"), selfSigned(t, "EC", validTo.Add(-time.Hour))
	authorities := filepath.Join(t.TempDir(), "ca.pem")
	bundle(t, authorities, files{cert: ours.file})
	var clock clock
	byCA, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key, Now: clock.now, ClientCA: authorities}})
	byPin, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key, Now: clock.now, ClientCertificates: []string{own.cert}}})
	a, b := caller(t, issued, "HTTP/1.1"), caller(t, own, "HTTP/1.1")
	try := func(what string, c *http.Client, s *Server, ok bool) {
		t.Helper()
		if _, err := call(c, s); (err == nil) != ok {
			t.Errorf("%s: %v", what, err)
		}
	}
	try("issued", a, byCA, true)
	try("pinned", b, byPin, true)
	clock.advance(time.Until(validTo) - 30*time.Minute)
	try("issued, in its dates", a, byCA, true)
	try("pinned, expired", b, byPin, false)
	bundle(t, authorities, files{cert: others.file})
	clock.advance(lookEvery)
	try("issued by none of the authorities", a, byCA, false)
}

func TestPinFilesRefused(t *testing.T) {
	t.Parallel()
	server, one := selfSigned(t, "EC", validTo), selfSigned(t, "EC", validTo)
	good, err := os.ReadFile(one.cert)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(one.key)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("0000"), "a key": key, "a key too": append(bytes.Clone(good), key...),
		"DER": one.pair.Certificate[0], "half of it": good[:len(good)/2], "one and a half": append(bytes.Clone(good), good[:len(good)/2]...),
		"a broken one first":  append([]byte("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), good...),
		"one and a beginning": append(bytes.Clone(good), "-----BEG"...),
		"an empty one":        []byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
	} {
		path := filepath.Join(t.TempDir(), "pins.pem")
		replace(t, path, data)
		if s, err := Listen(t.Context(), Config{
			Name: "test", Address: "127.0.0.1:0", Handler: hello, Logger: slog.New(slog.DiscardHandler),
			TLS: &TLS{CertFile: server.cert, KeyFile: server.key, ClientCertificates: []string{path}},
		}); err == nil || !strings.Contains(err.Error(), "pins.pem") {
			t.Errorf("%s: %v", name, err)
			if s != nil {
				s.Close()
			}
		}
	}
}

// TestNoSessionIsResumed has clients who are asked for a certificate show it each
// time.
func TestNoSessionIsResumed(t *testing.T) {
	t.Parallel()
	server, client := selfSigned(t, "EC", validTo), selfSigned(t, "EC", validTo)
	for name, test := range map[string]struct {
		pins    []string
		resumed bool
	}{"pinned": {[]string{client.cert}, false}, "nobody is asked": {nil, true}} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			s, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key, ClientCertificates: test.pins}})
			config := &tls.Config{
				InsecureSkipVerify: true, Certificates: []tls.Certificate{client.pair}, MinVersion: version, MaxVersion: version,
				ClientSessionCache: tls.NewLRUClientSessionCache(4), ServerName: "door",
			}
			var resumed bool
			for range 2 {
				conn, err := tls.Dial("tcp", s.Addr().String(), config)
				if err != nil {
					t.Fatal(err)
				}
				// In TLS 1.3 tickets come with the answer.
				_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: door\r\nConnection: close\r\n\r\n")
				if _, err := io.Copy(io.Discard, conn); err != nil {
					t.Error(err)
				}
				resumed = conn.ConnectionState().DidResume
				_ = conn.Close()
			}
			if resumed != test.resumed {
				t.Errorf("%s, %s: resumed %t", name, tls.VersionName(version), resumed)
			}
		}
	}
}
