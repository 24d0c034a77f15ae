package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
)

// Outbox holds the notices that Finish has kept, for whoever passes them on.
// Errors mean that the storage failed and nothing was changed.
type Outbox struct{ db *database.DB }

// Outbox returns the store's other side.
func (s *Store) Outbox() *Outbox { return &Outbox{s.db} }

func insertNotice(ctx context.Context, tx *sql.Tx, n dovidka.Notice) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO notices (id, case_id, recipient, created_at, attempts, retry_at) VALUES ($1, $2, $3, $4, 0, 0)`,
		string(n.ID), string(n.RequestID), n.Recipient.Reveal(), micros(n.CreatedAt))
	if err != nil {
		return fmt.Errorf("insert notice: %w", err)
	}
	return nil
}

// Claim takes up to limit notices that are due, for one worker until the moment,
// counts the attempt and returns them, oldest first.
func (o *Outbox) Claim(ctx context.Context, now, until time.Time, limit int) (notices []dovidka.Notice, err error) {
	// The condition stands outside too: in PostgreSQL a second worker that has
	// waited for the first looks at it again.
	rows, err := o.db.Writer.QueryContext(ctx, `
		UPDATE notices SET retry_at = $2, attempts = attempts + 1
		WHERE retry_at <= $1 AND id IN (SELECT id FROM notices WHERE retry_at <= $1 ORDER BY retry_at, created_at LIMIT $3)
		RETURNING id, case_id, recipient, created_at, attempts`, micros(now), micros(until), limit)
	if err != nil {
		return nil, fmt.Errorf("claim notices: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id, request, recipient string
		var created int64
		var n dovidka.Notice
		if err := rows.Scan(&id, &request, &recipient, &created, &n.Attempts); err != nil {
			return nil, fmt.Errorf("read notice: %w", err)
		}
		if n.Recipient, err = dovidka.ReadRNOKPP(recipient); err != nil {
			return nil, fmt.Errorf("read notice %s: %w", id, err)
		}
		n.ID, n.RequestID, n.CreatedAt = dovidka.ID(id), dovidka.ID(request), moment(created)
		notices = append(notices, n)
	}
	slices.SortFunc(notices, func(a, b dovidka.Notice) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return notices, rows.Err()
}

// Rest lets a claimed notice rest until the moment. It reports false, and does
// nothing, when the notice is gone or somebody has claimed it since.
func (o *Outbox) Rest(ctx context.Context, id dovidka.ID, attempt int, until time.Time) (bool, error) {
	return o.change(ctx, "rest notice", `UPDATE notices SET retry_at = $3 WHERE id = $1 AND attempts = $2`, string(id), attempt, micros(until))
}

// Forget wipes a claimed notice. It reports false as Rest does.
func (o *Outbox) Forget(ctx context.Context, id dovidka.ID, attempt int) (bool, error) {
	return o.change(ctx, "forget notice", `DELETE FROM notices WHERE id = $1 AND attempts = $2`, string(id), attempt)
}

func (o *Outbox) change(ctx context.Context, action, statement string, args ...any) (bool, error) {
	result, err := o.db.Writer.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, fmt.Errorf("%s: %w", action, err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return false, fmt.Errorf("%s: %w", action, err)
	}
	return n > 0, nil
}

// Backlog tells how many notices there are and when the oldest was made; zero
// when there is none.
func (o *Outbox) Backlog(ctx context.Context) (count int, oldest time.Time, err error) {
	var created int64
	err = o.db.Reader.QueryRowContext(ctx, `SELECT count(*), COALESCE(min(created_at), 0) FROM notices`).Scan(&count, &created)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("count notices: %w", err)
	}
	return count, moment(created), nil
}
