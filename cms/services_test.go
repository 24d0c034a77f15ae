package cms_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// TestServiceWithdrawn: what was signed, provably, while the service was granted
// stays valid for that time and authorises nothing after.
func TestServiceWithdrawn(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.DSTU)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	tsa := must[*cmstest.Identity](t)(a.TSA())
	bare := must[[]byte](t)(who.Sign([]byte("запит"), signedAt, false))
	stamped := must[[]byte](t)(cms.Sign([]byte("запит"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: signedAt,
		TimeStamp: func(digestOID string, digest []byte) ([]byte, error) { return tsa.Stamp(signedAt, digestOID, digest) },
	}))
	withdrawnAt := signedAt.Add(time.Hour)
	refused := indeterminate(pki.ReasonServiceNotGranted)

	for name, tc := range map[string]struct {
		container   []byte
		at          time.Time
		then, now   cms.Outcome
		withoutList bool
	}{
		"granted":                      {container: bare, at: signedAt.Add(time.Minute), then: good, now: good},
		"without the list":             {container: bare, at: signedAt.Add(time.Minute), then: indeterminate(pki.ReasonIssuerUnknown), now: indeterminate(pki.ReasonIssuerUnknown), withoutList: true},
		"withdrawn, no proof of time":  {container: bare, at: withdrawnAt.Add(time.Hour), then: refused, now: refused},
		"withdrawn after a time-stamp": {container: stamped, at: withdrawnAt.Add(time.Hour), then: good, now: invalid(pki.ReasonServiceNotGranted)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := verifyOptions(t, a, tc.at)
			opts.Anchors, opts.Intermediates = nil, nil
			if !tc.withoutList {
				opts.Services = pki.NewServices(pki.Service{
					Certificate: a.CA.Certificate, Granted: []pki.Interval{{From: signedAt.AddDate(-1, 0, 0), Until: withdrawnAt}},
				})
			}
			opts.Pool = pki.NewPool(tsa.Certificate)
			r := must[*cms.Result](t)(cms.Verify(tc.container, opts))
			if r.Outcome != tc.then || r.MayAuthorise() != tc.now {
				t.Errorf("%v and now %v, want %v and %v", r.Outcome, r.MayAuthorise(), tc.then, tc.now)
			}
		})
	}
}
