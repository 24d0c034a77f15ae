package registry_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry/storetest"
)

// inquiry is the grant of a body that asks about the subject by law.
func (l ledger) inquiry(t testing.TB, scope dovidka.Scope, subject dovidka.Subject, number string) dovidka.Grant {
	t.Helper()
	subject.Relation = dovidka.RelationThirdParty
	claims := dovidka.GrantClaims{
		ID: "grant-2", RequestID: "request-2", Scope: scope, Ground: "Закон", Subject: subject, IssuedAt: now.Add(-time.Second), ExpiresAt: now.Add(time.Minute),
	}
	if number != "" {
		claims.Number = dovidka.KeepDeclarationNumber(number)
	}
	return l.sign(t, claims)
}

func (l ledger) sign(t testing.TB, claims dovidka.GrantClaims) dovidka.Grant {
	t.Helper()
	g, err := dovidka.SignGrant(claims, l.key)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestInquiry(t *testing.T) {
	t.Parallel()
	ostap := dovidka.Subject{RNOKPP: tax("3075751279"), Name: dovidka.PersonName{Family: "Вигаданий", Given: "Остап"}}
	with := func(change func(*dovidka.Subject)) dovidka.Subject {
		s := ostap
		change(&s)
		return s
	}
	named := func(family, given string) dovidka.PersonName { return dovidka.PersonName{Family: family, Given: given} }
	cases := []struct {
		name    string
		subject dovidka.Subject
		want    int
		cause   error
	}{
		{name: "by number", subject: ostap, want: adult},
		{name: "by УНЗР", subject: with(func(s *dovidka.Subject) { s.RNOKPP, s.UNZR = dovidka.RNOKPP{}, unzr("19840317-01234") }), want: adult},
		{name: "by document", want: oldPassport, subject: dovidka.Subject{
			Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456"), Name: named("ТИХИЙ", "яків"),
		}},
		{name: "a child without a number", want: child, subject: dovidka.Subject{
			Document: dovidka.ReadDocument(dovidka.DocumentBirthCertificate, "І-АМ№000021"), Name: named("Вигадана", "Зоряна"),
		}},
		{name: "all that is known", subject: with(func(s *dovidka.Subject) {
			s.UNZR, s.BirthDate, s.Name.Patronymic = unzr("19840317-01234"), born(1984, time.March, 17), "Ігорович"
		}), want: adult},
		{name: "another apostrophe", want: apostrophe, subject: dovidka.Subject{RNOKPP: tax("2503924181"), Name: named("Лук’янчук", "Вʼячеслав")}},
		{name: "nobody", subject: with(func(s *dovidka.Subject) { s.RNOKPP = tax("3067305998") }), cause: dovidka.ErrNobody},
		{name: "two with one number", subject: dovidka.Subject{RNOKPP: tax("2742302275"), Name: named("Двійник", "Микола")}, cause: dovidka.ErrAmbiguous},
		{name: "dead", subject: with(func(s *dovidka.Subject) { s.RNOKPP = tax("1826300010") }), cause: dovidka.ErrNobody},
		{name: "a duplicate's number", subject: with(func(s *dovidka.Subject) { s.RNOKPP = tax("2659719350") }), cause: dovidka.ErrNobody},
		{name: "another surname", subject: with(func(s *dovidka.Subject) { s.Name.Family = "Вигадана" }), cause: dovidka.ErrContradicted},
		{name: "another given name", subject: with(func(s *dovidka.Subject) { s.Name.Given = "Петро" }), cause: dovidka.ErrContradicted},
		{name: "half of a given name", subject: with(func(s *dovidka.Subject) { s.Name.Given = "Оста" }), cause: dovidka.ErrContradicted},
		{name: "another patronymic", subject: with(func(s *dovidka.Subject) { s.Name.Patronymic = "Петрович" }), cause: dovidka.ErrContradicted},
		{name: "another birth date", subject: with(func(s *dovidka.Subject) { s.BirthDate = born(1984, time.March, 18) }), cause: dovidka.ErrContradicted},
		{name: "another УНЗР beside", subject: with(func(s *dovidka.Subject) { s.UNZR = unzr("19901105-00482") }), cause: dovidka.ErrContradicted},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, service := open(t, db)
		storetest.Put(t, store, people()...)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				record, err := service.Read(t.Context(), newLedger().inquiry(t, dovidka.ScopeDeclarations, c.subject, ""))
				if c.cause == nil {
					checkRecord(t, record, err, c.want)
					return
				}
				// Outside, all are one refusal.
				if fault := dovidka.FaultOf(err); err == nil || fault.Code != dovidka.CodePatientNotFound || fault.Reason != "" || !errors.Is(err, c.cause) {
					t.Errorf("got %v", err)
				}
				if record.Patient.ID != "" || record.Declarations != nil {
					t.Error("data beside a refusal")
				}
			})
		}
	})
}

// TestGrantBasis: a grant that mixes the two roads opens nothing, whoever signed it.
func TestGrantBasis(t *testing.T) {
	t.Parallel()
	store, service := open(t, databasetest.SQLite(t))
	storetest.Put(t, store, people()...)
	self := dovidka.GrantClaims{
		ID: "grant-3", Scope: dovidka.ScopeDeclarations, IssuedAt: now.Add(-time.Second), ExpiresAt: now.Add(time.Minute),
		Requester: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: dovidka.NewSignerName("Вигаданий", "Остап")},
		Subject:   dovidka.Subject{Relation: dovidka.RelationSelf},
	}
	if _, err := service.Read(t.Context(), newLedger().sign(t, self)); err != nil {
		t.Fatal(err)
	}
	other := dovidka.Subject{
		Relation: dovidka.RelationThirdParty, RNOKPP: tax("3318172225"), Name: dovidka.PersonName{Family: "Зразкова-Приклад", Given: "Анна-Марія"},
	}
	for name, change := range map[string]func(*dovidka.GrantClaims){
		"no scope":                      func(c *dovidka.GrantClaims) { c.Scope = "" },
		"an unknown scope":              func(c *dovidka.GrantClaims) { c.Scope = "all" },
		"a signature and a ground":      func(c *dovidka.GrantClaims) { c.Ground = "Закон" },
		"no signature":                  func(c *dovidka.GrantClaims) { c.Requester = dovidka.GrantPerson{} },
		"an inquiry with a signature":   func(c *dovidka.GrantClaims) { c.Ground, c.Subject = "Закон", other },
		"an inquiry without a ground":   func(c *dovidka.GrantClaims) { c.Requester, c.Subject = dovidka.GrantPerson{}, other },
		"a signer's wish to be a body":  func(c *dovidka.GrantClaims) { c.Subject = other },
		"a ground for another relation": func(c *dovidka.GrantClaims) { c.Requester, c.Ground = dovidka.GrantPerson{}, "Закон" },
		"an inquiry about nobody": func(c *dovidka.GrantClaims) {
			c.Requester, c.Ground, c.Subject = dovidka.GrantPerson{}, "Закон", dovidka.Subject{Relation: dovidka.RelationThirdParty, Name: other.Name}
		},
		"an inquiry without a name": func(c *dovidka.GrantClaims) {
			c.Requester, c.Ground, c.Subject = dovidka.GrantPerson{}, "Закон", dovidka.Subject{Relation: dovidka.RelationThirdParty, RNOKPP: other.RNOKPP}
		},
	} {
		claims := self
		change(&claims)
		record, err := service.Read(t.Context(), newLedger().sign(t, claims))
		if err == nil || record.Patient.ID != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestScopeStatus opens only what tells whether a declaration is in force.
func TestScopeStatus(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, service := open(t, db)
		p := storetest.Person(1)
		p.TaxID = "3075751279"
		current, over, future := storetest.Declaration(11, 1), storetest.Declaration(12, 1), storetest.Declaration(13, 1)
		current.StartDate, current.EndDate, current.DeclarationNumber = "2019-01-01", "2059-01-01", "0001-20MH-K800"
		over.StartDate, over.EndDate, over.DeclarationNumber = "2018-01-01", "2026-08-31", "0001-0H2M-4400"
		future.StartDate, future.EndDate, future.DeclarationNumber = "2026-09-02", "2059-01-01", "0001-A000-0000"
		storetest.Put(t, store, p, current, over, future)
		subject := dovidka.Subject{RNOKPP: tax("3075751279"), Name: dovidka.PersonName{Family: "ВИГАДАНИЙ", Given: "Остап"}}

		for number, want := range map[string][]dovidka.ID{
			"": {current.ID}, "0001-20MH-K800": {current.ID}, "0001-0H2M-4400": nil, "0001-A000-0000": nil, "0001-XXXX-0000": nil,
		} {
			record, err := service.Read(t.Context(), newLedger().inquiry(t, dovidka.ScopeStatus, subject, number))
			if err != nil {
				t.Fatal(err)
			}
			var got []dovidka.ID
			for _, d := range record.Declarations {
				got = append(got, d.ID)
			}
			if !slices.Equal(got, want) || record.Scope != dovidka.ScopeStatus || !record.AsOf.Equal(now) {
				t.Errorf("number %q: %v, want %v", number, got, want)
			}
			// Nothing but what was asked with, and the provider: not even the registry's id.
			if diff := cmp.Diff(dovidka.PatientJSON{ID: "request-2", LastName: "ВИГАДАНИЙ", FirstName: "Остап"}, record.Plain().Patient); diff != "" {
				t.Errorf("patient (-want +got):\n%s", diff)
			}
			for _, d := range record.Plain().Declarations {
				if d.Employee != nil || d.EmployeeID != "" || d.Division != nil || d.DivisionID != "" || d.History != nil || d.Reason != "" || !d.InForce ||
					d.PersonID != "request-2" {
					t.Errorf("more than the status is opened: %s", d.ID)
				}
			}
		}
	})
}
