package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway/trembita"
	"github.com/dovidka/dovidka/internal/ledger"
	ledgersql "github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/internal/portal"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/xroad"
)

// patience bounds every wait for something that must happen.
const patience = time.Minute

// original is a demonstration's folder that tests copy, and the log they share.
type original struct {
	folder *demoFolder
	log    *sharedLog
}

// newOriginal makes the folder. When the test and all below it have ended, the
// log is searched for the sample citizens.
func newOriginal(t *testing.T) *original {
	t.Helper()
	command := &demoCommand{Persons: 50, Seed: 1, REST: "127.0.0.1:0", SOAP: "127.0.0.1:0", Metrics: "127.0.0.1:0"}
	folder, err := openDemo(t.Context(), t.TempDir(), command, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	o := &original{folder, &sharedLog{}}
	t.Cleanup(func() { o.log.search(t) })
	return o
}

// sharedLog collects the log of all components of a test.
type sharedLog struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

func (l *sharedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *sharedLog) search(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	text := strings.ToLower(l.text.String())
	if text == "" {
		t.Error("the log is empty")
	}
	for _, s := range registry.Samples() {
		for _, forbidden := range []string{
			s.RNOKPP.Reveal(), s.UNZR.Reveal(), s.Name.Family, s.Name.Full(), s.BirthDate.Reveal(), latin(s.Name.Family),
		} {
			if strings.Contains(text, strings.ToLower(forbidden)) {
				t.Errorf("the log repeats what is known of %s: %q", s.Key, forbidden)
			}
		}
	}
	if strings.Contains(text, `"outcome":"panic"`) {
		t.Error("the log tells of a panic")
	}
}

// world is a running component with a folder of its own.
type world struct {
	t      *testing.T
	app    *app
	cfg    Config
	folder *demoFolder
	at     addresses
	http   *http.Client
}

// start copies the original, lets change have its way with the configuration,
// and runs what serve runs.
func (o *original) start(t *testing.T, change func(*Config)) *world {
	t.Helper()
	w := &world{t: t, folder: &demoFolder{dir: filepath.Join(t.TempDir(), "demo"), citizens: o.folder.citizens}}
	if err := os.CopyFS(w.folder.dir, os.DirFS(o.folder.dir)); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.cfg, err = loadConfig(w.folder.config()); err != nil {
		t.Fatal(err)
	}
	w.cfg.Operations.LogLevel = "debug"
	if change != nil {
		change(&w.cfg)
	}
	log, err := telemetry.NewLogger(o.log, telemetry.LogConfig{Level: w.cfg.Operations.LogLevel})
	if err != nil {
		t.Fatal(err)
	}
	if w.app, err = newApp(t.Context(), w.cfg, log); err != nil {
		t.Fatal(err)
	}
	w.at = w.app.addresses(w.cfg)
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	w.http = &http.Client{Transport: transport, Timeout: patience}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.app.Run(ctx) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the component did not end in good order: %v", err)
		}
	})
	return w
}

func (w *world) signer(key string) *portal.Citizen {
	w.t.Helper()
	c := w.folder.find(key)
	citizen, err := openCitizen(c.KeyFile, c.PasswordFile, "")
	if err != nil {
		w.t.Fatal(err)
	}
	return citizen
}

func (w *world) rest() *portal.REST { return &portal.REST{Base: w.at.REST, HTTP: w.http} }

func (w *world) soap() *portal.SOAP {
	w.t.Helper()
	door, err := (&requestCommand{URL: w.at.SOAP, Client: demoClient, Service: demoService}).soapDoor()
	if err != nil {
		w.t.Fatal(err)
	}
	door.HTTP = w.http
	return door
}

// prepare opens a request for the signer's own declarations.
func (w *world) prepare() (portal.Prepared, error) {
	return w.rest().Prepare(w.t.Context(), "", portal.Ask{
		Subject: dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, Consent: &portal.Consent{Granted: true},
	})
}

// prepared is prepare with its signature.
func (w *world) prepared(citizen *portal.Citizen) (dovidka.ID, []byte) {
	w.t.Helper()
	p, err := w.prepare()
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID, w.sign(citizen, p.ToBeSigned.Content)
}

func (w *world) sign(citizen *portal.Citizen, content []byte) []byte {
	w.t.Helper()
	container, err := citizen.Sign(content)
	if err != nil {
		w.t.Fatal(err)
	}
	return container
}

// statement composes a statement for the bus.
func (w *world) statement() []byte {
	w.t.Helper()
	said, err := w.soap().NewStatement(w.at.Audience, dovidka.SubjectJSON{Relation: dovidka.RelationSelf}, dovidka.ActionObtain, consentText, consentVersion)
	if err != nil {
		w.t.Fatal(err)
	}
	content, err := said.Encode()
	if err != nil {
		w.t.Fatal(err)
	}
	return content
}

// message puts a signed statement into a message with an id of its own.
func (w *world) message(container, content []byte) []byte {
	w.t.Helper()
	message, err := w.soap().Message(container, content)
	if err != nil {
		w.t.Fatal(err)
	}
	return message
}

// send sends a message and returns its result code, or that of the fault.
func (w *world) send(message []byte) (string, trembita.GetDeclarationsResponse) {
	w.t.Helper()
	answer, err := w.soap().Send(w.t.Context(), message)
	var fault *portal.SOAPFault
	switch {
	case errors.As(err, &fault):
		return fault.Code, answer
	case err != nil:
		w.t.Errorf("the bus has no answer: %v", err)
	}
	return answer.ResultCode, answer
}

// healthy proves that both doors answer a good request. On a busy machine the
// answer may be late; then the caller asks again.
func (w *world) healthy() {
	w.t.Helper()
	citizen := w.signer("ostap-ec")
	id, container := w.prepared(citizen)
	result, err := w.rest().Submit(w.t.Context(), id, container)
	switch {
	case err == nil && result.Status == dovidka.StateAccepted:
		w.finishes(id)
	case err != nil || result.Result == nil:
		w.t.Errorf("REST: %s, %v", result.Status, err)
	}
	content := w.statement()
	message := w.message(w.sign(citizen, content), content)
	w.until("the SOAP answer", func() bool {
		code, _ := w.send(message)
		if code != trembita.ResultOK && !strings.HasSuffix(code, xroad.CodeTimeout) {
			w.t.Fatalf("SOAP: %s", code)
		}
		return code == trembita.ResultOK
	})
}

// call sends a request and returns status and body.
func (w *world) call(method, url, contentType string, body io.Reader) (*http.Response, []byte) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp, answer
}

// entry is what the tests read of an entry of the ledger.
type entry struct {
	Kind    dovidka.EventKind `json:"kind"`
	Request dovidka.ID        `json:"request"`
	Grant   dovidka.ID        `json:"grant"`
	Consent dovidka.ID        `json:"consentId"`

	Subject     dovidka.Pseudonym `json:"subject"`
	Relation    dovidka.Relation  `json:"relation"`
	Channel     dovidka.Channel   `json:"channel"`
	Caller      string            `json:"caller"`
	Service     string            `json:"service"`
	Message     string            `json:"message"`
	Transaction string            `json:"transaction"`
	User        dovidka.Pseudonym `json:"user"`
	PurposeID   string            `json:"purposeId"`
	Ground      string            `json:"ground"`
	Scope       dovidka.Scope     `json:"scope"`
	Code        dovidka.Code      `json:"code"`
	Detail      string            `json:"detail"`
	raw         string
}

// ledger proves the ledger and returns its entries. Nothing in it may be
// recorded by half.
func (w *world) ledger() []entry {
	w.t.Helper()
	db, err := database.Open(w.t.Context(), database.Config{URL: w.cfg.Databases.Ledger})
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	keys, err := readLedgerKeys(w.cfg.Ledger)
	if err != nil {
		w.t.Fatal(err)
	}
	key, _ := keys.grant.Public().(ed25519.PublicKey)
	log := ledgersql.New(db)
	if _, err := ledger.Verify(w.t.Context(), log, key, nil); err != nil {
		w.t.Errorf("the ledger is not sound: %v", err)
	}
	rows, err := log.Entries(w.t.Context(), 0, 10_000)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []entry
	of := map[dovidka.ID]map[dovidka.EventKind]int{}
	for _, row := range rows {
		var e entry
		if err := json.Unmarshal(row.Body, &e); err != nil {
			w.t.Fatal(err)
		}
		if of[e.Request] == nil {
			of[e.Request] = map[dovidka.EventKind]int{}
		}
		of[e.Request][e.Kind]++
		if e.Kind == dovidka.EventGranted && e.Ground != "" {
			of[e.Request][dovidka.EventConsentGiven]++ // the law stands in for it
		}
		e.raw = string(row.Body)
		out = append(out, e)
	}
	for id, kinds := range of {
		if kinds[dovidka.EventConsentGiven] != kinds[dovidka.EventGranted] || kinds[dovidka.EventGranted] > 1 {
			w.t.Errorf("request %s is recorded by half, or twice: %v", id, kinds)
		}
	}
	return out
}

// until calls ready until it holds.
func (w *world) until(what string, ready func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); !ready(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: waited in vain", what)
		}
	}
}

// finishes waits until a request has its answer.
func (w *world) finishes(id dovidka.ID) {
	w.t.Helper()
	w.until("request "+string(id), func() bool {
		result, err := w.rest().Result(w.t.Context(), id)
		var refusal *portal.Refusal
		if errors.As(err, &refusal) && !refusal.Reason.Retryable() {
			w.t.Fatalf("request %s: %v", id, err)
		}
		return err == nil && result.Status == dovidka.StateDone && result.Result != nil
	})
}
