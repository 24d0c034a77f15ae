package storetest

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/google/go-cmp/cmp"
)

func export(t *testing.T, s Store) []string {
	t.Helper()
	var b bytes.Buffer
	if _, err := registry.Export(t.Context(), s, &b); err != nil {
		t.Fatalf("export: %v", err)
	}
	lines := []string{}
	for line := range bytes.Lines(b.Bytes()) {
		lines = append(lines, string(line))
	}
	return lines
}

func lineOf(t *testing.T, row registry.Row) string {
	t.Helper()
	line, err := registry.AppendLine(nil, row)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// testPutReplaces writes rows over rows, parts included.
func testPutReplaces(t *testing.T, s Store) {
	first, second := Person(1), Person(1)
	first.TaxID = "3075751279"
	first.Documents = []registry.PersonDocument{{Type: "PASSPORT", Number: "АР123456"}, {Type: "X", Number: "1", IssuedAt: "2020-02-29"}}
	second.LastName, second.DeathDate, second.UpdatedAt = "Змінений", "2026-01-01", Moment(5)
	second.Documents = []registry.PersonDocument{{Type: "NATIONAL_ID", Number: "000000001"}}
	older, newer := Declaration(2, 1), Declaration(2, 1)
	older.EmployeeID = ID(7)
	older.History = append(older.History, registry.StatusRow{Status: "terminated", InsertedAt: Moment(9)})
	newer.Status = "closed"
	Put(t, s, first, older)
	Put(t, s, second, newer)
	want := []string{lineOf(t, second), lineOf(t, newer)}
	if diff := cmp.Diff(want, export(t, s)); diff != "" {
		t.Errorf("after the second batch (-want +got):\n%s", diff)
	}
	// Twice in one batch: the last stays.
	Put(t, s, first, older, second, newer)
	if diff := cmp.Diff(want, export(t, s)); diff != "" {
		t.Errorf("after one batch with both (-want +got):\n%s", diff)
	}
}

// testPutAtomic spoils the last row of a batch.
func testPutAtomic(t *testing.T, s Store) {
	Put(t, s, Person(1))
	changed := Person(1)
	changed.LastName = "Змінений"
	// ParseLine would have refused this day.
	bad := Declaration(2, 1)
	bad.StartDate = "2024-02-30"
	before := export(t, s)
	err := s.Put(t.Context(), []registry.Row{changed, Person(3), bad}, "source", registry.Checkpoint{Lines: 3})
	if err == nil {
		t.Fatal("30 February was written")
	}
	if diff := cmp.Diff(before, export(t, s)); diff != "" {
		t.Errorf("after a batch that failed (-want +got):\n%s", diff)
	}
	c, err := s.Checkpoint(t.Context(), "source")
	if err != nil || c.Lines != 0 {
		t.Errorf("checkpoint after a batch that failed: %d, %v", c.Lines, err)
	}
}

func testCheckpoint(t *testing.T, s Store) {
	for _, c := range []registry.Checkpoint{{}, {Lines: 1000, Digest: [32]byte{1}}, {Lines: 1 << 40, Digest: [32]byte{31: 0xff}}} {
		if c.Lines > 0 {
			if err := s.Put(t.Context(), nil, "persons.ndjson", c); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Checkpoint(t.Context(), "persons.ndjson")
		if err != nil || got != c {
			t.Errorf("got %d lines, %v; %d are expected", got.Lines, err, c.Lines)
		}
	}
	if got, err := s.Checkpoint(t.Context(), "another"); err != nil || got != (registry.Checkpoint{}) {
		t.Errorf("a source never seen: %d, %v", got.Lines, err)
	}
}

// testRows proves the order of an export and that yield's error ends it.
func testRows(t *testing.T, s Store) {
	rows := []registry.Row{
		Declaration(9, 1), Declaration(8, 1), Person(5), Person(1), Merge(1, 5),
		&registry.Confidant{ID: ID(6), PersonID: ID(5), ConfidantPersonID: ID(1), VerificationStatus: "IN_REVIEW"},
		&registry.Party{ID: ID(2)}, &registry.Employee{ID: ID(3), Specialities: []string{"THERAPIST"}},
		&registry.Division{ID: ID(4), Name: "А"}, &registry.LegalEntity{ID: ID(7), Name: "Б"},
	}
	Put(t, s, rows...)
	var kinds []registry.Kind
	var keys []dovidka.ID
	err := s.Rows(t.Context(), func(r registry.Row) error {
		kinds, keys = append(kinds, r.Kind()), append(keys, r.Key())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []registry.Kind{
		"legal_entity", "division", "party", "employee", "person", "person", "merged_pair", "confidant", "declaration", "declaration",
	}
	if !slices.Equal(kinds, want) || keys[4] != ID(1) || keys[5] != ID(5) || keys[8] != ID(8) {
		t.Errorf("order of an export: %v %v", kinds, keys)
	}
	stop := errors.New("stop")
	n := 0
	err = s.Rows(t.Context(), func(registry.Row) error { n++; return stop })
	if !errors.Is(err, stop) || n != 1 {
		t.Errorf("after yield's error %d rows, %v", n, err)
	}
}

// testUnavailable takes the database away: every method says so in the one way
// the service understands.
func testUnavailable(t *testing.T, s Store, takeAway func()) {
	Put(t, s, Person(1), Declaration(2, 1))
	takeAway()
	calls := map[string]func() error{
		"Find": func() error {
			_, err := s.Find(t.Context(), registry.Query{Requester: byTax("3075751279"), Day: Day()})
			return err
		},
		"Record":     func() error { _, _, err := s.Record(t.Context(), ID(1)); return err },
		"Checkpoint": func() error { _, err := s.Checkpoint(t.Context(), "x"); return err },
		"Put":        func() error { return s.Put(t.Context(), []registry.Row{Person(3)}, "", registry.Checkpoint{}) },
		"Rows":       func() error { return s.Rows(t.Context(), func(registry.Row) error { return nil }) },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, registry.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
