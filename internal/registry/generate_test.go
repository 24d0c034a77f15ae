package registry_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/storetest"
	"github.com/google/go-cmp/cmp"
)

func digest(t *testing.T, o registry.GenerateOptions) string {
	t.Helper()
	h := sha256.New()
	if _, err := registry.WriteRows(t.Context(), h, registry.Generate(o)); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// TestGenerateSame pins the bytes of one seed: they must not change with the
// machine or the release of Go. A deliberate change of the generator changes
// the digest here.
func TestGenerateSame(t *testing.T) {
	t.Parallel()
	o := registry.GenerateOptions{Seed: 42, Persons: 500}
	const want = "0df32f15fe42f819f64d1efef996eb3a5355e502ba6c603df6bf5db6be60d55a"
	if got := digest(t, o); got != want {
		t.Errorf("seed 42 gives %s", got)
	}
	o.Seed++
	if digest(t, o) == want {
		t.Error("another seed gives the same population")
	}
	o.Seed, o.Day = 42, dovidka.Date{Year: 2027, Month: time.January, Day: 1}
	if digest(t, o) == want {
		t.Error("another day gives the same population")
	}
}

// generated is a population by kind.
type generated struct {
	persons      map[dovidka.ID]*registry.Person
	declarations []*registry.Declaration
	pairs        []*registry.MergedPair
	confidants   []*registry.Confidant
	employees    map[dovidka.ID]*registry.Employee
	entities     []*registry.LegalEntity
	parties      []*registry.Party
}

func generate(t *testing.T, persons int) generated {
	t.Helper()
	g := generated{persons: map[dovidka.ID]*registry.Person{}, employees: map[dovidka.ID]*registry.Employee{}}
	for row := range registry.Generate(registry.GenerateOptions{Seed: 1, Persons: persons}) {
		line, err := registry.AppendLine(nil, row)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := registry.ParseLine(line); err != nil {
			t.Fatalf("a generated %s cannot be read: %v", row.Kind(), err)
		}
		switch r := row.(type) {
		case *registry.Person:
			if g.persons[r.ID] != nil {
				t.Fatal("two persons with one id")
			}
			g.persons[r.ID] = r
		case *registry.Declaration:
			g.declarations = append(g.declarations, r)
		case *registry.MergedPair:
			g.pairs = append(g.pairs, r)
		case *registry.Confidant:
			g.confidants = append(g.confidants, r)
		case *registry.Employee:
			g.employees[r.ID] = r
		case *registry.LegalEntity:
			g.entities = append(g.entities, r)
		case *registry.Party:
			g.parties = append(g.parties, r)
		}
	}
	return g
}

// TestGeneratePersons holds every invented number against the rules of the
// reference, and counts what must be there.
func TestGeneratePersons(t *testing.T) {
	t.Parallel()
	g := generate(t, 8000)
	active, seen := map[string]int{}, map[string]int{}
	for _, p := range g.persons {
		seen[p.Status]++
		seen["gender "+string(p.Gender)]++
		born := p.Patient().BirthDate
		age, ok := born.AgeOn(registry.DefaultDay())
		if !ok || age < 0 || age > 115 {
			t.Fatalf("age %d", age)
		}
		seen["decade "+strconv.Itoa(age/10)]++
		if p.NoTaxID != (p.TaxID == "") {
			t.Error("no_tax_id does not agree with tax_id")
		}
		if p.TaxID != "" {
			checkTaxID(t, p)
			if p.Status == registry.PersonActive && p.DeathDate == "" {
				active[p.TaxID]++
			}
		} else if age >= 18 {
			seen["adult without number"]++
		} else {
			seen["child without number"]++
		}
		if p.UNZR != "" && !strings.HasPrefix(p.UNZR, strings.ReplaceAll(p.BirthDate, "-", "")) {
			t.Error("an УНЗР of another birth date")
		}
		for _, d := range p.Documents {
			if _, err := dovidka.ParseDocument(d.Type, d.Number); err != nil {
				t.Errorf("a %s that no rule admits", d.Type)
			}
			seen[string(d.Type)]++
			if d.Number != dovidka.NormalizeDocumentNumber(d.Number) {
				seen["document typed in other letters"]++
			}
		}
		if age < 14 && !slices.ContainsFunc(p.Documents, func(d registry.PersonDocument) bool { return d.Type == dovidka.DocumentBirthCertificate }) {
			t.Error("a child without a birth certificate")
		}
		seen["dead"] += map[bool]int{true: 1}[p.DeathDate != ""]
		seen["wrong check digit"] += map[bool]int{true: 1}[p.InvalidTaxID]
		seen["merged"] += map[bool]int{true: 1}[p.Status == registry.PersonInactive && p.IsActive]
	}
	for _, n := range active {
		seen["shared number"] += map[bool]int{true: 1}[n > 1]
	}
	for _, c := range g.confidants {
		switch {
		case c.VerificationStatus != registry.Verified:
			seen["confidant not verified"]++
		case !c.IsActive:
			seen["confidant not active"]++
		case c.ActiveTo != "" && c.ActiveTo < registry.DefaultDay().String():
			seen["confidant expired"]++
		default:
			seen["confidant"]++
		}
		if g.persons[c.PersonID] == nil || g.persons[c.ConfidantPersonID] == nil {
			t.Error("a confidant relationship of nobody")
		}
	}
	for _, p := range g.parties {
		seen["doctor without number"] += map[bool]int{true: 1}[p.NoTaxID]
	}
	for _, m := range g.pairs {
		seen["pair "+m.Status]++
	}
	for what, least := range map[string]int{
		"active": 7000, "inactive": 300, "gender MALE": 3000, "gender FEMALE": 3000, "adult without number": 20,
		"child without number": 300, "PASSPORT": 2000, "NATIONAL_ID": 2000, "BIRTH_CERTIFICATE": 800, "document typed in other letters": 300,
		"dead": 40, "wrong check digit": 5, "merged": 200, "shared number": 1, "confidant": 500, "confidant not verified": 10,
		"confidant not active": 5, "confidant expired": 10, "doctor without number": 1, "pair MERGED": 200, "pair DECLINED": 5,
		"decade 0": 500, "decade 1": 400, "decade 3": 800, "decade 4": 800, "decade 6": 500, "decade 8": 50,
	} {
		if seen[what] < least {
			t.Errorf("%s: %d, at least %d are expected", what, seen[what], least)
		}
	}
	if seen["shared number"] > 20 {
		t.Errorf("%d numbers are shared", seen["shared number"])
	}
}

// checkTaxID holds a РНОКПП against §3.3 of the rules: days since 31 December
// 1899, sex, check digit.
func checkTaxID(t *testing.T, p *registry.Person) {
	t.Helper()
	n, err := dovidka.ReadRNOKPP(p.TaxID)
	if err != nil || n.ChecksumValid() == p.InvalidTaxID {
		t.Error("the check digit does not agree with invalid_tax_id")
	}
	days, err := strconv.Atoi(p.TaxID[:5])
	if err != nil {
		t.Fatal(err)
	}
	if born := time.Date(1899, time.December, 31+days, 0, 0, 0, 0, time.UTC); born.Format(time.DateOnly) != p.BirthDate {
		t.Error("a number of another birth date")
	}
	if odd := (p.TaxID[8]-'0')%2 == 1; odd != (p.Gender == dovidka.GenderMale) {
		t.Error("a number of another sex")
	}
}

func TestGenerateDeclarations(t *testing.T) {
	t.Parallel()
	g := generate(t, 8000)
	seen, live := map[string]int{}, map[dovidka.ID]int{}
	for _, d := range g.declarations {
		seen["status "+string(d.Status)]++
		seen["reason "+strings.ToLower(d.Reason)]++
		if !d.IsActive {
			t.Error("is_active stays true for ever")
		}
		if g.persons[d.PersonID] == nil {
			t.Error("a declaration of nobody")
		}
		last := d.History[len(d.History)-1]
		if last.Status != d.Status || !last.InsertedAt.Equal(d.UpdatedAt) ||
			!slices.IsSortedFunc(d.History, func(a, b registry.StatusRow) int { return a.InsertedAt.Compare(b.InsertedAt) }) {
			t.Errorf("history %v of a declaration that is %s", d.History, d.Status)
		}
		if _, err := dovidka.ParseDeclarationNumber(d.DeclarationNumber); err != nil {
			t.Errorf("declaration number: %v", err)
		}
		if (d.DeclarationNumber == string(d.ID)) != (d.StartDate < "2018-03-01") {
			t.Error("numbers before March 2018, and only those, are UUIDs")
		}
		if d.Domain().InForce(registry.DefaultDay()) {
			live[d.PersonID]++
		} else if d.Status == dovidka.StatusActive {
			seen["expired but active"]++
		}
		if d.Status == dovidka.StatusTerminated && d.Reason == "" {
			seen["ended by the next"]++
		}
		if !d.Status.Known() {
			seen["unknown status"]++
		}
		if e := g.employees[d.EmployeeID]; e == nil {
			seen["unknown doctor"]++
		} else if e.Status == "DISMISSED" {
			seen["dismissed doctor"]++
		}
		seen["under a duplicate"] += map[bool]int{true: 1}[g.persons[d.PersonID].Status == registry.PersonInactive && g.persons[d.PersonID].IsActive]
		seen["uuid"] += map[bool]int{true: 1}[len(d.DeclarationNumber) == 36]
	}
	for id, n := range live {
		if n > 1 {
			t.Errorf("%s has %d declarations in force", id, n)
		}
	}
	for _, l := range g.entities {
		seen["provider "+l.LegalForm]++
	}
	for what, least := range map[string]int{
		"status active": 3000, "status terminated": 3000, "status closed": 30, "status rejected": 10, "status pending_verification": 10,
		"unknown status": 1, "expired but active": 3, "ended by the next": 1000, "under a duplicate": 100, "uuid": 100, "unknown doctor": 5,
		"dismissed doctor": 200, "reason manual_employee_deactivate": 200, "reason auto_merge": 50, "reason manual_person": 50,
		"reason auto_death_registration": 20, "reason offline": 20, "reason no_tax_id": 1, "provider 150": 1,
	} {
		if seen[what] < least {
			t.Errorf("%s: %d, at least %d are expected", what, seen[what], least)
		}
	}
	if n := len(g.declarations); n < 8000 || n > 16000 {
		t.Errorf("%d declarations of 8000 people", n)
	}
}

// TestSamples reads every sample citizen as the demonstration does.
func TestSamples(t *testing.T) {
	t.Parallel()
	samples := map[string]registry.Sample{}
	for _, s := range registry.Samples() {
		if s.RNOKPP.IsZero() || s.UNZR.IsZero() || s.BirthDate.IsZero() || s.Role == "" || samples[s.Key].Key != "" {
			t.Errorf("sample %s is not whole", s.Key)
		}
		samples[s.Key] = s
		checkTaxID(t, &registry.Person{TaxID: s.RNOKPP.Reveal(), BirthDate: s.BirthDate.Reveal(), Gender: s.Gender})
	}
	again, first := registry.SampleRows(), registry.SampleRows()
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error("samples change")
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		store, service := open(t, db)
		// Beside a population, none of whom may take a sample's number.
		var rows []registry.Row
		for row := range registry.Generate(registry.GenerateOptions{Seed: 3, Persons: 1000}) {
			rows = append(rows, row)
		}
		storetest.Put(t, store, append(rows, registry.SampleRows()...)...)
		read := func(key string, subject dovidka.Subject) (dovidka.Record, error) {
			s := samples[key]
			who := dovidka.GrantPerson{RNOKPP: s.RNOKPP, UNZR: s.UNZR, Name: dovidka.NewSignerName(s.Name.Family, s.Name.Given+" "+s.Name.Patronymic)}
			return service.Read(t.Context(), newLedger().grant(t, who, subject))
		}
		self := dovidka.Subject{Relation: dovidka.RelationSelf}
		child := samples[registry.SampleChild]
		if child.ChildOf != registry.SampleParent {
			t.Error("the child has another parent")
		}
		for _, c := range []struct {
			key          string
			subject      dovidka.Subject
			declarations int
			merged       int
			cause        error
		}{
			{registry.SampleAdult, self, 3, 1, nil},
			{registry.SampleParent, self, 1, 0, nil},
			{registry.SampleParent, dovidka.Subject{Relation: dovidka.RelationChild, RNOKPP: child.RNOKPP, Name: child.Name}, 1, 0, nil},
			{registry.SampleEmpty, self, 0, 0, nil},
			{registry.SampleAmbiguous, self, 0, 0, dovidka.ErrAmbiguous},
			{registry.SampleUnknown, self, 0, 0, dovidka.ErrNobody},
		} {
			record, err := read(c.key, c.subject)
			if c.cause != nil {
				if err == nil || dovidka.FaultOf(err).Code != dovidka.CodePatientNotFound || !errors.Is(err, c.cause) {
					t.Errorf("%s: %v", c.key, err)
				}
				continue
			}
			if err != nil || len(record.Declarations) != c.declarations || len(record.Patient.Merged) != c.merged || record.Plain().Partial {
				t.Errorf("%s: %d declarations, %d merged, %v", c.key, len(record.Declarations), len(record.Patient.Merged), err)
			}
		}
		record, err := read(registry.SampleAdult, self)
		if err != nil {
			t.Fatal(err)
		}
		day := registry.DefaultDay()
		if !record.Declarations[0].InForce(day) || record.Declarations[1].InForce(day) || record.Declarations[2].Reason != "AUTO_MERGE" {
			t.Error("the adult's story is another")
		}
	})
}
