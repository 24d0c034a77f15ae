package xroad_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// inMemory serves a handler over pipes, so that time passes at once. The returned function dials.
func inMemory(t *testing.T, handler http.Handler) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	listener := &pipeListener{connections: make(chan net.Conn, 100)}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return func(context.Context, string, string) (net.Conn, error) {
		client, served := net.Pipe()
		listener.connections <- served
		return client, nil
	}
}

// timedClient is a client of a stand-in in memory. Nothing is varied by chance but the back-off.
func timedClient(t *testing.T, answer func(received) reply, change func(*xroad.ClientConfig)) (*xroad.Client, *standIn) {
	t.Helper()
	s := &standIn{}
	dial := inMemory(t, s.handler(t, answer))
	return newTestClient(t, "http://ss/", func(c *xroad.ClientConfig) {
		c.Dial, c.Backoff = dial, 0
		if change != nil {
			change(c)
		}
	}), s
}

func reading(c *xroad.ClientConfig) { c.Targets[0].Idempotent = true }

// TestServerGivesUpFirst lets the security server wait for the service as long as it does, and answer then.
func TestServerGivesUpFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fault := faulty(xroad.Fault{Code: "Server.ServerProxy.ServiceFailed.NetworkError"})
		client, server := timedClient(t, func(r received) reply { time.Sleep(60 * time.Second); return fault(r) }, reading)
		begin := time.Now()
		_, err := client.Call(t.Context(), testCall())
		checkKind(t, err, xroad.ErrServiceFailed)
		// Idempotent, but the security server would have no time for a second message.
		if took := time.Since(begin); took != 60*time.Second || len(server.requests()) != 1 {
			t.Errorf("took %v, %d messages", took, len(server.requests()))
		}
	})
}

// TestNoAnswer ends a call a little after the security server should have.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*xroad.ClientConfig)
		want   time.Duration
	}{
		"usual":      {reading, 70 * time.Second},
		"configured": {func(c *xroad.ClientConfig) { c.Targets[0].Timeout, c.Grace = 5*time.Second, 2*time.Second }, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := timedClient(t, func(r received) reply { time.Sleep(time.Hour); return good(r) }, test.change)
				begin := time.Now()
				_, err := client.Call(t.Context(), testCall())
				failed := checkKind(t, err, xroad.ErrUnavailable)
				if took := time.Since(begin); took != test.want || len(server.requests()) != 1 {
					t.Errorf("took %v, %d messages", took, len(server.requests()))
				}
				if failed.Undelivered || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%+v", failed)
				}
				time.Sleep(2 * time.Hour) // until the server is done
			})
		})
	}
}

// TestCallerLeaves ends a call when its caller does, without a word to the breakers.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var slow atomic.Bool
		slow.Store(true)
		client, _ := timedClient(t, func(r received) reply {
			if slow.Load() {
				time.Sleep(30 * time.Second)
			}
			return good(r)
		}, func(c *xroad.ClientConfig) { c.Failures = 1 })
		for _, leave := range []func() (context.Context, context.CancelFunc){
			func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), time.Second) },
			func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				return ctx, cancel
			},
		} {
			ctx, cancel := leave()
			begin := time.Now()
			_, err := client.Call(ctx, testCall())
			if failed := checkKind(t, err, xroad.ErrUnavailable); failed.Undelivered || !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
				t.Errorf("%v", err)
			}
			if took := time.Since(begin); took != time.Second {
				t.Errorf("took %v", took)
			}
			cancel()
		}
		slow.Store(false)
		mustCall(t, client)
		time.Sleep(time.Hour)
	})
}

// TestRepetition counts messages and waits between them.
func TestRepetition(t *testing.T) {
	t.Parallel()
	network := faulty(xroad.Fault{Code: "Server.ServerProxy.ServiceFailed.NetworkError"})
	for name, test := range map[string]struct {
		failures int
		want     int
		kind     error // nil if the call succeeds at last
	}{
		"none": {0, 1, nil}, "one": {1, 2, nil}, "two": {2, 3, nil}, "three": {3, 3, xroad.ErrServiceFailed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var count atomic.Int32
				var times []time.Time
				var numbers []int
				client, server := timedClient(t, func(r received) reply {
					if int(count.Add(1)) <= test.failures {
						return network(r)
					}
					return good(r)
				}, func(c *xroad.ClientConfig) {
					reading(c)
					c.Observe = func(_ context.Context, a xroad.Attempt) {
						times, numbers = append(times, a.Began), append(numbers, a.Number)
					}
				})
				answer, err := client.Call(t.Context(), testCall())
				attempts := 0
				if test.kind != nil {
					attempts = checkKind(t, err, test.kind).Attempts
				} else if err != nil {
					t.Fatal(err)
				} else if attempts = answer.Attempts; answer.Header.ID != server.requests()[test.want-1].Header.ID {
					t.Error("id of another message")
				}
				if attempts != test.want || len(server.requests()) != test.want || len(times) != test.want || numbers[test.want-1] != test.want {
					t.Errorf("%d attempts, %d messages, %v", attempts, len(server.requests()), numbers)
				}
				ids := map[string]bool{}
				for _, r := range server.requests() {
					ids[r.Header.ID] = true
				}
				if len(ids) != test.want {
					t.Errorf("%d ids", len(ids))
				}
				for i := 1; i < len(times); i++ {
					least := 125 * time.Millisecond << (i - 1)
					if wait := times[i].Sub(times[i-1]); wait < least || wait > 2*least {
						t.Errorf("wait %v before message %d", wait, i+1)
					}
				}
			})
		})
	}
}

// TestCut cuts connections at every place. Only what is certain or idempotent is repeated.
func TestCut(t *testing.T) {
	t.Parallel()
	request := func(connection net.Conn) {
		one := make([]byte, 1)
		_, _ = connection.Read(one)
	}
	whole := func(connection net.Conn, answer string) {
		_, _ = http.ReadRequest(bufio.NewReader(connection))
		_, _ = io.WriteString(connection, answer)
	}
	for name, test := range map[string]struct {
		serve     func(net.Conn) error
		delivered bool
	}{
		"cannot dial":        {func(net.Conn) error { return errors.New("no route") }, false},
		"within the request": {func(c net.Conn) error { go func() { request(c); _ = c.Close() }(); return nil }, true},
		"before the answer":  {func(c net.Conn) error { go func() { whole(c, ""); _ = c.Close() }(); return nil }, true},
		"within the head": {func(c net.Conn) error {
			go func() { whole(c, "HTTP/1.1 200 OK\r\nConte"); _ = c.Close() }()
			return nil
		}, true},
		"within the body": {func(c net.Conn) error {
			go func() {
				whole(c, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<soap:")
				_ = c.Close()
			}()
			return nil
		}, true},
		"within a chunk": {func(c net.Conn) error {
			go func() {
				whole(c, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<soap:")
				_ = c.Close()
			}()
			return nil
		}, true},
		"not HTTP": {func(c net.Conn) error { go func() { whole(c, "220 mail ready\r\n"); _ = c.Close() }(); return nil }, true},
	} {
		for _, idempotent := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					dials := 0
					client := newTestClient(t, "http://ss/", func(c *xroad.ClientConfig) {
						c.Targets[0].Idempotent = idempotent
						c.Dial = func(context.Context, string, string) (net.Conn, error) {
							dials++
							ours, theirs := net.Pipe()
							if err := test.serve(theirs); err != nil {
								return nil, err
							}
							return ours, nil
						}
					})
					_, err := client.Call(t.Context(), testCall())
					failed := checkKind(t, err, xroad.ErrUnavailable)
					if strings.Contains(err.Error(), "mail") {
						t.Errorf("%v quotes what came", err)
					}
					want := 1
					if idempotent || !test.delivered {
						want = 3
					}
					if dials != want || failed.Attempts != want || failed.Undelivered == test.delivered {
						t.Errorf("idempotent %t: %d dials, %+v", idempotent, dials, failed)
					}
				})
			})
		}
	}
}

// TestUndeliveredIsOfAllMessages keeps in mind that an earlier message may have been delivered.
func TestUndeliveredIsOfAllMessages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		codes := []string{"Server.ServerProxy.ServiceFailed.IOError", "Server.ServerProxy.AccessDenied"}
		var count atomic.Int32
		client, _ := timedClient(t, func(r received) reply {
			return faulty(xroad.Fault{Code: codes[count.Add(1)-1]})(r)
		}, reading)
		_, err := client.Call(t.Context(), testCall())
		if failed := checkKind(t, err, xroad.ErrAccessDenied); failed.Undelivered || failed.Attempts != 2 {
			t.Errorf("%+v", failed)
		}
	})
}
