package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

const namespace = "http://example.gov.ua/trembita/attachments"

func consumer() xroad.ClientID {
	return xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
}

func service() xroad.ServiceID {
	return xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "Echo_v1"}
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// payload is what is asked and answered.
type payload struct {
	Text       string       `xml:"text,omitempty"`
	Data       xroad.Base64 `xml:"data,omitempty"`
	References []string     `xml:"ref"`   // of the request
	Found      []string     `xml:"found"` // digests of what they refer to, in an answer
}

// provider sends back what came.
func provider() (*xroad.Handler, error) {
	return xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "Echo_v1", Namespace: namespace, Attachments: true, MTOM: true,
		Handle: func(_ context.Context, r *xroad.Request) (any, error) {
			var in payload
			if err := r.Body.DecodeStrict(&in); err != nil {
				return nil, err
			}
			out := payload{Text: in.Text, Data: in.Data}
			for _, reference := range in.References {
				attachment := r.Attachments.Find(reference)
				if attachment == nil {
					return nil, xroad.NewFault(xroad.CodeInvalidBody, "Немає частини, на яку посилається запит.")
				}
				out.Found = append(out.Found, sum(attachment.Content))
			}
			return xroad.Reply{Payload: out, Attachments: r.Attachments}, nil
		},
	}}})
}

// places are where a provider can be asked: by itself, and behind each kind of security server.
func places(address string, services ...xroad.ServiceID) (urls map[string]string, stop func(), err error) {
	urls = map[string]string{"directly": address}
	var servers []*xroadtest.Server
	stop = func() {
		for _, server := range servers {
			_ = server.Close()
		}
	}
	for name, dialect := range map[string]xroadtest.Dialect{"through X-Road": xroadtest.XRoad, "through UXP": xroadtest.UXP} {
		config := xroadtest.Config{Dialect: dialect}
		for _, id := range services {
			config.Services = append(config.Services, xroadtest.Service{ID: id, URL: address, Clients: []xroad.ClientID{consumer()}})
		}
		server, err := xroadtest.New(config)
		if err != nil {
			stop()
			return nil, nil, err
		}
		servers = append(servers, server)
		urls[name] = server.URL
	}
	return urls, stop, nil
}

// callsOfSAAJ lets SAAJ call our provider.
func (s *suite) callsOfSAAJ(ctx context.Context) error {
	handler, err := provider()
	if err != nil {
		return err
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	urls, stop, err := places(server.URL, service())
	if err != nil {
		return err
	}
	defer stop()
	for name, url := range urls {
		command := exec.CommandContext(ctx, "java", "-cp", s.classpath, "Attachments", "call", url, strconv.Itoa(s.cases), strconv.FormatUint(s.random.Uint64()>>1, 10)) //nolint:gosec // our own arguments
		if err := s.lines("SAAJ calls "+name, s.cases, command); err != nil {
			return err
		}
	}
	return nil
}

// callsOfOurs lets our client call providers made with SAAJ and Metro, these by MTOM in both versions of SOAP.
func (s *suite) callsOfOurs(ctx context.Context, them string) error {
	for _, kind := range []struct {
		path    string
		version xroad.Version
		mtom    bool
	}{
		{"/saaj", xroad.SOAP11, false}, {"/saaj", xroad.SOAP12, false}, {"/mtom11", xroad.SOAP11, true}, {"/mtom12", xroad.SOAP12, true},
	} {
		urls, stop, err := places(them+kind.path, service())
		if err != nil {
			return err
		}
		for name, url := range urls {
			if kind.version == xroad.SOAP12 && name == "through X-Road" {
				continue // which has none
			}
			what := fmt.Sprintf("calls to %s, SOAP %s, %s", kind.path, kind.version, name)
			target := xroad.Target{Service: service(), Namespace: namespace, Version: kind.version, MTOM: kind.mtom, Attachments: true}
			if err := s.callThem(ctx, what, url, target); err != nil {
				stop()
				return err
			}
			if kind.mtom {
				s.check(what+": optimised", seen(ctx, them))
			}
		}
		stop()
	}
	return nil
}

func (s *suite) callThem(ctx context.Context, what, url string, target xroad.Target) error {
	client, err := xroad.NewClient(xroad.ClientConfig{Client: consumer(), URL: url, PlainHTTP: true, Targets: []xroad.Target{target}})
	if err != nil {
		return err
	}
	defer func() { _ = client.Close() }()
	for range s.cases {
		call := xroad.Call{Service: service()}
		if target.MTOM {
			call.Payload = payload{Text: "Їжак", Data: s.content(5000)}
		} else {
			call.Payload, call.Attachments = payload{}, s.attachments()
			for i := range call.Attachments {
				call.Attachments[i].Content = append([]byte{'.'}, call.Attachments[i].Content...) // SAAJ fails over nothing at all
			}
		}
		answer, err := client.Call(ctx, call)
		if err == nil {
			err = compare(call, answer)
		}
		s.check(what, err)
	}
	return nil
}

// compare holds an answer against what was asked.
func compare(call xroad.Call, answer *xroad.Answer) error {
	var out payload
	if err := answer.Body.Decode(&out); err != nil {
		return err
	}
	if asked, _ := call.Payload.(payload); !bytes.Equal(asked.Data, out.Data) {
		return fmt.Errorf("document of %d bytes came back with %d", len(asked.Data), len(out.Data))
	}
	if len(answer.Attachments) != len(call.Attachments) {
		return fmt.Errorf("%d attachments of %d came back", len(answer.Attachments), len(call.Attachments))
	}
	for i, got := range answer.Attachments {
		want := call.Attachments[i]
		if !bytes.Equal(got.Content, want.Content) || got.ID != want.ID || got.MediaType != want.MediaType {
			return fmt.Errorf("attachment %s of %s, %d bytes, came back as %s of %s, %d bytes", want.ID, want.MediaType,
				len(want.Content), got.ID, got.MediaType, len(got.Content))
		}
		if out.Found[i] != sum(want.Content) {
			return errors.New("the provider read another content")
		}
	}
	return nil
}

// seen checks that Metro got what MTOM has.
func seen(ctx context.Context, them string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, them+"/seen", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	media, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(media), "application/xop+xml") {
		return fmt.Errorf("media type %q, %w", media, err)
	}
	return nil
}
