package disclosure_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/disclosure/sqlstore"
)

// telling makes the fixture's service one whose notices somebody takes.
func telling(t *testing.T) *fixture {
	t.Helper()
	f := newFixture(t)
	f.cfg.Notices = true
	f.Service = start(t, f.cfg)
	return f
}

// notices takes what there is to tell.
func (f *fixture) notices(t *testing.T) []dovidka.Notice {
	t.Helper()
	store, ok := f.store.(*sqlstore.Store)
	if !ok {
		t.Fatal("the store has no outbox")
	}
	now := f.clock.now().Add(time.Hour)
	got, err := store.Outbox().Claim(t.Context(), now, now.Add(time.Hour), 10)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// runUntil lets Run work until the case has ended.
func (f *fixture) runUntil(t *testing.T, id dovidka.ID) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		c, err := f.store.Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if c.State != dovidka.StateAccepted {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the case does not end")
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func away(step string) error {
	return dovidka.NewFault(dovidka.CodeRegistryUnavailable, "%s is away", step)
}

func TestWhoeverWaitsIsNotToldAgain(t *testing.T) {
	t.Parallel()
	f := telling(t)
	p := f.prepare(t)
	if _, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil {
		t.Fatal(err)
	}
	f.fail["permit"] = dovidka.NewFault(dovidka.CodeConsentWithdrawn, "no")
	p = f.prepare(t)
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeConsentWithdrawn)
	if got := f.notices(t); len(got) > 0 {
		t.Errorf("%d notices for those who waited", len(got))
	}
}

// TestEndsThatNobodyWaitsFor: the neighbour was away when the citizen came, and
// Run finished the case.
func TestEndsThatNobodyWaitsFor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		action dovidka.Action
		fail   map[string]error // later
		state  dovidka.State
	}{
		"an answer":    {dovidka.ActionObtain, nil, dovidka.StateDone},
		"a withdrawal": {dovidka.ActionWithdraw, nil, dovidka.StateDone},
		"a refusal": {
			dovidka.ActionObtain, map[string]error{"permit": dovidka.NewFault(dovidka.CodeConsentWithdrawn, "no")}, dovidka.StateRefused,
		},
		"a defect of ours": {dovidka.ActionObtain, map[string]error{"seal": errors.New("broken")}, dovidka.StateRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := telling(t)
			ask := f.ask()
			ask.Action = c.action
			p, err := f.Prepare(t.Context(), ask)
			if err != nil {
				t.Fatal(err)
			}
			f.fail["verify"] = away("verifier")
			_, err = f.Submit(t.Context(), signed(p.ID, p.Statement))
			wantCode(t, err, dovidka.CodeRegistryUnavailable)
			if got := f.notices(t); len(got) > 0 {
				t.Error("there is a notice before the end")
			}
			for step, err := range c.fail {
				f.fail[step] = err
			}
			f.clock.add(time.Minute)
			f.runUntil(t, p.ID)
			kept, err := f.store.Load(t.Context(), p.ID)
			if err != nil || kept.State != c.state {
				t.Errorf("the case is %s, error %v", kept.State, err)
			}
			got := f.notices(t)
			if len(got) != 1 || got[0].RequestID != p.ID || got[0].Recipient != f.signer || !got[0].CreatedAt.Equal(kept.FinishedAt) {
				t.Errorf("notices: %v", got)
			}
		})
	}
}

// TestWhoIsNotTold: notices go to those who signed the request at hand, came
// through the portal and have a number; and only where somebody passes them on.
func TestWhoIsNotTold(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*fixture, *dovidka.Request){
		"nobody takes notices": func(f *fixture, _ *dovidka.Request) { f.cfg.Notices = false },
		"no number":            func(f *fixture, _ *dovidka.Request) { f.signer = dovidka.RNOKPP{} },
		"something else was signed": func(_ *fixture, r *dovidka.Request) {
			r.Container = []byte("signed:something else")
		},
		"no signature": func(_ *fixture, r *dovidka.Request) { r.Container = []byte("nothing") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := telling(t)
			p := f.prepare(t)
			req := signed(p.ID, p.Statement)
			change(f, &req)
			f.Service = start(t, f.cfg)
			f.fail["verify"] = away("verifier")
			_, err := f.Submit(t.Context(), req)
			wantCode(t, err, dovidka.CodeRegistryUnavailable)
			f.clock.add(10 * time.Minute) // too late to sign again
			f.runUntil(t, p.ID)
			if got := f.notices(t); len(got) > 0 {
				t.Errorf("%d notices", len(got))
			}
		})
	}
}

// TestMembersOfTheBusAreNotTold: they ask again by themselves.
func TestMembersOfTheBusAreNotTold(t *testing.T) {
	t.Parallel()
	f := telling(t)
	p := f.prepare(t)
	req := signed(dovidka.ID(uuid.NewString()), p.Statement)
	req.Channel = dovidka.ChannelTrembita
	if _, err := f.Enqueue(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	f.runUntil(t, req.ID)
	if got := f.notices(t); len(got) > 0 {
		t.Errorf("%d notices", len(got))
	}
}

// watched is a store that tells when the work on a case has begun.
type watched struct {
	disclosure.Store
	begun func()
}

func (s *watched) BurnNonce(ctx context.Context, nonce string, id dovidka.ID, keepUntil time.Time) error {
	s.begun()
	return s.Store.BurnNonce(ctx, nonce, id, keepUntil)
}

// TestWhoHasLeftIsTold: the caller goes away while the work goes on.
func TestWhoHasLeftIsTold(t *testing.T) {
	t.Parallel()
	f := telling(t)
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan struct{})
	f.cfg.Store = &watched{f.store, func() {
		leave()
		<-left
	}}
	f.Service = start(t, f.cfg)
	p := f.prepare(t)
	got, err := f.Submit(ctx, signed(p.ID, p.Statement))
	if err != nil || got.State != dovidka.StateAccepted {
		t.Fatalf("state %s, error %v", got.State, err)
	}
	close(left)
	f.runUntil(t, p.ID)
	if got := f.notices(t); len(got) != 1 || got[0].RequestID != p.ID {
		t.Errorf("notices: %v", got)
	}
}

// TestEitherHandedOverOrTold lets callers leave at every moment: each end is
// either in their hands or there is a notice of it.
func TestEitherHandedOverOrTold(t *testing.T) {
	t.Parallel()
	f := telling(t)
	begun := make(chan struct{}, 1)
	f.cfg.Store = &watched{f.store, func() { begun <- struct{}{} }}
	f.Service = start(t, f.cfg)
	told, handed := 0, 0
	for i := range 100 {
		p := f.prepare(t)
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-begun
			time.Sleep(time.Duration(i%50) * 20 * time.Microsecond)
			leave()
		}()
		got, err := f.Submit(ctx, signed(p.ID, p.Statement))
		if err != nil {
			t.Fatal(err)
		}
		f.runUntil(t, p.ID)
		notices := len(f.notices(t))
		switch {
		case got.State == dovidka.StateDone && notices == 0:
			handed++
		case got.State == dovidka.StateAccepted && notices == 1:
			told++
		default:
			t.Errorf("state %s and %d notices", got.State, notices)
		}
	}
	t.Logf("%d handed over, %d told", handed, told)
}
