package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Store keeps the log. Errors of a Store are faults of storage; what it cannot
// do now, it may do later.
type Store interface {
	// Update runs fn while no other process or goroutine can append. What fn
	// appended is durable when Update returns nil, and none of it is there when
	// it returns an error, except that a connection lost during the commit
	// leaves the outcome unknown. fn may run more than once; its error is
	// returned as it is, perhaps wrapped.
	Update(ctx context.Context, fn func(tx Tx) error) error
	// Head returns the log's head, and the index of the last entry that is
	// really there, both of one moment.
	Head(ctx context.Context) (head Head, last int64, err error)
	// Entries returns rows whose index is greater than after, in order, at most
	// limit.
	Entries(ctx context.Context, after int64, limit int) ([]Row, error)
}

// Tx is the log inside Update.
type Tx interface {
	// Head returns the head as the transaction found it. The zero Hash has 32
	// bytes too.
	Head() Head
	// Once returns the row with the key, or nil.
	Once(ctx context.Context, key string) (*Row, error)
	// Find returns the rows that match, in order.
	Find(ctx context.Context, q Query) ([]Row, error)
	// Append adds rows and replaces the head that Head returned. It is called
	// at most once. A row whose index or key is there already is an error, and
	// so is a head that somebody else has replaced.
	Append(ctx context.Context, rows []Row, head Head) error
}

// Query selects rows by all of its fields that are set; RequestID or Subject is.
type Query struct {
	RequestID dovidka.ID
	Subject   dovidka.Pseudonym
	Recipient string
	// Kinds and Requesters match any of theirs.
	Kinds      []dovidka.EventKind
	Requesters []dovidka.Pseudonym
}

// Row is an entry as it is stored: the bytes that are hashed, the hashes, and
// what of the bytes is repeated in columns to be found by.
type Row struct {
	Columns
	Body         []byte
	PreviousHash []byte
	Hash         []byte
}

// Columns is what an entry is found by. All of it stands in the body too.
type Columns struct {
	Index     int64
	At        time.Time // microseconds, UTC
	Kind      dovidka.EventKind
	RequestID dovidka.ID
	Subject   dovidka.Pseudonym
	Requester dovidka.Pseudonym
	Recipient string
	// Once, when not empty, is a key that no two rows share: it makes what may
	// happen only once happen only once, whoever tries.
	Once string
}

// ErrBroken tells that the log is not what the ledger wrote.
var ErrBroken = errors.New("the log is broken")

// entryTag separates the hashes of entries from any other use of SHA-256.
const entryTag = "dovidka ledger entry v1\x00"

// chain returns SHA-256(entryTag ‖ previous ‖ body).
func chain(previous, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(entryTag))
	h.Write(previous)
	h.Write(body)
	return h.Sum(nil)
}

// Head is the log's end: the number of entries, the hash of the last, and the
// ledger's signature of both. Before the first entry the hash is all zeros and
// there is no signature.
type Head struct {
	Count     int64
	Hash      []byte
	Signature []byte
}

// headContext separates these signatures from grants, which the same key signs.
const headContext = "dovidka ledger head v1"

// Empty returns the head of a log without entries.
func Empty() Head { return Head{Hash: make([]byte, sha256.Size)} }

func (h Head) message() []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(h.Count)), h.Hash...)
}

func (h *Head) sign(key ed25519.PrivateKey) error {
	signature, err := key.Sign(nil, h.message(), &ed25519.Options{Context: headContext})
	if err != nil {
		return fmt.Errorf("sign the log's head: %w", err)
	}
	h.Signature = signature
	return nil
}

// Verify checks the signature (Ed25519ctx, RFC 8032) and returns ErrBroken,
// wrapped, when it is not the ledger's.
func (h Head) Verify(key ed25519.PublicKey) error {
	if h.Count == 0 && len(h.Signature) == 0 && bytes.Equal(h.Hash, Empty().Hash) {
		return nil
	}
	if len(key) != ed25519.PublicKeySize || len(h.Hash) != sha256.Size ||
		ed25519.VerifyWithOptions(key, h.message(), h.Signature, &ed25519.Options{Context: headContext}) != nil {
		return fmt.Errorf("%w: its head is not signed by this ledger's key", ErrBroken)
	}
	return nil
}

func (h Head) equal(other Head) bool {
	return h.Count == other.Count && bytes.Equal(h.Hash, other.Hash) && bytes.Equal(h.Signature, other.Signature)
}
