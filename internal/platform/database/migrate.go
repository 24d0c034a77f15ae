package database

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

var migrationName = regexp.MustCompile(`^[a-z]{1,32}$`)

// Migrate applies the migrations that the database lacks, from the folder
// migrations/sqlite or migrations/postgres of fsys. The name is the service's:
// each keeps its version in a table of its own, so that services may share a
// database or not. Processes that start together wait for each other. A
// migration that takes PostgreSQL long begins with SET LOCAL statement_timeout = 0,
// or it is cut off like any other statement.
func (db *DB) Migrate(ctx context.Context, fsys fs.FS, name string) error {
	if !migrationName.MatchString(name) {
		return errors.New("migrate: the name must be 1 to 32 lower-case letters")
	}
	files, err := fs.Sub(fsys, "migrations/"+string(db.Dialect))
	if err != nil {
		return fmt.Errorf("migrate %s: %w", name, err)
	}
	options := []goose.ProviderOption{
		goose.WithTableName(name + "_migrations"),
		goose.WithDisableGlobalRegistry(true),
	}
	dialect := goose.DialectSQLite3
	if db.Dialect == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return fmt.Errorf("migrate %s: %w", name, err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.Writer, files, options...)
	if err != nil {
		return fmt.Errorf("migrate %s: %w", name, err)
	}
	// The provider's Close would close the caller's pool, so it is not called.
	_, err = provider.Up(ctx)
	if err != nil && db.Dialect == SQLite && ctx.Err() == nil {
		// goose has no lock for SQLite: another process that started at the
		// same moment may have applied a migration between our look and our
		// attempt. Its transaction is over now, so a second look decides.
		_, err = provider.Up(ctx)
	}
	if err != nil {
		return fmt.Errorf("migrate %s: %w", name, err)
	}
	return nil
}
