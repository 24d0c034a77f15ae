package dovidka_test

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

func fixtureClaims(t testing.TB) dovidka.GrantClaims {
	t.Helper()
	subject := fixtureSubject(t)
	issued := time.Date(2026, time.September, 1, 9, 30, 0, 0, time.UTC)
	return dovidka.GrantClaims{
		ID: "grant-1", RequestID: "request-1", ConsentID: "consent-1", Purpose: dovidka.PurposePatientAccess, Recipient: "Портал",
		Scope: dovidka.ScopeDeclarations,
		Requester: dovidka.GrantPerson{
			RNOKPP: subject.RNOKPP, Document: subject.Document, UNZR: subject.UNZR, Name: dovidka.NewSignerName("Вигаданий", "Остап Ігорович"),
		},
		Subject: subject, IssuedAt: issued, ExpiresAt: issued.Add(time.Minute),
	}
}

func fixtureGrant(t testing.TB) (dovidka.Grant, ed25519.PublicKey) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	g, err := dovidka.SignGrant(fixtureClaims(t), key)
	if err != nil {
		t.Fatal(err)
	}
	return g, key.Public().(ed25519.PublicKey)
}

// TestGrantOfInquiry carries all that an inquiry says.
func TestGrantOfInquiry(t *testing.T) {
	t.Parallel()
	inquiry, err := fixtureInquiryJSON(t).Parse()
	if err != nil {
		t.Fatal(err)
	}
	want := fixtureClaims(t)
	want.ConsentID, want.Requester = "", dovidka.GrantPerson{}
	want.Ground, want.Scope, want.Number, want.Subject = inquiry.Ground, inquiry.Scope, inquiry.Number, inquiry.Subject
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	g, err := dovidka.SignGrant(want, key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := g.Open(key.Public().(ed25519.PublicKey), want.IssuedAt); err != nil || got != want {
		t.Errorf("the grant says something else (%v)", err)
	}
}

func TestGrant(t *testing.T) {
	t.Parallel()
	g, key := fixtureGrant(t)
	want := fixtureClaims(t)
	other := ed25519.NewKeyFromSeed([]byte("another ledger's seed, 32 bytes.")).Public().(ed25519.PublicKey)
	for _, c := range []struct {
		name  string
		grant dovidka.Grant
		key   ed25519.PublicKey
		now   time.Time
		opens bool
	}{
		{"at once", g, key, want.IssuedAt, true},
		{"at the last moment", g, key, want.ExpiresAt.Add(-1), true},
		{"expired", g, key, want.ExpiresAt, false},
		{"not yet", g, key, want.IssuedAt.Add(-1), false},
		{"another key", g, other, want.IssuedAt, false},
		{"no key", g, nil, want.IssuedAt, false},
		{"the zero grant", dovidka.Grant{}, key, want.IssuedAt, false},
		{"the zero grant without a key", dovidka.Grant{}, nil, time.Time{}, false},
	} {
		got, err := c.grant.Open(c.key, c.now)
		if c.opens && (err != nil || got != want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.opens && (!errors.Is(err, dovidka.ErrGrant) || got != (dovidka.GrantClaims{})) {
			t.Errorf("%s: opened, %v", c.name, err)
		}
	}
	if g.ID() != want.ID {
		t.Errorf("the grant is called %s", g.ID())
	}
	if _, err := dovidka.SignGrant(want, nil); err == nil {
		t.Error("a grant without a key")
	}
}
