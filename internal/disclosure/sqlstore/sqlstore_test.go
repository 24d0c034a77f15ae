package sqlstore_test

import (
	"testing"

	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/internal/disclosure/sqlstore"
	"github.com/dovidka/dovidka/internal/disclosure/storetest"
	"github.com/dovidka/dovidka/internal/platform/database"
	"github.com/dovidka/dovidka/internal/platform/database/databasetest"
)

func TestMain(m *testing.M) { databasetest.Main(m) }

func TestContract(t *testing.T) {
	for name, open := range map[string]func(testing.TB) *database.DB{"sqlite": databasetest.SQLite, "postgres": databasetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) disclosure.Store {
				s, err := sqlstore.New(t.Context(), open(t))
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}
