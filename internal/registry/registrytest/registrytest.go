// Package registrytest gives the neighbours' tests a registry: the real service
// over the real store in a SQLite file, and a next error on demand.
package registrytest

import (
	"context"
	"crypto/ed25519"
	"sync"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/sqlstore"
)

// Registry is a registry that can be told to fail.
type Registry struct {
	service *registry.Service
	store   *sqlstore.Store

	mu   sync.Mutex // guards next
	next error
}

// New returns an empty registry that opens the grants of the key's holder. A
// nil clock is time.Now.
func New(t testing.TB, grantKey ed25519.PublicKey, now func() time.Time) *Registry {
	t.Helper()
	store, err := sqlstore.New(t.Context(), databasetest.SQLite(t))
	if err != nil {
		t.Fatalf("open test registry: %v", err)
	}
	service, err := registry.New(registry.Config{Store: store, GrantKey: grantKey, Now: now})
	if err != nil {
		t.Fatalf("make test registry: %v", err)
	}
	return &Registry{service: service, store: store}
}

// Read fails with the error FailNext was given, once; otherwise it reads.
func (r *Registry) Read(ctx context.Context, grant dovidka.Grant) (dovidka.Record, error) {
	r.mu.Lock()
	err := r.next
	r.next = nil
	r.mu.Unlock()
	if err != nil {
		return dovidka.Record{}, err
	}
	return r.service.Read(ctx, grant)
}

// FailNext makes the next Read fail.
func (r *Registry) FailNext(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.next = err
}

// Put writes rows, such as those of registry.SampleRows.
func (r *Registry) Put(t testing.TB, rows ...registry.Row) {
	t.Helper()
	if err := r.store.Put(t.Context(), rows, "", registry.Checkpoint{}); err != nil {
		t.Fatalf("put rows: %v", err)
	}
}
