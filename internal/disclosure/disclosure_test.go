package disclosure_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

const audience = "dovidka-test"

var portal = dovidka.Caller{Name: "portal", MessageID: "6f1f7f0e-0000-4000-8000-000000000001"}

// neighbours is a verifier, a ledger, a registry and a sealer in one, small and
// obedient: a container is "signed:" followed by its content.
type neighbours struct {
	mu      sync.Mutex // protects everything below
	events  []string
	fail    map[string]error // by step, once each
	panics  string           // the step that breaks, always
	during  func()           // what else happens while "seal" is taken, once
	signer  dovidka.RNOKPP
	revoked bool
	fetched []string // message ids of those who were given a stored answer
}

const ground = "Закон України 2297-VI, стаття 7"

func (n *neighbours) step(name string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.fail[name]; err != nil {
		delete(n.fail, name)
		return err
	}
	if n.panics == name {
		panic("РНОКПП 3075751279")
	}
	n.events = append(n.events, name)
	if name == "seal" && n.during != nil {
		n.during()
		n.during = nil
	}
	return nil
}

func (n *neighbours) Verify(_ context.Context, req dovidka.Request) (dovidka.Requester, error) {
	if err := n.step("verify"); err != nil {
		return dovidka.Requester{}, err
	}
	const mark = "signed:"
	if len(req.Container) < len(mark) || string(req.Container[:len(mark)]) != mark {
		return dovidka.Requester{}, dovidka.NewFault(dovidka.CodeSignatureInvalid, "no mark")
	}
	return dovidka.Requester{RNOKPP: n.signer, Content: req.Container[len(mark):], ContainerDigest: sha256.Sum256(req.Container)}, nil
}

func (n *neighbours) Permit(_ context.Context, _ dovidka.Requester, said dovidka.Statement, _ dovidka.Request) (dovidka.Grant, error) {
	if !said.Consent.Granted {
		return dovidka.Grant{}, dovidka.NewFault(dovidka.CodeConsentRefused, "no")
	}
	return dovidka.Grant{}, n.step("permit")
}

func (n *neighbours) Withdraw(context.Context, dovidka.Requester, dovidka.Statement, dovidka.Request) (int, error) {
	return 2, n.step("withdraw")
}

func (n *neighbours) Refuse(_ context.Context, r dovidka.Refusal) error {
	return n.step("refuse " + string(r.Fault.Code))
}

func (n *neighbours) Record(_ context.Context, _ dovidka.Grant, digest [32]byte) (dovidka.Receipt, error) {
	return dovidka.Receipt{GrantID: "g", Index: 3, Hash: fmt.Sprintf("%x", digest)}, n.step("record")
}

func (n *neighbours) PermitByLaw(_ context.Context, req dovidka.Request) (dovidka.Grant, error) {
	if req.Inquiry.Ground != ground {
		return dovidka.Grant{}, dovidka.NewFault(dovidka.CodeNotEntitled, "no")
	}
	return dovidka.Grant{}, n.step("permit-by-law")
}

func (n *neighbours) Release(_ context.Context, _ dovidka.ID, _ [32]byte, caller dovidka.Caller) error {
	n.mu.Lock()
	n.fetched = append(n.fetched, caller.MessageID)
	n.mu.Unlock()
	if n.revoked {
		return dovidka.NewFault(dovidka.CodeConsentWithdrawn, "withdrawn")
	}
	return n.step("release")
}

func (n *neighbours) Read(context.Context, dovidka.Grant) (dovidka.Record, error) {
	return dovidka.Record{Patient: dovidka.Patient{ID: "p", Name: dovidka.PersonName{Family: "Вигаданий", Given: "Остап"}}}, n.step("read")
}

func (n *neighbours) Seal(_ context.Context, content []byte) (dovidka.Sealed, error) {
	return dovidka.Sealed{Bundle: content, Signature: []byte("p7s"), SealedAt: time.Unix(1, 0).UTC()}, n.step("seal")
}

// took returns the steps since the last call.
func (n *neighbours) took() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := fmt.Sprint(n.events)
	n.events = nil
	return out
}

type fixture struct {
	*neighbours
	*disclosure.Service
	store disclosure.Store
	cfg   disclosure.Config
	clock *clock
}

type clock struct {
	mu sync.Mutex // protects at
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	store, err := sqlstore.New(t.Context(), databasetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	n := &neighbours{signer: signer, fail: map[string]error{}}
	c := &clock{at: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)}
	cfg := disclosure.Config{
		Store: store, Verifier: n, Ledger: n, Registry: n, Sealer: n,
		Compose:  func(dovidka.Record, dovidka.ID) ([]byte, error) { return []byte(`{"resourceType":"Bundle"}`), nil },
		Audience: audience, ConsentText: "Я надаю згоду", ConsentVersion: "1", WithdrawalText: "Я відкликаю згоду",
		Now: c.now, SoleOwner: true,
	}
	return &fixture{neighbours: n, Service: start(t, cfg), store: store, cfg: cfg, clock: c}
}

func start(t *testing.T, cfg disclosure.Config) *disclosure.Service {
	t.Helper()
	s, err := disclosure.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (f *fixture) ask() dovidka.Ask {
	yes := true
	caller := portal
	caller.MessageID = uuid.NewString()
	return dovidka.Ask{
		Caller: caller, Channel: dovidka.ChannelDiia, Action: dovidka.ActionObtain,
		Subject: dovidka.Subject{Relation: dovidka.RelationSelf}, ConsentGranted: &yes, BodyDigest: [32]byte{1},
	}
}

func (f *fixture) prepare(t *testing.T) dovidka.Prepared {
	t.Helper()
	p, err := f.Prepare(t.Context(), f.ask())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func signed(id dovidka.ID, statement []byte) dovidka.Request {
	return dovidka.Request{ID: id, Channel: dovidka.ChannelDiia, Caller: portal, Container: append([]byte("signed:"), statement...)}
}

func wantCode(t *testing.T, err error, want dovidka.Code) {
	t.Helper()
	if fault := dovidka.FaultOf(err); fault == nil || fault.Code != want {
		t.Fatalf("error %v, want code %s", err, want)
	}
}

func wantSteps(t *testing.T, f *fixture, want string) {
	t.Helper()
	if got := f.took(); got != want {
		t.Errorf("steps %s, want %s", got, want)
	}
}

const wholeRoad = "[verify permit read seal record]"

func TestAnswerTakesTheWholeRoad(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	got, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	if err != nil {
		t.Fatal(err)
	}
	if got.State != dovidka.StateDone || got.Answer == nil || got.Answer.Receipt.Index != 3 || got.Answer.Record.Patient.LastName != "Вигаданий" {
		t.Errorf("state %s, answer present %v", got.State, got.Answer != nil)
	}
	wantSteps(t, f, wholeRoad)
}

func TestStoredAnswerIsReleasedUnderItsOwnRecord(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	for range 2 { // the first submission works, the second finds the answer
		if _, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil {
			t.Fatal(err)
		}
	}
	wantSteps(t, f, "[verify permit read seal record release]")
	if got, err := f.Progress(t.Context(), p.ID, portal); err != nil || string(got.Answer.Sealed.Signature) != "p7s" {
		t.Errorf("progress: %v", err)
	}
	wantSteps(t, f, "[release]")

	f.revoked = true
	_, err := f.Progress(t.Context(), p.ID, portal)
	wantCode(t, err, dovidka.CodeConsentWithdrawn)

	f.revoked = false
	f.fail["release"] = dovidka.NewFault(dovidka.CodeStorageUnavailable, "disk full")
	_, err = f.Progress(t.Context(), p.ID, portal)
	wantCode(t, err, dovidka.CodeStorageUnavailable)
}

func TestAnotherCallerSeesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	stranger := portal
	stranger.Name = "stranger"
	_, err := f.Progress(t.Context(), p.ID, stranger)
	wantCode(t, err, dovidka.CodeRequestUnknown)
	req := signed(p.ID, p.Statement)
	req.Caller = stranger
	_, err = f.Submit(t.Context(), req)
	wantCode(t, err, dovidka.CodeRequestUnknown)
	wantSteps(t, f, "[]")
}

func TestPrepareIsIdempotent(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := f.ask()
	first, err := f.Prepare(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.Prepare(t.Context(), ask)
	if err != nil || again.ID != first.ID || string(again.Statement) != string(first.Statement) {
		t.Errorf("the same ask gave another statement (error %v)", err)
	}
	ask.BodyDigest[0]++
	_, err = f.Prepare(t.Context(), ask)
	wantCode(t, err, dovidka.CodeRequestConflict)
}

func TestNothingIsPreparedAnewWhenTheAnswerIsGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := f.ask()
	p, err := f.Prepare(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil {
		t.Fatal(err)
	}
	now := f.clock.now()
	if _, _, err := f.store.Purge(t.Context(), now, now.Add(time.Minute), now.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, err = f.Prepare(t.Context(), ask)
	wantCode(t, err, dovidka.CodeRequestExpired)
	_, err = f.Progress(t.Context(), p.ID, portal)
	wantCode(t, err, dovidka.CodeRequestExpired)
	_, err = f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeRequestExpired)
}

func TestConsentIsAskedForBeforeAnything(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := f.ask()
	ask.ConsentGranted = nil
	_, err := f.Prepare(t.Context(), ask)
	wantCode(t, err, dovidka.CodeConsentRequired)
	no := false
	ask = f.ask()
	ask.ConsentGranted = &no
	_, err = f.Prepare(t.Context(), ask)
	wantCode(t, err, dovidka.CodeConsentRefused)
	wantSteps(t, f, "[refuse consent-required refuse consent-refused]")
}

func TestRefusedConsentHoldsItsRequestID(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := f.ask()
	no := false
	ask.ConsentGranted, ask.BodyDigest = &no, [32]byte{9}
	for range 2 {
		_, err := f.Prepare(t.Context(), ask)
		wantCode(t, err, dovidka.CodeConsentRefused)
	}
	changed := f.ask()
	changed.Caller = ask.Caller
	_, err := f.Prepare(t.Context(), changed)
	wantCode(t, err, dovidka.CodeRequestConflict)
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ask := f.ask()
	ask.Action, ask.ConsentGranted = dovidka.ActionWithdraw, nil
	p, err := f.Prepare(t.Context(), ask)
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	if err != nil || got.Answer.Withdrawn != 2 || got.Answer.Sealed.Bundle != nil {
		t.Errorf("withdrawn %+v, error %v", got.Answer, err)
	}
	wantSteps(t, f, "[verify withdraw]")
}

func TestBadSignatureMayBeRepeatedUntilItExpires(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	bad := signed(p.ID, p.Statement)
	bad.Container[0] ^= 1
	_, err := f.Submit(t.Context(), bad)
	wantCode(t, err, dovidka.CodeSignatureInvalid)
	other := signed(p.ID, []byte(`{"another":"statement"}`))
	_, err = f.Submit(t.Context(), other)
	wantCode(t, err, dovidka.CodeSignatureMismatch)
	f.took()
	if _, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil {
		t.Fatal(err)
	}
	wantSteps(t, f, wholeRoad)
	_, err = f.Submit(t.Context(), other)
	wantCode(t, err, dovidka.CodeRequestConflict)

	late := f.prepare(t)
	f.clock.add(181 * time.Second)
	f.took()
	_, err = f.Submit(t.Context(), signed(late.ID, late.Statement))
	wantCode(t, err, dovidka.CodeRequestExpired)
	wantSteps(t, f, "[refuse request-expired]")
}

func TestSignaturesAreCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	for i := range 5 {
		bad := signed(p.ID, p.Statement)
		bad.Container[0] = byte(i)
		_, err := f.Submit(t.Context(), bad)
		wantCode(t, err, dovidka.CodeSignatureInvalid)
	}
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeRequestConflict)
}

func TestTwoSubmissionsAtOnceDoTheWorkOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			got, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
			if err != nil || got.State != dovidka.StateDone {
				t.Errorf("state %s, error %v", got.State, err)
			}
		})
	}
	wg.Wait()
	wantSteps(t, f, "[verify permit read seal record release release release release release release release]")
}

// composed is a request whose statement the caller made itself.
func (f *fixture) composed(t *testing.T, change func(*dovidka.Statement)) dovidka.Request {
	t.Helper()
	now := f.clock.now()
	said := dovidka.Statement{
		Action: dovidka.ActionObtain, ID: dovidka.ID(uuid.NewString()), Nonce: uuid.NewString(), Audience: audience,
		IssuedAt: now, ExpiresAt: now.Add(time.Minute), Subject: dovidka.Subject{Relation: dovidka.RelationSelf},
		Consent: dovidka.ConsentTerms{Granted: true, Purpose: "patient-access", Recipient: "bus", TextVersion: "1", Text: "так"},
	}
	if change != nil {
		change(&said)
	}
	statement, err := said.Encode()
	if err != nil {
		t.Fatal(err)
	}
	req := signed(dovidka.ID(uuid.NewString()), statement)
	req.Channel, req.Caller = dovidka.ChannelTrembita, dovidka.Caller{Name: "bus", MessageID: "321"}
	return req
}

func TestStatementComposedByTheCaller(t *testing.T) {
	t.Parallel()
	other, err := dovidka.ParseRNOKPP("4215602049")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*dovidka.Statement)
		want   dovidka.Code
	}{
		"as it should be":     {nil, ""},
		"to another audience": {func(s *dovidka.Statement) { s.Audience = "other" }, dovidka.CodeSignatureMismatch},
		"for another body":    {func(s *dovidka.Statement) { s.Consent.Recipient = "other" }, dovidka.CodeSignatureMismatch},
		"no longer valid": {func(s *dovidka.Statement) {
			s.IssuedAt = s.IssuedAt.Add(-2 * time.Minute)
			s.ExpiresAt = s.IssuedAt.Add(time.Minute)
		}, dovidka.CodeRequestExpired},
		"of the future": {func(s *dovidka.Statement) {
			s.IssuedAt = s.IssuedAt.Add(2 * time.Minute)
			s.ExpiresAt = s.IssuedAt.Add(time.Minute)
		}, dovidka.CodeRequestExpired},
		"valid too long":      {func(s *dovidka.Statement) { s.ExpiresAt = s.IssuedAt.Add(time.Hour) }, dovidka.CodeInvalid},
		"about somebody else": {func(s *dovidka.Statement) { s.Subject.RNOKPP = other }, dovidka.CodeSubjectMismatch},
		"without consent":     {func(s *dovidka.Statement) { s.Consent.Granted = false }, dovidka.CodeConsentRefused},
		"without a nonce":     {func(s *dovidka.Statement) { s.Nonce = "" }, dovidka.CodeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			got, err := f.Submit(t.Context(), f.composed(t, test.change))
			if test.want != "" {
				wantCode(t, err, test.want)
				return
			}
			if err != nil || got.State != dovidka.StateDone {
				t.Errorf("state %s, error %v", got.State, err)
			}
		})
	}
}

func TestNonceServesOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := f.composed(t, nil)
	if _, err := f.Submit(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	f.took()
	retry := req
	retry.ID = dovidka.ID(uuid.NewString())
	if _, err := f.Submit(t.Context(), retry); err != nil { // the same message again
		t.Fatal(err)
	}
	wantSteps(t, f, "[release]")
	replay := req
	replay.ID, replay.Caller.MessageID = dovidka.ID(uuid.NewString()), "322"
	_, err := f.Submit(t.Context(), replay)
	wantCode(t, err, dovidka.CodeSignatureReplayed)
	wantSteps(t, f, "[verify refuse signature-replayed]")
}

// TestOneCallersMessageIsNotAnothers: codes and ids are the callers' to choose,
// so no character in them may make two messages one.
func TestOneCallersMessageIsNotAnothers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := f.composed(t, nil)
	req.Caller.MessageID = "cons|321"
	if _, err := f.Submit(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	other := req
	other.ID, other.Caller = dovidka.ID(uuid.NewString()), dovidka.Caller{Name: req.Caller.Name + "|cons", MessageID: "321"}
	_, err := f.Submit(t.Context(), other)
	wantCode(t, err, dovidka.CodeSignatureMismatch)
}

func TestFailedNeighbourIsTriedAgain(t *testing.T) {
	t.Parallel()
	unavailable := dovidka.NewFault(dovidka.CodeRegistryUnavailable, "gone")
	// The machine slept, or its clock was set: the grant's minute is not now.
	outOfTime := dovidka.NewFault(dovidka.CodeInternal, "open grant: %w", dovidka.ErrGrant)
	for name, test := range map[string]struct {
		step string
		err  error
		code dovidka.Code
	}{
		"permit":             {"permit", unavailable, dovidka.CodeRegistryUnavailable},
		"read":               {"read", unavailable, dovidka.CodeRegistryUnavailable},
		"record":             {"record", unavailable, dovidka.CodeRegistryUnavailable},
		"read out of time":   {"read", outOfTime, dovidka.CodeTimeout},
		"record out of time": {"record", fmt.Errorf("record disclosure: %w", dovidka.ErrGrant), dovidka.CodeTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			p := f.prepare(t)
			f.fail[test.step] = test.err
			_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
			wantCode(t, err, test.code)
			got, err := f.Progress(t.Context(), p.ID, portal)
			if err != nil || got.State != dovidka.StateAccepted {
				t.Fatalf("state %s, error %v; want accepted", got.State, err)
			}
			f.clock.add(5 * time.Second) // the back-off is over
			if got, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil || got.State != dovidka.StateDone {
				t.Errorf("second try: state %s, error %v", got.State, err)
			}
		})
	}
}

// TestOvertakenWorkerTellsWhatBecameOfTheCase: a machine that slept finds its
// case claimed, and perhaps finished, by another.
func TestOvertakenWorkerTellsWhatBecameOfTheCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	answer := disclosure.Outcome{GrantID: "g", Sealed: dovidka.Sealed{Bundle: []byte(`{"the":"first"}`), Signature: []byte("p7s"), SealedAt: time.Unix(1, 0)}}
	f.during = func() {
		f.clock.add(time.Minute)
		now := f.clock.now()
		if claimed, err := f.store.Claim(t.Context(), p.ID, 1, now, now.Add(time.Minute)); err != nil || !claimed {
			t.Errorf("claimed %v, error %v", claimed, err)
		}
		if err := f.store.Finish(t.Context(), p.ID, 2, answer, now, nil); err != nil {
			t.Error(err)
		}
	}
	got, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	if err != nil || got.State != dovidka.StateDone || string(got.Answer.Sealed.Bundle) != `{"the":"first"}` {
		t.Errorf("state %s, error %v", got.State, err)
	}
	wantSteps(t, f, "[verify permit read seal record release]")
}

func TestLongOutageIsWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	for range 40 {
		f.fail["read"] = dovidka.NewFault(dovidka.CodeRegistryUnavailable, "gone")
		_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
		wantCode(t, err, dovidka.CodeRegistryUnavailable)
		f.clock.add(time.Hour) // longer than any back-off
	}
	if got, err := f.Submit(t.Context(), signed(p.ID, p.Statement)); err != nil || got.State != dovidka.StateDone {
		t.Errorf("after 40 hours: state %s, error %v", got.State, err)
	}
}

func TestRefusalThatCannotBeRecordedIsNotARefusal(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	f.fail["read"] = dovidka.NewFault(dovidka.CodePatientNotFound, "nobody")
	f.fail["refuse patient-not-found"] = dovidka.NewFault(dovidka.CodeStorageUnavailable, "disk full")
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeStorageUnavailable)
	got, err := f.Progress(t.Context(), p.ID, portal)
	if err != nil || got.State != dovidka.StateAccepted {
		t.Errorf("state %s, error %v; want accepted", got.State, err)
	}
}

func TestRefusalIsKept(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	f.fail["read"] = dovidka.NewFault(dovidka.CodePatientNotFound, "several")
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodePatientNotFound)
	got, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	if err != nil || got.State != dovidka.StateRefused || got.Fault.Code != dovidka.CodePatientNotFound {
		t.Errorf("second submission: state %s, fault %v, error %v", got.State, got.Fault, err)
	}
	wantSteps(t, f, "[verify permit refuse patient-not-found]")
}

func TestInterruptedCaseIsFinishedByTheNextProcess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	now := f.clock.now()
	// A process accepted the request and died.
	if err := f.store.Accept(t.Context(), p.ID, 0, append([]byte("signed:"), p.Statement...), nil, now, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	next := start(t, f.cfg)
	if err := next.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	// What is accepted from now on is in work here.
	mine := f.prepare(t)
	if err := f.store.Accept(t.Context(), mine.ID, 0, append([]byte("signed:"), mine.Statement...), nil, now, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- next.Run(ctx) }()
	got := waitDone(t, next, p.ID)
	if string(got.Answer.Sealed.Bundle) == "" {
		t.Error("no bundle")
	}
	if got, err := f.store.Load(t.Context(), mine.ID); err != nil || got.State != dovidka.StateAccepted || got.Attempts != 1 {
		t.Errorf("a case in work: state %s after %d attempts, error %v", got.State, got.Attempts, err)
	}
	stop()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}

func waitDone(t *testing.T, s *disclosure.Service, id dovidka.ID) dovidka.Progress {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got, err := s.Progress(t.Context(), id, portal)
		if err != nil {
			t.Fatal(err)
		}
		if got.State == dovidka.StateDone {
			return got
		}
	}
	t.Fatal("the case was not finished")
	return dovidka.Progress{}
}

func TestClosedServiceIsBusy(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeBusy)
}

func TestDefectEndsTheCase(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.prepare(t)
	f.fail["seal"] = errors.New("key is gone")
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeInternal)
	got, err := f.Progress(t.Context(), p.ID, portal)
	if err != nil || got.State != dovidka.StateRefused || got.Fault.Code != dovidka.CodeInternal {
		t.Errorf("state %s, fault %v, error %v", got.State, got.Fault, err)
	}
}

// TestPanicEndsTheCase: what broke the process once would break it after every
// start, for an accepted case is taken up again.
func TestPanicEndsTheCase(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := newFixture(t)
	f.cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	f.Service = start(t, f.cfg)
	p := f.prepare(t)
	f.panics = "verify"
	_, err := f.Submit(t.Context(), signed(p.ID, p.Statement))
	wantCode(t, err, dovidka.CodeInternal)
	got, err := f.Progress(t.Context(), p.ID, portal)
	if err != nil || got.State != dovidka.StateRefused || got.Fault.Code != dovidka.CodeInternal {
		t.Errorf("state %s, fault %v, error %v", got.State, got.Fault, err)
	}
	if text := log.String(); !strings.Contains(text, "disclosure_test.go") || strings.Contains(text, "3075751279") {
		t.Errorf("the log must tell where it broke, and no value: %s", text)
	}
}

// loads counts how often cases are read.
type loads struct {
	disclosure.Store
	n atomic.Int64
}

func (l *loads) Load(ctx context.Context, id dovidka.ID) (disclosure.Case, error) {
	l.n.Add(1)
	return l.Store.Load(ctx, id)
}

// TestWaitingIsCheap: while a neighbour is down, callers repeat what was
// accepted, and all of them wait.
func TestWaitingIsCheap(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	counted := &loads{Store: f.store}
	f.cfg.Store, f.cfg.Budget = counted, 2*time.Second
	f.Service = start(t, f.cfg)
	p := f.prepare(t)
	now := f.clock.now()
	req := signed(p.ID, p.Statement)
	if err := f.store.Accept(t.Context(), p.ID, 0, req.Container, nil, now, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	got, err := f.Submit(t.Context(), req)
	if err != nil || got.State != dovidka.StateAccepted {
		t.Fatalf("state %s, error %v", got.State, err)
	}
	if n := counted.n.Load(); n > 15 {
		t.Errorf("%d reads in %s of waiting", n, f.cfg.Budget)
	}
}
