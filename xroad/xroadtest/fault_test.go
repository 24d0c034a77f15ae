package xroadtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// outcome is what a consumer sees of a fault.
type outcome struct {
	err       bool   // no answer
	cut       bool   // half a body
	status    int    // 200 if zero
	media     string // begin of the content type; text/xml if empty
	code      string // of the reader's fault; empty for a message
	fault     string // of the fault in the answer
	differs   func(asked, got *xroad.Header) bool
	forwarded int // 1 unless never
	never     bool
}

func outcomes() map[xroadtest.Fault]outcome {
	all := map[xroadtest.Fault]outcome{
		xroadtest.Sound:      {},
		xroadtest.Down:       {err: true, never: true},
		xroadtest.LostAnswer: {err: true},
		xroadtest.CutHead:    {err: true},
		xroadtest.CutBody:    {cut: true},

		xroadtest.ErrorPage:     {status: 502, media: "text/html", code: xroad.CodeInvalidContentType, never: true},
		xroadtest.Redirect:      {status: 307, media: "-", never: true},
		xroadtest.Page:          {media: "text/html", code: xroad.CodeInvalidContentType},
		xroadtest.Empty:         {code: xroad.CodeInvalidXML},
		xroadtest.Malformed:     {code: xroad.CodeInvalidXML},
		xroadtest.Oversized:     {code: xroad.CodeTooLarge},
		xroadtest.Deep:          {code: xroad.CodeMissingHeader},
		xroadtest.WrongType:     {media: "application/octet-stream", code: xroad.CodeInvalidContentType},
		xroadtest.WrongBoundary: {media: "multipart/related", code: xroad.CodeInvalidContentType},
		xroadtest.DocumentType:  {code: xroad.CodeInvalidXML},
		xroadtest.NotUTF8:       {code: xroad.CodeInvalidXML},

		xroadtest.OtherID:      {differs: func(a, b *xroad.Header) bool { return a.ID != b.ID }},
		xroadtest.OtherClient:  {differs: func(a, b *xroad.Header) bool { return a.Client != b.Client }},
		xroadtest.OtherService: {differs: func(a, b *xroad.Header) bool { return a.Service != b.Service }},
		xroadtest.OtherUserID:  {differs: func(a, b *xroad.Header) bool { return *a.UserID != *b.UserID }},
		xroadtest.NoOptional:   {differs: func(_, b *xroad.Header) bool { return b.UserID == nil && b.Issue == nil }},
		xroadtest.NoHeader:     {code: xroad.CodeMissingHeader},
		xroadtest.NoBody:       {code: xroad.CodeInvalidBody},
		xroadtest.OtherElement: {},

		xroadtest.FaultAsSuccess: {fault: string(xroadtest.HTTPError), code: xroad.CodeMissingHeader},
		xroadtest.FaultInPart:    {status: 500, media: "multipart/related", code: xroad.CodeMissingHeader},
		xroadtest.Parts:          {media: "multipart/related"},
		xroadtest.UTF16:          {},
		xroadtest.Comments:       {},
		xroadtest.Chunked:        {},

		xroadtest.CutRequest: {status: 500, fault: string(xroadtest.NetworkError), code: xroad.CodeMissingHeader},
		xroadtest.GiveUp:     {status: 500, fault: string(xroadtest.NetworkError), code: xroad.CodeMissingHeader},
		xroadtest.Twice:      {forwarded: 2},
		// The provider says that it is too much, unless the connection breaks before that can be read.
		xroadtest.EndlessRequest: {status: 500, code: xroad.CodeMissingHeader},
	}
	for _, code := range xroadtest.Codes() {
		all[code] = outcome{status: 500, fault: string(code), code: xroad.CodeMissingHeader, never: true}
	}
	return all
}

// TestFaults sees each fault as a consumer does, in both dialects, and afterwards a server that is sound again.
func TestFaults(t *testing.T) {
	t.Parallel()
	table := outcomes()
	for _, fault := range append(xroadtest.Faults(), xroadtest.Sound) {
		want, ok := table[fault]
		if fault == xroadtest.Slow || fault == xroadtest.Stalled || fault == xroadtest.SlowRequest { // TestWaiting
			continue
		}
		if !ok {
			t.Errorf("%s: no expectation", fault)
			continue
		}
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
				observed := make(chan xroadtest.Exchange, 2)
				server := start(t, xroadtest.Config{Dialect: dialect, Observe: func(e xroadtest.Exchange) { observed <- e }}, provider(t))
				server.MisbehaveNext(fault)
				response, body, err := post(t, server.URL, "text/xml", envelope)
				want.check(t, response, body, err)
				exchange := <-observed
				if want.forwarded == 0 && !want.never {
					want.forwarded = 1
				}
				if exchange.Fault != fault || exchange.Forwarded != want.forwarded {
					t.Errorf("observed %+v", exchange)
				}
				if response, body, err := post(t, server.URL, "text/xml", envelope); err != nil || response.StatusCode != http.StatusOK {
					t.Errorf("afterwards: %v %v %s", response, err, body)
				}
				if server.Requests() != 2 {
					t.Errorf("%d requests", server.Requests())
				}
			}
		})
	}
}

func (want outcome) check(t *testing.T, response *http.Response, body []byte, err error) {
	t.Helper()
	if want.err {
		if err == nil {
			t.Errorf("answered: %d %s", response.StatusCode, body)
		}
		return
	}
	if want.cut {
		if !errors.Is(err, io.ErrUnexpectedEOF) || len(body) == 0 || bytes.Contains(body, []byte("Envelope>")) {
			t.Errorf("%v with %s", err, body)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	status, media := want.status, want.media
	if status == 0 {
		status = http.StatusOK
	}
	if media == "" {
		media = "text/xml"
	}
	if response.StatusCode != status || media != "-" && !strings.HasPrefix(response.Header.Get("Content-Type"), media) {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
	if media == "-" {
		return
	}
	want.checkMessage(t, response, body)
}

func (want outcome) checkMessage(t *testing.T, response *http.Response, body []byte) {
	t.Helper()
	if want.fault != "" {
		if fault := parse(t, body).Body.Fault; fault == nil || fault.Code != want.fault || len(fault.Detail) != 36 || fault.Text == "" {
			t.Errorf("%s", body)
		}
	}
	got, err := xroad.ReadMessage(bytes.NewReader(body), response.Header.Get("Content-Type"), xroad.Limits{})
	if want.code != "" {
		var fault *xroad.Fault
		if !errors.As(err, &fault) || fault.Code != want.code {
			t.Errorf("%v, want %s; %.500s", err, want.code, body)
		}
		return
	}
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	asked, err := xroad.ReadMessage(strings.NewReader(envelope), "text/xml", xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if want.differs != nil && !want.differs(asked.Header, got.Header) || got.Header.Equal(asked.Header) != (want.differs == nil) {
		t.Errorf("%s", body)
	}
}

// TestWaiting leaves servers that do not come to an end.
func TestWaiting(t *testing.T) {
	t.Parallel()
	for _, fault := range []xroadtest.Fault{xroadtest.Slow, xroadtest.Stalled} {
		server := start(t, xroadtest.Config{}, provider(t))
		server.Misbehave(fault)
		leave(t, server, fault == xroadtest.Stalled)
	}
	// It is the provider that waits, and says so; or the service's time is up.
	for _, wait := range []struct {
		provider, server time.Duration
		code             string
	}{
		{50 * time.Millisecond, time.Minute, "soap:" + xroad.CodeInvalidRequest},
		{time.Minute, 50 * time.Millisecond, string(xroadtest.NetworkError)},
	} {
		handler, err := xroad.NewHandler(xroad.Config{ReadTimeout: wait.provider, Operations: []xroad.Operation{{
			Name: "OpName_v1", Namespace: namespace,
			Handle: func(context.Context, *xroad.Request) (any, error) { t.Error("executed"); return nil, nil },
		}}})
		if err != nil {
			t.Fatal(err)
		}
		behind := httptest.NewServer(handler)
		t.Cleanup(behind.Close)
		server := start(t, xroadtest.Config{Services: []xroadtest.Service{
			{ID: service(), URL: behind.URL, Clients: []xroad.ClientID{client()}, Timeout: wait.server},
		}}, nil)
		server.Misbehave(xroadtest.SlowRequest)
		response, body, err := post(t, server.URL, "text/xml", envelope)
		if err != nil || code(t, response, body) != wait.code {
			t.Errorf("%v %s, want %s", err, body, wait.code)
		}
	}
	server := start(t, xroadtest.Config{}, provider(t))
	server.Delay(time.Hour)
	leave(t, server, false)
	server.Delay(0)
	if response, body, err := post(t, server.URL, "text/xml", envelope); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%v %v %s", response, err, body)
	}
}

// leave asks and goes when the server has the request, or begins to answer.
func leave(t *testing.T, server *xroadtest.Server, begins bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(envelope))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/xml")
	if !begins {
		go func() {
			for server.Requests() == 0 && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			cancel()
		}()
	}
	response, err := http.DefaultClient.Do(request)
	if !begins {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("answered: %v %v", response, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	half := make([]byte, 100)
	if _, err := io.ReadFull(response.Body, half); err != nil {
		t.Error(err)
	}
	cancel()
	if rest, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("%v after %s", err, rest)
	}
}
