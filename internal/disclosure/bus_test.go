package disclosure_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
)

var body = dovidka.Caller{Name: "SEVDEIR/GOV/00000002/PFU_cons", MessageID: "321"}

func inquiry(t *testing.T) dovidka.Request {
	t.Helper()
	in, err := dovidka.InquiryJSON{
		Scope: dovidka.ScopeDeclarations, Ground: ground,
		Subject: dovidka.SubjectJSON{RNOKPP: "3075751279", LastName: "Вигаданий", FirstName: "Остап"},
	}.Parse()
	if err != nil {
		t.Fatal(err)
	}
	return dovidka.Request{ID: dovidka.ID(uuid.NewString()), Channel: dovidka.ChannelTrembita, Caller: body, Inquiry: &in}
}

const lawfulRoad = "[permit-by-law read seal record]"

func TestInquire(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for range 2 { // the same message again is another inquiry
		req := inquiry(t)
		got, err := f.Inquire(t.Context(), req)
		if err != nil || got.RequestID != req.ID || got.Receipt.Index != 3 || got.Record.Patient.LastName != "Вигаданий" {
			t.Fatalf("answer to %s, %v", got.RequestID, err)
		}
		wantSteps(t, f, lawfulRoad)
		if _, err := f.store.Load(t.Context(), req.ID); !errors.Is(err, disclosure.ErrNoCase) {
			t.Errorf("something is kept: %v", err)
		}
	}
}

func TestInquireRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := inquiry(t)
	req.Inquiry.Ground = "цікаво"
	_, err := f.Inquire(t.Context(), req)
	wantCode(t, err, dovidka.CodeNotEntitled) // the ledger has recorded it itself
	wantSteps(t, f, "[]")

	f.fail["read"] = dovidka.NewFault(dovidka.CodePatientNotFound, "nobody")
	_, err = f.Inquire(t.Context(), inquiry(t))
	wantCode(t, err, dovidka.CodePatientNotFound)
	wantSteps(t, f, "[permit-by-law refuse patient-not-found]")

	for step, code := range map[string]dovidka.Code{
		"read": dovidka.CodeRegistryUnavailable, "record": dovidka.CodeStorageUnavailable, "permit-by-law": dovidka.CodeStorageUnavailable,
	} {
		f.fail[step] = dovidka.NewFault(code, "down")
		answer, err := f.Inquire(t.Context(), inquiry(t))
		wantCode(t, err, code)
		if answer.Sealed.Bundle != nil {
			t.Errorf("%s failed and data left", step)
		}
	}
	req.Inquiry = nil
	if _, err := f.Inquire(t.Context(), req); err == nil {
		t.Error("a request without an inquiry was answered")
	}
}

func TestInquirePanics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.panics = "read"
	_, err := f.Inquire(t.Context(), inquiry(t))
	wantCode(t, err, dovidka.CodeInternal)
	if strings.Contains(err.Error(), "3075751279") {
		t.Error("the error tells what the panic said")
	}
}

// slowRegistry answers when its context ends.
type slowRegistry struct{}

func (slowRegistry) Read(ctx context.Context, _ dovidka.Grant) (dovidka.Record, error) {
	<-ctx.Done()
	return dovidka.Record{}, ctx.Err()
}

func TestInquireEndsWithItsTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	cfg := f.cfg
	cfg.Registry, cfg.Budget, cfg.Store = slowRegistry{}, time.Minute, nil
	synctest.Test(t, func(t *testing.T) {
		cfg := cfg
		cfg.Store = f.store // not touched by an inquiry
		s, err := disclosure.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Inquire(t.Context(), inquiry(t))
		wantCode(t, err, dovidka.CodeTimeout)

		gone, leave := context.WithCancel(t.Context())
		leave()
		_, err = s.Inquire(gone, inquiry(t))
		wantCode(t, err, dovidka.CodeBusy)

		// Close waits for it, and cuts it short when its own time is over.
		ended := make(chan error, 1)
		go func() { _, err := s.Inquire(context.Background(), inquiry(t)); ended <- err }()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Close(short); err == nil {
			t.Error("closed while an inquiry was in work")
		}
		wantCode(t, <-ended, dovidka.CodeBusy)
	})
}

// waitFor waits for the end of a case of the caller.
func waitFor(t *testing.T, s *disclosure.Service, id dovidka.ID, caller dovidka.Caller) dovidka.Progress {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		got, err := s.Progress(t.Context(), id, caller)
		if err != nil {
			t.Fatal(err)
		}
		if got.State == dovidka.StateDone || got.State == dovidka.StateRefused {
			return got
		}
	}
	t.Fatal("the case was not finished")
	return dovidka.Progress{}
}

func TestEnqueueInquiry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := inquiry(t)
	p, err := f.Enqueue(t.Context(), req)
	if err != nil || p.ID != req.ID || p.State != dovidka.StateAccepted || p.Answer != nil {
		t.Fatalf("%+v, %v", p, err)
	}
	later := body
	later.MessageID = "322"
	got := waitFor(t, f.Service, p.ID, later)
	if got.Answer == nil || got.Answer.Record.Patient.LastName != "Вигаданий" {
		t.Error("no answer")
	}
	if got.Inquiry == nil || got.Inquiry.Subject.RNOKPP != req.Inquiry.Subject.RNOKPP || got.Inquiry.Scope != req.Inquiry.Scope {
		t.Errorf("the answer is to %v", got.Inquiry)
	}
	if f.fetched = slices.Compact(f.fetched); !slices.Equal(f.fetched, []string{"322"}) {
		t.Errorf("released to the messages %v", f.fetched)
	}
	stranger := body
	stranger.Name = "SEVDEIR/GOV/00000003/OTHER"
	_, err = f.Progress(t.Context(), p.ID, stranger)
	wantCode(t, err, dovidka.CodeRequestUnknown)

	other := body
	other.PurposeID = "another"
	_, err = f.Progress(t.Context(), p.ID, other)
	wantCode(t, err, dovidka.CodeRequestUnknown)

	// The same message again is another inquiry.
	again := inquiry(t)
	p, err = f.Enqueue(t.Context(), again)
	if err != nil || p.ID != again.ID {
		t.Errorf("the second is %s, %v", p.ID, err)
	}
	waitFor(t, f.Service, p.ID, later)
}

// TestWipedInquiry is known to have been one: a door words what is left of it.
func TestWipedInquiry(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	lawful, refused := inquiry(t), inquiry(t)
	refused.Inquiry.Ground = "цікаво"
	for _, req := range []dovidka.Request{lawful, refused} {
		if _, err := f.Enqueue(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		waitFor(t, f.Service, req.ID, body)
	}
	now := f.clock.now()
	if wiped, _, err := f.store.Purge(t.Context(), now, now.Add(time.Hour), now.Add(-time.Hour)); err != nil || wiped != 2 {
		t.Fatalf("wiped %d, %v", wiped, err)
	}
	_, err := f.Progress(t.Context(), lawful.ID, body)
	wantCode(t, err, dovidka.CodeRequestExpired)
	got, err := f.Progress(t.Context(), refused.ID, body)
	if err != nil || got.Fault == nil || got.Fault.Code != dovidka.CodeNotEntitled || got.Inquiry == nil || !got.Inquiry.Subject.RNOKPP.IsZero() {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestRefuse records what a door found out before anything was asked.
func TestRefuse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req, fault := inquiry(t), dovidka.NewFault(dovidka.CodeDeclarationNumberInvalid, "no number")
	if err := f.Service.Refuse(t.Context(), req, fault); !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
	wantSteps(t, f, "[refuse declaration-number-invalid]")
	f.fail["refuse declaration-number-invalid"] = dovidka.NewFault(dovidka.CodeStorageUnavailable, "disk full")
	wantCode(t, f.Service.Refuse(t.Context(), req, fault), dovidka.CodeStorageUnavailable)
	req.Inquiry = nil
	if err := f.Service.Refuse(t.Context(), req, fault); err == nil || errors.Is(err, fault) {
		t.Errorf("a citizen's request: %v", err)
	}
}

func TestEnqueueRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := inquiry(t)
	req.Inquiry.Ground = "цікаво"
	p, err := f.Enqueue(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := waitFor(t, f.Service, p.ID, body); got.Fault == nil || got.Fault.Code != dovidka.CodeNotEntitled {
		t.Errorf("ended as %+v", got)
	}
}

// TestEnqueueSigned: a citizen's signed message is the same request again.
func TestEnqueueSigned(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := onTheBus(t, f)
	p, err := f.Enqueue(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, f.Service, p.ID, req.Caller)
	wantRoad := f.took()
	if !strings.HasPrefix(wantRoad, "[verify permit read seal record") {
		t.Errorf("the road was %s", wantRoad)
	}
	again := req
	again.ID = dovidka.ID(uuid.NewString())
	if got, err := f.Enqueue(t.Context(), again); err != nil || got.ID != p.ID || got.State != dovidka.StateDone {
		t.Errorf("the same message again is %s, %s, %v", got.ID, got.State, err)
	}
	// It is the same request for those who wait, too.
	if got, err := f.Submit(t.Context(), again); err != nil || got.ID != p.ID || got.Answer == nil {
		t.Errorf("submitted, it is %s, %v", got.ID, err)
	}
}

// TestTakenOverByALaterExchange: the same message comes in another exchange and
// finishes what the first left. Which exchange carried the answer is recorded.
func TestTakenOverByALaterExchange(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := onTheBus(t, f)
	req.Caller.TransactionID = "first"
	f.fail["read"] = dovidka.NewFault(dovidka.CodeRegistryUnavailable, "away")
	_, err := f.Submit(t.Context(), req)
	wantCode(t, err, dovidka.CodeRegistryUnavailable)
	f.took()

	f.clock.add(5 * time.Second) // the back-off is over
	again := req
	again.Caller.TransactionID = "second"
	if got, err := f.Submit(t.Context(), again); err != nil || got.Answer == nil || string(got.Answer.Sealed.Signature) != "p7s" {
		t.Errorf("%+v, %v", got, err)
	}
	wantSteps(t, f, "[verify permit read seal record release]")

	// Where it cannot be recorded, nothing is given.
	req = onTheBus(t, f)
	req.Caller.TransactionID, req.Caller.MessageID = "first", req.Caller.MessageID+"-2"
	f.fail["read"] = dovidka.NewFault(dovidka.CodeRegistryUnavailable, "away")
	_, err = f.Submit(t.Context(), req)
	wantCode(t, err, dovidka.CodeRegistryUnavailable)
	f.clock.add(5 * time.Second)
	req.Caller.TransactionID = "second"
	f.fail["release"] = dovidka.NewFault(dovidka.CodeStorageUnavailable, "disk full")
	_, err = f.Submit(t.Context(), req)
	wantCode(t, err, dovidka.CodeStorageUnavailable)
}

// onTheBus is a request whose statement the caller composed.
func onTheBus(t *testing.T, f *fixture) dovidka.Request {
	t.Helper()
	now := f.clock.now()
	said := dovidka.Statement{
		Action: dovidka.ActionObtain, ID: dovidka.ID(uuid.NewString()), Nonce: strings.ReplaceAll(uuid.NewString(), "-", ""), Audience: audience,
		IssuedAt: now, ExpiresAt: now.Add(time.Minute), Subject: dovidka.Subject{Relation: dovidka.RelationSelf},
		Consent: dovidka.ConsentTerms{Granted: true, Purpose: dovidka.PurposePatientAccess, Recipient: body.Name, TextVersion: "1", Text: "Так"},
	}
	statement, err := said.Encode()
	if err != nil {
		t.Fatal(err)
	}
	req := signed(dovidka.ID(uuid.NewString()), statement)
	req.Channel, req.Caller = dovidka.ChannelTrembita, body
	return req
}

// TestEnqueueSurvives: what was accepted is finished though there was no slot,
// though a neighbour was away, and by the next process.
func TestEnqueueSurvives(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.fail["read"] = dovidka.NewFault(dovidka.CodeRegistryUnavailable, "down")
	deferred, err := f.Enqueue(t.Context(), inquiry(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	late, err := f.Enqueue(t.Context(), inquiry(t)) // by a service that takes no more work
	if err != nil || late.State != dovidka.StateAccepted {
		t.Fatalf("%+v, %v", late, err)
	}
	got, err := f.Progress(t.Context(), deferred.ID, body)
	if err != nil || got.State != dovidka.StateAccepted {
		t.Fatalf("%+v, %v", got, err)
	}

	f.clock.add(time.Hour)
	f.cfg.Logger = slog.New(slog.DiscardHandler)
	next := start(t, f.cfg)
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- next.Run(ctx) }()
	for _, id := range []dovidka.ID{deferred.ID, late.ID} {
		if got := waitFor(t, next, id, body); got.Answer == nil {
			t.Errorf("ended as %+v", got.Fault)
		}
	}
	stop()
	if err := <-ran; err != nil {
		t.Error(err)
	}
}
