package registry

import "github.com/dovidka/dovidka"

// statusOnly returns what dovidka.ScopeStatus opens of a record: the
// declarations in force on the day (or the one asked about, if it is) with
// their providers. Of the patient it leaves what the inquiry said itself: the
// registry's own id would tell two who ask that they ask about one person, so
// the request's stands in its place.
func statusOnly(r dovidka.Record, c dovidka.GrantClaims, day dovidka.Date) dovidka.Record {
	out := dovidka.Record{
		Patient: dovidka.Patient{ID: c.RequestID, Name: c.Subject.Name},
		AsOf:    r.AsOf, Scope: r.Scope,
	}
	for _, d := range r.Declarations {
		if !d.InForce(day) || !c.Number.IsZero() && !sameNumber(d.Number, c.Number) {
			continue
		}
		out.Declarations = append(out.Declarations, dovidka.Declaration{
			ID: d.ID, Number: d.Number, PersonID: c.RequestID, Scope: d.Scope, Status: d.Status,
			Start: d.Start, PlannedEnd: d.PlannedEnd, LegalEntityID: d.LegalEntityID, LegalEntity: d.LegalEntity,
		})
	}
	return out
}

// sameNumber compares the registry's number with one that somebody typed.
func sameNumber(kept, typed dovidka.DeclarationNumber) bool {
	read, err := dovidka.ReadDeclarationNumber(kept.Reveal())
	return err == nil && read == typed || kept == typed
}
