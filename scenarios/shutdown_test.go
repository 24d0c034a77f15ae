package scenarios

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

// TestShutdown tells a process under load to end. It must end in good order,
// and whoever's request it had begun must have an answer: after the end the
// ledger knows of no request whose client does not.
func TestShutdown(t *testing.T) {
	t.Parallel()
	s := longLived(t)
	l, err := newLoad(s)
	if err != nil {
		t.Fatal(err)
	}
	before := len(readLedger(t, s)) // the demonstration's own
	for range 5 {
		p, started := serve(t, s)
		ctx, cancel := context.WithCancel(t.Context())
		loaded := make(chan error, 1)
		go func() { loaded <- l.run(ctx, started) }()
		time.Sleep(100*time.Millisecond + rand.N(300*time.Millisecond))
		code, err := p.stop()
		cancel()
		if code != 0 || err != nil {
			t.Errorf("exit code %d, %v\n%s", code, err, p.logText())
		}
		if err := <-loaded; err != nil {
			t.Errorf("%v\n%s", err, p.logText())
		}
	}
	answered := map[dovidka.ID]bool{}
	for _, r := range l.all {
		answered[r.id] = r.outcome == outcomeAnswered
	}
	if len(answered) < 20 {
		t.Errorf("only %d requests: that was no load", len(answered))
	}
	entries := readLedger(t, s)
	for i, e := range entries[before:] {
		if !answered[e.Request] {
			t.Errorf("entry %d (%s): request %s was begun, and its client has no answer", before+i, e.Kind, e.Request)
		}
	}

	p, started := serve(t, s)
	if err := l.settle(t.Context(), started); err != nil {
		t.Errorf("%v\n%s", err, p.logText())
		return
	}
	verifyLedger(t, s)
	l.audit(t, readLedger(t, s))
}
