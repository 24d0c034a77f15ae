package ledger_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// TestRoad walks a request's whole way and reads what the log tells of it.
func TestRoad(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now)
		p := ask(t, c, parent).about(t, child)
		grant := permit(t, l, p)
		claims := open(t, l, c, grant)
		digest := sha256.Sum256([]byte("answer"))
		receipt, err := l.Record(t.Context(), grant, digest)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Release(t.Context(), grant.ID(), digest, fetching); err != nil {
			t.Fatal(err)
		}
		wantKinds(t, l, given, granted, disclosed, released)

		at := c.Now().Truncate(time.Microsecond)
		if claims.ID != grant.ID() || claims.RequestID != p.req.ID || claims.Purpose != dovidka.PurposePatientAccess ||
			claims.Recipient != recipient || claims.Requester.RNOKPP != p.who.RNOKPP || claims.Requester.Name != p.who.Name ||
			claims.Subject != p.said.Subject || !claims.ExpiresAt.Equal(at.Add(ledgertest.GrantTTL)) {
			t.Errorf("the grant says something else")
		}
		list := events(t, l)
		e := list[0]
		if e.Consent == nil || e.Certificate != p.who.Certificate || e.ConsentID != claims.ConsentID || e.GrantID != "" {
			t.Fatalf("consent-given is %+v", e)
		}
		want := dovidka.Consent{
			ID: claims.ConsentID, Subject: e.Subject, Given: e.Requester, Relation: dovidka.RelationChild, Purpose: dovidka.PurposePatientAccess,
			Recipient: recipient, TextVersion: "2026-01", TextDigest: consentTextDigest, SignatureDigest: e.Digest,
			Certificate: p.who.Certificate, GivenAt: at, ExpiresAt: at.Add(ledgertest.ConsentTTL),
		}
		if diff := cmp.Diff(want, *e.Consent); diff != "" {
			t.Errorf("consent (-want +got):\n%s", diff)
		}
		if e.Subject == e.Requester || len(e.Subject) != 64 || len(e.Requester) != 64 || e.UserID == "" {
			t.Errorf("pseudonyms are %q, %q, %q", e.Subject, e.Requester, e.UserID)
		}
		for i, e := range list {
			message := p.req.Caller.MessageID
			if e.Kind == released { // by a later message
				message = fetching.MessageID
			}
			if e.Index != int64(i+1) || !e.At.Equal(at) || e.RequestID != p.req.ID || e.Channel != dovidka.ChannelTrembita ||
				e.Caller != p.req.Caller.Name || e.MessageID != message || e.PurposeID != "purpose-17" ||
				i > 0 && (e.GrantID != grant.ID() || e.PreviousHash != list[i-1].Hash || e.ConsentID != claims.ConsentID) {
				t.Errorf("entry %d is %+v", i+1, e)
			}
		}
		wantReceipt := dovidka.Receipt{RequestID: p.req.ID, GrantID: grant.ID(), ConsentID: claims.ConsentID, Index: 3, Hash: list[2].Hash, RecordedAt: at}
		if diff := cmp.Diff(wantReceipt, receipt); diff != "" {
			t.Errorf("receipt (-want +got):\n%s", diff)
		}
	})
}

// TestAgain repeats every step, as after a crash between the step and its
// caller's note of it.
func TestAgain(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now)
		p := ask(t, c, parent)
		first := open(t, l, c, permit(t, l, p))
		c.Add(time.Hour)
		l = ledgertest.On(t, db, c.Now) // a new process
		grant := permit(t, l, p)
		second := open(t, l, c, grant)
		if second.ID != first.ID || second.ConsentID != first.ConsentID || !second.ExpiresAt.After(first.ExpiresAt) {
			t.Errorf("another grant for the same request: %+v", second.ID)
		}
		digest := sha256.Sum256([]byte("answer"))
		receipt, err := l.Record(t.Context(), grant, digest)
		if err != nil {
			t.Fatal(err)
		}
		c.Add(time.Second)
		again, err := l.Record(t.Context(), grant, digest)
		if err != nil || again != receipt {
			t.Errorf("another receipt: %+v, %v", again, err)
		}
		other, err := l.Record(t.Context(), grant, sha256.Sum256([]byte("sealed again")))
		if err != nil || other.Index != receipt.Index+1 {
			t.Errorf("another answer under the grant: %+v, %v", other, err)
		}
		w := ask(t, c, parent).withdraw()
		for range 2 {
			if n, err := l.Withdraw(t.Context(), w.who, w.said, w.req); n != 1 || err != nil {
				t.Errorf("withdrew %d, %v", n, err)
			}
		}
		wantKinds(t, l, given, granted, disclosed, disclosed, withdrawn)
	})
}

func TestPermitRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("д", 300)
	for name, c := range map[string]struct {
		change func(t *testing.T, p *petition)
		want   dovidka.Code
	}{
		"consent refused":   {func(_ *testing.T, p *petition) { p.said.Consent.Granted = false }, dovidka.CodeConsentRefused},
		"no consent":        {func(_ *testing.T, p *petition) { p.said.Consent = dovidka.ConsentTerms{} }, dovidka.CodeConsentRequired},
		"no text":           {func(_ *testing.T, p *petition) { p.said.Consent.Text = "" }, dovidka.CodeConsentRequired},
		"purpose in words":  {func(_ *testing.T, p *petition) { p.said.Consent.Purpose = "for Taras" }, dovidka.CodeInvalid},
		"long recipient":    {func(_ *testing.T, p *petition) { p.said.Consent.Recipient = long }, dovidka.CodeInvalid},
		"NUL in recipient":  {func(_ *testing.T, p *petition) { p.said.Consent.Recipient = "Дія\x00" }, dovidka.CodeInvalid},
		"recipient no text": {func(_ *testing.T, p *petition) { p.said.Consent.Recipient = "Дія\xff" }, dovidka.CodeInvalid},
		"strange version":   {func(_ *testing.T, p *petition) { p.said.Consent.TextVersion = "1\n2" }, dovidka.CodeInvalid},
		"nobody signed": {func(_ *testing.T, p *petition) {
			p.who.RNOKPP = dovidka.RNOKPP{}
		}, dovidka.CodeSignerNotIdentified},
		"child without a number": {func(_ *testing.T, p *petition) {
			p.said.Subject.Relation = dovidka.RelationChild
		}, dovidka.CodeInvalid},
		"self is somebody else": {func(t *testing.T, p *petition) {
			p.said.Subject.RNOKPP = rnokpp(t, stranger)
		}, dovidka.CodeSubjectMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				clk := newClock()
				l := ledgertest.On(t, db, clk.Now)
				p := ask(t, clk, parent)
				c.change(t, &p)
				grant, err := l.Permit(t.Context(), p.who, p.said, p.req)
				wantCode(t, err, c.want)
				if _, err := grant.Open(l.GrantKey(), clk.Now()); err == nil {
					t.Error("a refusal came with a grant")
				}
				wantKinds(t, l, refused)
				if e := events(t, l)[0]; e.Code != c.want || e.RequestID != p.req.ID || e.Digest == "" {
					t.Errorf("recorded %+v", e)
				}
			})
		})
	}
}

// TestOtherContainer asks twice under one request id with two signatures.
func TestOtherContainer(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	p := ask(t, c, parent)
	permit(t, l, p)
	other := p
	other.who.ContainerDigest = sha256.Sum256([]byte("other"))
	_, err := l.Permit(t.Context(), other.who, other.said, other.req)
	wantCode(t, err, dovidka.CodeRequestConflict)
	other = p
	other.who.RNOKPP = rnokpp(t, stranger)
	_, err = l.Permit(t.Context(), other.who, other.said, other.req)
	wantCode(t, err, dovidka.CodeRequestConflict)
	wantKinds(t, l, given, granted, refused, refused)
}

func TestMisuse(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now)
	p := ask(t, c, parent)
	if _, err := l.Withdraw(t.Context(), p.who, p.said, p.req); err == nil {
		t.Error("a statement that asks for data withdrew")
	}
	if _, err := l.Permit(t.Context(), p.who, p.withdraw().said, p.req); err == nil {
		t.Error("a withdrawal was granted")
	}
	p.req.ID = ""
	if _, err := l.Permit(t.Context(), p.who, p.said, p.req); err == nil {
		t.Error("a request without an id was granted")
	}
	if err := l.Refuse(t.Context(), dovidka.Refusal{}); err == nil {
		t.Error("a refusal without a reason was recorded")
	}
	wantKinds(t, l)
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	c := newClock()
	p := ask(t, c, parent)
	own := dovidka.Refusal{Request: p.req, Requester: &p.who, Statement: &p.said}
	for name, tc := range map[string]struct {
		refusal dovidka.Refusal
		fault   *dovidka.Fault
		detail  string
	}{
		"nobody":         {own, &dovidka.Fault{Code: dovidka.CodePatientNotFound, Err: errors.Join(errors.New("x"), dovidka.ErrNobody)}, "nobody"},
		"ambiguous":      {own, &dovidka.Fault{Code: dovidka.CodePatientNotFound, Err: dovidka.ErrAmbiguous}, "ambiguous"},
		"reason":         {dovidka.Refusal{Request: p.req}, &dovidka.Fault{Code: dovidka.CodeSignatureInvalid, Reason: "digest-mismatch"}, "digest-mismatch"},
		"free text":      {dovidka.Refusal{Request: p.req}, &dovidka.Fault{Code: dovidka.CodeInternal, Reason: "of Taras", Err: errors.New("Тарас")}, ""},
		"a number":       {dovidka.Refusal{Request: p.req}, &dovidka.Fault{Code: dovidka.CodeInternal, Reason: parent}, ""},
		"nothing known":  {dovidka.Refusal{}, &dovidka.Fault{Code: dovidka.CodeMalformed}, ""},
		"hostile caller": {dovidka.Refusal{Request: dovidka.Request{Caller: dovidka.Caller{Name: strings.Repeat("\x00\xff", 9000), MessageID: "\x1b[2J"}}}, &dovidka.Fault{Code: dovidka.CodeMalformed}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			databasetest.Each(t, func(t *testing.T, db *database.DB) {
				l := ledgertest.On(t, db, c.Now)
				refusal := tc.refusal
				refusal.Fault = tc.fault
				if err := l.Refuse(t.Context(), refusal); err != nil {
					t.Fatal(err)
				}
				wantKinds(t, l, refused)
				e := events(t, l)[0]
				if e.Code != tc.fault.Code || e.Detail != tc.detail || (e.Subject != "") != (tc.refusal.Requester != nil) || len(e.Caller) > 600 ||
					strings.ContainsAny(e.Caller+e.MessageID, "\x00\x1b") {
					t.Errorf("recorded %+v", e)
				}
			})
		})
	}
}

func TestForeignGrant(t *testing.T) {
	t.Parallel()
	c := newClock()
	l, elsewhere := ledgertest.New(t, c.Now), ledgertest.New(t, c.Now)
	p := ask(t, c, parent)
	digest := sha256.Sum256([]byte("answer"))

	unrecorded := permit(t, elsewhere, p) // signed with the same key, but not in this log
	own := permit(t, l, p)
	stale := permit(t, l, ask(t, c, stranger))
	for name, g := range map[string]dovidka.Grant{"zero": {}, "not in the log": unrecorded} {
		if _, err := l.Record(t.Context(), g, digest); !errors.Is(err, dovidka.ErrGrant) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.Release(t.Context(), own.ID(), digest, fetching); !errors.Is(err, dovidka.ErrGrant) {
		t.Errorf("released what was not disclosed: %v", err)
	}
	if _, err := l.Record(t.Context(), own, digest); err != nil {
		t.Error(err)
	}
	if err := l.Release(t.Context(), own.ID(), sha256.Sum256([]byte("another")), fetching); !errors.Is(err, dovidka.ErrGrant) {
		t.Errorf("released another answer than the disclosed: %v", err)
	}
	c.Add(ledgertest.GrantTTL)
	if _, err := l.Record(t.Context(), stale, digest); !errors.Is(err, dovidka.ErrGrant) {
		t.Errorf("recorded under a grant whose time is over: %v", err)
	}
	wantKinds(t, l, given, granted, given, granted, disclosed)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	store := ledgertest.New(t, nil).Store
	good := ledger.Config{Store: store, GrantKey: ledgertest.Key(), PseudonymKey: make([]byte, 32), ConsentTTL: 1, GrantTTL: 1}
	if _, err := ledger.New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(c *ledger.Config){
		"no store":      func(c *ledger.Config) { c.Store = nil },
		"no key":        func(c *ledger.Config) { c.GrantKey = nil },
		"short key":     func(c *ledger.Config) { c.PseudonymKey = make([]byte, 31) },
		"no consents":   func(c *ledger.Config) { c.ConsentTTL = 0 },
		"past grants":   func(c *ledger.Config) { c.GrantTTL = -1 },
		"truncated key": func(c *ledger.Config) { c.GrantKey = c.GrantKey[:32] },
	} {
		c := good
		change(&c)
		if _, err := ledger.New(c); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}
