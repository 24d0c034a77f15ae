package ledger_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
)

func notified(t testing.TB) dovidka.NoticeExchange {
	t.Helper()
	return dovidka.NoticeExchange{
		Notice:  dovidka.Notice{ID: "n-1", RequestID: "r-1", Recipient: rnokpp(t, parent)},
		Outcome: dovidka.NoticeDelivered,
		Client:  "SEVDEIR/GOV/1/cons", Provider: "SEVDEIR/GOV/2/prod", Service: "SEVDEIR/GOV/2/prod/NotificationCreate",
		UserID: dovidka.NewUserID("оператор Петренко"), PurposeID: "purpose-18", MessageID: "m-1", TransactionID: "tx-1",
		RequestHash: "aGFzaA==", RequestHashAlgorithm: "urn:gost34311", Reference: "d-1", Code: "",
	}
}

// TestNotified: the exchange stands in the log with everything by which it can be
// found at the security server, under the pseudonym of the person's other entries.
func TestNotified(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	permit(t, l, ask(t, c, parent))
	for range 2 { // the second time nothing is recorded
		if err := l.Notified(t.Context(), notified(t)); err != nil {
			t.Fatal(err)
		}
	}
	again := notified(t)
	again.MessageID, again.Outcome, again.Reference, again.Code = "m-2", dovidka.NoticeRejected, "", "no such template"
	again.RequestHash, again.RequestHashAlgorithm, again.UserID = "", "", dovidka.UserID{}
	if err := l.Notified(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	wantKinds(t, l, given, granted, dovidka.EventNotified, dovidka.EventNotified)

	got := events(t, l)
	user := got[2].UserID
	if user == "" || strings.Contains(string(user), "Петренко") {
		t.Errorf("the user stands there as %q", user)
	}
	want := dovidka.Event{
		Index: 3, At: got[2].At, Kind: dovidka.EventNotified, RequestID: "r-1", Subject: got[1].Subject,
		Channel: dovidka.ChannelTrembita, Caller: "SEVDEIR/GOV/1/cons", Service: "SEVDEIR/GOV/2/prod/NotificationCreate",
		MessageID: "m-1", TransactionID: "tx-1", UserID: user, Purpose: dovidka.PurposeNotice, PurposeID: "purpose-18",
		PreviousHash: got[1].Hash, Hash: got[2].Hash,
		Notice: &dovidka.NoticeRecord{
			ID: "n-1", Outcome: dovidka.NoticeDelivered, Reference: "d-1", RequestHash: "aGFzaA==", RequestHashAlgorithm: "urn:gost34311",
		},
	}
	if diff := cmp.Diff(want, got[2]); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
	// What could be a sentence about somebody is no code.
	if diff := cmp.Diff(&dovidka.NoticeRecord{ID: "n-1", Outcome: dovidka.NoticeRejected}, got[3].Notice); diff != "" {
		t.Errorf("notice (-want +got):\n%s", diff)
	}

	rows, err := l.Store.Entries(t.Context(), 2, 1)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, error %v", len(rows), err)
	}
	var body map[string]any
	if err := json.Unmarshal(rows[0].Body, &body); err != nil {
		t.Fatal(err)
	}
	if rows[0].Recipient != "SEVDEIR/GOV/2/prod" || body["recipient"] != "SEVDEIR/GOV/2/prod" {
		t.Errorf("the body that was given the number is %q", rows[0].Recipient)
	}
	if text := string(rows[0].Body); strings.Contains(text, parent) || strings.Contains(text, "Петренко") {
		t.Error("the entry names a person")
	}
}

func TestNotifiedRefuses(t *testing.T) {
	t.Parallel()
	l := ledgertest.New(t, nil)
	for name, change := range map[string]func(*dovidka.NoticeExchange){
		"no notice":    func(e *dovidka.NoticeExchange) { e.Notice.ID = "" },
		"no request":   func(e *dovidka.NoticeExchange) { e.Notice.RequestID = "" },
		"no recipient": func(e *dovidka.NoticeExchange) { e.Notice.Recipient = dovidka.RNOKPP{} },
		"no message":   func(e *dovidka.NoticeExchange) { e.MessageID = "" },
		"no outcome":   func(e *dovidka.NoticeExchange) { e.Outcome = "" },
	} {
		e := notified(t)
		change(&e)
		if err := l.Notified(t.Context(), e); err == nil {
			t.Errorf("%s: it was recorded", name)
		}
	}
	lost := errors.New("connection lost")
	l.Store.FailNext(lost)
	if err := l.Notified(t.Context(), notified(t)); !errors.Is(err, lost) {
		t.Errorf("a store that fails: %v", err)
	}
	wantKinds(t, l)
	if err := l.Notified(t.Context(), notified(t)); err != nil {
		t.Fatal(err)
	}
	if report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil); err != nil || report.Entries != 1 {
		t.Errorf("verify: %+v, %v", report, err)
	}
}
