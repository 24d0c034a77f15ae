package disclosure_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
)

// TestSubjectOfTheHeader gives no data of one person under a header that names
// another, because monitoring would read the header.
func TestSubjectOfTheHeader(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const another = "3318172225"
	own, stranger := dovidka.NewSubjectID(" "+f.signer.Reveal()), dovidka.NewSubjectID(another)

	// Of a citizen's request only the signature tells whom it is about.
	wrong := onTheBus(t, f)
	wrong.Caller.SubjectID = stranger
	_, err := f.Submit(t.Context(), wrong)
	wantCode(t, err, dovidka.CodeInvalid)
	wantSteps(t, f, "[verify refuse invalid-request]")

	right := onTheBus(t, f)
	right.Caller.SubjectID, right.Caller.PurposeID = own, "100500"
	p, err := f.Submit(t.Context(), right)
	if err != nil || p.Answer == nil {
		t.Fatalf("%+v, %v", p, err)
	}
	f.took()
	fetch := func(id dovidka.ID, caller dovidka.Caller, subject dovidka.SubjectID, code dovidka.Code, steps string) {
		t.Helper()
		caller.SubjectID = subject
		got, err := f.Progress(t.Context(), id, caller)
		if code != "" {
			wantCode(t, err, code)
		} else if err != nil || got.Answer == nil {
			t.Errorf("%s, %v", got.State, err)
		}
		wantSteps(t, f, steps)
	}
	fetch(p.ID, right.Caller, dovidka.SubjectID{}, "", "[release]")
	fetch(p.ID, right.Caller, own, "", "[release]")
	fetch(p.ID, right.Caller, stranger, dovidka.CodeInvalid, "[]")

	// Nor is a citizen's answer found for another purpose than it was asked for.
	elsewhere := right.Caller
	elsewhere.PurposeID = "another"
	fetch(p.ID, elsewhere, own, dovidka.CodeRequestUnknown, "[]")

	// The same message again, with another header.
	again := right
	again.ID, again.Caller.SubjectID = dovidka.ID(uuid.NewString()), stranger
	_, err = f.Submit(t.Context(), again)
	wantCode(t, err, dovidka.CodeInvalid)
	wantSteps(t, f, "[]")

	asked := inquiry(t)
	if _, err := f.Enqueue(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	waitFor(t, f.Service, asked.ID, body)
	f.took()
	fetch(asked.ID, body, stranger, dovidka.CodeInvalid, "[]")
	fetch(asked.ID, body, dovidka.NewSubjectID(asked.Inquiry.Subject.RNOKPP.Reveal()), "", "[release]")
}
