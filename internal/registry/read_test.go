package registry_test

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/sqlstore"
	"github.com/dovidka/dovidka/internal/registry/storetest"
	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// now is the moment of the tests: Kyiv is already in 1 September while UTC is
// not.
var now = time.Date(2026, time.August, 31, 22, 30, 0, 0, time.UTC)

// ledger plays the ledger: it signs grants.
type ledger struct{ key ed25519.PrivateKey }

func newLedger() ledger {
	return ledger{ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
}

func (l ledger) public() ed25519.PublicKey { return l.key.Public().(ed25519.PublicKey) }

func (l ledger) grant(t testing.TB, who dovidka.GrantPerson, subject dovidka.Subject) dovidka.Grant {
	t.Helper()
	g, err := dovidka.SignGrant(dovidka.GrantClaims{
		ID: "grant-1", Scope: dovidka.ScopeDeclarations, Requester: who, Subject: subject, IssuedAt: now.Add(-time.Second), ExpiresAt: now.Add(time.Minute),
	}, l.key)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func open(t testing.TB, db *database.DB) (*sqlstore.Store, *registry.Service) {
	t.Helper()
	s, err := sqlstore.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	service, err := registry.New(registry.Config{Store: s, GrantKey: newLedger().public(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	return s, service
}

func tax(s string) dovidka.RNOKPP {
	n, err := dovidka.ReadRNOKPP(s)
	if err != nil {
		panic(err)
	}
	return n
}

func unzr(s string) dovidka.UNZR {
	n, err := dovidka.ParseUNZR(s)
	if err != nil {
		panic(err)
	}
	return n
}

func born(y int, m time.Month, d int) dovidka.BirthDate {
	return dovidka.NewBirthDate(dovidka.Date{Year: y, Month: m, Day: d})
}

// The people of the cases below, by the id of their row.
const (
	adult = iota + 1
	twinA
	twinB
	dead
	duplicate
	compound
	apostrophe
	oldPassport
	teenager
	youngSigner
	child
	teenChild
	ward
	strangersChild
	expiredChild
	twinChildA
	twinChildB
)

func people() []registry.Row {
	person := func(n int, family, given, patronymic, birth, taxID string, docs ...registry.PersonDocument) *registry.Person {
		p := storetest.Person(n)
		p.LastName, p.FirstName, p.SecondName, p.BirthDate, p.TaxID, p.NoTaxID = family, given, patronymic, birth, taxID, taxID == ""
		p.Documents = docs
		return p
	}
	doc := func(t dovidka.DocumentType, number string) registry.PersonDocument {
		return registry.PersonDocument{Type: t, Number: number}
	}
	confidant := func(id, person int) *registry.Confidant {
		return &registry.Confidant{
			ID: storetest.ID(id), PersonID: storetest.ID(person), ConfidantPersonID: storetest.ID(adult), IsActive: true, VerificationStatus: registry.Verified,
		}
	}
	first := person(adult, "Вигаданий", "Остап", "Ігорович", "1984-03-17", "3075751279", doc(dovidka.DocumentNationalID, "000123456"))
	first.UNZR = "19840317-01234"
	gone := person(dead, "Вигаданий", "Остап", "", "1950-01-01", "1826300010")
	gone.DeathDate = "2025-01-01"
	merged := person(duplicate, "Вигаданий", "Остап", "Ігорович", "1984-03-17", "2659719350")
	merged.Status = registry.PersonInactive
	expired := confidant(203, expiredChild)
	expired.ActiveTo = "2026-08-31" // yesterday in Kyiv, today in UTC
	rows := []registry.Row{
		first, gone, merged, storetest.Merge(adult, duplicate),
		person(twinA, "Двійник", "Микола", "Петрович", "1975-01-30", "2742302275"),
		person(twinB, "Двійник", "Микола", "Петрович", "1975-01-30", "2742302275"),
		person(compound, "Зразкова-Приклад", "Анна-Марія", "", "1990-11-05", "3318172225"),
		person(apostrophe, "Лук'янчук", "В'ячеслав", "", "1968-07-21", "2503924181"),
		person(oldPassport, "Тихий", "Яків", "", "1960-01-01", "", doc(dovidka.DocumentPassport, "AP123456")), // typed in Latin
		person(teenager, "Юний", "Назар", "", "2012-09-01", "4115400012"),                                     // 14 today in Kyiv
		person(youngSigner, "Малий", "Лука", "", "2012-09-02", "4115500010"),
		person(child, "Вигадана", "Зоряна", "Остапівна", "2015-06-02", "", doc(dovidka.DocumentBirthCertificate, "I-AM№000021")),
		person(teenChild, "Вигадана", "Єва", "Остапівна", "2011-06-02", "", doc(dovidka.DocumentBirthCertificate, "І-АМ№000022")),
		person(ward, "Старий", "Захар", "", "1949-06-02", "1805100019"),
		person(strangersChild, "Чужа", "Віра", "", "2015-06-02", "4215602049"),
		person(expiredChild, "Вигадана", "Леся", "", "2016-06-02", "", doc(dovidka.DocumentBirthCertificate, "І-АМ№000023")),
		person(twinChildA, "Вигадана", "Злата", "", "2017-06-02", "", doc(dovidka.DocumentBirthCertificate, "І-АМ№000024")),
		person(twinChildB, "Вигадана", "Злата", "", "2017-06-02", "", doc(dovidka.DocumentBirthCertificate, "I-AM№000024")),
		confidant(200, child), confidant(201, teenChild), confidant(202, ward), expired, confidant(204, twinChildA), confidant(205, twinChildB),
		confidant(206, adult), // a slip that makes nobody one's own ward
	}
	for n := adult; n <= twinChildB; n++ {
		rows = append(rows, storetest.Declaration(1000+n, n))
	}
	return rows
}

// readCase is one reading: who signed, what for, and what comes of it.
type readCase struct {
	name    string
	who     dovidka.GrantPerson
	subject dovidka.Subject
	want    int // the person whose record is opened
	code    dovidka.Code
	cause   error
}

func selfCases() []readCase {
	self := dovidka.Subject{Relation: dovidka.RelationSelf}
	name := dovidka.NewSignerName
	ostap := dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: name("Вигаданий", "Остап Ігорович")}
	with := func(change func(*dovidka.Subject)) dovidka.Subject {
		s := self
		change(&s)
		return s
	}
	const (
		notFound = dovidka.CodePatientNotFound
		mismatch = dovidka.CodeSubjectMismatch
	)
	return []readCase{
		{name: "by number", who: ostap, subject: self, want: adult},
		{name: "by УНЗР", who: dovidka.GrantPerson{UNZR: unzr("19840317-01234"), Name: name("ВИГАДАНИЙ", "ОСТАП")}, subject: self, want: adult},
		{name: "by ID card", who: dovidka.GrantPerson{Document: dovidka.ReadDocument(dovidka.DocumentNationalID, "000123456"), Name: name("Вигаданий", "Остап")}, subject: self, want: adult},
		{name: "by an old passport", who: dovidka.GrantPerson{Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456"), Name: name("Тихий", "Яків")}, subject: self, want: oldPassport},
		{name: "another's passport", who: dovidka.GrantPerson{Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123457"), Name: name("Тихий", "Яків")}, subject: self, code: notFound, cause: dovidka.ErrNobody},
		{name: "number and УНЗР that agree", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), UNZR: unzr("19840317-01234"), Name: name("Вигаданий", "Остап")}, subject: self, want: adult},
		{name: "number and УНЗР of two people", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), UNZR: unzr("19840317-01235"), Name: name("Вигаданий", "Остап")}, subject: self, code: mismatch},
		{name: "УНЗР the registry does not have", who: dovidka.GrantPerson{RNOKPP: tax("3318172225"), UNZR: unzr("19901105-00482"), Name: name("Зразкова-Приклад", "Анна-Марія")}, subject: self, want: compound},

		{name: "nobody", who: dovidka.GrantPerson{RNOKPP: tax("3067305998"), Name: name("Вигаданий", "Остап")}, subject: self, code: notFound, cause: dovidka.ErrNobody},
		{name: "no identifier", who: dovidka.GrantPerson{Name: name("Вигаданий", "Остап")}, subject: self, code: notFound, cause: dovidka.ErrNobody},
		{name: "two active with one number", who: dovidka.GrantPerson{RNOKPP: tax("2742302275"), Name: name("Двійник", "Микола")}, subject: self, code: notFound, cause: dovidka.ErrAmbiguous},
		{name: "dead", who: dovidka.GrantPerson{RNOKPP: tax("1826300010"), Name: name("Вигаданий", "Остап")}, subject: self, code: notFound, cause: dovidka.ErrNobody},
		{name: "a number only a duplicate has", who: dovidka.GrantPerson{RNOKPP: tax("2659719350"), Name: name("Вигаданий", "Остап")}, subject: self, code: notFound, cause: dovidka.ErrNobody},

		{name: "another surname", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: name("Вигадана", "Остап")}, subject: self, code: mismatch},
		{name: "another given name", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: name("Вигаданий", "Петро")}, subject: self, code: mismatch},
		{name: "half of a given name", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: name("Вигаданий", "Остапко")}, subject: self, code: mismatch},
		{name: "no name", who: dovidka.GrantPerson{RNOKPP: tax("3075751279")}, subject: self, code: mismatch},
		{name: "Latin letters", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: name("VYHADANYI", "Ostap")}, subject: self, want: adult},
		{name: "another apostrophe", who: dovidka.GrantPerson{RNOKPP: tax("2503924181"), Name: name("ЛУК’ЯНЧУК", "Вʼячеслав Олегович")}, subject: self, want: apostrophe},
		{name: "compound names", who: dovidka.GrantPerson{RNOKPP: tax("3318172225"), Name: name("Зразкова – Приклад", "Анна-Марія Іванівна")}, subject: self, want: compound},
		{name: "half of a compound surname", who: dovidka.GrantPerson{RNOKPP: tax("3318172225"), Name: name("Зразкова", "Анна-Марія")}, subject: self, code: mismatch},

		{name: "14 today", who: dovidka.GrantPerson{RNOKPP: tax("4115400012"), Name: name("Юний", "Назар")}, subject: self, want: teenager},
		{name: "14 tomorrow", who: dovidka.GrantPerson{RNOKPP: tax("4115500010"), Name: name("Малий", "Лука")}, subject: self, code: dovidka.CodeConfidantRequired},

		{name: "own data in full", who: ostap, want: adult, subject: dovidka.Subject{
			Relation: dovidka.RelationSelf, RNOKPP: tax("3075751279"), UNZR: unzr("19840317-01234"), BirthDate: born(1984, time.March, 17),
			Document: dovidka.ReadDocument(dovidka.DocumentNationalID, "000123456"),
			Name:     dovidka.PersonName{Family: "вигаданий", Given: "Остап", Patronymic: "Ігорович"},
		}},
		{name: "own, with another's number", who: ostap, code: mismatch, subject: with(func(s *dovidka.Subject) { s.RNOKPP = tax("3318172225") })},
		{name: "own, with another's УНЗР", who: ostap, code: mismatch, subject: with(func(s *dovidka.Subject) { s.UNZR = unzr("19901105-00482") })},
		{name: "own, with another's document", who: ostap, code: mismatch, subject: with(func(s *dovidka.Subject) { s.Document = dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456") })},
		{name: "own, with another's name", who: ostap, code: mismatch, subject: with(func(s *dovidka.Subject) { s.Name = dovidka.PersonName{Family: "Інший", Given: "Остап"} })},
		{name: "own, with another's birth date", who: ostap, code: mismatch, subject: with(func(s *dovidka.Subject) { s.BirthDate = born(1984, time.March, 18) })},
	}
}

func relationCases() []readCase {
	ostap := dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: dovidka.NewSignerName("Вигаданий", "Остап")}
	certificate := func(number string) dovidka.Document {
		return dovidka.ReadDocument(dovidka.DocumentBirthCertificate, number)
	}
	of := func(r dovidka.Relation, d dovidka.Document, family, given string) dovidka.Subject {
		return dovidka.Subject{Relation: r, Document: d, Name: dovidka.PersonName{Family: family, Given: given}}
	}
	zoriana := of(dovidka.RelationChild, certificate("І-АМ№000021"), "Вигадана", "Зоряна")
	dated, misdated := zoriana, zoriana
	dated.BirthDate, misdated.BirthDate = born(2015, time.June, 2), born(2015, time.June, 3)
	numbered := zoriana
	numbered.UNZR = unzr("20150602-00001")
	old := dovidka.Subject{Relation: dovidka.RelationWard, RNOKPP: tax("1805100019"), Name: dovidka.PersonName{Family: "Старий", Given: "Захар"}}
	oldAsChild, youngAsWard := old, zoriana
	oldAsChild.Relation, youngAsWard.Relation = dovidka.RelationChild, dovidka.RelationWard
	self := dovidka.Subject{Relation: dovidka.RelationWard, RNOKPP: tax("3075751279"), Name: dovidka.PersonName{Family: "Вигаданий", Given: "Остап"}}
	const (
		notFound     = dovidka.CodePatientNotFound
		notConfirmed = dovidka.CodeRelationNotConfirmed
	)
	return []readCase{
		{name: "a child", who: ostap, subject: zoriana, want: child},
		{name: "a child with the birth date", who: ostap, subject: dated, want: child},
		{name: "a child with another birth date", who: ostap, subject: misdated, code: notConfirmed},
		{name: "a child with another number beside", who: ostap, subject: numbered, code: notConfirmed, cause: dovidka.ErrNobody},
		{name: "a child under another name", who: ostap, subject: of(dovidka.RelationChild, certificate("І-АМ№000021"), "Вигадана", "Злата"), code: notConfirmed},
		{name: "a child nobody knows", who: ostap, subject: of(dovidka.RelationChild, certificate("І-АМ№999999"), "Вигадана", "Зоряна"), code: notConfirmed, cause: dovidka.ErrNobody},
		{name: "two children with one certificate", who: ostap, subject: of(dovidka.RelationChild, certificate("І-АМ№000024"), "Вигадана", "Злата"), code: notConfirmed, cause: dovidka.ErrAmbiguous},
		{name: "a child of 14 or more", who: ostap, subject: of(dovidka.RelationChild, certificate("І-АМ№000022"), "Вигадана", "Єва"), code: notConfirmed},
		{name: "a relationship that ended yesterday", who: ostap, subject: of(dovidka.RelationChild, certificate("І-АМ№000023"), "Вигадана", "Леся"), code: notConfirmed},
		{name: "somebody else's child", who: ostap, code: notConfirmed, subject: dovidka.Subject{
			Relation: dovidka.RelationChild, RNOKPP: tax("4215602049"), Name: dovidka.PersonName{Family: "Чужа", Given: "Віра"},
		}},
		{name: "a ward", who: ostap, subject: old, want: ward},
		{name: "an adult as a child", who: ostap, subject: oldAsChild, code: notConfirmed},
		{name: "a child as a ward", who: ostap, subject: youngAsWard, code: notConfirmed},
		{name: "oneself as a ward", who: ostap, subject: self, code: notConfirmed},
		{name: "a relation nobody knows", who: ostap, code: notConfirmed, subject: of("neighbour", certificate("І-АМ№000021"), "Вигадана", "Зоряна")},
		{name: "somebody else's signature", who: dovidka.GrantPerson{RNOKPP: tax("3318172225"), Name: dovidka.NewSignerName("Зразкова-Приклад", "Анна-Марія")}, subject: zoriana, code: notConfirmed},
		{name: "a signer the registry names otherwise", who: dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: dovidka.NewSignerName("Інший", "Остап")}, subject: zoriana, code: dovidka.CodeSubjectMismatch},
		{name: "a signer nobody knows", who: dovidka.GrantPerson{RNOKPP: tax("3067305998"), Name: dovidka.NewSignerName("Вигаданий", "Остап")}, subject: zoriana, code: notFound, cause: dovidka.ErrNobody},
		{name: "a signer under 14", who: dovidka.GrantPerson{RNOKPP: tax("4115500010"), Name: dovidka.NewSignerName("Малий", "Лука")}, subject: zoriana, code: dovidka.CodeConfidantRequired},
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, service := open(t, db)
		storetest.Put(t, store, people()...)
		for _, c := range append(selfCases(), relationCases()...) {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				record, err := service.Read(t.Context(), newLedger().grant(t, c.who, c.subject))
				if c.code == "" {
					checkRecord(t, record, err, c.want)
					return
				}
				var fault *dovidka.Fault
				if !errors.As(err, &fault) || fault.Code != c.code {
					t.Fatalf("got %v, %s is expected", err, c.code)
				}
				if c.cause != nil && !errors.Is(err, c.cause) {
					t.Errorf("cause of %v is not %v", err, c.cause)
				}
				if diff := cmp.Diff(dovidka.Record{}.Plain(), record.Plain()); diff != "" {
					t.Errorf("data beside a refusal:\n%s", diff)
				}
			})
		}
	})
}

func checkRecord(t *testing.T, record dovidka.Record, err error, want int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if record.Patient.ID != storetest.ID(want) || !record.AsOf.Equal(now) {
		t.Errorf("record of %s as of %v", record.Patient.ID, record.AsOf)
	}
	own := 1
	if want == adult {
		own = 2 // the duplicate's
		if diff := cmp.Diff([]dovidka.ID{storetest.ID(duplicate)}, record.Patient.Merged); diff != "" {
			t.Errorf("merged (-want +got):\n%s", diff)
		}
	}
	if len(record.Declarations) != own {
		t.Errorf("%d declarations, %d are expected", len(record.Declarations), own)
	}
}

// TestReadOrder proves that the day of the order is Kyiv's: a declaration that
// ended on 31 August is over there, while UTC still has that day.
func TestReadOrder(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, service := open(t, db)
		p := storetest.Person(1)
		p.TaxID = "3075751279"
		ended, current, older := storetest.Declaration(10, 1), storetest.Declaration(11, 1), storetest.Declaration(12, 1)
		ended.StartDate, ended.EndDate = "2025-01-01", "2026-08-31"
		current.StartDate = "2019-01-01"
		older.StartDate, older.Status = "2018-01-01", dovidka.StatusTerminated
		storetest.Put(t, store, p, older, ended, current)
		record, err := service.Read(t.Context(), newLedger().grant(t,
			dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: dovidka.NewSignerName("Вигаданий", "Остап")}, dovidka.Subject{Relation: dovidka.RelationSelf}))
		if err != nil {
			t.Fatal(err)
		}
		var got []dovidka.ID
		for _, d := range record.Declarations {
			got = append(got, d.ID)
		}
		if diff := cmp.Diff([]dovidka.ID{current.ID, ended.ID, older.ID}, got); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}
