package online

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	b := newBreakers(3, time.Minute, func() time.Time { return now })
	ask := func(failed bool) error {
		done, err := b.ask(target{Service{KindOCSP, "host"}, "/ocsp"})
		if err == nil {
			done(failed)
		}
		return err
	}
	for _, failed := range []bool{true, true, false, true, true} {
		if err := ask(failed); err != nil {
			t.Fatal("paused before three failures in a row")
		}
	}
	if err := ask(true); err != nil {
		t.Fatal("paused by two failures")
	}
	if err := ask(false); !errors.Is(err, errPaused) || len(b.paused()) != 1 {
		t.Fatalf("three failures: %v, paused %v", err, b.paused())
	}
	if done, err := b.ask(target{Service{KindList, "host"}, "/ocsp"}); err != nil {
		t.Error("the lists of a host pay for its responder")
	} else {
		done(false)
	}
	for range 3 {
		done, err := b.ask(target{Service{KindOCSP, "host"}, "/gone"})
		if err != nil {
			t.Fatal("a responder pays for an address that old certificates have")
		}
		done(true)
	}
	if len(b.paused()) != 1 {
		t.Errorf("paused %v", b.paused())
	}
	now = now.Add(time.Minute)
	if done, err := b.ask(target{Service{KindOCSP, "host"}, "/gone"}); err != nil {
		t.Error(err)
	} else {
		done(false)
	}
	trial, err := b.ask(target{Service{KindOCSP, "host"}, "/ocsp"})
	if err != nil {
		t.Fatal("no trial after the pause")
	}
	if err := ask(false); !errors.Is(err, errPaused) {
		t.Error("two trials at once")
	}
	trial(true)
	if err := ask(false); !errors.Is(err, errPaused) {
		t.Error("asked right after a trial that failed")
	}
	now = now.Add(time.Minute)
	for range 2 {
		if err := ask(false); err != nil {
			t.Error("paused after a trial that went well")
		}
	}
	if len(b.services) != 0 {
		t.Errorf("%d services are remembered for nothing", len(b.services))
	}
}

// TestBreakerForgets: whoever can name hosts cannot fill the memory.
func TestBreakerForgets(t *testing.T) {
	t.Parallel()
	b := newBreakers(1, time.Minute, time.Now)
	for i := range 2 * maxServices {
		done, err := b.ask(target{Service{KindOCSP, "host"}, fmt.Sprint(i)})
		if err != nil {
			t.Fatal(err)
		}
		done(true)
	}
	if len(b.services) > maxServices {
		t.Errorf("%d services", len(b.services))
	}
}

// TestBreakerOfLateAnswers: exchanges from before the pause neither end nor prolong it.
func TestBreakerOfLateAnswers(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	b := newBreakers(2, time.Minute, func() time.Time { return now })
	var all []func(bool)
	for range 4 {
		done, err := b.ask(target{Service{KindOCSP, "host"}, "/ocsp"})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, done)
	}
	all[0](true)
	all[1](true)
	all[2](false)
	if _, err := b.ask(target{Service{KindOCSP, "host"}, "/ocsp"}); !errors.Is(err, errPaused) {
		t.Error("a late success ended the pause")
	}
	now = now.Add(30 * time.Second)
	all[3](true)
	now = now.Add(30 * time.Second)
	if _, err := b.ask(target{Service{KindOCSP, "host"}, "/ocsp"}); err != nil {
		t.Error("a late failure prolonged the pause")
	}
}
