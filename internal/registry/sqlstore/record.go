package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
)

// recordStatement reads a whole record. The merges are followed as a set, so a
// cycle ends by itself. A "duplicate" that is usable in its own right is not
// followed, whatever the pair says: merging makes the duplicate inactive, so
// either the merge was undone or the pair is wrong, and an active person's
// declarations are that person's alone.
//
// The person is required to be usable again, for the persons were found by an
// earlier statement.
var recordStatement = `WITH RECURSIVE chain(id) AS (
	SELECT p.id FROM persons p WHERE p.id = $1 AND ` + usable("p") + `
	UNION
	SELECT m.merge_person_id FROM chain c JOIN merged_pairs m ON m.master_person_id = c.id
	WHERE m.status = '` + registry.PairMerged + `'
	AND NOT EXISTS (SELECT 1 FROM persons x WHERE x.id = m.merge_person_id AND ` + usable("x") + `)
), bounded(id) AS (SELECT id FROM chain LIMIT $2)
SELECT b.id, (
	SELECT string_agg(h.inserted_at || ' ' || h.status, ' ' ORDER BY h.position)
	FROM declaration_status_history h WHERE h.declaration_id = d.id
), ` + strings.Join([]string{
	list("p", personColumns), list("d", declarationColumns), list("e", employeeColumns),
	list("y", partyRead), list("v", divisionColumns), list("l", legalEntityColumns),
}, ", ") + `
FROM bounded b
LEFT JOIN persons p ON p.id = b.id AND p.id = $1
LEFT JOIN declarations d ON d.person_id = b.id
LEFT JOIN employees e ON e.id = d.employee_id
LEFT JOIN parties y ON y.id = e.party_id
LEFT JOIN divisions v ON v.id = d.division_id
LEFT JOIN legal_entities l ON l.id = d.legal_entity_id
LIMIT $3`

// partyRead leaves the doctor's tax number out of the statement: what is not
// read cannot leak.
var partyRead = columns("id last_name first_name second_name gender")

// Record reads the patient and all declarations in one statement.
func (s *Store) Record(ctx context.Context, person dovidka.ID) (dovidka.Patient, []dovidka.Declaration, error) {
	r := recordReader{person: person}
	// One more than the bound shows that it is exceeded. Rows are declarations
	// and chain members without any.
	const rowLimit = registry.MaxDeclarations + registry.MaxMerged + 1
	rows, err := s.db.Reader.QueryContext(ctx, recordStatement, string(person), registry.MaxMerged+2, rowLimit)
	if err != nil {
		return dovidka.Patient{}, nil, wrap("query record", err)
	}
	defer rows.Close()
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(r.targets()...); err != nil {
			return dovidka.Patient{}, nil, wrap("read declaration", err)
		}
		if err := r.take(); err != nil {
			return dovidka.Patient{}, nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return dovidka.Patient{}, nil, wrap("read record", err)
	}
	switch {
	case n == 0:
		return dovidka.Patient{}, nil, dovidka.ErrNobody
	case n == rowLimit, len(r.patient.Merged) > registry.MaxMerged, len(r.declarations) > registry.MaxDeclarations:
		return dovidka.Patient{}, nil, registry.ErrTooMuch
	}
	slices.Sort(r.patient.Merged)
	return r.patient, r.declarations, nil
}

// recordReader gathers the rows of recordStatement.
type recordReader struct {
	person       dovidka.ID
	patient      dovidka.Patient
	declarations []dovidka.Declaration

	// The row being read.
	member      dovidka.ID
	history     string
	row         registry.Person
	declaration registry.Declaration
	employee    registry.Employee
	party       registry.Party
	division    registry.Division
	provider    registry.LegalEntity
}

func (r *recordReader) targets() []any {
	return slices.Concat(
		[]any{text(&r.member), text(&r.history)}, personTargets(&r.row), declarationTargets(&r.declaration), employeeTargets(&r.employee),
		[]any{text(&r.party.ID), text(&r.party.LastName), text(&r.party.FirstName), text(&r.party.SecondName), text(&r.party.Gender)},
		divisionTargets(&r.division), legalEntityTargets(&r.provider),
	)
}

func (r *recordReader) take() error {
	if r.member == r.person {
		merged := r.patient.Merged
		r.patient = r.row.Patient()
		r.patient.Merged = merged
	} else if !slices.Contains(r.patient.Merged, r.member) {
		r.patient.Merged = append(r.patient.Merged, r.member)
	}
	if r.declaration.ID == "" {
		return nil
	}
	var err error
	if r.declaration.History, err = parseHistory(r.history); err != nil {
		return err
	}
	d := r.declaration.Domain()
	// A reference that resolves to nothing has left its row empty.
	if r.employee.ID != "" {
		d.Employee = r.employee.Domain()
		if r.party.ID != "" {
			d.Employee.Party = r.party.Domain()
		}
	}
	if r.division.ID != "" {
		d.Division = r.division.Domain()
	}
	if r.provider.ID != "" {
		d.LegalEntity = r.provider.Domain()
	}
	r.declarations = append(r.declarations, d)
	return nil
}

// parseHistory reads "time status time status …". A status holds no space: the
// rows were checked when they came in.
func parseHistory(packed string) ([]registry.StatusRow, error) {
	fields := strings.Fields(packed)
	if len(fields)%2 != 0 {
		return nil, errors.New("status history is not made of pairs")
	}
	var out []registry.StatusRow
	for i := 0; i < len(fields); i += 2 {
		at, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("time of status history: %w", errColumn)
		}
		out = append(out, registry.StatusRow{Status: dovidka.Status(fields[i+1]), InsertedAt: time.UnixMicro(at).UTC()})
	}
	return out, nil
}
