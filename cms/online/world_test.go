package online_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// clock is the time of everybody in a test.
type clock struct{ at atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.at.Store(time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC).Unix())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(c.at.Load(), 0).UTC() }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d / time.Second)) }

// world is an authority with its services, and somebody who signs.
type world struct {
	*cmstest.Services
	authority *cmstest.Authority
	clock     *clock
	who       *cmstest.Identity
}

func newWorld(t testing.TB, family cmstest.Family, cfg cmstest.ServeConfig) *world {
	t.Helper()
	w := &world{clock: newClock()}
	var err error
	if w.authority, err = cmstest.NewAuthority(family, w.clock.now()); err != nil {
		t.Fatal(err)
	}
	cfg.Now = w.clock.now
	if w.Services, err = w.authority.Serve(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.who, err = w.authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// client makes a client that may ask this machine.
func (w *world) client(t testing.TB, cfg online.Config) *online.Client {
	t.Helper()
	cfg.Now = w.clock.now
	if cfg.Networks == nil {
		cfg.Networks = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	}
	c, err := online.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// verify has a signature of now verified now.
func (w *world) verify(t testing.TB, c *online.Client) *cms.Result {
	t.Helper()
	p7s, err := w.who.Sign([]byte("document"), w.clock.now(), false)
	if err != nil {
		t.Fatal(err)
	}
	opts := w.Options(w.clock.now())
	opts.Statuses = c
	r, err := cms.VerifyContext(t.Context(), p7s, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inside answers from a handler without a network.
type inside struct{ http.Handler }

func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	done := make(chan *http.Response, 1)
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // a connection that was cut
		out := httptest.NewRecorder()
		i.ServeHTTP(out, r)
		done <- out.Result()
	}()
	select {
	case response, ok := <-done:
		if !ok {
			return nil, http.ErrAbortHandler
		}
		return response, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

// slowly answers after a time.
type slowly struct {
	http.RoundTripper
	after time.Duration
}

func (s slowly) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case <-time.After(s.after):
		return s.RoundTripper.RoundTrip(r)
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}
