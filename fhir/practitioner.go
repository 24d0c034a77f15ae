package fhir

// Practitioner is a person who gives care.
type Practitioner struct {
	ID            string          `json:"id"`
	Meta          Meta            `json:"meta"`
	Active        *bool           `json:"active"`
	Name          []HumanName     `json:"name"`
	Gender        Gender          `json:"gender"`
	Qualification []Qualification `json:"qualification"`
}

// Qualification is a certificate or a degree of a practitioner.
type Qualification struct {
	Identifier []Identifier    `json:"identifier"`
	Code       CodeableConcept `json:"code"`
	Period     Period          `json:"period"`
	Issuer     Reference       `json:"issuer"`
}

// ResourceType implements [Resource].
func (*Practitioner) ResourceType() string { return "Practitioner" }

// ResourceID implements [Resource].
func (p *Practitioner) ResourceID() string { return p.ID }

func (p *Practitioner) members(w *writer) {
	object(w, "meta", &p.Meta)
	w.active(p.Active)
	list(w, "name", p.Name)
	code(w, "gender", p.Gender)
	list(w, "qualification", p.Qualification)
}

func (q *Qualification) members(w *writer) {
	list(w, "identifier", q.Identifier)
	w.must("code", object(w, "code", &q.Code))
	object(w, "period", &q.Period)
	object(w, "issuer", &q.Issuer)
}

// PractitionerRole is what a practitioner does for an organization, where and
// when: a job.
type PractitionerRole struct {
	ID           string            `json:"id"`
	Meta         Meta              `json:"meta"`
	Active       *bool             `json:"active"`
	Period       Period            `json:"period"`
	Practitioner Reference         `json:"practitioner"`
	Organization Reference         `json:"organization"`
	Code         []CodeableConcept `json:"code"`
	Specialty    []CodeableConcept `json:"specialty"`
	Location     []Reference       `json:"location"`
	Telecom      []ContactPoint    `json:"telecom"`
}

// ResourceType implements [Resource].
func (*PractitionerRole) ResourceType() string { return "PractitionerRole" }

// ResourceID implements [Resource].
func (p *PractitionerRole) ResourceID() string { return p.ID }

func (p *PractitionerRole) members(w *writer) {
	object(w, "meta", &p.Meta)
	w.active(p.Active)
	object(w, "period", &p.Period)
	object(w, "practitioner", &p.Practitioner)
	object(w, "organization", &p.Organization)
	list(w, "code", p.Code)
	list(w, "specialty", p.Specialty)
	list(w, "location", p.Location)
	list(w, "telecom", p.Telecom)
}
