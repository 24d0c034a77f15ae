package xroad_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// standInKinds is what becomes of a call of an idempotent service, by the way in which the security server of
// xroadtest fails: the kind of error, or nil where the answer arrives, and the messages sent.
var standInKinds = map[xroadtest.Fault]struct {
	kind     error
	messages int
}{
	xroadtest.Sound: {nil, 1},

	xroadtest.MissingHeaderField: {xroad.ErrRefused, 1}, xroadtest.InvalidSOAP: {xroad.ErrRefused, 1},
	xroadtest.InvalidContentType: {xroad.ErrRefused, 1}, xroadtest.InconsistentHeaders: {xroad.ErrRefused, 1},
	xroadtest.ClientNetworkError: {xroad.ErrUnavailable, 2}, xroadtest.UnknownMember: {xroad.ErrConfiguration, 1},
	xroadtest.SSLAuthentication: {xroad.ErrUnavailable, 2}, xroadtest.InconsistentResponse: {xroad.ErrUnavailable, 2},
	xroadtest.AccessDenied: {xroad.ErrAccessDenied, 1}, xroadtest.UnknownService: {xroad.ErrConfiguration, 1},
	xroadtest.ServiceDisabled: {xroad.ErrUnavailable, 1},
	xroadtest.HTTPError:       {xroad.ErrServiceFailed, 2}, xroadtest.NetworkError: {xroad.ErrServiceFailed, 2},
	xroadtest.IOError: {xroad.ErrServiceFailed, 2}, xroadtest.UnknownHost: {xroad.ErrServiceFailed, 2},
	xroadtest.MissingBody: {xroad.ErrServiceFailed, 2}, xroadtest.InvalidAnswerType: {xroad.ErrServiceFailed, 2},
	xroadtest.InvalidAnswer: {xroad.ErrServiceFailed, 2}, xroadtest.InvalidAnswerXML: {xroad.ErrServiceFailed, 2},
	xroadtest.OtherAnswer: {xroad.ErrServiceFailed, 2},

	xroadtest.Down: {xroad.ErrUnavailable, 2}, xroadtest.LostAnswer: {xroad.ErrUnavailable, 2},
	xroadtest.CutHead: {xroad.ErrUnavailable, 2}, xroadtest.CutBody: {xroad.ErrUnavailable, 2},
	xroadtest.Slow: {xroad.ErrUnavailable, 1}, xroadtest.Stalled: {xroad.ErrUnavailable, 1},

	xroadtest.ErrorPage: {xroad.ErrResponse, 1}, xroadtest.Redirect: {xroad.ErrResponse, 1}, xroadtest.Page: {xroad.ErrResponse, 1},
	xroadtest.Empty: {xroad.ErrResponse, 1}, xroadtest.Malformed: {xroad.ErrResponse, 1}, xroadtest.Oversized: {xroad.ErrResponse, 1},
	xroadtest.Deep: {xroad.ErrResponse, 1}, xroadtest.WrongType: {xroad.ErrResponse, 1}, xroadtest.WrongBoundary: {xroad.ErrResponse, 1},
	xroadtest.DocumentType: {xroad.ErrResponse, 1}, xroadtest.NotUTF8: {xroad.ErrResponse, 1},

	xroadtest.OtherID: {xroad.ErrResponse, 1}, xroadtest.OtherClient: {xroad.ErrResponse, 1}, xroadtest.OtherService: {xroad.ErrResponse, 1},
	xroadtest.OtherUserID: {xroad.ErrResponse, 1}, xroadtest.NoOptional: {nil, 1}, xroadtest.NoHeader: {xroad.ErrResponse, 1},
	xroadtest.NoBody: {xroad.ErrResponse, 1}, xroadtest.OtherElement: {xroad.ErrResponse, 1},

	xroadtest.FaultAsSuccess: {xroad.ErrServiceFailed, 2}, xroadtest.FaultInPart: {xroad.ErrServiceFailed, 2},
	xroadtest.Parts: {nil, 1}, xroadtest.UTF16: {nil, 1}, xroadtest.Comments: {nil, 1}, xroadtest.Chunked: {nil, 1},

	// The provider here says itself that half a message came.
	xroadtest.CutRequest: {xroad.ErrRefused, 1}, xroadtest.GiveUp: {xroad.ErrServiceFailed, 2}, xroadtest.Twice: {nil, 1},
}

func startStandIn(t *testing.T, config xroadtest.Config) *xroadtest.Server {
	t.Helper()
	if config.Services == nil {
		config.Services = []xroadtest.Service{{ID: provided, Clients: []xroad.ClientID{consumer},
			Handler: newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(greet)}})}}
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

// TestStandIn calls through a security server that fails in every way it knows, and once more when it has recovered.
func TestStandIn(t *testing.T) {
	t.Parallel()
	// A request that does not end is the provider's trouble, and xroadtest's own tests are about it.
	providers := []xroadtest.Fault{xroadtest.SlowRequest, xroadtest.EndlessRequest}
	known := slices.DeleteFunc(append(xroadtest.Faults(), xroadtest.Sound), func(f xroadtest.Fault) bool { return slices.Contains(providers, f) })
	if len(known) != len(standInKinds) {
		t.Fatalf("%d ways to fail, %d expectations", len(known), len(standInKinds))
	}
	for _, stack := range []struct {
		config  xroadtest.Config
		version xroad.Version
	}{
		{xroadtest.Config{Dialect: xroadtest.XRoad, SnakeCase: true}, xroad.SOAP11},
		{xroadtest.Config{Dialect: xroadtest.UXP}, xroad.SOAP11},
		{xroadtest.Config{Dialect: xroadtest.UXP}, xroad.SOAP12},
	} {
		for _, fault := range known {
			want, ok := standInKinds[fault]
			if !ok {
				t.Fatalf("no expectation for %s", fault)
			}
			for _, idempotent := range []bool{true, false} {
				t.Run(fmt.Sprintf("%d/%s/%s/%t", stack.config.Dialect, stack.version, fault, idempotent), func(t *testing.T) {
					t.Parallel()
					server := startStandIn(t, stack.config)
					var ids []string
					client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
						c.Targets[0].Version, c.Targets[0].Idempotent = stack.version, idempotent
						c.Attempts, c.Limits.Size = 2, 1<<20
						if fault == xroadtest.Slow || fault == xroadtest.Stalled {
							c.Targets[0].Timeout, c.Grace = 100*time.Millisecond, 100*time.Millisecond
						}
						c.Observe = func(_ context.Context, a xroad.Attempt) { ids = append(ids, a.MessageID) }
					})
					server.Misbehave(fault)
					call := testCall()
					call.Issue = "Справа\n№ 1 <&\"'>"
					answer, err := client.Call(t.Context(), call)
					messages := want.messages
					if !idempotent && fault != xroadtest.SSLAuthentication {
						messages = 1
					}
					if want.kind != nil {
						checkKind(t, err, want.kind)
					} else {
						checkGreeting(t, answer, err, stack.config.Dialect, fault)
					}
					if fault == xroadtest.Slow || fault == xroadtest.Stalled {
						return // with so little time nothing else would be certain
					}
					if server.Requests() != messages || len(ids) != messages || messages == 2 && ids[0] == ids[1] {
						t.Errorf("%d requests, want %d; ids %v", server.Requests(), messages, ids)
					}
					server.Misbehave(xroadtest.Sound)
					answer, err = client.Call(t.Context(), call)
					checkGreeting(t, answer, err, stack.config.Dialect, xroadtest.Sound)
				})
			}
		}
	}
}

func checkGreeting(t *testing.T, answer *xroad.Answer, err error, dialect xroadtest.Dialect, fault xroadtest.Fault) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var out testResponse
	if err := answer.Body.DecodeStrict(&out); err != nil || out.Greeting != "Вітаю, Їжак <&>" {
		t.Errorf("%+v, %v", out, err)
	}
	if answer.RequestHash == nil || answer.RequestHash.Value == "" || (answer.TransactionID != "") != (dialect == xroadtest.UXP) {
		t.Errorf("hash %v, transaction %q", answer.RequestHash, answer.TransactionID)
	}
	if dropped := strings.Join(answer.Dropped, " "); (dropped == "userId issue") != (fault == xroadtest.NoOptional) {
		t.Errorf("dropped %q", dropped)
	}
}

// TestStandInTLS calls with mutual TLS, and not without the right certificates.
func TestStandInTLS(t *testing.T) {
	t.Parallel()
	ours, err := xroadtest.NewIdentity("is")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := xroadtest.NewIdentity("ss")
	if err != nil {
		t.Fatal(err)
	}
	server := startStandIn(t, xroadtest.Config{Dialect: xroadtest.UXP, Identity: theirs, Consumers: []*x509.Certificate{ours.Leaf}})
	f := files{t, t.TempDir()}
	key, err := x509.MarshalPKCS8PrivateKey(ours.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate := func(raw []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw}) }
	f.write("cert", certificate(ours.Leaf.Raw))
	f.write("key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	f.write("pins", bytes.Repeat(certificate(theirs.Leaf.Raw), 2))
	client := tlsClient(t, server.URL, f, nil, "pins")
	mustCall(t, client)
	f.own(elliptical(t, "is"))
	if _, err := client.Call(t.Context(), testCall()); err == nil {
		t.Error("a stranger was answered")
	}
}
