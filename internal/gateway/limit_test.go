package gateway

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

func TestLimiter(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l, err := NewLimiter(LimiterConfig{PerSecond: 2, Burst: 3, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if wait := l.Allow("portal"); wait != 0 {
			t.Fatalf("visit %d of the burst has to wait %s", i+1, wait)
		}
	}
	for range 5 { // refused visits cost nothing, so the wait does not grow
		if wait := l.Allow("portal"); wait != 500*time.Millisecond {
			t.Fatalf("wait = %s, want 500ms", wait)
		}
	}
	if wait := l.Allow("other"); wait != 0 {
		t.Error("one client pays for another")
	}
	now = now.Add(500 * time.Millisecond)
	if wait := l.Allow("portal"); wait != 0 {
		t.Errorf("after the wait: %s", wait)
	}
}

func TestLimiterForgetsTheOldest(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l, err := NewLimiter(LimiterConfig{PerSecond: 1, Burst: 1, MaxClients: 2, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	l.Allow("a")
	l.Allow("b")
	if l.Allow("a") == 0 {
		t.Error("a is forgotten while there was room")
	}
	for i := range 1000 {
		l.Allow(fmt.Sprint("c", i))
		l.Allow("a")
	}
	if len(l.clients) != 2 || l.recent.Len() != 2 {
		t.Errorf("%d clients and %d visits are kept, want 2", len(l.clients), l.recent.Len())
	}
	if l.Allow("a") == 0 {
		t.Error("a came all the time and is forgotten")
	}
}

func TestLimiterAtOnce(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	l, err := NewLimiter(LimiterConfig{PerSecond: 1, Burst: 10, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	allowed := make(chan struct{}, 100)
	for range 100 {
		group.Go(func() {
			if l.Allow("portal") == 0 {
				allowed <- struct{}{}
			}
		})
	}
	group.Wait()
	if len(allowed) != 10 {
		t.Errorf("%d visits were allowed, want 10", len(allowed))
	}
}

func TestLimiterRefusesNegativeLimits(t *testing.T) {
	t.Parallel()
	if _, err := NewLimiter(LimiterConfig{Burst: -1}); err == nil {
		t.Error("accepted")
	}
}
