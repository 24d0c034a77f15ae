package xroad_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// restSeen is a request as a security server of the tests got it.
type restSeen struct {
	method, target, body string
	header               http.Header
}

// restServer is a security server that answers as it is told to.
type restServer struct {
	*httptest.Server
	mu   sync.Mutex
	seen []restSeen
}

func (s *restServer) requests() []restSeen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]restSeen(nil), s.seen...)
}

func newRESTServer(t testing.TB, answer func(w http.ResponseWriter, r restSeen)) *restServer {
	t.Helper()
	s := &restServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("request: %v", err)
		}
		got := restSeen{r.Method, r.RequestURI, string(body), r.Header.Clone()}
		s.mu.Lock()
		s.seen = append(s.seen, got)
		s.mu.Unlock()
		if id := r.Header.Get("X-Road-Id"); id != "" {
			w.Header().Set("X-Road-Id", id)
		}
		answer(w, got)
	}))
	t.Cleanup(s.Close)
	return s
}

func newRESTClient(t testing.TB, address string, dialect xroad.Dialect, change func(*xroad.ClientConfig)) *xroad.Client {
	t.Helper()
	return newTestClient(t, address, func(c *xroad.ClientConfig) {
		c.Targets, c.Dialect, c.Attempts = nil, dialect, 2
		c.RESTTargets = []xroad.RESTTarget{{Service: provided}}
		if change != nil {
			change(c)
		}
	})
}

// respond answers with status, media type and body, and further fields given as name: value.
func respond(status int, contentType, body string, fields ...string) func(http.ResponseWriter, restSeen) {
	return func(w http.ResponseWriter, _ restSeen) {
		w.Header().Set("Content-Type", contentType)
		for _, field := range fields {
			name, value, _ := strings.Cut(field, ": ")
			if value == "" {
				w.Header().Del(name)
				continue
			}
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestRESTRequest sends everything there is in both dialects, and reads it back with the provider's reader.
func TestRESTRequest(t *testing.T) {
	t.Parallel()
	class := "GOV"
	service := xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00015622", Subsystem: "Реєстр 1", Service: "Op_v1"}
	call := xroad.RESTCall{
		Service: service, Method: http.MethodPut, Path: "/persons/a%2Fb", Query: url.Values{"x": {"1 &2"}},
		Header: http.Header{"accept": {"application/json"}}, ContentType: "application/json", Body: []byte(`{"a":1}`),
		UserID: "UA<Їжак>", Issue: "Справа 1", RepresentedParty: &xroad.RepresentedParty{Class: &class, Code: "12/34"[:2]},
		SecurityServer: &xroad.SecurityServerID{Instance: "A", Class: "B", Member: "C", Server: "D"}, PurposeIDs: []string{"p1", "p2"}, SubjectID: "3404106605",
	}
	for dialect, target := range map[xroad.Dialect]string{
		xroad.UXP:   "/ss/restapi/persons/a%2Fb?x=1+%262",
		xroad.XRoad: "/ss/r1/SEVDEIR-TEST/GOV/00015622/%D0%A0%D0%B5%D1%94%D1%81%D1%82%D1%80%201/Op_v1/persons/a%2Fb?x=1+%262",
	} {
		server := newRESTServer(t, respond(http.StatusTeapot, "application/json", "\xEF\xBB\xBF{\"b\":2,\"c\":3}", "X-Other: 1",
			"Uxp-Transaction-Id: t1", "X-Road-Request-Id: t2", "X-Road-Request-Hash: Zm9v"))
		var attempts []xroad.Attempt
		client := newRESTClient(t, server.URL+"/ss/", dialect, func(c *xroad.ClientConfig) {
			c.RESTTargets = []xroad.RESTTarget{{Service: service}}
			c.Observe = func(_ context.Context, a xroad.Attempt) { attempts = append(attempts, a) }
		})
		answer, err := client.CallREST(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		var out struct{ B int }
		if err := answer.DecodeJSON(&out); err != nil || out.B != 2 || answer.Status != http.StatusTeapot || answer.Header.Get("X-Other") != "1" || answer.Attempts != 1 {
			t.Errorf("%+v, %v", answer, err)
		}
		got := server.requests()[0]
		if got.method != "PUT" || got.target != target || got.body != `{"a":1}` || got.header.Get("Content-Type") != "application/json" ||
			got.header.Get("Accept") != "application/json" || got.header.Get("User-Agent") != "" || got.header.Get("Accept-Encoding") != "" {
			t.Errorf("%+v", got)
		}
		header, err := xroad.ReadRESTHeader(&http.Request{Header: got.header, URL: &url.URL{}})
		if err != nil {
			t.Fatal(err)
		}
		want := restView{Dialect: dialect, Client: consumer.String(), Service: service.String(), ID: answer.MessageID, User: "UA<Їжак>", Issue: "Справа 1",
			Party: "GOV/12", Server: "A/B/C/D", PurposeIDs: "p1|p2", Subject: "3404106605"}
		transaction := "t1"
		if dialect == xroad.XRoad {
			want.Service, transaction = "", "t2"
		}
		if diff := cmp.Diff(want, view(header)); diff != "" || len(answer.MessageID) != 36 {
			t.Errorf("%s", diff)
		}
		hash := answer.RequestHash
		if answer.TransactionID != transaction || hash == nil || hash.Value != "Zm9v" || !strings.HasSuffix(hash.Algorithm, "sha512") {
			t.Errorf("%+v", answer)
		}
		if len(attempts) != 1 || attempts[0].Status != http.StatusTeapot || attempts[0].MessageID != answer.MessageID || attempts[0].TransactionID != transaction ||
			attempts[0].Service != service || attempts[0].Err != nil {
			t.Errorf("%+v", attempts)
		}
	}
}

// TestRESTCallRefused refuses what cannot be written before anything is sent.
func TestRESTCallRefused(t *testing.T) {
	t.Parallel()
	server := newRESTServer(t, respond(200, "", ""))
	client := newRESTClient(t, server.URL, xroad.UXP, func(c *xroad.ClientConfig) { c.Limits.Size = 100 })
	for name, change := range map[string]func(*xroad.RESTCall){
		"method":          func(c *xroad.RESTCall) { c.Method = "TRACE" },
		"path":            func(c *xroad.RESTCall) { c.Path = "a" },
		"path up":         func(c *xroad.RESTCall) { c.Path = "/../a" },
		"path up, hidden": func(c *xroad.RESTCall) { c.Path = "/a/%2e%2E/b" },
		"path here":       func(c *xroad.RESTCall) { c.Path = "/." },
		"path and query":  func(c *xroad.RESTCall) { c.Path = "/a?b" },
		"empty query":     func(c *xroad.RESTCall) { c.Path = "/a?" },
		"fragment":        func(c *xroad.RESTCall) { c.Path = "/a#b" },
		"space":           func(c *xroad.RESTCall) { c.Path = "/a b" },
		"half an escape":  func(c *xroad.RESTCall) { c.Path = "/%2" },
		"size":            func(c *xroad.RESTCall) { c.Body = make([]byte, 101) },
		"field of UXP":    func(c *xroad.RESTCall) { c.Header = http.Header{"uxp-client": {"a"}} },
		"field of X-Road": func(c *xroad.RESTCall) { c.Header = http.Header{"X-Road-Id": {"a"}} },
		"hop by hop":      func(c *xroad.RESTCall) { c.Header = http.Header{"connection": {"close"}} },
		"host":            func(c *xroad.RESTCall) { c.Header = http.Header{"Host": {"a"}} },
		"name":            func(c *xroad.RESTCall) { c.Header = http.Header{"a b": {"a"}} },
		"value":           func(c *xroad.RESTCall) { c.Header = http.Header{"A": {"a\r\nX-Road-Client: b"}} },
		"user":            func(c *xroad.RESTCall) { c.UserID = "a\nb" },
		"space around":    func(c *xroad.RESTCall) { c.UserID = " a" },
		"subject":         func(c *xroad.RESTCall) { c.SubjectID = "\xFF" },
		"issue":           func(c *xroad.RESTCall) { c.Issue = strings.Repeat("a", 4097) },
		"party":           func(c *xroad.RESTCall) { c.RepresentedParty = &xroad.RepresentedParty{} },
		"server":          func(c *xroad.RESTCall) { c.SecurityServer = &xroad.SecurityServerID{} },
		"purpose":         func(c *xroad.RESTCall) { c.PurposeIDs = []string{"a,b"} },
		"no purpose":      func(c *xroad.RESTCall) { c.PurposeIDs = []string{""} },
	} {
		call := xroad.RESTCall{Service: provided}
		change(&call)
		_, err := client.CallREST(t.Context(), call)
		var failed *xroad.CallError
		if !errors.As(err, &failed) || !errors.Is(err, xroad.ErrRefused) || !failed.Undelivered {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := client.CallREST(t.Context(), xroad.RESTCall{Service: xroad.ServiceID{}})
	checkKind(t, err, xroad.ErrConfiguration)
	if len(server.requests()) != 0 {
		t.Error("something was sent")
	}
	_ = client.Close()
	_, err = client.CallREST(t.Context(), xroad.RESTCall{Service: provided})
	checkKind(t, err, xroad.ErrUnavailable)
	_, err = client.Signature(t.Context(), "a")
	checkKind(t, err, xroad.ErrUnavailable)
	for name, target := range map[string]xroad.RESTTarget{
		"version": {Service: xroad.ServiceID{Instance: "I", Class: "C", Member: "M", Subsystem: "S", Service: "X", Version: "1"}},
		"dots":    {Service: xroad.ServiceID{Instance: "I", Class: "C", Member: "M", Subsystem: "..", Service: "X"}},
		"empty":   {}, "address": {Service: provided, URL: "ftp://a/"},
	} {
		if _, err := xroad.NewClient(xroad.ClientConfig{Client: consumer, URL: "http://a/", PlainHTTP: true, Dialect: xroad.XRoad, RESTTargets: []xroad.RESTTarget{target}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestRESTConnection judges answers that do not come or come in part.
func TestRESTConnection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wire     string
		kind     error
		requests int
	}{
		"nothing":     {"", xroad.ErrUnavailable, 2},
		"no HTTP":     {"3404106605\r\n\r\n", xroad.ErrUnavailable, 2},
		"half a head": {"HTTP/1.1 200 OK\r\nX-Ro", xroad.ErrUnavailable, 2},
		"half a body": {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", xroad.ErrUnavailable, 2},
		"cut error":   {"HTTP/1.1 500 Sad\r\nX-Road-Error: Server.ServerProxy.AccessDenied\r\nContent-Length: 100\r\n\r\n{", xroad.ErrAccessDenied, 1},
	} {
		requests := 0
		client := newRESTClient(t, "http://ss/", xroad.UXP, func(c *xroad.ClientConfig) {
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				requests++
				ours, theirs := net.Pipe()
				go func() {
					_ = theirs.SetReadDeadline(time.Now().Add(time.Minute))
					buffer := make([]byte, 4096)
					for got := 0; !bytes.Contains(buffer[:got], []byte("\r\n\r\n")); {
						n, err := theirs.Read(buffer[got:])
						if err != nil {
							break
						}
						got += n
					}
					_, _ = io.WriteString(theirs, test.wire)
					_ = theirs.Close()
				}()
				return ours, nil
			}
		})
		_, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided})
		failed := checkKind(t, err, test.kind)
		if requests != test.requests || failed.Undelivered != errors.Is(test.kind, xroad.ErrAccessDenied) || strings.Contains(err.Error(), "3404106605") {
			t.Errorf("%s: %d requests, %+v", name, requests, failed)
		}
	}
}

// TestRESTSwitch ends a call which a server answers by another protocol: what follows is no body and need not end.
func TestRESTSwitch(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	server := newRESTServer(t, func(w http.ResponseWriter, _ restSeen) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		<-held
	})
	defer close(held)
	client := newRESTClient(t, server.URL, xroad.UXP, nil)
	for name, call := range map[string]func() error{
		"call":      func() error { _, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided}); return err },
		"signature": func() error { _, err := client.Signature(t.Context(), "1"); return err },
	} {
		ended := make(chan error, 1)
		go func() { ended <- call() }()
		select {
		case err := <-ended:
			checkKind(t, err, xroad.ErrResponse)
		case <-time.After(time.Minute):
			t.Fatalf("%s waits for the end of a connection that has another protocol", name)
		}
	}
}
