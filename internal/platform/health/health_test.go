package health

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func fine(context.Context) error { return nil }

func broken(context.Context) error { return errors.New("dial tcp 10.0.0.7:5432: password=hunter2") }

func ask(t *testing.T, h http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		checks []Check
		drain  bool
		status int
		body   string
	}{
		{"nothing to check", nil, false, 200, `{"status":"ready"}`},
		{"all well", []Check{{Name: "storage", Run: fine}, {Name: "keys", Run: fine}}, false, 200, `{"status":"ready","checks":{"keys":"ok","storage":"ok"}}`},
		{"storage gone", []Check{{Name: "storage", Run: broken}, {Name: "keys", Run: fine}}, false, 503, `{"status":"not ready","checks":{"keys":"ok","storage":"failed"}}`},
		{"neighbour gone", []Check{{Name: "registry", Run: broken, Informative: true}}, false, 200, `{"status":"ready","checks":{"registry":"failed"}}`},
		{"draining", []Check{{Name: "storage", Run: fine}}, true, 503, `{"status":"draining","checks":{"storage":"ok"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			h, err := New(Config{Checks: tt.checks, Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if tt.drain {
				h.Drain()
			}
			w := ask(t, h, http.MethodGet, "/readyz")
			if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || got != tt.body {
				t.Errorf("%d %s, want %d %s", w.Code, got, tt.status, tt.body)
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the answer may be cached")
			}
			if live := ask(t, h, http.MethodGet, "/livez"); live.Code != 200 {
				t.Errorf("livez depends on others: %d", live.Code)
			}
		})
	}
}

func TestCheckThatNeverEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var started atomic.Int32
		stuck := func(context.Context) error { started.Add(1); <-release; return nil }
		h, err := New(Config{Checks: []Check{{Name: "storage", Run: stuck}}, Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if w := ask(t, h, http.MethodGet, "/readyz"); w.Code != 503 {
			t.Errorf("answered %d", w.Code)
		}
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("took %s", took)
		}
		ask(t, h, http.MethodGet, "/readyz")
		if n := started.Load(); n != 1 {
			t.Errorf("the check that has not ended was started %d times", n)
		}
		close(release)
	})
}

func TestMetricsAndMethods(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "answer"}, func() float64 { return 42 }))
	h, err := New(Config{Gatherer: registry, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(t, h, http.MethodGet, "/metrics"); w.Code != 200 || !strings.Contains(w.Body.String(), "answer 42") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := ask(t, h, http.MethodPost, "/readyz"); w.Code != 405 {
		t.Errorf("POST answered %d", w.Code)
	}
	if w := ask(t, h, http.MethodGet, "/"); w.Code != 404 {
		t.Errorf("/ answered %d", w.Code)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	good := Config{Gatherer: prometheus.NewRegistry(), Logger: slog.New(slog.DiscardHandler)}
	for name, change := range map[string]func(*Config){
		"no gatherer":  func(c *Config) { c.Gatherer = nil },
		"no logger":    func(c *Config) { c.Logger = nil },
		"no name":      func(c *Config) { c.Checks = []Check{{Run: fine}} },
		"nothing runs": func(c *Config) { c.Checks = []Check{{Name: "a"}} },
		"same name":    func(c *Config) { c.Checks = []Check{{Name: "a", Run: fine}, {Name: "a", Run: fine}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good
			change(&c)
			if _, err := New(c); err == nil {
				t.Error("accepted")
			}
		})
	}
}
