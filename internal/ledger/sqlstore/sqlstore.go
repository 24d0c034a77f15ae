// Package sqlstore keeps the ledger's log in SQLite or PostgreSQL.
//
// Writers queue at the one row of ledger_head, in this process and in others,
// so the log cannot fork; the row is replaced only if it is still the one that
// was read, so it cannot fork even where the queue fails. Triggers refuse to
// change, delete or truncate entries.
package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/platform/database"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the ledger's tables up to date.
func Migrate(ctx context.Context, db *database.DB) error {
	return db.Migrate(ctx, migrations, "ledger")
}

// Store is a ledger.Store.
type Store struct{ db *database.DB }

// New returns the Store in a database that Migrate has prepared.
func New(db *database.DB) *Store { return &Store{db} }

var errForked = errors.New("somebody else has appended to the log in between")

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, fn func(tx ledger.Tx) error) error {
	return s.db.InTx(ctx, func(sqlTx *sql.Tx) error {
		t := &tx{tx: sqlTx}
		// An UPDATE that changes nothing is the lock that both engines have;
		// the row it returns is the newest, also after waiting for somebody.
		err := sqlTx.QueryRowContext(ctx,
			"UPDATE ledger_head SET id = id WHERE id = 1 RETURNING entries, hash, signature",
		).Scan(&t.head.Count, &t.head.Hash, &t.head.Signature)
		if err != nil {
			return fmt.Errorf("lock the log's head: %w", err)
		}
		return fn(t)
	})
}

// Head implements ledger.Store.
func (s *Store) Head(ctx context.Context) (ledger.Head, int64, error) {
	var head ledger.Head
	var last int64
	// One statement sees one moment.
	err := s.db.Reader.QueryRowContext(ctx,
		"SELECT entries, hash, signature, (SELECT COALESCE(max(seq), 0) FROM ledger_entries) FROM ledger_head WHERE id = 1",
	).Scan(&head.Count, &head.Hash, &head.Signature, &last)
	if err != nil {
		return ledger.Head{}, 0, fmt.Errorf("read the log's head: %w", err)
	}
	return head, last, nil
}

const selectRows = "SELECT seq, recorded_at, kind, request_id, subject, requester, recipient, COALESCE(once, ''), body, prev_hash, hash FROM ledger_entries "

// Entries implements ledger.Store.
func (s *Store) Entries(ctx context.Context, after int64, limit int) ([]ledger.Row, error) {
	return query(ctx, s.db.Reader, selectRows+"WHERE seq > $1 ORDER BY seq LIMIT $2", after, limit)
}

// tx is a ledger.Tx.
type tx struct {
	tx   *sql.Tx
	head ledger.Head
}

func (t *tx) Head() ledger.Head { return t.head }

func (t *tx) Once(ctx context.Context, key string) (*ledger.Row, error) {
	rows, err := query(ctx, t.tx, selectRows+"WHERE once = $1", key)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func (t *tx) Find(ctx context.Context, q ledger.Query) ([]ledger.Row, error) {
	if q.RequestID == "" && q.Subject == "" {
		return nil, errors.New("a query for a request or a subject is expected")
	}
	var where conditions
	where.equal("request_id", string(q.RequestID))
	where.equal("subject", string(q.Subject))
	where.equal("recipient", q.Recipient)
	where.in("kind", texts(q.Kinds))
	where.in("requester", texts(q.Requesters))
	return query(ctx, t.tx, selectRows+where.String()+"ORDER BY seq", where.args...)
}

// appendAtOnce is the number of rows one INSERT carries at most.
const appendAtOnce = 50

func (t *tx) Append(ctx context.Context, rows []ledger.Row, head ledger.Head) error {
	for len(rows) > 0 {
		n := min(len(rows), appendAtOnce)
		if err := t.insert(ctx, rows[:n]); err != nil {
			return fmt.Errorf("append to the log: %w", err)
		}
		rows = rows[n:]
	}
	result, err := t.tx.ExecContext(ctx,
		"UPDATE ledger_head SET entries = $1, hash = $2, signature = $3 WHERE id = 1 AND entries = $4 AND hash = $5",
		head.Count, head.Hash, head.Signature, t.head.Count, t.head.Hash)
	if err != nil {
		return fmt.Errorf("replace the log's head: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errForked, err)
	}
	return nil
}

func (t *tx) insert(ctx context.Context, rows []ledger.Row) error {
	var text strings.Builder
	text.WriteString("INSERT INTO ledger_entries (seq, recorded_at, kind, request_id, subject, requester, recipient, once, body, prev_hash, hash) VALUES ")
	var args []any
	for i, r := range rows {
		if i > 0 {
			text.WriteString(", ")
		}
		once := sql.NullString{String: r.Once, Valid: r.Once != ""}
		parameters(&text, len(args), 11)
		args = append(args, r.Index, r.At.UnixMicro(), string(r.Kind), string(r.RequestID), string(r.Subject),
			string(r.Requester), r.Recipient, once, r.Body, r.PreviousHash, r.Hash)
	}
	_, err := t.tx.ExecContext(ctx, text.String(), args...)
	return err
}

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func query(ctx context.Context, q querier, text string, args ...any) ([]ledger.Row, error) {
	found, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	defer found.Close()
	var rows []ledger.Row
	for found.Next() {
		var r ledger.Row
		var at int64
		err := found.Scan(&r.Index, &at, &r.Kind, &r.RequestID, &r.Subject, &r.Requester, &r.Recipient, &r.Once,
			&r.Body, &r.PreviousHash, &r.Hash)
		if err != nil {
			return nil, fmt.Errorf("read a row of the log: %w", err)
		}
		r.At = time.UnixMicro(at).UTC()
		rows = append(rows, r)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	return rows, nil
}

// conditions is a WHERE clause in the making; an empty value asks for nothing.
type conditions struct {
	strings.Builder
	args []any
}

func (c *conditions) equal(column, value string) {
	if value != "" {
		c.in(column, []any{value})
	}
}

func (c *conditions) in(column string, values []any) {
	if len(values) == 0 {
		return
	}
	word := "WHERE "
	if len(c.args) > 0 {
		word = "AND "
	}
	c.WriteString(word + column + " IN ")
	parameters(&c.Builder, len(c.args), len(values))
	c.WriteByte(' ')
	c.args = append(c.args, values...)
}

// parameters writes ($n, …) of as many parameters, numbered from after+1.
func parameters(text *strings.Builder, after, number int) {
	for i := range number {
		text.WriteString([]string{"($", ", $"}[min(i, 1)])
		text.WriteString(strconv.Itoa(after + i + 1))
	}
	text.WriteByte(')')
}

func texts[T dovidka.EventKind | dovidka.Pseudonym](values []T) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
