package disclosure

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

// canonical is the base of every address that we publish: of profiles, code
// systems and naming systems, and of the resources in an answer. Nothing else
// in the program knows it.
const canonical = "https://ehealth.gov.ua/fhir"

// The errors of Bundle. Neither can come from what the registry holds.
var (
	errRequestID = errors.New("the request's id is not a UUID")
	errAsOf      = errors.New("the record does not say when it was read")
)

// Bundle composes the answer: a FHIR R4 Bundle of type collection with the
// patient, the declarations in the record's order, and each position, doctor,
// provider and place they name, once. It is a function of its arguments alone,
// byte for byte. What is told and how: docs/decisions/fhir-bundle.md.
//
// Whatever the registry holds, there is an answer. What cannot be resolved
// stays a reference by id; what FHIR cannot express (an impossible date, a code
// with spaces) is left out or told in words; a resource that for this reason
// lacks something its profile demands does not claim the profile. An id that
// FHIR does not allow is replaced, everywhere alike, by a UUID made of it.
func Bundle(record dovidka.Record, request dovidka.ID) ([]byte, error) {
	if id, err := uuid.Parse(string(request)); err != nil || id.String() != string(request) {
		return nil, errRequestID
	}
	asOf := instant(record.AsOf)
	if asOf.IsZero() {
		return nil, errAsOf
	}
	bundle := &fhir.Bundle{
		// Asked again, the same request gets another answer: the moment is part of the name.
		ID:         nameUUID("Bundle", string(request)+"/"+asOf.String()),
		Identifier: fhir.Identifier{System: fhir.SystemURI, Value: "urn:uuid:" + string(request)},
		Type:       fhir.Collection,
		Timestamp:  asOf,
		Entry:      newComposer(record).entries(),
	}
	data, err := fhir.Marshal(bundle)
	if err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	return data, nil
}

// composer turns one record into entries.
type composer struct {
	record dovidka.Record
	kyiv   *time.Location
	today  dovidka.Date // the day of the record, where declarations are counted
	// names are the display names of the providers and places that the record
	// tells of, by reference.
	names map[string]string
	// told are the resources that have their entry, by reference.
	told map[string]struct{}

	declarations, roles, doctors, providers, places []fhir.BundleEntry
}

func newComposer(record dovidka.Record) *composer {
	c := &composer{
		record: record, kyiv: dovidka.Kyiv(),
		names: make(map[string]string), told: make(map[string]struct{}),
	}
	c.today = dovidka.DateOf(record.AsOf.In(c.kyiv))
	for i := range record.Declarations {
		d := &record.Declarations[i]
		if l := d.LegalEntity; l != nil {
			c.name(typeOrganization, cmp.Or(l.ID, d.LegalEntityID), cmp.Or(text(l.DisplayName()), text(l.ShortName)))
		}
		if v := d.Division; v != nil {
			c.name(typeLocation, cmp.Or(v.ID, d.DivisionID), text(v.Name))
		}
	}
	return c
}

// name keeps the first name told of something.
func (c *composer) name(resourceType string, id dovidka.ID, name string) {
	key := address(resourceType, id)
	if c.names[key] == "" {
		c.names[key] = name
	}
}

func (c *composer) entries() []fhir.BundleEntry {
	patient := fhir.NewEntry(canonical, c.patient())
	for i := range c.record.Declarations {
		d := &c.record.Declarations[i]
		if c.first(typeEpisode, d.ID) {
			c.declarations = append(c.declarations, fhir.NewEntry(canonical, c.episode(d)))
		}
		c.tellDoctor(d)
		if l := d.LegalEntity; l != nil {
			c.tellProvider(cmp.Or(l.ID, d.LegalEntityID), l)
		}
		if v := d.Division; v != nil {
			c.tellPlace(cmp.Or(v.ID, d.DivisionID), v)
		}
	}
	entries := make([]fhir.BundleEntry, 0, 1+len(c.declarations)+len(c.roles)+len(c.doctors)+len(c.providers)+len(c.places))
	entries = append(entries, patient)
	entries = append(entries, c.declarations...)
	entries = append(entries, c.roles...)
	entries = append(entries, c.doctors...)
	entries = append(entries, c.providers...)
	return append(entries, c.places...)
}

// first reports whether a resource has no entry yet, and gives it one: an
// address may not stand in a Bundle twice (bdl-7).
func (c *composer) first(resourceType string, id dovidka.ID) bool {
	key := address(resourceType, id)
	_, told := c.told[key]
	c.told[key] = struct{}{}
	return !told
}

// The types of resources that references name.
const (
	typePatient      = "Patient"
	typeEpisode      = "EpisodeOfCare"
	typeRole         = "PractitionerRole"
	typePractitioner = "Practitioner"
	typeOrganization = "Organization"
	typeLocation     = "Location"
)

func address(resourceType string, id dovidka.ID) string { return resourceType + "/" + resourceID(id) }

// reference points to a resource, whether or not it has an entry. Without an
// id there is no reference.
func reference(resourceType string, id dovidka.ID, display string) fhir.Reference {
	if id == "" {
		return fhir.Reference{}
	}
	return fhir.ReferenceTo(resourceType, resourceID(id), text(display))
}

// known is a reference to a provider or a place, with its name if the record
// tells it.
func (c *composer) known(resourceType string, id dovidka.ID) fhir.Reference {
	return reference(resourceType, id, c.names[address(resourceType, id)])
}

// resourceID is the registry's id where FHIR allows it, else a UUID made of it.
func resourceID(id dovidka.ID) string {
	if fhir.ValidID(string(id)) {
		return string(id)
	}
	return nameUUID("id", string(id))
}

// nameUUID is the name-based UUID (RFC 9562, section 5.5) of something of ours.
func nameUUID(kind, name string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(canonical+"/"+kind+"/"+name)).String()
}

// meta says when the register last changed the resource and, if it has all
// that its profile demands, which that is.
func meta(profile string, complete bool, updated time.Time) fhir.Meta {
	m := fhir.Meta{LastUpdated: instant(updated)}
	if complete {
		m.Profile = []string{structure(profile)}
	}
	return m
}

func structure(name string) string { return canonical + "/StructureDefinition/" + name }

// text is what a FHIR string may hold: not mere white space.
func text(s string) string { return strings.TrimSpace(s) }

// isStatus tells whether a status is the wanted one; nil when there is none.
func isStatus(status, wanted string) *bool {
	if text(status) == "" {
		return nil
	}
	return new(status == wanted)
}

// instant is absent for a time that FHIR cannot write.
func instant(t time.Time) fhir.Instant {
	if !writable(t) {
		return fhir.Instant{}
	}
	return fhir.InstantOf(t)
}

func dateTime(t time.Time) fhir.DateTime {
	if !writable(t) {
		return fhir.DateTime{}
	}
	return fhir.DateTimeOf(t)
}

func writable(t time.Time) bool {
	year := t.UTC().Year()
	return !t.IsZero() && year >= 1 && year <= 9999
}

// possible returns the day, or none if the calendar has no such day.
func possible(d dovidka.Date) dovidka.Date {
	if d.Year < 1 || d.Year > 9999 || dovidka.DateOf(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)) != d {
		return dovidka.Date{}
	}
	return d
}

func date(d dovidka.Date) fhir.Date { return fhir.Date(possible(d)) }

func day(d dovidka.Date) fhir.DateTime { return fhir.DateTimeOn(date(d)) }

// later returns the later of two days, of which either may be none.
func later(a, b dovidka.Date) dovidka.Date {
	if a.Before(b) {
		return b
	}
	return a
}
