// Package sqlstore keeps the cases of package disclosure in SQLite or
// PostgreSQL.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Store implements disclosure.Store.
type Store struct {
	db *database.DB
}

// New brings the schema up to date and returns the store.
func New(ctx context.Context, db *database.DB) (*Store, error) {
	if err := db.Migrate(ctx, migrations, "disclosure"); err != nil {
		return nil, err
	}
	return &Store{db}, nil
}

const columns = `id, state, case_key, body_digest, channel, caller_name, message_id, transaction_id, service, user_id, purpose_id,
	subject_id, statement, nonce, created_at, expires_at, container, content, inquiry, accepted_at, attempts, retry_at,
	code, reason, grant_id, record, bundle, signature, sealed_at, receipt, withdrawn, finished_at`

// Open implements disclosure.Store.
func (s *Store) Open(ctx context.Context, c disclosure.Case) (kept disclosure.Case, opened bool, err error) {
	result, err := s.db.Writer.ExecContext(ctx, `
		INSERT INTO cases (`+columns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
			$22, $23, '', '', NULL, NULL, NULL, 0, NULL, 0, $24)
		ON CONFLICT (case_key) DO NOTHING`,
		string(c.ID), string(c.State), c.Key, c.BodyDigest[:], string(c.Channel), c.Caller.Name, c.Caller.MessageID,
		c.Caller.TransactionID, c.Caller.Service, c.Caller.UserID.Reveal(), c.Caller.PurposeID,
		c.Caller.SubjectID.Reveal(), c.Statement, c.Nonce, micros(c.CreatedAt), micros(c.ExpiresAt), c.Container, c.Content, c.Inquiry,
		micros(c.AcceptedAt), c.Attempts, micros(c.RetryAt), string(c.Outcome.Code), micros(c.FinishedAt))
	if err != nil {
		return disclosure.Case{}, false, fmt.Errorf("insert case: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil {
		return disclosure.Case{}, false, fmt.Errorf("insert case: %w", err)
	} else if n == 1 {
		return c, true, nil
	}
	kept, err = scan(s.db.Writer.QueryRowContext(ctx, `SELECT `+columns+` FROM cases WHERE case_key = $1`, c.Key))
	return kept, false, err
}

// Load implements disclosure.Store.
func (s *Store) Load(ctx context.Context, id dovidka.ID) (disclosure.Case, error) {
	return scan(s.db.Reader.QueryRowContext(ctx, `SELECT `+columns+` FROM cases WHERE id = $1`, string(id)))
}

// Accept implements disclosure.Store.
func (s *Store) Accept(ctx context.Context, id dovidka.ID, attempts int, container, content []byte, at, claimedUntil time.Time) error {
	return s.move(ctx, "accept case", `
		UPDATE cases SET state = 'accepted', container = $2, content = $3, accepted_at = $4, retry_at = $5, attempts = attempts + 1
		WHERE id = $1 AND attempts = $6 AND state = 'awaiting-signature'`,
		string(id), container, content, micros(at), micros(claimedUntil), attempts)
}

// Claim implements disclosure.Store.
func (s *Store) Claim(ctx context.Context, id dovidka.ID, attempts int, now, until time.Time) (bool, error) {
	err := s.move(ctx, "claim case", `
		UPDATE cases SET retry_at = $3, attempts = attempts + 1
		WHERE id = $1 AND attempts = $4 AND state = 'accepted' AND retry_at <= $2`,
		string(id), micros(now), micros(until), attempts)
	if errors.Is(err, disclosure.ErrCaseState) {
		return false, nil
	}
	return err == nil, err
}

// BurnNonce implements disclosure.Store.
func (s *Store) BurnNonce(ctx context.Context, nonce string, id dovidka.ID, keepUntil time.Time) error {
	// The no-op update makes the statement affect a row exactly when the nonce
	// is new or this case's own.
	result, err := s.db.Writer.ExecContext(ctx, `
		INSERT INTO nonces (nonce, case_id, keep_until) VALUES ($1, $2, $3)
		ON CONFLICT (nonce) DO UPDATE SET keep_until = excluded.keep_until WHERE nonces.case_id = excluded.case_id`,
		nonce, string(id), micros(keepUntil))
	return affected("burn nonce", result, err, disclosure.ErrNonceUsed)
}

// Reopen implements disclosure.Store.
func (s *Store) Reopen(ctx context.Context, id dovidka.ID, attempt int) error {
	return s.move(ctx, "reopen case", `
		UPDATE cases SET state = 'awaiting-signature', container = NULL, content = NULL, accepted_at = 0, retry_at = 0
		WHERE id = $1 AND attempts = $2 AND state = 'accepted'`, string(id), attempt)
}

// Defer implements disclosure.Store.
func (s *Store) Defer(ctx context.Context, id dovidka.ID, attempt int, until time.Time) error {
	return s.move(ctx, "defer case", `
		UPDATE cases SET retry_at = $3 WHERE id = $1 AND attempts = $2 AND state = 'accepted'`, string(id), attempt, micros(until))
}

// Finish implements disclosure.Store.
func (s *Store) Finish(ctx context.Context, id dovidka.ID, attempt int, out disclosure.Outcome, at time.Time, notice *dovidka.Notice) error {
	state := dovidka.StateDone
	if out.Code != "" {
		state = dovidka.StateRefused
	}
	receipt, err := json.Marshal(out.Receipt)
	if err != nil {
		return fmt.Errorf("encode receipt: %w", err)
	}
	finish := func(db execer) error {
		return move(ctx, db, "finish case", `
			UPDATE cases SET state = $2, code = $3, reason = $4, grant_id = $5, record = $6, bundle = $7, signature = $8,
				sealed_at = $9, receipt = $10, withdrawn = $11, finished_at = $12
			WHERE id = $1 AND attempts = $13 AND state = 'accepted'`,
			string(id), string(state), string(out.Code), out.Reason, string(out.GrantID), out.Record, out.Sealed.Bundle, out.Sealed.Signature,
			micros(out.Sealed.SealedAt), receipt, out.Withdrawn, micros(at), attempt)
	}
	if notice == nil {
		return finish(s.db.Writer)
	}
	return s.db.InTx(ctx, func(tx *sql.Tx) error {
		if err := finish(tx); err != nil {
			return err
		}
		return insertNotice(ctx, tx, *notice)
	})
}

// Due implements disclosure.Store.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (ids []dovidka.ID, err error) {
	rows, err := s.db.Reader.QueryContext(ctx, `
		SELECT id FROM cases WHERE state = 'accepted' AND retry_at <= $1 ORDER BY retry_at LIMIT $2`, micros(now), limit)
	if err != nil {
		return nil, fmt.Errorf("list due cases: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("list due cases: %w", err)
		}
		ids = append(ids, dovidka.ID(id))
	}
	return ids, rows.Err()
}

// ReleaseClaims implements disclosure.Store.
func (s *Store) ReleaseClaims(ctx context.Context) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE cases SET retry_at = 0 WHERE state = 'accepted'`)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE notices SET retry_at = 0`)
		return err
	})
	if err != nil {
		return fmt.Errorf("release claims: %w", err)
	}
	return nil
}

// Purge implements disclosure.Store.
func (s *Store) Purge(ctx context.Context, now, answersBefore, casesBefore time.Time) (wiped, deleted int64, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, `
			UPDATE cases SET record = NULL, bundle = NULL, signature = NULL, container = NULL, content = NULL, inquiry = NULL,
				statement = NULL, user_id = '', subject_id = ''
			WHERE finished_at > 0 AND finished_at < $1 AND (bundle IS NOT NULL OR container IS NOT NULL OR inquiry IS NOT NULL)`, micros(answersBefore))
		if err != nil {
			return err
		}
		if wiped, err = result.RowsAffected(); err != nil {
			return err
		}
		result, err = tx.ExecContext(ctx, `DELETE FROM cases WHERE created_at < $1 AND state <> 'accepted'`, micros(casesBefore))
		if err != nil {
			return err
		}
		if deleted, err = result.RowsAffected(); err != nil {
			return err
		}
		// Nobody is told of an answer that is gone.
		if _, err = tx.ExecContext(ctx, `DELETE FROM notices WHERE created_at < $1`, micros(answersBefore)); err != nil {
			return err
		}
		// A case that was accepted in time may still bring a nonce that is past its own.
		_, err = tx.ExecContext(ctx, `
			DELETE FROM nonces WHERE keep_until < $1
			AND keep_until < COALESCE((SELECT min(accepted_at) FROM cases WHERE state = 'accepted'), $1)`, micros(now))
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("purge cases: %w", err)
	}
	return wiped, deleted, nil
}

// Ready implements disclosure.Store.
func (s *Store) Ready(ctx context.Context) error { return s.db.Ping(ctx) }

func (s *Store) move(ctx context.Context, action, statement string, args ...any) error {
	return move(ctx, s.db.Writer, action, statement, args...)
}

// execer is a database or a transaction.
type execer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// move runs an update of one case; ErrCaseState when it changed nothing.
func move(ctx context.Context, db execer, action, statement string, args ...any) error {
	result, err := db.ExecContext(ctx, statement, args...)
	return affected(action, result, err, disclosure.ErrCaseState)
}

func affected(action string, result sql.Result, err, none error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	if n == 0 {
		return none
	}
	return nil
}

func scan(row *sql.Row) (disclosure.Case, error) {
	var c disclosure.Case
	var id, state, channel, user, subject, code, grant string
	var digest, receipt []byte
	var created, expires, accepted, retry, sealed, finished int64
	err := row.Scan(&id, &state, &c.Key, &digest, &channel, &c.Caller.Name, &c.Caller.MessageID, &c.Caller.TransactionID,
		&c.Caller.Service, &user, &c.Caller.PurposeID, &subject, &c.Statement, &c.Nonce, &created, &expires, &c.Container, &c.Content, &c.Inquiry,
		&accepted, &c.Attempts, &retry, &code, &c.Outcome.Reason, &grant, &c.Outcome.Record, &c.Outcome.Sealed.Bundle,
		&c.Outcome.Sealed.Signature, &sealed, &receipt, &c.Outcome.Withdrawn, &finished)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return disclosure.Case{}, disclosure.ErrNoCase
	case err != nil:
		return disclosure.Case{}, fmt.Errorf("read case: %w", err)
	case len(digest) != len(c.BodyDigest):
		return disclosure.Case{}, errors.New("read case: digest of another length")
	}
	if receipt != nil {
		if err := json.Unmarshal(receipt, &c.Outcome.Receipt); err != nil {
			return disclosure.Case{}, fmt.Errorf("read receipt: %w", err)
		}
	}
	c.ID, c.State, c.Channel = dovidka.ID(id), dovidka.State(state), dovidka.Channel(channel)
	c.Caller.UserID, c.Caller.SubjectID = dovidka.NewUserID(user), dovidka.NewSubjectID(subject)
	c.BodyDigest = [32]byte(digest)
	c.Outcome.Code, c.Outcome.GrantID = dovidka.Code(code), dovidka.ID(grant)
	c.CreatedAt, c.ExpiresAt, c.AcceptedAt, c.RetryAt = moment(created), moment(expires), moment(accepted), moment(retry)
	c.Outcome.Sealed.SealedAt, c.FinishedAt = moment(sealed), moment(finished)
	return c, nil
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
