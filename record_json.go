package dovidka

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// RecordJSON is the plain form of a Record: the JSON the REST door answers
// with, and what a finished request is stored as. It shows everything: make it
// only for the holder of a grant. Field names are part of the public contract.
type RecordJSON struct {
	AsOf         time.Time         `json:"asOf"`
	Patient      PatientJSON       `json:"patient"`
	Declarations []DeclarationJSON `json:"declarations"`
	// Partial is true when some doctor, division or provider could not be resolved.
	Partial bool `json:"partial"`
}

// PatientJSON is the plain form of a Patient. Numbers that identify a person in
// other registers are left out: the asker has them.
type PatientJSON struct {
	ID         ID     `json:"id"`
	LastName   string `json:"lastName"`
	FirstName  string `json:"firstName"`
	SecondName string `json:"secondName,omitempty"`
	BirthDate  string `json:"birthDate,omitempty"`
	Gender     Gender `json:"gender,omitempty"`
	DeathDate  string `json:"deathDate,omitempty"`
	Merged     []ID   `json:"mergedPersonIds,omitempty"`
	// UpdatedAt is absent when unknown.
	UpdatedAt *time.Time `json:"updatedAt,omitempty"`
}

// DeclarationJSON is the plain form of a Declaration. The description of the
// reason is left out: officials write it for officials.
type DeclarationJSON struct {
	ID            ID                 `json:"id"`
	Number        string             `json:"declarationNumber"`
	Status        Status             `json:"status"`
	InForce       bool               `json:"inForce"`
	Reason        string             `json:"reason,omitempty"`
	Scope         string             `json:"scope,omitempty"`
	Start         string             `json:"startDate"`
	PlannedEnd    string             `json:"endDate,omitempty"`
	RealEnd       string             `json:"endedOn,omitempty"`
	SignedAt      *time.Time         `json:"signedAt,omitempty"`
	Overlimit     *bool              `json:"overlimit,omitempty"`
	PersonID      ID                 `json:"personId,omitempty"`
	EmployeeID    ID                 `json:"employeeId,omitempty"`
	DivisionID    ID                 `json:"divisionId,omitempty"`
	LegalEntityID ID                 `json:"legalEntityId,omitempty"`
	Employee      *EmployeeJSON      `json:"employee,omitempty"`
	Division      *DivisionJSON      `json:"division,omitempty"`
	LegalEntity   *LegalEntityJSON   `json:"legalEntity,omitempty"`
	History       []StatusChangeJSON `json:"statusHistory,omitempty"`
	InsertedAt    *time.Time         `json:"insertedAt,omitempty"`
	UpdatedAt     *time.Time         `json:"updatedAt,omitempty"`
}

// StatusChangeJSON is the plain form of a StatusChange.
type StatusChangeJSON struct {
	Status Status    `json:"status"`
	At     time.Time `json:"at"`
}

// EmployeeJSON is the plain form of an Employee with its Party.
type EmployeeJSON struct {
	ID           ID         `json:"id"`
	PartyID      ID         `json:"partyId,omitempty"`
	LastName     string     `json:"lastName,omitempty"`
	FirstName    string     `json:"firstName,omitempty"`
	SecondName   string     `json:"secondName,omitempty"`
	Gender       Gender     `json:"gender,omitempty"`
	Position     string     `json:"position,omitempty"`
	Type         string     `json:"employeeType,omitempty"`
	Status       string     `json:"status,omitempty"`
	StartDate    string     `json:"startDate,omitempty"`
	EndDate      string     `json:"endDate,omitempty"`
	Specialities []string   `json:"specialities,omitempty"`
	UpdatedAt    *time.Time `json:"updatedAt,omitempty"`
	LegalEntity  ID         `json:"legalEntityId,omitempty"`
	Division     ID         `json:"divisionId,omitempty"`
}

// DivisionJSON is the plain form of a Division.
type DivisionJSON struct {
	ID          ID           `json:"id"`
	Name        string       `json:"name,omitempty"`
	Type        string       `json:"type,omitempty"`
	Status      string       `json:"status,omitempty"`
	Phones      []PhoneJSON  `json:"phones,omitempty"`
	Email       string       `json:"email,omitempty"`
	Address     *AddressJSON `json:"address,omitempty"`
	UpdatedAt   *time.Time   `json:"updatedAt,omitempty"`
	LegalEntity ID           `json:"legalEntityId,omitempty"`
}

// LegalEntityJSON is the plain form of a LegalEntity. The code of a sole
// proprietor, being a personal number, is left out.
type LegalEntityJSON struct {
	ID         ID           `json:"id"`
	Name       string       `json:"name,omitempty"`
	ShortName  string       `json:"shortName,omitempty"`
	PublicName string       `json:"publicName,omitempty"`
	EDRPOU     string       `json:"edrpou,omitempty"`
	Type       string       `json:"type,omitempty"`
	LegalForm  string       `json:"legalForm,omitempty"`
	Status     string       `json:"status,omitempty"`
	Phones     []PhoneJSON  `json:"phones,omitempty"`
	Email      string       `json:"email,omitempty"`
	Address    *AddressJSON `json:"address,omitempty"`
	UpdatedAt  *time.Time   `json:"updatedAt,omitempty"`
}

// PhoneJSON is the plain form of a Phone.
type PhoneJSON struct {
	Type   string `json:"type,omitempty"`
	Number string `json:"number"`
}

// AddressJSON is the plain form of an Address.
type AddressJSON struct {
	Type         string `json:"type,omitempty"`
	Country      string `json:"country,omitempty"`
	Area         string `json:"area,omitempty"`
	Region       string `json:"region,omitempty"`
	Settlement   string `json:"settlement,omitempty"`
	SettlementID string `json:"settlementId,omitempty"`
	StreetType   string `json:"streetType,omitempty"`
	Street       string `json:"street,omitempty"`
	Building     string `json:"building,omitempty"`
	Apartment    string `json:"apartment,omitempty"`
	Zip          string `json:"zip,omitempty"`
}

// Plain returns the record in plain text. Whether a declaration is in force,
// and whether it has ended, is told for the (Kyiv) day of AsOf.
func (r Record) Plain() RecordJSON {
	day := DateOf(r.AsOf.In(Kyiv()))
	out := RecordJSON{
		AsOf: r.AsOf.UTC(),
		Patient: PatientJSON{
			ID: r.Patient.ID, LastName: r.Patient.Name.Family, FirstName: r.Patient.Name.Given, SecondName: r.Patient.Name.Patronymic,
			BirthDate: r.Patient.BirthDate.Reveal(), Gender: r.Patient.Gender, DeathDate: r.Patient.DeathDate.String(),
			Merged: r.Patient.Merged, UpdatedAt: optionalTime(r.Patient.UpdatedAt),
		},
		Declarations: make([]DeclarationJSON, 0, len(r.Declarations)),
	}
	for _, d := range r.Declarations {
		out.Partial = out.Partial || d.LegalEntity == nil ||
			r.Scope != ScopeStatus && (d.Employee == nil || d.Employee.Party == nil || d.Division == nil)
		out.Declarations = append(out.Declarations, d.plain(day))
	}
	return out
}

func (d Declaration) plain(day Date) DeclarationJSON {
	out := DeclarationJSON{
		ID: d.ID, Number: d.Number.Reveal(), Status: d.Status, InForce: d.InForce(day),
		Reason: d.Reason, Scope: d.Scope,
		Start: d.Start.String(), PlannedEnd: d.PlannedEnd.String(), SignedAt: optionalTime(d.SignedAt), Overlimit: d.Overlimit,
		PersonID: d.PersonID, EmployeeID: d.EmployeeID, DivisionID: d.DivisionID, LegalEntityID: d.LegalEntityID,
		InsertedAt: optionalTime(d.InsertedAt), UpdatedAt: optionalTime(d.UpdatedAt),
	}
	if end, ok := d.RealEnd(day); ok {
		out.RealEnd = end.String()
	}
	for _, h := range d.History {
		out.History = append(out.History, StatusChangeJSON{h.Status, h.At.UTC()})
	}
	if e := d.Employee; e != nil {
		out.Employee = &EmployeeJSON{
			ID: e.ID, PartyID: e.PartyID, Position: e.Position, Type: e.Type, Status: e.Status,
			StartDate: e.StartDate.String(), EndDate: e.EndDate.String(), Specialities: e.Specialities,
			UpdatedAt: optionalTime(e.UpdatedAt), LegalEntity: e.LegalEntityID, Division: e.DivisionID,
		}
		if p := e.Party; p != nil {
			out.Employee.LastName, out.Employee.FirstName, out.Employee.SecondName = p.Name.Family, p.Name.Given, p.Name.Patronymic
			out.Employee.Gender = p.Gender
		}
	}
	if v := d.Division; v != nil {
		out.Division = &DivisionJSON{
			ID: v.ID, Name: v.Name, Type: v.Type, Status: v.Status, Phones: plainPhones(v.Phones), Email: v.Email,
			Address: v.Address.plain(), UpdatedAt: optionalTime(v.UpdatedAt), LegalEntity: v.LegalEntityID,
		}
	}
	if l := d.LegalEntity; l != nil {
		out.LegalEntity = &LegalEntityJSON{
			ID: l.ID, Name: l.Name, ShortName: l.ShortName, PublicName: l.PublicName, Type: l.Type, LegalForm: l.LegalForm,
			Status: l.Status, Phones: plainPhones(l.Phones), Email: l.Email, Address: l.Address.plain(), UpdatedAt: optionalTime(l.UpdatedAt),
		}
		if !l.Personal() {
			out.LegalEntity.EDRPOU = l.EDRPOU.Reveal()
		}
	}
	return out
}

func (a Address) plain() *AddressJSON {
	if a.IsZero() {
		return nil
	}
	out := AddressJSON(a)
	return &out
}

func plainPhones(list []Phone) []PhoneJSON {
	var out []PhoneJSON
	for _, p := range list {
		out = append(out, PhoneJSON(p))
	}
	return out
}

func optionalTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Encode returns the plain form as JSON.
func (r RecordJSON) Encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
