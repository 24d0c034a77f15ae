package xroad

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

const hidden = "***"

// Personal is a text that is personal data, such as the identifier of a user or of the person whose data are asked for.
// It shows *** to fmt, log/slog and encoders; Reveal tells it. The zero value stands for a text that is absent.
//
// The text lies behind a pointer, because fmt calls no methods on unexported fields: a struct that holds a Personal in
// one would print a string, and prints an address instead.
type Personal struct {
	handle unique.Handle[string]
}

// NewPersonal hides a text. An empty one is absent.
func NewPersonal(text string) Personal {
	if text == "" {
		return Personal{}
	}
	return Personal{unique.Make(text)}
}

// IsZero reports whether the text is absent.
func (p Personal) IsZero() bool { return p == Personal{} }

// Reveal returns the text. Call it to compare, to look up or to make a pseudonym; never on the way to a log or an error.
func (p Personal) Reveal() string {
	if p.IsZero() {
		return ""
	}
	return p.handle.Value()
}

// String hides the text.
func (p Personal) String() string { return hidden }

// GoString hides the text from %#v.
func (p Personal) GoString() string { return hidden }

// Format hides the text from every verb of fmt.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the text from log/slog.
func (p Personal) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the text from encoders such as encoding/json.
func (p Personal) MarshalText() ([]byte, error) { return []byte(hidden), nil }
