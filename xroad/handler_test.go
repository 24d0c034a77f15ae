package xroad_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

type testRequest struct {
	Name string `xml:"name"`
}

type testResponse struct {
	Greeting string `xml:"greeting"`
}

// greet is the operation of the tests.
func greet(_ context.Context, r *xroad.Request) (any, error) {
	var in testRequest
	if err := r.Body.Decode(&in); err != nil {
		return nil, err
	}
	return testResponse{"Вітаю, " + in.Name}, nil
}

// recorder keeps what a handler tells its observer.
type recorder struct {
	mu   sync.Mutex
	seen []xroad.Exchange
}

func (r *recorder) observe(_ context.Context, e xroad.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, e)
}

func (r *recorder) last(t *testing.T) xroad.Exchange {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.seen) == 0 {
		t.Fatal("nothing observed")
	}
	return r.seen[len(r.seen)-1]
}

func operation(handle func(context.Context, *xroad.Request) (any, error)) xroad.Operation {
	return xroad.Operation{Name: testService, Namespace: testNamespace, Handle: handle}
}

func newHandler(t testing.TB, config xroad.Config) *xroad.Handler {
	t.Helper()
	if config.Operations == nil {
		config.Operations = []xroad.Operation{operation(greet)}
	}
	handler, err := xroad.NewHandler(config)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func post(handler http.Handler, contentType string, body []byte) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/?queryId=1", bytes.NewReader(body))
	request.Header.Set("Content-Type", contentType)
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)
	return response
}

// checkFault checks that the answer is a fault with the code, status 500 and a trace identifier.
func checkFault(t *testing.T, response *httptest.ResponseRecorder, code string) {
	t.Helper()
	if response.Code != http.StatusInternalServerError {
		t.Errorf("status %d", response.Code)
	}
	got, text, detail := faultOf(t, independent(t, response.Body.Bytes()))
	if got != "soap:"+code && !strings.HasSuffix(got, " xroad:"+code) {
		t.Errorf("code %s, want %s", got, code)
	}
	if text == "" || detail == "" {
		t.Errorf("text %q, detail %q", text, detail)
	}
}

func TestHandlerAccepted(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{})
	for _, in := range accepted() {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			response := post(handler, in.contentType, in.body)
			if response.Code != http.StatusOK {
				t.Fatalf("%d: %s", response.Code, response.Body)
			}
			if got := response.Header().Get("Content-Type"); got != "text/xml; charset=utf-8" {
				t.Errorf("content type %q", got)
			}
			if got := response.Header().Get("Content-Length"); got != fmt.Sprint(response.Body.Len()) {
				t.Errorf("content length %s of %d", got, response.Body.Len())
			}
			plain := in.plain
			if plain == "" {
				plain = string(in.body)
			}
			answer := independent(t, response.Body.Bytes())
			if diff := cmp.Diff(headerLines(independent(t, []byte(plain))), headerLines(answer)); diff != "" {
				t.Errorf("request has -, response has +:\n%s", diff)
			}
			payload := answer.soap("Body").child(testNamespace, testService+"Response")
			if payload == nil || !strings.HasPrefix(payload.child(testNamespace, "greeting").Text, "Вітаю, ") {
				t.Errorf("%s", response.Body)
			}
		})
	}
}

func TestHandlerRefused(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(
		func(context.Context, *xroad.Request) (any, error) {
			t.Error("operation called")
			return nil, nil
		})}})
	for _, test := range refusals() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			response := post(handler, test.contentType, test.body)
			checkFault(t, response, test.code)
			if header := headerLines(independent(t, response.Body.Bytes())); (header != nil) != test.echo {
				t.Errorf("header %v", header)
			}
		})
	}
}

func TestHandlerSOAP12(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{})
	request := strings.ReplaceAll(envelope(allFields, testPayload), ns11, ns12)
	const media = `application/soap+xml;charset=UTF-8;action="urn:a"`
	response := post(handler, media, []byte(request))
	if response.Code != http.StatusOK || response.Header().Get("Content-Type") != "application/soap+xml; charset=utf-8" {
		t.Errorf("%d %v", response.Code, response.Header())
	}
	if independent(t, response.Body.Bytes()).XMLName.Space != ns12 {
		t.Errorf("%s", response.Body)
	}
	broken := post(handler, media, []byte(strings.Replace(request, ">4.0<", ">3.0<", 1)))
	checkFault(t, broken, xroad.CodeInvalidProtocolVersion)
	if independent(t, broken.Body.Bytes()).XMLName.Space != ns12 {
		t.Errorf("%s", broken.Body)
	}
	if empty := post(handler, media, nil); !strings.Contains(empty.Body.String(), ns12) {
		t.Errorf("fault for nothing: %s", empty.Body)
	}
}

func TestDispatch(t *testing.T) {
	t.Parallel()
	other := operation(greet)
	other.Name = "OpName_v10"
	renamed := xroad.Operation{Name: "getPersona", Element: "getPersonaRequest", Namespace: testNamespace, Handle: greet}
	suffixed := xroad.Operation{Name: "listRequest", Namespace: testNamespace, Handle: greet}
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(greet), other, renamed, suffixed}})
	tests := []struct{ name, service, element, namespace, code, response string }{
		{"equal", "OpName_v1", "OpName_v1", testNamespace, "", "OpName_v1Response"},
		{"another element by its service code", "getPersona", "getPersonaRequest", testNamespace, "", "getPersonaResponse"},
		{"service code without Request", "list", "listRequest", testNamespace, "", "listRequestResponse"},
		{"permission for v1 used for v10", "OpName_v1", "OpName_v10", testNamespace, xroad.CodeInconsistentHeaders, ""},
		{"prefix of the element", "OpName", "OpName_v1", testNamespace, xroad.CodeInconsistentHeaders, ""},
		{"other letter case", "opname_v1", "OpName_v1", testNamespace, xroad.CodeInconsistentHeaders, ""},
		{"unknown code", "listMethods", "OpName_v1", testNamespace, xroad.CodeInconsistentHeaders, ""},
		{"unknown element", "OpName_v1", "blaah", testNamespace, xroad.CodeInconsistentHeaders, ""},
		{"other namespace", "OpName_v1", "OpName_v1", "urn:other", xroad.CodeInconsistentHeaders, ""},
		{"both unknown", "listMethods", "listMethods", testNamespace, xroad.CodeUnknownOperation, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			request := envelope(strings.Replace(allFields, testService, test.service, 1),
				fmt.Sprintf(`<%s xmlns="%s"><name/></%[1]s>`, test.element, test.namespace))
			response := post(handler, "text/xml", []byte(request))
			if test.code != "" {
				checkFault(t, response, test.code)
				return
			}
			if response.Code != http.StatusOK || independent(t, response.Body.Bytes()).soap("Body").child(testNamespace, test.response) == nil {
				t.Errorf("%d %s", response.Code, response.Body)
			}
		})
	}
}

func TestNewHandlerChecks(t *testing.T) {
	t.Parallel()
	good := operation(greet)
	change := func(f func(*xroad.Operation)) []xroad.Operation {
		o := good
		f(&o)
		return []xroad.Operation{o}
	}
	upper := good
	upper.Name = "OPNAME_V1"
	for name, operations := range map[string][]xroad.Operation{
		"none":                nil,
		"no name":             change(func(o *xroad.Operation) { o.Name = "" }),
		"name with space":     change(func(o *xroad.Operation) { o.Name = "a b" }),
		"no namespace":        change(func(o *xroad.Operation) { o.Namespace = "" }),
		"no handler":          change(func(o *xroad.Operation) { o.Handle = nil }),
		"element unlike name": change(func(o *xroad.Operation) { o.Element = "Other" }),
		"twice":               {good, good},
		"differ by case":      {good, upper},
	} {
		if _, err := xroad.NewHandler(xroad.Config{Operations: operations}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestOperationErrors(t *testing.T) {
	t.Parallel()
	shared := xroad.NewFault("Server.DatabaseDown", "База даних недоступна.")
	tests := map[string]struct {
		handle func(context.Context, *xroad.Request) (any, error)
		code   string
	}{
		"fault":          {func(context.Context, *xroad.Request) (any, error) { return nil, shared }, "Server.DatabaseDown"},
		"wrapped fault":  {func(context.Context, *xroad.Request) (any, error) { return nil, fmt.Errorf("secret: %w", shared) }, "Server.DatabaseDown"},
		"error":          {func(context.Context, *xroad.Request) (any, error) { return nil, errors.New("secret") }, xroad.CodeInternalError},
		"panic":          {func(context.Context, *xroad.Request) (any, error) { panic("secret") }, xroad.CodeInternalError},
		"runtime panic":  {func(_ context.Context, r *xroad.Request) (any, error) { return *(*[]string)(nil), nil }, xroad.CodeInternalError},
		"bad response":   {func(context.Context, *xroad.Request) (any, error) { return []string{"secret"}, nil }, xroad.CodeInternalError},
		"changed header": {func(_ context.Context, r *xroad.Request) (any, error) { r.Header.ID = "secret"; return nil, shared }, "Server.DatabaseDown"},
		"bad body":       {func(_ context.Context, r *xroad.Request) (any, error) { return nil, r.Body.DecodeStrict(&struct{}{}) }, xroad.CodeInvalidBody},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := &recorder{}
			handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(test.handle)}, Observe: seen.observe})
			request := envelope(allFields, testPayload)
			response := post(handler, "text/xml", []byte(request))
			checkFault(t, response, test.code)
			if strings.Contains(response.Body.String(), "secret") {
				t.Errorf("leaks: %s", response.Body)
			}
			answer := independent(t, response.Body.Bytes())
			if diff := cmp.Diff(headerLines(independent(t, []byte(request))), headerLines(answer)); diff != "" {
				t.Errorf("request has -, response has +:\n%s", diff)
			}
			exchange := seen.last(t)
			if _, _, detail := faultOf(t, answer); detail != exchange.TraceID || exchange.FaultCode != test.code || exchange.Status != 500 {
				t.Errorf("observed %+v", exchange)
			}
			if name == "panic" && strings.Contains(exchange.Err.Error(), "secret") {
				t.Errorf("panic's value kept: %v", exchange.Err)
			}
		})
	}
	if shared.Detail != "" || shared.Header != nil {
		t.Errorf("operation's own fault was changed: %+v", shared)
	}
}

func TestRequestAndExchange(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	var got *xroad.Request
	seen := &recorder{}
	handler := newHandler(t, xroad.Config{
		Operations: []xroad.Operation{operation(func(_ context.Context, r *xroad.Request) (any, error) { got = r; return nil, nil })},
		Observe:    seen.observe,
		Now:        func() time.Time { return now },
	})
	request := httptest.NewRequest(http.MethodPost, "/?userId=1234567899", strings.NewReader(envelope(allFields, testPayload)))
	request.Header.Set("Content-Type", "text/xml")
	request.Header.Set("uxp-transaction-id", "0f8d-1")
	handler.ServeHTTP(httptest.NewRecorder(), request)
	if got.TransactionID != "0f8d-1" || !got.Received.Equal(now) || got.TraceID == "" || got.Peer != nil || got.Header.ID == "" {
		t.Errorf("request %+v", got)
	}
	exchange := seen.last(t)
	want := xroad.Exchange{
		Received: now, Operation: testService, TraceID: got.TraceID, TransactionID: "0f8d-1",
		MessageID: "5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11",
		Client:    "SEVDEIR-TEST/GOV/00000088/20_EIS_cons", Service: "SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/OpName_v1",
		Status: 200, Size: exchange.Size,
	}
	if diff := cmp.Diff(want, exchange); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	for _, personal := range []string{"UA1234567890", "1234567899"} {
		if strings.Contains(fmt.Sprintf("%+v", exchange), personal) {
			t.Errorf("exchange tells %s", personal)
		}
	}
	request.Header.Set("uxp-transaction-id", "a\tb")
	request.Body = http.NoBody
	handler.ServeHTTP(httptest.NewRecorder(), request)
	if id := seen.last(t).TransactionID; id != "" {
		t.Errorf("transaction id %q", id)
	}
}
