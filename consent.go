package dovidka

import "time"

// Pseudonym stands for a person in the ledger, in logs and in correlation: a
// keyed hash of the person's number that nobody without the key can reverse.
type Pseudonym string

// Consent is a citizen's permission as the ledger keeps it. It never changes;
// a withdrawal is a new event.
type Consent struct {
	ID        ID
	Subject   Pseudonym // whose data
	Given     Pseudonym // by whom: the subject, or the confidant person
	Relation  Relation
	Purpose   string
	Recipient string // to whom the data go
	// TextVersion and TextDigest (SHA-256, hexadecimal) tell what was read.
	TextVersion string
	TextDigest  string
	// SignatureDigest is the SHA-256 of the container that carries the consent.
	SignatureDigest string
	Certificate     Certificate
	GivenAt         time.Time
	ExpiresAt       time.Time
	// WithdrawnAt is zero while the consent stands.
	WithdrawnAt time.Time
}

// Stands reports whether the consent permits disclosure at the moment.
func (c Consent) Stands(at time.Time) bool {
	return c.WithdrawnAt.IsZero() && !at.Before(c.GivenAt) && at.Before(c.ExpiresAt)
}
