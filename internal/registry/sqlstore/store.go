// Package sqlstore keeps the registry in SQLite or PostgreSQL.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/registry"
)

//go:embed migrations
var migrations embed.FS

// Store is a registry.Store, a registry.ImportStore and a registry.ExportStore.
type Store struct{ db *database.DB }

// New brings the schema up to date and returns a Store over the database,
// which the caller closes.
func New(ctx context.Context, db *database.DB) (*Store, error) {
	if err := db.Migrate(ctx, migrations, "registry"); err != nil {
		return nil, fmt.Errorf("migrate registry: %w", err)
	}
	return &Store{db: db}, nil
}

// Ping reports whether the database can be reached.
func (s *Store) Ping(ctx context.Context) error { return wrap("reach registry", s.db.Ping(ctx)) }

// wrap names the action and marks what may pass by itself.
func wrap(action string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, registry.ErrUnavailable):
		return fmt.Errorf("%s: %w", action, err)
	case database.IsUnavailable(err), errors.Is(err, sql.ErrConnDone):
		return fmt.Errorf("%s: %w: %w", action, registry.ErrUnavailable, err)
	default:
		return fmt.Errorf("%s: %w", action, err)
	}
}
