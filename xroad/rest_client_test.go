package xroad_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
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

// TestRESTErrorForms recognises errors of security servers in every form, and leaves the service's own alone.
func TestRESTErrorForms(t *testing.T) {
	t.Parallel()
	const (
		uuid     = "c7b2f1e0-5a3b-4f0f-9e0e-0d7c3d1c8a11"
		failed   = "Server.ServerProxy.ServiceFailed.NetworkError"
		denied   = "server.serverproxy.access_denied"
		json     = "application/json;charset=utf-8"
		noID     = "X-Road-Id: "
		page     = "<html><body><h1>502 Bad Gateway</h1><br></body></html>"
		envelope = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>%s</faultcode>` +
			`<faultstring>Sad</faultstring><detail><faultDetail xmlns="">` + uuid + `</faultDetail></detail></e:Fault></e:Body></e:Envelope>`
	)
	object := func(code string) string { return `{"type":"` + code + `","message":"Sad","detail":"` + uuid + `"}` }
	document := func(code string) string {
		return `<?xml version="1.0" encoding="UTF-8"?><error><type>` + code + `</type><message>Sad</message><detail>` + uuid + `</detail></error>`
	}
	tests := map[string]struct {
		answer func(http.ResponseWriter, restSeen)
		uxp    error // nil for an answer
		xRoad  error
		code   string
	}{
		// The examples of PR-REST, clause 4.6.
		"category 1": {respond(405, json, `{"timestamp":"2019-03-21T09:45:19.904Z","status":405,"error":"Method Not Allowed","message":"Request method 'PUT' not supported","path":"/v3/pet/findByStatus"}`), nil, nil, ""},
		"category 2": {respond(500, json, object("Server.ServerProxy.NetworkError"), "X-Road-Error: Server.ServerProxy.NetworkError", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, "Server.ServerProxy.NetworkError"},
		"category 3": {respond(400, json, object("Client.BadRequest"), "X-Road-Error: Client.BadRequest", noID), xroad.ErrRefused, xroad.ErrRefused, "Client.BadRequest"},
		"category 4": {respond(500, json, object("Server.ClientProxy.OutdatedGlobalConf"), "X-Road-Error: Server.ClientProxy.OutdatedGlobalConf", noID), xroad.ErrUnavailable, xroad.ErrUnavailable, "Server.ClientProxy.OutdatedGlobalConf"},

		"XML, as Accept wants it": {respond(500, "text/xml;charset=utf-8", document(denied), "X-Road-Error: "+denied, noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"fields of UXP":           {respond(500, "text/plain", "Sad", "Uxp-Faultcode: "+denied, "Uxp-Faultstring: Sad", noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"with success":            {respond(200, json, object(failed), "Uxp-Faultcode: soap:"+failed, "Uxp-Faultstring: Sad", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"another body":            {respond(500, json, object("Other"), "Uxp-Faultcode: "+failed, "Uxp-Faultstring: Sad", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"object only":             {respond(500, json, object(failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"object as text":          {respond(400, "text/plain", " \n"+object(denied), noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"XML only":                {respond(500, "application/xml", document(failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"fault of SOAP":           {respond(500, "text/xml", fmt.Sprintf(envelope, failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"refusal in SOAP":         {respond(500, "text/xml", fmt.Sprintf(envelope, "SOAP-ENV:Client.BadRequest"), noID), xroad.ErrRefused, xroad.ErrRefused, "Client.BadRequest"},

		// What X-Road passed on is the service's, whatever it looks like.
		"object passed on":    {respond(500, json, object(failed), "Uxp-Transaction-Id: t"), xroad.ErrServiceFailed, nil, failed},
		"own refusal":         {respond(400, json, object("Client.InvalidBody")), nil, nil, ""},
		"own failure":         {respond(500, json, object("Server.InternalError")), nil, nil, ""},
		"own code":            {respond(404, json, object("NotFound")), nil, nil, ""},
		"own fault":           {respond(500, "text/xml", fmt.Sprintf(envelope, "Server.Sad")), nil, nil, ""},
		"own document":        {respond(500, "text/xml", document("Server.Sad")), nil, nil, ""},
		"broken document":     {respond(500, "text/xml", document(failed)[:100]), nil, nil, ""},
		"document type":       {respond(500, "text/xml", `<!DOCTYPE error [<!ENTITY a "b">]>`+document(failed)), nil, nil, ""},
		"own page":            {respond(404, "text/html", page, "Uxp-Transaction-Id: t"), nil, nil, ""},
		"good object":         {respond(200, json, object(failed)), nil, nil, ""},
		"redirect":            {respond(302, "text/plain", "", "Location: /elsewhere"), nil, nil, ""},
		"nothing":             {respond(204, "", ""), nil, nil, ""},
		"page on the way":     {respond(502, "text/html", page, noID), xroad.ErrResponse, xroad.ErrResponse, ""},
		"redirect on the way": {respond(301, "text/html", page, noID), xroad.ErrResponse, xroad.ErrResponse, ""},
		"not X-Road":          {respond(200, json, "{}", noID), nil, xroad.ErrResponse, ""},

		"last counts": {func(w http.ResponseWriter, _ restSeen) {
			w.Header().Add("X-Road-Service", "I/C/M/S/X")
			w.Header().Add("X-Road-Service", provided.String())
		}, nil, nil, ""},
		"no code":         {respond(500, json, "{}", "X-Road-Error: a:"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another id":      {respond(200, json, "{}", "X-Road-Id: a", "Uxp-QueryID: a"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another client":  {respond(200, json, "{}", "X-Road-Client: I/C/M", "Uxp-Client: I/C/M"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another service": {respond(200, json, "{}", "X-Road-Service: I/C/M/S/X", "Uxp-Service: I/C/M/S/X"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"bad service":     {respond(200, json, "{}", "X-Road-Service: 3404106605", "Uxp-Service: 3404106605"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"the same":        {respond(200, json, "{}", "X-Road-Client: "+consumer.String(), "Uxp-Service: "+provided.String()), nil, nil, ""},
		"too long":        {respond(200, json, strings.Repeat(" ", 1<<16+1)), xroad.ErrResponse, xroad.ErrResponse, ""},
		"compressed":      {respond(200, json, "{}", "Content-Encoding: gzip"), xroad.ErrResponse, xroad.ErrResponse, ""},
	}
	for name, test := range tests {
		for dialect, want := range map[xroad.Dialect]error{xroad.UXP: test.uxp, xroad.XRoad: test.xRoad} {
			t.Run(name+"/"+dialect.String(), func(t *testing.T) {
				t.Parallel()
				server := newRESTServer(t, test.answer)
				client := newRESTClient(t, server.URL, dialect, func(c *xroad.ClientConfig) { c.Limits.Size, c.Attempts = 1<<16, 1 })
				answer, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided})
				if want == nil {
					if err != nil || answer.Status == 0 {
						t.Errorf("%+v, %v", answer, err)
					}
					return
				}
				got := checkKind(t, err, want)
				if test.code == "" {
					if got.Fault != nil || strings.Contains(err.Error(), "3404106605") {
						t.Errorf("%v", err)
					}
					return
				}
				if got.Fault == nil || got.Fault.Code != test.code || got.Fault.Text != "Sad" || len(got.MessageID) != 36 {
					t.Errorf("%+v", got)
				}
				if detail := got.Fault.Detail; detail != uuid && name != "fields of UXP" && name != "another body" {
					t.Errorf("detail %q", detail)
				}
			})
		}
	}
}

// TestRESTFaultCodes sends every code of the table, and counts how often a call is made that reads, and one that does not.
func TestRESTFaultCodes(t *testing.T) {
	t.Parallel()
	for _, test := range faultCodes {
		if test.code == "" {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, "idempotent POST"} {
			t.Run(test.code+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := newRESTServer(t, respond(500, "application/json", `{"type":"`+test.code+`","message":"Сумно"}`, "X-Road-Error: "+test.code))
				verb, idempotent := strings.CutPrefix(method, "idempotent ")
				client := newRESTClient(t, server.URL, xroad.XRoad, func(c *xroad.ClientConfig) { c.RESTTargets[0].Idempotent = idempotent })
				_, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided, Method: verb})
				failed := checkKind(t, err, test.kind)
				want := 1
				if reads := idempotent || verb == "GET" || verb == "HEAD"; test.always || test.reads && reads {
					want = 2
				}
				sent := server.requests()
				if len(sent) != want || failed.Attempts != want || failed.Undelivered != test.not {
					t.Errorf("%d requests, want %d; %+v", len(sent), want, failed)
				}
				if want == 2 && sent[0].header.Get("X-Road-Id") == sent[1].header.Get("X-Road-Id") {
					t.Error("id repeated")
				}
			})
		}
	}
}

// TestRESTFaultsHideData sends back in an error whatever the request told, and what it did not.
func TestRESTFaultsHideData(t *testing.T) {
	t.Parallel()
	server := newRESTServer(t, respond(500, "application/json", `{"type":"Server.ServerProxy.ServiceFailed","message":"Шевченко (Ab-12, хтось, справа 7, UA-one, su-bj, 3404106605): Петренко 42, поле x-y","detail":"Шевченко"}`,
		"X-Road-Error: Server.ServerProxy.ServiceFailed"))
	client := newRESTClient(t, server.URL, xroad.UXP, nil)
	call := xroad.RESTCall{
		Service: provided, Method: http.MethodPost, Path: "/persons/%D0%A5%D1%82%D0%BE%D1%81%D1%8C", Query: url.Values{"q": {"Ab-12"}}, ContentType: "application/json",
		Body: []byte(`{"name":"Шевченко","n":424242,"list":["Петренко"]}`), UserID: "UA-one", Issue: "Справа 7", SubjectID: "su-bj",
	}
	_, err := client.CallREST(t.Context(), call)
	failed := checkKind(t, err, xroad.ErrServiceFailed)
	if want := "… (…, …, …, …, …, …): … 42, поле x-y"; failed.Fault.Text != want || failed.Fault.Detail != "" {
		t.Errorf("%q, %q", failed.Fault.Text, failed.Fault.Detail)
	}
	call.ContentType, call.Body = "application/x-www-form-urlencoded", []byte("a=x-y")
	_, err = client.CallREST(t.Context(), call)
	if failed := checkKind(t, err, xroad.ErrServiceFailed); strings.Contains(failed.Fault.Text, "x-y") {
		t.Errorf("%q", failed.Fault.Text)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err)
	if strings.Contains(log.String(), "поле") {
		t.Error(&log)
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
	ended := make(chan error, 1)
	client := newRESTClient(t, server.URL, xroad.UXP, nil)
	go func() {
		_, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided})
		ended <- err
	}()
	select {
	case err := <-ended:
		checkKind(t, err, xroad.ErrResponse)
	case <-time.After(time.Minute):
		t.Fatal("the call waits for the end of a connection that has another protocol")
	}
}

// TestSignature fetches archives, and judges what comes in their place.
func TestSignature(t *testing.T) {
	t.Parallel()
	const archive = "PK\x03\x04rest"
	for name, test := range map[string]struct {
		answer func(http.ResponseWriter, restSeen)
		kind   error
	}{
		"archive":     {respond(200, "application/zip", archive), nil},
		"encrypted":   {respond(200, "application/octet-stream", "\x85\x01"), nil},
		"unknown":     {respond(404, "text/plain", "No signed documents found"), xroad.ErrRefused},
		"bad":         {respond(400, "text/plain", "Bad"), xroad.ErrRefused},
		"stranger":    {respond(401, "text/plain", "Bad"), xroad.ErrAccessDenied},
		"not stamped": {respond(500, "text/plain", "Message signature has not been timestamped yet!"), xroad.ErrUnavailable},
		"page":        {respond(502, "text/html", "<html>"), xroad.ErrUnavailable},
		"page, 200":   {respond(200, "text/html", "<html>"), xroad.ErrResponse},
		"redirect":    {respond(302, "text/html", "", "Location: /"), xroad.ErrResponse},
		"fault":       {respond(500, "text/plain", "", "Uxp-Faultcode: Server.ClientProxy.UnknownMember"), xroad.ErrConfiguration},
		"fault, body": {respond(500, "text/xml", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>Client.BadRequest</faultcode><faultstring>a</faultstring></e:Fault></e:Body></e:Envelope>`), xroad.ErrRefused},
		"too large":   {respond(200, "application/zip", archive+strings.Repeat(" ", 4000)), xroad.ErrResponse},
	} {
		for dialect, path := range map[xroad.Dialect]string{xroad.UXP: "/signature", xroad.XRoad: "/asic"} {
			server := newRESTServer(t, test.answer)
			client := newRESTClient(t, server.URL, dialect, func(c *xroad.ClientConfig) { c.Limits.Size = 1000 })
			got, err := client.Signature(t.Context(), "a&b")
			if test.kind == nil {
				if err != nil || len(got) == 0 {
					t.Errorf("%s: %v", name, err)
				}
			} else if failed := checkKind(t, err, test.kind); failed.MessageID != "a&b" || failed.Status == 0 {
				t.Errorf("%s: %+v", name, failed)
			}
			const query = "?memberClass=GOV&memberCode=42032422&queryId=a%26b&subsystemCode=20_EIS_cons&xRoadInstance=SEVDEIR-TEST"
			if seen := server.requests(); len(seen) != 1 || seen[0].method != "GET" || seen[0].target != path+query {
				t.Errorf("%s: %+v", name, seen)
			}
		}
	}
}

// FuzzRESTAnswer lets a security server say anything. Whatever it is, the answer belongs to the request, or the error is
// of one kind and within bounds.
func FuzzRESTAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nX-Road-Id: {id}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 500 Sad\r\nX-Road-Error: Server.ServerProxy.AccessDenied\r\n\r\n{\"type\":\"Server.ServerProxy.AccessDenied\",\"message\":\"a\",\"detail\":\"b\"}",
		"HTTP/1.1 500 Sad\r\nContent-Type: text/xml\r\n\r\n<error><type>Server.ClientProxy.IOError</type><message>a</message><detail>b</detail></error>",
		"HTTP/1.1 500 Sad\r\nUxp-Faultcode: a:Server.ClientProxy.IOError\r\nUxp-Faultstring: UA1234567890\r\n\r\n",
		"HTTP/1.1 502 Sad\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html><html>",
		"HTTP/1.1 500 Sad\r\n\r\n" + `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>Client.X</faultcode><faultstring>a</faultstring></e:Fault></e:Body></e:Envelope>`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, response []byte, xRoad bool) {
		dialect, sent := xroad.UXP, ""
		if xRoad {
			dialect = xroad.XRoad
		}
		client := newRESTClient(t, "http://ss/", dialect, func(c *xroad.ClientConfig) {
			c.Attempts, c.Limits = 1, xroad.Limits{Size: 1 << 16}
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() {
					defer theirs.Close()
					buffer := make([]byte, 4096)
					n, _ := theirs.Read(buffer)
					_, rest, _ := strings.Cut(string(buffer[:n]), "X-Road-Id: ")
					id, _, _ := strings.Cut(rest, "\r")
					_, _ = theirs.Write(bytes.ReplaceAll(response, []byte("{id}"), []byte(id)))
				}()
				return ours, nil
			}
			c.Observe = func(_ context.Context, a xroad.Attempt) { sent = a.MessageID }
		})
		answer, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided, UserID: "UA1234567890"})
		if err == nil {
			if answer.MessageID != sent || answer.Status < 200 || xRoad && answer.Header.Get("X-Road-Id") != sent || answer.Header.Get("X-Road-Error") != "" {
				t.Errorf("%+v", answer)
			}
			return
		}
		checkAnyKind(t, err)
		var failed *xroad.CallError
		if !errors.As(err, &failed) {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprint(err), "UA1234567890") || failed.Fault != nil && (strings.Contains(failed.Fault.Text, "UA1234567890") ||
			len(failed.Fault.Code)+len(failed.Fault.Text)+len(failed.Fault.Detail) > 1300) {
			t.Errorf("%v, %+v", err, failed.Fault)
		}
	})
}
