package xroadtest_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

func identity(t *testing.T) *tls.Certificate {
	t.Helper()
	id, err := xroadtest.NewIdentity("test")
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// providerTLS starts a provider that lets nobody in but the server given.
func providerTLS(t *testing.T, own *tls.Certificate, server *x509.Certificate) string {
	t.Helper()
	behind := httptest.NewUnstartedServer(provider(t))
	roots := x509.NewCertPool()
	roots.AddCert(server)
	behind.TLS = &tls.Config{
		Certificates: []tls.Certificate{*own}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: roots, MinVersion: tls.VersionTLS12,
	}
	behind.StartTLS()
	t.Cleanup(behind.Close)
	return behind.URL
}

// TestMutualTLS goes all the way with certificates pinned on every side, and fails with each other certificate.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	ours, consumer, behind, stranger := identity(t), identity(t), identity(t), identity(t)
	row := xroadtest.Service{ID: service(), Clients: []xroad.ClientID{client()}}
	ask := func(config xroadtest.Config, showing *tls.Certificate, version uint16) (int, error) {
		server := start(t, config, nil)
		if !strings.HasPrefix(server.URL, "https://") {
			t.Errorf("address %s", server.URL)
		}
		roots := x509.NewCertPool()
		roots.AddCert(ours.Leaf)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader(envelope))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "text/xml")
		config2 := &tls.Config{RootCAs: roots, ServerName: "test", MinVersion: tls.VersionTLS12, MaxVersion: version}
		if showing != nil {
			config2.Certificates = []tls.Certificate{*showing}
		}
		response, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: config2, DisableKeepAlives: true}}).Do(request)
		if err != nil {
			return 0, err
		}
		_ = response.Body.Close()
		return response.StatusCode, nil
	}
	row.URL, row.Certificates = providerTLS(t, behind, ours.Leaf), []*x509.Certificate{stranger.Leaf, behind.Leaf}
	config := xroadtest.Config{Identity: ours, Consumers: []*x509.Certificate{consumer.Leaf}, Services: []xroadtest.Service{row}}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		if status, err := ask(config, consumer, version); status != http.StatusOK {
			t.Errorf("%d %v", status, err)
		}
		for name, showing := range map[string]*tls.Certificate{"none": nil, "stranger's": stranger} {
			if status, err := ask(config, showing, version); err == nil {
				t.Errorf("%s certificate: %d", name, status)
			}
		}
	}
	anybody := config
	anybody.Consumers, anybody.AnyConsumer = nil, true
	if status, err := ask(anybody, nil, 0); status != http.StatusOK {
		t.Errorf("%d %v", status, err)
	}
	row.Certificates = []*x509.Certificate{stranger.Leaf}
	config.Services = []xroadtest.Service{row}
	if status, err := ask(config, consumer, 0); status != http.StatusInternalServerError {
		t.Errorf("provider of another certificate: %d %v", status, err)
	}
	row.Certificates, row.Unverified = nil, true
	config.Services = []xroadtest.Service{row}
	if status, err := ask(config, consumer, 0); status != http.StatusOK {
		t.Errorf("provider not verified: %d %v", status, err)
	}
	row.URL = providerTLS(t, behind, stranger.Leaf)
	config.Services = []xroadtest.Service{row}
	if status, err := ask(config, consumer, 0); status != http.StatusInternalServerError {
		t.Errorf("provider that does not know us: %d %v", status, err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	own := identity(t)
	row := func(change func(*xroadtest.Service)) xroadtest.Config {
		s := xroadtest.Service{ID: service(), URL: "http://a/"}
		change(&s)
		return xroadtest.Config{Services: []xroadtest.Service{s}}
	}
	twice := row(func(*xroadtest.Service) {})
	twice.Services = append(twice.Services, twice.Services[0])
	for name, config := range map[string]xroadtest.Config{
		"dialect":      {Dialect: 7},
		"nobody":       {Identity: own},
		"overlook":     {OverlookHeaders: true},
		"twice":        twice,
		"no id":        row(func(s *xroadtest.Service) { s.ID.Service = "" }),
		"nowhere":      row(func(s *xroadtest.Service) { s.URL = "" }),
		"two places":   row(func(s *xroadtest.Service) { s.Handler = http.NotFoundHandler() }),
		"scheme":       row(func(s *xroadtest.Service) { s.URL = "ftp://a/" }),
		"no pinned":    row(func(s *xroadtest.Service) { s.URL = "https://a/" }),
		"unreadable":   row(func(s *xroadtest.Service) { s.URL = "http://a b/" }),
		"without host": row(func(s *xroadtest.Service) { s.URL = "http:///a" }),
	} {
		if server, err := xroadtest.New(config); err == nil {
			_ = server.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}
