package ledger

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
)

// Config is what a Service needs. Entitlements and Now may be left out.
type Config struct {
	Store Store
	// GrantKey signs grants and the log's head. All replicas hold the same one.
	GrantKey ed25519.PrivateKey
	// PseudonymKey makes pseudonyms by HMAC-SHA-256; at least 32 random bytes.
	// A person's history is found only as long as it stays the same.
	PseudonymKey []byte
	// ConsentTTL is how long a consent stands when nobody withdraws it.
	ConsentTTL time.Duration
	// GrantTTL is how long a grant opens the registry.
	GrantTTL time.Duration
	// Entitlements say who may inquire by law. An empty list permits nobody.
	Entitlements []dovidka.Entitlement
	// Now is the clock; time.Now when nil.
	Now func() time.Time
}

// Service is the ledger. It is safe for concurrent use, and several may share
// one database.
type Service struct {
	store      Store
	key        ed25519.PrivateKey
	pseudonyms pseudonymizer
	consentTTL time.Duration
	grantTTL   time.Duration
	entitled   entitlements
	now        func() time.Time

	// seen is the furthest head this process has met: the log never goes back.
	seenMu sync.Mutex
	seen   Head // guarded by seenMu
}

// New checks the configuration and returns the Service. It does not touch the
// store; Ready does.
func New(cfg Config) (*Service, error) {
	switch {
	case cfg.Store == nil:
		return nil, errors.New("ledger: a store is required")
	case len(cfg.GrantKey) != ed25519.PrivateKeySize:
		return nil, errors.New("ledger: the grant key must be an Ed25519 private key")
	case len(cfg.PseudonymKey) < 32:
		return nil, errors.New("ledger: the pseudonym key must have at least 32 bytes")
	case cfg.ConsentTTL <= 0 || cfg.GrantTTL <= 0:
		return nil, errors.New("ledger: consents and grants must last for some time")
	}
	entitled, err := readEntitlements(cfg.Entitlements)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Service{
		store: cfg.Store, key: cfg.GrantKey, pseudonyms: pseudonymizer{cfg.PseudonymKey},
		consentTTL: cfg.ConsentTTL, grantTTL: cfg.GrantTTL, entitled: entitled, now: cfg.Now,
	}, nil
}

// GrantKey returns the key by which the registry checks grants, and anybody
// checks the log's head.
func (s *Service) GrantKey() ed25519.PublicKey { return s.key.Public().(ed25519.PublicKey) }

// Ready reports whether the ledger can do its work: the store answers, its log
// was signed by this ledger's key, and the log's end is there.
func (s *Service) Ready(ctx context.Context) error {
	// Taken before the head is read: others may append in between.
	seen := s.furthest()
	head, last, err := s.store.Head(ctx)
	if err != nil {
		return s.fault(ctx, fmt.Errorf("read the log's head: %w", err))
	}
	if last != head.Count {
		return fmt.Errorf("%w: its head counts %d entries and the last is %d", ErrBroken, head.Count, last)
	}
	return s.admit(head, seen)
}

// MaxEvents is the most that Events returns at once.
const MaxEvents = 1000

// Events returns the entries that follow the given index, oldest first, at most
// limit (and MaxEvents) of them. Zero begins with the first.
func (s *Service) Events(ctx context.Context, after int64, limit int) ([]dovidka.Event, error) {
	rows, err := s.store.Entries(ctx, after, min(max(limit, 1), MaxEvents))
	if err != nil {
		return nil, s.fault(ctx, fmt.Errorf("read events: %w", err))
	}
	events := make([]dovidka.Event, 0, len(rows))
	for _, row := range rows {
		e, err := row.open()
		if err != nil {
			return nil, fmt.Errorf("read events: %w", err)
		}
		events = append(events, e.event(row))
	}
	return events, nil
}

// update runs decide while nobody else can append, writes the entries that it
// returns, and gives their rows. Either all of them are written or none.
//
// The store may run decide again, so it must not change anything by itself.
func (s *Service) update(ctx context.Context, decide func(tx Tx, at time.Time) ([]entry, error)) ([]Row, error) {
	var rows []Row
	var head Head
	err := s.store.Update(ctx, func(tx Tx) error {
		rows, head = nil, tx.Head()
		// A head that we did not sign must not become the past of one that we do:
		// that would make somebody's tampering ours.
		if err := s.admit(head, s.furthest()); err != nil {
			return err
		}
		at := s.now().UTC().Truncate(time.Microsecond)
		entries, err := decide(tx, at)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			e.At = at
			row, err := e.follow(head)
			if err != nil {
				return err
			}
			rows = append(rows, row)
			head = Head{Count: row.Index, Hash: row.Hash}
		}
		if err := head.sign(s.key); err != nil {
			return err
		}
		return tx.Append(ctx, rows, head)
	})
	if err != nil {
		return nil, s.fault(ctx, err)
	}
	s.remember(head)
	return rows, nil
}

func (s *Service) furthest() Head {
	s.seenMu.Lock()
	defer s.seenMu.Unlock()
	return s.seen
}

// admit checks that the head is ours and not older than the one seen earlier.
func (s *Service) admit(head, seen Head) error {
	if head.equal(seen) {
		return nil
	}
	if head.Count < seen.Count {
		return fmt.Errorf("%w: the log had %d entries and has %d", ErrBroken, seen.Count, head.Count)
	}
	if err := head.Verify(s.GrantKey()); err != nil {
		return err
	}
	s.remember(head)
	return nil
}

func (s *Service) remember(head Head) {
	s.seenMu.Lock()
	defer s.seenMu.Unlock()
	if head.Count > s.seen.Count {
		s.seen = head
	}
}

// fault gives the store's errors the code by which callers decide. What is a
// Fault already passes, and so do a broken log and a forged grant, of which
// nothing but an alarm may come.
func (s *Service) fault(ctx context.Context, err error) error {
	var f *dovidka.Fault
	switch {
	case errors.As(err, &f), errors.Is(err, ErrBroken), errors.Is(err, errEntry), errors.Is(err, dovidka.ErrGrant):
		return err
	case ctx.Err() != nil:
		return &dovidka.Fault{Code: dovidka.CodeTimeout, Err: fmt.Errorf("ledger: %w", err)}
	default:
		return &dovidka.Fault{Code: dovidka.CodeStorageUnavailable, Err: fmt.Errorf("ledger: %w", err)}
	}
}

func newID() (dovidka.ID, error) {
	// Version 7 begins with the time, which keeps the indices' pages together.
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	return dovidka.ID(id.String()), nil
}
