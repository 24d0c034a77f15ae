package gateway

import (
	"maps"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// TestEveryCodeIsWorded walks the codes through the table, and the table back
// to the codes.
func TestEveryCodeIsWorded(t *testing.T) {
	t.Parallel()
	codes := dovidka.Codes()
	if len(codes) == 0 {
		t.Fatal("no codes")
	}
	table := maps.Clone(restWordings)
	seen := map[string]dovidka.Code{}
	for _, code := range codes {
		w, ok := table[code]
		if !ok {
			t.Errorf("%s has no wording", code)
			continue
		}
		delete(table, code)
		if REST(code) != w {
			t.Errorf("%s: REST gives another wording", code)
		}
		if other, twice := seen[w.Text]; twice {
			t.Errorf("%s is worded as %s", code, other)
		}
		seen[w.Text] = code
		checkWording(t, code, w)
	}
	for code := range table {
		t.Errorf("%s is worded and is no code", code)
	}
	if REST("not a code") != REST(dovidka.CodeInternal) {
		t.Error("an unknown code is not an internal error")
	}
}

// Letters that Ukrainian does not have, and foreign ones inside its words.
var notUkrainian = regexp.MustCompile(`[ёЁъЪыЫэЭA-Za-z]`)

func checkWording(t *testing.T, code dovidka.Code, w Wording) {
	t.Helper()
	if n := utf8.RuneCountInString(w.Text); n < 40 || n > 200 || notUkrainian.MatchString(w.Title+w.Text) {
		t.Errorf("%s: text of %d letters is not a short Ukrainian one: %q", code, n, w.Text)
	}
	if n := utf8.RuneCountInString(w.Title); n == 0 || n > 60 || strings.HasSuffix(w.Title, ".") || !unicode.IsUpper([]rune(w.Title)[0]) {
		t.Errorf("%s: %q is not a heading", code, w.Title)
	}
	if !strings.HasSuffix(w.Text, ".") || strings.Count(w.Text, ".") < 2 {
		t.Errorf("%s: the text must say what happened and what to do: %q", code, w.Text)
	}
	low, high := 400, 499
	switch code.Class() {
	case dovidka.ClassExternal:
		low, high = 502, 504
	case dovidka.ClassUnoperated:
		low, high = 500, 500
	}
	if w.Status < low || w.Status > high {
		t.Errorf("%s: status %d does not suit its class %s", code, w.Status, code.Class())
	}
	if retry := w.Status == 429 || w.Status == 503; retry != (w.RetryAfter > 0) {
		t.Errorf("%s: status %d with Retry-After %s", code, w.Status, w.RetryAfter)
	}
}
