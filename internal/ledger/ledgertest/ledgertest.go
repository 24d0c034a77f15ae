// Package ledgertest gives the neighbours' tests a ledger: the real one on a
// real SQLite store, which fails when it is told to.
package ledgertest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/ledger"
	"github.com/dovidka/dovidka/internal/ledger/sqlstore"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

// The terms that a Ledger works by.
const (
	ConsentTTL = 24 * time.Hour
	GrantTTL   = time.Minute
)

// Ledger is a ledger for tests.
type Ledger struct {
	*ledger.Service
	Store *Store
}

// New opens a Ledger with an empty log. The clock may be nil.
func New(t testing.TB, now func() time.Time, entitled ...dovidka.Entitlement) *Ledger {
	t.Helper()
	return On(t, databasetest.SQLite(t), now, entitled...)
}

// On opens a Ledger in the given database. All have the same keys, so several
// on one database are replicas of each other.
func On(t testing.TB, db *database.DB, now func() time.Time, entitled ...dovidka.Entitlement) *Ledger {
	t.Helper()
	if err := sqlstore.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	store := &Store{Store: sqlstore.New(db)}
	s, err := ledger.New(ledger.Config{
		Store: store, GrantKey: Key(), PseudonymKey: bytes.Repeat([]byte{7}, 32),
		ConsentTTL: ConsentTTL, GrantTTL: GrantTTL, Entitlements: entitled, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return &Ledger{s, store}
}

// Key returns the key of every Ledger, for tests that sign grants themselves.
func Key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{42}, ed25519.SeedSize))
}

// Store is the real store with failures in it.
type Store struct {
	ledger.Store

	mu   sync.Mutex
	next error // guarded by mu
}

// FailNext makes the next operation of the store return the error. An Update
// fails when it would commit: everything before it has happened and is undone.
func (s *Store) FailNext(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = err
}

func (s *Store) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.next
	s.next = nil
	return err
}

// Update implements ledger.Store.
func (s *Store) Update(ctx context.Context, fn func(tx ledger.Tx) error) error {
	failure := s.failure()
	return s.Store.Update(ctx, func(tx ledger.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return failure
	})
}

// Head implements ledger.Store.
func (s *Store) Head(ctx context.Context) (ledger.Head, int64, error) {
	if err := s.failure(); err != nil {
		return ledger.Head{}, 0, err
	}
	return s.Store.Head(ctx)
}

// Entries implements ledger.Store.
func (s *Store) Entries(ctx context.Context, after int64, limit int) ([]ledger.Row, error) {
	if err := s.failure(); err != nil {
		return nil, err
	}
	return s.Store.Entries(ctx, after, limit)
}
