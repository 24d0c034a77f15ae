package registry

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// Bounds of one row. They are far above what the real registry holds and keep
// one bad line from filling the store.
const (
	maxText      = 1000
	maxNumber    = 255 // of what is looked up: an index entry has a bound too
	maxCode      = 64
	maxDocuments = 64
	maxHistory   = 256
	maxList      = 32
)

var (
	errUUID     = errors.New("a UUID in lower case is expected")
	errDate     = errors.New("YYYY-MM-DD is expected")
	errNumber   = fmt.Errorf("at most %d characters without control characters are expected", maxNumber)
	errText     = fmt.Errorf("text of at most %d characters without control characters is expected", maxText)
	errCode     = fmt.Errorf("a code of at most %d characters without spaces is expected", maxCode)
	errRequired = errors.New("is required")
	errTime     = errors.New("a time between the years 1 and 9999 is expected")
	errTooMany  = errors.New("holds too many items")

	uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// checks collects the first error of many.
type checks struct{ err error }

func (c *checks) fail(field string, err error) {
	if c.err == nil {
		c.err = &dovidka.FieldError{Field: field, Err: err}
	}
}

func (c *checks) id(field string, v dovidka.ID) {
	if !uuidPattern.MatchString(string(v)) {
		c.fail(field, errUUID)
	}
}

func (c *checks) optionalID(field string, v dovidka.ID) {
	if v != "" {
		c.id(field, v)
	}
}

func (c *checks) date(field, v string) {
	if _, err := dovidka.ParseDate(v); err != nil || v < "0001-01-01" {
		c.fail(field, errDate)
	}
}

func (c *checks) optionalDate(field, v string) {
	if v != "" {
		c.date(field, v)
	}
}

func (c *checks) text(field, v string) {
	if utf8.RuneCountInString(v) > maxText || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		c.fail(field, errText)
	}
}

func (c *checks) number(field, v string) {
	c.text(field, v)
	if utf8.RuneCountInString(v) > maxNumber {
		c.fail(field, errNumber)
	}
}

func (c *checks) required(field, v string) {
	c.text(field, v)
	if strings.TrimSpace(v) == "" {
		c.fail(field, errRequired)
	}
}

// code checks a value of an open dictionary. Codes hold no spaces, and the
// store relies on it where it packs a status history into one column.
func (c *checks) code(field, v string) {
	if len(v) > maxCode || !utf8.ValidString(v) ||
		strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		c.fail(field, errCode)
	}
}

func (c *checks) requiredCode(field, v string) {
	c.code(field, v)
	if v == "" {
		c.fail(field, errRequired)
	}
}

func (c *checks) time(field string, v time.Time) {
	if !v.IsZero() && (v.Year() < 1 || v.Year() > 9999) {
		c.fail(field, errTime)
	}
}

func (c *checks) count(field string, n, limit int) {
	if n > limit {
		c.fail(field, errTooMany)
	}
}

func (c *checks) contacts(phones []dovidka.PhoneJSON, email string, a *dovidka.AddressJSON) {
	c.text("email", email)
	c.count("phones", len(phones), maxList)
	for _, p := range phones {
		c.code("phones.type", p.Type)
		c.text("phones.number", p.Number)
	}
	if a == nil {
		return
	}
	for _, f := range []struct{ name, value string }{
		{"type", a.Type}, {"country", a.Country}, {"area", a.Area}, {"region", a.Region}, {"settlement", a.Settlement},
		{"settlementId", a.SettlementID}, {"streetType", a.StreetType}, {"street", a.Street}, {"building", a.Building},
		{"apartment", a.Apartment}, {"zip", a.Zip},
	} {
		c.text("address."+f.name, f.value)
	}
}

func (p *Person) check() error {
	var c checks
	c.id("id", p.ID)
	c.required("last_name", p.LastName)
	c.required("first_name", p.FirstName)
	c.text("second_name", p.SecondName)
	c.date("birth_date", p.BirthDate)
	c.code("gender", string(p.Gender))
	c.number("tax_id", p.TaxID)
	c.number("unzr", p.UNZR)
	c.optionalDate("death_date", p.DeathDate)
	c.requiredCode("status", p.Status)
	c.code("verification_status", p.VerificationStatus)
	c.count("documents", len(p.Documents), maxDocuments)
	for _, d := range p.Documents {
		c.requiredCode("documents.type", string(d.Type))
		c.required("documents.number", d.Number)
		c.number("documents.number", d.Number)
		c.optionalDate("documents.issued_at", d.IssuedAt)
		c.optionalDate("documents.expiration_date", d.ExpirationDate)
	}
	c.time("inserted_at", p.InsertedAt)
	c.time("updated_at", p.UpdatedAt)
	return c.err
}

func (m *MergedPair) check() error {
	var c checks
	c.id("id", m.ID)
	c.id("master_person_id", m.MasterPersonID)
	c.id("merge_person_id", m.MergePersonID)
	c.requiredCode("status", m.Status)
	c.time("inserted_at", m.InsertedAt)
	c.time("updated_at", m.UpdatedAt)
	return c.err
}

func (r *Confidant) check() error {
	var c checks
	c.id("id", r.ID)
	c.id("person_id", r.PersonID)
	c.id("confidant_person_id", r.ConfidantPersonID)
	c.code("relation_type", r.RelationType)
	c.optionalDate("active_to", r.ActiveTo)
	c.code("verification_status", r.VerificationStatus)
	c.time("inserted_at", r.InsertedAt)
	c.time("updated_at", r.UpdatedAt)
	return c.err
}

func (d *Declaration) check() error {
	var c checks
	c.id("id", d.ID)
	c.number("declaration_number", d.DeclarationNumber)
	c.optionalID("declaration_request_id", d.DeclarationRequestID)
	c.id("person_id", d.PersonID)
	c.optionalID("employee_id", d.EmployeeID)
	c.optionalID("division_id", d.DivisionID)
	c.optionalID("legal_entity_id", d.LegalEntityID)
	c.code("scope", d.Scope)
	c.date("start_date", d.StartDate)
	c.optionalDate("end_date", d.EndDate)
	c.requiredCode("status", string(d.Status))
	c.text("reason", d.Reason)
	c.text("reason_description", d.ReasonDescription)
	c.count("history", len(d.History), maxHistory)
	for _, h := range d.History {
		c.requiredCode("history.status", string(h.Status))
		c.time("history.inserted_at", h.InsertedAt)
		if h.InsertedAt.IsZero() {
			c.fail("history.inserted_at", errRequired)
		}
	}
	c.time("signed_at", d.SignedAt)
	c.time("inserted_at", d.InsertedAt)
	c.time("updated_at", d.UpdatedAt)
	return c.err
}

func (p *Party) check() error {
	var c checks
	c.id("id", p.ID)
	c.text("last_name", p.LastName)
	c.text("first_name", p.FirstName)
	c.text("second_name", p.SecondName)
	c.code("gender", string(p.Gender))
	c.number("tax_id", p.TaxID)
	c.time("updated_at", p.UpdatedAt)
	return c.err
}

func (e *Employee) check() error {
	var c checks
	c.id("id", e.ID)
	c.optionalID("party_id", e.PartyID)
	c.optionalID("legal_entity_id", e.LegalEntityID)
	c.optionalID("division_id", e.DivisionID)
	c.code("position", e.Position)
	c.code("employee_type", e.EmployeeType)
	c.code("status", e.Status)
	c.optionalDate("start_date", e.StartDate)
	c.optionalDate("end_date", e.EndDate)
	c.count("specialities", len(e.Specialities), maxList)
	for _, s := range e.Specialities {
		c.requiredCode("specialities", s)
	}
	c.time("updated_at", e.UpdatedAt)
	return c.err
}

func (d *Division) check() error {
	var c checks
	c.id("id", d.ID)
	c.optionalID("legal_entity_id", d.LegalEntityID)
	c.text("name", d.Name)
	c.code("division_type", d.DivisionType)
	c.code("status", d.Status)
	c.contacts(d.Phones, d.Email, d.Address)
	c.time("updated_at", d.UpdatedAt)
	return c.err
}

func (l *LegalEntity) check() error {
	var c checks
	c.id("id", l.ID)
	c.text("name", l.Name)
	c.text("short_name", l.ShortName)
	c.text("public_name", l.PublicName)
	c.text("edrpou", l.EDRPOU)
	c.code("legal_entity_type", l.LegalEntityType)
	c.code("legal_form", l.LegalForm)
	c.code("status", l.Status)
	c.contacts(l.Phones, l.Email, l.Address)
	c.time("updated_at", l.UpdatedAt)
	return c.err
}

// stamp brings a time to UTC and microseconds, the precision of eHealth.
func stamp(times ...*time.Time) {
	for _, t := range times {
		if !t.IsZero() {
			*t = t.UTC().Truncate(time.Microsecond)
		}
	}
}

func (p *Person) normalize()     { stamp(&p.InsertedAt, &p.UpdatedAt); p.Documents = orNil(p.Documents) }
func (m *MergedPair) normalize() { stamp(&m.InsertedAt, &m.UpdatedAt) }
func (r *Confidant) normalize()  { stamp(&r.InsertedAt, &r.UpdatedAt) }
func (p *Party) normalize()      { stamp(&p.UpdatedAt) }
func (e *Employee) normalize()   { stamp(&e.UpdatedAt); e.Specialities = orNil(e.Specialities) }
func (d *Division) normalize() {
	stamp(&d.UpdatedAt)
	d.Phones = orNil(d.Phones)
	d.Address = orNoAddress(d.Address)
}
func (l *LegalEntity) normalize() {
	stamp(&l.UpdatedAt)
	l.Phones = orNil(l.Phones)
	l.Address = orNoAddress(l.Address)
}

func (d *Declaration) normalize() {
	stamp(&d.SignedAt, &d.InsertedAt, &d.UpdatedAt)
	for i := range d.History {
		stamp(&d.History[i].InsertedAt)
	}
	// Oldest first, as everybody reads it; rows of one moment keep their order.
	slices.SortStableFunc(d.History, func(a, b StatusRow) int { return a.InsertedAt.Compare(b.InsertedAt) })
	d.History = orNil(d.History)
}

// orNil makes an empty list absent: the store does not tell them apart.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

func orNoAddress(a *dovidka.AddressJSON) *dovidka.AddressJSON {
	if a == nil || *a == (dovidka.AddressJSON{}) {
		return nil
	}
	return a
}
