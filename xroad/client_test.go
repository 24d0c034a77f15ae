package xroad_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

var (
	consumer = xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "20_EIS_cons"}
	provided = xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00015622", Subsystem: "3_MJU_prod", Service: testService}
)

// received is a request as a security server of the tests got it.
type received struct {
	header http.Header
	target string
	body   []byte
	*xroad.Message
}

// reply is what to answer.
type reply struct {
	status      int
	contentType string
	header      map[string]string
	body        string
}

// standIn is a security server that answers as it is told to.
type standIn struct {
	*httptest.Server
	mu   sync.Mutex
	seen []received
}

func (s *standIn) requests() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.seen...)
}

func newStandIn(t testing.TB, answer func(received) reply) *standIn {
	t.Helper()
	s := &standIn{}
	s.Server = httptest.NewServer(s.handler(t, answer))
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) handler(t testing.TB, answer func(received) reply) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("request: %v", err)
		}
		message, err := xroad.ReadMessage(bytes.NewReader(body), r.Header.Get("Content-Type"), xroad.Limits{})
		if err != nil {
			t.Errorf("request: %v", err)
			return
		}
		got := received{r.Header.Clone(), r.RequestURI, body, message}
		s.mu.Lock()
		s.seen = append(s.seen, got)
		s.mu.Unlock()
		out := answer(got)
		for name, value := range out.header {
			w.Header().Set(name, value)
		}
		w.Header().Set("Content-Type", out.contentType)
		w.WriteHeader(out.status)
		_, _ = io.WriteString(w, out.body)
	})
}

// good is the answer to be made worse.
func good(r received) reply {
	response, err := xroad.MarshalResponse(r.Version, r.Header, xml.Name{Space: testNamespace, Local: testService + "Response"},
		testResponse{"Вітаю"})
	if err != nil {
		panic(err)
	}
	return reply{status: http.StatusOK, contentType: r.Version.ContentType(), body: string(response)}
}

// faulty answers with a fault.
func faulty(fault xroad.Fault) func(received) reply {
	return func(r received) reply {
		fault := fault
		fault.Version, fault.Header = r.Version, r.Header
		return reply{status: http.StatusInternalServerError, contentType: r.Version.ContentType(), body: string(fault.Marshal())}
	}
}

func newTestClient(t testing.TB, url string, change func(*xroad.ClientConfig)) *xroad.Client {
	t.Helper()
	config := xroad.ClientConfig{
		Client: consumer, URL: url, PlainHTTP: true, Backoff: time.Nanosecond,
		Targets: []xroad.Target{{Service: provided, Namespace: testNamespace}},
	}
	if change != nil {
		change(&config)
	}
	client, err := xroad.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func testCall() xroad.Call {
	return xroad.Call{Service: provided, UserID: "UA1234567890", Payload: testRequest{"Їжак <&>"}}
}

// kinds are all kinds of failures.
func kinds() []error {
	return []error{xroad.ErrRefused, xroad.ErrAccessDenied, xroad.ErrConfiguration, xroad.ErrUnavailable,
		xroad.ErrServiceFailed, xroad.ErrServiceFault, xroad.ErrResponse}
}

// checkKind requires a CallError of the one kind.
func checkKind(t *testing.T, err, kind error) *xroad.CallError {
	t.Helper()
	var failed *xroad.CallError
	if !errors.As(err, &failed) {
		t.Fatalf("error %v is no CallError", err)
	}
	for _, other := range kinds() {
		if errors.Is(err, other) != errors.Is(kind, other) {
			t.Fatalf("error %v, want %v", err, kind)
		}
	}
	return failed
}

func TestCall(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, contentType, soapAction string
		target                        xroad.Target
	}{
		{"1.1 without action", "text/xml; charset=utf-8", `""`, xroad.Target{}},
		{"1.1", "text/xml; charset=utf-8", `"urn:greet"`, xroad.Target{Action: "urn:greet"}},
		{"1.2", `application/soap+xml; charset=utf-8; action="urn:greet"`, "", xroad.Target{Version: xroad.SOAP12, Action: "urn:greet"}},
		{"1.2 without action", "application/soap+xml; charset=utf-8", "", xroad.Target{Version: xroad.SOAP12}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := newStandIn(t, good)
			client := newTestClient(t, server.URL+"/path?queryId=1", func(c *xroad.ClientConfig) {
				test.target.Service, test.target.Namespace = provided, testNamespace
				c.Targets = []xroad.Target{test.target}
			})
			call := testCall()
			call.Issue, call.RepresentedParty = "Справа\n№ 1 <&\"'>", &xroad.RepresentedParty{Code: "12345678"}
			answer, err := client.Call(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			var out testResponse
			if err := answer.Body.DecodeStrict(&out); err != nil || out.Greeting != "Вітаю" {
				t.Errorf("%+v, %v", out, err)
			}
			sent := server.requests()[0]
			checkSent(t, sent, answer.MessageID)
			if got := sent.header.Get("Content-Type"); got != test.contentType {
				t.Errorf("Content-Type %s", got)
			}
			if got := sent.header.Get("Soapaction"); got != test.soapAction {
				t.Errorf("SOAPAction %s", got)
			}
			if sent.target != "/path?queryId=1" || sent.header.Get("User-Agent") != "" || sent.header.Get("Accept-Encoding") != "" {
				t.Errorf("%s %v", sent.target, sent.header)
			}
		})
	}
}

// checkSent reads the request with encoding/xml.
func checkSent(t *testing.T, sent received, id string) {
	t.Helper()
	envelope := independent(t, sent.body)
	const own, ids = "{http://x-road.eu/xsd/xroad.xsd ", "\n  {http://x-road.eu/xsd/identifiers "
	want := []string{
		own + "client} SUBSYSTEM" + ids + `memberClass} "GOV"` + ids + `memberCode} "42032422"` +
			ids + `subsystemCode} "20_EIS_cons"` + ids + `xRoadInstance} "SEVDEIR-TEST"`,
		own + "service} SERVICE" + ids + `memberClass} "GOV"` + ids + `memberCode} "00015622"` + ids + `serviceCode} "OpName_v1"` +
			ids + `subsystemCode} "3_MJU_prod"` + ids + `xRoadInstance} "SEVDEIR-TEST"`,
		own + `userId}  "UA1234567890"`, own + `id}  "` + id + `"`, own + `issue}  "Справа\n№ 1 <&\"'>"`,
		"{http://x-road.eu/xsd/representation.xsd representedParty} \n  {http://x-road.eu/xsd/representation.xsd partyCode} \"12345678\"",
		own + `protocolVersion}  "4.0"`,
	}
	if diff := cmp.Diff(want, headerLines(envelope)); diff != "" {
		t.Error(diff)
	}
	payload := envelope.soap("Body").child(testNamespace, testService)
	if payload == nil || payload.child(testNamespace, "name").Text != "Їжак <&>" {
		t.Errorf("body %+v", envelope.soap("Body"))
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, good)
	client := newTestClient(t, server.URL, nil)
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	ids := map[string]bool{}
	for range 20 {
		answer, err := client.Call(t.Context(), testCall())
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(answer.MessageID) || answer.Header.ID != answer.MessageID {
			t.Errorf("id %s", answer.MessageID)
		}
		ids[answer.MessageID] = true
	}
	if len(ids) != 20 {
		t.Errorf("%d different ids", len(ids))
	}
}

// TestCallHandler lets the two sides of the package talk to each other.
func TestCallHandler(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(func(ctx context.Context, r *xroad.Request) (any, error) {
		if *r.Header.UserID == "UA0" {
			return nil, xroad.NewFault("Server.Sad", "Сумно")
		}
		return greet(ctx, r)
	})}})
	server := httptest.NewServer(handler)
	defer server.Close()
	sad := errors.New("sad")
	for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
		client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
			c.Targets[0].Version, c.Targets[0].Faults = version, map[string]error{"Server.Sad": sad}
		})
		answer, err := client.Call(t.Context(), testCall())
		if err != nil {
			t.Fatal(err)
		}
		var out testResponse
		if err := answer.Body.Decode(&out); err != nil || out.Greeting != "Вітаю, Їжак <&>" || answer.Version != version {
			t.Errorf("%+v, %v, %v", out, err, answer.Version)
		}
		call := testCall()
		call.UserID = "UA0"
		_, err = client.Call(t.Context(), call)
		failed := checkKind(t, err, xroad.ErrServiceFault)
		if !errors.Is(err, sad) || failed.Fault.Text != "Сумно" || len(failed.Fault.Detail) != 32 {
			t.Errorf("%v: %+v", err, failed.Fault)
		}
	}
}

// TestFaultIsNotPassedOn calls another service from within an operation.
func TestFaultIsNotPassedOn(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, faulty(xroad.Fault{Code: "Server.ServerProxy.AccessDenied", Text: "чужий текст"}))
	client := newTestClient(t, server.URL, nil)
	handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(func(ctx context.Context, _ *xroad.Request) (any, error) {
		return client.Call(ctx, testCall())
	})}})
	response := post(handler, "text/xml", []byte(envelope(allFields, testPayload)))
	checkFault(t, response, xroad.CodeInternalError)
	if strings.Contains(response.Body.String(), "чужий") {
		t.Errorf("passed on: %s", response.Body)
	}
}

func TestClientConfig(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*xroad.ClientConfig){
		"no client":                func(c *xroad.ClientConfig) { c.Client = xroad.ClientID{} },
		"no targets":               func(c *xroad.ClientConfig) { c.Targets = nil },
		"target twice":             func(c *xroad.ClientConfig) { c.Targets = append(c.Targets, c.Targets[0]) },
		"no service":               func(c *xroad.ClientConfig) { c.Targets[0].Service.Service = "" },
		"no namespace":             func(c *xroad.ClientConfig) { c.Targets[0].Namespace = "" },
		"element that is none":     func(c *xroad.ClientConfig) { c.Targets[0].Element = "a b" },
		"response that is none":    func(c *xroad.ClientConfig) { c.Targets[0].Response = "<" },
		"action with a quote":      func(c *xroad.ClientConfig) { c.Targets[0].Action = `a"b` },
		"action with a line break": func(c *xroad.ClientConfig) { c.Targets[0].Action = "a\r\nb: c" },
		"unknown version":          func(c *xroad.ClientConfig) { c.Targets[0].Version = 7 },
		"no address":               func(c *xroad.ClientConfig) { c.URL = "" },
		"relative address":         func(c *xroad.ClientConfig) { c.URL = "/" },
		"other scheme":             func(c *xroad.ClientConfig) { c.URL = "ftp://a/" },
		"password in address":      func(c *xroad.ClientConfig) { c.URL = "http://a:b@c/" },
		"plain HTTP not permitted": func(c *xroad.ClientConfig) { c.PlainHTTP = false },
		"plain HTTP of a target":   func(c *xroad.ClientConfig) { c.PlainHTTP, c.URL, c.Targets[0].URL = false, "https://a/", "http://a/" },
		"https without TLS":        func(c *xroad.ClientConfig) { c.URL = "https://a/" },
		"TLS without files":        func(c *xroad.ClientConfig) { c.TLS = &xroad.ClientTLS{} },
		"TLS without pins":         func(c *xroad.ClientConfig) { c.TLS = &xroad.ClientTLS{CertFile: "a", KeyFile: "b"} },
		"TLS files that are not": func(c *xroad.ClientConfig) {
			c.TLS = &xroad.ClientTLS{CertFile: "a", KeyFile: "b", PinFiles: []string{"c"}}
		},
		"code of the server":      func(c *xroad.ClientConfig) { c.Targets[0].Faults = map[string]error{"server.client_proxy": io.EOF} },
		"fault mapped to nothing": func(c *xroad.ClientConfig) { c.Targets[0].Faults = map[string]error{"Server.Sad": nil} },
	} {
		config := xroad.ClientConfig{Client: consumer, URL: "http://localhost/", PlainHTTP: true,
			Targets: []xroad.Target{{Service: provided, Namespace: testNamespace}}}
		change(&config)
		if client, err := xroad.NewClient(config); err == nil {
			_ = client.Close()
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestRefusedHere checks what is never sent.
func TestRefusedHere(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, good)
	client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) { c.Limits.Size = 1000 })
	for name, test := range map[string]struct {
		kind   error
		change func(*xroad.Call)
	}{
		"other service":    {xroad.ErrConfiguration, func(c *xroad.Call) { c.Service.Service = "Other_v1" }},
		"control in user":  {xroad.ErrRefused, func(c *xroad.Call) { c.UserID = "UA\x00" }},
		"bad UTF-8":        {xroad.ErrRefused, func(c *xroad.Call) { c.Issue = "\xFF" }},
		"control in party": {xroad.ErrRefused, func(c *xroad.Call) { c.RepresentedParty = &xroad.RepresentedParty{Code: "\x01"} }},
		"list":             {xroad.ErrRefused, func(c *xroad.Call) { c.Payload = []string{"a", "b"} }},
		"channel":          {xroad.ErrRefused, func(c *xroad.Call) { c.Payload = make(chan int) }},
		"too large":        {xroad.ErrRefused, func(c *xroad.Call) { c.Payload = testRequest{strings.Repeat("a", 2000)} }},
	} {
		call := testCall()
		test.change(&call)
		_, err := client.Call(t.Context(), call)
		if failed := checkKind(t, err, test.kind); !failed.Undelivered || failed.Attempts != 0 {
			t.Errorf("%s: %+v", name, failed)
		}
	}
	_ = client.Close()
	_, err := client.Call(t.Context(), testCall())
	checkKind(t, err, xroad.ErrUnavailable)
	if sent := server.requests(); len(sent) != 0 {
		t.Errorf("%d requests were sent", len(sent))
	}
}

// TestAttempt checks what is kept for the record of an exchange.
func TestAttempt(t *testing.T) {
	t.Parallel()
	hash := `<x:requestHash xmlns:x="http://x-road.eu/xsd/xroad.xsd" algorithmId="urn:gost"> Zm9v<!-- -->YmFy </x:requestHash></soap:Header>`
	for name, answer := range map[string]func(received) reply{"answer": good, "fault": faulty(xroad.Fault{Code: "Server.Sad", Text: "Сумно"})} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newStandIn(t, func(r received) reply {
				out := answer(r)
				out.body = strings.Replace(out.body, "</soap:Header>", hash, 1)
				out.header = map[string]string{"uxp-transaction-id": "tx-1"}
				return out
			})
			var seen []xroad.Attempt
			client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
				c.Observe = func(_ context.Context, a xroad.Attempt) { seen = append(seen, a) }
			})
			got, err := client.Call(t.Context(), testCall())
			want := xroad.Attempt{Number: 1, Service: provided, MessageID: server.requests()[0].Header.ID, TransactionID: "tx-1",
				RequestHash: &xroad.RequestHash{Algorithm: "urn:gost", Value: "Zm9vYmFy"}, Status: http.StatusOK}
			if name == "fault" {
				want.Status, want.FaultCode, want.Err = http.StatusInternalServerError, "Server.Sad", err
				failed := checkKind(t, err, xroad.ErrServiceFault)
				if failed.MessageID != want.MessageID || failed.TransactionID != "tx-1" || *failed.RequestHash != *want.RequestHash || failed.Status != 500 {
					t.Errorf("%+v", failed)
				}
			} else if err != nil || got.TransactionID != "tx-1" || *got.RequestHash != *want.RequestHash || got.MessageID != want.MessageID {
				t.Errorf("%+v, %v", got, err)
			}
			if len(seen) != 1 || seen[0].Began.IsZero() {
				t.Fatalf("%+v", seen)
			}
			seen[0].Began, seen[0].Duration = time.Time{}, 0
			if diff := cmp.Diff(want, seen[0], cmp.Comparer(errors.Is)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
