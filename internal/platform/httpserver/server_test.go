package httpserver

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

var hello = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") })

// start runs a server until the test ends and returns it with its stop, which
// returns what Run returned.
func start(t *testing.T, c Config) (*Server, func() error) {
	t.Helper()
	c.Name, c.Address = "test", "127.0.0.1:0"
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := Listen(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stopped := false
	stop := func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	t.Cleanup(func() { stop() })
	return s, stop
}

func TestListenRefuses(t *testing.T) {
	t.Parallel()
	logger := slog.New(slog.DiscardHandler)
	authority := newAuthority(t)
	files := authority.files(t, "server")
	tests := map[string]struct {
		c    Config
		want string
	}{
		"no handler":        {Config{Logger: logger, Insecure: true}, "handler"},
		"neither":           {Config{Logger: logger, Handler: hello}, "TLS is required"},
		"both":              {Config{Logger: logger, Handler: hello, Insecure: true, TLS: &TLS{}}, "exclude"},
		"no files":          {Config{Logger: logger, Handler: hello, TLS: &TLS{CertFile: "gone", KeyFile: "gone"}}, "TLS files"},
		"short pin":         {Config{Logger: logger, Handler: hello, TLS: &TLS{ClientFingerprints: []string{"abcd"}}}, "fingerprint"},
		"authority is none": {Config{Logger: logger, Handler: hello, TLS: &TLS{CertFile: files.cert, KeyFile: files.key, ClientCA: files.key}}, "no certificate"},
		"bad address":       {Config{Logger: logger, Handler: hello, Insecure: true, Address: "nowhere:port"}, "listener bad"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.c.Name = "bad"
			if _, err := Listen(t.Context(), tt.c); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestPlainHTTPAndStop(t *testing.T) {
	t.Parallel()
	s, stop := start(t, Config{Handler: hello, Insecure: true})
	resp, err := http.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); string(body) != "hello" {
		t.Errorf("got %q", body)
	}
	if err := stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := net.Dial("tcp", s.Addr().String()); err == nil {
		t.Error("the port is still open")
	}
}

func TestStopFinishesWhatWasAccepted(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, stop := start(t, Config{Insecure: true, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		if r.Context().Err() != nil {
			t.Error("the request was cancelled by the stop")
		}
		io.WriteString(w, "finished")
	})})
	answer := make(chan string, 1)
	go func() {
		resp, err := http.Get(s.URL())
		if err != nil {
			answer <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answer <- string(body)
	}()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	// The port closes at once, while the request is still under way.
	for {
		conn, err := net.Dial("tcp", s.Addr().String())
		if err != nil {
			break
		}
		conn.Close()
	}
	close(release)
	if got := <-answer; got != "finished" {
		t.Errorf("the request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestStopCutsWhatNeverEnds(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	s, stop := start(t, Config{Insecure: true, ShutdownTimeout: time.Millisecond, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(entered)
		<-release
	})})
	go http.Get(s.URL())
	<-entered
	defer close(release)
	if err := stop(); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stop: %v", err)
	}
}

func TestSlowHeaderAndLongHeaderAreCut(t *testing.T) {
	t.Parallel()
	s, _ := start(t, Config{
		Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("served") }), Insecure: true,
		ReadHeaderTimeout: 10 * time.Millisecond, MaxHeaderBytes: 1 << 10,
	})
	for name, header := range map[string]string{
		"slow": "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
		"long": "GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + strings.Repeat("x", 16<<10) + "\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			io.WriteString(conn, header)
			// The read ends only when the server hangs up.
			answer, _ := io.ReadAll(conn)
			if bytes.Contains(answer, []byte(" 200 ")) {
				t.Errorf("answered %q", answer)
			}
		})
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	authority := newAuthority(t)
	server := authority.files(t, "server")
	s, _ := start(t, Config{Handler: hello, TLS: &TLS{CertFile: server.cert, KeyFile: server.key}})
	for version, ok := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		conn, err := tls.Dial("tcp", s.Addr().String(), &tls.Config{RootCAs: authority.pool, MinVersion: version, MaxVersion: version})
		if (err == nil) != ok {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			conn.Close()
		}
	}
}
