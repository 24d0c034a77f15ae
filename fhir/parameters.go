package fhir

// Parameters is the input of an operation, or its output.
type Parameters struct {
	ID        string      `json:"id"`
	Parameter []Parameter `json:"parameter"`
}

// Parameter is a named value.
type Parameter struct {
	Name  string `json:"name"`
	Value Value  `json:"value[x]"`
}

// ResourceType implements [Resource].
func (*Parameters) ResourceType() string { return "Parameters" }

// ResourceID implements [Resource].
func (p *Parameters) ResourceID() string { return p.ID }

func (p *Parameters) members(w *writer) { list(w, "parameter", p.Parameter) }

func (p *Parameter) members(w *writer) {
	w.must("name", w.string("name", p.Name))
	w.must("value", p.Value != nil && p.Value.writeValue(w)) // inv-1
}
