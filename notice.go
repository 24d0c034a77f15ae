package dovidka

import (
	"fmt"
	"log/slog"
	"time"
)

// Notice tells a citizen that a request has ended whose end nobody waited for.
// It says nothing of how it ended. It exists only as long as it is not passed on.
type Notice struct {
	// ID stays the same however often the notice is passed on, so that whoever
	// gets it twice can tell.
	ID        ID
	RequestID ID
	// Recipient is the natural person whose signature the request bears.
	Recipient RNOKPP
	CreatedAt time.Time
	// Attempts counts how often it was taken up to be passed on.
	Attempts int
}

// Format hides the recipient; the ids are shown.
func (n Notice) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "notice %s of request %s", n.ID, n.RequestID)
}

// LogValue hides the recipient.
func (n Notice) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(n)) }

// PurposeNotice is the purpose of giving a citizen's number to the body that
// passes notices on.
const PurposeNotice = "result-notice"

// NoticeOutcome is what became of one attempt to pass a notice on.
type NoticeOutcome string

// The outcomes.
const (
	NoticeDelivered NoticeOutcome = "delivered" // the body has taken it
	NoticeRejected  NoticeOutcome = "rejected"  // the body will not pass it on
	NoticeFailed    NoticeOutcome = "failed"    // technically; whether it has arrived may be unknown
)

// NoticeExchange is one exchange in which a notice was passed on, for the record.
type NoticeExchange struct {
	Notice  Notice
	Outcome NoticeOutcome

	// Client, Provider and Service are the X-Road identifiers of who called, of the
	// body that was called, and of its service.
	Client   string
	Provider string
	Service  string
	// UserID is what the message named as its user, a personal value; it may be zero.
	UserID        UserID
	PurposeID     string // registered with the personal-data monitoring (ПМДПД); it may be empty
	MessageID     string
	TransactionID string
	// RequestHash is the digest by which the provider's security server ties its
	// answer to the request; empty without one.
	RequestHash          string
	RequestHashAlgorithm string
	// Reference is the body's own name of what it took.
	Reference string
	// Code says why it was not delivered, when that is a code.
	Code string
}

// Format hides the recipient and the user; the notice's ids are shown.
func (e NoticeExchange) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "exchange %s: %v, %s", e.MessageID, e.Notice, e.Outcome)
}

// LogValue hides the recipient and the user.
func (e NoticeExchange) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(e)) }

// NoticeRecord is what the ledger tells of an exchange beyond what it tells of
// every event.
type NoticeRecord struct {
	ID                   ID // of the notice
	Outcome              NoticeOutcome
	Reference            string
	Code                 string
	RequestHash          string
	RequestHashAlgorithm string
}
