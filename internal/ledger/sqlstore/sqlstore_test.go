package sqlstore_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/ledger/storetest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestContract(t *testing.T) {
	t.Parallel()
	for name, newURL := range map[string]func(t testing.TB) string{
		"sqlite": databasetest.SQLiteURL, "postgres": databasetest.PostgresURL,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) func() ledger.Store {
				url := newURL(t)
				return func() ledger.Store {
					db := databasetest.Open(t, url)
					if err := sqlstore.Migrate(t.Context(), db); err != nil {
						t.Fatal(err)
					}
					return sqlstore.New(db)
				}
			})
		})
	}
}

// TestOnlyGrows tries, as somebody who may write but not change the schema, to
// alter the log.
func TestOnlyGrows(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if err := sqlstore.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		store := sqlstore.New(db)
		if err := storetest.Append(t.Context(), store, storetest.Row(1), storetest.Row(2)); err != nil {
			t.Fatal(err)
		}
		statements := []string{
			"UPDATE ledger_entries SET kind = 'refused' WHERE seq = 1",
			"UPDATE ledger_entries SET body = body",
			"DELETE FROM ledger_entries WHERE seq = 2",
			"DELETE FROM ledger_entries",
			"DELETE FROM ledger_head",
			"UPDATE ledger_head SET entries = 1",
		}
		const columns = "(seq, recorded_at, kind, request_id, subject, requester, recipient, once, body, prev_hash, hash) " +
			"SELECT seq, 0, kind, request_id, subject, requester, recipient, once, body, prev_hash, hash FROM ledger_entries WHERE seq = 1"
		if db.Dialect == database.Postgres {
			statements = append(statements, "TRUNCATE ledger_entries", "TRUNCATE ledger_head", "TRUNCATE ledger_entries, ledger_head CASCADE",
				"INSERT INTO ledger_entries "+columns+" ON CONFLICT (seq) DO UPDATE SET kind = 'refused'")
		} else {
			statements = append(statements, "INSERT OR REPLACE INTO ledger_entries "+columns,
				"INSERT OR REPLACE INTO ledger_entries "+strings.Replace(columns, "SELECT seq", "SELECT 3", 1),
				"INSERT INTO ledger_entries "+columns+" ON CONFLICT (seq) DO UPDATE SET kind = 'refused'")
		}
		for _, s := range statements {
			if _, err := db.Writer.ExecContext(t.Context(), s); err == nil {
				t.Errorf("succeeded: %s", s)
			}
		}
		rows, err := store.Entries(t.Context(), 0, 10)
		if err != nil || len(rows) != 2 {
			t.Errorf("%d rows are left, %v", len(rows), err)
		}
	})
}

// TestForkRefused plays a writer that did not wait at the head.
func TestForkRefused(t *testing.T) {
	t.Parallel()
	db := databasetest.SQLite(t)
	if err := sqlstore.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	store := sqlstore.New(db)
	err := store.Update(t.Context(), func(tx ledger.Tx) error {
		if err := tx.Append(t.Context(), []ledger.Row{storetest.Row(1)}, ledger.Head{Count: 1, Hash: storetest.Row(1).Hash, Signature: []byte{1}}); err != nil {
			t.Fatal(err)
		}
		// The transaction's head is no longer the one that is stored.
		return tx.Append(t.Context(), []ledger.Row{storetest.Row(2)}, ledger.Head{Count: 2, Hash: storetest.Row(2).Hash, Signature: []byte{2}})
	})
	if err == nil || !strings.Contains(err.Error(), "somebody else has appended") {
		t.Errorf("got %v", err)
	}
}

// TestStoredReadable keeps the column texts in step with what the package says
// about them: an operator with a SQL prompt finds a request.
func TestStoredReadable(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		if err := sqlstore.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		bare := storetest.Row(1)
		bare.Once = ""
		if err := storetest.Append(t.Context(), sqlstore.New(db), bare); err != nil {
			t.Fatal(err)
		}
		var at int64
		var once sql.NullString
		err := db.Reader.QueryRowContext(t.Context(), "SELECT recorded_at, once FROM ledger_entries WHERE request_id = $1", "request-1").Scan(&at, &once)
		if err != nil || at != bare.At.UnixMicro() || once.Valid {
			t.Errorf("recorded_at %d, once %v, %v", at, once, err)
		}
	})
}
