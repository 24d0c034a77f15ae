package fhir

// OperationOutcome is what went wrong, or is worth knowing.
type OperationOutcome struct {
	ID    string         `json:"id"`
	Meta  Meta           `json:"meta"`
	Issue []OutcomeIssue `json:"issue"`
}

// OutcomeIssue is one thing that went wrong: Details for people, Diagnostics
// for developers, and where in the request it is.
type OutcomeIssue struct {
	Severity    IssueSeverity   `json:"severity"`
	Code        IssueType       `json:"code"`
	Details     CodeableConcept `json:"details"`
	Diagnostics string          `json:"diagnostics"`
	Location    []string        `json:"location"`   // http.<parameter or header>
	Expression  []string        `json:"expression"` // FHIRPath into the body
}

// ResourceType implements [Resource].
func (*OperationOutcome) ResourceType() string { return "OperationOutcome" }

// ResourceID implements [Resource].
func (o *OperationOutcome) ResourceID() string { return o.ID }

func (o *OperationOutcome) members(w *writer) {
	object(w, "meta", &o.Meta)
	w.must("issue", list(w, "issue", o.Issue))
}

func (i *OutcomeIssue) members(w *writer) {
	w.must("severity", code(w, "severity", i.Severity))
	w.must("code", code(w, "code", i.Code))
	object(w, "details", &i.Details)
	w.string("diagnostics", i.Diagnostics)
	w.strings("location", i.Location)
	w.strings("expression", i.Expression)
}
