package dovidka

import (
	"errors"
	"strings"
	"time"
)

// Channel is the door a request came through.
type Channel string

// The doors.
const (
	ChannelDiia     Channel = "diia"     // REST
	ChannelTrembita Channel = "trembita" // X-Road, SOAP and REST
)

// Caller is the body that delivers a citizen's request or makes an inquiry: the
// Diia portal or a member of the Trembita bus. It is trusted to deliver, never
// to say who the citizen is.
type Caller struct {
	// Name is the registered name: a client of the REST door as configured, or
	// the path form of an X-Road client.
	Name string
	// MessageID is the caller's own id of the message: X-Request-ID or X-Road id.
	MessageID string
	// TransactionID is the bus's id (uxp-transaction-id); it may be empty.
	TransactionID string
	// Service is the X-Road service path called; empty at the REST door.
	Service string
	// UserID is the caller's user who caused the request, a personal value.
	UserID UserID
	// PurposeID is the purpose of processing registered with the personal-data
	// monitoring (ПМДПД); it may be empty.
	PurposeID string
	// SubjectID is whom the message's header names for that monitoring; it may be
	// zero. It must be whom the message is about.
	SubjectID SubjectID
}

// SubjectID is a number of a person as a caller writes it, of whatever kind.
type SubjectID struct{ secret }

// NewSubjectID wraps s.
func NewSubjectID(s string) SubjectID { return SubjectID{newSecret(strings.Trim(s, " \t"))} }

// Names reports whether the id, if there is one, is a number of somebody of whom
// each of the subjects tells something.
func (id SubjectID) Names(subjects ...Subject) bool {
	text := id.Reveal()
	if text == "" {
		return true
	}
	for _, s := range subjects {
		if text == s.RNOKPP.Reveal() || text == s.UNZR.Reveal() || !s.Document.IsZero() && NormalizeDocumentNumber(text) == s.Document.Number() {
			return true
		}
	}
	return false
}

// ErrSubjectID is the answer to a message whose header names another person than
// the one it is about: monitoring would read the one, and data be given of the
// other.
var ErrSubjectID error = &FieldError{"Uxp-Subject-Id", errors.New("is not the identifier of the subject")}

// UserID is the calling body's name of its user.
type UserID struct{ secret }

// NewUserID wraps s.
func NewUserID(s string) UserID { return UserID{newSecret(s)} }

// Request is what came through a door: a citizen's signed request or, with an
// Inquiry, what a body asks by law.
type Request struct {
	// ID is ours: the id of the prepared statement, or one made at the door.
	ID      ID
	Channel Channel
	Caller  Caller
	// Inquiry excludes what follows but ReceivedAt; nil for a citizen's request.
	Inquiry *Inquiry
	// Container is the signature container (CMS) exactly as received.
	Container []byte
	// Content is what a detached container signs; nil when it is inside.
	Content []byte
	// Expected is what the door asked the citizen to sign; nil when the caller
	// composed the statement itself.
	Expected   []byte
	ReceivedAt time.Time
}

// Certificate tells which certificate signed, without its subject.
type Certificate struct {
	Serial      string // hexadecimal, lower case
	Issuer      string // distinguished name of the authority
	Fingerprint string // SHA-256 of the DER, hexadecimal
}

// Requester is the natural person whom a valid signature names. Only the
// verifier makes one.
type Requester struct {
	RNOKPP RNOKPP
	// Document is set instead of RNOKPP for a person without one.
	Document Document
	UNZR     UNZR
	Name     SignerName

	Certificate Certificate
	Algorithm   string    // such as "DSTU4145-257/GOST34311"
	SignedAt    time.Time // claimed by the signer
	VerifiedAt  time.Time
	// Status is "good", or "not-checked" where the deployment does not check
	// revocation.
	Status string
	// Content is what was signed, exactly as signed.
	Content []byte
	// ContainerDigest is the SHA-256 of the container.
	ContainerDigest [32]byte
}
