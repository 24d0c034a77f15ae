package ledger_test

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/ledgertest"
)

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 10, 0, 0, 77_000_777, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

const (
	recipient = "Портал Дія"
	parent    = "3184710691"
	child     = "4184710690"
	stranger  = "2184710692"
	// sha256sum of the consent's text below.
	consentText       = "Надаю згоду"
	consentTextDigest = "1b9af472445c75520f858b3b725da18995b3cd27f9770b2a459c350441ece482"
)

func rnokpp(t testing.TB, s string) dovidka.RNOKPP {
	t.Helper()
	n, err := dovidka.ReadRNOKPP(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// fetching is a later message of the body that asked.
var fetching = dovidka.Caller{Name: "SEVDEIR/GOV/00000001/portal", MessageID: "m-later", TransactionID: "tx-later"}

// petition is what Permit and Withdraw take.
type petition struct {
	who  dovidka.Requester
	said dovidka.Statement
	req  dovidka.Request
}

// ask makes the petition of the person with the number for own data.
func ask(t testing.TB, c *clock, number string) petition {
	t.Helper()
	id := dovidka.ID(uuid.NewString())
	container := []byte("container of " + id)
	now := c.Now()
	return petition{
		dovidka.Requester{
			RNOKPP: rnokpp(t, number), Name: dovidka.NewSignerName("Шевченко-Прізвище", "Тарас Ім'я"),
			Certificate: dovidka.Certificate{Serial: "5e984d526f82f38f04000000", Issuer: "CN=АЦСК, O=Тест", Fingerprint: strings.Repeat("ab", 32)},
			Algorithm:   "DSTU4145-257/GOST34311", SignedAt: now, VerifiedAt: now, Status: "good", ContainerDigest: sha256.Sum256(container),
		},
		dovidka.Statement{
			Action: dovidka.ActionObtain, ID: id, Nonce: base64.RawURLEncoding.EncodeToString(container[:16]), Audience: "dovidka",
			IssuedAt: now, ExpiresAt: now.Add(3 * time.Minute), Subject: dovidka.Subject{Relation: dovidka.RelationSelf},
			Consent: dovidka.ConsentTerms{
				Granted: true, Purpose: dovidka.PurposePatientAccess, Recipient: recipient, TextVersion: "2026-01", Text: consentText,
			},
		},
		dovidka.Request{
			ID: id, Channel: dovidka.ChannelTrembita, Container: container, ReceivedAt: now,
			Caller: dovidka.Caller{
				Name: "SEVDEIR/GOV/00000001/portal", MessageID: "m-" + string(id), TransactionID: "tx", Service: "SEVDEIR/GOV/2/d/GetDeclarations_v1",
				UserID: dovidka.NewUserID("оператор Петренко"), PurposeID: "purpose-17",
			},
		},
	}
}

// about makes the petition one about the child.
func (p petition) about(t testing.TB, number string) petition {
	p.said.Subject = dovidka.Subject{
		Relation: dovidka.RelationChild, RNOKPP: rnokpp(t, number), Name: dovidka.PersonName{Family: "Шевченко-Прізвище", Given: "Катерина"},
	}
	return p
}

func (p petition) withdraw() petition {
	p.said.Action = dovidka.ActionWithdraw
	return p
}

func permit(t testing.TB, l *ledgertest.Ledger, p petition) dovidka.Grant {
	t.Helper()
	g, err := l.Permit(t.Context(), p.who, p.said, p.req)
	if err != nil {
		t.Fatalf("permit: %v", err)
	}
	return g
}

func open(t testing.TB, l *ledgertest.Ledger, c *clock, g dovidka.Grant) dovidka.GrantClaims {
	t.Helper()
	claims, err := g.Open(l.GrantKey(), c.Now())
	if err != nil {
		t.Fatalf("open the grant: %v", err)
	}
	return claims
}

func events(t testing.TB, l *ledgertest.Ledger) []dovidka.Event {
	t.Helper()
	list, err := l.Events(t.Context(), 0, ledger.MaxEvents)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// wantKinds checks what the log tells, in order, and that it is whole.
func wantKinds(t testing.TB, l *ledgertest.Ledger, want ...dovidka.EventKind) {
	t.Helper()
	var got []dovidka.EventKind
	for _, e := range events(t, l) {
		got = append(got, e.Kind)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log tells %v; %v is expected", got, want)
	}
	if report, err := ledger.Verify(t.Context(), l.Store, l.GrantKey(), nil); err != nil || report.Entries != int64(len(got)) {
		t.Errorf("verify: %+v, %v", report, err)
	}
}

func wantCode(t testing.TB, err error, want dovidka.Code) {
	t.Helper()
	if err == nil || dovidka.FaultOf(err).Code != want {
		t.Errorf("got %v; %s is expected", err, want)
	}
}

const (
	given     = dovidka.EventConsentGiven
	granted   = dovidka.EventGranted
	refused   = dovidka.EventRefused
	disclosed = dovidka.EventDisclosed
	released  = dovidka.EventReleased
	withdrawn = dovidka.EventConsentWithdrawn
)
