package database

import (
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

func openPostgres(cfg Config) (*DB, error) {
	conn, err := pgx.ParseConfig(cfg.URL)
	if err != nil {
		return nil, fmt.Errorf("read database URL: %w", err)
	}
	if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = cfg.ConnectTimeout
	}
	// What the URL sets itself is left alone: behind a pooler these settings
	// may have to be absent ("") or belong to the role.
	for name, value := range map[string]string{
		"application_name":  "dovidka",
		"statement_timeout": milliseconds(cfg.StatementTimeout),
		"lock_timeout":      milliseconds(cfg.LockTimeout),
		// A process that stops in the middle of a transaction must not hold
		// its locks for ever.
		"idle_in_transaction_session_timeout": milliseconds(cfg.StatementTimeout),
	} {
		switch set, ok := conn.RuntimeParams[name]; {
		case !ok:
			conn.RuntimeParams[name] = value
		case set == "":
			delete(conn.RuntimeParams, name)
		}
	}
	pool := stdlib.OpenDB(*conn)
	pool.SetMaxOpenConns(cfg.Connections)
	pool.SetMaxIdleConns(cfg.Connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	// After a fail-over behind one address, connections move to the new primary.
	pool.SetConnMaxLifetime(30 * time.Minute)
	return &DB{Writer: pool, Reader: pool, Dialect: Postgres}, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
