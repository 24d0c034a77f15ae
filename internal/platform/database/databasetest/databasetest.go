// Package databasetest gives tests empty databases of both engines.
//
// A test binary that asks for PostgreSQL hands its TestMain to [Main], which
// runs one throw-away server for the whole process:
//
//	func TestMain(m *testing.M) { databasetest.Main(m) }
//
// With DOVIDKA_TEST_POSTGRES set to the URL of a server (of a role that may
// create databases) that server is used instead.
package databasetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/internal/platform/database"
)

// ServerVariable is the environment variable that names the server. Main sets
// it for its own process, so no state is kept anywhere else.
const ServerVariable = "DOVIDKA_TEST_POSTGRES"

// Each runs the test on both engines, as subtests named sqlite and postgres.
func Each(t *testing.T, test func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// SQLite opens an empty database in a file that goes away with the test.
func SQLite(t testing.TB) *database.DB {
	t.Helper()
	return Open(t, SQLiteURL(t))
}

// Postgres opens an empty PostgreSQL database that goes away with the test. The
// test fails when there is no server: what is not tested is not known to work.
func Postgres(t testing.TB) *database.DB {
	t.Helper()
	return Open(t, PostgresURL(t))
}

// SQLiteURL returns the URL of a SQLite file that does not exist yet.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// PostgresURL creates an empty PostgreSQL database and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		t.Fatalf("no PostgreSQL server: run `make test`, or install postgresql, or set %s to the URL of a server "+
			"(and the package's TestMain must call databasetest.Main)", ServerVariable)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not a URL", ServerVariable)
	}
	name := "test_" + strings.ToLower(rand.Text())
	// Not template1: it cannot be copied while somebody is connected to it.
	administer(t, server, "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() { administer(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u.Path = "/" + name
	return u.String()
}

// Open opens the database at the URL, and closes it when the test ends. Tests
// call it again to play a second process.
func Open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Config{URL: url, Connections: 4})
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close test database: %v", err)
		}
	})
	return db
}

// Exec runs statements as somebody with access to the database would, each in
// its own transaction, and fails the test when one fails.
func Exec(t testing.TB, db *database.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Writer.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func administer(t testing.TB, server, statement string) {
	t.Helper()
	// The test's own context is cancelled before its clean-ups run.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatalf("open the PostgreSQL server: %v", err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(ctx, statement); err != nil {
		t.Fatalf("prepare a PostgreSQL database: %v", err)
	}
}
