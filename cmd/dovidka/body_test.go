package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/xroad"
)

// A body that is admitted and entitled to nothing, and a purpose for which the
// other may ask for the status only.
const (
	strangerClient = "SEVDEIR-TEST/GOV/00000001/OTHER_cons"
	statusPurpose  = "100501"
	official       = "оператор-7"
	transaction    = "0d7c3d1c-1111-4222-8333-444455556666"
)

// entitle lets the demonstration's client inquire.
func entitle(c *Config) {
	c.Trembita.Clients = []string{demoClient, strangerClient}
	grounds := []string{demoGround}
	c.Trembita.Entitlements = []EntitlementConfig{
		{Client: demoClient, PurposeID: demoPurpose, Grounds: grounds, Scopes: []dovidka.Scope{dovidka.ScopeDeclarations, dovidka.ScopeStatus}},
		{Client: demoClient, PurposeID: statusPurpose, Grounds: grounds, Scopes: []dovidka.Scope{dovidka.ScopeStatus}},
	}
}

// exchange adds the security server's transaction id and keeps the last answer.
type exchange struct {
	mu    sync.Mutex // protects the rest
	sent  string     // the id of the last message
	heard string     // the last answer
}

func (w *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("uxp-transaction-id", transaction)
	message, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(message))
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	parsed, unread := xroad.ReadMessage(bytes.NewReader(message), "text/xml", xroad.Limits{})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.heard, w.sent = string(answer), ""
	if unread == nil {
		w.sent = parsed.Header.ID
	}
	return resp, err
}

// body is a public body at the bus.
type body struct {
	*portal.SOAP
	*exchange
	t *testing.T
}

func (w *world) body(client string) *body {
	w.t.Helper()
	door := w.soap()
	id, err := xroad.ParseClientID(client)
	if err != nil {
		w.t.Fatal(err)
	}
	b := &body{door, &exchange{}, w.t}
	door.Client, door.UserID, door.HTTP = id, official, &http.Client{Transport: b.exchange, Timeout: patience}
	return b
}

// about is an inquiry that the demonstration's client may make of a sample.
func about(key string) portal.Inquiry {
	i := slices.IndexFunc(registry.Samples(), func(s registry.Sample) bool { return s.Key == key })
	s := registry.Samples()[i]
	return portal.Inquiry{PurposeID: demoPurpose, Ground: demoGround, Subject: dovidka.SubjectJSON{
		RNOKPP: s.RNOKPP.Reveal(), LastName: s.Name.Family, FirstName: s.Name.Given,
	}}
}

func (b *body) inquire(asked portal.Inquiry) trembita.GetDeclarationsResponse {
	b.t.Helper()
	out, err := b.Inquire(b.t.Context(), asked)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *body) status(asked portal.Inquiry) trembita.StatusResponse {
	b.t.Helper()
	out, err := b.Status(b.t.Context(), asked)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *body) submit(asked portal.Inquiry) dovidka.ID {
	b.t.Helper()
	out, err := b.SubmitInquiry(b.t.Context(), asked)
	if err != nil || out.ResultCode != trembita.ResultAccepted {
		b.t.Fatalf("%s, %v", out.ResultCode, err)
	}
	return dovidka.ID(out.RequestID)
}

// fetch asks for a result until there is one.
func (b *body) fetch(id dovidka.ID, purpose string) (out trembita.GetDeclarationsResponse) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		out, err := b.Fetch(b.t.Context(), purpose, id)
		if err != nil {
			b.t.Fatal(err)
		}
		if out.ResultCode != trembita.ResultPending {
			return out
		}
		if time.Now().After(deadline) {
			b.t.Fatal("no result")
		}
	}
}

// pseudonym computes what the ledger has in the place of a value, by the words
// of its documentation alone.
func (w *world) pseudonym(kind, value string) dovidka.Pseudonym {
	w.t.Helper()
	text, err := os.ReadFile(w.cfg.Ledger.PseudonymKeyFile)
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		w.t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("dovidka pseudonym v1\x00" + kind + "\x00" + value))
	return dovidka.Pseudonym(hex.EncodeToString(mac.Sum(nil)))
}

// recorded returns the entries about a request, and fails unless they are of
// the kinds. Each must tell of the exchange what is to be told.
func (w *world) recorded(request, client, operation, rnokpp string, kinds ...dovidka.EventKind) []entry {
	w.t.Helper()
	var out []entry
	var got []dovidka.EventKind
	for _, e := range w.ledger() {
		if e.Request != dovidka.ID(request) {
			continue
		}
		out, got = append(out, e), append(got, e.Kind)
		if e.Channel != dovidka.ChannelTrembita || e.Caller != client || e.Transaction != transaction || e.Message == "" ||
			e.Relation != dovidka.RelationThirdParty || e.Consent != "" || e.PurposeID == "" || e.Scope == "" {
			w.t.Errorf("entry %s", e.raw)
		}
		if e.User != w.pseudonym("user", client+"\x00"+official) || e.Subject != w.pseudonym("rnokpp", rnokpp) {
			w.t.Errorf("entry with other pseudonyms: %s", e.raw)
		}
		if strings.Contains(e.raw, rnokpp) || strings.Contains(e.raw, official) {
			w.t.Errorf("an entry tells a value: %s", e.raw)
		}
	}
	if !slices.Equal(got, kinds) {
		w.t.Fatalf("request %s has the entries %v", request, got)
	}
	if e := out[0]; !strings.HasSuffix(e.Service, "/"+operation) {
		w.t.Errorf("service %s", e.Service)
	}
	return out
}
