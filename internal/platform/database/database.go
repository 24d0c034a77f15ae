// Package database opens the two databases Dovidka runs on, SQLite in a file
// and PostgreSQL on a server, brings their schema up to date, and runs
// transactions.
//
// Stores write one SQL text for both: parameters are $1, $2, …, columns are
// named, and what differs between the engines lies in the migrations. This
// package knows no table.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Dialect names the engine behind a DB.
type Dialect string

// The engines.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database. Statements that write go to Writer, those that only
// read may go to Reader.
type DB struct {
	// Writer is one connection with SQLite, where a transaction takes the write
	// lock when it begins, and the whole pool with PostgreSQL.
	Writer *sql.DB
	// Reader refuses to write with SQLite; with PostgreSQL it is Writer.
	Reader  *sql.DB
	Dialect Dialect
}

// Config tells what to open. Zero fields take the defaults named beside them.
type Config struct {
	// URL is sqlite:PATH, or postgres://… in any form libpq and pgx read.
	URL string
	// Connections bounds PostgreSQL's pool (16) or SQLite's readers (4).
	Connections int
	// ConnectTimeout bounds the making of one connection (5 s).
	ConnectTimeout time.Duration
	// LockTimeout bounds the waiting for another's lock (5 s).
	LockTimeout time.Duration
	// StatementTimeout bounds one statement in PostgreSQL (30 s). SQLite obeys
	// the context alone.
	StatementTimeout time.Duration
}

// Open opens the database and proves that it answers. It creates a SQLite file
// that is not there, readable by its owner only.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	cfg.ConnectTimeout = withDefault(cfg.ConnectTimeout, 5*time.Second)
	cfg.LockTimeout = withDefault(cfg.LockTimeout, 5*time.Second)
	cfg.StatementTimeout = withDefault(cfg.StatementTimeout, 30*time.Second)

	var db *DB
	var err error
	scheme, rest, _ := strings.Cut(cfg.URL, ":")
	switch scheme {
	case "sqlite":
		cfg.Connections = withDefault(cfg.Connections, 4)
		db, err = openSQLite(rest, cfg)
	case "postgres", "postgresql":
		cfg.Connections = withDefault(cfg.Connections, 16)
		db, err = openPostgres(cfg)
	default:
		// The URL may hold a password, so it is not repeated.
		err = errors.New("database URL must begin with sqlite: or postgres://")
	}
	if err != nil {
		return nil, err
	}
	if err := db.Ping(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Ping proves that both pools reach the database.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.Writer.PingContext(ctx); err != nil {
		return fmt.Errorf("reach %s: %w", db.Dialect, err)
	}
	if db.Reader == db.Writer {
		return nil
	}
	if err := db.Reader.PingContext(ctx); err != nil {
		return fmt.Errorf("reach %s for reading: %w", db.Dialect, err)
	}
	return nil
}

// Close closes the connections. It waits for running statements.
func (db *DB) Close() error {
	var err error
	if db.Reader != db.Writer {
		err = db.Reader.Close()
	}
	// The writer is last: SQLite folds its write-ahead log into the file when
	// the last connection closes, and a reader may not do that.
	if err := errors.Join(err, db.Writer.Close()); err != nil {
		return fmt.Errorf("close %s: %w", db.Dialect, err)
	}
	return nil
}

func withDefault[T int | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}
