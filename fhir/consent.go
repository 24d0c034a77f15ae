package fhir

// Consent is a patient's permission.
type Consent struct {
	ID               string            `json:"id"`
	Meta             Meta              `json:"meta"`
	Identifier       []Identifier      `json:"identifier"`
	Status           ConsentStatus     `json:"status"`
	Scope            CodeableConcept   `json:"scope"`
	Category         []CodeableConcept `json:"category"`
	Patient          Reference         `json:"patient"`
	DateTime         DateTime          `json:"dateTime"`
	Performer        []Reference       `json:"performer"`
	Organization     []Reference       `json:"organization"`
	SourceAttachment Attachment        `json:"sourceAttachment"`
	Policy           []ConsentPolicy   `json:"policy"`
	PolicyRule       CodeableConcept   `json:"policyRule"`
	Provision        ConsentProvision  `json:"provision"`
}

// ConsentPolicy is a law or a rule the consent is given under.
type ConsentPolicy struct {
	Authority string `json:"authority"`
	URI       string `json:"uri"`
}

// ConsentProvision is what is permitted or denied, to whom, when and what for.
type ConsentProvision struct {
	Type    ProvisionType  `json:"type"`
	Period  Period         `json:"period"`
	Actor   []ConsentActor `json:"actor"`
	Purpose []Coding       `json:"purpose"`
}

// ConsentActor is one whom a provision is about.
type ConsentActor struct {
	Role      CodeableConcept `json:"role"`
	Reference Reference       `json:"reference"`
}

// ResourceType implements [Resource].
func (*Consent) ResourceType() string { return "Consent" }

// ResourceID implements [Resource].
func (c *Consent) ResourceID() string { return c.ID }

func (c *Consent) members(w *writer) {
	object(w, "meta", &c.Meta)
	list(w, "identifier", c.Identifier)
	w.must("status", code(w, "status", c.Status))
	w.must("scope", object(w, "scope", &c.Scope))
	w.must("category", list(w, "category", c.Category))
	object(w, "patient", &c.Patient)
	writeTime(w, "dateTime", c.DateTime)
	list(w, "performer", c.Performer)
	list(w, "organization", c.Organization)
	object(w, "sourceAttachment", &c.SourceAttachment)
	policy := list(w, "policy", c.Policy)
	rule := object(w, "policyRule", &c.PolicyRule)
	object(w, "provision", &c.Provision)
	w.must("policy", policy || rule) // ppc-1
}

func (p *ConsentPolicy) members(w *writer) {
	w.uri("authority", p.Authority)
	w.uri("uri", p.URI)
}

func (p *ConsentProvision) members(w *writer) {
	code(w, "type", p.Type)
	object(w, "period", &p.Period)
	list(w, "actor", p.Actor)
	list(w, "purpose", p.Purpose)
}

func (a *ConsentActor) members(w *writer) {
	w.must("role", object(w, "role", &a.Role))
	w.must("reference", object(w, "reference", &a.Reference))
}
