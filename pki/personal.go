package pki

import (
	"fmt"
	"io"
	"log/slog"
)

const hiddenPersonal = "[personal]"

// Personal is a piece of personal data read from a certificate. No verb of fmt, no
// logger and no encoder prints it; [Personal.Reveal] does. The text is behind a
// pointer because fmt reaches unexported fields without asking their methods.
type Personal struct{ text *string }

// NewPersonal wraps a text; "" is the zero Personal.
func NewPersonal(text string) Personal {
	if text == "" {
		return Personal{}
	}
	return Personal{&text}
}

// Reveal returns the text. Every call is a decision to let it out.
func (p Personal) Reveal() string {
	if p.text == nil {
		return ""
	}
	return *p.text
}

// IsZero reports whether there is no text.
func (p Personal) IsZero() bool { return p.text == nil }

// Equal compares the texts.
func (p Personal) Equal(o Personal) bool { return p.Reveal() == o.Reveal() }

// String hides the text.
func (p Personal) String() string {
	if p.text == nil {
		return ""
	}
	return hiddenPersonal
}

// Format hides the text from every verb.
func (p Personal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue hides the text.
func (p Personal) LogValue() slog.Value { return slog.StringValue(p.String()) }

// MarshalText hides the text.
func (p Personal) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
