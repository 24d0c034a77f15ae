// Package storetest is the contract of disclosure.Store as a test suite.
package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// Run holds a store against the contract. Each test gets a store of its own.
func Run(t *testing.T, open func(t *testing.T) disclosure.Store) {
	for name, test := range map[string]func(*testing.T, disclosure.Store){
		"open keeps what it was given":           openKeeps,
		"open twice keeps the first":             openTwice,
		"open keeps a refusal":                   openRefused,
		"an inquiry is kept, and wiped in time":  inquiry,
		"accept happens once":                    acceptOnce,
		"claims exclude each other":              claims,
		"a lost claim moves nothing":             lostClaim,
		"a nonce belongs to one case":            nonces,
		"reopen lets the citizen sign again":     reopen,
		"finish keeps the outcome":               finish,
		"due lists what no worker has":           due,
		"purge wipes answers and deletes cases":  purge,
		"purge never touches what was accepted":  purgeSparesAccepted,
		"a nonce outlives whoever may bring it":  nonceOutlives,
		"moving a case that is not there":        missing,
		"one of many acceptances at once is let": acceptRace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func newCase() disclosure.Case {
	id := dovidka.ID(uuid.NewString())
	return disclosure.Case{
		ID: id, State: dovidka.StateAwaiting, Key: "diia|portal|" + string(id), BodyDigest: [32]byte{1, 2, 3},
		Channel: dovidka.ChannelDiia,
		Caller: dovidka.Caller{
			Name: "portal", MessageID: string(id), TransactionID: "tx", Service: "svc", UserID: dovidka.NewUserID("UA1"), PurposeID: "p",
			SubjectID: dovidka.NewSubjectID("3075751279"),
		},
		Statement: []byte(`{"a":1}`), Nonce: "nonce-" + string(id), CreatedAt: start, ExpiresAt: start.Add(3 * time.Minute),
	}
}

func opened(t *testing.T, s disclosure.Store) disclosure.Case {
	t.Helper()
	c, isNew, err := s.Open(t.Context(), newCase())
	if err != nil || !isNew {
		t.Fatalf("Open: new %v, error %v", isNew, err)
	}
	return c
}

func accepted(t *testing.T, s disclosure.Store, claimedUntil time.Time) disclosure.Case {
	t.Helper()
	c := opened(t, s)
	must(t, s.Accept(t.Context(), c.ID, 0, []byte("cms"), nil, start, claimedUntil))
	return load(t, s, c.ID)
}

func load(t *testing.T, s disclosure.Store, id dovidka.ID) disclosure.Case {
	t.Helper()
	c, err := s.Load(t.Context(), id)
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var equate = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateComparable(dovidka.UserID{}, dovidka.SubjectID{})}

func openKeeps(t *testing.T, s disclosure.Store) {
	want := opened(t, s)
	if diff := cmp.Diff(want, load(t, s, want.ID), equate); diff != "" {
		t.Errorf("loaded case differs (-want +got):\n%s", diff)
	}
}

// A case may be opened at its end: a consent that was refused.
func openRefused(t *testing.T, s disclosure.Store) {
	want := newCase()
	want.State, want.Outcome.Code, want.FinishedAt = dovidka.StateRefused, dovidka.CodeConsentRefused, start
	_, _, err := s.Open(t.Context(), want)
	must(t, err)
	if diff := cmp.Diff(want, load(t, s, want.ID), equate); diff != "" {
		t.Errorf("loaded case differs (-want +got):\n%s", diff)
	}
}

func inquiry(t *testing.T, s disclosure.Store) {
	want := newCase()
	want.State, want.Inquiry, want.AcceptedAt = dovidka.StateAccepted, []byte(`{"scope":"status"}`), start
	want.Statement, want.Nonce, want.ExpiresAt = nil, "", time.Time{}
	_, _, err := s.Open(t.Context(), want)
	must(t, err)
	if diff := cmp.Diff(want, load(t, s, want.ID), equate); diff != "" {
		t.Errorf("loaded case differs (-want +got):\n%s", diff)
	}
	ids, err := s.Due(t.Context(), start, 10)
	must(t, err)
	if diff := cmp.Diff([]dovidka.ID{want.ID}, ids); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	must(t, s.Finish(t.Context(), want.ID, 0, disclosure.Outcome{Code: dovidka.CodeNotEntitled}, start, nil))
	wiped, _, err := s.Purge(t.Context(), start, start.Add(time.Minute), start.Add(-time.Minute))
	must(t, err)
	if got := load(t, s, want.ID); wiped != 1 || got.Inquiry != nil {
		t.Errorf("%d cases wiped; an inquiry of %d bytes is left", wiped, len(got.Inquiry))
	}
}

func openTwice(t *testing.T, s disclosure.Store) {
	first := opened(t, s)
	again := newCase()
	again.Key = first.Key
	kept, isNew, err := s.Open(t.Context(), again)
	must(t, err)
	if isNew || kept.ID != first.ID {
		t.Errorf("second Open: new %v, case %s; want the first, %s", isNew, kept.ID, first.ID)
	}
}

func acceptOnce(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start.Add(time.Minute))
	if c.State != dovidka.StateAccepted || string(c.Container) != "cms" || c.Attempts != 1 || !c.AcceptedAt.Equal(start) {
		t.Errorf("accepted case: state %s, container %q, attempts %d, at %s", c.State, c.Container, c.Attempts, c.AcceptedAt)
	}
	err := s.Accept(t.Context(), c.ID, 1, []byte("other"), nil, start, start)
	if !errors.Is(err, disclosure.ErrCaseState) {
		t.Errorf("second Accept: %v, want ErrCaseState", err)
	}
	if got := load(t, s, c.ID); string(got.Container) != "cms" {
		t.Errorf("second Accept changed the container to %q", got.Container)
	}
}

func acceptRace(t *testing.T, s disclosure.Store) {
	c := opened(t, s)
	var wg sync.WaitGroup
	results := make([]error, 8)
	for i := range results {
		wg.Go(func() { results[i] = s.Accept(t.Context(), c.ID, 0, []byte{byte(i)}, nil, start, start) })
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, disclosure.ErrCaseState):
			t.Errorf("Accept: %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d acceptances succeeded, want 1", won)
	}
}

func claims(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start.Add(time.Minute))
	for _, step := range []struct {
		name     string
		attempts int
		at       time.Time
		want     bool
	}{
		{"while the acceptor has it", 1, start.Add(30 * time.Second), false},
		{"loaded before it was accepted", 0, start.Add(time.Minute), false},
		{"after that", 1, start.Add(time.Minute), true},
		{"while the second worker has it", 2, start.Add(90 * time.Second), false},
		{"loaded before the second worker took it", 1, start.Add(time.Hour), false},
	} {
		got, err := s.Claim(t.Context(), c.ID, step.attempts, step.at, step.at.Add(time.Minute))
		must(t, err)
		if got != step.want {
			t.Errorf("claim %s: %v, want %v", step.name, got, step.want)
		}
	}
	must(t, s.ReleaseClaims(t.Context()))
	got, err := s.Claim(t.Context(), c.ID, 2, start, start.Add(time.Minute))
	must(t, err)
	if !got {
		t.Error("a released claim cannot be taken")
	}
	if got := load(t, s, c.ID).Attempts; got != 3 {
		t.Errorf("attempts %d, want 3", got)
	}
}

// lostClaim: a worker that slept over its claim moves nothing.
func lostClaim(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start.Add(time.Minute))
	claimed, err := s.Claim(t.Context(), c.ID, c.Attempts, start.Add(time.Hour), start.Add(2*time.Hour))
	if err != nil || !claimed {
		t.Fatalf("claimed %v, error %v", claimed, err)
	}
	for name, err := range map[string]error{
		"reopen": s.Reopen(t.Context(), c.ID, c.Attempts),
		"defer":  s.Defer(t.Context(), c.ID, c.Attempts, start),
		"finish": s.Finish(t.Context(), c.ID, c.Attempts, disclosure.Outcome{Code: dovidka.CodeInternal}, start, nil),
	} {
		if !errors.Is(err, disclosure.ErrCaseState) {
			t.Errorf("%s without the claim: %v, want ErrCaseState", name, err)
		}
	}
	must(t, s.Defer(t.Context(), c.ID, c.Attempts+1, start))
	must(t, s.Finish(t.Context(), c.ID, c.Attempts+1, disclosure.Outcome{GrantID: "g"}, start, nil))
	if got := load(t, s, c.ID); got.State != dovidka.StateDone || got.Outcome.GrantID != "g" {
		t.Errorf("state %s, grant %q", got.State, got.Outcome.GrantID)
	}
}

func nonces(t *testing.T, s disclosure.Store) {
	a, b := opened(t, s), opened(t, s)
	keep := start.Add(time.Hour)
	must(t, s.BurnNonce(t.Context(), "n1", a.ID, keep))
	must(t, s.BurnNonce(t.Context(), "n1", a.ID, keep))
	if err := s.BurnNonce(t.Context(), "n1", b.ID, keep); !errors.Is(err, disclosure.ErrNonceUsed) {
		t.Errorf("another case burned the nonce: %v", err)
	}
	must(t, s.BurnNonce(t.Context(), "n2", b.ID, keep))
	_, _, err := s.Purge(t.Context(), keep.Add(time.Second), time.Time{}, time.Time{})
	must(t, err)
	must(t, s.BurnNonce(t.Context(), "n1", b.ID, keep)) // forgotten
}

// nonceOutlives: a case that was accepted in time and waits, for a neighbour or
// for the next start, still may bring the same nonce.
func nonceOutlives(t *testing.T, s disclosure.Store) {
	first, waiting := opened(t, s), accepted(t, s, start.Add(time.Minute))
	keep := start.Add(5 * time.Minute)
	must(t, s.BurnNonce(t.Context(), "n1", first.ID, keep))
	late := start.Add(time.Hour)
	_, _, err := s.Purge(t.Context(), late, time.Time{}, time.Time{})
	must(t, err)
	if err := s.BurnNonce(t.Context(), "n1", waiting.ID, keep); !errors.Is(err, disclosure.ErrNonceUsed) {
		t.Errorf("the waiting case burned the nonce: %v", err)
	}
	must(t, s.Finish(t.Context(), waiting.ID, waiting.Attempts, disclosure.Outcome{Code: dovidka.CodeSignatureReplayed}, late, nil))
	must(t, s.Accept(t.Context(), opened(t, s).ID, 0, []byte("cms"), nil, late, late)) // too late for it
	_, _, err = s.Purge(t.Context(), late, time.Time{}, time.Time{})
	must(t, err)
	must(t, s.BurnNonce(t.Context(), "n1", waiting.ID, keep)) // forgotten
}

func reopen(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start.Add(time.Minute))
	must(t, s.Reopen(t.Context(), c.ID, c.Attempts))
	got := load(t, s, c.ID)
	if got.State != dovidka.StateAwaiting || got.Container != nil || got.Attempts != 1 {
		t.Errorf("reopened case: state %s, container %q, attempts %d", got.State, got.Container, got.Attempts)
	}
	must(t, s.Accept(t.Context(), c.ID, 1, []byte("better"), []byte("content"), start, start))
	if got := load(t, s, c.ID); got.Attempts != 2 || string(got.Content) != "content" {
		t.Errorf("accepted again: attempts %d, content %q", got.Attempts, got.Content)
	}
}

func finish(t *testing.T, s disclosure.Store) {
	done, refused := accepted(t, s, start), accepted(t, s, start)
	out := disclosure.Outcome{
		GrantID: "g", Record: []byte(`{}`),
		Sealed:  dovidka.Sealed{Bundle: []byte("bundle"), Signature: []byte("p7s"), SealedAt: start.Add(time.Second)},
		Receipt: dovidka.Receipt{RequestID: done.ID, GrantID: "g", ConsentID: "k", Index: 7, Hash: "ff", RecordedAt: start},
	}
	must(t, s.Finish(t.Context(), done.ID, 1, out, start.Add(time.Second), nil))
	got := load(t, s, done.ID)
	if diff := cmp.Diff(out, got.Outcome); diff != "" || got.State != dovidka.StateDone || !got.FinishedAt.Equal(start.Add(time.Second)) {
		t.Errorf("finished case: state %s at %s, outcome (-want +got):\n%s", got.State, got.FinishedAt, diff)
	}
	must(t, s.Finish(t.Context(), refused.ID, 1, disclosure.Outcome{Code: dovidka.CodePatientNotFound, Reason: "r"}, start, nil))
	got = load(t, s, refused.ID)
	if got.State != dovidka.StateRefused || got.Outcome.Code != dovidka.CodePatientNotFound || got.Outcome.Reason != "r" {
		t.Errorf("refused case: state %s, code %s", got.State, got.Outcome.Code)
	}
	if err := s.Finish(t.Context(), done.ID, 1, disclosure.Outcome{Code: dovidka.CodeInternal}, start, nil); !errors.Is(err, disclosure.ErrCaseState) {
		t.Errorf("finished twice: %v, want ErrCaseState", err)
	}
}

func due(t *testing.T, s disclosure.Store) {
	opened(t, s)
	later, sooner := accepted(t, s, start.Add(2*time.Minute)), accepted(t, s, start.Add(time.Minute))
	must(t, s.Defer(t.Context(), later.ID, 1, start.Add(3*time.Minute)))
	for at, want := range map[time.Duration][]dovidka.ID{
		0: nil, time.Minute: {sooner.ID}, 2 * time.Minute: {sooner.ID}, 3 * time.Minute: {sooner.ID, later.ID},
	} {
		got, err := s.Due(t.Context(), start.Add(at), 10)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("due after %s (-want +got):\n%s", at, diff)
		}
	}
}

func purge(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start)
	must(t, s.Finish(t.Context(), c.ID, c.Attempts, disclosure.Outcome{
		GrantID: "g", Record: []byte("{}"), Sealed: dovidka.Sealed{Bundle: []byte("b"), Signature: []byte("s"), SealedAt: start},
	}, start.Add(time.Minute), nil))
	at := start.Add(time.Hour)
	wiped, deleted, err := s.Purge(t.Context(), at, start.Add(2*time.Minute), start.Add(-time.Minute))
	must(t, err)
	got := load(t, s, c.ID)
	if wiped != 1 || deleted != 0 || got.Outcome.Sealed.Bundle != nil || got.Outcome.Record != nil || got.Container != nil || got.Outcome.GrantID != "g" {
		t.Errorf("wiped %d, deleted %d, case after: %d bytes of bundle", wiped, deleted, len(got.Outcome.Sealed.Bundle))
	}
	if !got.Caller.UserID.IsZero() || !got.Caller.SubjectID.IsZero() || got.Statement != nil {
		t.Error("the caller's user, or whom the statement names, outlived the answer")
	}
	_, deleted, err = s.Purge(t.Context(), at, start, start.Add(time.Minute))
	must(t, err)
	if _, err := s.Load(t.Context(), c.ID); deleted != 1 || !errors.Is(err, disclosure.ErrNoCase) {
		t.Errorf("deleted %d, then Load: %v", deleted, err)
	}
}

func purgeSparesAccepted(t *testing.T, s disclosure.Store) {
	c := accepted(t, s, start)
	future := start.Add(1000 * time.Hour)
	_, deleted, err := s.Purge(t.Context(), future, future, future)
	must(t, err)
	if got := load(t, s, c.ID); deleted != 0 || string(got.Container) != "cms" {
		t.Errorf("deleted %d; container %q", deleted, got.Container)
	}
}

func missing(t *testing.T, s disclosure.Store) {
	if _, err := s.Load(t.Context(), "none"); !errors.Is(err, disclosure.ErrNoCase) {
		t.Errorf("Load: %v, want ErrNoCase", err)
	}
	if err := s.Finish(t.Context(), "none", 1, disclosure.Outcome{}, start, nil); !errors.Is(err, disclosure.ErrCaseState) {
		t.Errorf("Finish: %v, want ErrCaseState", err)
	}
	if claimed, err := s.Claim(t.Context(), "none", 1, start, start); claimed || err != nil {
		t.Errorf("Claim: %v, %v", claimed, err)
	}
}
