package diia

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/api"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

const (
	sampleID      = "7f0c2c6e-2f0b-4f57-9c0e-3a5b1f4d8e21"
	sampleRequest = "0b54d6f8-3c11-4f9e-9d55-6a1f6d9f2b10"
)

var sampleTime = time.Date(2026, 3, 2, 10, 15, 0, 0, time.UTC)

// fake stands behind the door. Nil functions are not expected to be called.
type fake struct {
	onPrepare  func(dovidka.Ask) (dovidka.Prepared, error)
	onSubmit   func(dovidka.Request) (dovidka.Progress, error)
	onProgress func(dovidka.ID, dovidka.Caller) (dovidka.Progress, error)
}

var errUnexpected = errors.New("the door should not have asked")

func (f *fake) Prepare(_ context.Context, ask dovidka.Ask) (dovidka.Prepared, error) {
	if f.onPrepare == nil {
		return dovidka.Prepared{}, errUnexpected
	}
	return f.onPrepare(ask)
}

func (f *fake) Submit(_ context.Context, req dovidka.Request) (dovidka.Progress, error) {
	if f.onSubmit == nil {
		return dovidka.Progress{}, errUnexpected
	}
	return f.onSubmit(req)
}

func (f *fake) Progress(_ context.Context, id dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
	if f.onProgress == nil {
		return dovidka.Progress{}, errUnexpected
	}
	return f.onProgress(id, caller)
}

// world is a door with what is around it.
type world struct {
	handler http.Handler
	fake    *fake
	log     *safeBuffer
}

func newWorld(t *testing.T, change func(*Config)) *world {
	t.Helper()
	w := &world{fake: &fake{}, log: &safeBuffer{}}
	logger, err := telemetry.NewLogger(w.log, telemetry.LogConfig{Level: "debug"})
	if err != nil {
		t.Fatal(err)
	}
	observer, err := telemetry.NewHTTP(telemetry.Config{Logger: logger, Registry: telemetry.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	limiter, err := gateway.NewLimiter(gateway.LimiterConfig{PerSecond: 1e6, Burst: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Disclosure: w.fake, InsecureClient: "diia", Limiter: limiter, Telemetry: observer, Contract: api.OpenAPI(),
		Now: func() time.Time { return sampleTime },
	}
	if change != nil {
		change(&c)
	}
	if w.handler, err = New(c); err != nil {
		t.Fatal(err)
	}
	return w
}

// do sends a request and checks the answer against the contract. Headers come
// in pairs.
func (w *world) do(t *testing.T, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return w.send(t, r)
}

func (w *world) send(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	out := httptest.NewRecorder()
	w.handler.ServeHTTP(out, r)
	conforms(t, r, out.Result(), out.Body.Bytes())
	return out
}

func (w *world) post(t *testing.T, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return w.do(t, http.MethodPost, pathRequests, body, append([]string{"Content-Type", "application/json"}, headers...)...)
}

func (w *world) put(t *testing.T, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return w.do(t, http.MethodPut, pathRequests+"/"+sampleID+"/signature", body, headers...)
}

func (w *world) get(t *testing.T, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return w.do(t, http.MethodGet, pathRequests+"/"+sampleID, "", headers...)
}

// errorOf reads the error object and fails when there is none.
func errorOf(t *testing.T, out *httptest.ResponseRecorder) errorBodyJSON {
	t.Helper()
	var e errorJSON
	if err := dovidka.DecodeStrict(out.Body.Bytes(), &e); err != nil || e.Error.Reason == "" {
		t.Fatalf("%d with no error object (%v): %s", out.Code, err, out.Body)
	}
	if e.Error.RequestID != out.Header().Get("X-Request-ID") {
		t.Errorf("the body names request %q, the header %q", e.Error.RequestID, out.Header().Get("X-Request-ID"))
	}
	return e.Error
}

func wantError(t *testing.T, out *httptest.ResponseRecorder, status int, reason dovidka.Code, detail string) errorBodyJSON {
	t.Helper()
	e := errorOf(t, out)
	if out.Code != status || e.Reason != reason || e.Detail != detail {
		t.Errorf("%d %s %q, want %d %s %q", out.Code, e.Reason, e.Detail, status, reason, detail)
	}
	return e
}

// contract returns the checked OpenAPI document and a router over it.
var contract = sync.OnceValues(func() (*openapi3.T, routers.Router) {
	openapi3filter.RegisterBodyDecoder(typeFHIR, func(body io.Reader, _ http.Header, _ *openapi3.SchemaRef, _ openapi3filter.EncodingFn) (any, error) {
		var value any
		err := json.NewDecoder(body).Decode(&value)
		return value, err
	})
	openapi3filter.RegisterBodyDecoder(typePKCS7, openapi3filter.FileBodyDecoder)
	doc, err := openapi3.NewLoader().LoadFromData(api.OpenAPI())
	if err != nil {
		panic(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		panic(err)
	}
	return doc, router
})

// conforms checks an answer against the contract. Paths and methods that the
// contract does not have are answered by the error object alone.
func conforms(t *testing.T, r *http.Request, answer *http.Response, body []byte) {
	t.Helper()
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
	if got := answer.Header.Get("X-Content-Type-Options"); got != "nosniff" {
		t.Errorf("X-Content-Type-Options: %q", got)
	}
	if retry := answer.Header.Get("Retry-After"); (answer.StatusCode == 429 || answer.StatusCode == 503) && retry == "" {
		t.Errorf("%d without Retry-After", answer.StatusCode)
	}
	if err := checkContract(t.Context(), r, answer, body); err != nil {
		t.Errorf("%s %s: the answer %d breaks the contract: %v\n%s", r.Method, r.URL.Path, answer.StatusCode, err, body)
	}
}

func checkContract(ctx context.Context, r *http.Request, answer *http.Response, body []byte) error {
	_, router := contract()
	route, parameters, err := router.FindRoute(r)
	if err != nil {
		if answer.StatusCode != http.StatusNotFound && answer.StatusCode != http.StatusMethodNotAllowed {
			return err
		}
		return nil
	}
	return openapi3filter.ValidateResponse(ctx, &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: parameters, Route: route},
		Status:                 answer.StatusCode, Header: answer.Header, Body: io.NopCloser(bytes.NewReader(body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
}

// safeBuffer is a log that requests may write to at once.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
