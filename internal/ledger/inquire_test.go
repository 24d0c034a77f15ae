package ledger_test

import (
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
	"github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

const (
	body   = "SEVDEIR/GOV/00000002/PFU_cons"
	ground = "Закон України 2297-VI, стаття 7"
)

func entitlements() []dovidka.Entitlement {
	return []dovidka.Entitlement{{
		Caller: body, PurposeID: "purpose-17", Grounds: []string{ground, "Закон України 1058-IV"}, Scopes: []dovidka.Scope{dovidka.ScopeStatus},
	}, {
		Caller: body, PurposeID: "purpose-18", Grounds: []string{ground}, Scopes: []dovidka.Scope{dovidka.ScopeStatus, dovidka.ScopeDeclarations},
	}}
}

// inquiry is what the body asks about the child.
func inquiry(t testing.TB, c *clock) dovidka.Request {
	t.Helper()
	return dovidka.Request{
		ID: dovidka.ID(uuid.NewString()), Channel: dovidka.ChannelTrembita, ReceivedAt: c.Now(),
		Caller: dovidka.Caller{
			Name: body, MessageID: "m-1", TransactionID: "tx-1", Service: "SEVDEIR/GOV/2/d/GetDeclarationStatus_v1",
			UserID: dovidka.NewUserID("інспектор Петренко"), PurposeID: "purpose-17",
		},
		Inquiry: &dovidka.Inquiry{
			Scope: dovidka.ScopeStatus, Ground: ground,
			Subject: dovidka.Subject{
				Relation: dovidka.RelationThirdParty, RNOKPP: rnokpp(t, child), Name: dovidka.PersonName{Family: "Шевченко-Прізвище", Given: "Катерина"},
			},
		},
	}
}

// TestInquiryRoad walks an inquiry's way and reads what the log tells of it.
func TestInquiryRoad(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now, entitlements()...)
		req := inquiry(t, c)
		grant, err := l.PermitByLaw(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		claims := open(t, l, c, grant)
		want := dovidka.GrantClaims{
			ID: grant.ID(), RequestID: req.ID, Ground: ground, Purpose: dovidka.PurposeInquiry, Recipient: body, Scope: dovidka.ScopeStatus,
			Subject: req.Inquiry.Subject, IssuedAt: claims.IssuedAt, ExpiresAt: claims.IssuedAt.Add(ledgertest.GrantTTL),
		}
		if claims != want {
			t.Error("the grant says something else")
		}
		digest := sha256.Sum256([]byte("answer"))
		receipt, err := l.Record(t.Context(), grant, digest)
		if err != nil || receipt.ConsentID != "" || receipt.Index != 2 {
			t.Errorf("receipt %+v, %v", receipt, err)
		}
		later := dovidka.Caller{Name: body, MessageID: "m-2", TransactionID: "tx-2", Service: "SEVDEIR/GOV/2/d/GetDeclarationsResult_v1"}
		if err := l.Release(t.Context(), grant.ID(), digest, later); err != nil {
			t.Error(err)
		}
		wantKinds(t, l, granted, disclosed, released)
		list := events(t, l)
		for i, e := range list {
			if e.Ground != ground || e.Scope != dovidka.ScopeStatus || e.PurposeID != "purpose-17" || e.Purpose != dovidka.PurposeInquiry ||
				e.Subject != list[0].Subject || len(e.Subject) != 64 || e.Requester != "" || e.Caller != body || e.Relation != dovidka.RelationThirdParty {
				t.Errorf("entry %d is %+v", i+1, e)
			}
		}
		if list[0].MessageID != "m-1" || list[0].UserID == "" || list[2].MessageID != "m-2" || list[2].TransactionID != "tx-2" || list[2].Service != later.Service {
			t.Errorf("exchanges are recorded as %+v and %+v", list[0], list[2])
		}
		// The child's history is the same whoever asks.
		consented := open(t, l, c, permit(t, l, ask(t, c, parent).about(t, child)))
		if e := events(t, l)[3]; e.Subject != list[0].Subject || e.ConsentID != consented.ConsentID {
			t.Error("one person has two pseudonyms")
		}
	})
}

func TestInquiryAgain(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now, entitlements()...)
	req := inquiry(t, c)
	first, err := l.PermitByLaw(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	again, err := l.PermitByLaw(t.Context(), req)
	if err != nil || again.ID() != first.ID() {
		t.Errorf("another grant for the same request: %v", err)
	}
	wantKinds(t, l, granted)
	other := *req.Inquiry
	other.Subject.RNOKPP = rnokpp(t, stranger)
	req.Inquiry = &other
	_, err = l.PermitByLaw(t.Context(), req)
	wantCode(t, err, dovidka.CodeRequestConflict)
	wantKinds(t, l, granted, refused)
}

func TestInquiryIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*dovidka.Request)
		code   dovidka.Code
		detail string
	}{
		"another body":    {func(r *dovidka.Request) { r.Caller.Name = "SEVDEIR/GOV/00000003/OTHER" }, dovidka.CodeNotEntitled, "purpose-not-permitted"},
		"no purpose":      {func(r *dovidka.Request) { r.Caller.PurposeID = "" }, dovidka.CodeNotEntitled, "purpose-not-permitted"},
		"another purpose": {func(r *dovidka.Request) { r.Caller.PurposeID = "purpose-1" }, dovidka.CodeNotEntitled, "purpose-not-permitted"},
		"another ground":  {func(r *dovidka.Request) { r.Inquiry.Ground = "цікаво про Катерину" }, dovidka.CodeNotEntitled, "ground-not-permitted"},
		"a ground of another purpose": {func(r *dovidka.Request) {
			r.Caller.PurposeID, r.Inquiry.Ground = "purpose-18", "Закон України 1058-IV"
		},
			dovidka.CodeNotEntitled, "ground-not-permitted"},
		"more than permitted":              {func(r *dovidka.Request) { r.Inquiry.Scope = dovidka.ScopeDeclarations }, dovidka.CodeNotEntitled, "scope-not-permitted"},
		"a scope of nobody":                {func(r *dovidka.Request) { r.Inquiry.Scope = "" }, dovidka.CodeNotEntitled, "scope-not-permitted"},
		"a name that the log would change": {func(r *dovidka.Request) { r.Caller.Name += "\x00" }, dovidka.CodeNotEntitled, ""},
		"nobody asked about":               {func(r *dovidka.Request) { r.Inquiry.Subject.RNOKPP = dovidka.RNOKPP{} }, dovidka.CodeInvalid, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			l := ledgertest.New(t, c.Now, entitlements()...)
			req := inquiry(t, c)
			tc.change(&req)
			grant, err := l.PermitByLaw(t.Context(), req)
			wantCode(t, err, tc.code)
			if _, err := l.Record(t.Context(), grant, [32]byte{1}); !errors.Is(err, dovidka.ErrGrant) {
				t.Errorf("a refusal opened something: %v", err)
			}
			wantKinds(t, l, refused)
			e := events(t, l)[0]
			if e.Code != tc.code || e.Detail != tc.detail || e.Ground != "" && e.Ground != ground || (e.Subject == "") != (tc.code == dovidka.CodeInvalid) {
				t.Errorf("recorded %+v", e)
			}
		})
	}
	t.Run("nobody is entitled", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		_, err := ledgertest.New(t, c.Now).PermitByLaw(t.Context(), inquiry(t, c))
		wantCode(t, err, dovidka.CodeNotEntitled)
	})
	t.Run("not an inquiry", func(t *testing.T) {
		t.Parallel()
		c := newClock()
		l := ledgertest.New(t, c.Now, entitlements()...)
		req := inquiry(t, c)
		req.Inquiry = nil
		if _, err := l.PermitByLaw(t.Context(), req); err == nil {
			t.Error("a request without an inquiry was granted")
		}
		wantKinds(t, l)
	})
}

// TestEntitlementIsWithdrawn: what rests on an entitlement ends with it, a
// stored answer too.
func TestEntitlementIsWithdrawn(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		c := newClock()
		l := ledgertest.On(t, db, c.Now, entitlements()...)
		answered, underWay, caller := inquiry(t, c), inquiry(t, c), dovidka.Caller{Name: body}
		grants := map[dovidka.ID]dovidka.Grant{}
		for _, req := range []dovidka.Request{answered, underWay} {
			g, err := l.PermitByLaw(t.Context(), req)
			if err != nil {
				t.Fatal(err)
			}
			grants[req.ID] = g
		}
		digest := sha256.Sum256([]byte("answer"))
		if _, err := l.Record(t.Context(), grants[answered.ID], digest); err != nil {
			t.Fatal(err)
		}
		if err := l.Release(t.Context(), grants[answered.ID].ID(), digest, dovidka.Caller{Name: "SEVDEIR/GOV/00000003/OTHER"}); !errors.Is(err, dovidka.ErrGrant) {
			t.Errorf("released to another caller: %v", err)
		}

		l = ledgertest.On(t, db, c.Now, entitlements()[1]) // a new configuration
		wantCode(t, l.Release(t.Context(), grants[answered.ID].ID(), digest, caller), dovidka.CodeNotEntitled)
		_, err := l.Record(t.Context(), grants[underWay.ID], digest)
		wantCode(t, err, dovidka.CodeNotEntitled)
		wantKinds(t, l, granted, granted, disclosed, refused, refused)
		if e := events(t, l)[4]; e.Detail != "purpose-not-permitted" || e.GrantID != grants[underWay.ID].ID() || e.Digest != "" {
			t.Errorf("recorded %+v", e)
		}
	})
}

func TestRefusalOfInquiry(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := ledgertest.New(t, c.Now, entitlements()...)
	req := inquiry(t, c)
	fault := &dovidka.Fault{Code: dovidka.CodePatientNotFound, Err: errors.Join(dovidka.ErrContradicted, errors.New("name"))}
	if err := l.Refuse(t.Context(), dovidka.Refusal{Request: req, Fault: fault}); err != nil {
		t.Fatal(err)
	}
	if e := events(t, l)[0]; e.Detail != "contradicted" || e.Ground != ground || e.Subject == "" || e.Scope != dovidka.ScopeStatus {
		t.Errorf("recorded %+v", e)
	}
}

func TestEntitlementsAreChecked(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*dovidka.Entitlement){
		"no caller":         func(e *dovidka.Entitlement) { e.Caller = "" },
		"an unfit caller":   func(e *dovidka.Entitlement) { e.Caller += "\n" },
		"no purpose":        func(e *dovidka.Entitlement) { e.PurposeID = "" },
		"a long purpose":    func(e *dovidka.Entitlement) { e.PurposeID = strings.Repeat("x", 600) },
		"no grounds":        func(e *dovidka.Entitlement) { e.Grounds = nil },
		"an empty ground":   func(e *dovidka.Entitlement) { e.Grounds = []string{" "} },
		"no scopes":         func(e *dovidka.Entitlement) { e.Scopes = nil },
		"an unknown scope":  func(e *dovidka.Entitlement) { e.Scopes = []dovidka.Scope{"all"} },
		"the purpose twice": func(e *dovidka.Entitlement) { e.PurposeID = "purpose-18" },
	} {
		list := entitlements()
		change(&list[0])
		_, err := ledger.New(ledger.Config{
			Store: sqlstore.New(databasetest.SQLite(t)), GrantKey: ledgertest.Key(), PseudonymKey: make([]byte, 32), ConsentTTL: 1, GrantTTL: 1, Entitlements: list,
		})
		if err == nil || !strings.Contains(err.Error(), "entitlement ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
