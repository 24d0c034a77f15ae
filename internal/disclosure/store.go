package disclosure

import (
	"context"
	"errors"
	"time"

	"github.com/dovidka/dovidka"
)

// Case is one request through its whole life, as the store keeps it.
type Case struct {
	ID    dovidka.ID
	State dovidka.State
	// Key makes a case idempotent: two cases never share one.
	Key string
	// BodyDigest is the SHA-256 of what the caller sent to open the case.
	BodyDigest [32]byte

	Channel dovidka.Channel
	Caller  dovidka.Caller

	// Statement, Nonce: what the door asked to be signed; empty when the
	// caller composed the statement.
	Statement []byte
	Nonce     string
	CreatedAt time.Time
	ExpiresAt time.Time // of the statement; zero when the caller composed it

	Container  []byte
	Content    []byte
	Inquiry    []byte // as dovidka.Inquiry encodes it; nil for a citizen's request
	AcceptedAt time.Time
	Attempts   int
	RetryAt    time.Time // no worker takes the case before

	Outcome    Outcome
	FinishedAt time.Time
}

// Outcome is how a case ended: an answer, or the code of a refusal.
type Outcome struct {
	Code   dovidka.Code // empty for an answer
	Reason string

	GrantID   dovidka.ID
	Record    []byte // dovidka.RecordJSON
	Sealed    dovidka.Sealed
	Receipt   dovidka.Receipt
	Withdrawn int
}

// Errors of a Store.
var (
	ErrNoCase    = errors.New("no such case")
	ErrCaseState = errors.New("case is in another state")
	ErrNonceUsed = errors.New("nonce was used by another case")
)

// Store keeps cases. Every method is atomic and durable when it returns nil;
// other errors than those above mean that the storage failed and nothing was
// changed.
type Store interface {
	// Open inserts the case unless one with its Key exists; it returns the one
	// that is kept, and whether it is the new one.
	Open(ctx context.Context, c Case) (kept Case, opened bool, err error)
	// Load returns the case, or ErrNoCase.
	Load(ctx context.Context, id dovidka.ID) (Case, error)
	// Accept moves a case from awaiting to accepted with what was received,
	// claims it until the moment and counts the attempt; ErrCaseState when it is
	// not awaiting, or attempts are not its attempts so far.
	Accept(ctx context.Context, id dovidka.ID, attempts int, container, content []byte, at, claimedUntil time.Time) error
	// Claim takes an accepted case for one worker until the moment and counts
	// the attempt; false when another has it, when it is not due, or when
	// attempts are not its attempts so far: then it is not as it was loaded.
	Claim(ctx context.Context, id dovidka.ID, attempts int, now, until time.Time) (bool, error)
	// BurnNonce marks the nonce used by the case; ErrNonceUsed when another
	// case used it. The same case may burn it again.
	BurnNonce(ctx context.Context, nonce string, id dovidka.ID, keepUntil time.Time) error
	// The next three are the claim holder's, who names the attempt: ErrCaseState
	// when the case is not accepted, or somebody has claimed it since.

	// Reopen moves an accepted case back to awaiting after a signature that
	// was not good enough.
	Reopen(ctx context.Context, id dovidka.ID, attempt int) error
	// Defer lets an accepted case rest until the moment.
	Defer(ctx context.Context, id dovidka.ID, attempt int, until time.Time) error
	// Finish moves an accepted case to done or, with a Code, to refused. With a
	// notice, which may be nil, that one is kept too, in the same transaction:
	// neither is ever there without the other.
	Finish(ctx context.Context, id dovidka.ID, attempt int, out Outcome, at time.Time, notice *dovidka.Notice) error
	// Due lists up to limit accepted cases that no worker has.
	Due(ctx context.Context, now time.Time, limit int) ([]dovidka.ID, error)
	// ReleaseClaims forgets all claims, those of notices too: for the start of a
	// process that is the only owner of the store.
	ReleaseClaims(ctx context.Context) error
	// Purge wipes what cases finished before answersBefore hold, with the notices
	// of their end, and deletes cases created before casesBefore (never accepted
	// ones) and dead nonces:
	// those to be kept until a moment that is over, and before which no accepted
	// case was accepted that is not finished yet.
	Purge(ctx context.Context, now, answersBefore, casesBefore time.Time) (wiped, deleted int64, err error)
	// Ready reports whether the storage answers.
	Ready(ctx context.Context) error
}
