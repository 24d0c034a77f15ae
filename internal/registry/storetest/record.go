package storetest

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
	gocmp "github.com/google/go-cmp/cmp"
)

// testRecord carries every field, known and unknown values, through.
func testRecord(t *testing.T, s Store) {
	yes := true
	long := Declaration(10, 1)
	long.DeclarationNumber = string(ID(10)) // as before March 2018
	long.DeclarationRequestID, long.Overlimit = ID(11), &yes
	long.Status, long.Reason, long.ReasonDescription = dovidka.StatusTerminated, "", "Заява"
	// Not in order of time: whoever reads gets the oldest first.
	long.History = []registry.StatusRow{
		{Status: dovidka.StatusTerminated, InsertedAt: Moment(60)},
		{Status: dovidka.StatusPending, InsertedAt: Moment(10)},
		{Status: dovidka.StatusActive, InsertedAt: Moment(20)},
	}
	unknown := Declaration(12, 1)
	unknown.DeclarationNumber, unknown.Status, unknown.Reason = "№ 12 / old", "suspended", "auto_SOMETHING_NEW"
	unknown.History = nil
	unknown.SignedAt, unknown.EndDate = time.Time{}, ""
	expired := Declaration(13, 1)
	expired.EndDate = "2026-08-31"
	person := Person(1)
	for _, d := range []*registry.Declaration{long, unknown, expired} {
		roundTrip(t, d)
	}
	Put(t, s, person, long, unknown, expired, Declaration(14, 2))

	patient, list, err := s.Record(t.Context(), ID(1))
	if err != nil {
		t.Fatal(err)
	}
	if patient.ID != ID(1) || patient.Merged != nil || patient.Name.Given != "Остап" {
		t.Error("the patient came back changed")
	}
	slices.SortFunc(list, func(a, b dovidka.Declaration) int { return cmp.Compare(a.ID, b.ID) })
	want := []dovidka.Declaration{long.Domain(), unknown.Domain(), expired.Domain()}
	want[0].History = []dovidka.StatusChange{
		{Status: dovidka.StatusPending, At: Moment(10)}, {Status: dovidka.StatusActive, At: Moment(20)}, {Status: dovidka.StatusTerminated, At: Moment(60)},
	}
	if diff := gocmp.Diff(plain(want), plain(list)); diff != "" {
		t.Errorf("declarations (-want +got):\n%s", diff)
	}
	if list[2].InForce(Day()) || list[2].Status != dovidka.StatusActive {
		t.Error("a row that is active and expired must come as it is, and not be in force")
	}
	if _, _, err := s.Record(t.Context(), ID(99)); !errors.Is(err, dovidka.ErrNobody) {
		t.Errorf("an unknown person: %v", err)
	}
}

// roundTrip brings a row to the form in which an import hands it to the store.
func roundTrip(t *testing.T, d *registry.Declaration) {
	t.Helper()
	line, err := registry.AppendLine(nil, d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := registry.ParseLine(line); err != nil {
		t.Fatal(err)
	}
}

func plain(list []dovidka.Declaration) dovidka.RecordJSON {
	return dovidka.Record{Declarations: list, AsOf: Moment(0)}.Plain()
}

// testReferences resolves what can be resolved.
func testReferences(t *testing.T, s Store) {
	provider := &registry.LegalEntity{
		ID: ID(20), Name: "КНП «Центр»", ShortName: "Центр", PublicName: "Центр ПМСД", EDRPOU: "40000001", LegalEntityType: "PRIMARY_CARE",
		LegalForm: "150", Status: "CLOSED", Phones: []dovidka.PhoneJSON{{Type: "MOBILE", Number: "+380500000001"}}, Email: "a@example.com",
		Address: &dovidka.AddressJSON{Settlement: "Вигаданівка", Building: "1"}, UpdatedAt: Moment(1),
	}
	division := &registry.Division{ID: ID(21), LegalEntityID: ID(20), Name: "Амбулаторія", DivisionType: "FAP", Status: "INACTIVE", UpdatedAt: Moment(2)}
	// A doctor without a tax number has a document's there: it must not be read.
	party := &registry.Party{ID: ID(22), LastName: "Зразок", FirstName: "Семен", Gender: dovidka.GenderMale, TaxID: "АР765432", NoTaxID: true}
	employee := &registry.Employee{
		ID: ID(23), PartyID: ID(22), LegalEntityID: ID(20), DivisionID: ID(21), Position: "P10", EmployeeType: "DOCTOR", Status: "DISMISSED",
		StartDate: "2018-01-01", EndDate: "2024-02-29", Specialities: []string{"THERAPIST", "FAMILY_DOCTOR"}, UpdatedAt: Moment(3),
	}
	nameless := &registry.Employee{ID: ID(24), PartyID: ID(98), Position: "P999", Status: "ENTERED_IN_ERROR"}
	all := Declaration(10, 1)
	all.EmployeeID, all.DivisionID, all.LegalEntityID = ID(23), ID(21), ID(20)
	none := Declaration(11, 1)
	dangling := Declaration(12, 1)
	dangling.EmployeeID, dangling.DivisionID, dangling.LegalEntityID = ID(97), ID(96), ID(95)
	half := Declaration(13, 1)
	half.EmployeeID = ID(24)
	Put(t, s, Person(1), provider, division, party, employee, nameless, all, none, dangling, half)

	_, list, err := s.Record(t.Context(), ID(1))
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(list, func(a, b dovidka.Declaration) int { return cmp.Compare(a.ID, b.ID) })
	want := []dovidka.Declaration{all.Domain(), none.Domain(), dangling.Domain(), half.Domain()}
	want[0].Employee, want[0].Division, want[0].LegalEntity = employee.Domain(), division.Domain(), provider.Domain()
	want[0].Employee.Party = party.Domain()
	want[3].Employee = nameless.Domain()
	if diff := gocmp.Diff(plain(want), plain(list)); diff != "" {
		t.Errorf("declarations (-want +got):\n%s", diff)
	}
	if !plain(list).Partial {
		t.Error("missing references must be told")
	}
}

// testMerges walks the chains of the reference, one trap at a time.
func testMerges(t *testing.T, s Store) {
	declined := Merge(1, 9)
	declined.Status = registry.PairDeclined
	unknown := Merge(1, 10)
	unknown.Status = "NEW"
	Put(t, s,
		// 1 ← 2 ← 3, 1 ← 4; 3 → 1 closes a cycle; 5 has no row any more.
		Person(1), Duplicate(2), Duplicate(3), Duplicate(4), Merge(1, 2), Merge(2, 3), Merge(1, 4), Merge(3, 1), Merge(4, 5),
		// A pair with itself, the same pair once more under another id.
		Merge(1, 1), &registry.MergedPair{ID: ID(777), MasterPersonID: ID(1), MergePersonID: ID(2), Status: registry.PairMerged},
		// Declined and unknown pairs, and a "duplicate" who is usable.
		Duplicate(9), declined, Duplicate(10), unknown, Person(11), Merge(1, 11), Duplicate(12), Merge(11, 12),
		// A duplicate who is known to have died.
		func() *registry.Person { p := Duplicate(13); p.DeathDate = "2025-01-01"; p.IsActive = false; return p }(), Merge(2, 13),
		Declaration(101, 1), Declaration(102, 2), Declaration(103, 3), Declaration(104, 4), Declaration(105, 5),
		Declaration(109, 9), Declaration(110, 10), Declaration(111, 11), Declaration(112, 12), Declaration(113, 13),
	)
	patient, list, err := s.Record(t.Context(), ID(1))
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]dovidka.ID{ID(2), ID(3), ID(4), ID(5), ID(13)}, patient.Merged); diff != "" {
		t.Errorf("merged persons (-want +got):\n%s", diff)
	}
	want := []dovidka.ID{ID(101), ID(102), ID(103), ID(104), ID(105), ID(113)}
	if diff := gocmp.Diff(want, declarationIDs(list)); diff != "" {
		t.Errorf("declarations (-want +got):\n%s", diff)
	}
	if _, list, err = s.Record(t.Context(), ID(11)); err != nil || len(list) != 2 {
		t.Errorf("the other person: %d declarations, %v", len(list), err)
	}
	if _, _, err = s.Record(t.Context(), ID(2)); !errors.Is(err, dovidka.ErrNobody) {
		t.Errorf("a duplicate's own record: %v", err)
	}
}

func declarationIDs(list []dovidka.Declaration) []dovidka.ID {
	out := []dovidka.ID{}
	for _, d := range list {
		out = append(out, d.ID)
	}
	slices.Sort(out)
	return out
}

// testRandomMerges compares the store with a slow and obvious model on graphs
// nobody would draw.
func testRandomMerges(t *testing.T, s Store) {
	const graphs, nodes = 40, 9
	r := rand.New(rand.NewPCG(1, 2))
	for g := range graphs {
		base := 1000 * (g + 1)
		people := map[dovidka.ID]*registry.Person{}
		var pairs []*registry.MergedPair
		var rows []registry.Row
		for i := range nodes {
			p := Person(base + i)
			if i > 0 && r.IntN(5) > 0 {
				p.Status = registry.PersonInactive
			}
			if i == 0 || r.IntN(8) > 0 { // some have no row
				people[p.ID] = p
				rows = append(rows, p)
			}
			for k := range r.IntN(3) {
				rows = append(rows, Declaration(1_000_000+10*(base+i)+k, base+i))
			}
		}
		for range r.IntN(2 * nodes) {
			m := Merge(base+r.IntN(nodes), base+r.IntN(nodes))
			m.ID = ID(2_000_000 + len(pairs) + 100*base)
			if r.IntN(6) == 0 {
				m.Status = registry.PairDeclined
			}
			pairs = append(pairs, m)
			rows = append(rows, m)
		}
		Put(t, s, rows...)
		patient, list, err := s.Record(t.Context(), ID(base))
		if err != nil {
			t.Fatalf("graph %d: %v", g, err)
		}
		members := modelChain(ID(base), people, pairs)
		var want []dovidka.ID
		for _, row := range rows {
			if d, ok := row.(*registry.Declaration); ok && slices.Contains(members, d.PersonID) {
				want = append(want, d.ID)
			}
		}
		slices.Sort(want)
		if !slices.Equal(want, declarationIDs(list)) {
			t.Errorf("graph %d: declarations (-want +got):\n%s", g, gocmp.Diff(want, declarationIDs(list)))
		}
		if !slices.Equal(members[1:], patient.Merged) {
			t.Errorf("graph %d: merged (-want +got):\n%s", g, gocmp.Diff(members[1:], patient.Merged))
		}
	}
}

// modelChain adds whoever may be added until nothing changes. The person comes
// first, the others in order.
func modelChain(person dovidka.ID, people map[dovidka.ID]*registry.Person, pairs []*registry.MergedPair) []dovidka.ID {
	members := []dovidka.ID{person}
	for changed := true; changed; {
		changed = false
		for _, m := range pairs {
			p := people[m.MergePersonID]
			usable := p != nil && p.Status == registry.PersonActive && p.IsActive && p.DeathDate == ""
			if m.Status == registry.PairMerged && !usable &&
				slices.Contains(members, m.MasterPersonID) && !slices.Contains(members, m.MergePersonID) {
				members = append(members, m.MergePersonID)
				changed = true
			}
		}
	}
	slices.Sort(members[1:])
	return members
}

// testBounds fills a record to its bounds and beyond them.
func testBounds(t *testing.T, s Store) {
	rows := []registry.Row{Person(1), Person(2)}
	for i := range registry.MaxMerged {
		// A chain, the longest way to reach them all.
		rows = append(rows, Merge(max(1, 999+i), 1000+i))
	}
	rows[2] = Merge(1, 1000)
	for i := range registry.MaxDeclarations {
		rows = append(rows, Declaration(5000+i, 2))
	}
	Put(t, s, rows...)
	if p, _, err := s.Record(t.Context(), ID(1)); err != nil || len(p.Merged) != registry.MaxMerged {
		t.Errorf("the longest chain: %d merged, %v", len(p.Merged), err)
	}
	if _, list, err := s.Record(t.Context(), ID(2)); err != nil || len(list) != registry.MaxDeclarations {
		t.Errorf("the most declarations: %d, %v", len(list), err)
	}
	Put(t, s, Merge(1, 4000), Declaration(9999, 2))
	for n := 1; n <= 2; n++ {
		if _, _, err := s.Record(t.Context(), ID(n)); !errors.Is(err, registry.ErrTooMuch) {
			t.Errorf("person %d beyond the bound: %v", n, err)
		}
	}
}
