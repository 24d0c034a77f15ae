package dovidka_test

import (
	"slices"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

func date(t testing.TB, s string) dovidka.Date {
	t.Helper()
	d, err := dovidka.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDate(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2024-2-1", "2024-02-30", "2023-02-29", "01.02.2024", "2024-02-01T00:00:00Z", "20240201", "2024-13-01"} {
		if _, err := dovidka.ParseDate(s); err == nil {
			t.Errorf("%q is taken for a date", s)
		}
	}
	if d := date(t, "2024-02-29"); d.String() != "2024-02-29" || d.IsZero() || (dovidka.Date{}).String() != "" {
		t.Error("a date comes back changed")
	}
	ordered := []string{"1999-12-31", "2024-01-31", "2024-02-01", "2024-02-02", "2025-01-01"}
	for i, a := range ordered {
		for j, b := range ordered {
			if got, want := date(t, a).Compare(date(t, b)), compareInts(i, j); got != want || date(t, a).Before(date(t, b)) != (want < 0) {
				t.Errorf("%s and %s compare as %d", a, b, got)
			}
		}
	}
	for _, c := range []struct {
		from string
		n    int
		want string
	}{{"2024-02-29", 1, "2025-03-01"}, {"2024-02-29", 4, "2028-02-29"}, {"2024-05-14", 40, "2064-05-14"}, {"2024-05-14", -14, "2010-05-14"}} {
		if got := date(t, c.from).AddYears(c.n).String(); got != c.want {
			t.Errorf("%s and %d years give %s", c.from, c.n, got)
		}
	}
	// Kyiv is ahead: its day begins while UTC still has the day before.
	evening := time.Date(2026, time.August, 31, 21, 30, 0, 0, time.UTC)
	if got := dovidka.DateOf(evening.In(dovidka.Kyiv())).String(); got != "2026-09-01" {
		t.Errorf("the day in Kyiv is %s", got)
	}
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func TestAge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		born, day string
		want      int
	}{
		{"2012-09-01", "2026-08-31", 13}, {"2012-09-01", "2026-09-01", 14}, {"2012-09-01", "2026-09-02", 14},
		{"2012-02-29", "2026-02-28", 13}, {"2012-02-29", "2026-03-01", 14}, {"2012-02-29", "2028-02-29", 16},
		{"2026-09-01", "2026-09-01", 0}, {"2012-12-31", "2026-01-01", 13},
	} {
		if got, ok := dovidka.NewBirthDate(date(t, c.born)).AgeOn(date(t, c.day)); !ok || got != c.want {
			t.Errorf("born %s, on %s: %d, %d is expected", c.born, c.day, got, c.want)
		}
	}
	if _, ok := (dovidka.BirthDate{}).AgeOn(date(t, "2026-09-01")); ok {
		t.Error("an age without a birth date")
	}
}

// TestInForceAndRealEnd follows §1.2 of the rules: the planned day of a
// terminated declaration may be forty years ahead, and an active row may have
// expired.
func TestInForceAndRealEnd(t *testing.T) {
	t.Parallel()
	today := date(t, "2026-09-01")
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	history := []dovidka.StatusChange{
		{Status: dovidka.StatusActive, At: at("2024-05-14T09:30:02Z")}, {Status: dovidka.StatusTerminated, At: at("2024-02-29T22:30:00Z")},
	}
	for _, c := range []struct {
		name       string
		status     dovidka.Status
		start, end string
		history    []dovidka.StatusChange
		inForce    bool
		ended      string
	}{
		{"in force", dovidka.StatusActive, "2024-05-14", "2064-05-13", nil, true, ""},
		{"from today", dovidka.StatusActive, "2026-09-01", "2064-05-13", nil, true, ""},
		{"from tomorrow", dovidka.StatusActive, "2026-09-02", "2064-05-13", nil, false, ""},
		{"until today", dovidka.StatusActive, "2018-05-14", "2026-09-01", nil, true, ""},
		{"until yesterday, and still active", dovidka.StatusActive, "2018-05-14", "2026-08-31", nil, false, "2026-08-31"},
		{"terminated: the last row of history, in Kyiv", dovidka.StatusTerminated, "2018-05-14", "2064-05-13", history, false, "2024-03-01"},
		{"terminated without history: the last update", dovidka.StatusTerminated, "2018-05-14", "2064-05-13", nil, false, "2025-01-01"},
		{"rejected", dovidka.StatusRejected, "2018-05-14", "2064-05-13", nil, false, "2025-01-01"},
		{"closed: the planned day", dovidka.StatusClosed, "2018-05-14", "2023-05-13", history, false, "2023-05-13"},
		{"pending", dovidka.StatusPending, "2024-05-14", "2064-05-13", nil, false, ""},
		{"unknown", "suspended", "2024-05-14", "2064-05-13", nil, false, ""},
	} {
		d := dovidka.Declaration{
			Status: c.status, Start: date(t, c.start), PlannedEnd: date(t, c.end), History: c.history, UpdatedAt: at("2024-12-31T23:00:00Z"),
		}
		if got := d.InForce(today); got != c.inForce {
			t.Errorf("%s: in force %v", c.name, got)
		}
		if end, ok := d.RealEnd(today); end.String() != c.ended || ok != (c.ended != "") {
			t.Errorf("%s: ended on %q", c.name, end)
		}
		if c.status.Known() == (c.status == "suspended") {
			t.Errorf("%s: known %v", c.name, c.status.Known())
		}
	}
}

func TestSortDeclarations(t *testing.T) {
	t.Parallel()
	of := func(id dovidka.ID, s dovidka.Status, start string, minute int) dovidka.Declaration {
		return dovidka.Declaration{
			ID: id, Status: s, Start: date(t, start), PlannedEnd: date(t, "2064-05-13"),
			SignedAt: time.Date(2024, time.May, 14, 9, minute, 0, 0, time.UTC),
		}
	}
	want := []dovidka.Declaration{
		of("a", dovidka.StatusActive, "2020-01-01", 0), // in force, though older
		of("b", dovidka.StatusTerminated, "2024-01-01", 1),
		of("c", dovidka.StatusTerminated, "2024-01-01", 0),
		of("d", dovidka.StatusTerminated, "2024-01-01", 0),
		of("e", dovidka.StatusClosed, "2018-01-01", 5),
	}
	for _, order := range [][]int{{4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {0, 1, 2, 3, 4}} {
		var got []dovidka.Declaration
		for _, i := range order {
			got = append(got, want[i])
		}
		dovidka.SortDeclarations(got, date(t, "2026-09-01"))
		if !slices.EqualFunc(got, want, func(a, b dovidka.Declaration) bool { return a.ID == b.ID }) {
			t.Errorf("from %v: %v", order, got)
		}
	}
}
