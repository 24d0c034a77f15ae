package storetest

import (
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/google/go-cmp/cmp"
)

// testFind looks people up by everything they may be known by.
func testFind(t *testing.T, s Store) {
	adult := Person(1)
	adult.TaxID, adult.UNZR = "3075751279", "19840317-01234"
	adult.Documents = []registry.PersonDocument{{Type: dovidka.DocumentNationalID, Number: "000123456"}}
	cyrillic := Person(2)
	cyrillic.Documents = []registry.PersonDocument{{Type: dovidka.DocumentPassport, Number: "АР123456"}}
	latin := Person(3)
	latin.Documents = []registry.PersonDocument{{Type: dovidka.DocumentPassport, Number: "mt 654321"}}
	child := Person(4)
	child.NoTaxID = true
	child.Documents = []registry.PersonDocument{
		{Type: dovidka.DocumentBirthCertificate, Number: "I-AM№123456"},
		{Type: "UNFORESEEN_TYPE", Number: "x/7"},
	}
	exception := Person(5)
	exception.TaxID, exception.InvalidTaxID = "3126509816", true
	Put(t, s, adult, cyrillic, latin, child, exception)

	for _, c := range []struct {
		name string
		by   registry.Identifier
		want []dovidka.ID
	}{
		{"number", byTax("3075751279"), []dovidka.ID{ID(1)}},
		{"number with a wrong check digit", byTax("3126509816"), []dovidka.ID{ID(5)}},
		{"another number", byTax("3067305998"), []dovidka.ID{}},
		{"УНЗР", byUNZR("19840317-01234"), []dovidka.ID{ID(1)}},
		{"another УНЗР", byUNZR("19840317-01235"), []dovidka.ID{}},
		{"ID card", byDocument(dovidka.DocumentNationalID, "000123456"), []dovidka.ID{ID(1)}},
		{"number of another type of document", byDocument(dovidka.DocumentPassport, "000123456"), []dovidka.ID{}},
		{"Cyrillic passport by Cyrillic letters", byDocument(dovidka.DocumentPassport, "АР123456"), []dovidka.ID{ID(2)}},
		{"Cyrillic passport by Latin letters", byDocument(dovidka.DocumentPassport, "AP123456"), []dovidka.ID{ID(2)}},
		{"Latin passport by Cyrillic letters", byDocument(dovidka.DocumentPassport, "МТ654321"), []dovidka.ID{ID(3)}},
		{"Latin passport by Latin letters", byDocument(dovidka.DocumentPassport, "MT654321"), []dovidka.ID{ID(3)}},
		{"transliterated letters are others", byDocument(dovidka.DocumentPassport, "AR123456"), []dovidka.ID{}},
		{"birth certificate", byDocument(dovidka.DocumentBirthCertificate, "І-АМ№123456"), []dovidka.ID{ID(4)}},
		{"unforeseen type", byDocument("UNFORESEEN_TYPE", "Х/7"), []dovidka.ID{ID(4)}},
		{"nothing", registry.Identifier{}, []dovidka.ID{}},
		{"the number before the document", registry.Identifier{
			RNOKPP: byTax("3075751279").RNOKPP, Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456"),
		}, []dovidka.ID{ID(1)}},
		{"not the document after an unknown number", registry.Identifier{
			RNOKPP: byTax("3067305998").RNOKPP, Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456"),
		}, []dovidka.ID{}},
	} {
		found := find(t, s, registry.Query{Requester: c.by})
		if diff := cmp.Diff(c.want, ids(found.Requesters)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		// The same identifiers find the same people on the other side.
		if c.by.IsZero() {
			continue
		}
		found = find(t, s, registry.Query{Requester: byTax("3067305998"), Subject: c.by})
		if diff := cmp.Diff(c.want, ids(found.Subjects)); diff != "" || len(found.Requesters) != 0 {
			t.Errorf("%s, as a subject (-want +got):\n%s", c.name, diff)
		}
	}

	got := find(t, s, registry.Query{Requester: byTax("3075751279")}).Requesters[0]
	if got.Patient.Name.Full() != "Вигаданий Остап Ігорович" || got.Patient.BirthDate.Reveal() != "1984-03-17" ||
		got.Patient.RNOKPP.Reveal() != "3075751279" || got.Patient.UNZR.Reveal() != "19840317-01234" ||
		got.Patient.Gender != dovidka.GenderMale || !got.Patient.UpdatedAt.Equal(Moment(1)) {
		t.Error("the person came back changed")
	}
	if len(got.Documents) != 1 || got.Documents[0] != dovidka.ReadDocument(dovidka.DocumentNationalID, "000123456") {
		t.Error("the documents came back changed")
	}
	got = find(t, s, registry.Query{Requester: byDocument(dovidka.DocumentBirthCertificate, "І-АМ№123456")}).Requesters[0]
	if len(got.Documents) != 2 {
		t.Errorf("%d documents, 2 are expected", len(got.Documents))
	}
}

// testUsable changes one thing of a person at a time.
func testUsable(t *testing.T, s Store) {
	tests := []struct {
		name   string
		change func(*registry.Person)
		usable bool
	}{
		{"as is", func(*registry.Person) {}, true},
		{"merged", func(p *registry.Person) { p.Status = registry.PersonInactive }, false},
		{"not active", func(p *registry.Person) { p.IsActive = false }, false},
		{"dead", func(p *registry.Person) { p.DeathDate = "2025-01-01" }, false},
		{"unknown status", func(p *registry.Person) { p.Status = "frozen" }, false},
		{"not verified", func(p *registry.Person) { p.VerificationStatus = registry.NotVerified }, true},
	}
	for i, c := range tests {
		p := Person(i + 1)
		p.UNZR = "19840317-0000" + string(rune('0'+i))
		c.change(p)
		Put(t, s, p, Declaration(100+i, i+1))
		found := find(t, s, registry.Query{Requester: byUNZR(p.UNZR)})
		if (len(found.Requesters) == 1) != c.usable {
			t.Errorf("%s: found %d", c.name, len(found.Requesters))
		}
		_, list, err := s.Record(t.Context(), p.ID)
		if c.usable != (err == nil && len(list) == 1) {
			t.Errorf("%s: %d declarations, %v", c.name, len(list), err)
		}
	}
}

// testSeveral shares one number among active, merged and dead people.
func testSeveral(t *testing.T, s Store) {
	rows := []registry.Row{}
	for n := 1; n <= 5; n++ {
		p := Person(n)
		p.TaxID = "3075751279"
		switch n {
		case 2:
			p.Status = registry.PersonInactive
		case 3:
			p.DeathDate = "2025-01-01"
		}
		rows = append(rows, p)
	}
	Put(t, s, rows[:3]...)
	found := find(t, s, registry.Query{Requester: byTax("3075751279"), Subject: byTax("3075751279")})
	if diff := cmp.Diff([]dovidka.ID{ID(1)}, ids(found.Requesters)); diff != "" {
		t.Errorf("one active person (-want +got):\n%s", diff)
	}
	Put(t, s, rows[3:]...)
	found = find(t, s, registry.Query{Requester: byTax("3075751279"), Subject: byTax("3075751279")})
	if len(found.Requesters) != 2 || len(found.Subjects) != 2 {
		t.Errorf("of three active persons %d and %d were returned, two of each are expected", len(found.Requesters), len(found.Subjects))
	}
}

// testConfidant changes one thing of a relationship at a time.
func testConfidant(t *testing.T, s Store) {
	parent := Person(1)
	parent.TaxID = "3075751279"
	other := Person(2)
	other.TaxID = "3067305998"
	Put(t, s, parent, other)
	tests := []struct {
		name   string
		change func(*registry.Confidant)
		want   bool
	}{
		{"in force", func(*registry.Confidant) {}, true},
		{"until a later day", func(c *registry.Confidant) { c.ActiveTo = "2026-09-02" }, true},
		{"until today", func(c *registry.Confidant) { c.ActiveTo = "2026-09-01" }, true},
		{"until yesterday", func(c *registry.Confidant) { c.ActiveTo = "2026-08-31" }, false},
		{"not active", func(c *registry.Confidant) { c.IsActive = false }, false},
		{"not verified", func(c *registry.Confidant) { c.VerificationStatus = registry.NotVerified }, false},
		{"to be verified", func(c *registry.Confidant) { c.VerificationStatus = "VERIFICATION_NEEDED" }, false},
		{"of nobody knows what verification", func(c *registry.Confidant) { c.VerificationStatus = "" }, false},
		{"of another confidant", func(c *registry.Confidant) { c.ConfidantPersonID = ID(2) }, false},
		{"the other way round", func(c *registry.Confidant) { c.PersonID, c.ConfidantPersonID = c.ConfidantPersonID, c.PersonID }, false},
	}
	for i, c := range tests {
		child := Person(100 + i)
		child.UNZR = "20150602-0000" + string(rune('0'+i))
		r := &registry.Confidant{
			ID: ID(200 + i), PersonID: child.ID, ConfidantPersonID: parent.ID, IsActive: true, VerificationStatus: registry.Verified,
		}
		c.change(r)
		// One that does not count stands beside it and changes nothing.
		expired := &registry.Confidant{
			ID: ID(300 + i), PersonID: child.ID, ConfidantPersonID: parent.ID, IsActive: true, ActiveTo: "2020-01-01",
			VerificationStatus: registry.Verified,
		}
		Put(t, s, child, r, expired)
		found := find(t, s, registry.Query{Requester: byTax("3075751279"), Subject: byUNZR(child.UNZR)})
		if len(found.Requesters) != 1 || len(found.Subjects) != 1 {
			t.Fatalf("%s: found %d and %d", c.name, len(found.Requesters), len(found.Subjects))
		}
		if got := found.Subjects[0].Confidant; got != c.want || found.Requesters[0].Confidant {
			t.Errorf("%s: confidant %v", c.name, got)
		}
	}
}
