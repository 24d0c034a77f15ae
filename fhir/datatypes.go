package fhir

// Identifier is a name given to a thing by somebody's register.
type Identifier struct {
	Use      IdentifierUse   `json:"use"`
	Type     CodeableConcept `json:"type"`
	System   string          `json:"system"`
	Value    string          `json:"value"`
	Period   Period          `json:"period"`
	Assigner *Reference      `json:"assigner"`
}

func (i *Identifier) members(w *writer) {
	code(w, "use", i.Use)
	object(w, "type", &i.Type)
	w.uri("system", i.System)
	w.string("value", i.Value)
	object(w, "period", &i.Period)
	if i.Assigner != nil {
		object(w, "assigner", i.Assigner)
	}
}

// Coding is one code of one code system.
type Coding struct {
	System  string `json:"system"`
	Code    string `json:"code"`
	Display string `json:"display"`
}

func (c *Coding) members(w *writer) {
	w.uri("system", c.System)
	code(w, "code", c.Code)
	w.string("display", c.Display)
}

// CodeableConcept is a notion, said in codes, in words or in both.
type CodeableConcept struct {
	Coding []Coding `json:"coding"`
	Text   string   `json:"text"`
}

// Concept is a CodeableConcept of a single code.
func Concept(system, code, display string) CodeableConcept {
	return CodeableConcept{Coding: []Coding{{System: system, Code: code, Display: display}}}
}

func (c *CodeableConcept) members(w *writer) {
	list(w, "coding", c.Coding)
	w.string("text", c.Text)
}

// Reference points to another resource, by its address or by an identifier.
type Reference struct {
	Reference  string      `json:"reference"`
	Type       string      `json:"type"`
	Identifier *Identifier `json:"identifier"`
	Display    string      `json:"display"`
}

// ReferenceTo is a relative reference to a resource of the same server. An
// empty display is left out.
func ReferenceTo(resourceType, id, display string) Reference {
	return Reference{Reference: resourceType + "/" + id, Display: display}
}

func (r *Reference) members(w *writer) {
	// The element is a string in R4; what it holds is always a uri.
	w.uri("reference", r.Reference)
	w.uri("type", r.Type)
	if r.Identifier != nil {
		object(w, "identifier", r.Identifier)
	}
	w.string("display", r.Display)
}

// Period is a time with a beginning, an end or both; both belong to it.
type Period struct {
	Start DateTime `json:"start"`
	End   DateTime `json:"end"`
}

func (p *Period) members(w *writer) {
	writeTime(w, "start", p.Start)
	writeTime(w, "end", p.End)
}

// HumanName is a person's name.
type HumanName struct {
	Use    NameUse  `json:"use"`
	Text   string   `json:"text"`
	Family string   `json:"family"`
	Given  []string `json:"given"`
	Period Period   `json:"period"`
}

func (n *HumanName) members(w *writer) {
	code(w, "use", n.Use)
	w.string("text", n.Text)
	w.string("family", n.Family)
	w.strings("given", n.Given)
	object(w, "period", &n.Period)
}

// ContactPoint is a telephone number or an electronic address.
type ContactPoint struct {
	System ContactSystem `json:"system"`
	Value  string        `json:"value"`
	Use    ContactUse    `json:"use"`
}

func (c *ContactPoint) members(w *writer) {
	code(w, "system", c.System)
	w.string("value", c.Value)
	code(w, "use", c.Use)
	// cpt-2: a value is of no use without its system.
	w.must("system", c.Value == "" || c.System != "")
}

// Address is a postal address or a place to go to.
type Address struct {
	Use           AddressUse  `json:"use"`
	Type          AddressType `json:"type"`
	Text          string      `json:"text"`
	Line          []string    `json:"line"`
	City          string      `json:"city"`
	CityExtension []Extension `json:"_city"` // the extensions of the element city
	District      string      `json:"district"`
	State         string      `json:"state"`
	PostalCode    string      `json:"postalCode"`
	Country       string      `json:"country"`
}

func (a *Address) members(w *writer) {
	code(w, "use", a.Use)
	code(w, "type", a.Type)
	w.string("text", a.Text)
	w.strings("line", a.Line)
	w.string("city", a.City)
	if len(a.CityExtension) > 0 {
		object(w, "_city", &element{Extension: a.CityExtension})
	}
	w.string("district", a.District)
	w.string("state", a.State)
	w.string("postalCode", a.PostalCode)
	w.string("country", a.Country)
}

// element is what stands beside a primitive value under its name with a
// leading underscore (R4, JSON representation of primitive elements).
type element struct {
	Extension []Extension `json:"extension"`
}

func (e *element) members(w *writer) { list(w, "extension", e.Extension) }

// Extension is an element which R4 does not have. It holds one value.
type Extension struct {
	URL   string `json:"url"`
	Value Value  `json:"value[x]"`
}

func (e *Extension) members(w *writer) {
	w.must("url", w.uri("url", e.URL))
	w.must("value", e.Value != nil && e.Value.writeValue(w))
}

// Value is what an extension or a parameter may hold: [Boolean], [Code],
// [Date], [DateTime], [Coding], [CodeableConcept], [Identifier] or [Reference].
type Value interface {
	writeValue(w *writer) bool
}

// Boolean is a Value.
type Boolean bool

// Code is a Value: a code without its system.
type Code string

func (b Boolean) writeValue(w *writer) bool { w.boolean("valueBoolean", bool(b)); return true }
func (c Code) writeValue(w *writer) bool    { return code(w, "valueCode", c) }

// writeValue implements [Value].
func (d Date) writeValue(w *writer) bool { return writeTime(w, "valueDate", d) }

// writeValue implements [Value].
func (d DateTime) writeValue(w *writer) bool { return writeTime(w, "valueDateTime", d) }

// writeValue implements [Value].
func (c Coding) writeValue(w *writer) bool { return object(w, "valueCoding", &c) }

// writeValue implements [Value].
func (c CodeableConcept) writeValue(w *writer) bool {
	return object(w, "valueCodeableConcept", &c)
}

// writeValue implements [Value].
func (i Identifier) writeValue(w *writer) bool { return object(w, "valueIdentifier", &i) }

// writeValue implements [Value].
func (r Reference) writeValue(w *writer) bool { return object(w, "valueReference", &r) }

// newValue gives a pointer to an empty Value for the member of this name, nil
// if we know none.
func newValue(member string) any {
	switch member {
	case "valueBoolean":
		return new(Boolean)
	case "valueCode":
		return new(Code)
	case "valueDate":
		return new(Date)
	case "valueDateTime":
		return new(DateTime)
	case "valueCoding":
		return new(Coding)
	case "valueCodeableConcept":
		return new(CodeableConcept)
	case "valueIdentifier":
		return new(Identifier)
	case "valueReference":
		return new(Reference)
	}
	return nil
}

// Meta is what the server says about a resource.
type Meta struct {
	VersionID   string   `json:"versionId"`
	LastUpdated Instant  `json:"lastUpdated"`
	Profile     []string `json:"profile"`
}

func (m *Meta) members(w *writer) {
	w.id("versionId", m.VersionID)
	writeTime(w, "lastUpdated", m.LastUpdated)
	w.uris("profile", m.Profile)
}

// Attachment is a document, inside or by its address.
type Attachment struct {
	ContentType string   `json:"contentType"`
	Data        []byte   `json:"data"`
	URL         string   `json:"url"`
	Size        int64    `json:"size"`
	Hash        []byte   `json:"hash"` // SHA-1, says R4
	Title       string   `json:"title"`
	Creation    DateTime `json:"creation"`
}

func (a *Attachment) members(w *writer) {
	code(w, "contentType", a.ContentType)
	w.base64("data", a.Data)
	w.uri("url", a.URL)
	w.unsigned("size", a.Size)
	w.base64("hash", a.Hash)
	w.string("title", a.Title)
	writeTime(w, "creation", a.Creation)
}

// Signature is somebody's signature over a resource or a document.
type Signature struct {
	Type         []Coding  `json:"type"`
	When         Instant   `json:"when"`
	Who          Reference `json:"who"`
	OnBehalfOf   Reference `json:"onBehalfOf"`
	TargetFormat string    `json:"targetFormat"`
	SigFormat    string    `json:"sigFormat"`
	Data         []byte    `json:"data"`
}

func (s *Signature) members(w *writer) {
	w.must("type", list(w, "type", s.Type))
	w.must("when", writeTime(w, "when", s.When))
	w.must("who", object(w, "who", &s.Who))
	object(w, "onBehalfOf", &s.OnBehalfOf)
	code(w, "targetFormat", s.TargetFormat)
	code(w, "sigFormat", s.SigFormat)
	w.base64("data", s.Data)
}

// Decimal is a number in its decimal notation; its digits are kept as given
// (R4, datatypes: decimal).
type Decimal string

func (d Decimal) valid() bool {
	s := string(d)
	if len(s) > 0 && s[0] == '-' {
		s = s[1:]
	}
	whole, rest := leadingDigits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if len(rest) > 0 && rest[0] == '.' {
		var fraction string
		if fraction, rest = leadingDigits(rest[1:]); fraction == "" {
			return false
		}
	}
	if len(rest) > 0 && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if len(rest) > 0 && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		var exponent string
		if exponent, rest = leadingDigits(rest); exponent == "" {
			return false
		}
	}
	return rest == ""
}

func leadingDigits(s string) (number, rest string) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
