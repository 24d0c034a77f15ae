package diia

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/httpserver"
)

// selfSigned makes a certificate that vouches for itself, and writes it down.
func selfSigned(t *testing.T, name string) (pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, certFile, keyFile
}

func pin(pair tls.Certificate) string {
	sum := sha256.Sum256(pair.Certificate[0])
	return hex.EncodeToString(sum[:])
}

// TestPortalOverMutualTLS goes the whole way: a listener that lets in two
// pinned certificates, and a door that knows one of them.
func TestPortalOverMutualTLS(t *testing.T) {
	t.Parallel()
	server, certFile, keyFile := selfSigned(t, "dovidka")
	portal, _, _ := selfSigned(t, "portal")
	monitor, _, _ := selfSigned(t, "portal") // the same name, another key
	stranger, _, _ := selfSigned(t, "portal")
	w := newWorld(t, func(c *Config) {
		c.InsecureClient = ""
		c.Clients = []Client{{Name: "diia", Fingerprints: []string{pin(portal)}, Subjects: []string{"CN=portal"}}}
	})
	w.fake.onProgress = func(_ dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
		if caller.Name != "diia" {
			t.Errorf("served as %q", caller.Name)
		}
		return dovidka.Progress{ID: sampleID, State: dovidka.StateAccepted}, nil
	}
	s, err := httpserver.Listen(t.Context(), httpserver.Config{
		Name: "rest", Address: "127.0.0.1:0", Handler: w.handler, Logger: slog.New(slog.DiscardHandler),
		TLS: &httpserver.TLS{CertFile: certFile, KeyFile: keyFile, ClientFingerprints: []string{pin(portal), pin(monitor)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })

	roots := x509.NewCertPool()
	leaf, err := x509.ParseCertificate(server.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots.AddCert(leaf)
	ask := func(pair tls.Certificate) (int, dovidka.Code, error) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		resp, err := (&http.Client{Transport: transport}).Get(s.URL() + pathRequests + "/" + sampleID)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		var body errorJSON
		err = json.NewDecoder(resp.Body).Decode(&body)
		return resp.StatusCode, body.Error.Reason, err
	}
	if status, _, err := ask(portal); err != nil || status != http.StatusAccepted {
		t.Errorf("portal: %d, %v", status, err)
	}
	// The listener knows it, the door does not; its subject proves nothing.
	if status, reason, err := ask(monitor); err != nil || status != http.StatusForbidden || reason != dovidka.CodeCallerUnknown {
		t.Errorf("monitor: %d %s, %v", status, reason, err)
	}
	if _, _, err := ask(stranger); err == nil {
		t.Error("a stranger got through the handshake")
	}
}
