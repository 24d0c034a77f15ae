package fhir

// Provenance is who made a resource what it is, and with what signature.
type Provenance struct {
	ID               string            `json:"id"`
	Meta             Meta              `json:"meta"`
	Target           []Reference       `json:"target"`
	OccurredDateTime DateTime          `json:"occurredDateTime"`
	Recorded         Instant           `json:"recorded"`
	Activity         CodeableConcept   `json:"activity"`
	Agent            []ProvenanceAgent `json:"agent"`
	Signature        []Signature       `json:"signature"`
}

// ProvenanceAgent is somebody who took part.
type ProvenanceAgent struct {
	Type       CodeableConcept `json:"type"`
	Who        Reference       `json:"who"`
	OnBehalfOf Reference       `json:"onBehalfOf"`
}

// ResourceType implements [Resource].
func (*Provenance) ResourceType() string { return "Provenance" }

// ResourceID implements [Resource].
func (p *Provenance) ResourceID() string { return p.ID }

func (p *Provenance) members(w *writer) {
	object(w, "meta", &p.Meta)
	w.must("target", list(w, "target", p.Target))
	writeTime(w, "occurredDateTime", p.OccurredDateTime)
	w.must("recorded", writeTime(w, "recorded", p.Recorded))
	object(w, "activity", &p.Activity)
	w.must("agent", list(w, "agent", p.Agent))
	list(w, "signature", p.Signature)
}

func (a *ProvenanceAgent) members(w *writer) {
	object(w, "type", &a.Type)
	w.must("who", object(w, "who", &a.Who))
	object(w, "onBehalfOf", &a.OnBehalfOf)
}
