package xroadtest_test

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

const (
	namespace = "http://example.gov.ua/trembita/ns"
	envelope  = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd" xmlns:i="http://x-road.eu/xsd/identifiers"><e:Header>` +
		`<x:client i:objectType="SUBSYSTEM"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>00000088</i:memberCode><i:subsystemCode>20_EIS_cons</i:subsystemCode></x:client>` +
		`<x:service i:objectType="SERVICE"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance><i:memberClass>GOV</i:memberClass><i:memberCode>42032422</i:memberCode><i:subsystemCode>42_NHSU_prod</i:subsystemCode><i:serviceCode>OpName_v1</i:serviceCode></x:service>` +
		`<x:userId>UA&lt;Їжак</x:userId><x:id>5b0c0d5e</x:id><x:issue>a b</x:issue><x:protocolVersion>4.0</x:protocolVersion></e:Header>` +
		`<e:Body><p:OpName_v1 xmlns:p="http://example.gov.ua/trembita/ns"><p:name>Їжак</p:name></p:OpName_v1></e:Body></e:Envelope>`
)

func client() xroad.ClientID {
	return xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
}

func service() xroad.ServiceID {
	return xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "OpName_v1"}
}

// provider is an information system with one operation.
func provider(t testing.TB) *xroad.Handler {
	t.Helper()
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "OpName_v1", Namespace: namespace,
		Handle: func(_ context.Context, r *xroad.Request) (any, error) {
			var in struct {
				Name string `xml:"name"`
			}
			if err := r.Body.Decode(&in); err != nil {
				return nil, err
			}
			if in.Name == "fault" {
				return nil, xroad.NewFault("Server.Database", "База даних недоступна.")
			}
			return struct {
				Greeting string `xml:"greeting"`
			}{"Вітаю, " + in.Name}, nil
		},
	}}, WSDL: description()})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

// start starts a security server in front of a provider.
func start(t testing.TB, config xroadtest.Config, provider http.Handler) *xroadtest.Server {
	t.Helper()
	if config.Services == nil {
		behind := httptest.NewServer(provider)
		t.Cleanup(behind.Close)
		config.Services = []xroadtest.Service{{ID: service(), URL: behind.URL + "/ws", Clients: []xroad.ClientID{client()}}}
	}
	server, err := xroadtest.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// post sends a message and returns the answer, of which the body may be cut.
func post(t testing.TB, url, contentType, body string) (*http.Response, []byte, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := (&http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	const enough = 12 << 20 // more than any message may have
	answer, err := io.ReadAll(io.LimitReader(response.Body, enough))
	return response, answer, err
}

// message is an answer as encoding/xml reads it.
type message struct {
	Header struct {
		Fields []struct {
			XMLName   xml.Name
			Algorithm string `xml:"algorithmId,attr"`
			Text      string `xml:",chardata"`
			Codes     []struct {
				Text string `xml:",chardata"`
			} `xml:",any"`
		} `xml:",any"`
	}
	Body struct {
		Fault *struct {
			Code   string `xml:"faultcode"`
			Text   string `xml:"faultstring"`
			Detail string `xml:"detail>faultDetail"`
			Sub    string `xml:"Code>Subcode>Value"`
			Value  string `xml:"Code>Value"`
		}
		Response *struct {
			Greeting string `xml:"greeting"`
		} `xml:"http://example.gov.ua/trembita/ns OpName_v1Response"`
	}
}

func parse(t testing.TB, body []byte) *message {
	t.Helper()
	m := &message{}
	if err := xml.Unmarshal(body, m); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return m
}

// code returns the code of the fault that an answer is.
func code(t testing.TB, response *http.Response, body []byte) string {
	t.Helper()
	if response.StatusCode != http.StatusInternalServerError {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
	fault := parse(t, body).Body.Fault
	if fault == nil {
		t.Fatalf("no fault: %s", body)
	}
	return fault.Code
}

// captured is a provider which keeps the request that it saw.
type captured struct {
	http.Handler
	mu   sync.Mutex
	seen []*http.Request
	body []byte
}

func (c *captured) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	c.mu.Lock()
	c.seen, c.body = append(c.seen, r), body
	c.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	c.Handler.ServeHTTP(w, r)
}

func TestForward(t *testing.T) {
	t.Parallel()
	for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
		for _, inside := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d, in this process %t", dialect, inside), func(t *testing.T) {
				t.Parallel()
				behind := &captured{Handler: provider(t)}
				var exchange xroadtest.Exchange
				config := xroadtest.Config{Dialect: dialect, Observe: func(e xroadtest.Exchange) { exchange = e }}
				if inside {
					config.Services = []xroadtest.Service{{ID: service(), Handler: behind, Clients: []xroad.ClientID{client()}}}
				}
				server := start(t, config, behind)
				response, body, err := post(t, server.URL, "text/xml; charset=utf-8", envelope)
				if err != nil || response.StatusCode != http.StatusOK {
					t.Fatalf("%v %v %s", response, err, body)
				}
				if err := server.Close(); err != nil { // all is observed then
					t.Error(err)
				}
				checkForwarded(t, dialect, behind, exchange)
				checkReturned(t, dialect, response, body)
			})
		}
	}
}

func checkForwarded(t *testing.T, dialect xroadtest.Dialect, behind *captured, exchange xroadtest.Exchange) {
	t.Helper()
	if len(behind.seen) != 1 || string(behind.body) != envelope {
		t.Fatalf("%d requests, the last %s", len(behind.seen), behind.body)
	}
	seen := behind.seen[0]
	for _, name := range []string{"Soapaction", "Accept-Encoding"} {
		if values := seen.Header[name]; len(values) != 1 || values[0] != "" {
			t.Errorf("%s: %q", name, values)
		}
	}
	if seen.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
		t.Errorf("%v", seen.Header)
	}
	if dialect == xroadtest.XRoad && seen.ContentLength != -1 || dialect == xroadtest.UXP && seen.ContentLength != int64(len(envelope)) {
		t.Errorf("content length %d", seen.ContentLength)
	}
	if id := seen.Header.Get("Uxp-Transaction-Id"); id != exchange.TransactionID || (id == "") != (dialect == xroadtest.XRoad) {
		t.Errorf("transaction %q, observed %q", id, exchange.TransactionID)
	}
	if exchange.ID != "5b0c0d5e" || exchange.Client != client() || exchange.Service != service() || exchange.Provider != 200 ||
		exchange.Status != 200 || exchange.Forwarded != 1 || exchange.Code != "" {
		t.Errorf("%+v", exchange)
	}
}

func checkReturned(t *testing.T, dialect xroadtest.Dialect, response *http.Response, body []byte) {
	t.Helper()
	m := parse(t, body)
	if m.Body.Response == nil || m.Body.Response.Greeting != "Вітаю, Їжак" {
		t.Errorf("%s", body)
	}
	message, err := xroad.ReadMessage(bytes.NewReader(body), response.Header.Get("Content-Type"), xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := xroad.ReadMessage(strings.NewReader(envelope), "text/xml", xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if !message.Header.Equal(sent.Header) {
		t.Errorf("header %+v", message.Header)
	}
	fields := m.Header.Fields
	for i := range fields {
		if fields[i].XMLName.Local != "id" {
			continue
		}
		if i+1 == len(fields) || fields[i+1].XMLName != (xml.Name{Space: xroad.NamespaceXRoad, Local: "requestHash"}) {
			t.Fatalf("no requestHash after id: %s", body)
		}
		sum := sha512.Sum512([]byte(envelope))
		right := fields[i+1].Text == base64.StdEncoding.EncodeToString(sum[:])
		if right != (dialect == xroadtest.XRoad) || fields[i+1].Algorithm == "" {
			t.Errorf("requestHash %+v", fields[i+1])
		}
	}
	if id := response.Header.Get("Uxp-Transaction-Id"); (id == "") != (dialect == xroadtest.XRoad) {
		t.Errorf("transaction %q", id)
	}
}

func TestSOAP12(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP}, provider(t))
	request := strings.ReplaceAll(envelope, xroad.NamespaceSOAP11, xroad.NamespaceSOAP12)
	const media = `application/soap+xml;charset=UTF-8;action="urn:a"`
	response, body, err := post(t, server.URL, media, request)
	if err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(response.Header.Get("Content-Type"), "application/soap+xml") {
		t.Fatalf("%v %v %s", response, err, body)
	}
	server.MisbehaveNext(xroadtest.AccessDenied)
	response, body, err = post(t, server.URL, media, request)
	if err != nil || response.StatusCode != http.StatusInternalServerError {
		t.Fatalf("%v %v %s", response, err, body)
	}
	if fault := parse(t, body).Body.Fault; !strings.HasSuffix(fault.Sub, ":Server.ServerProxy.AccessDenied") || !strings.HasSuffix(fault.Value, ":Receiver") {
		t.Errorf("%+v", fault)
	}
}

func TestSnakeCase(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{SnakeCase: true}, provider(t))
	for fault, want := range map[xroadtest.Fault]string{
		xroadtest.HTTPError:         "server.serverproxy.service_failed.http_error",
		xroadtest.IOError:           "server.serverproxy.service_failed.io_error",
		xroadtest.SSLAuthentication: "server.clientproxy.ssl_authentication_failed",
		xroadtest.InvalidSOAP:       "client.invalid_soap",
	} {
		server.Misbehave(fault)
		response, body, err := post(t, server.URL, "text/xml", envelope)
		if err != nil {
			t.Fatal(err)
		}
		if got := code(t, response, body); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
