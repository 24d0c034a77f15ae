package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

var errAway = errors.New("away")

func TestDelivered(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.notice(t)
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultDelivered)
	events := f.recorded(t)
	if len(events) != 1 || events[0].RequestID != n.RequestID || events[0].Notice.ID != n.ID || events[0].Notice.Outcome != dovidka.NoticeDelivered ||
		events[0].Subject == "" || events[0].MessageID != "m-1" || events[0].Notice.Reference != "d" {
		t.Errorf("the ledger has %+v", events)
	}
	if got := f.messenger.all(); len(got) != 1 || got[0].ID != n.ID || got[0].Recipient != n.Recipient || f.waiting(t) != 0 {
		t.Errorf("%d passed on, %d wait", len(got), f.waiting(t))
	}
	f.Round(t.Context())
	wantResults(t, f)
}

// TestFailuresThatPass: the rests grow, the id stays, everything that was said is
// recorded, and what never left us is not.
func TestFailuresThatPass(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.notice(t)
	f.messenger.says(errAway, errAway)
	f.messenger.next = append(f.messenger.next,
		func() (dovidka.NoticeExchange, error) { return dovidka.NoticeExchange{}, errAway },
		func() (dovidka.NoticeExchange, error) { return dovidka.NoticeExchange{}, nil }, // a messenger that does not say how
		func() (dovidka.NoticeExchange, error) { return dovidka.NoticeExchange{}, delivery.ErrRejected },
		func() (dovidka.NoticeExchange, error) { panic("personal text") },
	)
	for _, rest := range []time.Duration{5, 10, 20, 40, 80, 160} {
		f.Round(t.Context())
		wantResults(t, f, delivery.ResultFailed)
		f.add(rest*time.Second - time.Millisecond)
		f.Round(t.Context())
		wantResults(t, f)
		f.add(time.Millisecond)
	}
	if err := f.Ready(t.Context()); err != nil {
		t.Errorf("ready: %v", err)
	}
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultDelivered)
	if got := outcomes(f.recorded(t)); !slices.Equal(got, []dovidka.NoticeOutcome{"failed", "failed", "delivered"}) {
		t.Errorf("the ledger has %v", got)
	}
	for _, passed := range f.messenger.all() {
		if passed.ID != n.ID {
			t.Error("a repetition has another id")
		}
	}
}

func TestAttention(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.notice(t)
	f.messenger.says(fmt.Errorf("%w: access denied", delivery.ErrAttention))
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultAttention)
	if err := f.Ready(t.Context()); !errors.Is(err, delivery.ErrAttention) {
		t.Errorf("ready: %v", err)
	}
	f.add(5*time.Minute - time.Millisecond)
	f.Round(t.Context())
	wantResults(t, f)
	f.add(time.Millisecond)
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultDelivered)
	if err := f.Ready(t.Context()); err != nil {
		t.Errorf("ready after that: %v", err)
	}
	if got := outcomes(f.recorded(t)); !slices.Equal(got, []dovidka.NoticeOutcome{"failed", "delivered"}) {
		t.Errorf("the ledger has %v", got)
	}
}

func TestRejected(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.notice(t)
	f.messenger.says(fmt.Errorf("%w: by them", delivery.ErrRejected))
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultRejected)
	if got := outcomes(f.recorded(t)); !slices.Equal(got, []dovidka.NoticeOutcome{"rejected"}) || f.waiting(t) != 0 {
		t.Errorf("the ledger has %v, %d wait", got, f.waiting(t))
	}
}

// TestNoRecordNoDelivery: what is not recorded is not delivered, whatever the body
// said.
func TestNoRecordNoDelivery(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	n := f.notice(t)
	f.messenger.says(nil, delivery.ErrRejected)
	for range 2 {
		f.ledger.Store.FailNext(errors.New("disk full"))
		f.Round(t.Context())
		wantResults(t, f, delivery.ResultUnrecorded)
		if f.waiting(t) != 1 || len(f.recorded(t)) != 0 {
			t.Fatalf("%d wait, the ledger has %d", f.waiting(t), len(f.recorded(t)))
		}
		f.add(time.Minute)
	}
	f.Round(t.Context())
	wantResults(t, f, delivery.ResultDelivered)
	if got := f.messenger.all(); len(got) != 3 || got[2].ID != n.ID || len(f.recorded(t)) != 1 {
		t.Errorf("passed on %d times, the ledger has %d", len(got), len(f.recorded(t)))
	}
}

func TestGivenUp(t *testing.T) {
	t.Parallel()
	t.Run("by age", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.notice(t)
		for range 100 {
			f.messenger.says(errAway)
		}
		for range 6 { // the last time it is too late
			f.Round(t.Context())
			f.add(5 * time.Minute)
		}
		wantResults(t, f, delivery.ResultFailed, delivery.ResultFailed, delivery.ResultFailed, delivery.ResultFailed, delivery.ResultFailed,
			delivery.ResultGivenUp)
		if len(f.messenger.all()) != 5 || f.waiting(t) != 0 {
			t.Errorf("passed on %d times, %d wait", len(f.messenger.all()), f.waiting(t))
		}
	})
	t.Run("when the next attempt would be too late", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.notice(t)
		f.add(24 * time.Minute)
		f.messenger.says(delivery.ErrAttention)
		f.Round(t.Context())
		wantResults(t, f, delivery.ResultAttention, delivery.ResultGivenUp)
		if f.waiting(t) != 0 {
			t.Error("it is still there")
		}
	})
	t.Run("by attempts", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.cfg.Attempts = 2
		f.restart(t)
		f.notice(t)
		f.messenger.says(errAway, delivery.ErrAttention)
		for range 2 {
			f.Round(t.Context())
			f.add(time.Minute)
		}
		wantResults(t, f, delivery.ResultFailed, delivery.ResultAttention, delivery.ResultGivenUp)
		if f.waiting(t) != 0 {
			t.Error("it is still there")
		}
	})
	t.Run("too late to begin", func(t *testing.T) {
		t.Parallel()
		f := newFixture(t)
		f.notice(t)
		f.add(13 * time.Minute)
		if err := f.Ready(t.Context()); err == nil {
			t.Error("nobody sees that notices wait")
		}
		f.add(12 * time.Minute)
		f.Round(t.Context())
		wantResults(t, f, delivery.ResultGivenUp)
		if len(f.messenger.all()) != 0 || f.waiting(t) != 0 {
			t.Error("it was passed on, or is still there")
		}
	})
}

// deadAfter is an outbox of a process that dies after an exchange.
type deadAfter struct{ delivery.Outbox }

var errDead = errors.New("dead")

func (deadAfter) Rest(context.Context, dovidka.ID, int, time.Time) (bool, error) {
	return false, errDead
}

func (deadAfter) Forget(context.Context, dovidka.ID, int) (bool, error) { return false, errDead }

// TestCrash: the process dies after the body was told and before that is recorded,
// or before the notice is wiped. Another takes the notice up when the claim is
// over, under the same id.
func TestCrash(t *testing.T) {
	t.Parallel()
	for name, recorded := range map[string]int{"before the record": 0, "after the record": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			n := f.notice(t)
			f.cfg.Outbox = deadAfter{f.store.Outbox()}
			f.restart(t)
			if recorded == 0 {
				f.ledger.Store.FailNext(errDead)
			}
			f.Round(t.Context())
			f.took(t)
			if got := len(f.recorded(t)); got != recorded {
				t.Fatalf("the ledger has %d", got)
			}
			f.cfg.Outbox = f.store.Outbox()
			f.restart(t)
			f.add(2 * time.Minute)
			f.Round(t.Context())
			wantResults(t, f)
			f.add(time.Minute)
			f.Round(t.Context())
			wantResults(t, f, delivery.ResultDelivered)
			got := f.messenger.all()
			if len(got) != 2 || got[0].ID != n.ID || got[1].ID != n.ID || f.waiting(t) != 0 || len(f.recorded(t)) != recorded+1 {
				t.Errorf("passed on %d times, %d wait, the ledger has %d", len(got), f.waiting(t), len(f.recorded(t)))
			}
		})
	}
}

// TestReplicas: several processes on one outbox pass each notice on once.
func TestReplicas(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const notices = 60
	for range notices {
		f.notice(t)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for range 3 {
		f.restart(t)
		s := f.Service
		running.Go(func() {
			if err := s.Run(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); f.waiting(t) > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	running.Wait()
	count := map[dovidka.ID]int{}
	for _, n := range f.messenger.all() {
		count[n.ID]++
	}
	for id, n := range count {
		if n != 1 {
			t.Errorf("notice %s was passed on %d times", id, n)
		}
	}
	if len(count) != notices || len(f.recorded(t)) != notices {
		t.Errorf("%d notices were passed on, the ledger has %d", len(count), len(f.recorded(t)))
	}
}

// TestClose waits for an exchange as long as it may, and then cancels it. What
// became of it is recorded all the same.
func TestClose(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.notice(t)
	begun := make(chan struct{})
	f.messenger.during = func(ctx context.Context) {
		close(begun)
		<-ctx.Done()
	}
	f.messenger.says(errAway)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	s := f.Service
	go func() { ended <- s.Run(ctx) }()
	<-begun
	stop()
	if err := <-ended; err != nil {
		t.Errorf("run: %v", err)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(late); err == nil {
		t.Error("an exchange that was cancelled is nothing to tell of")
	}
	wantResults(t, f, delivery.ResultFailed)
	if got := outcomes(f.recorded(t)); !slices.Equal(got, []dovidka.NoticeOutcome{"failed"}) || f.waiting(t) != 1 {
		t.Errorf("the ledger has %v, %d wait", got, f.waiting(t))
	}
	f.add(time.Hour)
	s.Round(t.Context())
	wantResults(t, f)
	f.restart(t)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, change := range map[string]func(*delivery.Config){
		"no outbox":    func(c *delivery.Config) { c.Outbox = nil },
		"no messenger": func(c *delivery.Config) { c.Messenger = nil },
		"no ledger":    func(c *delivery.Config) { c.Ledger = nil },
	} {
		cfg := f.cfg
		change(&cfg)
		if _, err := delivery.New(cfg); err == nil {
			t.Errorf("%s: a service was made", name)
		}
	}
}
