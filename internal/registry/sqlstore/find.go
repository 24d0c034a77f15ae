package sqlstore

import (
	"context"
	"fmt"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
)

// usable is the rule of eHealth's search for an active person, and of the
// death register.
func usable(alias string) string {
	return fmt.Sprintf("%[1]s.status = 'active' AND %[1]s.is_active AND %[1]s.death_date IS NULL", alias)
}

// Find looks up the requester and the subject in one statement.
//
// A number that only a merged duplicate holds finds nobody, although the
// duplicate's master is known: the search of eHealth starts from active
// persons, and a merge that was a mistake must not open a record to somebody
// whom the record's own row does not know.
func (s *Store) Find(ctx context.Context, q registry.Query) (registry.Found, error) {
	var found registry.Found
	statement, args := findStatement(q)
	rows, err := s.db.Reader.QueryContext(ctx, statement, args...)
	if err != nil {
		return registry.Found{}, wrap("query persons", err)
	}
	defer rows.Close()
	for rows.Next() {
		var role int64
		var c registry.Candidate
		var p registry.Person
		var d registry.PersonDocument
		targets := append([]any{&role, flag(&c.Confidant), text(&d.Type), text(&d.Number)}, personTargets(&p)...)
		if err := rows.Scan(targets...); err != nil {
			return registry.Found{}, wrap("read person", err)
		}
		c.Patient = p.Patient()
		list := &found.Requesters
		if role == roleSubject {
			list = &found.Subjects
		}
		// A row a document: the person's other rows have come just before.
		if n := len(*list); n == 0 || (*list)[n-1].Patient.ID != c.Patient.ID {
			*list = append(*list, c)
		}
		if d.Type != "" {
			last := &(*list)[len(*list)-1]
			last.Documents = append(last.Documents, d.Document())
		}
	}
	if err := rows.Err(); err != nil {
		return registry.Found{}, wrap("read persons", err)
	}
	return found, nil
}

const (
	roleRequester = 0
	roleSubject   = 1
)

// findStatement writes the statement for the identifiers given. It has as many
// texts as there are pairs of kinds of identifiers, so they stay prepared.
func findStatement(q registry.Query) (string, []any) {
	var args []any
	param := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	matching := func(i registry.Identifier) string {
		// Two are enough to know that there are several.
		return "SELECT p.id FROM persons p WHERE " + condition(i, param) + " AND " + usable("p") + " ORDER BY p.id LIMIT 2"
	}
	with := "WITH requester(id) AS (" + matching(q.Requester) + ")"
	found := fmt.Sprintf("SELECT %d AS role, id FROM requester", roleRequester)
	confidant := "1 = 0"
	if !q.Subject.IsZero() {
		with += ", subject(id) AS (" + matching(q.Subject) + ")"
		found += fmt.Sprintf(" UNION ALL SELECT %d, id FROM subject", roleSubject)
		// Counting, not EXISTS: PostgreSQL may answer that by hashing the table.
		confidant = fmt.Sprintf(`f.role = %d AND 0 < (
	SELECT count(*) FROM confidant_relationships r
	WHERE r.person_id = p.id AND r.confidant_person_id IN (SELECT id FROM requester)
	AND r.is_active AND r.verification_status = '%s' AND (r.active_to IS NULL OR r.active_to >= %s))`,
			roleSubject, registry.Verified, param(q.Day.String()))
	}
	return with + ", found(role, id) AS (" + found + `)
SELECT f.role, ` + confidant + `, d.type, d.number, ` + list("p", personColumns) + `
FROM found f JOIN persons p ON p.id = f.id LEFT JOIN person_documents d ON d.person_id = p.id
ORDER BY f.role, p.id, d.position`, args
}

// condition writes how one person is looked up. No identifier finds nobody.
func condition(i registry.Identifier, param func(any) string) string {
	switch {
	case !i.RNOKPP.IsZero():
		return "p.tax_id = " + param(i.RNOKPP.Reveal())
	case !i.UNZR.IsZero():
		return "p.unzr = " + param(i.UNZR.Reveal())
	case i.Document != (dovidka.Document{}):
		return "p.id IN (SELECT person_id FROM person_documents WHERE lookup = " + param(i.Document.Number()) +
			" AND type = " + param(string(i.Document.Type)) + ")"
	default:
		return "1 = 0"
	}
}
