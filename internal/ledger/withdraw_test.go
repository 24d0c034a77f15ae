package ledger_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func withdraw(t *testing.T, l *ledgertest.Ledger, p petition, want int) {
	t.Helper()
	p = p.withdraw()
	n, err := l.Withdraw(t.Context(), p.who, p.said, p.req)
	if err != nil || n != want {
		t.Errorf("withdrew %d, %v; %d is expected", n, err, want)
	}
}

// TestWithdrawalStopsEverything withdraws between any two steps of the road.
func TestWithdrawalStopsEverything(t *testing.T) {
	t.Parallel()
	digest := sha256.Sum256([]byte("answer"))
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now)
		early, p := ask(t, c, parent), ask(t, c, parent)
		grant := permit(t, l, p)
		answered := ask(t, c, parent)
		answer := permit(t, l, answered)
		if _, err := l.Record(t.Context(), answer, digest); err != nil {
			t.Fatal(err)
		}
		c.Add(time.Second)
		withdraw(t, l, ask(t, c, parent), 2)
		withdraw(t, l, ask(t, c, parent), 0) // it is recorded that it was said again

		_, err := l.Permit(t.Context(), p.who, p.said, p.req)
		wantCode(t, err, dovidka.CodeConsentWithdrawn) // the same request again
		_, err = l.Record(t.Context(), grant, digest)
		wantCode(t, err, dovidka.CodeConsentWithdrawn) // a request under way
		_, err = l.Record(t.Context(), answer, digest)
		wantCode(t, err, dovidka.CodeConsentWithdrawn)
		err = l.Release(t.Context(), answer.ID(), digest, fetching)
		wantCode(t, err, dovidka.CodeConsentWithdrawn) // a stored answer
		_, err = l.Permit(t.Context(), early.who, early.said, early.req)
		wantCode(t, err, dovidka.CodeConsentWithdrawn) // a statement on its way
		wantKinds(t, l, given, granted, given, granted, disclosed, withdrawn, withdrawn, withdrawn, refused, refused, refused, refused, refused)

		c.Add(time.Second)
		grant = permit(t, l, ask(t, c, parent)) // a new consent counts
		if _, err := l.Record(t.Context(), grant, digest); err != nil {
			t.Error(err)
		}
	})
}

// TestWithdrawalOverrulesAClockAhead: a statement that the body asking dated
// ahead, as the skew of clocks allows, was received before the withdrawal all
// the same.
func TestWithdrawalOverrulesAClockAhead(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	ahead := ask(t, c, parent)
	ahead.said.IssuedAt = ahead.said.IssuedAt.Add(time.Minute)
	c.Add(time.Second)
	withdraw(t, l, ask(t, c, parent), 0)
	_, err := l.Permit(t.Context(), ahead.who, ahead.said, ahead.req)
	wantCode(t, err, dovidka.CodeConsentWithdrawn)
}

// TestClockBehind: replicas' clocks differ, and a clock may be set back. What
// the log holds was given, whatever the time is.
func TestClockBehind(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	p := ask(t, c, parent)
	grant := permit(t, l, p)
	digest := sha256.Sum256([]byte("answer"))
	if _, err := l.Record(t.Context(), grant, digest); err != nil {
		t.Fatal(err)
	}
	c.Add(-time.Second)
	permit(t, l, p)
	if err := l.Release(t.Context(), grant.ID(), digest, fetching); err != nil {
		t.Error(err)
	}
	withdraw(t, l, ask(t, c, parent), 1)
	wantCode(t, l.Release(t.Context(), grant.ID(), digest, fetching), dovidka.CodeConsentWithdrawn)
}

// TestWithdrawalReaches asks whose consents a withdrawal ends.
func TestWithdrawalReaches(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now)
		elsewhere := ask(t, c, parent)
		elsewhere.said.Consent.Recipient = "Інший отримувач"
		permit(t, l, elsewhere)
		permit(t, l, ask(t, c, parent))
		permit(t, l, ask(t, c, parent).about(t, child))
		permit(t, l, ask(t, c, child))

		// Somebody who only says to be the child's confidant ends nothing, and
		// does not stand in the way of those who are.
		inFlight := ask(t, c, parent).about(t, child)
		c.Add(time.Second)
		withdraw(t, l, ask(t, c, stranger).about(t, child), 0)
		permit(t, l, inFlight)
		// The parent ends what the parent gave, not what the child did.
		withdraw(t, l, ask(t, c, parent).about(t, child), 2)
		permit(t, l, ask(t, c, parent).about(t, child))
		// The child ends both.
		withdraw(t, l, ask(t, c, child), 2)
		withdraw(t, l, ask(t, c, parent), 1)
		withdraw(t, l, elsewhere, 1)
	})
}

func TestConsentRunsOut(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	p := ask(t, c, parent)
	digest := sha256.Sum256([]byte("answer"))
	grant := permit(t, l, p)
	if _, err := l.Record(t.Context(), grant, digest); err != nil {
		t.Fatal(err)
	}
	c.Add(ledgertest.ConsentTTL - time.Microsecond)
	if err := l.Release(t.Context(), grant.ID(), digest, fetching); err != nil {
		t.Errorf("a moment before: %v", err)
	}
	c.Add(time.Microsecond)
	wantCode(t, l.Release(t.Context(), grant.ID(), digest, fetching), dovidka.CodeConsentWithdrawn)
	withdraw(t, l, ask(t, c, parent), 0)
	wantKinds(t, l, given, granted, disclosed, released, refused, withdrawn)
}

func TestWithdrawRefuses(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	for want, change := range map[dovidka.Code]func(p *petition){
		dovidka.CodeInvalid:             func(p *petition) { p.said.Consent.Recipient = "" },
		dovidka.CodeSignerNotIdentified: func(p *petition) { p.who.RNOKPP = dovidka.RNOKPP{} },
	} {
		p := ask(t, c, parent).withdraw()
		change(&p)
		_, err := l.Withdraw(t.Context(), p.who, p.said, p.req)
		wantCode(t, err, want)
	}
	wantKinds(t, l, refused, refused)
}

// TestSamePerson checks which identities make the same pseudonym.
func TestSamePerson(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	unzr, err := dovidka.ParseUNZR("19870315-01234")
	if err != nil {
		t.Fatal(err)
	}
	subjectOf := func(change func(p *petition)) dovidka.Pseudonym {
		t.Helper()
		p := ask(t, c, parent)
		change(&p)
		permit(t, l, p)
		list := events(t, l)
		return list[len(list)-1].Subject
	}
	own := subjectOf(func(*petition) {})
	bare := func(p *petition) { p.who.RNOKPP = dovidka.RNOKPP{} }
	for name, c := range map[string]struct {
		same   bool
		change func(p *petition)
	}{
		"certificate adds the УНЗР":       {true, func(p *petition) { p.who.UNZR = unzr }},
		"statement repeats the number":    {true, func(p *petition) { p.said.Subject.RNOKPP = p.who.RNOKPP }},
		"as a child of somebody":          {true, func(p *petition) { *p = p.about(t, parent) }},
		"another person":                  {false, func(p *petition) { p.who.RNOKPP = rnokpp(t, stranger) }},
		"by УНЗР alone":                   {false, func(p *petition) { bare(p); p.who.UNZR = unzr }},
		"a document of the same number":   {false, func(p *petition) { bare(p); p.who.Document = dovidka.ReadDocument("OTHER", parent) }},
		"claims to be somebody by number": {false, func(p *petition) { bare(p); p.who.UNZR = unzr; p.said.Subject.RNOKPP = rnokpp(t, parent) }},
	} {
		if got := subjectOf(c.change); (got == own) != c.same {
			t.Errorf("%s: same %v; %v is expected", name, got == own, c.same)
		}
	}
	latin := subjectOf(func(p *petition) {
		bare(p)
		p.who.Document = dovidka.ReadDocument(dovidka.DocumentPassport, "AP 123456")
	})
	cyrillic := subjectOf(func(p *petition) {
		bare(p)
		p.who.Document = dovidka.ReadDocument(dovidka.DocumentPassport, "ар123456")
	})
	if latin != cyrillic {
		t.Error("one passport, typed in two alphabets, is two persons")
	}
}
