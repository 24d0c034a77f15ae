package sqlstore

import (
	"strings"
	"testing"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
)

// TestPlans proves that no statement of a reading walks through a table: with
// thirty million rows it would never end.
func TestPlans(t *testing.T) {
	t.Parallel()
	number, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	unzr, err := dovidka.ParseUNZR("19840317-01234")
	if err != nil {
		t.Fatal(err)
	}
	identifiers := []registry.Identifier{
		{RNOKPP: number}, {UNZR: unzr}, {Document: dovidka.ReadDocument(dovidka.DocumentPassport, "АР123456")},
	}
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		s, err := New(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		var rows []registry.Row
		for row := range registry.Generate(registry.GenerateOptions{Seed: 1, Persons: 2000}) {
			rows = append(rows, row)
		}
		if err := s.Put(t.Context(), rows, "", registry.Checkpoint{}); err != nil {
			t.Fatal(err)
		}
		databasetest.Exec(t, db, "ANALYZE")
		if db.Dialect == database.Postgres {
			// A small table is walked with reason, so the planner is told that
			// they all are as large as in life.
			databasetest.Exec(t, db, "UPDATE pg_class SET reltuples = 3e7 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
		}
		for _, a := range identifiers {
			for _, b := range append(identifiers, registry.Identifier{}) {
				statement, args := findStatement(registry.Query{Requester: a, Subject: b, Day: registry.DefaultDay()})
				checkPlan(t, db, statement, args)
			}
		}
		checkPlan(t, db, recordStatement, []any{"00000000-0000-4000-8000-000000000001", registry.MaxMerged + 2, 10})
	})
}

func checkPlan(t *testing.T, db *database.DB, statement string, args []any) {
	t.Helper()
	explain := "EXPLAIN QUERY PLAN "
	if db.Dialect == database.Postgres {
		explain = "EXPLAIN "
	}
	rows, err := db.Reader.QueryContext(t.Context(), explain+statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		var step string
		var ignored any
		targets := []any{&step}
		if db.Dialect == database.SQLite {
			targets = []any{&ignored, &ignored, &ignored, &step}
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		if walks(step) {
			t.Errorf("%s\nof\n%s", step, statement)
		}
	}
	if err := rows.Err(); err != nil || n == 0 {
		t.Errorf("a plan of %d steps, %v", n, err)
	}
}

// walks reports whether a step goes through all of a table of ours.
func walks(step string) bool {
	if strings.Contains(step, "Seq Scan") {
		return true
	}
	table, ok := strings.CutPrefix(strings.TrimSpace(step), "SCAN ")
	// The common table expressions are small and may be walked.
	return ok && !strings.HasPrefix(table, "requester") && !strings.HasPrefix(table, "subject") && table != "f" && table != "b" &&
		table != "c" && !strings.HasPrefix(table, "found") && !strings.HasPrefix(table, "chain") && !strings.HasPrefix(table, "bounded") &&
		table != "CONSTANT ROW"
}
