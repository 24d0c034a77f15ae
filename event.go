package dovidka

import "time"

// EventKind is what an entry of the ledger tells.
type EventKind string

// The kinds.
const (
	EventConsentGiven     EventKind = "consent-given"
	EventConsentWithdrawn EventKind = "consent-withdrawn"
	EventGranted          EventKind = "granted"   // the registry may be read
	EventRefused          EventKind = "refused"   // nothing was given, and why
	EventDisclosed        EventKind = "disclosed" // an answer was sealed and may leave
	EventReleased         EventKind = "released"  // a stored answer was given out again
	EventNotified         EventKind = "notified"  // a body was asked to tell the citizen that a request has ended
)

// Event is one entry of the ledger as its readers see it. Persons stand in it
// as pseudonyms.
type Event struct {
	Index int64 // 1 for the first entry
	At    time.Time
	Kind  EventKind

	RequestID ID
	GrantID   ID
	ConsentID ID

	Subject   Pseudonym
	Requester Pseudonym
	Relation  Relation

	Channel       Channel
	Caller        string
	Service       string
	MessageID     string
	TransactionID string
	// UserID is a pseudonym of the caller's user.
	UserID    Pseudonym
	Purpose   string
	PurposeID string
	// Ground is the legal ground of an inquiry; there is no consent then.
	Ground string
	Scope  Scope

	// Code is the reason of a refusal; Detail is its cause, such as whether
	// nobody or several matched.
	Code   Code
	Detail string

	// Digest is the SHA-256 (hexadecimal) of what was disclosed, or of the
	// signature container of a consent.
	Digest      string
	Certificate Certificate
	Consent     *Consent      // for EventConsentGiven
	Notice      *NoticeRecord // for EventNotified, where Caller is our client and Service what it called

	// Hash covers this entry and PreviousHash (SHA-256, hexadecimal).
	PreviousHash string
	Hash         string
}

// Receipt proves that a disclosure was recorded before the answer left.
type Receipt struct {
	RequestID  ID        `json:"requestId"`
	GrantID    ID        `json:"grantId"`
	ConsentID  ID        `json:"consentId,omitempty"` // none where a law permits
	Index      int64     `json:"index"`               // of the entry "disclosed"
	Hash       string    `json:"hash"`                // of that entry
	RecordedAt time.Time `json:"recordedAt"`
}
