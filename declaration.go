package dovidka

import (
	"cmp"
	"slices"
	"time"
)

// Status is eHealth's status of a declaration. The set is open: an unknown
// one is carried through.
type Status string

// The five statuses of the store (the published API lists three).
const (
	StatusPending    Status = "pending_verification"
	StatusActive     Status = "active"
	StatusTerminated Status = "terminated"
	StatusClosed     Status = "closed"
	StatusRejected   Status = "rejected"
)

// Known reports whether s is one of the five.
func (s Status) Known() bool {
	switch s {
	case StatusPending, StatusActive, StatusTerminated, StatusClosed, StatusRejected:
		return true
	}
	return false
}

// StatusChange is one row of a declaration's status history.
type StatusChange struct {
	Status Status
	At     time.Time
}

// Declaration is a patient's choice of a primary-care doctor.
type Declaration struct {
	ID        ID
	RequestID ID
	Number    DeclarationNumber
	// PersonID is the person the row was signed for; after a merge it may be
	// one of the patient's duplicates.
	PersonID ID
	Scope    string // family_doctor
	Start    Date
	// PlannedEnd is end_date: termination does not change it.
	PlannedEnd        Date
	SignedAt          time.Time
	Status            Status
	Reason            string // open set of codes, compared without case
	ReasonDescription string
	Overlimit         *bool
	History           []StatusChange // oldest first

	EmployeeID    ID
	DivisionID    ID
	LegalEntityID ID
	// Employee, Division and LegalEntity are nil when they cannot be resolved:
	// a missing reference never breaks an answer.
	Employee    *Employee
	Division    *Division
	LegalEntity *LegalEntity

	InsertedAt time.Time
	UpdatedAt  time.Time
}

// InForce reports whether the declaration is in force on the day. The status
// alone does not say so: the nightly job that closes expired rows may be late,
// and once left thousands active for months.
func (d Declaration) InForce(on Date) bool {
	return d.Status == StatusActive && d.Start.Compare(on) <= 0 && on.Compare(d.PlannedEnd) <= 0
}

// RealEnd returns the day on which the declaration ended, and false while it
// has not. Terminated and rejected ones ended on the (Kyiv) day of their last
// history row, else of the last update; closed ones, and active ones whose
// planned day has passed, on the planned day.
func (d Declaration) RealEnd(on Date) (Date, bool) {
	switch d.Status {
	case StatusTerminated, StatusRejected:
		at := d.UpdatedAt
		// A history that lags behind the status does not tell its moment.
		if n := len(d.History); n > 0 && d.History[n-1].Status == d.Status {
			at = d.History[n-1].At
		}
		return DateOf(at.In(Kyiv())), true
	case StatusClosed:
		return d.PlannedEnd, true
	case StatusActive:
		if d.PlannedEnd.Before(on) {
			return d.PlannedEnd, true
		}
	}
	return Date{}, false
}

// SortDeclarations orders them for people: in force on the day first, then
// newest first; equal ones by ID, so that the order is always the same.
func SortDeclarations(list []Declaration, on Date) {
	slices.SortStableFunc(list, func(a, b Declaration) int {
		if x, y := a.InForce(on), b.InForce(on); x != y {
			if x {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Start.Compare(a.Start), b.SignedAt.Compare(a.SignedAt), cmp.Compare(a.ID, b.ID))
	})
}
