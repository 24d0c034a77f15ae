package cmstest_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

func TestOpenedAuthorityGoesOn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
	for _, family := range []cmstest.Family{cmstest.DSTU, cmstest.EC} {
		first, err := cmstest.NewAuthority(family, now)
		if err != nil {
			t.Fatal(err)
		}
		before, err := first.CRL(now)
		if err != nil {
			t.Fatal(err)
		}
		later := now.AddDate(1, 0, 0)
		second, err := cmstest.OpenAuthority(first.Root, first.CA, later)
		if err != nil {
			t.Fatal(err)
		}
		who, err := second.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
		if err != nil {
			t.Fatal(err)
		}
		p7s, err := who.Sign([]byte("x"), later, false)
		if err != nil {
			t.Fatal(err)
		}
		opts, err := second.VerifyOptions(later)
		if err != nil {
			t.Fatal(err)
		}
		r, err := cms.Verify(p7s, opts)
		if err != nil || r.MayAuthorise().Verdict != cms.Valid {
			t.Errorf("%v: %v", err, r)
		}
		if opts.CRLs[0].Number.Cmp(before.Number) <= 0 {
			t.Error("number of the list went back")
		}
		stranger, err := cmstest.NewAuthority(family, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cmstest.OpenAuthority(first.Root, stranger.CA, later); err == nil {
			t.Error("opened with a provider of another root")
		}
	}
}
