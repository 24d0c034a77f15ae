package disclosure

import (
	"cmp"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

// tellProvider gives a provider its entry, unless nothing is known of it but
// its id: R4 wants a name or an identifier (org-1).
func (c *composer) tellProvider(id dovidka.ID, l *dovidka.LegalEntity) {
	o := organization(id, l)
	if id == "" || o.Name == "" && len(o.Identifier) == 0 || !c.first(typeOrganization, id) {
		return
	}
	c.providers = append(c.providers, fhir.NewEntry(canonical, o))
}

// organization is a provider of care (profile ua-organization). The code of a
// sole proprietor is the tax or passport number of a human being and is never
// given.
func organization(id dovidka.ID, l *dovidka.LegalEntity) *fhir.Organization {
	o := &fhir.Organization{
		ID:     resourceID(id),
		Active: isStatus(l.Status, "ACTIVE"),
		Type: append([]fhir.CodeableConcept{fhir.Concept(fhir.SystemOrganizationType, "prov", "Healthcare Provider")},
			concepts(concept(systemLegalEntity, l.Type, legalEntityNames[l.Type]))...),
		Name:    cmp.Or(text(l.Name), text(l.PublicName), text(l.ShortName)),
		Telecom: telecom(l.Phones, l.Email),
	}
	if code := text(l.EDRPOU.Reveal()); code != "" && !l.Personal() {
		o.Identifier = []fhir.Identifier{{Use: fhir.IdentifierOfficial, System: fhir.SystemEntityID, Value: code}}
	}
	short, public := text(l.ShortName), text(l.PublicName)
	if short != "" && short != o.Name {
		o.Alias = append(o.Alias, short)
	}
	if public != "" && public != o.Name && public != short {
		o.Alias = append(o.Alias, public)
	}
	if !l.Address.IsZero() {
		o.Address = []fhir.Address{postal(l.Address)}
	}
	o.Meta = meta("ua-organization", o.Active != nil && o.Name != "", l.UpdatedAt)
	return o
}

func (c *composer) tellPlace(id dovidka.ID, v *dovidka.Division) {
	if id != "" && c.first(typeLocation, id) {
		c.places = append(c.places, fhir.NewEntry(canonical, c.location(id, v)))
	}
}

// location is a place of care (profile ua-location).
func (c *composer) location(id dovidka.ID, v *dovidka.Division) *fhir.Location {
	l := &fhir.Location{
		ID:                   resourceID(id),
		Name:                 text(v.Name),
		Mode:                 fhir.LocationInstance,
		Type:                 concepts(concept(systemDivision, v.Type, divisionNames[v.Type])),
		Telecom:              telecom(v.Phones, v.Email),
		ManagingOrganization: c.known(typeOrganization, v.LegalEntityID),
	}
	if active := isStatus(v.Status, "ACTIVE"); active != nil {
		l.Status = fhir.LocationInactive
		if *active {
			l.Status = fhir.LocationActive
		}
	}
	if !v.Address.IsZero() {
		l.Address = postal(v.Address)
	}
	l.Meta = meta("ua-location", l.Status != "" && l.Name != "" && l.ManagingOrganization.Reference != "", v.UpdatedAt)
	return l
}

func telecom(phones []dovidka.Phone, email string) []fhir.ContactPoint {
	var list []fhir.ContactPoint
	for _, p := range phones {
		use := fhir.ContactWork
		if p.Type == "MOBILE" {
			use = fhir.ContactMobile
		}
		if number := text(p.Number); number != "" {
			list = append(list, fhir.ContactPoint{System: fhir.ContactPhone, Value: number, Use: use})
		}
	}
	if email = text(email); email != "" {
		list = append(list, fhir.ContactPoint{System: fhir.ContactEmail, Value: email, Use: fhir.ContactWork})
	}
	return list
}

// postal is the address of a provider or of a place.
func postal(a dovidka.Address) fhir.Address {
	line := streetLine(a)
	out := fhir.Address{
		Use: fhir.AddressWork, Type: fhir.AddressPhysical,
		Text: joined(", ", a.Zip, areaInWords(a), regionInWords(a), a.Settlement, line),
		City: text(a.Settlement), District: text(a.Region), State: text(a.Area),
		PostalCode: text(a.Zip), Country: text(a.Country),
	}
	if line != "" {
		out.Line = []string{line}
	}
	if code := coding(systemSettlement, a.SettlementID, ""); code != (fhir.Coding{}) {
		out.CityExtension = []fhir.Extension{{URL: fhir.SettlementExtension, Value: code}}
	}
	return out
}

// areaInWords is the area as people write it, the register having but an
// adjective ("ВІННИЦЬКА"). It is left out where it is the city itself, as with
// "М.КИЇВ" and "Київ".
func areaInWords(a dovidka.Address) string {
	area := strings.ToLower(text(a.Area))
	switch {
	case text(strings.TrimPrefix(area, "м.")) == strings.ToLower(text(a.Settlement)):
		return ""
	case strings.HasSuffix(area, "ька"):
		return text(a.Area) + " обл."
	}
	return a.Area
}

func regionInWords(a dovidka.Address) string {
	if strings.HasSuffix(strings.ToLower(text(a.Region)), "ий") {
		return text(a.Region) + " р-н"
	}
	return a.Region
}

// streetLine is the street, the building and the apartment, as on an envelope.
func streetLine(a dovidka.Address) string {
	kind, known := streetNames[a.StreetType]
	if !known && !isCode(a.StreetType) {
		kind = a.StreetType // words already
	}
	if text(a.Street) == "" {
		kind = ""
	}
	apartment := text(a.Apartment)
	if apartment != "" {
		apartment = "кв. " + apartment
	}
	return joined(", ", joined(" ", kind, a.Street), a.Building, apartment)
}

// isCode reports whether s looks like a dictionary's code, which tells a
// citizen nothing.
func isCode(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// joined joins what is not empty.
func joined(separator string, parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		if part = text(part); part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(separator)
		}
		b.WriteString(part)
	}
	return b.String()
}
