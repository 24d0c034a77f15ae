package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/registry"
)

// Rows passes every row to yield, in the order of registry.Kinds and by id.
func (s *Store) Rows(ctx context.Context, yield func(registry.Row) error) error {
	// PostgreSQL takes a snapshot per transaction only when asked to; SQLite
	// always does.
	options := &sql.TxOptions{ReadOnly: true}
	if s.db.Dialect == database.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := s.db.Reader.BeginTx(ctx, options)
	if err != nil {
		return wrap("begin export", err)
	}
	// Nothing was written, so there is nothing to lose by it.
	defer func() { _ = tx.Rollback() }()
	for _, kind := range registry.Kinds() {
		if err := dump(ctx, tx, kind, yield); err != nil {
			return wrap("export "+string(kind), err)
		}
	}
	return nil
}

func dump(ctx context.Context, tx *sql.Tx, kind registry.Kind, yield func(registry.Row) error) error {
	switch kind {
	case registry.KindPerson:
		return dumpPersons(ctx, tx, yield)
	case registry.KindDeclaration:
		return dumpDeclarations(ctx, tx, yield)
	case registry.KindMergedPair:
		return dumpTable(ctx, tx, "merged_pairs", mergedPairColumns, mergedPairTargets, yield)
	case registry.KindConfidant:
		return dumpTable(ctx, tx, "confidant_relationships", confidantColumns, confidantTargets, yield)
	case registry.KindParty:
		return dumpTable(ctx, tx, "parties", partyColumns, partyTargets, yield)
	case registry.KindEmployee:
		return dumpTable(ctx, tx, "employees", employeeColumns, employeeTargets, yield)
	case registry.KindDivision:
		return dumpTable(ctx, tx, "divisions", divisionColumns, divisionTargets, yield)
	case registry.KindLegalEntity:
		return dumpTable(ctx, tx, "legal_entities", legalEntityColumns, legalEntityTargets, yield)
	}
	return fmt.Errorf("no table for kind %q", kind)
}

// pointer lets a function take any *T that is a Row.
type pointer[T any] interface {
	*T
	registry.Row
}

func dumpTable[T any, P pointer[T]](
	ctx context.Context, tx *sql.Tx, table string, columns []string, targets func(P) []any, yield func(registry.Row) error,
) error {
	return each(ctx, tx, "SELECT "+list("t", columns)+" FROM "+table+" t ORDER BY t.id", func(rows *sql.Rows) error {
		row := P(new(T))
		if err := rows.Scan(targets(row)...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		return yield(row)
	})
}

func dumpPersons(ctx context.Context, tx *sql.Tx, yield func(registry.Row) error) error {
	var current *registry.Person
	statement := "SELECT d.type, d.number, d.issued_at, d.expiration_date, " + list("t", personColumns) +
		" FROM persons t LEFT JOIN person_documents d ON d.person_id = t.id ORDER BY t.id, d.position"
	err := each(ctx, tx, statement, func(rows *sql.Rows) error {
		var d registry.PersonDocument
		next := new(registry.Person)
		targets := append([]any{text(&d.Type), text(&d.Number), date(&d.IssuedAt), date(&d.ExpirationDate)}, personTargets(next)...)
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		if current == nil || current.ID != next.ID {
			if current != nil {
				if err := yield(current); err != nil {
					return err
				}
			}
			current = next
		}
		if d.Type != "" {
			current.Documents = append(current.Documents, d)
		}
		return nil
	})
	if err != nil || current == nil {
		return err
	}
	return yield(current)
}

func dumpDeclarations(ctx context.Context, tx *sql.Tx, yield func(registry.Row) error) error {
	statement := `SELECT (
	SELECT string_agg(h.inserted_at || ' ' || h.status, ' ' ORDER BY h.position)
	FROM declaration_status_history h WHERE h.declaration_id = t.id
), ` + list("t", declarationColumns) + " FROM declarations t ORDER BY t.id"
	return each(ctx, tx, statement, func(rows *sql.Rows) error {
		d := new(registry.Declaration)
		var history string
		if err := rows.Scan(append([]any{text(&history)}, declarationTargets(d)...)...); err != nil {
			return fmt.Errorf("read row: %w", err)
		}
		var err error
		if d.History, err = parseHistory(history); err != nil {
			return err
		}
		return yield(d)
	})
}

func each(ctx context.Context, tx *sql.Tx, statement string, take func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("query: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read rows: %w", err)
	}
	return nil
}
