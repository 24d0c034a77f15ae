package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
)

// Checkpoint returns how far the source was imported.
func (s *Store) Checkpoint(ctx context.Context, source string) (registry.Checkpoint, error) {
	var c registry.Checkpoint
	var digest []byte
	err := s.db.Reader.QueryRowContext(ctx, "SELECT lines, digest FROM import_sources WHERE name = $1", source).Scan(&c.Lines, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return registry.Checkpoint{}, nil
	}
	if err != nil {
		return registry.Checkpoint{}, wrap("read checkpoint", err)
	}
	if len(digest) != sha256.Size {
		return registry.Checkpoint{}, errors.New("checkpoint's digest is not of SHA-256")
	}
	copy(c.Digest[:], digest)
	return c, nil
}

// Put writes the rows and the checkpoint in one transaction.
func (s *Store) Put(ctx context.Context, rows []registry.Row, source string, reached registry.Checkpoint) error {
	writes, err := plan(rows)
	if err != nil {
		return err
	}
	if source != "" {
		writes = append(writes, &write{
			table: "import_sources", columns: columns("name lines digest"), key: "name",
			rows: [][]any{{source, reached.Lines, reached.Digest[:]}},
		})
	}
	return wrap("write batch", s.db.InTx(ctx, func(tx *sql.Tx) error {
		for _, w := range writes {
			if err := w.run(ctx, tx); err != nil {
				return fmt.Errorf("write %s: %w", w.table, err)
			}
		}
		return nil
	}))
}

// write is what one batch puts into one table.
type write struct {
	table   string
	columns []string
	// key is the column by which a row replaces another. For a table of parts
	// (documents, history) it names the parent, whose parts all go first.
	key     string
	parents []any
	rows    [][]any
}

// plan sorts a batch by table. Of several rows with one id the last stays, as
// it would if they came in batches of their own.
func plan(rows []registry.Row) ([]*write, error) {
	type key struct {
		kind registry.Kind
		id   dovidka.ID
	}
	last := make(map[key]int, len(rows))
	for i, row := range rows {
		last[key{row.Kind(), row.Key()}] = i
	}
	w := newWrites()
	for i, row := range rows {
		if last[key{row.Kind(), row.Key()}] != i {
			continue
		}
		if err := w.add(row); err != nil {
			return nil, err
		}
	}
	return w.list(), nil
}

type writes struct {
	person, document, pair, confidant, declaration, history, party, employee, division, provider *write
}

func newWrites() *writes {
	return &writes{
		person:      &write{table: "persons", columns: personColumns, key: "id"},
		document:    &write{table: "person_documents", columns: documentColumns, key: "person_id"},
		pair:        &write{table: "merged_pairs", columns: mergedPairColumns, key: "id"},
		confidant:   &write{table: "confidant_relationships", columns: confidantColumns, key: "id"},
		declaration: &write{table: "declarations", columns: declarationColumns, key: "id"},
		history:     &write{table: "declaration_status_history", columns: historyColumns, key: "declaration_id"},
		party:       &write{table: "parties", columns: partyColumns, key: "id"},
		employee:    &write{table: "employees", columns: employeeColumns, key: "id"},
		division:    &write{table: "divisions", columns: divisionColumns, key: "id"},
		provider:    &write{table: "legal_entities", columns: legalEntityColumns, key: "id"},
	}
}

func (w *writes) list() []*write {
	return []*write{
		w.provider, w.division, w.party, w.employee, w.person, w.document, w.pair, w.confidant, w.declaration, w.history,
	}
}

func (w *writes) add(row registry.Row) error {
	var values []any
	var err error
	switch r := row.(type) {
	case *registry.Person:
		w.person.rows = append(w.person.rows, personValues(r))
		w.document.parents = append(w.document.parents, string(r.ID))
		for i, d := range r.Documents {
			w.document.rows = append(w.document.rows, documentValues(r.ID, i, d))
		}
	case *registry.Declaration:
		w.declaration.rows = append(w.declaration.rows, declarationValues(r))
		w.history.parents = append(w.history.parents, string(r.ID))
		for i, h := range r.History {
			w.history.rows = append(w.history.rows, historyValues(r.ID, i, h))
		}
	case *registry.MergedPair:
		w.pair.rows = append(w.pair.rows, mergedPairValues(r))
	case *registry.Confidant:
		w.confidant.rows = append(w.confidant.rows, confidantValues(r))
	case *registry.Party:
		w.party.rows = append(w.party.rows, partyValues(r))
	case *registry.Employee:
		values, err = employeeValues(r)
		w.employee.rows = append(w.employee.rows, values)
	case *registry.Division:
		values, err = divisionValues(r)
		w.division.rows = append(w.division.rows, values)
	case *registry.LegalEntity:
		values, err = legalEntityValues(r)
		w.provider.rows = append(w.provider.rows, values)
	default:
		err = unknownRow(row)
	}
	return err
}

// parameters bounds those of one statement. The engines allow many more (32,766
// and 65,535), but SQLite looks each one up by name in a list, so a statement
// costs the square of their number.
const parameters = 500

func (w *write) run(ctx context.Context, tx *sql.Tx) error {
	for part := range slices.Chunk(w.parents, parameters) {
		statement := "DELETE FROM " + w.table + " WHERE " + w.key + " IN " + placeholders(1, len(part))
		if _, err := tx.ExecContext(ctx, statement, part...); err != nil {
			return fmt.Errorf("clear: %w", err)
		}
	}
	for part := range slices.Chunk(w.rows, parameters/len(w.columns)) {
		args := make([]any, 0, len(part)*len(w.columns))
		for _, r := range part {
			args = append(args, r...)
		}
		if _, err := tx.ExecContext(ctx, w.statement(len(part)), args...); err != nil {
			return fmt.Errorf("insert: %w", err)
		}
	}
	return nil
}

// statement writes an INSERT of n rows.
func (w *write) statement(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + w.table + " (" + strings.Join(w.columns, ", ") + ") VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(placeholders(1+i*len(w.columns), len(w.columns)))
	}
	if w.parents != nil {
		return b.String()
	}
	b.WriteString(" ON CONFLICT (" + w.key + ") DO UPDATE SET ")
	for i, c := range w.columns[1:] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c + " = excluded." + c)
	}
	return b.String()
}

// placeholders writes ($first, …) of n parameters.
func placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", $%d", first+i)
	}
	return "(" + b.String()[2:] + ")"
}
