package diia_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestTLS: mutual TLS in both versions, with pins in several files, of which one
// is replaced while the client runs.
func TestTLS(t *testing.T) {
	t.Parallel()
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			us, first, second, other := identity(t), identity(t), identity(t), identity(t)
			own, old, spare := write(t, dir, "us", us), write(t, dir, "old", first), write(t, dir, "spare", other)

			var provider diiatest.Provider
			security := &securityServer{handler: provider.Start(t, xroadtest.Config{Dialect: xroadtest.UXP})}
			security.shown.Store(first)
			address := security.start(t, version, us.Leaf)
			m := newMessenger(t, newClient(t, address, func(c *xroad.ClientConfig) {
				c.PlainHTTP = false
				c.TLS = &xroad.ClientTLS{CertFile: own + ".crt", KeyFile: own + ".key", PinFiles: []string{old + ".crt", spare + ".crt"}}
			}))
			if _, err := m.Pass(t.Context(), notice(t)); err != nil {
				t.Fatal(err)
			}
			if got := security.version.Load(); got != uint32(version) {
				t.Errorf("version %x was spoken", got)
			}
			security.shown.Store(second)
			if got, err := m.Pass(t.Context(), notice(t)); err == nil || got.MessageID != "" {
				t.Errorf("a certificate that is not pinned: message %q, error %v", got.MessageID, err)
			}
			write(t, dir, "spare", second)
			if _, err := m.Pass(t.Context(), notice(t)); err != nil {
				t.Fatalf("the new pin is not read: %v", err)
			}
			if n := len(provider.All()); n != 2 {
				t.Errorf("%d notices came", n)
			}
		})
	}
}

// TestUnknownToTheServer: a server that does not know our certificate.
func TestUnknownToTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	us, server := identity(t), identity(t)
	own, pin := write(t, dir, "us", us), write(t, dir, "server", server)
	var provider diiatest.Provider
	security := &securityServer{handler: provider.Start(t, xroadtest.Config{})}
	security.shown.Store(server)
	address := security.start(t, tls.VersionTLS12, identity(t).Leaf)
	m := newMessenger(t, newClient(t, address, func(c *xroad.ClientConfig) {
		c.TLS = &xroad.ClientTLS{CertFile: own + ".crt", KeyFile: own + ".key", PinFiles: []string{pin + ".crt"}}
	}))
	if got, err := m.Pass(t.Context(), notice(t)); err == nil || got.MessageID != "" || errors.Is(err, delivery.ErrRejected) {
		t.Errorf("message %q, error %v", got.MessageID, err)
	}
}

// securityServer serves the stand-in in one version of TLS.
type securityServer struct {
	handler http.Handler
	shown   atomic.Pointer[tls.Certificate]
	version atomic.Uint32 // spoken last
}

func (s *securityServer) start(t *testing.T, version uint16, consumer *x509.Certificate) string {
	t.Helper()
	server := httptest.NewUnstartedServer(s.handler)
	config := &tls.Config{
		MinVersion: version, MaxVersion: version, ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(state tls.ConnectionState) error {
			s.version.Store(uint32(state.Version))
			if !state.PeerCertificates[0].Equal(consumer) {
				return errors.New("unknown consumer")
			}
			return nil
		},
	}
	server.TLS = &tls.Config{MinVersion: version, GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
		now := config.Clone()
		now.Certificates = []tls.Certificate{*s.shown.Load()}
		return now, nil
	}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.SetKeepAlivesEnabled(false)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func identity(t *testing.T) *tls.Certificate {
	t.Helper()
	id, err := xroadtest.NewIdentity("localhost")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// write replaces certificate and key under the name, each at once.
func write(t *testing.T, dir, name string, id *tls.Certificate) string {
	t.Helper()
	certificate, key, err := xroadtest.EncodePEM(id)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	written := time.Now()
	if _, err := os.Stat(path + ".crt"); err != nil {
		written = written.Add(-time.Hour) // files are known by their times, which are coarse
	}
	for suffix, text := range map[string][]byte{".crt": certificate, ".key": key} {
		err := errors.Join(os.WriteFile(path+"~", text, 0o600), os.Chtimes(path+"~", written, written), os.Rename(path+"~", path+suffix))
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}
