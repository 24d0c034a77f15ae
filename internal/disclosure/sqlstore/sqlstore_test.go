package sqlstore_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
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
			storetest.RunOutbox(t, func(t *testing.T) (disclosure.Store, storetest.Outbox) {
				s, err := sqlstore.New(t.Context(), open(t))
				if err != nil {
					t.Fatal(err)
				}
				return s, s.Outbox()
			})
		})
	}
}

// TestPurgedIsGone looks into the file: what was wiped must not lie there until
// the room is needed for something else.
func TestPurgedIsGone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cases.db")
	db, err := database.Open(t.Context(), database.Config{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	s, err := sqlstore.New(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	mark, number := []byte("Вигаданий Остап Ігорович"), []byte("3075751279")
	recipient, err := dovidka.ParseRNOKPP(string(number))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for n := range 20 {
		id := dovidka.ID(fmt.Sprint("case-", n))
		c := disclosure.Case{ID: id, Key: string(id), State: dovidka.StateAccepted, CreatedAt: at, AcceptedAt: at, Container: bytes.Repeat(mark, 200)}
		if _, _, err := s.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		out := disclosure.Outcome{Record: mark, Sealed: dovidka.Sealed{Bundle: bytes.Repeat(mark, n*100+1), SealedAt: at}}
		notice := dovidka.Notice{ID: id, RequestID: id, Recipient: recipient, CreatedAt: at}
		if n%2 == 0 {
			notice.CreatedAt = at.Add(2 * time.Hour) // it is forgotten below
		}
		if err := s.Finish(t.Context(), id, 0, out, at, &notice); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := s.Purge(t.Context(), at, at.Add(time.Hour), at.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	notices, err := s.Outbox().Claim(t.Context(), at, at, 100)
	if err != nil || len(notices) != 10 {
		t.Fatalf("%d notices, error %v", len(notices), err)
	}
	for _, n := range notices {
		if _, err := s.Outbox().Forget(t.Context(), n.ID, n.Attempts); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil { // and fold the write-ahead log
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(file, mark) + bytes.Count(file, number); n > 0 {
		t.Errorf("the file still holds %d copies of what was wiped", n)
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
