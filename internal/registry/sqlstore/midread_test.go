package sqlstore_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/sqlstore"
)

// leaving is a store whose database goes away once the person is found.
type leaving struct {
	*sqlstore.Store
	leave func()
}

func (l leaving) Find(ctx context.Context, q registry.Query) (registry.Found, error) {
	found, err := l.Store.Find(ctx, q)
	l.leave()
	return found, err
}

// TestMidRead takes the database away between the two statements of a reading.
func TestMidRead(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		db := databasetest.Open(t, "sqlite:"+filepath.Join(dir, "registry.db"))
		testMidRead(t, open(t, db), func() {
			db.Reader.SetMaxIdleConns(0)
			if err := os.RemoveAll(dir); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		through, cut := proxy(t, databasetest.PostgresURL(t))
		testMidRead(t, open(t, databasetest.Open(t, through)), cut)
	})
}

func testMidRead(t *testing.T, store *sqlstore.Store, leave func()) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Put(t.Context(), registry.SampleRows(), "", registry.Checkpoint{}); err != nil {
		t.Fatal(err)
	}
	service, err := registry.New(registry.Config{Store: leaving{store, leave}, GrantKey: public})
	if err != nil {
		t.Fatal(err)
	}
	s := registry.Samples()[0]
	grant, err := dovidka.SignGrant(dovidka.GrantClaims{
		Scope: dovidka.ScopeDeclarations,
		ID:    "g", Requester: dovidka.GrantPerson{RNOKPP: s.RNOKPP, Name: dovidka.NewSignerName(s.Name.Family, s.Name.Given)},
		Subject: dovidka.Subject{Relation: dovidka.RelationSelf}, IssuedAt: time.Now().Add(-time.Minute), ExpiresAt: time.Now().Add(time.Minute),
	}, private)
	if err != nil {
		t.Fatal(err)
	}
	record, err := service.Read(t.Context(), grant)
	var fault *dovidka.Fault
	if !errors.As(err, &fault) || fault.Code != dovidka.CodeRegistryUnavailable {
		t.Errorf("got %v", err)
	}
	if record.Patient.ID != "" || record.Declarations != nil {
		t.Error("half a record came with the fault")
	}
}
