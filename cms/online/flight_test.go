package online

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newTestFlights(turns int) (*flights[string, int], func()) {
	base, stop := context.WithCancel(context.Background())
	group := new(sync.WaitGroup)
	return newFlights[string, int](base, make(chan struct{}, turns), group), func() { stop(); group.Wait() }
}

// takes works for a time, or until it is called off.
func takes(d time.Duration, calls *atomic.Int32) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		calls.Add(1)
		select {
		case <-time.After(d):
			return 42, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// TestOneFlightForMany: whoever has less time than the exchange takes gives up alone.
func TestOneFlightForMany(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, end := newTestFlights(4)
		defer end()
		var calls, served, late atomic.Int32
		var group sync.WaitGroup
		for i := range 10 {
			group.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*time.Second+500*time.Millisecond)
				defer cancel()
				v, err := f.do(ctx, "key", time.Minute, takes(5*time.Second, &calls))
				switch {
				case err == nil && v == 42:
					served.Add(1)
				case errors.Is(err, context.DeadlineExceeded):
					late.Add(1)
				}
			})
		}
		group.Wait()
		if calls.Load() != 1 || served.Load() != 5 || late.Load() != 5 {
			t.Errorf("%d calls, %d served, %d gave up", calls.Load(), served.Load(), late.Load())
		}
	})
}

// TestFlightGoesOnWithoutWaiters: the next one finds its result.
func TestFlightGoesOnWithoutWaiters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, end := newTestFlights(1)
		defer end()
		var calls atomic.Int32
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.do(ctx, "key", time.Minute, takes(5*time.Second, &calls)); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		start := time.Now()
		if _, err := f.do(t.Context(), "key", time.Minute, takes(5*time.Second, &calls)); err != nil || time.Since(start) != 4*time.Second {
			t.Errorf("after %v, error %v", time.Since(start), err)
		}
		if _, err := f.do(t.Context(), "key", 2*time.Second, takes(5*time.Second, &calls)); !errors.Is(err, context.DeadlineExceeded) || calls.Load() != 2 {
			t.Errorf("the timeout of the exchange: %v, %d calls", err, calls.Load())
		}
	})
}

// TestFlightsTakeTurns: so many at once, and whoever waits for a turn has a deadline too.
func TestFlightsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, end := newTestFlights(1)
		defer end()
		var calls atomic.Int32
		go func() { _, _ = f.do(t.Context(), "first", time.Minute, takes(5*time.Second, &calls)) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := f.do(ctx, "second", time.Minute, takes(0, &calls)); !errors.Is(err, context.DeadlineExceeded) || calls.Load() != 1 {
			t.Errorf("error %v, %d calls", err, calls.Load())
		}
		if v, err := f.do(t.Context(), "second", time.Minute, takes(0, &calls)); err != nil || v != 42 {
			t.Error(err)
		}
	})
}

func TestFlightsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, end := newTestFlights(2)
		var calls atomic.Int32
		failed := make(chan error)
		go func() {
			_, err := f.do(context.Background(), "key", time.Hour, takes(time.Hour, &calls))
			failed <- err
		}()
		synctest.Wait()
		go end()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("waiter: %v", err)
		}
		if _, err := f.do(context.Background(), "key", time.Hour, takes(0, &calls)); !errors.Is(err, errClosed) {
			t.Errorf("after the end: %v", err)
		}
	})
}
