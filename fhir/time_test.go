package fhir_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/fhir"
)

func TestDates(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]fhir.Date{
		"2024":       {Year: 2024},
		"2024-02":    {Year: 2024, Month: 2},
		"2024-02-29": {Year: 2024, Month: 2, Day: 29},
		"0001-01-01": {Year: 1, Month: 1, Day: 1},
		"9999-12-31": {Year: 9999, Month: 12, Day: 31},
	} {
		got, err := fhir.ParseDate(s)
		if err != nil || got != want {
			t.Errorf("ParseDate(%q) = %v, %v", s, got, err)
		}
		if got.String() != s {
			t.Errorf("%q is written as %q", s, got)
		}
	}
	for _, s := range []string{
		"", "24", "0000", "2024-13-02", "2024-00", "2024-02-30", "2023-02-29", "2024-2-3", "2024/02/03", "2024-02-00",
		"+024", "2024-02-29Z", "2024-02-29T", " 2024", "２024",
	} {
		if got, err := fhir.ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, got)
		}
	}
}

func TestDateOfIsTheDayWhereItHappened(t *testing.T) {
	t.Parallel()
	kyiv := time.FixedZone("Kyiv", 3*60*60)
	at := time.Date(2024, 2, 28, 22, 30, 0, 0, time.UTC)
	if got := fhir.DateOf(at.In(kyiv)).String(); got != "2024-02-29" {
		t.Errorf("got %s", got)
	}
}

func TestDateTimes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2024":                            "2024",
		"2024-05-14":                      "2024-05-14",
		"2024-05-14T09:30:00Z":            "2024-05-14T09:30:00Z",
		"2024-05-14T12:30:00+03:00":       "2024-05-14T09:30:00Z",
		"2024-05-14T09:30:02.417Z":        "2024-05-14T09:30:02.417Z",
		"2024-05-14T09:30:02.4179999Z":    "2024-05-14T09:30:02.417Z",
		"2024-01-01T01:00:00.000+02:00":   "2023-12-31T23:00:00Z",
		"2024-05-14T09:30:02.400000-00:0": "",
		"2024-05-14T09:30:00":             "",
		"2024-05-14T09:30Z":               "",
		"2024-05-14 09:30:00Z":            "",
		"2024-05-14T24:00:00Z":            "",
		"2024-05-14T09:30:02,417Z":        "",
		"2024-05-14T9:30:00Z":             "",
		"2024-05-14T09:30:00+15:00":       "",
		"2024-05-14T09:30:00+14:00":       "2024-05-13T19:30:00Z",
		"2024-05-14T":                     "",
		"0000-12-31T23:00:00Z":            "",
		"0000-12-31T23:00:00-05:00":       "0001-01-01T04:00:00Z",
		"9999-12-31T23:00:00-05:00":       "",
	} {
		got, err := fhir.ParseDateTime(in)
		if (err != nil) != (want == "") || err == nil && got.String() != want {
			t.Errorf("ParseDateTime(%q) = %v, %v", in, got, err)
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 5, 14, 12, 30, 2, 417_999_999, time.FixedZone("", 3*60*60))
	i := fhir.InstantOf(at)
	if i.String() != "2024-05-14T09:30:02.417Z" {
		t.Errorf("got %s", i)
	}
	back, err := fhir.ParseInstant(i.String())
	if err != nil || !back.Equal(i) || back != i {
		t.Errorf("%s came back as %s, %v", i, back, err)
	}
	if _, err := fhir.ParseInstant("2024-05-14"); err == nil {
		t.Error("a date was taken for an instant")
	}
	if !fhir.InstantOf(time.Time{}).IsZero() || !fhir.DateTimeOf(time.Time{}).IsZero() {
		t.Error("the zero time is not absent")
	}
	if d := fhir.DateTimeOf(at); !d.Equal(fhir.DateTimeOf(i.Time())) {
		t.Errorf("%s and %s differ", d, i)
	}
}
