package delivery_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/delivery/diia"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// TestField passes notices on through a security server that fails in every way,
// by chance, with three processes at work. In the end Diia has been asked about
// every case under one id and about no other, and the ledger has every message
// that came to it.
func TestField(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const cases, seed = 60, 7
	byRequest := map[string]string{}
	for range cases {
		n := f.notice(t)
		byRequest[string(n.RequestID)] = string(n.ID)
	}
	var provider diiatest.Provider
	server := provider.Start(t, xroadtest.Config{Dialect: xroadtest.UXP, Limits: xroad.Limits{Size: 64 << 10}})
	faults, chance := xroadtest.Faults(), rand.New(rand.NewPCG(seed, seed))
	server.MisbehaveBy(func() (xroadtest.Fault, time.Duration) {
		if chance.IntN(2) == 0 {
			return xroadtest.Sound, 0
		}
		return faults[chance.IntN(len(faults))], time.Duration(chance.IntN(5)) * time.Millisecond
	})
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client: diiatest.Client(), URL: server.URL, PlainHTTP: true, Attempts: 1, Failures: 1 << 20, Limits: xroad.Limits{Size: 64 << 10},
		Targets: []xroad.Target{diia.Target(diiatest.Service(), xroad.SOAP11, diia.Operation, time.Minute)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f.cfg.Messenger, err = diia.New(diia.Config{
		Client: client, From: diiatest.Client(), Service: diiatest.Service(), PartnerID: diiatest.PartnerID, TemplateID: diiatest.TemplateID,
		RequestParameter: "request",
	})
	if err != nil {
		t.Fatal(err)
	}
	f.cfg.Timeout, f.cfg.Attempts, f.cfg.MaxAge = 500*time.Millisecond, 1000, 1000*time.Hour
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var processes []*delivery.Service
	for range 3 {
		f.restart(t)
		processes = append(processes, f.Service)
	}
	for round := 0; f.waiting(t) > 0 && ctx.Err() == nil; round++ {
		var all sync.WaitGroup
		for _, process := range processes {
			all.Go(func() { process.Round(ctx) })
		}
		all.Wait()
		f.add(2 * time.Second)
		if round%10 == 9 {
			f.add(5 * time.Minute)
		}
	}
	if n := f.waiting(t); n > 0 {
		t.Fatalf("%d notices wait", n)
	}

	came, err := provider.ByID()
	if err != nil {
		t.Error(err)
	}
	if len(came) != cases {
		t.Errorf("%d ids came for %d cases", len(came), cases)
	}
	repeated := 0
	for _, n := range provider.All() {
		if byRequest[n.Parameters["request"]] != n.ID {
			t.Errorf("request %s came under the id %s", n.Parameters["request"], n.ID)
		}
		if n.RNOKPP != number {
			t.Error("another person was to be told")
		}
	}
	for _, times := range came {
		if times > 1 {
			repeated++
		}
	}
	delivered, messages := map[dovidka.ID]int{}, map[string]dovidka.ID{}
	for _, e := range f.recorded(t) {
		messages[e.MessageID] = e.Notice.ID
		if e.Notice.Outcome == dovidka.NoticeDelivered {
			delivered[e.Notice.ID]++
		}
	}
	for _, n := range provider.All() {
		if string(messages[n.MessageID]) != n.ID {
			t.Errorf("message %s about notice %s is not in the ledger, which has it about %q", n.MessageID, n.ID, messages[n.MessageID])
		}
	}
	for _, id := range byRequest {
		if delivered[dovidka.ID(id)] != 1 {
			t.Errorf("notice %s is recorded as delivered %d times", id, delivered[dovidka.ID(id)])
		}
	}
	t.Logf("%d messages came, %d of %d notices more than once; the ledger has %d exchanges", len(provider.All()), repeated, cases, len(messages))
	if repeated == 0 || len(messages) <= cases {
		t.Error("nothing went wrong: the test shows nothing")
	}
}
