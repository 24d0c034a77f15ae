package xroad_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// TestBreaker leaves a service alone after failures in a row, lets one call try after the pause, and does not punish
// other services.
func TestBreaker(t *testing.T) {
	t.Parallel()
	other := provided
	other.Service = "Other_v1"
	synctest.Test(t, func(t *testing.T) {
		code := "Server.ClientProxy.NetworkError"
		client, server := timedClient(t, func(r received) reply {
			if r.Header.Service == other || code == "" {
				out := good(r)
				if r.Header.Service == other {
					out = faulty(xroad.Fault{Code: "Server.Sad"})(r)
				}
				return out
			}
			return faulty(xroad.Fault{Code: code})(r)
		}, func(c *xroad.ClientConfig) {
			c.Targets = append(c.Targets, xroad.Target{Service: other, Namespace: testNamespace})
		})
		count := 0
		call := func(sent int) error {
			t.Helper()
			_, err := client.Call(t.Context(), testCall())
			if count += sent; len(server.requests()) != count {
				t.Fatalf("%d messages, want %d", len(server.requests()), count)
			}
			return err
		}
		for range 4 {
			checkKind(t, call(1), xroad.ErrUnavailable)
		}
		code = "Server.Sad" // an answer of the service: it is alive
		checkKind(t, call(1), xroad.ErrServiceFault)
		code = "Server.ServerProxy.ServiceFailed.HttpError"
		for range 5 {
			checkKind(t, call(1), xroad.ErrServiceFailed)
		}
		failed := checkKind(t, call(0), xroad.ErrUnavailable)
		if !failed.Undelivered || failed.Attempts != 0 || failed.MessageID != "" {
			t.Errorf("%+v", failed)
		}
		elsewhere := testCall()
		elsewhere.Service = other
		_, err := client.Call(t.Context(), elsewhere)
		checkKind(t, err, xroad.ErrServiceFault)
		count++

		time.Sleep(29 * time.Second)
		checkKind(t, call(0), xroad.ErrUnavailable)
		time.Sleep(2 * time.Second)
		checkKind(t, call(1), xroad.ErrServiceFailed) // the trial
		checkKind(t, call(0), xroad.ErrUnavailable)
		time.Sleep(31 * time.Second)
		code = ""
		for range 3 {
			if err := call(1); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestOneTrial lets only one call find out whether the pause is over, and another when that one was given up.
func TestOneTrial(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		client, server := timedClient(t, func(r received) reply {
			if slow.Load() {
				time.Sleep(20 * time.Second)
				return good(r)
			}
			return faulty(xroad.Fault{Code: "Server.ServerProxy.ServiceFailed.HttpError"})(r)
		}, func(c *xroad.ClientConfig) { c.Failures = 1 })
		_, err := client.Call(t.Context(), testCall())
		checkKind(t, err, xroad.ErrServiceFailed)
		time.Sleep(31 * time.Second)
		slow.Store(true)
		for _, patience := range []time.Duration{10 * time.Second, time.Minute} {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			var trial sync.WaitGroup
			trial.Go(func() {
				if _, err := client.Call(ctx, testCall()); (err == nil) != (patience == time.Minute) {
					t.Errorf("%v: %v", patience, err)
				}
			})
			synctest.Wait()
			before := len(server.requests())
			_, err = client.Call(t.Context(), testCall())
			checkKind(t, err, xroad.ErrUnavailable)
			if len(server.requests()) != before {
				t.Error("a second trial")
			}
			trial.Wait()
			cancel()
		}
		mustCall(t, client)
		time.Sleep(time.Hour)
	})
}

// TestLinkBreaker leaves the security server alone, for all services.
func TestLinkBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dials := 0
		client := newTestClient(t, "http://ss/", func(c *xroad.ClientConfig) {
			c.Dial = func(context.Context, string, string) (net.Conn, error) { dials++; return nil, errors.New("no route") }
		})
		for i, want := range []int{3, 5, 5, 5} { // messages: three of the first call, two of the second
			_, err := client.Call(t.Context(), testCall())
			if failed := checkKind(t, err, xroad.ErrUnavailable); dials != want || !failed.Undelivered {
				t.Errorf("call %d: %d dials, %+v", i, dials, failed)
			}
		}
		time.Sleep(31 * time.Second)
		_, err := client.Call(t.Context(), testCall())
		checkKind(t, err, xroad.ErrUnavailable)
		if dials != 6 {
			t.Errorf("%d dials", dials)
		}
	})
}

// TestConcurrency bounds exchanges in work and calls that wait.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		client, _ := timedClient(t, func(r received) reply {
			most.Store(max(most.Load(), now.Add(1)))
			defer now.Add(-1)
			time.Sleep(6 * time.Second)
			return good(r)
		}, func(c *xroad.ClientConfig) { c.MaxConcurrent, c.MaxWaiting = 2, 5 })
		var crowded, late, answered atomic.Int32
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				begin := time.Now()
				_, err := client.Call(t.Context(), testCall())
				var failed *xroad.CallError
				switch {
				case err == nil:
					answered.Add(1)
				case !errors.As(err, &failed) || !failed.Undelivered || !errors.Is(err, xroad.ErrUnavailable):
					t.Errorf("%v", err)
				case time.Since(begin) == 0:
					crowded.Add(1)
				case time.Since(begin) == 10*time.Second: // the grace: after it the security server would not have its time
					late.Add(1)
				}
			})
		}
		calls.Wait()
		if answered.Load() != 4 || crowded.Load() != 3 || late.Load() != 3 || most.Load() != 2 {
			t.Errorf("%d answered, %d refused at once, %d late, %d at a time", answered.Load(), crowded.Load(), late.Load(), most.Load())
		}
		mustCall(t, client)
	})
}

// TestClose ends calls in work and those that wait.
func TestClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := timedClient(t, func(r received) reply { time.Sleep(30 * time.Second); return good(r) },
			func(c *xroad.ClientConfig) { c.MaxConcurrent = 1 })
		var ended atomic.Int32
		for range 3 {
			go func() {
				if _, err := client.Call(context.Background(), testCall()); errors.Is(err, xroad.ErrUnavailable) {
					ended.Add(1)
				}
			}()
		}
		synctest.Wait()
		begin := time.Now()
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if time.Since(begin) != 0 || ended.Load() != 3 {
			t.Errorf("%v, %d calls ended", time.Since(begin), ended.Load())
		}
		_, err := client.Call(t.Context(), testCall())
		checkKind(t, err, xroad.ErrUnavailable)
		time.Sleep(time.Hour)
	})
}
