package registry

import "github.com/dovidka/dovidka"

// The methods below turn rows into the domain's types. What cannot be read as
// the domain demands (a number of an unforeseen form, say) is left out or kept
// as text, never refused: the rows are history.

// Patient returns the person without merged duplicates.
func (p *Person) Patient() dovidka.Patient {
	out := dovidka.Patient{
		ID: p.ID, Gender: p.Gender, DeathDate: dateOf(p.DeathDate), UpdatedAt: p.UpdatedAt,
		Name:      dovidka.PersonName{Family: p.LastName, Given: p.FirstName, Patronymic: p.SecondName},
		BirthDate: dovidka.NewBirthDate(dateOf(p.BirthDate)),
	}
	if n, err := dovidka.ReadRNOKPP(p.TaxID); err == nil {
		out.RNOKPP = n
	}
	if n, err := dovidka.ParseUNZR(p.UNZR); err == nil {
		out.UNZR = n
	}
	return out
}

// Document returns the document with its number normalised.
func (d PersonDocument) Document() dovidka.Document { return dovidka.ReadDocument(d.Type, d.Number) }

// Domain returns the declaration without its doctor, division and provider.
func (d *Declaration) Domain() dovidka.Declaration {
	out := dovidka.Declaration{
		ID: d.ID, RequestID: d.DeclarationRequestID, Number: dovidka.KeepDeclarationNumber(d.DeclarationNumber),
		PersonID: d.PersonID, Scope: d.Scope, Start: dateOf(d.StartDate), PlannedEnd: dateOf(d.EndDate),
		SignedAt: d.SignedAt, Status: d.Status, Reason: d.Reason, ReasonDescription: d.ReasonDescription,
		Overlimit: d.Overlimit, EmployeeID: d.EmployeeID, DivisionID: d.DivisionID, LegalEntityID: d.LegalEntityID,
		InsertedAt: d.InsertedAt, UpdatedAt: d.UpdatedAt,
	}
	for _, h := range d.History {
		out.History = append(out.History, dovidka.StatusChange{Status: h.Status, At: h.InsertedAt})
	}
	return out
}

// Domain returns the party. Its tax number, which may be a document's, stays
// behind: an older view of the source showed it to patients and should not have.
func (p *Party) Domain() *dovidka.Party {
	return &dovidka.Party{
		ID: p.ID, Gender: p.Gender,
		Name: dovidka.PersonName{Family: p.LastName, Given: p.FirstName, Patronymic: p.SecondName},
	}
}

// Domain returns the employee without the party.
func (e *Employee) Domain() *dovidka.Employee {
	return &dovidka.Employee{
		ID: e.ID, PartyID: e.PartyID, LegalEntityID: e.LegalEntityID, DivisionID: e.DivisionID,
		Position: e.Position, Type: e.EmployeeType, Status: e.Status,
		StartDate: dateOf(e.StartDate), EndDate: dateOf(e.EndDate), Specialities: e.Specialities, UpdatedAt: e.UpdatedAt,
	}
}

// Domain returns the division.
func (d *Division) Domain() *dovidka.Division {
	return &dovidka.Division{
		ID: d.ID, LegalEntityID: d.LegalEntityID, Name: d.Name, Type: d.DivisionType, Status: d.Status,
		Phones: phonesOf(d.Phones), Email: d.Email, Address: addressOf(d.Address), UpdatedAt: d.UpdatedAt,
	}
}

// Domain returns the provider.
func (l *LegalEntity) Domain() *dovidka.LegalEntity {
	out := &dovidka.LegalEntity{
		ID: l.ID, Name: l.Name, ShortName: l.ShortName, PublicName: l.PublicName, Type: l.LegalEntityType,
		LegalForm: l.LegalForm, Status: l.Status, Phones: phonesOf(l.Phones), Email: l.Email,
		Address: addressOf(l.Address), UpdatedAt: l.UpdatedAt,
	}
	if code, err := dovidka.ParseEDRPOU(l.EDRPOU); err == nil {
		out.EDRPOU = code
	}
	return out
}

func dateOf(s string) dovidka.Date {
	d, err := dovidka.ParseDate(s)
	if err != nil {
		return dovidka.Date{}
	}
	return d
}

func phonesOf(list []dovidka.PhoneJSON) []dovidka.Phone {
	var out []dovidka.Phone
	for _, p := range list {
		out = append(out, dovidka.Phone(p))
	}
	return out
}

func addressOf(a *dovidka.AddressJSON) dovidka.Address {
	if a == nil {
		return dovidka.Address{}
	}
	return dovidka.Address(*a)
}
