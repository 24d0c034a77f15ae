package registrytest_test

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/registrytest"
)

func TestFailNext(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	r := registrytest.New(t, public, nil)
	r.Put(t, registry.SampleRows()...)
	s := registry.Samples()[0]
	grant, err := dovidka.SignGrant(dovidka.GrantClaims{
		Scope: dovidka.ScopeDeclarations,
		ID:    "g", Requester: dovidka.GrantPerson{RNOKPP: s.RNOKPP, Name: dovidka.NewSignerName(s.Name.Family, s.Name.Given)},
		Subject: dovidka.Subject{Relation: dovidka.RelationSelf}, IssuedAt: time.Now().Add(-time.Minute), ExpiresAt: time.Now().Add(time.Minute),
	}, private)
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	r.FailNext(stop)
	if _, err := r.Read(t.Context(), grant); !errors.Is(err, stop) {
		t.Errorf("the next error did not come: %v", err)
	}
	record, err := r.Read(t.Context(), grant)
	if err != nil || len(record.Declarations) != 3 {
		t.Errorf("%d declarations, %v", len(record.Declarations), err)
	}
}
