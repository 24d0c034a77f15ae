package sqlstore_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/disclosure/storetest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestContract(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) disclosure.Store {
				s, err := sqlstore.New(t.Context(), open(t))
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}

// BenchmarkPurge purges where nothing is left to purge among many finished
// cases: as it is every minute, with the writer to itself.
func BenchmarkPurge(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := open(b)
			s, err := sqlstore.New(b.Context(), db)
			if err != nil {
				b.Fatal(err)
			}
			empty := map[database.Dialect]string{database.SQLite: "x''", database.Postgres: "''::bytea"}[db.Dialect]
			_, err = db.Writer.ExecContext(b.Context(), `
				WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
				INSERT INTO cases (id, state, case_key, body_digest, channel, caller_name, message_id, transaction_id, service, user_id,
					purpose_id, nonce, created_at, expires_at, accepted_at, attempts, retry_at, code, reason, grant_id, sealed_at, withdrawn, finished_at)
				SELECT 'id' || i, 'done', 'key' || i, `+empty+`, 'diia', 'portal', 'm', '', '', '', '', '', 1, 1, 1, 1, 0, '', '', '', 1, 0, 1000 FROM n`)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := db.Writer.ExecContext(b.Context(), "ANALYZE cases"); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, _, err := s.Purge(b.Context(), time.Now(), time.Now(), time.Time{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
