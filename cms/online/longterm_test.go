package online_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// TestLongTermOnline: what a signature needs for years is asked of the services, and then
// nobody has to be asked any more.
func TestLongTermOnline(t *testing.T) {
	t.Parallel()
	for _, family := range []cmstest.Family{cmstest.DSTU, cmstest.EC} {
		w := newWorld(t, family, cmstest.ServeConfig{})
		p7s := w.stamped(t, w.who)
		w.clock.advance(time.Minute)
		w.RenewLists()
		// The provider's own certificate is older than the services and does not name
		// the root's list.
		rootList, err := w.authority.RootCRL(w.clock.now())
		if err != nil {
			t.Fatal(err)
		}
		anchors := []*pki.Certificate{w.authority.Root.Certificate}
		opts := cms.VerifyOptions{
			Anchors: anchors, Intermediates: []*pki.Certificate{w.authority.CA.Certificate},
			CRLs: []*pki.CRL{rootList}, Time: w.clock.now(), Statuses: w.client(t, online.Config{}),
		}
		material, err := cms.CollectLongTerm(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		if len(material.OCSPs) == 0 || len(material.CRLs) < 2 || len(material.Certificates) < 4 {
			t.Errorf("%d responses, %d lists, %d certificates", len(material.OCSPs), len(material.CRLs), len(material.Certificates))
		}
		lt, err := cms.Extend(p7s, cms.ExtendOptions{LongTerm: material})
		if err != nil {
			t.Fatal(err)
		}
		r, err := cms.Verify(lt, cms.VerifyOptions{Anchors: anchors, Time: w.clock.now().AddDate(9, 0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != cms.Valid || r.Signers[0].Level != cms.LevelLT {
			t.Errorf("%v at %s: %+v", r.Outcome, r.Signers[0].Level, r.Signers[0].Checks)
		}

		// Without anybody to ask there is nothing to embed, and that is said.
		opts.Statuses = nil
		if material, err = cms.CollectLongTerm(t.Context(), p7s, opts); err != nil {
			t.Fatal(err)
		}
		if _, err := cms.Extend(p7s, cms.ExtendOptions{LongTerm: material}); !errors.Is(err, cms.ErrIncomplete) {
			t.Errorf("extended with nothing: %v", err)
		}
		opts.Anchors = nil
		if _, err := cms.CollectLongTerm(t.Context(), p7s, opts); !errors.Is(err, cms.ErrIncomplete) {
			t.Errorf("collected for a chain to nowhere: %v", err)
		}
	}
}

// TestLongTermAgain: a statement that the client kept from before the time-stamp does not
// stand in the way of the next signature; when nobody answers any more, it is what there
// is.
func TestLongTermAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	rootList, err := w.authority.RootCRL(w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	opts := cms.VerifyOptions{
		Anchors: []*pki.Certificate{w.authority.Root.Certificate}, Intermediates: []*pki.Certificate{w.authority.CA.Certificate},
		CRLs: []*pki.CRL{rootList}, Statuses: w.client(t, online.Config{}),
	}
	for _, tc := range []struct {
		fault cmstest.Fault
		asked int
		want  error
	}{
		{cmstest.Sound, 1, nil},
		{cmstest.Sound, 2, nil},
		{cmstest.Down, 3, cms.ErrIncomplete},
	} {
		w.OCSP.Misbehave(tc.fault)
		p7s := w.stamped(t, w.who)
		opts.Time = w.clock.now()
		material, err := cms.CollectLongTerm(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := cms.Extend(p7s, cms.ExtendOptions{LongTerm: material}); !errors.Is(err, tc.want) {
			t.Errorf("extended when %q: %v", tc.fault, err)
		}
		if len(material.OCSPs) != 1 || w.OCSP.Requests() != tc.asked {
			t.Errorf("%d responses, %d questions, want 1 and %d", len(material.OCSPs), w.OCSP.Requests(), tc.asked)
		}
		w.clock.advance(10 * time.Second)
	}
}
