package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/deploy"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// bus is a security server with Diia behind it, over mutual TLS.
type bus struct {
	diiatest.Provider
	server *xroadtest.Server
	cfg    DeliveryConfig
}

func newBus(t *testing.T) *bus {
	t.Helper()
	dir := t.TempDir()
	identity := func(name string) *tls.Certificate {
		id, err := xroadtest.NewIdentity(name)
		if err != nil {
			t.Fatal(err)
		}
		certificate, key, err := xroadtest.EncodePEM(id)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path+".crt", certificate, 0o600), os.WriteFile(path+".key", key, 0o600)); err != nil {
			t.Fatal(err)
		}
		return id
	}
	us, server := identity("us"), identity("server")
	b := &bus{cfg: defaultDelivery()}
	b.server = b.Start(t, xroadtest.Config{Dialect: xroadtest.UXP, Identity: server, Consumers: []*x509.Certificate{us.Leaf}})
	b.cfg.Enabled, b.cfg.SecurityServer = true, b.server.URL
	b.cfg.TLS = DeliveryTLSConfig{
		Certificate: filepath.Join(dir, "us.crt"), Key: filepath.Join(dir, "us.key"), Pins: []string{filepath.Join(dir, "server.crt")},
	}
	b.cfg.Client, b.cfg.Service = diiatest.Client().String(), diiatest.Service().String()
	b.cfg.PartnerID, b.cfg.TemplateID, b.cfg.RequestParameter = diiatest.PartnerID, diiatest.TemplateID, "request"
	b.cfg.UserID = "dovidka"
	return b
}

// startOn starts a component whose registry can be taken away and whose notices
// go to the bus.
func (b *bus) startOn(t *testing.T, o *original) (*world, *wire) {
	t.Helper()
	server := databasetest.PostgresURL(t)
	x, url := newWire(t, server)
	w := o.start(t, func(c *Config) {
		c.Databases.Registry, c.Delivery = url, b.cfg
		if err := c.check(); err != nil {
			t.Fatal(err)
		}
		importRows(t, server, registry.SampleRows())
	})
	return w, x
}

// deferred signs a request while the registry is away.
func (w *world) deferred(citizen *portal.Citizen, x *wire) dovidka.ID {
	w.t.Helper()
	id, container := w.prepared(citizen)
	x.cut()
	_, err := w.rest().Submit(w.t.Context(), id, container)
	if w.excused(err) {
		w.t.Fatal("there is an answer without a registry")
	}
	return id
}

// notices returns readiness and what it says of the notices.
func (w *world) notices() (status int, said string) {
	w.t.Helper()
	resp, body := w.call(http.MethodGet, w.at.Readyz, "text/plain", http.NoBody)
	var report struct {
		Checks map[string]string `json:"checks"`
	}
	if err := json.Unmarshal(body, &report); err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, report.Checks["notices"]
}

// TestNotices is the story of those who did not wait, with the bus as it is and as
// it should not be.
func TestNotices(t *testing.T) {
	t.Parallel()
	o := newOriginal(t)
	for name, test := range map[string]func(*testing.T, *original){
		"who did not wait is notified": notifiesWhoDidNotWait,
		"nobody can be reached":        reachesNobody,
		"somebody must look":           raisesAlarm,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, o)
		})
	}
}

// notifiesWhoDidNotWait: the registry is away when the citizen signs, comes back,
// the citizen is notified, once, and fetches the answer. Who got the answer at
// once is not notified.
func notifiesWhoDidNotWait(t *testing.T, o *original) {
	b := newBus(t)
	w, x := b.startOn(t, o)
	w.healthy()
	if len(b.All()) > 0 {
		t.Error("somebody who waited was notified")
	}
	id := w.deferred(w.signer("ostap-ec"), x)
	b.server.MisbehaveNext(xroadtest.LostAnswer)
	if len(b.All()) > 0 {
		t.Error("there is a notice before the end")
	}
	x.mend()
	w.until("the notice", func() bool {
		_, body := w.call(http.MethodGet, w.at.Metrics, "text/plain", http.NoBody)
		return bytes.Contains(body, []byte(`dovidka_notice_duration_seconds_count{result="delivered"} 1`))
	})
	var person registry.Sample
	for _, s := range registry.Samples() {
		if s.Key == "ostap" {
			person = s
		}
	}
	came, err := b.ByID()
	if err != nil || len(came) != 1 {
		t.Errorf("%d notices came, error %v", len(came), err)
	}
	for _, n := range b.All() { // twice, for the first answer was lost
		if n.RNOKPP != person.RNOKPP.Reveal() || n.Parameters["request"] != string(id) || n.UserID != "dovidka" {
			t.Errorf("the notice is another person's, or about another request than %s: %v", id, n.Parameters)
		}
	}
	w.finishes(id)
	kinds := map[dovidka.EventKind]int{}
	for _, e := range w.ledger() {
		if e.Request == id {
			kinds[e.Kind]++
		}
	}
	if kinds[dovidka.EventNotified] != len(b.All()) || kinds[dovidka.EventDisclosed] != 1 || kinds[dovidka.EventReleased] == 0 {
		t.Errorf("the ledger tells of the request %v; %d messages came", kinds, len(b.All()))
	}
	_, body := w.call(http.MethodGet, w.at.Metrics, "text/plain", http.NoBody)
	if !bytes.Contains(body, []byte("dovidka_notices_waiting 0")) {
		t.Error("somebody is still to be notified")
	}
	if status, said := w.notices(); status != http.StatusOK || said != "ok" {
		t.Errorf("readiness %d, notices %s", status, said)
	}
}

// reachesNobody: the security server is away. The doors do not care.
func reachesNobody(t *testing.T, o *original) {
	b := newBus(t)
	b.server.Misbehave(xroadtest.Down)
	w, x := b.startOn(t, o)
	id := w.deferred(w.signer("ostap-ec"), x)
	x.mend()
	w.finishes(id)
	w.until("an attempt", func() bool { return b.server.Requests() > 0 })
	w.healthy()
	if status, _ := w.notices(); status != http.StatusOK {
		t.Errorf("readiness %d", status)
	}
	_, body := w.call(http.MethodGet, w.at.Metrics, "text/plain", http.NoBody)
	if !bytes.Contains(body, []byte("dovidka_notices_waiting 1")) {
		t.Error("the notice is not there any more")
	}
}

// raisesAlarm: the bus refuses us. That is told, and does not make us unready.
func raisesAlarm(t *testing.T, o *original) {
	b := newBus(t)
	b.server.Misbehave(xroadtest.AccessDenied)
	w, x := b.startOn(t, o)
	id := w.deferred(w.signer("ostap-ec"), x)
	x.mend()
	w.finishes(id)
	w.until("the alarm", func() bool {
		status, said := w.notices()
		if status != http.StatusOK {
			t.Fatalf("readiness %d", status)
		}
		return said == "failed"
	})
	w.healthy()
}

// TestDeliveryConfiguration changes one thing of the sample with the delivery on.
func TestDeliveryConfiguration(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ old, changed, want string }{
		"nothing":             {"delivery:\n", "delivery:\n", ""},
		"plain HTTP":          {"https://security-server.internal/", "http://security-server.internal/", "delivery.plain_http"},
		"no address":          {"https://security-server.internal/", "secret-value", "delivery.security_server"},
		"no pins":             {"pins: [tls/security-server.crt]", "pins: []", "delivery.tls"},
		"half a client":       {"client: SEVDEIR-TEST/GOV/42032422/50_eHealth_demo_PUSH", "client: secret-value", "delivery.client"},
		"half a service":      {"DpDiiaTest_33_prod/NotificationCreate", "secret-value", "delivery.service"},
		"another SOAP":        {`soap: "1.1"`, `soap: "2"`, "delivery.soap"},
		"no partner":          {"partner_id: agreed-with-diia", `partner_id: ""`, "delivery.partner_id"},
		"no template":         {"template_id: agreed-with-diia", `template_id: ""`, "delivery.partner_id"},
		"no attempts":         {"attempts: 12", "attempts: 0", "delivery.timeout, attempts"},
		"longer than answers": {"max_age: 25m", "max_age: 30m", "delivery.max_age"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(deploy.SampleConfig())
			for _, change := range [][2]string{{"delivery:\n  enabled: false", "delivery:\n  enabled: true"}, {c.old, c.changed}} {
				if !strings.Contains(text, change[0]) {
					t.Fatalf("the sample has no %q", change[0])
				}
				text = strings.Replace(text, change[0], change[1], 1)
			}
			path := filepath.Join(t.TempDir(), "dovidka.yaml")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := loadConfig(path)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want == "":
				dir := filepath.Join(filepath.Dir(path), "tls")
				if cfg.Delivery.TLS.Key != filepath.Join(dir, "bus-client.key") || cfg.Delivery.TLS.Pins[0] != filepath.Join(dir, "security-server.crt") {
					t.Errorf("paths %+v", cfg.Delivery.TLS)
				}
			case err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret-value"):
				t.Errorf("got %v; %q is expected", err, c.want)
			}
		})
	}
}

func TestDeliveryWarnings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		enabled, plain bool
		door           string
		want           string
	}{
		{false, true, "", ""}, {true, false, "x", ""}, {true, false, "", "delivery.enabled"}, {true, true, "x", "delivery.plain_http"},
	} {
		var out bytes.Buffer
		cfg := DeliveryConfig{Enabled: c.enabled, PlainHTTP: c.plain}
		cfg.warn(slog.New(slog.NewTextHandler(&out, nil)), c.door)
		if (out.Len() > 0) != (c.want != "") || !strings.Contains(out.String(), c.want) {
			t.Errorf("%+v: %s", c, out.String())
		}
	}
}
