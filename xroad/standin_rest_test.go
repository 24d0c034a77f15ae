package xroad_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// restKinds is what becomes of a call that reads, by the way in which the security server of xroadtest fails: the kind
// of error, or nil where the answer arrives, after the number of requests made.
func restKinds(fault xroadtest.Fault, dialect xroadtest.Dialect) (requests int, kind error) {
	for _, code := range faultCodes {
		if fault != xroadtest.Sound && string(fault) == code.code {
			if code.reads {
				return 2, code.kind
			}
			return 1, code.kind
		}
	}
	switch fault {
	case xroadtest.Down, xroadtest.LostAnswer, xroadtest.CutHead, xroadtest.CutBody:
		return 2, xroad.ErrUnavailable
	case xroadtest.Slow, xroadtest.Stalled:
		return 1, xroad.ErrUnavailable
	case xroadtest.InconsistentResponse:
		return 2, xroad.ErrUnavailable
	case xroadtest.InvalidAnswer, xroadtest.InvalidAnswerXML, xroadtest.OtherAnswer:
		return 2, xroad.ErrServiceFailed
	case xroadtest.FaultAsSuccess:
		return 2, xroad.ErrServiceFailed
	case xroadtest.ErrorPage, xroadtest.Redirect, xroadtest.Oversized:
		return 1, xroad.ErrResponse
	case xroadtest.OtherID, xroadtest.OtherClient, xroadtest.OtherService, xroadtest.NoHeader:
		if dialect == xroadtest.XRoad {
			return 1, xroad.ErrResponse
		}
	}
	return 1, nil
}

func restStandIn(t *testing.T, config xroadtest.Config) *xroadtest.Server {
	t.Helper()
	handler := newRESTHandler(t, xroad.RESTConfig{OpenAPI: []byte(`{"openapi":"3.0.3","servers":[{"url":"http://10.0.0.1/"}]}`), Operations: []xroad.RESTOperation{{
		Name: testService, Method: http.MethodGet, Path: "/base/persons/{id}",
		Handle: func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			if r.PathValue("id") == "none" {
				return nil, &xroad.RESTError{Status: http.StatusNotFound, Code: "Client.NoPerson", Text: "Немає."}
			}
			return xroad.RESTJSON(http.StatusOK, map[string]any{"greeting": "Вітаю <&>", "id": r.Header.ID, "user": r.Header.UserID.Reveal(),
				"client": r.Header.Client.String(), "purposes": r.Header.PurposeIDs, "transaction": r.Header.TransactionID})
		},
	}}})
	config.Services = []xroadtest.Service{{ID: provided, Clients: []xroad.ClientID{consumer}, Handler: handler, URL: "", REST: true, OpenAPI: "/openapi.json"}}
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

// TestRESTStandIn goes all the way, from our client over a security server that fails in every way it knows to our
// handler, and once more when it has recovered.
func TestRESTStandIn(t *testing.T) {
	t.Parallel()
	providers := []xroadtest.Fault{xroadtest.SlowRequest, xroadtest.EndlessRequest}
	faults := slices.DeleteFunc(append(xroadtest.Faults(), xroadtest.Sound), func(f xroadtest.Fault) bool { return slices.Contains(providers, f) })
	for _, config := range []xroadtest.Config{
		{Dialect: xroadtest.XRoad, SnakeCase: true}, {Dialect: xroadtest.UXP}, {Dialect: xroadtest.UXP, BareErrors: true},
	} {
		for _, fault := range faults {
			t.Run(fmt.Sprintf("%d/%t/%s", config.Dialect, config.BareErrors, fault), func(t *testing.T) {
				t.Parallel()
				server := restStandIn(t, config)
				dialect := xroad.UXP
				if config.Dialect == xroadtest.XRoad {
					dialect = xroad.XRoad
				}
				client := newRESTClient(t, server.URL, dialect, func(c *xroad.ClientConfig) {
					c.Limits.Size = 1 << 20
					if fault == xroadtest.Slow || fault == xroadtest.Stalled {
						c.RESTTargets[0].Timeout, c.Grace = 100*time.Millisecond, 100*time.Millisecond
					}
				})
				requests, want := restKinds(fault, config.Dialect)
				if config.BareErrors && (strings.HasPrefix(string(fault), "Client.") || fault == xroadtest.FaultAsSuccess) {
					requests, want = 1, nil // without a mark it may as well be the service's own
				}
				server.Misbehave(fault)
				call := xroad.RESTCall{Service: provided, Path: "/base/persons/1", UserID: "UA1234567890", PurposeIDs: []string{"p1", "p2"}}
				answer, err := client.CallREST(t.Context(), call)
				if want != nil {
					checkKind(t, err, want)
				} else if err != nil || answer.MessageID == "" {
					t.Errorf("%+v, %v", answer, err)
				}
				if fault == xroadtest.Slow || fault == xroadtest.Stalled {
					return // with so little time nothing else would be certain
				}
				if server.Requests() != requests {
					t.Errorf("%d requests, want %d", server.Requests(), requests)
				}
				server.Misbehave(xroadtest.Sound)
				checkRESTExchange(t, client, call, dialect)
			})
		}
	}
}

// TestRESTStandInTLS calls and fetches containers with mutual TLS, as Trembita 2.0 demands for the latter, and not without
// the right certificate.
func TestRESTStandInTLS(t *testing.T) {
	t.Parallel()
	ours, theirs := namedIdentity(t, "is"), namedIdentity(t, "ss")
	server := restStandIn(t, xroadtest.Config{Dialect: xroadtest.UXP, Identity: theirs, Consumers: []*x509.Certificate{ours.Leaf}})
	f := files{t, t.TempDir()}
	key, err := x509.MarshalPKCS8PrivateKey(ours.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	f.write("cert", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.Leaf.Raw}))
	f.write("key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
	f.write("pins", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: theirs.Leaf.Raw}))
	client := tlsClient(t, server.URL, f, func(c *xroad.ClientConfig) {
		c.Targets, c.RESTTargets, c.Attempts = nil, []xroad.RESTTarget{{Service: provided}}, 1
	}, "pins")
	call := xroad.RESTCall{Service: provided, Path: "/base/persons/1", UserID: "UA1234567890", PurposeIDs: []string{"p1", "p2"}}
	checkRESTExchange(t, client, call, xroad.UXP)
	f.own(elliptical(t, "is"))
	if _, err := client.CallREST(t.Context(), call); err == nil {
		t.Error("a stranger was answered")
	}
	if _, err := client.Signature(t.Context(), "a"); err == nil || errors.Is(err, xroad.ErrRefused) {
		t.Errorf("a stranger was answered: %v", err)
	}
}

func namedIdentity(t *testing.T, name string) *tls.Certificate {
	t.Helper()
	identity, err := xroadtest.NewIdentity(name)
	if err != nil {
		t.Fatal(err)
	}
	return identity
}

// checkRESTExchange expects an answer and an error of the operation's own, and the containers of the exchange.
func checkRESTExchange(t *testing.T, client *xroad.Client, call xroad.RESTCall, dialect xroad.Dialect) {
	t.Helper()
	answer, err := client.CallREST(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Greeting, ID, User, Client, Transaction string
		Purposes                                []string
	}
	if err := answer.DecodeJSON(&out); err != nil || out.Greeting != "Вітаю <&>" || out.ID != answer.MessageID || out.User != call.UserID ||
		out.Client != consumer.String() || len(out.Purposes) != 2 || out.Transaction == "" || out.Transaction != answer.TransactionID {
		t.Errorf("%+v, %+v, %v", out, answer, err)
	}
	if (answer.RequestHash != nil) != (dialect == xroad.XRoad) {
		t.Errorf("%+v", answer.RequestHash)
	}
	archive, err := client.Signature(t.Context(), answer.MessageID)
	if err != nil {
		t.Fatal(err)
	}
	if file, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive))); err != nil || len(file.File) != 2 {
		t.Errorf("%v", err)
	}
	_, err = client.Signature(t.Context(), "another")
	checkKind(t, err, xroad.ErrRefused)
	call.Path = "/base/persons/none"
	if answer, err := client.CallREST(t.Context(), call); err != nil || answer.Status != http.StatusNotFound || !bytes.Contains(answer.Body, []byte("Client.NoPerson")) {
		t.Errorf("%+v, %v", answer, err)
	}
}
