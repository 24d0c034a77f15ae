package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// NewRegistry returns a registry of the process's own, with the figures of the
// Go runtime and of the process. The default registry is not used.
func NewRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// Config says where HTTP tells what it saw.
type Config struct {
	Logger   *slog.Logger
	Registry prometheus.Registerer
	Now      func() time.Time // time.Now when nil
}

// HTTP observes the requests of all doors of a process.
type HTTP struct {
	logger *slog.Logger
	now    func() time.Time

	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	inFlight *prometheus.GaugeVec
	panics   *prometheus.CounterVec
}

// NewHTTP registers the metrics. Call it once per registry.
func NewHTTP(c Config) (*HTTP, error) {
	if c.Logger == nil || c.Registry == nil {
		return nil, errors.New("telemetry needs a logger and a registry")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	h := &HTTP{
		logger: c.Logger, now: c.Now,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dovidka_http_requests_total", Help: "Requests answered, by door, route, method, HTTP status and outcome.",
		}, []string{"channel", "route", "method", "status", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dovidka_http_request_duration_seconds", Help: "Time from a request's header to its answer's end.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5, 8, 15, 30},
		}, []string{"channel", "route", "method"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dovidka_http_body_bytes_total", Help: "Bytes of bodies read from callers (in) and written to them (out).",
		}, []string{"channel", "direction"}),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "dovidka_http_requests_in_flight", Help: "Requests being handled now.",
		}, []string{"channel"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dovidka_http_panics_total", Help: "Requests whose handling broke by a defect of ours.",
		}, []string{"channel"}),
	}
	for _, metric := range []prometheus.Collector{h.requests, h.duration, h.bytes, h.inFlight, h.panics} {
		if err := c.Registry.Register(metric); err != nil {
			return nil, fmt.Errorf("register HTTP metrics: %w", err)
		}
	}
	return h, nil
}

// Outcomes the middleware sets itself.
const (
	// OutcomePanic is the outcome of a request whose handler panicked.
	OutcomePanic = "panic"
	// OutcomeAborted is the outcome of a request whose handler cut the connection.
	OutcomeAborted = "aborted"
	// outcomeNone stands in metrics for a handler that named none.
	outcomeNone = "none"
	// routeNone stands in metrics for a request no route took.
	routeNone = "none"
)

// Middleware observes next. channel is the door's name. When next panics before
// it wrote anything, answerPanic answers in the door's own protocol; later than
// that the connection is cut, so that nobody takes half an answer for a whole one.
func (h *HTTP) Middleware(channel string, answerPanic http.HandlerFunc, next http.Handler) http.Handler {
	inFlight := h.inFlight.WithLabelValues(channel)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := h.now()
		inFlight.Inc()
		defer inFlight.Dec()

		trace, ok := ParseTraceparent(r.Header.Get("Traceparent"))
		if !ok {
			trace = NewTrace()
		}
		event := &Event{trace: trace.Child()}
		r = r.WithContext(context.WithValue(r.Context(), eventKey{}, event))
		body := &countingBody{ReadCloser: r.Body}
		if r.Body != nil {
			r.Body = body
		}
		out := &countingWriter{ResponseWriter: w}

		defer h.finish(channel, r, event, body, out, start)
		defer func() {
			if value := recover(); value != nil {
				h.recovered(channel, value, event)
				if aborted(value) || out.status != 0 {
					panic(http.ErrAbortHandler)
				}
				answerPanic(out, r)
				event.Fail(OutcomePanic, slog.LevelError, nil)
			}
		}()
		next.ServeHTTP(out, r)
	})
}

// recovered tells where the panic came from. The value and the arguments on the
// stack are left out: either may hold what the request carried.
func (h *HTTP) recovered(channel string, value any, event *Event) {
	if aborted(value) {
		event.Fail(OutcomeAborted, slog.LevelWarn, nil)
		return
	}
	event.Fail(OutcomePanic, slog.LevelError, nil)
	h.panics.WithLabelValues(channel).Inc()
	event.Add(slog.String("panic", fmt.Sprintf("%T", value)))
	event.Add(slog.String("stack", stack()))
}

// aborted reports whether a handler panicked only to cut the connection, as
// net/http has it.
func aborted(value any) bool {
	err, ok := value.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// stack names the functions and lines of the goroutine that panicked.
func stack() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var b strings.Builder
	for {
		frame, more := frames.Next()
		fmt.Fprintf(&b, "%s (%s:%d)\n", frame.Function, frame.File, frame.Line)
		if !more {
			return strings.TrimSuffix(b.String(), "\n")
		}
	}
}

// finish writes the one line and counts.
func (h *HTTP) finish(channel string, r *http.Request, event *Event, body *countingBody, out *countingWriter, start time.Time) {
	took := h.now().Sub(start)
	event.mu.Lock()
	defer event.mu.Unlock()
	route, outcome, status, method := event.route, event.outcome, out.status, knownMethod(r.Method)
	if route == "" {
		route = routePattern(r.Pattern)
	}
	if outcome == "" {
		outcome = outcomeNone
	}
	if status == 0 {
		status = http.StatusOK // net/http sends it when a handler wrote nothing
	}
	h.requests.WithLabelValues(channel, route, method, strconv.Itoa(status), outcome).Inc()
	h.duration.WithLabelValues(channel, route, method).Observe(took.Seconds())
	h.bytes.WithLabelValues(channel, "in").Add(float64(body.read))
	h.bytes.WithLabelValues(channel, "out").Add(float64(out.written))

	attrs := []slog.Attr{
		slog.String("channel", channel), slog.String("method", method), slog.String("route", route),
		slog.Int("status", status), slog.String("outcome", outcome), slog.Duration("duration", took),
		slog.Int64("bytes_in", body.read), slog.Int64("bytes_out", out.written), slog.String("trace_id", event.trace.ID),
	}
	if event.requestID != "" {
		attrs = append(attrs, slog.String("request_id", event.requestID))
	}
	if event.caller != "" {
		attrs = append(attrs, slog.String("caller", event.caller))
	}
	if event.cause != nil {
		attrs = append(attrs, slog.String("cause", event.cause.Error()))
	}
	// The request's context may be over; the line is written all the same.
	h.logger.LogAttrs(context.WithoutCancel(r.Context()), event.level, "request", append(attrs, event.attrs...)...)
}

// routePattern cuts the method off a pattern of http.ServeMux.
func routePattern(pattern string) string {
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return path
	}
	if pattern == "" {
		return routeNone
	}
	return pattern
}

// knownMethod keeps a stranger's inventions out of the labels.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

type countingBody struct {
	io.ReadCloser
	read int64
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	return n, err
}

type countingWriter struct {
	http.ResponseWriter
	status  int
	written int64
}

func (w *countingWriter) WriteHeader(status int) {
	// 1xx answers come before the real one.
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.written += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *countingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
