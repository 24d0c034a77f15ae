package scenarios

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestNoticesAfterCrashes kills the process under load while citizens' requests
// are in work and while Diia is being told that earlier ones have ended. Whose
// request was finished without them is notified: each under one id, which comes
// again when the process died before it had recorded that it came.
func TestNoticesAfterCrashes(t *testing.T) {
	t.Parallel()
	crashes := 20
	if testing.Short() {
		crashes = 8
	}
	s := longLived(t)
	var diia diiatest.Provider
	security := diia.Start(t, xroadtest.Config{Dialect: xroadtest.UXP})
	security.MisbehaveBy(func() (xroadtest.Fault, time.Duration) { return xroadtest.Sound, rand.N(100 * time.Millisecond) })
	for setting, value := range map[string]string{
		"delivery:\n    enabled: false": "delivery:\n    enabled: true", `security_server: ""`: "security_server: " + security.URL,
		"plain_http: false": "plain_http: true", `    client: ""`: "    client: " + diiatest.Client().String(),
		`    service: ""`: "    service: " + diiatest.Service().String(), `partner_id: ""`: "partner_id: " + diiatest.PartnerID,
		`template_id: ""`: "template_id: " + diiatest.TemplateID, `request_parameter: ""`: "request_parameter: request",
	} {
		configure(t, s.Config, setting, value)
	}
	l, err := newLoad(s)
	if err != nil {
		t.Fatal(err)
	}
	for n := range crashes {
		p, started := serve(t, s)
		loaded := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { loaded <- l.run(ctx, started) }()
		life := rand.N(200 * time.Millisecond)
		if n%2 == 1 { // long enough to finish what was left, and to tell of it
			life += 1100 * time.Millisecond
		}
		time.Sleep(life)
		p.kill()
		cancel()
		if err := <-loaded; err != nil {
			t.Fatalf("crash %d: %v\n%s", n, err, p.logText())
		}
	}
	p, started := serve(t, s)
	if err := l.settle(t.Context(), started); err != nil {
		t.Fatalf("%v\n%s", err, p.logText())
	}
	for deadline := time.Now().Add(patience); !strings.Contains(metrics(t, started), "\ndovidka_notices_waiting 0\n"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("notices stay\n%s", p.logText())
		}
	}
	if code, err := p.stop(); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
	verifyLedger(t, s)
	entries := readLedger(t, s)
	l.audit(t, entries)
	l.auditNotices(t, entries, diia.All())
}

// auditNotices holds what came to Diia against the ledger.
func (l *load) auditNotices(t *testing.T, entries []recorded, came []diiatest.Notice) {
	t.Helper()
	portals := map[dovidka.ID]bool{}
	for _, r := range l.all {
		portals[r.id] = r.messageID != ""
	}
	ids, messages := map[dovidka.ID]string{}, map[string]dovidka.ID{}
	for _, n := range came {
		request := dovidka.ID(n.Parameters["request"])
		if earlier := ids[request]; earlier != "" && earlier != n.ID {
			t.Errorf("request %s came to Diia as %s and as %s", request, earlier, n.ID)
		}
		if !portals[request] {
			t.Errorf("request %s did not come through the portal, and Diia was told of it", request)
		}
		ids[request], messages[n.MessageID] = n.ID, request
	}
	delivered := map[dovidka.ID]bool{}
	for i, e := range entries[1:] {
		if e.Kind != dovidka.EventNotified {
			continue
		}
		if e.Notice.Outcome == dovidka.NoticeDelivered {
			delivered[e.Request] = true
			if messages[e.Message] != e.Request {
				t.Errorf("entry %d: message %s about request %s was delivered, and did not come to Diia", i+1, e.Message, e.Request)
			}
		}
		if ids[e.Request] != "" && ids[e.Request] != e.Notice.ID {
			t.Errorf("entry %d: notice %s came to Diia as %s", i+1, e.Notice.ID, ids[e.Request])
		}
	}
	for request := range ids {
		if !delivered[request] {
			t.Errorf("Diia was told of request %s, and the ledger does not know", request)
		}
	}
	t.Logf("%d of %d requests ended without their citizens; %d messages came to Diia", len(ids), len(l.all), len(came))
	if len(ids) == 0 {
		t.Error("nobody was notified: the load was none")
	}
}

func metrics(t *testing.T, s system) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.Metrics, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
