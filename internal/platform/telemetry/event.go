package telemetry

import (
	"context"
	"log/slog"
	"sync"
)

// Event is what will be told about one request when it ends. Whoever handles
// the request fills it on the way; its methods may be called from several
// goroutines. A nil Event takes everything and keeps nothing, so handlers need
// not ask whether anybody listens.
type Event struct {
	trace Trace

	mu        sync.Mutex // protects everything below
	route     string
	requestID string
	caller    string
	outcome   string
	level     slog.Level
	cause     error
	attrs     []slog.Attr
}

type eventKey struct{}

// FromContext returns the event of the request that ctx belongs to, or nil.
func FromContext(ctx context.Context) *Event {
	e, _ := ctx.Value(eventKey{}).(*Event)
	return e
}

// Trace returns the trace of the request, with a span of our own.
func (e *Event) Trace() Trace {
	if e == nil {
		return Trace{}
	}
	return e.trace
}

// SetRoute names the route by its pattern, such as /things/{id}: never the URL.
func (e *Event) SetRoute(pattern string) { e.set(func() { e.route = pattern }) }

// SetRequestID names the request by the caller's id, after it was checked.
func (e *Event) SetRequestID(id string) { e.set(func() { e.requestID = id }) }

// SetCaller names the calling system by its registered name.
func (e *Event) SetCaller(name string) { e.set(func() { e.caller = name }) }

// Succeed sets the outcome, one of few names: it becomes a metric's label.
func (e *Event) Succeed(outcome string) {
	e.set(func() { e.outcome, e.level, e.cause = outcome, slog.LevelInfo, nil })
}

// Fail sets the outcome, how loud to say it, and the cause, which must hold no
// personal data and is only logged. The outcome is one of few names.
func (e *Event) Fail(outcome string, level slog.Level, cause error) {
	e.set(func() { e.outcome, e.level, e.cause = outcome, level, cause })
}

// Add adds an attribute to the line. It must hold no personal data.
func (e *Event) Add(attr slog.Attr) { e.set(func() { e.attrs = append(e.attrs, attr) }) }

func (e *Event) set(change func()) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}
