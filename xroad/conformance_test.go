package xroad_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// form is a request in a form that occurs, with what the forms of HTTP add to it.
type form struct {
	input
	line    string // request line; POST / if empty
	headers string
	chunked bool
}

// formsInUse lists what a provider has to accept, by what it is a case of. Each is in a real client or in a test of X-Road
// that must succeed.
func formsInUse(t *testing.T) map[string][]form {
	t.Helper()
	all := accepted()
	named := func(names ...string) (forms []form) {
		for _, name := range names {
			i := slices.IndexFunc(all, func(in input) bool { return in.name == name })
			if i < 0 {
				t.Fatalf("no message %q", name)
			}
			forms = append(forms, form{input: all[i]})
		}
		return forms
	}
	usual := all[0]
	http := func(line, headers string, chunked bool) form {
		return form{input: input{strings.TrimSpace(line + " " + headers), usual.contentType, usual.body, ""}, line: line, headers: headers, chunked: chunked}
	}
	issue := func(name, text string) form {
		return form{input: input{name: name, contentType: "text/xml", body: []byte(envelope(
			allFields+`<x:issue xmlns:x="http://x-road.eu/xsd/xroad.xsd">`+text+`</x:issue>`, testPayload))}}
	}
	media := []form{}
	for _, in := range all {
		isSOAP12 := strings.HasPrefix(in.contentType, "application/soap+xml") // not a type of SOAP 1.1
		if !isSOAP12 && (in.contentType != usual.contentType || strings.HasPrefix(in.name, "content type")) {
			media = append(media, form{input: in})
		}
	}
	return map[string][]form{
		"order and prefixes": append(named("usual", "other order", "default namespaces", "usual prefixes bound to other namespaces", "codes in other order"),
			form{input: input{name: "no prefix is the usual one", contentType: "text/xml", body: []byte(
				strings.NewReplacer("<e:", "<q1:", "</e:", "</q1:", "xmlns:e=", "xmlns:q1=").Replace(envelope(allFields, testPayload)))}}),
		"two prefixes of SOAP": named("envelope and body with different prefixes"),
		"spelling of XML": append(named("declaration", "declaration in single quotes", "byte order mark", "byte order mark and declaration",
			"white space everywhere", "CDATA", "comments", "escaped text", "line breaks in issue"),
			issue("all that is escaped", "&lt;&gt;&amp;&quot;&apos;&#1031;\n&#13;\n\t"), issue("long issue", strings.Repeat("Їжак &amp; ", 500))),
		"optional fields": append(named("no userId", "empty userId", "empty issue", "issue", "represented party", "represented party without class",
			"security server", "unknown header elements", "mustUnderstand=0", "mustUnderstand for somebody else", "member as client", "service version",
			"other minor version", "long values"), issue("only white space", " \n ")),
		"repeated id": append(named("usual", "usual", "short id", "empty id"), named("short id", "empty id")...),
		"media types": media,
		"SOAPAction": {
			http("", "", false), http("", "SOAPAction:\r\n", false), http("", "SOAPAction: \"\"\r\n", false),
			http("", "SOAPAction: \"urn:OpName_v1\"\r\n", false), http("", "soapaction: \"http://example.org/Other\"\r\n", false),
		},
		"HTTP": {
			http("", "", true), http("", "Expect: 100-continue\r\n", false), http("", "Expect: 100-continue\r\n", true),
			http("", "Accept: image/png\r\n", false), http("", "Accept: application/json;q=1, */*;q=0\r\n", false), http("", "Accept-Encoding:\r\n", false),
			http("", "Accept-Encoding: gzip, br\r\nAccept-Charset: windows-1251\r\n", false), http("", "uxp-transaction-id: 1\r\nX-Other: 2\r\n", false),
		},
		"absolute form":   {http("POST http://host.example/path HTTP/1.1", "", false), http("POST http://host.example HTTP/1.1", "", true)},
		"query":           {http("POST /?queryId=1&userId=2 HTTP/1.1", "", false), http("POST /path?%zz;=&& HTTP/1.1", "", false)},
		"paths of others": {http("POST /a/../b//c HTTP/1.1", "", false), http("POST /services/OpName_v1 HTTP/1.0", "", false)},
	}
}

// raw writes the request out.
func (f *form) raw() *bytes.Buffer {
	line, length := f.line, fmt.Sprintf("Content-Length: %d\r\n", len(f.body))
	if line == "" {
		line = "POST / HTTP/1.1"
	}
	body := string(f.body)
	if f.chunked {
		length, body = "Transfer-Encoding: chunked\r\n", chunks(body, 100)+"0\r\n\r\n"
	}
	return bytes.NewBufferString(line + "\r\nHost: provider\r\nContent-Type: " + f.contentType + "\r\n" + f.headers + length + "Connection: close\r\n\r\n" + body)
}

// checkAnswered checks that the answer is the operation's, with the fields of the request as encoding/xml reads both.
func (f *form) checkAnswered(t *testing.T, status int, answer []byte) {
	t.Helper()
	if status != http.StatusOK {
		t.Fatalf("%d: %s", status, answer)
	}
	plain := f.plain
	if plain == "" {
		plain = string(f.body)
	}
	got := independent(t, answer)
	want, lines := headerLines(independent(t, []byte(plain))), headerLines(got)
	slices.Sort(want) // the order of a security server is its own
	slices.Sort(lines)
	if diff := cmp.Diff(want, lines); diff != "" || len(want) < 4 {
		t.Errorf("request has -, response has +:\n%s", diff)
	}
	if got.soap("Body").child(testNamespace, testService+"Response") == nil {
		t.Errorf("%s", answer)
	}
}

// TestFormsInUse has every form answered: asked directly, and by the stand-in of each kind of security server, which
// compares the header by itself.
func TestFormsInUse(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, xroad.Config{Observe: func(_ context.Context, e xroad.Exchange) {
		if e.Err != nil || e.FaultCode != "" {
			t.Errorf("%s: %v", e.FaultCode, e.Err)
		}
	}})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	standIns := []*xroadtest.Server{behindServer(t, xroadtest.XRoad, server.URL), behindServer(t, xroadtest.UXP, server.URL)}
	for name, forms := range formsInUse(t) {
		for _, f := range forms {
			t.Run(name+"/"+f.name, func(t *testing.T) {
				t.Parallel()
				response, answer := exchangeContinued(t, server, f.raw())
				f.checkAnswered(t, response.StatusCode, answer)
				for i, via := range standIns {
					response := post(via, f.contentType, f.body)
					if i == 0 && notOfXRoad(f.name) {
						checkRefusal(t, response.Code, response.Body.Bytes(), "")
						continue
					}
					f.checkAnswered(t, response.Code, response.Body.Bytes())
				}
			})
		}
	}
}

// notOfXRoad tells the multipart messages which X-Road's security servers do not take: their envelope is the first part,
// in no transfer encoding (PR-MESS, clause 2.4).
func notOfXRoad(form string) bool {
	return slices.Contains([]string{"multipart with start", "multipart with bare start", "base64 part", "quoted-printable part"}, form)
}

// behindServer starts a security server in front of the provider, for all who ask in these tests.
func behindServer(t *testing.T, dialect xroadtest.Dialect, address string) *xroadtest.Server {
	t.Helper()
	client := xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
	id := xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: testService}
	versioned := id
	versioned.Version = "v1"
	clients := []xroad.ClientID{client, {Instance: client.Instance, Class: client.Class, Member: client.Member}}
	server, err := xroadtest.New(xroadtest.Config{Dialect: dialect, Services: []xroadtest.Service{
		{ID: id, URL: address, Clients: clients}, {ID: versioned, URL: address, Clients: clients},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return server
}

// exchangeContinued is exchangeRaw, for requests which may be answered with 100 first.
func exchangeContinued(t *testing.T, server *httptest.Server, request *bytes.Buffer) (*http.Response, []byte) {
	t.Helper()
	if !bytes.Contains(request.Bytes(), []byte("100-continue")) {
		return exchangeRaw(t, server, request)
	}
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if _, err := request.WriteTo(connection); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(connection)
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		if response.StatusCode == http.StatusContinue {
			continue
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, body
	}
}

// TestFormsRefused has every wrong form answered with a fault and 500, and nothing executed: asked directly and through
// the stand-in, which finds most of them itself.
func TestFormsRefused(t *testing.T) {
	t.Parallel()
	var executed atomic.Int32
	handler := newHandler(t, xroad.Config{
		Limits: xroad.Limits{Size: 1 << 20, Depth: 32, Elements: 1000, Attributes: 32, Token: 64 << 10},
		Operations: []xroad.Operation{operation(func(context.Context, *xroad.Request) (any, error) {
			executed.Add(1)
			return nil, nil
		})},
	})
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	standIns := []*xroadtest.Server{behindServer(t, xroadtest.XRoad, server.URL), behindServer(t, xroadtest.UXP, server.URL)}
	list := refusals()
	payload := func(name, content, code string) {
		list = append(list, refused{input{name: name, contentType: "text/xml", body: []byte(envelope(allFields,
			strings.Replace(testPayload, "Їжак", content, 1)))}, code, true})
	}
	other := func(name, service, element string, code string) {
		list = append(list, refused{input{name: name, contentType: "text/xml", body: []byte(envelope(
			strings.Replace(allFields, testService, service, 1), strings.ReplaceAll(testPayload, testService, element)))}, code, true})
	}
	payload("too large", strings.Repeat("x ", 1<<20), xroad.CodeTooLarge)
	list[len(list)-1].echo = false // nothing of it is read
	payload("too deep", strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100), xroad.CodeTooLarge)
	payload("too many elements", strings.Repeat("<a/>", 2000), xroad.CodeTooLarge)
	payload("too many attributes", "<a "+strings.Repeat("a='' ", 100)+"/>", xroad.CodeTooLarge)
	payload("too long a text", strings.Repeat("x", 100<<10), xroad.CodeTooLarge)
	other("element of no operation", "Other_v1", "Other_v1", xroad.CodeUnknownOperation)
	other("meta-service", "listMethods", "listMethods", xroad.CodeUnknownOperation)
	other("element of another operation", testService, "Other_v1", xroad.CodeInconsistentHeaders)
	other("service code of another operation", "Other_v1", testService, xroad.CodeInconsistentHeaders)
	other("permission for one used for a longer name", "OpName", testService, xroad.CodeInconsistentHeaders)
	for _, test := range list {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := form{input: test.input}
			response, answer := exchangeRaw(t, server, f.raw())
			checkRefusal(t, response.StatusCode, answer, test.code)
			if header := headerLines(independent(t, answer)); (header != nil) != test.echo {
				t.Errorf("header %v", header)
			}
			f.chunked = true
			response, answer = exchangeRaw(t, server, f.raw())
			checkRefusal(t, response.StatusCode, answer, test.code)
			if test.name == "meta-service" {
				return // a security server answers it itself
			}
			for _, via := range standIns {
				response := post(via, test.contentType, test.body)
				checkRefusal(t, response.Code, response.Body.Bytes(), "")
			}
		})
	}
	t.Cleanup(func() {
		if n := executed.Load(); n != 0 {
			t.Errorf("executed %d times", n)
		}
	})
}

// checkRefusal checks for a fault with 500, of a code if one is given.
func checkRefusal(t *testing.T, status int, answer []byte, code string) {
	t.Helper()
	if status != http.StatusInternalServerError {
		t.Errorf("status %d: %.500s", status, answer)
	}
	body := independent(t, answer).soap("Body")
	if body == nil || len(body.Nodes) != 1 || body.Nodes[0].XMLName.Local != "Fault" {
		t.Fatalf("no fault: %.500s", answer)
	}
	if code == "" {
		return
	}
	if got, text, detail := faultOf(t, independent(t, answer)); !strings.HasSuffix(got, ":"+code) || text == "" || detail == "" {
		t.Errorf("code %s, want %s", got, code)
	}
}
