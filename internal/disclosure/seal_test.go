package disclosure_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/internal/disclosure"
	"github.com/dovidka/dovidka/pki"
)

func TestSealIsTheOwners(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for name, family := range map[string]cmstest.Family{"DSTU 4145": cmstest.DSTU, "ECDSA": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := cmstest.NewAuthority(family, now)
			if err != nil {
				t.Fatal(err)
			}
			owner, err := a.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001"})
			if err != nil {
				t.Fatal(err)
			}
			seal, err := disclosure.NewSeal(owner.Key, owner.Certificate, func() time.Time { return now })
			if err != nil {
				t.Fatal(err)
			}
			content := []byte(`{"resourceType":"Bundle"}`)
			sealed, err := seal.Seal(t.Context(), content)
			if err != nil {
				t.Fatal(err)
			}
			opts, err := a.VerifyOptions(now)
			if err != nil {
				t.Fatal(err)
			}
			opts.Content = content
			got, err := cms.Verify(sealed.Signature, opts)
			if err != nil {
				t.Fatal(err)
			}
			if got.Verdict != cms.Valid || !got.Detached || len(got.Signers) != 1 || !got.Signers[0].IsStamp || !got.Signers[0].SigningTime.Equal(now) {
				t.Errorf("verdict %s (%s), detached %v", got.Verdict, got.Reason, got.Detached)
			}
			opts.Content = append([]byte(" "), content...)
			if got, err := cms.Verify(sealed.Signature, opts); err != nil || got.Verdict != cms.Invalid {
				t.Errorf("over other bytes: %v, error %v", got.Verdict, err)
			}
		})
	}
}

func TestSealIsTriedBeforeUse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	a, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		t.Fatal(err)
	}
	var two [2]*cmstest.Identity
	for i := range two {
		if two[i], err = a.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := disclosure.NewSeal(two[0].Key, two[1].Certificate, func() time.Time { return now }); err == nil {
		t.Error("a key was taken with another key's certificate")
	}
	later := func() time.Time { return now.AddDate(20, 0, 0) }
	if _, err := disclosure.NewSeal(two[0].Key, two[0].Certificate, later); err == nil {
		t.Error("an expired certificate was taken")
	}
}
