package fhir

// AuditEvent is the record of who looked at what, as IHE BALP shapes it.
type AuditEvent struct {
	ID             string            `json:"id"`
	Meta           Meta              `json:"meta"`
	Type           Coding            `json:"type"`
	Subtype        []Coding          `json:"subtype"`
	Action         AuditAction       `json:"action"`
	Recorded       Instant           `json:"recorded"`
	Outcome        AuditOutcome      `json:"outcome"`
	OutcomeDesc    string            `json:"outcomeDesc"`
	PurposeOfEvent []CodeableConcept `json:"purposeOfEvent"`
	Agent          []AuditAgent      `json:"agent"`
	Source         AuditSource       `json:"source"`
	Entity         []AuditEntity     `json:"entity"`
}

// AuditAgent is somebody, or something, that took part.
type AuditAgent struct {
	Type         CodeableConcept   `json:"type"`
	Role         []CodeableConcept `json:"role"`
	Who          Reference         `json:"who"`
	Name         string            `json:"name"`
	Requestor    bool              `json:"requestor"` // mandatory: false is written, too
	Network      AuditNetwork      `json:"network"`
	PurposeOfUse []CodeableConcept `json:"purposeOfUse"`
}

// AuditNetwork is where an agent was.
type AuditNetwork struct {
	Address string           `json:"address"`
	Type    AuditNetworkType `json:"type"`
}

// AuditSource is who tells.
type AuditSource struct {
	Site     string    `json:"site"`
	Observer Reference `json:"observer"`
	Type     []Coding  `json:"type"`
}

// AuditEntity is what it was about.
type AuditEntity struct {
	What   Reference     `json:"what"`
	Type   Coding        `json:"type"`
	Role   Coding        `json:"role"`
	Name   string        `json:"name"`
	Query  []byte        `json:"query"` // may hold an identifier: the log is personal data
	Detail []AuditDetail `json:"detail"`
}

// AuditDetail is a named addition to an entity.
type AuditDetail struct {
	Type        string `json:"type"`
	ValueString string `json:"valueString"`
}

// ResourceType implements [Resource].
func (*AuditEvent) ResourceType() string { return "AuditEvent" }

// ResourceID implements [Resource].
func (a *AuditEvent) ResourceID() string { return a.ID }

func (a *AuditEvent) members(w *writer) {
	object(w, "meta", &a.Meta)
	w.must("type", object(w, "type", &a.Type))
	list(w, "subtype", a.Subtype)
	code(w, "action", a.Action)
	w.must("recorded", writeTime(w, "recorded", a.Recorded))
	code(w, "outcome", a.Outcome)
	w.string("outcomeDesc", a.OutcomeDesc)
	list(w, "purposeOfEvent", a.PurposeOfEvent)
	w.must("agent", list(w, "agent", a.Agent))
	w.must("source", object(w, "source", &a.Source))
	list(w, "entity", a.Entity)
}

func (a *AuditAgent) members(w *writer) {
	object(w, "type", &a.Type)
	list(w, "role", a.Role)
	object(w, "who", &a.Who)
	w.string("name", a.Name)
	w.boolean("requestor", a.Requestor)
	object(w, "network", &a.Network)
	list(w, "purposeOfUse", a.PurposeOfUse)
}

func (n *AuditNetwork) members(w *writer) {
	w.string("address", n.Address)
	code(w, "type", n.Type)
}

func (s *AuditSource) members(w *writer) {
	w.string("site", s.Site)
	w.must("observer", object(w, "observer", &s.Observer))
	list(w, "type", s.Type)
}

func (e *AuditEntity) members(w *writer) {
	object(w, "what", &e.What)
	object(w, "type", &e.Type)
	object(w, "role", &e.Role)
	w.string("name", e.Name)
	w.base64("query", e.Query)
	list(w, "detail", e.Detail)
	if e.Name != "" && len(e.Query) > 0 {
		w.fail("query", "beside a name") // sev-1
	}
}

func (d *AuditDetail) members(w *writer) {
	w.must("type", w.string("type", d.Type))
	w.must("value", w.string("valueString", d.ValueString))
}
