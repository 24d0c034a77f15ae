package online_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
)

// TestStampsOfServicesThatMisbehave: only a token for our request, by a service that
// chains to an anchor, gets into a signature.
func TestStampsOfServicesThatMisbehave(t *testing.T) {
	t.Parallel()
	for fault, want := range map[cmstest.Fault]online.Outcome{
		cmstest.Down: online.Failed, cmstest.Slow: online.TimedOut, cmstest.ServerError: online.Failed, cmstest.WrongContentType: online.Malformed,
		cmstest.Oversized: online.Malformed, cmstest.Malformed: online.Malformed, cmstest.RedirectLoop: online.Failed, cmstest.RedirectAway: online.Forbidden,
		cmstest.Denied: online.Refused, cmstest.WrongKey: online.Rejected, cmstest.NoEKU: online.Rejected, cmstest.Stale: online.Rejected,
		cmstest.Future: online.Rejected, cmstest.OtherImprint: online.Rejected, cmstest.WrongNonce: online.Rejected, cmstest.NoNonce: online.Rejected,
		cmstest.Sound: online.Answered,
	} {
		t.Run(fmt.Sprintf("%q", fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
			w.TSP.Misbehave(fault)
			var seen []online.Exchange
			cfg := online.Config{Observe: func(e online.Exchange) { seen = append(seen, e) }}
			if fault == cmstest.Slow {
				cfg.Timeout = 50 * time.Millisecond
			}
			s, err := w.client(t, cfg).Stamper(online.StamperConfig{URL: w.TSP.URL, Trust: w.Options(w.clock.now())})
			if err != nil {
				t.Fatal(err)
			}
			_, err = cms.Sign([]byte("document"), cms.SignOptions{
				Signer: w.who.Key, Certificate: w.who.Certificate, SigningTime: w.clock.now(), TimeStamp: s.TimeStamp(t.Context()),
			})
			if (err == nil) != (fault == cmstest.Sound) || len(seen) != 1 || seen[0].Outcome != want || seen[0].Kind != online.KindTimeStamp {
				t.Errorf("error %v, exchanges %v, want %s", err, seen, want)
			}
		})
	}
}

// TestStampedSignature is signed and verified over the network, in both families.
func TestStampedSignature(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family, cmstest.ServeConfig{})
			c := w.client(t, online.Config{})
			s, err := c.Stamper(online.StamperConfig{URL: w.TSP.URL, Trust: w.Options(w.clock.now())})
			if err != nil {
				t.Fatal(err)
			}
			p7s, err := cms.Sign([]byte("document"), cms.SignOptions{
				Signer: w.who.Key, Certificate: w.who.Certificate, SigningTime: w.clock.now(), TimeStamp: s.TimeStamp(t.Context()),
			})
			if err != nil {
				t.Fatal(err)
			}
			opts := w.Options(w.clock.now())
			opts.Statuses = c
			r, err := cms.VerifyContext(t.Context(), p7s, opts)
			if err != nil || r.MayAuthorise().Verdict != cms.Valid || r.Signers[0].Level != cms.LevelT {
				t.Errorf("%v, error %v", r, err)
			}
		})
	}
	if _, err := newWorld(t, cmstest.EC, cmstest.ServeConfig{}).client(t, online.Config{}).Stamper(online.StamperConfig{URL: "ftp://tsa.example/"}); err == nil {
		t.Error("a service that cannot be asked")
	}
}
