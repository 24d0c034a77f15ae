package registry

import (
	"fmt"
	"slices"
	"time"

	"github.com/dovidka/dovidka"
)

// declarations invents what the citizen has signed, oldest first. One that is
// followed by another was ended by it, in the same transaction and without a
// reason, unless something ended it before.
func (g *generator) declarations(c *citizen) {
	last := g.day
	if !c.died.IsZero() {
		last = addDays(c.died, -1)
	}
	first := later(addDays(c.born, 5), dovidka.Date{Year: 2017, Month: time.September, Day: 1})
	span := daysBetween(first, last)
	if span <= 0 {
		return
	}
	n := g.weighted([]int{8, 52, 27, 9, 4})
	if len(c.duplicates) > 0 {
		n = max(n, 2)
	}
	var days []int
	for range n {
		if d := g.below(span); !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	holders := g.holders(c, len(days))
	var next *Declaration
	for i := len(days) - 1; i >= 0; i-- {
		d, doc := g.signed(c, holders[i], addDays(first, days[i]))
		switch {
		case holders[i] != c.ID:
			g.endByMerge(d)
		case next != nil:
			g.endByNext(d, next)
		case !c.died.IsZero():
			end(d, dovidka.StatusTerminated, "auto_DEATH_REGISTRATION", g.moment(addDays(c.died, 3)))
		default:
			g.present(c, d, doc)
		}
		if holders[i] == c.ID {
			next = d
		}
		g.emit(d)
	}
}

// holders tells under which row each declaration stands: the oldest under the
// duplicates, at least the last under the citizen's own.
func (g *generator) holders(c *citizen, n int) []dovidka.ID {
	out := make([]dovidka.ID, n)
	for i := range out {
		out[i] = c.ID
		if at := len(c.duplicates) - 1 - i; at >= 0 && i < n-1 {
			out[i] = c.duplicates[at].ID
		}
	}
	return out
}

// signed invents a declaration at the moment it came into force.
func (g *generator) signed(c *citizen, holder dovidka.ID, start dovidka.Date) (*Declaration, doctor) {
	age, _ := dovidka.NewBirthDate(c.born).AgeOn(start)
	doc := g.doctorFor(age)
	inserted := g.moment(start)
	planned := start.AddYears(40)
	if start.Year < 2019 && g.chance(40) {
		planned = start.AddYears(5)
	}
	if doc.speciality == paediatrician {
		if adult := addDays(c.born.AddYears(ageOfMajority), -1); adult.Before(planned) {
			planned = adult
		}
	}
	d := &Declaration{
		ID: g.id(), DeclarationRequestID: g.id(), PersonID: holder, EmployeeID: doc.employee, DivisionID: doc.division,
		LegalEntityID: doc.provider, Scope: "family_doctor", StartDate: start.String(), EndDate: planned.String(),
		SignedAt: inserted.Add(-time.Duration(g.between(5, 300)) * time.Second), Status: dovidka.StatusActive, IsActive: true,
		InsertedAt: inserted, UpdatedAt: inserted, History: []StatusRow{{dovidka.StatusActive, inserted}},
	}
	d.DeclarationNumber = g.declarationNumber(d.ID, start)
	if g.chance(600) {
		over := g.chance(40)
		d.Overlimit = &over
	}
	if daysBetween(start, g.day) > 10 && g.chance(80) {
		// Signed on paper and approved some days later.
		d.UpdatedAt = inserted.Add(time.Duration(g.between(1, 9*24)) * time.Hour)
		d.History = []StatusRow{{dovidka.StatusPending, inserted}, {dovidka.StatusActive, d.UpdatedAt}}
	}
	switch {
	case g.chance(3):
		d.EmployeeID = g.id()
	case g.chance(3):
		d.DivisionID = g.id()
	case g.chance(2):
		d.LegalEntityID = g.id()
	}
	return d, doc
}

func (g *generator) declarationNumber(id dovidka.ID, start dovidka.Date) string {
	if start.Before(dovidka.Date{Year: 2018, Month: time.March, Day: 1}) {
		return string(id)
	}
	n := g.numbers.declaration()
	if g.chance(20) {
		return "0000" + n[4:]
	}
	return n
}

// doctorFor finds a doctor who treats people of the age.
func (g *generator) doctorFor(age int) doctor {
	for range 20 {
		d := pick(g.random, g.doctors)
		if d.speciality == familyDoctor || (d.speciality == paediatrician) == (age < ageOfMajority) {
			return d
		}
	}
	return g.doctors[0]
}

func end(d *Declaration, s dovidka.Status, reason string, at time.Time) {
	if last := d.History[len(d.History)-1].InsertedAt; !at.After(last) {
		at = last.Add(time.Minute)
	}
	d.Status, d.Reason, d.UpdatedAt = s, reason, at
	d.History = append(d.History, StatusRow{s, at})
}

func (g *generator) endByMerge(d *Declaration) {
	reason := pick(g.random, []string{"AUTO_MERGE", "AUTO_MERGE", "MANUAL_MERGE", "auto_merge"})
	end(d, dovidka.StatusTerminated, reason, g.moment(addDays(g.day, -g.between(30, 900))))
}

func (g *generator) endByNext(d, next *Declaration) {
	if g.chance(700) {
		end(d, dovidka.StatusTerminated, "", next.InsertedAt)
		return
	}
	from, to := dateOf(d.StartDate), dateOf(next.StartDate)
	at := g.moment(g.within(addDays(from, 1), addDays(to, -1)))
	end(d, dovidka.StatusTerminated, pick(g.random, []string{
		"manual_employee_deactivate", "manual_employee_deactivate", "manual_person", "manual_employee",
		"AUTO_DEACTIVATION_LEGAL_ENTITY", "auto_reorganization",
	}), at)
	if g.chance(100) {
		d.ReasonDescription = "Заява пацієнта"
	}
}

// present decides what the citizen's last declaration is now.
func (g *generator) present(c *citizen, d *Declaration, doc doctor) {
	start, planned := dateOf(d.StartDate), dateOf(d.EndDate)
	if planned.Before(g.day) {
		// Some expired rows stay active: the nightly job has missed them.
		if !g.chance(120) {
			end(d, dovidka.StatusClosed, "", midnight(addDays(planned, 1)).Add(time.Duration(g.between(0, 4*3600))*time.Second))
		}
		return
	}
	switch {
	case !doc.left.IsZero() && !doc.left.Before(start):
		end(d, dovidka.StatusTerminated, doc.reason, g.moment(doc.left))
	case daysBetween(start, g.day) < 60 && g.chance(300):
		d.Status, d.Reason = dovidka.StatusPending, "offline"
		if c.NoTaxID {
			d.Reason = "no_tax_id"
		}
		d.History, d.UpdatedAt = []StatusRow{{dovidka.StatusPending, d.InsertedAt}}, d.InsertedAt
	case g.chance(10):
		d.History = []StatusRow{{dovidka.StatusPending, d.InsertedAt}}
		end(d, dovidka.StatusRejected, "offline", g.moment(addDays(start, g.between(3, 20))))
	case g.chance(30):
		end(d, dovidka.StatusTerminated, pick(g.random, []string{"manual_person", "auto_FRAUD", "auto_OTHER"}),
			g.moment(g.within(addDays(start, 1), g.day)))
	case g.chance(2):
		// A status of the future: it has to pass.
		end(d, "suspended", fmt.Sprintf("reason_%d", g.between(1, 9)), g.moment(g.within(addDays(start, 1), g.day)))
	}
}
