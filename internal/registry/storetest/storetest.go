// Package storetest is the contract of a registry's store as a test suite: what
// every implementation promises, whatever engine is below it.
package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
)

// Store is the whole of what a store implements.
type Store interface {
	registry.Store
	registry.ImportStore
	registry.ExportStore
}

// Run holds a store against the contract. Open returns an empty store, and a
// function that takes the database away.
func Run(t *testing.T, open func(t *testing.T) (s Store, takeAway func())) {
	fresh := func(test func(*testing.T, Store)) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			s, _ := open(t)
			test(t, s)
		}
	}
	t.Run("find", fresh(testFind))
	t.Run("usable", fresh(testUsable))
	t.Run("several", fresh(testSeveral))
	t.Run("confidant", fresh(testConfidant))
	t.Run("record", fresh(testRecord))
	t.Run("references", fresh(testReferences))
	t.Run("merges", fresh(testMerges))
	t.Run("random merges", fresh(testRandomMerges))
	t.Run("bounds", fresh(testBounds))
	t.Run("put replaces", fresh(testPutReplaces))
	t.Run("put is atomic", fresh(testPutAtomic))
	t.Run("checkpoint", fresh(testCheckpoint))
	t.Run("rows", fresh(testRows))
	t.Run("unavailable", func(t *testing.T) {
		t.Parallel()
		s, takeAway := open(t)
		testUnavailable(t, s, takeAway)
	})
}

// ID returns the n-th id of a fixture.
func ID(n int) dovidka.ID { return dovidka.ID(fmt.Sprintf("00000000-0000-4000-8000-%012x", n)) }

// Day is the day on which the fixtures are seen.
func Day() dovidka.Date { return dovidka.Date{Year: 2026, Month: time.September, Day: 1} }

// Moment returns the n-th minute of the fixtures' time, to the microsecond.
func Moment(n int) time.Time {
	return time.Date(2024, time.May, 14, 9, 30, 0, 417_123_000, time.UTC).Add(time.Duration(n) * time.Minute)
}

// Person returns a usable adult with the n-th id and no numbers.
func Person(n int) *registry.Person {
	return &registry.Person{
		ID: ID(n), LastName: "Вигаданий", FirstName: "Остап", SecondName: "Ігорович", BirthDate: "1984-03-17", Gender: dovidka.GenderMale,
		Status: registry.PersonActive, IsActive: true, VerificationStatus: registry.Verified, UpdatedAt: Moment(n),
	}
}

// Duplicate returns a merged person with the n-th id: inactive, while is_active
// stays true.
func Duplicate(n int) *registry.Person {
	p := Person(n)
	p.Status = registry.PersonInactive
	return p
}

// Merge returns a pair whose id follows from the two persons.
func Merge(master, merged int) *registry.MergedPair {
	return &registry.MergedPair{
		ID: ID(1_000_000*master + merged), MasterPersonID: ID(master), MergePersonID: ID(merged), Status: registry.PairMerged,
	}
}

// Declaration returns the n-th declaration, in force, of a person.
func Declaration(n, person int) *registry.Declaration {
	return &registry.Declaration{
		ID: ID(n), DeclarationNumber: dovidka.FormatDeclarationNumber(uint64(n)).Reveal(), PersonID: ID(person), Scope: "family_doctor",
		StartDate: "2024-05-14", EndDate: "2064-05-13", SignedAt: Moment(n), Status: dovidka.StatusActive, IsActive: true,
		InsertedAt: Moment(n), UpdatedAt: Moment(n), History: []registry.StatusRow{{Status: dovidka.StatusActive, InsertedAt: Moment(n)}},
	}
}

// Put writes rows and fails the test when it cannot.
func Put(t testing.TB, s registry.ImportStore, rows ...registry.Row) {
	t.Helper()
	if err := s.Put(t.Context(), rows, "", registry.Checkpoint{}); err != nil {
		t.Fatalf("put rows: %v", err)
	}
}

func find(t *testing.T, s registry.Store, q registry.Query) registry.Found {
	t.Helper()
	if q.Day.IsZero() {
		q.Day = Day()
	}
	found, err := s.Find(t.Context(), q)
	if err != nil {
		t.Fatalf("find: %v", err)
	}
	return found
}

func ids(list []registry.Candidate) []dovidka.ID {
	out := []dovidka.ID{}
	for _, c := range list {
		out = append(out, c.Patient.ID)
	}
	return out
}

func byTax(s string) registry.Identifier {
	n, err := dovidka.ReadRNOKPP(s)
	if err != nil {
		panic(err)
	}
	return registry.Identifier{RNOKPP: n}
}

func byUNZR(s string) registry.Identifier {
	n, err := dovidka.ParseUNZR(s)
	if err != nil {
		panic(err)
	}
	return registry.Identifier{UNZR: n}
}

func byDocument(t dovidka.DocumentType, number string) registry.Identifier {
	return registry.Identifier{Document: dovidka.ReadDocument(t, number)}
}
