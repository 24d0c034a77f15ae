package fhir

// Patient is a person who receives care.
type Patient struct {
	ID                  string         `json:"id"`
	Meta                Meta           `json:"meta"`
	Identifier          []Identifier   `json:"identifier"`
	Active              *bool          `json:"active"`
	Name                []HumanName    `json:"name"`
	Telecom             []ContactPoint `json:"telecom"`
	Gender              Gender         `json:"gender"`
	BirthDate           Date           `json:"birthDate"`
	DeceasedDateTime    DateTime       `json:"deceasedDateTime"`
	Address             []Address      `json:"address"`
	GeneralPractitioner []Reference    `json:"generalPractitioner"`
	Link                []PatientLink  `json:"link"`
}

// PatientLink is another record of the same person.
type PatientLink struct {
	Other Reference `json:"other"`
	Type  LinkType  `json:"type"`
}

// ResourceType implements [Resource].
func (*Patient) ResourceType() string { return "Patient" }

// ResourceID implements [Resource].
func (p *Patient) ResourceID() string { return p.ID }

func (p *Patient) members(w *writer) {
	object(w, "meta", &p.Meta)
	list(w, "identifier", p.Identifier)
	w.active(p.Active)
	list(w, "name", p.Name)
	list(w, "telecom", p.Telecom)
	code(w, "gender", p.Gender)
	writeTime(w, "birthDate", p.BirthDate)
	writeTime(w, "deceasedDateTime", p.DeceasedDateTime)
	list(w, "address", p.Address)
	list(w, "generalPractitioner", p.GeneralPractitioner)
	list(w, "link", p.Link)
}

func (l *PatientLink) members(w *writer) {
	w.must("other", object(w, "other", &l.Other))
	w.must("type", code(w, "type", l.Type))
}

// RelatedPerson is somebody who acts for a patient, like a parent.
type RelatedPerson struct {
	ID           string            `json:"id"`
	Meta         Meta              `json:"meta"`
	Active       *bool             `json:"active"`
	Patient      Reference         `json:"patient"`
	Relationship []CodeableConcept `json:"relationship"`
	Name         []HumanName       `json:"name"`
	Period       Period            `json:"period"`
}

// ResourceType implements [Resource].
func (*RelatedPerson) ResourceType() string { return "RelatedPerson" }

// ResourceID implements [Resource].
func (p *RelatedPerson) ResourceID() string { return p.ID }

func (p *RelatedPerson) members(w *writer) {
	object(w, "meta", &p.Meta)
	w.active(p.Active)
	w.must("patient", object(w, "patient", &p.Patient))
	list(w, "relationship", p.Relationship)
	list(w, "name", p.Name)
	object(w, "period", &p.Period)
}
