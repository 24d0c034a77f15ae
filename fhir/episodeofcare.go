package fhir

// EpisodeOfCare is a time in which an organization and a practitioner are
// responsible for a patient: a declaration.
type EpisodeOfCare struct {
	ID                   string                 `json:"id"`
	Meta                 Meta                   `json:"meta"`
	Extension            []Extension            `json:"extension"`
	Identifier           []Identifier           `json:"identifier"`
	Status               EpisodeStatus          `json:"status"`
	StatusHistory        []EpisodeStatusHistory `json:"statusHistory"`
	Type                 []CodeableConcept      `json:"type"`
	Patient              Reference              `json:"patient"`
	ManagingOrganization Reference              `json:"managingOrganization"`
	Period               Period                 `json:"period"`
	CareManager          Reference              `json:"careManager"`
}

// EpisodeStatusHistory is one status an episode has had, and when.
type EpisodeStatusHistory struct {
	Status EpisodeStatus `json:"status"`
	Period Period        `json:"period"`
}

// ResourceType implements [Resource].
func (*EpisodeOfCare) ResourceType() string { return "EpisodeOfCare" }

// ResourceID implements [Resource].
func (e *EpisodeOfCare) ResourceID() string { return e.ID }

func (e *EpisodeOfCare) members(w *writer) {
	object(w, "meta", &e.Meta)
	list(w, "extension", e.Extension)
	list(w, "identifier", e.Identifier)
	w.must("status", code(w, "status", e.Status))
	list(w, "statusHistory", e.StatusHistory)
	list(w, "type", e.Type)
	w.must("patient", object(w, "patient", &e.Patient))
	object(w, "managingOrganization", &e.ManagingOrganization)
	object(w, "period", &e.Period)
	object(w, "careManager", &e.CareManager)
}

func (h *EpisodeStatusHistory) members(w *writer) {
	w.must("status", code(w, "status", h.Status))
	w.must("period", object(w, "period", &h.Period))
}
