package xroad_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// pair is a self-signed certificate with its key, as security servers and systems make them.
type pair struct {
	tls.Certificate
	certPEM, keyPEM []byte
}

func newPair(t *testing.T, name string, key crypto.Signer) pair {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return pair{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
}

func elliptical(t *testing.T, name string) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return newPair(t, name, key)
}

// files holds the client's side, and writes it as an operator would: into another file which is renamed.
type files struct {
	t   *testing.T
	dir string
}

func (f files) path(name string) string { return filepath.Join(f.dir, name) }

func (f files) write(name string, data ...[]byte) {
	f.t.Helper()
	var all []byte
	for _, d := range data {
		all = append(all, d...)
	}
	if err := os.WriteFile(f.path("new"), all, 0o600); err != nil {
		f.t.Fatal(err)
	}
	if err := os.Rename(f.path("new"), f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f files) own(p pair) { f.write("cert", p.certPEM); f.write("key", p.keyPEM) }

// lock is a security server with mutual TLS whose certificates can be changed. It answers as good does and says whom it saw.
type lock struct {
	*standIn
	mu          sync.Mutex // protects what follows
	own         pair
	client      *x509.Certificate // to be admitted
	connections int
	version     uint16
}

func newLock(t *testing.T, own pair, client pair, versions ...uint16) *lock {
	t.Helper()
	l := &lock{standIn: &standIn{}, own: own, client: client.Leaf}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.version = r.TLS.Version
		l.mu.Unlock()
		l.handler(t, good).ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.connections++
		}
	}
	config := &tls.Config{
		ClientAuth: tls.RequireAnyClientCert,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			l.mu.Lock()
			defer l.mu.Unlock()
			return &l.own.Certificate, nil
		},
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if string(raw[0]) != string(l.client.Raw) {
				return errors.New("stranger")
			}
			return nil
		},
	}
	if len(versions) > 0 {
		config.MinVersion, config.MaxVersion = versions[0], versions[0]
	}
	// Not StartTLS, which brings a certificate of its own.
	server.Listener = tls.NewListener(server.Listener, config)
	server.Start()
	server.URL = "https" + server.URL[len("http"):]
	l.Server = server
	t.Cleanup(server.Close)
	return l
}

func (l *lock) change(own, client pair) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.own, l.client = own, client.Leaf
}

// state returns the number of connections so far, and the version of TLS used last.
func (l *lock) state() (int, uint16) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.connections, l.version
}

func tlsClient(t *testing.T, url string, f files, change func(*xroad.ClientConfig), pins ...string) *xroad.Client {
	t.Helper()
	source := &xroad.ClientTLS{CertFile: f.path("cert"), KeyFile: f.path("key")}
	for _, pin := range pins {
		source.PinFiles = append(source.PinFiles, f.path(pin))
	}
	return newTestClient(t, url, func(c *xroad.ClientConfig) {
		c.PlainHTTP, c.TLS = false, source
		if change != nil {
			change(c)
		}
	})
}

func mustCall(t *testing.T, client *xroad.Client) {
	t.Helper()
	if _, err := client.Call(t.Context(), testCall()); err != nil {
		t.Fatal(err)
	}
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		for kind, server := range map[string]pair{"ECDSA": elliptical(t, "ss"), "RSA": newPair(t, "ss", key)} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				f := files{t, t.TempDir()}
				us := elliptical(t, "is")
				f.own(us)
				f.write("pins", elliptical(t, "other").certPEM, server.certPEM)
				l := newLock(t, server, us, version)
				mustCall(t, tlsClient(t, l.URL, f, nil, "pins"))
				if _, used := l.state(); used != version {
					t.Errorf("version %x", used)
				}
			})
		}
	}
}

// TestOldTLS refuses what is below TLS 1.2.
func TestOldTLS(t *testing.T) {
	t.Parallel()
	f := files{t, t.TempDir()}
	us, server := elliptical(t, "is"), elliptical(t, "ss")
	f.own(us)
	f.write("pins", server.certPEM)
	l := newLock(t, server, us, tls.VersionTLS11)
	_, err := tlsClient(t, l.URL, f, nil, "pins").Call(t.Context(), testCall())
	if failed := checkKind(t, err, xroad.ErrConfiguration); !failed.Undelivered || len(l.requests()) != 0 {
		t.Errorf("%+v", failed)
	}
}

// TestUnpinned refuses certificates that are not exactly the pinned one: another of the same name and key too.
func TestUnpinned(t *testing.T) {
	t.Parallel()
	us := elliptical(t, "is")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	server := newPair(t, "ss", key)
	for name, test := range map[string]struct {
		pinned pair
		now    func() time.Time
	}{
		"stranger":             {elliptical(t, "ss"), time.Now},
		"same key":             {newPair(t, "ss", key), time.Now},
		"out of its dates":     {server, func() time.Time { return time.Now().Add(2 * time.Hour) }},
		"not yet in its dates": {server, func() time.Time { return time.Now().Add(-2 * time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := files{t, t.TempDir()}
			f.own(us)
			f.write("pins", test.pinned.certPEM)
			l := newLock(t, server, us)
			client := tlsClient(t, l.URL, f, func(c *xroad.ClientConfig) { c.Now, c.Targets[0].Idempotent = test.now, true }, "pins")
			for range 7 { // more than the breaker takes: the kind must stay
				_, err := client.Call(t.Context(), testCall())
				failed := checkKind(t, err, xroad.ErrConfiguration)
				if !failed.Undelivered || failed.Attempts != 1 || len(l.requests()) != 0 {
					t.Fatalf("%+v", failed)
				}
			}
		})
	}
}

// TestRotation changes both sides' certificates under a running client.
func TestRotation(t *testing.T) {
	t.Parallel()
	f := files{t, t.TempDir()}
	us, them := elliptical(t, "is"), elliptical(t, "ss")
	newUs, newThem := elliptical(t, "is"), elliptical(t, "ss")
	f.own(us)
	f.write("a", them.certPEM)
	f.write("b", elliptical(t, "spare").certPEM)
	l := newLock(t, them, us)
	var reloads []error
	client := tlsClient(t, l.URL, f, func(c *xroad.ClientConfig) {
		c.TLS.Reloaded = func(err error) { reloads = append(reloads, err) }
	}, "a", "b")
	mustCall(t, client)
	mustCall(t, client)
	if connections, _ := l.state(); connections != 1 || len(reloads) != 0 {
		t.Fatalf("%d connections, reloads %v", connections, reloads)
	}

	// The next certificate of the server is pinned beside the present one, then the server changes.
	f.write("b", newThem.certPEM, them.certPEM)
	mustCall(t, client)
	l.change(newThem, us)
	f.write("a", newThem.certPEM)
	mustCall(t, client)

	// The old one is struck off: a connection to it would not be used again.
	f.write("b", newThem.certPEM, []byte("\n"))
	mustCall(t, client)

	// A renewal of ours is half done: what was before stays in use, and Reloaded is told once.
	before := len(reloads)
	f.write("cert", newUs.certPEM)
	mustCall(t, client)
	mustCall(t, client)
	if len(reloads) != before+1 || reloads[before] == nil {
		t.Errorf("reloads %v", reloads)
	}
	l.change(newThem, newUs)
	f.write("key", newUs.keyPEM)
	mustCall(t, client)
	if last := reloads[len(reloads)-1]; last != nil {
		t.Errorf("last reload: %v", last)
	}
	if connections, _ := l.state(); connections < 4 {
		t.Errorf("%d connections: some of old certificates were kept", connections)
	}

	// Pins that do not read leave the old ones in force, and never none.
	for _, bad := range [][]byte{
		nil, []byte("a"), newUs.keyPEM, []byte("-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n"),
		append([]byte("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"), newThem.certPEM...),
	} {
		f.write("a", bad)
		mustCall(t, client)
		if last := reloads[len(reloads)-1]; last == nil {
			t.Errorf("%q was read", bad)
		}
	}
	f.write("a", elliptical(t, "x").certPEM)
	f.write("b", elliptical(t, "y").certPEM)
	_, err := client.Call(t.Context(), testCall())
	checkKind(t, err, xroad.ErrConfiguration)
}

// TestReplacedWithSameTimes notices files that are swapped for others of the same size and times, as links to a directory
// of secrets are.
func TestReplacedWithSameTimes(t *testing.T) {
	t.Parallel()
	f := files{t, t.TempDir()}
	us, them, other := elliptical(t, "is"), elliptical(t, "ss"), elliptical(t, "xx")
	f.own(us)
	longest := max(len(them.certPEM), len(other.certPEM))
	pad := func(text []byte) []byte {
		return append(bytes.Clone(text), bytes.Repeat([]byte("\n"), longest-len(text))...)
	}
	f.write("one", pad(them.certPEM))
	f.write("two", pad(other.certPEM))
	at := time.Now().Add(-time.Hour)
	for _, name := range []string{"one", "two"} {
		if err := os.Chtimes(f.path(name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("one", f.path("pins")); err != nil {
		t.Fatal(err)
	}
	client := tlsClient(t, newLock(t, them, us).URL, f, nil, "pins")
	mustCall(t, client)
	if err := errors.Join(os.Symlink("two", f.path("next")), os.Rename(f.path("next"), f.path("pins"))); err != nil {
		t.Fatal(err)
	}
	_, err := client.Call(t.Context(), testCall())
	checkKind(t, err, xroad.ErrConfiguration)
}

// TestStranger is refused by the server.
func TestStranger(t *testing.T) {
	t.Parallel()
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		f := files{t, t.TempDir()}
		server := elliptical(t, "ss")
		f.own(elliptical(t, "is"))
		f.write("pins", server.certPEM)
		l := newLock(t, server, elliptical(t, "is"), version)
		_, err := tlsClient(t, l.URL, f, nil, "pins").Call(t.Context(), testCall())
		var failed *xroad.CallError
		switch {
		case !errors.As(err, &failed) || len(l.requests()) != 0:
			t.Errorf("%v, %d requests arrived", err, len(l.requests()))
		case version == tls.VersionTLS12:
			checkKind(t, err, xroad.ErrConfiguration)
		case !errors.Is(err, xroad.ErrConfiguration) && !errors.Is(err, xroad.ErrUnavailable):
			// In TLS 1.3 the alert comes after the handshake, and the end of the connection may overtake it.
			t.Error(err)
		}
	}
}

// TestPlainServer does not fall back to what a configuration with TLS only does not permit.
func TestPlainServer(t *testing.T) {
	t.Parallel()
	f := files{t, t.TempDir()}
	f.own(elliptical(t, "is"))
	f.write("pins", elliptical(t, "ss").certPEM)
	server := newStandIn(t, good)
	_, err := tlsClient(t, "https"+server.URL[len("http"):], f, nil, "pins").Call(t.Context(), testCall())
	if failed := checkKind(t, err, xroad.ErrUnavailable); !failed.Undelivered || len(server.requests()) != 0 {
		t.Errorf("%+v", failed)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}
