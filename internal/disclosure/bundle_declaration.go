package disclosure

import (
	"cmp"
	"slices"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

// episode is a declaration (profile ua-declaration). It always belongs to the
// patient of the record, though the row may have been signed for a duplicate.
func (c *composer) episode(d *dovidka.Declaration) *fhir.EpisodeOfCare {
	status, end := c.standing(d)
	e := &fhir.EpisodeOfCare{
		ID:                   resourceID(d.ID),
		Extension:            c.extensions(d),
		Status:               status,
		StatusHistory:        c.statusHistory(d, status, end),
		Type:                 []fhir.CodeableConcept{scope(d.Scope)},
		Patient:              fhir.ReferenceTo(typePatient, resourceID(c.record.Patient.ID), ""),
		ManagingOrganization: c.known(typeOrganization, providerOf(d)),
		Period:               fhir.Period{Start: day(d.Start), End: day(end)},
		CareManager:          careManager(d),
	}
	number := text(d.Number.Reveal())
	if number != "" {
		e.Identifier = []fhir.Identifier{{Use: fhir.IdentifierOfficial, System: numberSystem, Value: number}}
	}
	complete := number != "" && fhir.ValidCode(string(d.Status)) && !e.Period.Start.IsZero() && !date(d.PlannedEnd).IsZero() &&
		e.ManagingOrganization.Reference != "" && e.CareManager.Reference != ""
	e.Meta = meta("ua-declaration", complete, d.UpdatedAt)
	return e
}

func providerOf(d *dovidka.Declaration) dovidka.ID {
	if d.LegalEntity != nil {
		return cmp.Or(d.LegalEntity.ID, d.LegalEntityID)
	}
	return d.LegalEntityID
}

// careManager points to the doctor's position: to the doctor with a provider,
// not to the human being.
func careManager(d *dovidka.Declaration) fhir.Reference {
	id, name := d.EmployeeID, ""
	if e := d.Employee; e != nil {
		id = cmp.Or(e.ID, id)
		if e.Party != nil {
			name = e.Party.Name.Full()
		}
	}
	r := reference(typeRole, id, name)
	if r.Reference != "" {
		r.Type = typeRole
	}
	return r
}

// standing is what the declaration is today, and since when it is over.
//
// The register's word alone does not say: rows stay active after their planned
// end, and there may be words that nobody told us of. What is not in force and
// does not wait is over, and what is over has an end (uad-1): the real one; if
// the register does not know it, the day of the last change; if it does not
// know that either, the day of the answer, by which it certainly was over. An
// end never comes before the start (per-1).
func (c *composer) standing(d *dovidka.Declaration) (fhir.EpisodeStatus, dovidka.Date) {
	switch {
	case d.Status == dovidka.StatusPending:
		return fhir.EpisodePlanned, dovidka.Date{}
	case d.InForce(c.today):
		return fhir.EpisodeActive, dovidka.Date{}
	case d.Status == dovidka.StatusActive && c.today.Before(d.Start):
		return fhir.EpisodePlanned, dovidka.Date{}
	}
	end, ok := d.RealEnd(c.today)
	if !ok {
		end = c.lastChange(d)
	}
	// The first year is what a missing time becomes as a day.
	if end = possible(end); end.Year <= 1 {
		end = c.today
	}
	end = later(end, possible(d.Start))
	if d.Status == dovidka.StatusRejected {
		return fhir.EpisodeCancelled, end
	}
	return fhir.EpisodeFinished, end
}

func (c *composer) lastChange(d *dovidka.Declaration) dovidka.Date {
	if n := len(d.History); n > 0 {
		return c.dayOf(d.History[n-1].At)
	}
	return c.dayOf(d.UpdatedAt)
}

// dayOf is the Kyiv day of a moment, none if the moment is unknown.
func (c *composer) dayOf(t time.Time) dovidka.Date {
	if !writable(t) {
		return dovidka.Date{}
	}
	return possible(dovidka.DateOf(t.In(c.kyiv)))
}

// statusHistory tells the register's history in FHIR's words. Neighbours which
// are the same in them become one. What the declaration is today comes last,
// though the register may have no row for it.
func (c *composer) statusHistory(d *dovidka.Declaration, status fhir.EpisodeStatus, end dovidka.Date) []fhir.EpisodeStatusHistory {
	type span struct {
		status fhir.EpisodeStatus
		start  dovidka.Date
	}
	rows := slices.SortedStableFunc(slices.Values(d.History), func(a, b dovidka.StatusChange) int { return a.At.Compare(b.At) })
	spans := make([]span, 0, len(rows)+1)
	for i, row := range rows {
		start := c.dayOf(row.At)
		if start.IsZero() || row.Status == "" {
			continue
		}
		was := historic(row.Status)
		if i == len(rows)-1 && row.Status == d.Status && end.IsZero() {
			was = status
		}
		if n := len(spans); n == 0 || spans[n-1].status != was {
			spans = append(spans, span{was, start})
		}
	}
	if len(spans) == 0 {
		return nil
	}
	if last := spans[len(spans)-1]; last.status != status {
		since := end
		if since.IsZero() {
			since = c.dayOf(d.UpdatedAt)
		}
		spans = append(spans, span{status, later(since, last.start)})
	}
	history := make([]fhir.EpisodeStatusHistory, len(spans))
	for i, s := range spans {
		history[i] = fhir.EpisodeStatusHistory{Status: s.status, Period: fhir.Period{Start: day(s.start)}}
		if i > 0 {
			history[i-1].Period.End = day(s.start)
		}
	}
	return history
}

// historic is FHIR's word for a status a declaration once had.
func historic(s dovidka.Status) fhir.EpisodeStatus {
	switch s {
	case dovidka.StatusPending:
		return fhir.EpisodePlanned
	case dovidka.StatusActive:
		return fhir.EpisodeActive
	case dovidka.StatusRejected:
		return fhir.EpisodeCancelled
	}
	return fhir.EpisodeFinished
}

// extensions are what EpisodeOfCare has no elements for.
func (c *composer) extensions(d *dovidka.Declaration) []fhir.Extension {
	list := make([]fhir.Extension, 0, 6)
	add := func(name string, value fhir.Value) {
		list = append(list, fhir.Extension{URL: structure(name), Value: value})
	}
	if status := coding(systemStatus, string(d.Status), statusNames[d.Status]); status != (fhir.Coding{}) {
		add("declaration-status", status)
	}
	if why := reason(d.Reason); len(why.Coding) > 0 || why.Text != "" {
		add("declaration-status-reason", why)
	}
	if signed := dateTime(d.SignedAt); !signed.IsZero() {
		add("declaration-signed-at", signed)
	}
	if planned := date(d.PlannedEnd); !planned.IsZero() {
		add("declaration-end-date", planned)
	}
	division := d.DivisionID
	if d.Division != nil {
		division = cmp.Or(d.Division.ID, division)
	}
	if place := c.known(typeLocation, division); place.Reference != "" {
		add("declaration-division", place)
	}
	if d.Overlimit != nil {
		add("declaration-overlimit", fhir.Boolean(*d.Overlimit))
	}
	return list
}
