package main

import (
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// TestVerifierAsks wires the verifier as serve does, and reads in its metrics what the
// caches saved and who was left alone.
func TestVerifierAsks(t *testing.T) {
	t.Parallel()
	a, err := cmstest.NewAuthority(cmstest.DSTU, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	services, err := a.Serve(cmstest.ServeConfig{OCSPLifetime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer services.Close()
	dir := t.TempDir()
	write := func(name string, c *pki.Certificate) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg := defaultConfig().Verifier
	cfg.Anchors, cfg.Intermediates = []string{write("root.pem", a.Root.Certificate)}, []string{write("ca.pem", a.CA.Certificate)}
	cfg.TestRoots = true
	cfg.Online.Enabled, cfg.Online.Networks, cfg.Online.Breaker.Failures = true, []string{"127.0.0.0/8"}, 2
	metrics := prometheus.NewRegistry()
	service, client, err := newVerifier(cfg, time.Minute, metrics, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	issue := func() *cmstest.Identity {
		who, err := a.Issue(pki.Person{Surname: "Вигаданий", GivenName: "Остап", DRFO: "3075751279"})
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	verify := func(who *cmstest.Identity) *dovidka.Fault {
		p7s, err := who.Sign([]byte("statement"), time.Now(), false)
		if err != nil {
			t.Fatal(err)
		}
		_, err = service.Verify(t.Context(), dovidka.Request{Container: p7s})
		if err == nil {
			return nil
		}
		return dovidka.FaultOf(err)
	}
	if err := service.Ready(t.Context()); err != nil {
		t.Errorf("not ready without lists though they are asked for: %v", err)
	}
	who, ready := issue(), respondersAnswer(client)
	for range 3 {
		if fault := verify(who); fault != nil {
			t.Fatal(fault)
		}
	}
	if services.OCSP.Requests() != 1 || services.CRL.Requests() != 1 || services.RootCRL.Requests() != 1 || ready(t.Context()) != nil {
		t.Error("answers are not kept between requests")
	}
	revoked := issue()
	a.Revoke(revoked.Certificate, time.Now().Add(-time.Minute), 1)
	if fault := verify(revoked); fault == nil || fault.Code != dovidka.CodeSignatureInvalid || fault.Reason != string(pki.ReasonRevoked) {
		t.Errorf("revoked: %v", fault)
	}
	services.OCSP.Misbehave(cmstest.ServerError)
	for range 2 {
		if fault := verify(issue()); fault == nil || fault.Code != dovidka.CodeSignatureIndeterminate || fault.Reason != string(pki.ReasonStatusDown) {
			t.Errorf("responder down: %v", fault)
		}
	}
	if ready(t.Context()) == nil || service.Ready(t.Context()) != nil {
		t.Error("a responder that is down must show, and not make us unready")
	}
	if fault := verify(who); fault != nil {
		t.Errorf("with a response that is kept: %v", fault)
	}
	checkVerifierMetrics(t, metrics, services, who.Certificate)
}

// checkVerifierMetrics reads the page of metrics as an operator's collector does.
func checkVerifierMetrics(t *testing.T, metrics *prometheus.Registry, services *cmstest.Services, private *pki.Certificate) {
	t.Helper()
	page := httptest.NewRecorder()
	promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := page.Body.String()
	responder, err := url.Parse(services.OCSP.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`dovidka_verifier_cache_hits_total{cache="certificates"} 3`, // the signer's, after the first time
		`dovidka_verifier_cache_hits_total{cache="responses"} 3`,
		`dovidka_verifier_cache_misses_total{cache="responses"} 4`,
		`dovidka_verifier_cache_entries{cache="lists"} 3`, // the provider's full and delta, the root's
		`dovidka_verifier_cache_evictions_total{cache="lists"} 0`,
		`dovidka_verifier_cache_saved_seconds_total{cache="responses"} `,
		`dovidka_verifier_cache_lists_bytes `,
		`dovidka_verifier_exchange_duration_seconds_count{kind="ocsp",outcome="answered"} 2`,
		`dovidka_verifier_exchange_duration_seconds_count{kind="ocsp",outcome="failed"} 2`,
		`dovidka_verifier_exchange_duration_seconds_count{kind="crl",outcome="answered"} 3`,
		`dovidka_verifier_responder_paused{host="` + responder.Host + `",kind="ocsp"} 1`,
	} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
	for _, secret := range []string{private.SerialNumber.Text(16), private.SerialNumber.String(), "/ocsp", ".crl", "http:"} {
		if strings.Contains(text, secret) {
			t.Errorf("metrics hold %q", secret)
		}
	}
}
