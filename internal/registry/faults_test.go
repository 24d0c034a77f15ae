package registry_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
	"github.com/dovidka/dovidka/internal/registry"
	"github.com/dovidka/dovidka/internal/registry/storetest"
)

// failing is a store that answers with errors.
type failing struct{ find, record error }

func (f failing) Find(context.Context, registry.Query) (registry.Found, error) {
	p := storetest.Person(1)
	return registry.Found{Requesters: []registry.Candidate{{Patient: p.Patient()}}}, f.find
}

func (f failing) Record(context.Context, dovidka.ID) (dovidka.Patient, []dovidka.Declaration, error) {
	return dovidka.Patient{}, nil, f.record
}

func TestReadFaults(t *testing.T) {
	t.Parallel()
	good := newLedger().grant(t, dovidka.GrantPerson{RNOKPP: tax("3075751279"), Name: dovidka.NewSignerName("Вигаданий", "Остап")},
		dovidka.Subject{Relation: dovidka.RelationSelf})
	forged := ledger{ed25519.NewKeyFromSeed([]byte("another ledger's seed, 32 bytes."))}.grant(t, dovidka.GrantPerson{}, dovidka.Subject{})
	for _, c := range []struct {
		name  string
		grant dovidka.Grant
		store failing
		after time.Duration
		want  dovidka.Code
	}{
		{"no grant", dovidka.Grant{}, failing{}, 0, dovidka.CodeInternal},
		{"forged grant", forged, failing{}, 0, dovidka.CodeInternal},
		{"expired grant", good, failing{}, time.Hour, dovidka.CodeInternal},
		{"grant of the future", good, failing{}, -time.Hour, dovidka.CodeInternal},
		{"store gone", good, failing{find: registry.ErrUnavailable}, 0, dovidka.CodeRegistryUnavailable},
		{"store gone on the way", good, failing{record: registry.ErrUnavailable}, 0, dovidka.CodeRegistryUnavailable},
		{"out of time", good, failing{find: context.DeadlineExceeded}, 0, dovidka.CodeTimeout},
		{"merged on the way", good, failing{record: dovidka.ErrNobody}, 0, dovidka.CodePatientNotFound},
		{"damaged data", good, failing{record: registry.ErrTooMuch}, 0, dovidka.CodeInternal},
		{"our own defect", good, failing{find: errors.New("no such table")}, 0, dovidka.CodeInternal},
	} {
		service, err := registry.New(registry.Config{
			Store: c.store, GrantKey: newLedger().public(), Now: func() time.Time { return now.Add(c.after) },
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = service.Read(t.Context(), c.grant); err == nil || dovidka.FaultOf(err).Code != c.want {
			t.Errorf("%s: got %v, %s is expected", c.name, err, c.want)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []registry.Config{{}, {Store: failing{}}, {GrantKey: newLedger().public()}, {Store: failing{}, GrantKey: []byte{1}}} {
		if _, err := registry.New(c); err == nil {
			t.Error("an incomplete configuration was taken")
		}
	}
}

// BenchmarkRead reads records of a generated population.
func BenchmarkRead(b *testing.B) {
	for name, db := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			store, service := open(b, db(b))
			var grants []dovidka.Grant
			var rows []registry.Row
			for row := range registry.Generate(registry.GenerateOptions{Seed: 1, Persons: 5000}) {
				rows = append(rows, row)
				p, ok := row.(*registry.Person)
				if ok && p.Status == registry.PersonActive && p.TaxID != "" && p.BirthDate < "2010" && len(grants) < 1000 {
					grants = append(grants, newLedger().grant(b, dovidka.GrantPerson{
						RNOKPP: tax(p.TaxID), Name: dovidka.NewSignerName(p.LastName, p.FirstName),
					}, dovidka.Subject{Relation: dovidka.RelationSelf}))
				}
			}
			storetest.Put(b, store, rows...)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if _, err := service.Read(b.Context(), grants[i%len(grants)]); err != nil && dovidka.FaultOf(err).Code != dovidka.CodePatientNotFound {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
