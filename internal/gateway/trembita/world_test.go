package trembita_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/api"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/xroad"
)

// What only the citizen, the caller's user and the answer know. None of it may
// be logged.
const (
	secretUser      = "UA3184710691-користувач"
	secretIssue     = "справа-Нечуйвітренко"
	secretStatement = `{"type":"urn:dovidka:statement:1","subject":{"rnokpp":"3184710691"}}`
	secretContainer = "контейнер із підписом"
	secretFamily    = "Нечуйвітренко"
	secretNumber    = "0000-9H84-7KX2"
)

const (
	ourClient  = "SEVDEIR-TEST/GOV/43395033/DIIA_cons"
	ourService = "SEVDEIR-TEST/GOV/42032422/DOVIDKA_prod/GetDeclarations_v1"
	requestID  = "7f0c2c6e-2f0b-4f57-9c0e-3a5b1f4d8e21"
)

var sampleTime = time.Date(2026, 3, 2, 10, 15, 0, 0, time.UTC)

// fake stands behind the door. Whatever it is asked, submit answers.
type fake struct {
	submit func(context.Context, dovidka.Request) (dovidka.Progress, error)

	mu    sync.Mutex // protects the rest
	seen  []dovidka.Request
	asked []string // the methods called
}

func (f *fake) ask(ctx context.Context, method string, req dovidka.Request) (dovidka.Progress, error) {
	f.mu.Lock()
	f.seen, f.asked = append(f.seen, req), append(f.asked, method)
	f.mu.Unlock()
	if f.submit == nil {
		return dovidka.Progress{}, errors.New("the door should not have asked")
	}
	return f.submit(ctx, req)
}

func (f *fake) Submit(ctx context.Context, req dovidka.Request) (dovidka.Progress, error) {
	return f.ask(ctx, "submit", req)
}

func (f *fake) Enqueue(ctx context.Context, req dovidka.Request) (dovidka.Progress, error) {
	return f.ask(ctx, "enqueue", req)
}

func (f *fake) Progress(ctx context.Context, id dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
	return f.ask(ctx, "progress", dovidka.Request{ID: id, Caller: caller})
}

func (f *fake) Inquire(ctx context.Context, req dovidka.Request) (dovidka.Answer, error) {
	p, err := f.ask(ctx, "inquire", req)
	switch {
	case err != nil:
		return dovidka.Answer{}, err
	case p.Fault != nil:
		return dovidka.Answer{}, p.Fault
	case p.Answer == nil:
		return dovidka.Answer{}, context.DeadlineExceeded
	}
	return *p.Answer, nil
}

func (f *fake) Refuse(_ context.Context, req dovidka.Request, fault *dovidka.Fault) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, f.asked = append(f.seen, req), append(f.asked, "refuse "+string(fault.Code))
	return fault
}

// requests returns what reached the disclosure.
func (f *fake) requests() []dovidka.Request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.seen)
}

func answers(a dovidka.Answer) func(context.Context, dovidka.Request) (dovidka.Progress, error) {
	return func(context.Context, dovidka.Request) (dovidka.Progress, error) {
		return dovidka.Progress{ID: a.RequestID, State: dovidka.StateDone, Answer: &a}, nil
	}
}

func fails(err error) func(context.Context, dovidka.Request) (dovidka.Progress, error) {
	return func(context.Context, dovidka.Request) (dovidka.Progress, error) { return dovidka.Progress{}, err }
}

// world is a door behind the telemetry it has in the product.
type world struct {
	*fake
	door http.Handler
	soap *xroad.Handler
	log  *syncBuffer
}

// syncBuffer is written by requests in parallel.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// newWorld fills what the test leaves open: everybody of the samples is
// admitted, and often.
func newWorld(tb testing.TB, c trembita.Config, submit func(context.Context, dovidka.Request) (dovidka.Progress, error)) *world {
	tb.Helper()
	w := &world{fake: &fake{submit: submit}, log: &syncBuffer{}}
	logger, err := telemetry.NewLogger(w.log, telemetry.LogConfig{Level: "debug"})
	if err != nil {
		tb.Fatal(err)
	}
	observed, err := telemetry.NewHTTP(telemetry.Config{Logger: logger, Registry: telemetry.NewRegistry()})
	if err != nil {
		tb.Fatal(err)
	}
	c.Disclosure = w.fake
	if c.Limiter == nil {
		if c.Limiter, err = gateway.NewLimiter(gateway.LimiterConfig{PerSecond: 1e6, Burst: 1e6}); err != nil {
			tb.Fatal(err)
		}
	}
	if c.Clients == nil {
		for _, path := range []string{ourClient, "SEVDEIR-TEST/GOV/42032422/42_NHSU_test", "SEVDEIR-TEST/GOV/00013480/S1", "test1/GOV/00000088/SUB_CLIENT"} {
			client, err := xroad.ParseClientID(path)
			if err != nil {
				tb.Fatal(err)
			}
			c.Clients = append(c.Clients, client)
		}
	}
	if w.soap, err = trembita.New(c); err != nil {
		tb.Fatal(err)
	}
	c.OpenAPI = api.TrembitaREST()
	inREST, err := trembita.NewREST(c)
	if err != nil {
		tb.Fatal(err)
	}
	w.door = observed.Middleware("trembita", trembita.AnswerPanic, trembita.Split(inREST, w.soap))
	return w
}

// post sends a message and reads the answer with encoding/xml alone.
func (w *world) post(tb testing.TB, message string) (int, *node) {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(message))
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	r.Header.Set("uxp-transaction-id", "0d7c3d1c-transaction")
	out := httptest.NewRecorder()
	w.door.ServeHTTP(out, r)
	if got := out.Header().Get("Content-Type"); got != "text/xml; charset=utf-8" {
		tb.Errorf("content type %q", got)
	}
	return out.Code, read(tb, out.Body.Bytes())
}

// lines returns the log, one map per line.
func (w *world) lines(tb testing.TB) []map[string]any {
	tb.Helper()
	var out []map[string]any
	for line := range strings.Lines(w.log.String()) {
		var facts map[string]any
		if err := json.Unmarshal([]byte(line), &facts); err != nil {
			tb.Fatal(err)
		}
		out = append(out, facts)
	}
	return out
}

// payload is the request's element with the fields given as XML.
func payload(fields string) string {
	return `<d:GetDeclarations_v1 xmlns:d="` + trembita.Namespace + `">` + fields + `</d:GetDeclarations_v1>`
}

func field(name, text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return "<d:" + name + ">" + b.String() + "</d:" + name + ">"
}

func container64() string { return base64.StdEncoding.EncodeToString([]byte(secretContainer)) }

// detached and attached are the two usual payloads.
func detached() string {
	return payload(field("purposeId", "purpose-7") + field("signedContent", secretStatement) + field("signature", container64()))
}

func attached() string { return payload(field("signature", container64())) }

// envelope is a message from a client, by its path, with header fields added.
func envelope(tb testing.TB, client, headers, body string) string {
	tb.Helper()
	c, err := xroad.ParseClientID(client)
	if err != nil {
		tb.Fatal(err)
	}
	return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:x="http://x-road.eu/xsd/xroad.xsd"` +
		` xmlns:i="http://x-road.eu/xsd/identifiers"><e:Header><x:client i:objectType="SUBSYSTEM"><i:xRoadInstance>` + c.Instance +
		`</i:xRoadInstance><i:memberClass>` + c.Class + `</i:memberClass><i:memberCode>` + c.Member + `</i:memberCode><i:subsystemCode>` +
		c.Subsystem + `</i:subsystemCode></x:client><x:service i:objectType="SERVICE"><i:xRoadInstance>SEVDEIR-TEST</i:xRoadInstance>` +
		`<i:memberClass>GOV</i:memberClass><i:memberCode>42032422</i:memberCode><i:subsystemCode>DOVIDKA_prod</i:subsystemCode>` +
		`<i:serviceCode>GetDeclarations_v1</i:serviceCode></x:service>` + headers +
		`<x:protocolVersion>4.0</x:protocolVersion></e:Header><e:Body>` + body + `</e:Body></e:Envelope>`
}

// ours is an ordinary message of an admitted client.
func ours(tb testing.TB, body string) string {
	tb.Helper()
	return envelope(tb, ourClient, `<x:userId>`+secretUser+`</x:userId><x:id>5b0c0d5e-message</x:id><x:issue>`+secretIssue+`</x:issue>`, body)
}

// node is an XML element as encoding/xml alone reads it.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func read(tb testing.TB, document []byte) *node {
	tb.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(document))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	out := &node{}
	if err := decoder.Decode(out); err != nil {
		tb.Fatalf("encoding/xml cannot read %.2000s: %v", document, err)
	}
	return out
}

// at walks down by local names; what is not there is nil.
func (n *node) at(path ...string) *node {
	for _, local := range path {
		if n == nil {
			return nil
		}
		i := slices.IndexFunc(n.Nodes, func(c node) bool { return c.XMLName.Local == local })
		if i < 0 {
			return nil
		}
		n = &n.Nodes[i]
	}
	return n
}

func (n *node) text(path ...string) string {
	if found := n.at(path...); found != nil {
		return found.Text
	}
	return ""
}

// result is a field of the ordinary response.
func (n *node) result(path ...string) string {
	body := n.at("Body")
	if body == nil || len(body.Nodes) != 1 {
		return ""
	}
	return body.Nodes[0].text(path...)
}

// headerLines lists the header's fields, as text to be compared.
func headerLines(envelope *node) []string {
	var out []string
	for _, f := range envelope.at("Header").Nodes {
		line := fmt.Sprint(f.XMLName)
		if len(f.Nodes) == 0 {
			line += fmt.Sprintf(" %q", f.Text)
		}
		for _, a := range f.Attrs {
			if a.Name.Local == "objectType" {
				line += " " + a.Value
			}
		}
		for _, part := range f.Nodes {
			line += fmt.Sprintf(" %s=%q", part.XMLName, part.Text)
		}
		out = append(out, line)
	}
	return out
}
