package disclosure

import (
	"cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

// patient is the person the answer is about (profile ua-patient), with nothing
// that identifies a person in another register: the asker has that.
func (c *composer) patient() *fhir.Patient {
	p := &c.record.Patient
	name := humanName(p.Name)
	return &fhir.Patient{
		ID:   resourceID(p.ID),
		Meta: meta("ua-patient", len(name) > 0, p.UpdatedAt),
		// Only a usable record is found; of those, the register closes the dead's.
		Active:              new(p.DeathDate.IsZero()),
		Name:                name,
		Gender:              gender(p.Gender),
		BirthDate:           date(p.BirthDate.Date()),
		DeceasedDateTime:    day(p.DeathDate),
		GeneralPractitioner: c.generalPractitioners(),
		Link:                c.merged(),
	}
}

// generalPractitioners are the doctors of the declarations in force. There
// should be one; nothing in the register sees to it.
func (c *composer) generalPractitioners() []fhir.Reference {
	var list []fhir.Reference
	seen := make(map[string]struct{})
	for i := range c.record.Declarations {
		d := &c.record.Declarations[i]
		if !d.InForce(c.today) {
			continue
		}
		r := careManager(d)
		if _, again := seen[r.Reference]; r.Reference != "" && !again {
			seen[r.Reference] = struct{}{}
			list = append(list, r)
		}
	}
	return list
}

// merged names the duplicates; their own records are not given.
func (c *composer) merged() []fhir.PatientLink {
	var list []fhir.PatientLink
	seen := map[string]struct{}{address(typePatient, c.record.Patient.ID): {}}
	for _, id := range c.record.Patient.Merged {
		r := reference(typePatient, id, "")
		if _, again := seen[r.Reference]; r.Reference != "" && !again {
			seen[r.Reference] = struct{}{}
			list = append(list, fhir.PatientLink{Other: r, Type: fhir.LinkReplaces})
		}
	}
	return list
}

// tellDoctor gives the declaration's position and its holder their entries.
func (c *composer) tellDoctor(d *dovidka.Declaration) {
	e := d.Employee
	if e == nil {
		return
	}
	if id := cmp.Or(e.ID, d.EmployeeID); id != "" && c.first(typeRole, id) {
		c.roles = append(c.roles, fhir.NewEntry(canonical, c.role(id, e)))
	}
	if e.Party == nil {
		return
	}
	if id := cmp.Or(e.Party.ID, e.PartyID); id != "" && c.first(typePractitioner, id) {
		c.doctors = append(c.doctors, fhir.NewEntry(canonical, practitioner(id, e.Party)))
	}
}

// role is a doctor's position (profile ua-practitioner-role).
func (c *composer) role(id dovidka.ID, e *dovidka.Employee) *fhir.PractitionerRole {
	r := &fhir.PractitionerRole{
		ID:           resourceID(id),
		Active:       isStatus(e.Status, "APPROVED"),
		Period:       period(e.StartDate, e.EndDate),
		Practitioner: reference(typePractitioner, e.PartyID, ""),
		Organization: c.known(typeOrganization, e.LegalEntityID),
		Code:         concepts(concept(systemPosition, e.Position, positionNames[e.Position])),
	}
	if e.Party != nil {
		r.Practitioner = reference(typePractitioner, cmp.Or(e.Party.ID, e.PartyID), e.Party.Name.Full())
	}
	for _, s := range e.Specialities {
		r.Specialty = append(r.Specialty, concepts(concept(systemSpeciality, s, specialityNames[s]))...)
	}
	if place := c.known(typeLocation, e.DivisionID); place.Reference != "" {
		r.Location = []fhir.Reference{place}
	}
	complete := r.Active != nil && r.Practitioner.Reference != "" && r.Organization.Reference != ""
	r.Meta = meta("ua-practitioner-role", complete, e.UpdatedAt)
	return r
}

// practitioner is the human being behind a position (profile
// ua-practitioner), without any number: a doctor's tax number is nobody's
// business (uap-1), and the domain does not even read it.
func practitioner(id dovidka.ID, p *dovidka.Party) *fhir.Practitioner {
	r := &fhir.Practitioner{ID: resourceID(id), Name: humanName(p.Name), Gender: gender(p.Gender)}
	if len(r.Name) > 0 {
		r.Meta.Profile = []string{structure("ua-practitioner")}
	}
	return r
}

func humanName(n dovidka.PersonName) []fhir.HumanName {
	full := text(n.Full())
	if full == "" {
		return nil
	}
	name := fhir.HumanName{Use: fhir.NameOfficial, Text: full, Family: text(n.Family)}
	for _, given := range []string{text(n.Given), text(n.Patronymic)} {
		if given != "" {
			name.Given = append(name.Given, given)
		}
	}
	return []fhir.HumanName{name}
}

func gender(g dovidka.Gender) fhir.Gender {
	switch g {
	case dovidka.GenderMale:
		return fhir.Male
	case dovidka.GenderFemale:
		return fhir.Female
	}
	return ""
}

// period leaves out an end that comes before its start (per-1).
func period(start, end dovidka.Date) fhir.Period {
	start, end = possible(start), possible(end)
	if end.Before(start) {
		end = dovidka.Date{}
	}
	return fhir.Period{Start: day(start), End: day(end)}
}
