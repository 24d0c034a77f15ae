package xroad_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

func TestTimeout(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]func(context.Context, *xroad.Request) (any, error){
		"heeds its context": func(ctx context.Context, _ *xroad.Request) (any, error) {
			<-ctx.Done()
			return nil, fmt.Errorf("query: %w", ctx.Err())
		},
		"does not": func(context.Context, *xroad.Request) (any, error) { time.Sleep(time.Hour); return nil, nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(handle)}, MaxConcurrent: 1})
				begin := time.Now()
				checkFault(t, post(handler, "text/xml", []byte(envelope(allFields, testPayload))), xroad.CodeTimeout)
				if took := time.Since(begin); took != 50*time.Second {
					t.Errorf("took %v", took)
				}
				// An operation that works on has its slot until it ends.
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
				defer cancel()
				if err := handler.Shutdown(ctx); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestOverloadAndShutdown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		handler := newHandler(t, xroad.Config{MaxConcurrent: 2, Operations: []xroad.Operation{operation(
			func(context.Context, *xroad.Request) (any, error) { <-release; return nil, nil })}})
		request := []byte(envelope(allFields, testPayload))
		var answers sync.WaitGroup
		for range 2 {
			answers.Go(func() {
				if response := post(handler, "text/xml", request); response.Code != http.StatusOK {
					t.Errorf("%d", response.Code)
				}
			})
		}
		synctest.Wait()
		checkFault(t, post(handler, "text/xml", request), xroad.CodeBusy)
		checkFault(t, post(handler, "application/soap+xml", request), xroad.CodeBusy)

		cut, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := handler.Shutdown(cut); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown with requests in work: %v", err)
		}
		response := post(handler, "text/xml", request)
		checkFault(t, response, xroad.CodeBusy)
		if response.Header().Get("Connection") != "close" {
			t.Error("connection kept during shutdown")
		}
		close(release)
		answers.Wait()
	})
}

func TestClientLeaves(t *testing.T) {
	t.Parallel()
	canceled := make(chan error, 1)
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(
		func(ctx context.Context, _ *xroad.Request) (any, error) {
			<-ctx.Done()
			canceled <- ctx.Err()
			return nil, ctx.Err()
		})}})
	server := httptest.NewServer(handler)
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body := envelope(allFields, testPayload)
	_, _ = fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	_ = connection.Close()
	if err := <-canceled; !errors.Is(err, context.Canceled) {
		t.Errorf("context ended with %v", err)
	}
}

// TestSlowBody sends half a request and waits: time passes at once, net.Pipe has deadlines.
func TestSlowBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, answer := pipeServer(t, newHandler(t, xroad.Config{}))
		begin := time.Now()
		_, _ = fmt.Fprintf(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<a>")
		response, body := answer()
		if response.StatusCode != http.StatusInternalServerError || !response.Close {
			t.Errorf("%d, close %t", response.StatusCode, response.Close)
		}
		if code, _, _ := faultOf(t, independent(t, body)); code != "soap:"+xroad.CodeInvalidRequest {
			t.Errorf("code %s", code)
		}
		if took := time.Since(begin); took != 30*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// TestSlowOperation checks that the deadline for the body does not end what comes after the body.
func TestSlowOperation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, answer := pipeServer(t, newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(
			func(ctx context.Context, _ *xroad.Request) (any, error) {
				select {
				case <-time.After(45 * time.Second):
					return nil, nil
				case <-ctx.Done():
					return nil, ctx.Err()
				}
			})}}))
		body := envelope(allFields, testPayload)
		_, _ = fmt.Fprintf(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
		if response, body := answer(); response.StatusCode != http.StatusOK {
			t.Errorf("%d %s", response.StatusCode, body)
		}
	})
}

// pipeServer serves one connection in memory.
func pipeServer(t *testing.T, handler http.Handler) (client net.Conn, answer func() (*http.Response, []byte)) {
	t.Helper()
	client, served := net.Pipe()
	listener := &pipeListener{connections: make(chan net.Conn, 1)}
	listener.connections <- served
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = client.Close()
		_ = server.Close()
		<-done
	})
	return client, func() (*http.Response, []byte) {
		response, err := http.ReadResponse(bufio.NewReader(client), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, body
	}
}

type pipeListener struct {
	connections chan net.Conn
	once        sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	connection, ok := <-l.connections
	if !ok {
		return nil, net.ErrClosed
	}
	return connection, nil
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.connections) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }
