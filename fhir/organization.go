package fhir

// Organization is a provider of care.
type Organization struct {
	ID         string            `json:"id"`
	Meta       Meta              `json:"meta"`
	Identifier []Identifier      `json:"identifier"`
	Active     *bool             `json:"active"`
	Type       []CodeableConcept `json:"type"`
	Name       string            `json:"name"`
	Alias      []string          `json:"alias"`
	Telecom    []ContactPoint    `json:"telecom"`
	Address    []Address         `json:"address"`
}

// ResourceType implements [Resource].
func (*Organization) ResourceType() string { return "Organization" }

// ResourceID implements [Resource].
func (o *Organization) ResourceID() string { return o.ID }

func (o *Organization) members(w *writer) {
	object(w, "meta", &o.Meta)
	list(w, "identifier", o.Identifier)
	w.active(o.Active)
	list(w, "type", o.Type)
	w.string("name", o.Name)
	w.strings("alias", o.Alias)
	list(w, "telecom", o.Telecom)
	list(w, "address", o.Address)
	// org-1: neither a name nor an identifier says nothing.
	w.must("name", o.Name != "" || len(o.Identifier) > 0)
}

// Location is a place where care is given.
type Location struct {
	ID                   string            `json:"id"`
	Meta                 Meta              `json:"meta"`
	Status               LocationStatus    `json:"status"`
	Name                 string            `json:"name"`
	Mode                 LocationMode      `json:"mode"`
	Type                 []CodeableConcept `json:"type"`
	Telecom              []ContactPoint    `json:"telecom"`
	Address              Address           `json:"address"`
	Position             Position          `json:"position"`
	ManagingOrganization Reference         `json:"managingOrganization"`
}

// Position is a point on the WGS84 ellipsoid, in degrees.
type Position struct {
	Longitude Decimal `json:"longitude"`
	Latitude  Decimal `json:"latitude"`
}

// ResourceType implements [Resource].
func (*Location) ResourceType() string { return "Location" }

// ResourceID implements [Resource].
func (l *Location) ResourceID() string { return l.ID }

func (l *Location) members(w *writer) {
	object(w, "meta", &l.Meta)
	code(w, "status", l.Status)
	w.string("name", l.Name)
	code(w, "mode", l.Mode)
	list(w, "type", l.Type)
	list(w, "telecom", l.Telecom)
	object(w, "address", &l.Address)
	object(w, "position", &l.Position)
	object(w, "managingOrganization", &l.ManagingOrganization)
}

func (p *Position) members(w *writer) {
	// Each is mandatory in the other's company; without both there is no position.
	longitude := w.decimal("longitude", p.Longitude)
	latitude := w.decimal("latitude", p.Latitude)
	w.must("longitude", longitude || !latitude)
	w.must("latitude", latitude || !longitude)
}
