package dovidka

import (
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// hidden is what every format verb, log handler and encoder shows instead of a
// personal value.
const hidden = "***"

// secret holds one personal value. It is comparable and usable as a map key.
//
// The text lies behind a unique.Handle, that is behind a pointer: fmt calls no
// methods on unexported fields, so a plain string nested in somebody's struct
// would be printed, while a pointer nested there shows only an address.
type secret struct {
	h unique.Handle[string]
}

func newSecret(s string) secret {
	if s == "" {
		return secret{}
	}
	return secret{unique.Make(s)}
}

// IsZero reports whether there is no value.
func (s secret) IsZero() bool { return s == secret{} }

// Reveal returns the plain text. Call it only to compare, to store, or to
// answer whoever holds a grant; never on the way to a log or an error.
func (s secret) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return s.h.Value()
}

// String hides the value.
func (s secret) String() string { return hidden }

// GoString hides the value from %#v.
func (s secret) GoString() string { return hidden }

// Format hides the value from every verb of fmt.
func (s secret) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue hides the value from log/slog.
func (s secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText hides the value from encoders such as encoding/json.
func (s secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
