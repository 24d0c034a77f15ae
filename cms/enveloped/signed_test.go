package enveloped_test

import (
	"crypto/elliptic"
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
)

func TestDecryptSigned(t *testing.T) {
	t.Parallel()
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := authority.Seal(pki.Organization{Name: "НСЗУ", EDRPOU: "42032422"})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign([]byte("document"), now, false)
	if err != nil {
		t.Fatal(err)
	}
	detached, err := signer.Sign([]byte("document"), now, true)
	if err != nil {
		t.Fatal(err)
	}
	verify, err := authority.VerifyOptions(now.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	stranger := verify
	other, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		t.Fatal(err)
	}
	stranger.Anchors = []*pki.Certificate{other.Root.Certificate}
	to, ec := dstuPerson(t, 431), ecPerson(t, elliptic.P256())
	for name, c := range map[string]struct {
		inside  []byte
		to      person
		options cms.VerifyOptions
		want    cms.Outcome
	}{
		"signed":       {signed, to, verify, cms.Outcome{Verdict: cms.Valid}},
		"signed, EC":   {signed, ec, verify, cms.Outcome{Verdict: cms.Valid}},
		"not signed":   {[]byte("document"), to, verify, cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonMalformed}},
		"nothing":      {nil, to, verify, cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonMalformed}},
		"detached":     {detached, to, verify, cms.Outcome{Verdict: cms.Indeterminate, Reason: cms.ReasonContentMissing}},
		"by strangers": {signed, to, stranger, cms.Outcome{Verdict: cms.Indeterminate, Reason: pki.ReasonIssuerUnknown}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			container, err := enveloped.Encrypt(c.inside, enveloped.EncryptOptions{Recipients: []*pki.Certificate{c.to.cert}, Time: now})
			if err != nil {
				t.Fatal(err)
			}
			result, err := enveloped.DecryptSigned(container, c.to.opens(), c.options)
			var refused *enveloped.SignatureError
			switch {
			case c.want.Verdict == cms.Valid:
				if err != nil || string(result.Content) != "document" || result.Outcome != c.want {
					t.Errorf("%v, %v", result, err)
				}
			case !errors.As(err, &refused) || result != nil || refused.Result.Verdict != c.want.Verdict:
				t.Errorf("%v, %v, want %v", result, err, c.want)
			case refused.Result.Reason != c.want.Reason:
				t.Errorf("%v, want %v", refused.Result.Outcome, c.want)
			}
		})
	}
	if _, err := enveloped.DecryptSigned(signed, to.opens(), verify); !errors.Is(err, enveloped.ErrMalformed) {
		t.Errorf("what was not encrypted: %v", err)
	}
}
