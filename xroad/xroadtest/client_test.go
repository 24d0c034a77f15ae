package xroadtest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

type greetingRequest struct {
	Name string `xml:"name"`
}

// newClient makes a consumer of the service.
func newClient(t *testing.T, url string, change func(*xroad.ClientConfig)) *xroad.Client {
	t.Helper()
	config := xroad.ClientConfig{
		Client: client(), URL: url, PlainHTTP: true, Backoff: time.Nanosecond, Failures: 1 << 20, Limits: xroad.Limits{Size: 64 << 10},
		Targets: []xroad.Target{{Service: service(), Namespace: namespace, Idempotent: true}},
	}
	if change != nil {
		change(&config)
	}
	consumer, err := xroad.NewClient(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = consumer.Close() })
	return consumer
}

func greetingOf(t testing.TB, answer *xroad.Answer) string {
	t.Helper()
	var out struct {
		XMLName  xml.Name
		Greeting string `xml:"greeting"`
	}
	if err := answer.Body.Decode(&out); err != nil {
		t.Error(err)
	}
	return out.Greeting
}

// failures is the kind of error that a fault makes for a consumer, nil for an answer, and how often it asks, if that
// is not once.
func failures() map[xroadtest.Fault]error {
	return map[xroadtest.Fault]error{
		xroadtest.Sound: nil,

		xroadtest.MissingHeaderField: xroad.ErrRefused, xroadtest.InvalidSOAP: xroad.ErrRefused,
		xroadtest.InvalidContentType: xroad.ErrRefused, xroadtest.InconsistentHeaders: xroad.ErrRefused,
		xroadtest.ClientNetworkError: xroad.ErrUnavailable, xroadtest.SSLAuthentication: xroad.ErrUnavailable,
		xroadtest.InconsistentResponse: xroad.ErrUnavailable, // as the table has all of Server.ClientProxy
		xroadtest.UnknownMember:        xroad.ErrConfiguration, xroadtest.UnknownService: xroad.ErrConfiguration,
		xroadtest.AccessDenied: xroad.ErrAccessDenied, xroadtest.ServiceDisabled: xroad.ErrUnavailable,
		xroadtest.HTTPError: xroad.ErrServiceFailed, xroadtest.NetworkError: xroad.ErrServiceFailed,
		xroadtest.IOError: xroad.ErrServiceFailed, xroadtest.UnknownHost: xroad.ErrServiceFailed,
		xroadtest.MissingBody: xroad.ErrServiceFailed, xroadtest.InvalidAnswerType: xroad.ErrServiceFailed,
		xroadtest.InvalidAnswer: xroad.ErrServiceFailed, xroadtest.InvalidAnswerXML: xroad.ErrServiceFailed,
		xroadtest.OtherAnswer: xroad.ErrServiceFailed,

		xroadtest.Down: xroad.ErrUnavailable, xroadtest.LostAnswer: xroad.ErrUnavailable, xroadtest.CutHead: xroad.ErrUnavailable,
		xroadtest.CutBody: xroad.ErrUnavailable,

		xroadtest.ErrorPage: xroad.ErrResponse, xroadtest.Redirect: xroad.ErrResponse, xroadtest.Page: xroad.ErrResponse,
		xroadtest.Empty: xroad.ErrResponse, xroadtest.Malformed: xroad.ErrResponse, xroadtest.Oversized: xroad.ErrResponse,
		xroadtest.Deep: xroad.ErrResponse, xroadtest.WrongType: xroad.ErrResponse, xroadtest.WrongBoundary: xroad.ErrResponse,
		xroadtest.DocumentType: xroad.ErrResponse, xroadtest.NotUTF8: xroad.ErrResponse,

		xroadtest.OtherID: xroad.ErrResponse, xroadtest.OtherClient: xroad.ErrResponse, xroadtest.OtherService: xroad.ErrResponse,
		xroadtest.OtherUserID: xroad.ErrResponse, xroadtest.NoOptional: nil, xroadtest.NoHeader: xroad.ErrResponse,
		xroadtest.NoBody: xroad.ErrResponse, xroadtest.OtherElement: xroad.ErrResponse,

		xroadtest.FaultAsSuccess: xroad.ErrServiceFailed, xroadtest.FaultInPart: xroad.ErrServiceFailed,
		xroadtest.Parts: nil, xroadtest.UTF16: nil, xroadtest.Comments: nil, xroadtest.Chunked: nil,

		xroadtest.EndlessRequest: xroad.ErrServiceFailed, // or ErrRefused
		xroadtest.CutRequest:     xroad.ErrServiceFailed, xroadtest.GiveUp: xroad.ErrServiceFailed, xroadtest.Twice: nil,
	}
}

// TestClient calls through a server with each fault, in both dialects and spellings of codes.
func TestClient(t *testing.T) {
	t.Parallel()
	table := failures()
	for _, fault := range append(xroadtest.Faults(), xroadtest.Sound) {
		kind, ok := table[fault]
		if fault == xroadtest.Slow || fault == xroadtest.Stalled || fault == xroadtest.SlowRequest { // TestClientWaits
			continue
		}
		if !ok {
			t.Errorf("%s: no expectation", fault)
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for _, config := range []xroadtest.Config{
				{Dialect: xroadtest.XRoad}, {Dialect: xroadtest.XRoad, SnakeCase: true}, {Dialect: xroadtest.UXP},
			} {
				server := start(t, config, provider(t))
				consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) { c.Attempts = 1 })
				server.MisbehaveNext(fault)
				call := xroad.Call{Service: service(), UserID: "UA1234567890", Issue: "№ <1>", Payload: greetingRequest{"Їжак"}}
				answer, err := consumer.Call(t.Context(), call)
				// What the provider said, unless the connection broke before it could be read.
				either := fault == xroadtest.EndlessRequest && errors.Is(err, xroad.ErrRefused)
				if !either && !errors.Is(err, kind) {
					t.Errorf("%+v: error %v, want %v", config, err, kind)
				}
				if answer != nil && greetingOf(t, answer) != "Вітаю, Їжак" {
					t.Errorf("%s", answer.Body.Raw)
				}
				if answer, err = consumer.Call(t.Context(), call); err != nil || answer.RequestHash == nil || (answer.TransactionID == "") != (config.Dialect == xroadtest.XRoad) {
					t.Errorf("%+v: afterwards %+v %v", config, answer, err)
				}
			}
		})
	}
}

func TestClientWaits(t *testing.T) {
	t.Parallel()
	for _, fault := range []xroadtest.Fault{xroadtest.Slow, xroadtest.Stalled} {
		server := start(t, xroadtest.Config{}, provider(t))
		consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) {
			c.Grace, c.Targets[0].Timeout = 50*time.Millisecond, 50*time.Millisecond
		})
		server.Misbehave(fault)
		_, err := consumer.Call(t.Context(), xroad.Call{Service: service(), Payload: greetingRequest{"Їжак"}})
		if !errors.Is(err, xroad.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", fault, err)
		}
	}
}

// TestClientSOAP12 asks in the other version, in which codes stand elsewhere.
func TestClientSOAP12(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP}, provider(t))
	consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) {
		c.Targets[0].Version, c.Targets[0].Action, c.Attempts = xroad.SOAP12, "urn:OpName_v1", 1
	})
	call := xroad.Call{Service: service(), Payload: greetingRequest{"Їжак"}}
	if answer, err := consumer.Call(t.Context(), call); err != nil || greetingOf(t, answer) != "Вітаю, Їжак" {
		t.Errorf("%+v %v", answer, err)
	}
	for fault, kind := range map[xroadtest.Fault]error{
		xroadtest.AccessDenied: xroad.ErrAccessDenied, xroadtest.HTTPError: xroad.ErrServiceFailed, xroadtest.InvalidSOAP: xroad.ErrRefused,
	} {
		server.MisbehaveNext(fault)
		if _, err := consumer.Call(t.Context(), call); !errors.Is(err, kind) {
			t.Errorf("%s: %v, want %v", fault, err, kind)
		}
	}
}

// TestClientCut cuts the answer after so many bytes, all of it included: never is what came an answer.
func TestClientCut(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{}, provider(t))
	consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) { c.Attempts = 1 })
	for n := 0; n < 3000; n += 50 {
		server.MisbehaveNext(xroadtest.CutAfter(n))
		answer, err := consumer.Call(t.Context(), xroad.Call{Service: service(), Payload: greetingRequest{"Їжак"}})
		if !errors.Is(err, xroad.ErrUnavailable) {
			t.Errorf("after %d bytes: %+v %v", n, answer, err)
		}
	}
}

// TestClientTLS pins the server's certificate and its next one; a third is not accepted.
func TestClientTLS(t *testing.T) {
	t.Parallel()
	ours, now, next, third := identity(t), identity(t), identity(t), identity(t)
	file := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	encode := func(identity *tls.Certificate) (certificate, key []byte) {
		certificate, key, err := xroadtest.EncodePEM(identity)
		if err != nil {
			t.Fatal(err)
		}
		return certificate, key
	}
	certificate, key := encode(ours)
	pin, _ := encode(now)
	pinNext, _ := encode(next)
	server := start(t, xroadtest.Config{Identity: now, Consumers: []*x509.Certificate{ours.Leaf}}, provider(t))
	call := func() error {
		consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) { // a new one, with new connections
			c.PlainHTTP, c.Attempts = false, 1
			c.TLS = &xroad.ClientTLS{
				CertFile: file("cert", certificate), KeyFile: file("key", key), PinFiles: []string{file("now", pin), file("next", pinNext)},
			}
		})
		_, err := consumer.Call(t.Context(), xroad.Call{Service: service(), Payload: greetingRequest{"Їжак"}})
		return err
	}
	if err := call(); err != nil {
		t.Error(err)
	}
	server.Rotate(next)
	if err := call(); err != nil {
		t.Error(err)
	}
	server.Rotate(third)
	if err := call(); !errors.Is(err, xroad.ErrConfiguration) {
		t.Errorf("third certificate: %v", err)
	}
}

// TestLoad calls from many sides at once while the server misbehaves by chance. Each call ends once, with its own
// answer or an error, and the server has seen no message twice that was sent once.
func TestLoad(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen, forwarded := map[string]int{}, 0
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP, Observe: func(e xroadtest.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		seen[e.ID]++
		forwarded += e.Forwarded
	}}, provider(t))
	faults := xroadtest.Faults()
	chance := rand.New(rand.NewPCG(1, 2))
	const callers, calls = 8, 40
	server.MisbehaveBy(func() (xroadtest.Fault, time.Duration) {
		fault := faults[chance.IntN(len(faults))]
		if chance.IntN(3) > 0 || fault == xroadtest.Slow || fault == xroadtest.Stalled || fault == xroadtest.SlowRequest {
			fault = xroadtest.Sound
		}
		return fault, time.Duration(chance.IntN(3)) * time.Millisecond
	})
	sent := map[string]int{}
	consumer := newClient(t, server.URL, func(c *xroad.ClientConfig) {
		c.MaxConcurrent, c.MaxWaiting = callers, callers
		c.Observe = func(_ context.Context, a xroad.Attempt) {
			mu.Lock()
			defer mu.Unlock()
			sent[a.MessageID]++
		}
	})
	var work sync.WaitGroup
	answers := 0
	for caller := range callers {
		work.Go(func() {
			for i := range calls {
				name := fmt.Sprintf("Їжак %d-%d", caller, i)
				answer, err := consumer.Call(t.Context(), xroad.Call{Service: service(), UserID: name, Payload: greetingRequest{name}})
				var failed *xroad.CallError
				switch {
				case err == nil && greetingOf(t, answer) != "Вітаю, "+name:
					t.Errorf("%s got %s", name, answer.Body.Raw)
				case err != nil && !errors.As(err, &failed):
					t.Errorf("%s: %v", name, err)
				case err == nil:
					mu.Lock()
					answers++
					mu.Unlock()
				}
			}
		})
	}
	work.Wait()
	if err := server.Close(); err != nil { // nothing is observed after it
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	for id, n := range sent {
		if n != 1 || seen[id] > 1 {
			t.Errorf("message %s was sent %d times and seen %d times", strings.TrimSpace(id), n, seen[id])
		}
	}
	if answers < callers*calls/2 || forwarded < answers {
		t.Errorf("%d answers, provider asked %d times", answers, forwarded)
	}
}
