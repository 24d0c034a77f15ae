package sqlstore

import (
	"fmt"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
)

// The tables' columns, in the order in which the functions below give and take
// values. The first column of each is its key.
var (
	personColumns = columns("id last_name first_name second_name birth_date gender tax_id no_tax_id invalid_tax_id unzr " +
		"death_date status is_active verification_status inserted_at updated_at")
	documentColumns    = columns("person_id position type number lookup issued_at expiration_date")
	mergedPairColumns  = columns("id master_person_id merge_person_id status inserted_at updated_at")
	confidantColumns   = columns("id person_id confidant_person_id relation_type is_active active_to verification_status inserted_at updated_at")
	partyColumns       = columns("id last_name first_name second_name gender tax_id no_tax_id updated_at")
	employeeColumns    = columns("id party_id legal_entity_id division_id position employee_type status start_date end_date specialities updated_at")
	divisionColumns    = columns("id legal_entity_id name division_type status phones email address updated_at")
	legalEntityColumns = columns("id name short_name public_name edrpou legal_entity_type legal_form status phones email address updated_at")
	declarationColumns = columns("id declaration_number declaration_request_id person_id employee_id division_id legal_entity_id " +
		"scope start_date end_date signed_at status is_active reason reason_description overlimit inserted_at updated_at")
	historyColumns = columns("declaration_id position status inserted_at")
)

func columns(s string) []string { return strings.Fields(s) }

// list writes columns for a SELECT, under a table's alias.
func list(alias string, columns []string) string {
	return alias + "." + strings.Join(columns, ", "+alias+".")
}

func personTargets(p *registry.Person) []any {
	return []any{
		text(&p.ID), text(&p.LastName), text(&p.FirstName), text(&p.SecondName), date(&p.BirthDate), text(&p.Gender),
		text(&p.TaxID), flag(&p.NoTaxID), flag(&p.InvalidTaxID), text(&p.UNZR), date(&p.DeathDate), text(&p.Status),
		flag(&p.IsActive), text(&p.VerificationStatus), instant(&p.InsertedAt), instant(&p.UpdatedAt),
	}
}

func personValues(p *registry.Person) []any {
	return []any{
		string(p.ID), p.LastName, p.FirstName, p.SecondName, p.BirthDate, string(p.Gender),
		textOrNull(p.TaxID), p.NoTaxID, p.InvalidTaxID, textOrNull(p.UNZR), textOrNull(p.DeathDate), p.Status,
		p.IsActive, p.VerificationStatus, instantOrNull(p.InsertedAt), instantOrNull(p.UpdatedAt),
	}
}

func documentValues(person dovidka.ID, position int, d registry.PersonDocument) []any {
	return []any{
		string(person), position, string(d.Type), d.Number, dovidka.NormalizeDocumentNumber(d.Number),
		textOrNull(d.IssuedAt), textOrNull(d.ExpirationDate),
	}
}

func mergedPairTargets(m *registry.MergedPair) []any {
	return []any{text(&m.ID), text(&m.MasterPersonID), text(&m.MergePersonID), text(&m.Status), instant(&m.InsertedAt), instant(&m.UpdatedAt)}
}

func mergedPairValues(m *registry.MergedPair) []any {
	return []any{
		string(m.ID), string(m.MasterPersonID), string(m.MergePersonID), m.Status,
		instantOrNull(m.InsertedAt), instantOrNull(m.UpdatedAt),
	}
}

func confidantTargets(c *registry.Confidant) []any {
	return []any{
		text(&c.ID), text(&c.PersonID), text(&c.ConfidantPersonID), text(&c.RelationType), flag(&c.IsActive),
		date(&c.ActiveTo), text(&c.VerificationStatus), instant(&c.InsertedAt), instant(&c.UpdatedAt),
	}
}

func confidantValues(c *registry.Confidant) []any {
	return []any{
		string(c.ID), string(c.PersonID), string(c.ConfidantPersonID), c.RelationType, c.IsActive,
		textOrNull(c.ActiveTo), c.VerificationStatus, instantOrNull(c.InsertedAt), instantOrNull(c.UpdatedAt),
	}
}

func partyTargets(p *registry.Party) []any {
	return []any{
		text(&p.ID), text(&p.LastName), text(&p.FirstName), text(&p.SecondName), text(&p.Gender),
		text(&p.TaxID), flag(&p.NoTaxID), instant(&p.UpdatedAt),
	}
}

func partyValues(p *registry.Party) []any {
	return []any{
		string(p.ID), p.LastName, p.FirstName, p.SecondName, string(p.Gender), p.TaxID, p.NoTaxID, instantOrNull(p.UpdatedAt),
	}
}

func employeeTargets(e *registry.Employee) []any {
	return []any{
		text(&e.ID), text(&e.PartyID), text(&e.LegalEntityID), text(&e.DivisionID), text(&e.Position), text(&e.EmployeeType),
		text(&e.Status), date(&e.StartDate), date(&e.EndDate), fromJSON(&e.Specialities), instant(&e.UpdatedAt),
	}
}

func employeeValues(e *registry.Employee) ([]any, error) {
	specialities, err := toJSON(e.Specialities)
	return []any{
		string(e.ID), idOrNull(e.PartyID), idOrNull(e.LegalEntityID), idOrNull(e.DivisionID), e.Position, e.EmployeeType,
		e.Status, textOrNull(e.StartDate), textOrNull(e.EndDate), specialities, instantOrNull(e.UpdatedAt),
	}, err
}

func divisionTargets(d *registry.Division) []any {
	return []any{
		text(&d.ID), text(&d.LegalEntityID), text(&d.Name), text(&d.DivisionType), text(&d.Status), fromJSON(&d.Phones),
		text(&d.Email), fromJSON(&d.Address), instant(&d.UpdatedAt),
	}
}

func divisionValues(d *registry.Division) ([]any, error) {
	phones, address, err := contacts(d.Phones, d.Address)
	return []any{
		string(d.ID), idOrNull(d.LegalEntityID), d.Name, d.DivisionType, d.Status, phones, d.Email, address, instantOrNull(d.UpdatedAt),
	}, err
}

func legalEntityTargets(l *registry.LegalEntity) []any {
	return []any{
		text(&l.ID), text(&l.Name), text(&l.ShortName), text(&l.PublicName), text(&l.EDRPOU), text(&l.LegalEntityType),
		text(&l.LegalForm), text(&l.Status), fromJSON(&l.Phones), text(&l.Email), fromJSON(&l.Address), instant(&l.UpdatedAt),
	}
}

func legalEntityValues(l *registry.LegalEntity) ([]any, error) {
	phones, address, err := contacts(l.Phones, l.Address)
	return []any{
		string(l.ID), l.Name, l.ShortName, l.PublicName, l.EDRPOU, l.LegalEntityType,
		l.LegalForm, l.Status, phones, l.Email, address, instantOrNull(l.UpdatedAt),
	}, err
}

func contacts(list []dovidka.PhoneJSON, a *dovidka.AddressJSON) (phones, address string, err error) {
	if phones, err = toJSON(list); err != nil {
		return "", "", err
	}
	address, err = toJSON(a)
	return phones, address, err
}

func declarationTargets(d *registry.Declaration) []any {
	return []any{
		text(&d.ID), text(&d.DeclarationNumber), text(&d.DeclarationRequestID), text(&d.PersonID), text(&d.EmployeeID),
		text(&d.DivisionID), text(&d.LegalEntityID), text(&d.Scope), date(&d.StartDate), date(&d.EndDate),
		instant(&d.SignedAt), text(&d.Status), flag(&d.IsActive), text(&d.Reason), text(&d.ReasonDescription),
		optionalFlag(&d.Overlimit), instant(&d.InsertedAt), instant(&d.UpdatedAt),
	}
}

func declarationValues(d *registry.Declaration) []any {
	return []any{
		string(d.ID), d.DeclarationNumber, idOrNull(d.DeclarationRequestID), string(d.PersonID), idOrNull(d.EmployeeID),
		idOrNull(d.DivisionID), idOrNull(d.LegalEntityID), d.Scope, d.StartDate, textOrNull(d.EndDate),
		instantOrNull(d.SignedAt), string(d.Status), d.IsActive, d.Reason, d.ReasonDescription,
		flagOrNull(d.Overlimit), instantOrNull(d.InsertedAt), instantOrNull(d.UpdatedAt),
	}
}

func historyValues(declaration dovidka.ID, position int, h registry.StatusRow) []any {
	return []any{string(declaration), position, string(h.Status), h.InsertedAt.UnixMicro()}
}

// unknownRow is our own defect: registry.Row is closed.
func unknownRow(row registry.Row) error {
	return fmt.Errorf("no table for a row of kind %q", row.Kind())
}
