package dovidka

import (
	"crypto/sha256"
	"time"
)

// Sealed is a FHIR Bundle and our detached signature over its exact bytes.
type Sealed struct {
	Bundle    []byte // application/fhir+json
	Signature []byte // CAdES, detached (application/pkcs7-signature)
	SealedAt  time.Time
}

// Digest returns the SHA-256 of the bundle.
func (s Sealed) Digest() [32]byte { return sha256.Sum256(s.Bundle) }

// Answer is what leaves: the record, its sealed form and the receipt.
type Answer struct {
	RequestID ID
	// Record is the plain form of what the grant opened.
	Record  RecordJSON
	Sealed  Sealed
	Receipt Receipt
	// Withdrawn is the number of consents that a statement withdrew; there is
	// no record then.
	Withdrawn int
}

// State is how far a request has come.
type State string

// The states.
const (
	StateAwaiting State = "awaiting-signature"
	StateAccepted State = "accepted" // durable; will be finished whatever happens
	StateDone     State = "done"
	StateRefused  State = "refused"
	StateExpired  State = "expired"
)

// Prepared is a statement that waits for the citizen's signature.
type Prepared struct {
	ID        ID
	State     State
	Statement []byte // what to sign
	Nonce     string
	ExpiresAt time.Time
}

// Progress is a request's state, with the answer or the fault when there is one.
type Progress struct {
	ID        ID
	State     State
	ExpiresAt time.Time
	Answer    *Answer // StateDone
	Fault     *Fault  // StateRefused
	// Inquiry is what a body asked by law; nil for a citizen's request, and the
	// zero value once the request is no longer kept.
	Inquiry *Inquiry
}
