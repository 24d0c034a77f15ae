package ledger

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"math"
)

// Report is what Verify has proved.
type Report struct {
	// Entries is how many entries, from the first, are what the ledger wrote.
	Entries int64
	// LastHash (hexadecimal) is the last one's hash. Kept somewhere else, the
	// two show later whether the log was put back.
	LastHash string
}

// Break is the error of a log that is not what the ledger wrote. It wraps
// ErrBroken.
type Break struct {
	// Index is the first entry at which it shows; 0 is the head.
	Index int64
	// Problem says what is wrong, such as "is missing".
	Problem string
}

// Error names the place and the problem.
func (b *Break) Error() string {
	if b.Index == 0 {
		return "ledger: the head " + b.Problem
	}
	return fmt.Sprintf("ledger: entry %d %s", b.Index, b.Problem)
}

// Unwrap returns ErrBroken.
func (b *Break) Unwrap() error { return ErrBroken }

// verifyPage is how many rows Verify holds at once.
const verifyPage = 500

// Log is what Verify reads. Every Store is one.
type Log interface {
	Head(ctx context.Context) (head Head, last int64, err error)
	Entries(ctx context.Context, after int64, limit int) ([]Row, error)
}

// Verify reads the whole log, up to the head as it is now, and proves that it
// is what the ledger with the given key wrote: nothing altered, removed, added
// or put in another order. The first thing that is wrong is returned as *Break;
// other errors mean that the log could not be read. It needs little memory
// however long the log is, does not keep the ledger from writing, and tells
// progress (which may be nil) how many entries are proved.
func Verify(ctx context.Context, log Log, key ed25519.PublicKey, progress func(entries int64)) (Report, error) {
	head, last, err := log.Head(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("read the log's head: %w", err)
	}
	done := Empty() // the head of what is proved
	// From the very beginning of the integers: entries 0 and -1 must not hide.
	after := int64(math.MinInt64)
	for first := true; first || done.Count < head.Count; first = false {
		rows, err := log.Entries(ctx, after, verifyPage)
		if err != nil {
			return report(done), fmt.Errorf("read entries after %d: %w", done.Count, err)
		}
		for _, row := range rows {
			if row.Index > 0 && done.Count >= head.Count {
				break // the ledger has gone on since, or conclude tells
			}
			if b := examine(row, done); b != nil {
				return report(done), b
			}
			done = Head{Count: row.Index, Hash: row.Hash}
			after = row.Index
		}
		if len(rows) == 0 && done.Count < head.Count {
			return report(done), &Break{done.Count + 1, "is missing"}
		}
		if progress != nil {
			progress(done.Count)
		}
	}
	return report(done), conclude(head, last, done, key)
}

// conclude compares the head with what the entries come to.
func conclude(head Head, last int64, done Head, key ed25519.PublicKey) error {
	switch {
	case head.Count < 0:
		return &Break{0, "counts fewer entries than none"}
	case !bytes.Equal(head.Hash, done.Hash):
		return &Break{0, "has another hash than the last entry"}
	case head.Verify(key) != nil:
		return &Break{0, "is not signed by this ledger's key"}
	case last != head.Count:
		// Entries beyond the signed head, or before the first with an empty log.
		return &Break{head.Count + 1, "stands beyond the signed head"}
	}
	return nil
}

func report(done Head) Report { return Report{done.Count, hex.EncodeToString(done.Hash)} }

// examine checks that the row is the one that the ledger wrote after done.
func examine(row Row, done Head) *Break {
	next := done.Count + 1
	switch {
	case row.Index < next:
		return &Break{next, fmt.Sprintf("is preceded by a row numbered %d", row.Index)}
	case row.Index > next:
		return &Break{next, "is missing"}
	case !bytes.Equal(row.PreviousHash, done.Hash):
		return &Break{next, fmt.Sprintf("does not follow entry %d: its previous hash is another", done.Count)}
	case !bytes.Equal(row.Hash, chain(row.PreviousHash, row.Body)):
		return &Break{next, "was altered: its hash does not cover it"}
	}
	e, err := decode(row.Body)
	if err != nil {
		return &Break{next, "was altered: " + err.Error()}
	}
	if field := e.columns().differ(row.Columns); field != "" {
		return &Break{next, "was altered: its column " + field + " is not what its body says"}
	}
	return nil
}

// differ names the first column in which two differ.
func (c Columns) differ(other Columns) string {
	switch {
	case c.Index != other.Index:
		return "seq"
	case !c.At.Equal(other.At):
		return "at"
	case c.Kind != other.Kind:
		return "kind"
	case c.RequestID != other.RequestID:
		return "request_id"
	case c.Subject != other.Subject:
		return "subject"
	case c.Requester != other.Requester:
		return "requester"
	case c.Recipient != other.Recipient:
		return "recipient"
	case c.Once != other.Once:
		return "once"
	}
	return ""
}
