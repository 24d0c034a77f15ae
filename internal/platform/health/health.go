// Package health tells machines whether the process lives, whether it is ready
// for requests, and its figures. It is served on a listener of its own, away
// from callers.
package health

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check asks one thing the process needs.
type Check struct {
	Name string // shown to whoever asks, such as "storage"
	// Run returns nil when all is well. Its error is logged, never shown.
	Run func(context.Context) error
	// Informative marks what is reported but does not make the process unready:
	// the state of somebody else's system. Taking ourselves out of service
	// because a neighbour is down helps nobody.
	Informative bool
}

// Config says what to check and whose metrics to show.
type Config struct {
	Checks   []Check
	Gatherer prometheus.Gatherer
	Logger   *slog.Logger
	// Timeout bounds all checks of one question together; 2 s when zero.
	Timeout time.Duration
}

// Health answers GET /livez, /readyz and /metrics.
type Health struct {
	mux    *http.ServeMux
	checks []Check
	// turns holds a place for each check: one that does not end is not started
	// again by every question.
	turns    []chan struct{}
	logger   *slog.Logger
	timeout  time.Duration
	draining atomic.Bool
}

// New returns the handler.
func New(c Config) (*Health, error) {
	if c.Gatherer == nil || c.Logger == nil {
		return nil, errors.New("health needs a gatherer of metrics and a logger")
	}
	names := map[string]bool{}
	for _, check := range c.Checks {
		if check.Name == "" || check.Run == nil || names[check.Name] {
			return nil, errors.New("each check needs a name of its own and something to run")
		}
		names[check.Name] = true
	}
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Second
	}
	h := &Health{mux: http.NewServeMux(), checks: slices.Clone(c.Checks), logger: c.Logger, timeout: c.Timeout}
	for range h.checks {
		h.turns = append(h.turns, make(chan struct{}, 1))
	}
	h.mux.HandleFunc("GET /livez", h.live)
	h.mux.HandleFunc("GET /readyz", h.ready)
	h.mux.Handle("GET /metrics", promhttp.HandlerFor(c.Gatherer, promhttp.HandlerOpts{Timeout: 10 * time.Second, MaxRequestsInFlight: 4}))
	return h, nil
}

// Drain makes the process unready from now on, so that no new requests are
// sent to it while it finishes those it has.
func (h *Health) Drain() { h.draining.Store(true) }

// ServeHTTP answers.
func (h *Health) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	h.mux.ServeHTTP(w, r)
}

type report struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"`
}

// live speaks of the process only: a restart mends nothing else.
func (h *Health) live(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, report{Status: "alive"})
}

func (h *Health) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	failures := make([]error, len(h.checks))
	var group sync.WaitGroup
	for i, check := range h.checks {
		group.Go(func() { failures[i] = run(ctx, check, h.turns[i]) })
	}
	group.Wait()

	out, status := report{Status: "ready", Checks: map[string]string{}}, http.StatusOK
	for i, check := range h.checks {
		out.Checks[check.Name] = "ok"
		if failures[i] == nil {
			continue
		}
		out.Checks[check.Name] = "failed"
		h.logger.LogAttrs(ctx, slog.LevelWarn, "check failed", slog.String("check", check.Name), slog.String("cause", failures[i].Error()))
		if !check.Informative {
			out.Status, status = "not ready", http.StatusServiceUnavailable
		}
	}
	if h.draining.Load() {
		out.Status, status = "draining", http.StatusServiceUnavailable
	}
	reply(w, status, out)
}

// run waits for the check no longer than ctx allows, even for one that does not
// listen to it.
func run(ctx context.Context, check Check, turn chan struct{}) error {
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	go func() {
		defer func() { <-turn }()
		done <- check.Run(ctx)
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func reply(w http.ResponseWriter, status int, out report) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The reader may have gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(out)
}
