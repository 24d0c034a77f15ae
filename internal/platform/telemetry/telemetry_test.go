package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func observer(t *testing.T) (*HTTP, *prometheus.Registry, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	logger, err := NewLogger(&log, LogConfig{Level: "debug"})
	if err != nil {
		t.Fatal(err)
	}
	registry := NewRegistry()
	clock := time.Unix(1_800_000_000, 0)
	h, err := NewHTTP(Config{Logger: logger, Registry: registry, Now: func() time.Time {
		clock = clock.Add(250 * time.Millisecond)
		return clock
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h, registry, &log
}

func line(t *testing.T, log *bytes.Buffer) map[string]any {
	t.Helper()
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Fatalf("%d log lines, want exactly one:\n%s", n, log)
	}
	var out map[string]any
	if err := json.Unmarshal(log.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOneLinePerRequest(t *testing.T) {
	t.Parallel()
	h, registry, log := observer(t)
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /things/{id}", func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		e := FromContext(r.Context())
		e.SetRequestID("5d2c2f0a-0000-4000-8000-000000000001")
		e.SetCaller("portal")
		e.Add(slog.Int("declarations", 2))
		e.Fail("busy", slog.LevelWarn, errors.New("queue is full"))
		w.WriteHeader(http.StatusServiceUnavailable)
		io.WriteString(w, "later")
	})
	r := httptest.NewRequest(http.MethodPut, "/things/SECRET?name=SECRET", strings.NewReader("SECRET"))
	r.Header.Set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	r.Header.Set("session", "SECRET")
	h.Middleware("diia", nil, mux).ServeHTTP(httptest.NewRecorder(), r)

	if strings.Contains(log.String(), "SECRET") {
		t.Errorf("the line tells what the request carried: %s", log)
	}
	got := line(t, log)
	delete(got, "time")
	want := map[string]any{
		"level": "WARN", "msg": "request", "channel": "diia", "method": "PUT", "route": "/things/{id}",
		"status": 503.0, "outcome": "busy", "duration": 2.5e8, "bytes_in": 6.0, "bytes_out": 5.0,
		"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "request_id": "5d2c2f0a-0000-4000-8000-000000000001",
		"caller": "portal", "cause": "queue is full", "declarations": 2.0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	err := testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP dovidka_http_body_bytes_total Bytes of bodies read from callers (in) and written to them (out).
# TYPE dovidka_http_body_bytes_total counter
dovidka_http_body_bytes_total{channel="diia",direction="in"} 6
dovidka_http_body_bytes_total{channel="diia",direction="out"} 5
# HELP dovidka_http_requests_in_flight Requests being handled now.
# TYPE dovidka_http_requests_in_flight gauge
dovidka_http_requests_in_flight{channel="diia"} 0
# HELP dovidka_http_requests_total Requests answered, by door, route, method, HTTP status and outcome.
# TYPE dovidka_http_requests_total counter
dovidka_http_requests_total{channel="diia",method="PUT",outcome="busy",route="/things/{id}",status="503"} 1
`), "dovidka_http_requests_total", "dovidka_http_body_bytes_total", "dovidka_http_requests_in_flight")
	if err != nil {
		t.Error(err)
	}
}

func TestStrangersCannotMakeLabels(t *testing.T) {
	t.Parallel()
	h, registry, log := observer(t)
	handler := h.Middleware("diia", nil, http.NewServeMux())
	for i := range 20 {
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(fmt.Sprintf("METHOD%d", i), fmt.Sprintf("/path%d", i), nil))
	}
	if n, err := testutil.GatherAndCount(registry, "dovidka_http_requests_total"); err != nil || n != 1 {
		t.Errorf("%d series (%v), want 1", n, err)
	}
	if strings.Contains(log.String(), "path1") || strings.Contains(log.String(), "METHOD1") {
		t.Error("a line tells the URL or the method of a stranger's invention")
	}
}

func TestPanicIsAnsweredInTheDoorsProtocol(t *testing.T) {
	t.Parallel()
	h, registry, log := observer(t)
	handler := h.Middleware("diia", func(w http.ResponseWriter, r *http.Request) {
		FromContext(r.Context()).Fail("internal-error", slog.LevelError, nil)
		w.WriteHeader(http.StatusInternalServerError)
		io.WriteString(w, "in our words")
	}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(fmt.Errorf("person %s", "SECRET")) }))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != 500 || w.Body.String() != "in our words" {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	got := line(t, log)
	if strings.Contains(log.String(), "SECRET") {
		t.Errorf("the line tells the value of the panic: %s", log)
	}
	if got["outcome"] != OutcomePanic || got["panic"] == nil {
		t.Errorf("outcome = %v, panic = %v", got["outcome"], got["panic"])
	}
	if stack, _ := got["stack"].(string); !strings.Contains(stack, "TestPanicIsAnswered") || strings.Contains(stack, "0x") {
		t.Errorf("stack must name functions and no values:\n%s", stack)
	}
	if n, _ := testutil.GatherAndCount(registry, "dovidka_http_panics_total"); n != 1 {
		t.Error("the panic is not counted")
	}
}

func TestPanicAfterTheAnswerBeganCutsTheConnection(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{"late": "SECRET", "own abort": http.ErrAbortHandler} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, _, log := observer(t)
			handler := h.Middleware("diia", func(http.ResponseWriter, *http.Request) { t.Error("answered twice") },
				http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if !aborted(value) {
						io.WriteString(w, "half")
					}
					panic(value)
				}))
			defer func() {
				if !aborted(recover()) {
					t.Error("the connection is not cut")
				}
				line(t, log)
			}()
			handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		})
	}
}

func TestNilEventTakesEverything(t *testing.T) {
	t.Parallel()
	e := FromContext(t.Context())
	e.SetRoute("/")
	e.SetCaller("x")
	e.Succeed("done")
	e.Fail("busy", slog.LevelWarn, nil)
	e.Add(slog.Int("n", 1))
	if e.Trace() != (Trace{}) {
		t.Error("a nil event has a trace")
	}
}

// The cases are those of W3C Trace Context §3.2.2 and §4.3 and of its test suite.
func TestParseTraceparent(t *testing.T) {
	t.Parallel()
	const id, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	tests := []struct {
		name, header string
		ok           bool
	}{
		{"sampled", "00-" + id + "-" + span + "-01", true},
		{"other flags", "00-" + id + "-" + span + "-fe", true},
		{"later version", "cc-" + id + "-" + span + "-01", true},
		{"later version with more", "cc-" + id + "-" + span + "-01-what-the-future-will-be-like", true},
		{"later version with junk", "cc-" + id + "-" + span + "-01.what", false},
		{"version 00 with more", "00-" + id + "-" + span + "-01-extra", false},
		{"version ff", "ff-" + id + "-" + span + "-01", false},
		{"zero trace", "00-00000000000000000000000000000000-" + span + "-01", false},
		{"zero span", "00-" + id + "-0000000000000000-01", false},
		{"upper case", "00-" + strings.ToUpper(id) + "-" + span + "-01", false},
		{"short", "00-" + id[1:] + "-" + span + "-01", false},
		{"empty", "", false},
		{"line break", "00-" + id + "-" + span + "-01\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := ParseTraceparent(tt.header)
			if ok != tt.ok {
				t.Fatalf("ok = %v", ok)
			}
			if ok && (got.ID != id || got.Span != span) {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func FuzzParseTraceparent(f *testing.F) {
	f.Add("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	f.Add("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")
	f.Fuzz(func(t *testing.T, header string) {
		trace, ok := ParseTraceparent(header)
		if !ok {
			return
		}
		again, ok := ParseTraceparent(trace.Traceparent())
		if !ok || again != trace {
			t.Errorf("%q became %+v, then %+v", header, trace, again)
		}
	})
}

func TestNewLogger(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	logger, err := NewLogger(&b, LogConfig{Format: "text", Level: "warn"})
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("quiet")
	logger.Warn("loud")
	if strings.Contains(b.String(), "quiet") || !strings.Contains(b.String(), "msg=loud") {
		t.Errorf("wrote %q", &b)
	}
	for _, c := range []LogConfig{{Format: "xml"}, {Level: "chatty"}} {
		if _, err := NewLogger(&b, c); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
