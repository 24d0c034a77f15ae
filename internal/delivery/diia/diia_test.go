package diia_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/delivery"
	"github.com/dovidka/dovidka/internal/delivery/diia"
	"github.com/dovidka/dovidka/internal/delivery/diia/diiatest"
	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

const number = "3075751279"

func notice(t testing.TB) dovidka.Notice {
	t.Helper()
	recipient, err := dovidka.ParseRNOKPP(number)
	if err != nil {
		t.Fatal(err)
	}
	return dovidka.Notice{ID: "notice-1", RequestID: "request-1", Recipient: recipient, CreatedAt: time.Now(), Attempts: 1}
}

// newClient makes a consumer of the service at the address.
func newClient(t testing.TB, url string, change func(*xroad.ClientConfig)) *xroad.Client {
	t.Helper()
	config := xroad.ClientConfig{
		Client: diiatest.Client(), URL: url, PlainHTTP: true, Attempts: 1, Failures: 1 << 20,
		Targets: []xroad.Target{diia.Target(diiatest.Service(), xroad.SOAP11, diia.Operation, time.Minute)},
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

func newMessenger(t testing.TB, client diia.Client) *diia.Messenger {
	t.Helper()
	m, err := diia.New(diia.Config{
		Client: client, From: diiatest.Client(), Service: diiatest.Service(), PartnerID: diiatest.PartnerID, TemplateID: diiatest.TemplateID,
		UserID: dovidka.NewUserID("dovidka"), PurposeID: "purpose-1", RequestParameter: "request",
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestPass: the service gets the notice as eHealth would send it, and what it
// answers is known with everything by which the exchange is found again.
func TestPass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		dialect xroadtest.Dialect
		version xroad.Version
	}{
		"X-Road": {xroadtest.XRoad, xroad.SOAP11}, "UXP": {xroadtest.UXP, xroad.SOAP11}, "UXP, SOAP 1.2": {xroadtest.UXP, xroad.SOAP12},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var provider diiatest.Provider
			server := provider.Start(t, xroadtest.Config{Dialect: c.dialect})
			m := newMessenger(t, newClient(t, server.URL, func(config *xroad.ClientConfig) { config.Targets[0].Version = c.version }))
			got, err := m.Pass(t.Context(), notice(t))
			if err != nil {
				t.Fatal(err)
			}
			want := []diiatest.Notice{{
				ID: "notice-1", RNOKPP: number, Parameters: map[string]string{"request": "request-1"}, MessageID: got.MessageID, UserID: "dovidka",
			}}
			if diff := cmp.Diff(want, provider.All()); diff != "" {
				t.Errorf("the service got (-want +got):\n%s", diff)
			}
			if got.MessageID == "" || got.RequestHash == "" || got.RequestHashAlgorithm == "" || (got.TransactionID == "") != (c.dialect == xroadtest.XRoad) {
				t.Errorf("the exchange cannot be found again: %#v", got)
			}
			if got.Client != diiatest.Client().String() || got.Service != diiatest.Service().String() || got.Provider != diiatest.Service().Provider().String() ||
				got.Reference != "distribution-1" || got.PurposeID != "purpose-1" || got.UserID.Reveal() != "dovidka" || got.Code != "" {
				t.Errorf("the exchange is %+v, reference %s, code %s", got, got.Reference, got.Code)
			}
		})
	}
}

// TestRejected: what the service answers in words is not repeated, what may be a
// code is.
func TestRejected(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"template-not-found": "template-not-found", "Користувача " + number + " не знайдено": "", "E" + number: "", "not found": "",
	} {
		var provider diiatest.Provider
		provider.Refuse(text)
		got, err := newMessenger(t, newClient(t, provider.Start(t, xroadtest.Config{}).URL, nil)).Pass(t.Context(), notice(t))
		if !errors.Is(err, delivery.ErrRejected) || errors.Is(err, delivery.ErrAttention) || got.MessageID == "" || got.Code != code || got.Reference != "" {
			t.Errorf("%q: code %q, error %v", text, got.Code, err)
		}
		if strings.Contains(err.Error(), number) || strings.Contains(err.Error(), "знайдено") {
			t.Errorf("the error repeats what the service said: %v", err)
		}
	}
}

// outcome is what a fault of the field means to a notice.
type outcome struct {
	kind     error // ErrAttention, errPasses or nil for delivered
	exchange bool  // there is one to be recorded
}

var errPasses = errors.New("it may pass")

// outcomes has what becomes of a notice that meets the fault.
func outcomes() map[xroadtest.Fault]outcome {
	attention, passes, delivered := outcome{delivery.ErrAttention, true}, outcome{errPasses, true}, outcome{nil, true}
	table := map[xroadtest.Fault]outcome{
		xroadtest.Sound: delivered, xroadtest.NoOptional: delivered, xroadtest.Parts: delivered, xroadtest.UTF16: delivered,
		xroadtest.Comments: delivered, xroadtest.Chunked: delivered, xroadtest.Twice: delivered,

		xroadtest.UnknownMember: attention, xroadtest.UnknownService: attention, xroadtest.AccessDenied: attention,
		xroadtest.FaultAsSuccess: passes, xroadtest.FaultInPart: passes, xroadtest.EndlessRequest: {nil, true}, // see below
		xroadtest.CutRequest: attention /* the service says so */, xroadtest.GiveUp: passes,
		xroadtest.Down: passes, xroadtest.LostAnswer: passes, xroadtest.CutHead: passes, xroadtest.CutBody: passes,
	}
	for _, fault := range xroadtest.Codes() {
		switch text := string(fault); {
		case strings.HasPrefix(text, "Client."):
			table[fault] = attention
		case table[fault].kind == nil:
			table[fault] = passes
		}
	}
	for _, fault := range []xroadtest.Fault{
		xroadtest.ErrorPage, xroadtest.Redirect, xroadtest.Page, xroadtest.Empty, xroadtest.Malformed, xroadtest.Oversized, xroadtest.Deep,
		xroadtest.WrongType, xroadtest.WrongBoundary, xroadtest.DocumentType, xroadtest.NotUTF8, xroadtest.OtherID, xroadtest.OtherClient,
		xroadtest.OtherService, xroadtest.OtherUserID, xroadtest.NoHeader, xroadtest.NoBody, xroadtest.OtherElement,
	} {
		table[fault] = attention
	}
	return table
}

// TestFaults passes a notice on through every fault that the stand-in knows.
func TestFaults(t *testing.T) {
	t.Parallel()
	table := outcomes()
	for _, fault := range append(xroadtest.Faults(), xroadtest.Sound) {
		if fault == xroadtest.Slow || fault == xroadtest.Stalled || fault == xroadtest.SlowRequest { // TestNoAnswerInTime
			continue
		}
		want, ok := table[fault]
		if !ok {
			t.Errorf("%s: no expectation", fault)
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
				var provider diiatest.Provider
				server := provider.Start(t, xroadtest.Config{Dialect: dialect, Limits: xroad.Limits{Size: 64 << 10}})
				m := newMessenger(t, newClient(t, server.URL, func(c *xroad.ClientConfig) { c.Limits.Size = 64 << 10 }))
				server.MisbehaveNext(fault)
				got, err := m.Pass(t.Context(), notice(t))
				switch {
				case fault == xroadtest.EndlessRequest: // too much, or cut before it was
					if err == nil || errors.Is(err, delivery.ErrRejected) {
						t.Errorf("error %v", err)
					}
				case want.kind == nil && err != nil, errors.Is(want.kind, delivery.ErrAttention) != errors.Is(err, delivery.ErrAttention),
					want.kind != nil && err == nil, errors.Is(err, delivery.ErrRejected):
					t.Errorf("error %v, want %v", err, want.kind)
				}
				if (got.MessageID != "") != want.exchange {
					t.Errorf("message %q", got.MessageID)
				}
				if err != nil && strings.Contains(err.Error(), number) {
					t.Errorf("the error names the recipient: %v", err)
				}
				if got, err := m.Pass(t.Context(), notice(t)); err != nil || got.Reference == "" {
					t.Errorf("afterwards: %v", err)
				}
			}
		})
	}
}

func TestNoAnswerInTime(t *testing.T) {
	t.Parallel()
	for _, fault := range []xroadtest.Fault{xroadtest.Slow, xroadtest.Stalled} {
		var provider diiatest.Provider
		server := provider.Start(t, xroadtest.Config{})
		server.Misbehave(fault)
		m := newMessenger(t, newClient(t, server.URL, nil))
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		got, err := m.Pass(ctx, notice(t))
		cancel()
		if err == nil || errors.Is(err, delivery.ErrAttention) || errors.Is(err, delivery.ErrRejected) || got.MessageID == "" {
			t.Errorf("%s: message %q, error %v", fault, got.MessageID, err)
		}
	}
}

// TestNothingLeft: where no connection is made there was no exchange.
func TestNothingLeft(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	client := newClient(t, address, func(c *xroad.ClientConfig) { c.Failures = 2 })
	m := newMessenger(t, client)
	for range 3 { // the third is held back
		got, err := m.Pass(t.Context(), notice(t))
		if err == nil || errors.Is(err, delivery.ErrAttention) || got.MessageID != "" {
			t.Errorf("message %q, error %v", got.MessageID, err)
		}
	}
	_ = client.Close()
	if got, err := m.Pass(t.Context(), notice(t)); err == nil || got.MessageID != "" {
		t.Errorf("closed: message %q, error %v", got.MessageID, err)
	}
}

// TestWireForm compares the message with one in the form that eHealth's client
// sends: the elements, their namespaces and their order.
func TestWireForm(t *testing.T) {
	t.Parallel()
	var body []byte
	var head http.Header
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		head = r.Header
		body, _ = io.ReadAll(r.Body)
	}))
	defer server.Close()
	m := newMessenger(t, newClient(t, server.URL, nil))
	if _, err := m.Pass(t.Context(), notice(t)); !errors.Is(err, delivery.ErrAttention) {
		t.Errorf("an empty answer: %v", err)
	}
	reference, err := os.ReadFile("testdata/request-uc6.xml")
	if err != nil {
		t.Fatal(err)
	}
	want, got := outline(t, reference), outline(t, body)
	if len(want) < 20 {
		t.Fatalf("the reference has %d lines", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
	if head.Get("Content-Type") != "text/xml; charset=utf-8" || strings.Trim(head.Get("SOAPAction"), `"`) != diia.Operation {
		t.Errorf("header fields %v", head)
	}
}

// outline lists the header's elements in any order and the body's in theirs.
func outline(t *testing.T, message []byte) []string {
	t.Helper()
	var header, body []string
	var path []string
	within := ""
	decoder := xml.NewDecoder(bytes.NewReader(message))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			slices.Sort(header)
			return append(header, body...)
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Space+" "+token.Name.Local)
			if len(path) == 2 {
				within = token.Name.Local
			}
			if within == "Body" {
				body = append(body, strings.Join(path, "/"))
			}
		case xml.CharData:
			text := strings.TrimSpace(string(token))
			if text == "" {
				continue
			}
			line := strings.Join(path, "/") + "=" + text
			switch {
			case within == "Body":
				body = append(body, line)
			case !strings.HasSuffix(path[len(path)-1], " id"): // another one in every message
				header = append(header, line)
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		}
	}
}
