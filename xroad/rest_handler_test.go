package xroad_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

const (
	restClient  = "SEVDEIR-TEST/GOV/00000001/SUB_1"
	restService = "SEVDEIR-TEST/GOV/42032422/SUB_2/GetPerson_v1"
)

// restOperation answers what it was asked.
func restOperation(method, path string, handle func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error)) xroad.RESTOperation {
	if handle == nil {
		handle = func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			return xroad.RESTJSON(http.StatusOK, map[string]any{"method": r.Method, "id": r.PathValue("id"), "x": r.Query.Get("x"),
				"body": string(r.Body), "message": r.Header.ID, "path": path})
		}
	}
	return xroad.RESTOperation{Name: "GetPerson_v1", Method: method, Path: path, Handle: handle}
}

func newRESTHandler(t testing.TB, config xroad.RESTConfig) *xroad.RESTHandler {
	t.Helper()
	handler, err := xroad.NewRESTHandler(config)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// ask sends a request with the header of UXP, changed by fields.
func ask(handler http.Handler, method, target, body string, fields ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Uxp-Client", restClient)
	r.Header.Set("Uxp-Service", restService)
	r.Header.Set("Uxp-QueryID", "q1")
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

// checkRESTError requires the one form of errors.
func checkRESTError(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var out map[string]string
	decoder := json.NewDecoder(w.Body)
	err := decoder.Decode(&out)
	if err != nil || w.Code != status || out["type"] != code || out["message"] == "" || len(out["detail"]) != 32 || len(out) != 3 {
		t.Errorf("%d %v, %v, want %d %s", w.Code, out, err, status, code)
	}
	if w.Header().Get("Content-Type") != "application/json; charset=utf-8" || w.Header().Get("Location") != "" || w.Header().Get("X-Road-Error") != "" {
		t.Errorf("%v", w.Header())
	}
}

// TestRESTDispatch finds operations by path and method, and holds the service code against them.
func TestRESTDispatch(t *testing.T) {
	t.Parallel()
	var observed []xroad.RESTExchange
	handler := newRESTHandler(t, xroad.RESTConfig{
		Operations: []xroad.RESTOperation{
			restOperation("GET", "/base/persons/{id}", nil), restOperation("POST", "/base", nil), restOperation("PUT", "/base/persons/{id}", nil),
			restOperation("GET", "/", nil),
			{Name: "Other_v1", Method: "DELETE", Path: "/other/", Handle: restOperation("", "other", nil).Handle},
		},
		Observe: func(_ context.Context, e xroad.RESTExchange) { observed = append(observed, e) },
	})
	ok := func(method, target, path, id string, fields ...string) {
		t.Helper()
		w := ask(handler, method, target, `{"a":1}`, fields...)
		var out map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
		}
		if out["path"] != path || out["id"] != id || out["method"] != method || out["message"] != "q1" || out["body"] != `{"a":1}` {
			t.Errorf("%s %s: %v", method, target, out)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Content-Length") != fmt.Sprint(w.Body.Len()) {
			t.Errorf("%v", w.Header())
		}
	}
	ok("GET", "/base/persons/19440530-42789", "/base/persons/{id}", "19440530-42789")
	ok("GET", "/base/persons/a%2Fb%20c/?x=1&y", "/base/persons/{id}", "a/b c")
	ok("HEAD", "/base/persons/1", "/base/persons/{id}", "1")
	ok("PUT", "http://host/base/persons/1", "/base/persons/{id}", "1", "X-Unknown: 1")
	ok("POST", "/base?queryId=2&userId=3&unknown", "/base", "")
	ok("POST", "/base/", "/base", "")
	ok("GET", "/", "/", "")
	ok("DELETE", "/other", "other", "", "Uxp-Service: SEVDEIR-TEST/GOV/42032422/SUB_2/Other_v1")

	for _, target := range []string{"/bas", "/base/persons/", "/base/persons/1/2", "/base//persons/1", "/BASE", "/base/persons/1//", "/base/../base"} {
		checkRESTError(t, ask(handler, "GET", target, ""), http.StatusNotFound, xroad.CodeUnknownOperation)
	}
	w := ask(handler, "PATCH", "/base/persons/1", "")
	checkRESTError(t, w, http.StatusMethodNotAllowed, xroad.CodeInvalidHTTPMethod)
	if w.Header().Get("Allow") != "GET, HEAD, PUT" {
		t.Errorf("%v", w.Header())
	}
	checkRESTError(t, ask(handler, "BREW", "/base", ""), http.StatusMethodNotAllowed, xroad.CodeInvalidHTTPMethod)
	checkRESTError(t, ask(handler, "POST", "/base", "", "Uxp-Service: SEVDEIR-TEST/GOV/42032422/SUB_2/Other_v1"), 400, xroad.CodeInconsistentHeaders)
	checkRESTError(t, ask(handler, "POST", "/base", "", "X-Road-Client: SEVDEIR-TEST/GOV/00000002/SUB_1"), 400, xroad.CodeInconsistentHeaders)
	checkRESTError(t, ask(handler, "POST", "/base", "", "Uxp-Client: "), 400, xroad.CodeMissingHeaderField)
	// X-Road does not tell the service.
	if w := ask(handler, "POST", "/base", "", "Uxp-Client: ", "Uxp-Service: ", "X-Road-Client: "+restClient); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	last := observed[len(observed)-1]
	if last.Dialect != xroad.XRoad || last.Client != restClient || last.Operation != "GetPerson_v1" || last.Status != 200 || last.Size == 0 || last.TraceID == "" {
		t.Errorf("%+v", last)
	}
	if e := observed[0]; e.Service != restService || e.MessageID != "q1" || e.Method != "GET" || e.Code != "" || e.Err != nil {
		t.Errorf("%+v", e)
	}
	for _, e := range observed {
		if strings.Contains(fmt.Sprintf("%+v", e), "19440530-42789") || e.Method == "BREW" {
			t.Errorf("observed %+v", e)
		}
	}
}

// TestRESTSamplesHandled lets real requests through to an operation, as a security server passes them on.
func TestRESTSamplesHandled(t *testing.T) {
	t.Parallel()
	count := 0
	for name, service := range map[string]string{
		"rest-requests-get.http": "python_ssl", "rest-requests-post.http": "python_ssl", "rest-requests-put.http": "python_ssl",
		"rest-requests-delete.http": "python_ssl", "rest-axios-get.http": "GetPerson", "rest-axios-post.http": "GetPerson",
		"rest-curl-get.http": "petstore",
	} {
		r := restRequest(t, name)
		operation := restOperation(r.Method, strings.NewReplacer("%", "%25").Replace(r.URL.Path), nil)
		operation.Name = service
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		operation.Handle = func(_ context.Context, in *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			count++
			if in.Header.Client.Instance == "" || !bytes.Equal(in.Body, body) {
				t.Errorf("%s: %+v", name, in.Header)
			}
			return &xroad.RESTResponse{Status: http.StatusNoContent}, nil
		}
		w := httptest.NewRecorder()
		newRESTHandler(t, xroad.RESTConfig{Operations: []xroad.RESTOperation{operation}}).ServeHTTP(w, r)
		if w.Code != http.StatusNoContent || w.Body.Len() != 0 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if count != 7 {
		t.Errorf("%d samples arrived", count)
	}
}

// TestRESTErrors words every failure of an operation in one form.
func TestRESTErrors(t *testing.T) {
	t.Parallel()
	own := &xroad.RESTError{Status: http.StatusConflict, Code: "Client.Taken", Text: "Зайнято <&>", Err: errors.New("cause")}
	tests := map[string]struct {
		response *xroad.RESTResponse
		err      error
		status   int
		code     string
	}{
		"own":            {nil, own, http.StatusConflict, "Client.Taken"},
		"own, wrapped":   {nil, fmt.Errorf("look up: %w", own), http.StatusConflict, "Client.Taken"},
		"own, bad":       {nil, &xroad.RESTError{Status: 302, Code: "Client.X", Text: "x"}, 500, xroad.CodeInternalError},
		"fault":          {nil, xroad.NewFault("Client.Odd", "Дивно"), 400, "Client.Odd"},
		"fault, server":  {nil, xroad.NewFault("Server.Odd", "Дивно"), 500, "Server.Odd"},
		"any":            {nil, errors.New("SELECT 3404106605"), 500, xroad.CodeInternalError},
		"nothing":        {nil, nil, 500, xroad.CodeInternalError},
		"redirect":       {&xroad.RESTResponse{Status: http.StatusFound}, nil, 500, xroad.CodeInternalError},
		"not modified":   {&xroad.RESTResponse{Status: http.StatusNotModified}, nil, 500, xroad.CodeInternalError},
		"informational":  {&xroad.RESTResponse{Status: http.StatusContinue}, nil, 500, xroad.CodeInternalError},
		"no such status": {&xroad.RESTResponse{Status: 999}, nil, 500, xroad.CodeInternalError},
	}
	for name, test := range tests {
		var observed xroad.RESTExchange
		handler := newRESTHandler(t, xroad.RESTConfig{
			Operations: []xroad.RESTOperation{restOperation("GET", "/a", func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) {
				return test.response, test.err
			})},
			Observe: func(_ context.Context, e xroad.RESTExchange) { observed = e },
		})
		w := ask(handler, "GET", "/a", "")
		body := w.Body.String()
		t.Run(name, func(t *testing.T) { checkRESTError(t, w, test.status, test.code) })
		if strings.Contains(body, "cause") || strings.Contains(body, "3404106605") || observed.Code != test.code || observed.Status != test.status {
			t.Errorf("%s: %s, %+v", name, body, observed)
		}
		if strings.HasPrefix(name, "own") && test.status == 409 && (observed.Err == nil || !strings.Contains(body, "Зайнято <&>")) {
			t.Errorf("%s: %s, %+v", name, body, observed)
		}
	}
	if own.Detail != "" || own.Error() != "409 Client.Taken: cause" {
		t.Errorf("%+v: %v", own, own)
	}
	handler := newRESTHandler(t, xroad.RESTConfig{Operations: []xroad.RESTOperation{restOperation("GET", "/a",
		func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) { panic("3404106605") })}})
	checkRESTError(t, ask(handler, "GET", "/a", ""), 500, xroad.CodeInternalError)
}

// TestRESTResponse lets an operation answer as it likes, but for what is the security server's.
func TestRESTResponse(t *testing.T) {
	t.Parallel()
	handler := newRESTHandler(t, xroad.RESTConfig{Operations: []xroad.RESTOperation{restOperation("POST", "/a",
		func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			return &xroad.RESTResponse{Status: http.StatusCreated, ContentType: "text/plain", Body: []byte("ok"), Header: http.Header{
				"Location": {"/a/1"}, "etag": {`"1"`}, "x-road-id": {"no"}, "Uxp-Transaction-Id": {"no"}, "Connection": {"close"},
				"Content-Length": {"100"}, "Content-Encoding": {"gzip"}, "Transfer-Encoding": {"chunked"},
			}}, nil
		})}})
	w := ask(handler, "POST", "/a", "", "X-Road-Id: q1", "X-Road-Issue: a")
	want := http.Header{"Location": {"/a/1"}, "Etag": {`"1"`}, "Content-Type": {"text/plain"}, "Content-Length": {"2"},
		"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"}}
	if diff := cmp.Diff(want, w.Header()); diff != "" || w.Code != http.StatusCreated || w.Body.String() != "ok" {
		t.Errorf("%d %s %s", w.Code, w.Body, diff)
	}
}

// TestRESTOpenAPI serves the description to whoever asks.
func TestRESTOpenAPI(t *testing.T) {
	t.Parallel()
	for document, contentType := range map[string]string{
		"\n{\"openapi\":\"3.0.3\"}": "application/json; charset=utf-8", "openapi: 3.0.3\n": "application/yaml; charset=utf-8",
	} {
		var observed xroad.RESTExchange
		handler := newRESTHandler(t, xroad.RESTConfig{OpenAPI: []byte(document), Operations: []xroad.RESTOperation{restOperation("POST", "/a", nil)},
			Observe: func(_ context.Context, e xroad.RESTExchange) { observed = e }})
		for _, method := range []string{"GET", "HEAD"} {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(method, "/openapi.json?x", nil))
			if w.Code != http.StatusOK || w.Header().Get("Content-Type") != contentType || w.Body.String() != document || !observed.OpenAPI {
				t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
			}
		}
		checkRESTError(t, ask(handler, "POST", "/openapi.json", ""), http.StatusNotFound, xroad.CodeUnknownOperation)
	}
	handler := newRESTHandler(t, xroad.RESTConfig{Operations: []xroad.RESTOperation{restOperation("POST", "/a", nil)}})
	checkRESTError(t, ask(handler, "GET", "/openapi.json", ""), http.StatusNotFound, xroad.CodeUnknownOperation)
}

// TestRESTConfiguration refuses configurations that cannot work.
func TestRESTConfiguration(t *testing.T) {
	t.Parallel()
	handle := restOperation("", "", nil).Handle
	for name, config := range map[string]xroad.RESTConfig{
		"nothing":   {},
		"no name":   {Operations: []xroad.RESTOperation{{Method: "GET", Path: "/", Handle: handle}}},
		"method":    {Operations: []xroad.RESTOperation{{Name: "a", Method: "TRACE", Path: "/", Handle: handle}}},
		"path":      {Operations: []xroad.RESTOperation{{Name: "a", Method: "GET", Path: "a", Handle: handle}}},
		"no handle": {Operations: []xroad.RESTOperation{{Name: "a", Method: "GET", Path: "/"}}},
		"twice":     {Operations: []xroad.RESTOperation{restOperation("GET", "/a/{x}", nil), restOperation("GET", "/{y}/b/", nil)}},
		"openapi":   {Operations: []xroad.RESTOperation{restOperation("GET", "/a", nil)}, OpenAPIPath: "openapi"},
	} {
		if _, err := xroad.NewRESTHandler(config); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestRESTBounds bounds bodies, time and number, and refuses what is compressed.
func TestRESTBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		handler := newRESTHandler(t, xroad.RESTConfig{Size: 10, MaxConcurrent: 2, Operations: []xroad.RESTOperation{
			restOperation("POST", "/a", nil),
			restOperation("POST", "/wait", func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) {
				<-release
				return &xroad.RESTResponse{}, nil
			}),
		}})
		if w := ask(handler, "POST", "/a", "0123456789"); w.Code != http.StatusOK {
			t.Errorf("%d", w.Code)
		}
		checkRESTError(t, ask(handler, "POST", "/a", "0123456789x"), http.StatusRequestEntityTooLarge, xroad.CodeTooLarge)
		checkRESTError(t, ask(handler, "POST", "/a", "", "Content-Encoding: gzip"), http.StatusUnsupportedMediaType, xroad.CodeInvalidContentType)
		begin := time.Now()
		var answers sync.WaitGroup
		for range 2 {
			answers.Go(func() {
				checkRESTError(t, ask(handler, "POST", "/wait", ""), http.StatusGatewayTimeout, xroad.CodeTimeout)
				if took := time.Since(begin); took != 50*time.Second {
					t.Errorf("took %v", took)
				}
			})
		}
		synctest.Wait()
		for range 2 { // before the time is up, and after it: the operations still hold their slots
			w := ask(handler, "POST", "/a", "")
			checkRESTError(t, w, http.StatusServiceUnavailable, xroad.CodeBusy)
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			answers.Wait()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := handler.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		close(release)
		synctest.Wait()
		w := ask(handler, "POST", "/a", "")
		checkRESTError(t, w, http.StatusServiceUnavailable, xroad.CodeBusy)
		if w.Header().Get("Connection") != "close" {
			t.Errorf("%v", w.Header())
		}
	})
}

// TestRESTConnections sends bodies that are slow, endless or cut.
func TestRESTConnections(t *testing.T) {
	t.Parallel()
	observed := make(chan xroad.RESTExchange, 10)
	start := func(patience time.Duration) *httptest.Server {
		server := httptest.NewServer(newRESTHandler(t, xroad.RESTConfig{
			Size: 1 << 16, ReadTimeout: patience, Operations: []xroad.RESTOperation{restOperation("POST", "/a", nil)},
			Observe: func(_ context.Context, e xroad.RESTExchange) { observed <- e },
		}))
		t.Cleanup(server.Close)
		return server
	}
	patient, hasty := start(0), start(100*time.Millisecond)
	const head = "POST /a HTTP/1.1\r\nHost: a\r\nUxp-Client: " + restClient + "\r\n"
	for name, test := range map[string]struct {
		wire    string
		endless bool
		status  int
		code    string
	}{
		"slow":      {head + "Content-Length: 10\r\n\r\nabc", false, 400, xroad.CodeInvalidRequest},
		"announced": {head + "Content-Length: 1000000000\r\n\r\nabc", false, 413, xroad.CodeTooLarge},
		"endless":   {head + "Transfer-Encoding: chunked\r\n\r\n", true, 413, xroad.CodeTooLarge},
		"broken":    {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", false, 400, xroad.CodeInvalidRequest},
	} {
		server := patient
		if name == "slow" {
			server = hasty
		}
		connection, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(connection, test.wire)
		if test.endless {
			go func() {
				for {
					if _, err := io.WriteString(connection, "1000\r\n"+strings.Repeat(" ", 0x1000)+"\r\n"); err != nil {
						return
					}
				}
			}()
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		w := httptest.NewRecorder()
		w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
		w.WriteHeader(response.StatusCode)
		_, _ = io.CopyN(w.Body, response.Body, response.ContentLength)
		t.Run(name, func(t *testing.T) { checkRESTError(t, w, test.status, test.code) })
		_ = connection.Close()
		if e := <-observed; e.Status != test.status || e.Err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
