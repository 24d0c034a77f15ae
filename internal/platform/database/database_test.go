package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

// accounts is a schema in which statements of both engines can be tried.
func accounts() fstest.MapFS {
	return fstest.MapFS{
		"migrations/sqlite/00001_accounts.sql": {Data: []byte(
			"-- +goose Up\nCREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL, body BLOB) STRICT;\n")},
		"migrations/postgres/00001_accounts.sql": {Data: []byte(
			"-- +goose Up\nCREATE TABLE accounts (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, amount BIGINT NOT NULL, body BYTEA);\n")},
	}
}

func migrate(t *testing.T, db *database.DB) {
	t.Helper()
	if err := db.Migrate(t.Context(), accounts(), "accounts"); err != nil {
		t.Fatal(err)
	}
}

// TestOneTextForBoth proves that numbered parameters mean the same in both
// engines: repeated, out of order, in every kind of value we store.
func TestOneTextForBoth(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		migrate(t, db)
		_, err := db.Writer.ExecContext(t.Context(),
			"INSERT INTO accounts (body, amount, id, name) VALUES ($4, $3, $1, $2)", 7, "сім", int64(1)<<40, []byte{0, 1, 2})
		if err != nil {
			t.Fatal(err)
		}
		var id, amount int64
		var name string
		var body []byte
		err = db.Reader.QueryRowContext(t.Context(),
			"SELECT id, name, amount, body FROM accounts WHERE name = $2 AND (amount > $1 OR id = $1)", 7, "сім").Scan(&id, &name, &amount, &body)
		if err != nil {
			t.Fatal(err)
		}
		if id != 7 || name != "сім" || amount != 1<<40 || !bytes.Equal(body, []byte{0, 1, 2}) {
			t.Errorf("got %d %q %d %x", id, name, amount, body)
		}
	})
}

func TestInTx(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		migrate(t, db)
		insert := func(id int) func(tx *sql.Tx) error {
			return func(tx *sql.Tx) error {
				_, err := tx.ExecContext(t.Context(), "INSERT INTO accounts (id, name, amount) VALUES ($1, $2, 0)", id, strings.Repeat("x", id))
				return err
			}
		}
		if err := db.InTx(t.Context(), insert(1)); err != nil {
			t.Fatal(err)
		}
		if err := db.InTx(t.Context(), insert(1)); !database.IsUnique(err) || database.IsUnavailable(err) {
			t.Errorf("second row of one key: unique %v, unavailable %v, %v", database.IsUnique(err), database.IsUnavailable(err), err)
		}
		stop := errors.New("stop")
		err := db.InTx(t.Context(), func(tx *sql.Tx) error { return errors.Join(insert(2)(tx), stop) })
		if !errors.Is(err, stop) || database.IsUnique(err) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() { recover() }()
			_ = db.InTx(t.Context(), func(tx *sql.Tx) error { _ = insert(3)(tx); panic("stop") })
		}()
		ctx, cancel := context.WithCancel(t.Context())
		err = db.InTx(ctx, func(tx *sql.Tx) error { cancel(); return insert(4)(tx) })
		if err == nil {
			t.Error("a cancelled transaction was committed")
		}
		var n int
		if err := db.Reader.QueryRowContext(t.Context(), "SELECT count(*) FROM accounts").Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n != 1 {
			t.Errorf("%d rows after one commit, four rollbacks and one refusal", n)
		}
	})
}

// TestDeadlock lets two transactions lock two rows in opposite order: the one
// PostgreSQL sacrifices must be run again, and both must succeed.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	db := databasetest.Postgres(t)
	migrate(t, db)
	databasetest.Exec(t, db, "INSERT INTO accounts (id, name, amount) VALUES (1, 'a', 0), (2, 'b', 0)")

	first := make(chan struct{}, 2)
	meet := make(chan struct{})
	add := func(from, to int) error {
		waited := false
		return db.InTx(t.Context(), func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(t.Context(), "UPDATE accounts SET amount = amount + 1 WHERE id = $1", from); err != nil {
				return err
			}
			if !waited { // only the first attempts must collide
				waited = true
				first <- struct{}{}
				<-meet
			}
			_, err := tx.ExecContext(t.Context(), "UPDATE accounts SET amount = amount + 1 WHERE id = $1", to)
			return err
		})
	}
	results := make(chan error, 2)
	go func() { results <- add(1, 2) }()
	go func() { results <- add(2, 1) }()
	<-first
	<-first
	close(meet)
	for range 2 {
		if err := <-results; err != nil {
			t.Errorf("a transaction was given up: %v", err)
		}
	}
	var sum int
	if err := db.Reader.QueryRowContext(t.Context(), "SELECT sum(amount) FROM accounts").Scan(&sum); err != nil || sum != 4 {
		t.Errorf("sum %d, %v; four additions are expected", sum, err)
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		migrate(t, db)
		migrate(t, db) // a second start changes nothing
		// Another service in the same database counts its own versions.
		other := fstest.MapFS{}
		for name, file := range accounts() {
			other[name] = &fstest.MapFile{Data: bytes.ReplaceAll(file.Data, []byte("accounts"), []byte("others"))}
		}
		if err := db.Migrate(t.Context(), other, "others"); err != nil {
			t.Fatal(err)
		}
		databasetest.Exec(t, db, "SELECT id FROM accounts", "SELECT id FROM others")

		broken := fstest.MapFS{"migrations/" + string(db.Dialect) + "/00001_x.sql": {Data: []byte("-- +goose Up\nCREATE TABEL x;\n")}}
		if err := db.Migrate(t.Context(), broken, "broken"); err == nil {
			t.Error("a broken migration succeeded")
		}
		if err := db.Migrate(t.Context(), accounts(), "no; such"); err == nil {
			t.Error("a name that is no table name was taken")
		}
		if err := db.Migrate(t.Context(), fstest.MapFS{}, "empty"); err == nil {
			t.Error("a service without migrations was taken")
		}
	})
}

// TestMigrateTogether plays several processes that start at once.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{"sqlite": databasetest.SQLiteURL(t), "postgres": databasetest.PostgresURL(t)} {
		t.Run(name, func(t *testing.T) {
			results := make(chan error)
			const processes = 3
			for range processes {
				db := databasetest.Open(t, url)
				go func() { results <- db.Migrate(t.Context(), accounts(), "accounts") }()
			}
			for range processes {
				if err := <-results; err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestSQLiteIsDurableAndClosed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "дані #1 100% ?.db") // nothing in a path may be read as an option
	db := databasetest.Open(t, "sqlite:"+path)
	migrate(t, db)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000"} {
		var got string
		if err := db.Writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, %v; %s is expected", pragma, got, err, want)
		}
	}
	_, err := db.Reader.ExecContext(t.Context(), "INSERT INTO accounts (id, name, amount) VALUES (1, 'a', 0)")
	if err == nil || !database.IsUnavailable(err) {
		t.Errorf("writing through the reader: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 2 { // the file and its write-ahead log
		t.Errorf("%d files in the folder", len(entries))
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(e.Name(), filepath.Base(path)) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

func TestUnavailable(t *testing.T) {
	t.Parallel()
	t.Run("disk full", func(t *testing.T) {
		t.Parallel()
		db := databasetest.SQLite(t)
		migrate(t, db)
		databasetest.Exec(t, db, "PRAGMA max_page_count = 1")
		_, err := db.Writer.ExecContext(t.Context(), "INSERT INTO accounts (id, name, amount, body) VALUES (1, 'a', 0, $1)", make([]byte, 1<<20))
		if !database.IsUnavailable(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("locked by another process", func(t *testing.T) {
		t.Parallel()
		url := databasetest.SQLiteURL(t)
		holder := databasetest.Open(t, url)
		db, err := database.Open(t.Context(), database.Config{URL: url, LockTimeout: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		err = holder.InTx(t.Context(), func(*sql.Tx) error {
			return db.InTx(t.Context(), func(*sql.Tx) error { return nil })
		})
		if !database.IsUnavailable(err) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("connection lost", func(t *testing.T) {
		t.Parallel()
		db := databasetest.Postgres(t)
		migrate(t, db)
		err := db.InTx(t.Context(), func(tx *sql.Tx) error {
			_, err := tx.ExecContext(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		})
		if !database.IsUnavailable(err) {
			t.Errorf("got %v", err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("the next connection: %v", err)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		_, err := database.Open(t.Context(), database.Config{URL: "postgres://u:secret-word@127.0.0.1:1/x"})
		if !database.IsUnavailable(err) || strings.Contains(err.Error(), "secret-word") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		databasetest.Each(t, func(t *testing.T, db *database.DB) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := db.Ping(ctx); !errors.Is(err, context.Canceled) || database.IsUnavailable(err) {
				t.Errorf("got %v", err)
			}
		})
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "sqlite:", "mysql://root:secret-word@h/x", "secret-word", "postgres://u:secret-word@h:port/x",
		"sqlite:" + filepath.Join(t.TempDir(), "no", "such", "folder.db"), "sqlite:" + t.TempDir(),
	} {
		db, err := database.Open(t.Context(), database.Config{URL: url})
		if err == nil {
			t.Errorf("%q: opened %v", url, db.Close())
		} else if strings.Contains(err.Error(), "secret-word") {
			t.Errorf("%q: the error repeats the password: %v", url, err)
		}
	}
}

func TestPostgresSettings(t *testing.T) {
	t.Parallel()
	url := databasetest.PostgresURL(t)
	for param, want := range map[string]string{"": "30s", "&statement_timeout=7000": "7s"} {
		db := databasetest.Open(t, url+param)
		var got string
		if err := db.Reader.QueryRowContext(t.Context(), "SHOW statement_timeout").Scan(&got); err != nil || got != want {
			t.Errorf("%s: statement_timeout is %s, %v; %s is expected", param, got, err, want)
		}
	}
}
