package dovidka

import (
	"fmt"
	"sync"
	"time"
)

// Date is a calendar day without a time of day or a zone, as declarations and
// birth dates carry it. The zero Date means "none".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the calendar day of t in t's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date is not YYYY-MM-DD")
	}
	return DateOf(t), nil
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String returns YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// Compare returns -1, 0 or +1 as d is before, equal to or after other.
func (d Date) Compare(other Date) int {
	switch {
	case d == other:
		return 0
	case d.Year != other.Year:
		return sign(d.Year - other.Year)
	case d.Month != other.Month:
		return sign(int(d.Month) - int(other.Month))
	default:
		return sign(d.Day - other.Day)
	}
}

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// AddYears returns the same day n years later; 29 February becomes 1 March in
// a year that has none.
func (d Date) AddYears(n int) Date {
	return DateOf(time.Date(d.Year+n, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// Kyiv returns the zone in which the calendar days of declarations are
// counted. It falls back to UTC+2 on a machine without a zone database (the
// binary embeds one).
func Kyiv() *time.Location { return kyiv() }

// kyiv looks the zone up once: days are counted for every declaration.
var kyiv = sync.OnceValue(func() *time.Location {
	if loc, err := time.LoadLocation("Europe/Kyiv"); err == nil {
		return loc
	}
	return time.FixedZone("EET", 2*60*60)
})

// BirthDate is a Date that hides itself like the other personal values.
type BirthDate struct{ secret }

// NewBirthDate wraps d.
func NewBirthDate(d Date) BirthDate { return BirthDate{newSecret(d.String())} }

// Date returns the day; the zero Date when there is none.
func (b BirthDate) Date() Date {
	d, err := ParseDate(b.Reveal())
	if err != nil {
		return Date{}
	}
	return d
}

// AgeOn returns the number of full years on the given day, and false when the
// birth date is unknown.
func (b BirthDate) AgeOn(day Date) (int, bool) {
	born := b.Date()
	if born.IsZero() {
		return 0, false
	}
	age := day.Year - born.Year
	if day.Before(born.AddYears(age)) {
		age--
	}
	return age, true
}
