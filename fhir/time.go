package fhir

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// errTime says nothing about the value: it may be somebody's day of birth.
var errTime = errors.New("not a date or time of FHIR")

// Date is a day, or a month or a year when less is known: a Day without Month
// or a Month without Year is refused when written (R4, datatypes: date). It has
// no time zone and must never be given one.
type Date struct {
	Year  int
	Month time.Month // 0: not known
	Day   int        // 0: not known
}

// DateOf gives the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads YYYY, YYYY-MM or YYYY-MM-DD.
func ParseDate(s string) (Date, error) {
	var d Date
	var ok bool
	switch len(s) {
	case 4, 7, 10:
	default:
		return Date{}, errTime
	}
	if d.Year, ok = digits(s[:4]); !ok {
		return Date{}, errTime
	}
	if len(s) >= 7 {
		month, ok := digits(s[5:7])
		if !ok || s[4] != '-' || month == 0 {
			return Date{}, errTime
		}
		d.Month = time.Month(month)
	}
	if len(s) == 10 {
		if d.Day, ok = digits(s[8:]); !ok || s[7] != '-' || d.Day == 0 {
			return Date{}, errTime
		}
	}
	if !d.valid() {
		return Date{}, errTime
	}
	return d, nil
}

// IsZero reports whether the date is absent.
func (d Date) IsZero() bool { return d == Date{} }

// String gives the date as FHIR writes it, as far as it is known.
func (d Date) String() string {
	b, err := d.AppendText(nil)
	if err != nil {
		return fmt.Sprintf("Date(%d, %d, %d)", d.Year, d.Month, d.Day)
	}
	return string(b)
}

// AppendText appends the date as FHIR writes it. Impossible dates are an error.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if !d.valid() {
		return b, errTime
	}
	b = appendPadded(b, d.Year, 4)
	if d.Month != 0 {
		b = append(b, '-')
		b = appendPadded(b, int(d.Month), 2)
	}
	if d.Day != 0 {
		b = append(b, '-')
		b = appendPadded(b, d.Day, 2)
	}
	return b, nil
}

// MarshalText implements [encoding.TextMarshaler].
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) valid() bool {
	if d.Year < 1 || d.Year > 9999 {
		return false
	}
	if d.Month == 0 {
		return d.Day == 0
	}
	if d.Month < time.January || d.Month > time.December {
		return false
	}
	// The day before the first of the next month is the last of this one.
	last := time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return d.Day >= 0 && d.Day <= last
}

// DateTime is a date, or a point in time (R4, datatypes: dateTime). Points in
// time are kept in UTC to the millisecond.
type DateTime struct {
	date Date
	at   time.Time
}

// DateTimeOf makes a DateTime of a point in time. The zero time is absent.
func DateTimeOf(t time.Time) DateTime { return DateTime{at: normal(t)} }

// DateTimeOn makes a DateTime of a date, without a time of day.
func DateTimeOn(d Date) DateTime { return DateTime{date: d} }

// ParseDateTime reads a date as [ParseDate] does, or a time with its zone.
func ParseDateTime(s string) (DateTime, error) {
	if len(s) <= 10 {
		d, err := ParseDate(s)
		return DateTimeOn(d), err
	}
	at, err := parseTime(s)
	return DateTime{at: at}, err
}

// IsZero reports whether there is neither date nor time.
func (d DateTime) IsZero() bool { return d.date.IsZero() && d.at.IsZero() }

// Equal reports whether both are the same date or the same point in time.
func (d DateTime) Equal(other DateTime) bool {
	return d.date == other.date && d.at.Equal(other.at)
}

// Date gives the date; ok is false for a point in time, whose date depends on
// the reader's zone.
func (d DateTime) Date() (date Date, ok bool) { return d.date, !d.date.IsZero() }

// Time gives the point in time; ok is false for a mere date.
func (d DateTime) Time() (t time.Time, ok bool) { return d.at, !d.at.IsZero() }

// String gives the value as FHIR writes it.
func (d DateTime) String() string {
	b, err := d.AppendText(nil)
	if err != nil {
		return "DateTime(invalid)"
	}
	return string(b)
}

// AppendText appends the value as FHIR writes it; milliseconds only if there
// are any.
func (d DateTime) AppendText(b []byte) ([]byte, error) {
	if d.at.IsZero() {
		return d.date.AppendText(b)
	}
	if d.at.Nanosecond() != 0 {
		return appendTime(b, d.at, "2006-01-02T15:04:05.000Z")
	}
	return appendTime(b, d.at, "2006-01-02T15:04:05Z")
}

// MarshalText implements [encoding.TextMarshaler].
func (d DateTime) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *DateTime) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDateTime(string(text))
	return err
}

// Instant is a point in time to the millisecond, always in UTC
// (R4, datatypes: instant).
type Instant struct{ at time.Time }

// InstantOf makes an Instant. The zero time is absent.
func InstantOf(t time.Time) Instant { return Instant{normal(t)} }

// ParseInstant reads a time with seconds and zone.
func ParseInstant(s string) (Instant, error) {
	at, err := parseTime(s)
	return Instant{at}, err
}

// IsZero reports whether the instant is absent.
func (i Instant) IsZero() bool { return i.at.IsZero() }

// Equal reports whether both are the same point in time.
func (i Instant) Equal(other Instant) bool { return i.at.Equal(other.at) }

// Time gives the point in time in UTC.
func (i Instant) Time() time.Time { return i.at }

// String gives the instant as FHIR writes it.
func (i Instant) String() string {
	b, err := i.AppendText(nil)
	if err != nil {
		return "Instant(invalid)"
	}
	return string(b)
}

// AppendText appends the instant with its milliseconds.
func (i Instant) AppendText(b []byte) ([]byte, error) {
	return appendTime(b, i.at, "2006-01-02T15:04:05.000Z")
}

// MarshalText implements [encoding.TextMarshaler].
func (i Instant) MarshalText() ([]byte, error) { return i.AppendText(nil) }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (i *Instant) UnmarshalText(text []byte) (err error) {
	*i, err = ParseInstant(string(text))
	return err
}

// normal drops zone, monotonic reading and what is below a millisecond, so
// that equal moments are equal bytes.
func normal(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Millisecond)
}

func parseTime(s string) (time.Time, error) {
	// The layout is laxer than FHIR: it takes an hour of one digit, a comma
	// before the fraction and any offset.
	const seconds = len("2006-01-02T15:04:05")
	if len(s) <= seconds || s[len("2006-01-02T15")] != ':' || s[seconds] == ',' {
		return time.Time{}, errTime
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}, errTime
	}
	if _, offset := t.Zone(); offset < -14*60*60 || offset > 14*60*60 {
		return time.Time{}, errTime
	}
	t = normal(t)
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, errTime
	}
	return t, nil
}

func appendTime(b []byte, t time.Time, layout string) ([]byte, error) {
	if t.IsZero() || t.Year() < 1 || t.Year() > 9999 {
		return b, errTime
	}
	return t.AppendFormat(b, layout), nil
}

func appendPadded(b []byte, n, width int) []byte {
	for limit := 10; width > 1; width, limit = width-1, limit*10 {
		if n < limit {
			b = append(b, '0')
		}
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
