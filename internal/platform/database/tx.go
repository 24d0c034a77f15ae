package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// txAttempts bounds how often a transaction is tried that PostgreSQL rolled
// back in favour of another one.
const txAttempts = 5

// InTx runs fn in a transaction on Writer and commits it when fn returns nil.
// When PostgreSQL asks for it (a serialization failure or a deadlock) the whole
// of fn is run again, so fn must have no effect outside the transaction. After
// an error nothing is written, with one exception that no database can avoid:
// when the connection is lost during the commit, the outcome is unknown.
func (db *DB) InTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.tryTx(ctx, fn)
		if err == nil || attempt == txAttempts || !wantsRetry(err) {
			return err
		}
		// Jitter keeps two transactions that collided from colliding again.
		pause := time.NewTimer(time.Duration(1+rand.IntN(20*attempt)) * time.Millisecond)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return err
		}
	}
}

func (db *DB) tryTx(ctx context.Context, fn func(tx *sql.Tx) error) (err error) {
	tx, err := db.Writer.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	committed := false
	defer func() {
		// Also when fn panics. Of a rollback's error nothing can be made: the
		// connection is gone then and the server rolls back by itself.
		if !committed {
			_ = tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		// database/sql rolls back by itself when ctx ends, and then knows of no
		// transaction; the end of ctx is what happened.
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("commit transaction: %w", err)
	}
	committed = true
	return nil
}

// wantsRetry reports whether PostgreSQL rolled back only because of a
// concurrent transaction (SQLSTATE 40001 and 40P01).
func wantsRetry(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}
