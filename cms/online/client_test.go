package online_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// TestRespondersThatMisbehave: whatever a responder does, nobody whose status is not
// known is let through, unless the configuration says so.
func TestRespondersThatMisbehave(t *testing.T) {
	t.Parallel()
	const down, valid = pki.ReasonStatusDown, pki.ReasonNone
	for fault, refused := range map[cmstest.Fault]cms.Reason{
		cmstest.Down: down, cmstest.Slow: down, cmstest.ServerError: down, cmstest.WrongContentType: down, cmstest.Oversized: down,
		cmstest.Malformed: down, cmstest.RedirectLoop: down, cmstest.RedirectAway: down, cmstest.Denied: down,
		cmstest.WrongKey: pki.ReasonStatusUntrusted, cmstest.NoEKU: pki.ReasonStatusUntrusted,
		cmstest.Stale: pki.ReasonStatusStale, cmstest.Future: pki.ReasonStatusFuture, cmstest.OtherSerial: pki.ReasonStatusOther,
		cmstest.WrongNonce: pki.ReasonStatusNonce, cmstest.NoNonce: pki.ReasonStatusNonce,
		cmstest.Unknown: pki.ReasonStatusUnknown, cmstest.RevokedResponder: pki.ReasonStatusUntrusted, cmstest.Sound: valid,
	} {
		t.Run(fmt.Sprintf("%q", fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
			w.OCSP.Misbehave(fault)
			for when, want := range map[online.WhenDown]cms.Reason{online.Refuse: refused, online.UseList: valid, online.Excuse: valid} {
				cfg := online.Config{WhenDown: when}
				if fault == cmstest.Slow {
					cfg.Timeout = 50 * time.Millisecond
				}
				if fault == cmstest.Unknown || fault == cmstest.RevokedResponder && when == online.Refuse {
					want = refused // an answer; the list is not asked
				}
				r := w.verify(t, w.client(t, cfg))
				if r.Reason != want || r.MayAuthorise().Reason != want {
					t.Errorf("when down %d: %v, now %v; want %q", when, r.Outcome, r.MayAuthorise(), want)
				}
			}
		})
	}
}

// TestListsThatMisbehave: with the responder down as well, nobody speaks for the
// certificate.
func TestListsThatMisbehave(t *testing.T) {
	t.Parallel()
	const down, valid = pki.ReasonStatusDown, pki.ReasonNone
	for fault, want := range map[cmstest.Fault]cms.Reason{
		cmstest.Down: down, cmstest.Slow: down, cmstest.ServerError: down, cmstest.Oversized: down, cmstest.Malformed: down,
		cmstest.RedirectLoop: down, cmstest.RedirectAway: down, cmstest.WrongKey: pki.ReasonStatusUntrusted,
		cmstest.Stale: pki.ReasonStatusStale, cmstest.Future: pki.ReasonStatusFuture,
		cmstest.WrongContentType: valid, // a list proves itself
		cmstest.Sound:            valid,
	} {
		t.Run(fmt.Sprintf("%q", fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
			cfg := online.Config{WhenDown: online.UseList, MaxList: 1 << 20}
			if fault == cmstest.Slow {
				cfg.ListTimeout = 50 * time.Millisecond
			}
			w.OCSP.Misbehave(cmstest.ServerError)
			w.CRL.Misbehave(fault)
			if r := w.verify(t, w.client(t, cfg)); r.Reason != want {
				t.Errorf("%v, want %q", r.Outcome, want)
			}
			// The responder works again, but who tells that it was not revoked itself?
			w.OCSP.Misbehave(cmstest.Sound)
			if r := w.verify(t, w.client(t, cfg)); r.Reason != want {
				t.Errorf("with the responder: %v, want %q", r.Outcome, want)
			}
			// And the same with the root's list about the provider.
			w.CRL.Misbehave(cmstest.Sound)
			w.RootCRL.Misbehave(fault)
			if want != valid {
				want = pki.ReasonIssuerStatus
			}
			if r := w.verify(t, w.client(t, cfg)); r.Reason != want {
				t.Errorf("root's list: %v, want %q", r.Outcome, want)
			}
		})
	}
}

// TestRevocationIsSeen by every way, in both families.
func TestRevocationIsSeen(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family, cmstest.ServeConfig{})
			byResponder, byList := w.client(t, online.Config{}), w.client(t, online.Config{WhenDown: online.UseList})
			if r := w.verify(t, byResponder); r.MayAuthorise().Verdict != cms.Valid {
				t.Fatal(r.Outcome)
			}
			w.OCSP.Misbehave(cmstest.ServerError)
			if r := w.verify(t, byList); r.MayAuthorise().Verdict != cms.Valid {
				t.Fatal(r.Outcome)
			}
			w.OCSP.Misbehave(cmstest.Sound)
			w.authority.Revoke(w.who.Certificate, w.clock.now(), 1)
			if r := w.verify(t, byResponder); r.Verdict != cms.Valid {
				t.Errorf("kept for less than a minute: %v", r.Outcome)
			}
			w.clock.advance(time.Minute)
			if r := w.verify(t, byResponder); r.Reason != pki.ReasonRevoked {
				t.Errorf("responder, after a minute: %v", r.Outcome)
			}
			w.OCSP.Misbehave(cmstest.ServerError)
			if r := w.verify(t, byList); r.Verdict != cms.Valid {
				t.Errorf("lists of less than an hour: %v", r.Outcome)
			}
			full := w.CRL.Requests()
			w.clock.advance(time.Hour)
			if r := w.verify(t, byList); r.Reason != pki.ReasonRevoked {
				t.Errorf("delta of an hour later: %v", r.Outcome)
			}
			if w.CRL.Requests() == full {
				t.Error("the full list was not asked for again")
			}
			w.authority.Revoke(w.authority.CA.Certificate, w.clock.now(), 1)
			w.RenewLists()
			if r := w.verify(t, w.client(t, online.Config{})); r.Reason != pki.ReasonIssuerRevoked {
				t.Errorf("provider revoked: %v", r.Outcome)
			}
		})
	}
}

// TestWhatIsKept counts exchanges: one for many who want the same, none while what is
// kept is valid.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{OCSPLifetime: 10 * time.Minute})
	c := w.client(t, online.Config{})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if r := w.verify(t, c); r.Verdict != cms.Valid {
				t.Error(r.Outcome)
			}
		})
	}
	group.Wait()
	counts := func() string {
		return fmt.Sprint(w.OCSP.Requests(), w.CRL.Requests(), w.Delta.Requests(), w.RootCRL.Requests())
	}
	if got := counts(); got != "1 1 1 1" {
		t.Errorf("exchanges %s", got)
	}
	w.clock.advance(9 * time.Minute)
	w.verify(t, c)
	if got := counts(); got != "1 1 1 1" {
		t.Errorf("exchanges while everything is valid: %s", got)
	}
	w.clock.advance(2 * time.Minute)
	w.verify(t, c)
	if got := counts(); got != "2 1 1 1" {
		t.Errorf("exchanges after the response's nextUpdate: %s", got)
	}
	s := c.Stats()
	if s.Responses.Entries != 1 || s.Responses.Hits < 1 || s.Lists.Entries != 3 || s.Lists.Misses < 3 || len(s.Paused) != 0 {
		t.Errorf("%+v", s)
	}
}

// TestListsAreAskedConditionally: a list that did not change is not sent again, one
// that cannot be had again serves until its nextUpdate and no longer.
func TestListsAreAskedConditionally(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	var mu sync.Mutex
	outcomes := map[online.Outcome]int{}
	c := w.client(t, online.Config{WhenDown: online.UseList, Failures: 1000, Observe: func(e online.Exchange) {
		mu.Lock()
		defer mu.Unlock()
		outcomes[e.Outcome]++
	}})
	w.OCSP.Misbehave(cmstest.ServerError)
	w.verify(t, c)
	w.clock.advance(2 * time.Hour)
	if r := w.verify(t, c); r.Verdict != cms.Valid || outcomes[online.NotModified] != 2 {
		t.Errorf("%v, exchanges %v", r.Outcome, outcomes)
	}
	for _, s := range []*cmstest.Service{w.CRL, w.Delta, w.RootCRL} {
		s.Misbehave(cmstest.Down)
	}
	w.clock.advance(24 * time.Hour)
	if r := w.verify(t, c); r.Verdict != cms.Valid {
		t.Errorf("with lists that are valid: %v", r.Outcome)
	}
	w.clock.advance(7 * 24 * time.Hour)
	if r := w.verify(t, c); r.Reason != pki.ReasonStatusDown {
		t.Errorf("with lists past their time: %v", r.Outcome)
	}
}

// TestDeltaOverBase: a delta for a newer full list makes the client fetch that.
func TestDeltaOverBase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	c := w.client(t, online.Config{WhenDown: online.UseList, ListAge: 24 * time.Hour})
	w.OCSP.Misbehave(cmstest.ServerError)
	if r := w.verify(t, c); r.Verdict != cms.Valid {
		t.Fatal(r.Outcome)
	}
	w.authority.Revoke(w.who.Certificate, w.clock.now(), 1)
	w.RenewLists()
	w.clock.advance(3 * time.Hour) // past the delta's nextUpdate
	if r := w.verify(t, c); r.Reason != pki.ReasonRevoked || w.CRL.Requests() != 2 {
		t.Errorf("%v, full list asked %d times", r.Outcome, w.CRL.Requests())
	}
}

// TestAuthorityAsResponder: an authority may answer itself, whatever copy of its
// certificate a verification has.
func TestAuthorityAsResponder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{OCSPLifetime: time.Hour})
	w.Responder = w.authority.CA
	c := w.client(t, online.Config{})
	for range 2 {
		copied, err := pki.ParseCertificate(w.authority.CA.Certificate.Raw)
		if err != nil {
			t.Fatal(err)
		}
		w.authority.CA = &cmstest.Identity{Key: w.authority.CA.Key, Certificate: copied}
		if r := w.verify(t, c); r.Verdict != cms.Valid {
			t.Error(r.Outcome)
		}
	}
	if w.OCSP.Requests() != 1 || w.CRL.Requests() != 0 {
		t.Errorf("responder asked %d times, the provider's list %d times", w.OCSP.Requests(), w.CRL.Requests())
	}
}

// TestAuthorityWithoutList: about a certificate for which a list is wanted, and which names
// none, the responder is asked rather than nobody.
func TestAuthorityWithoutList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	template, err := pki.TSATemplate(pki.Organization{Name: "TSP"}, w.who.Certificate.PublicKey, pki.Validity{
		NotBefore: w.clock.now(), NotAfter: w.clock.now().AddDate(1, 0, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	template.OCSPURL = w.who.Certificate.OCSPURLs[0]
	c, err := pki.CreateCertificate(template, w.authority.CA.Certificate, w.authority.CA.Key)
	if err != nil {
		t.Fatal(err)
	}
	w.authority.Revoke(c, w.clock.now(), 1)
	q := cms.StatusQuery{Certificate: c, Issuer: w.authority.CA.Certificate, List: true, Options: pki.StatusOptions{Time: w.clock.now()}}
	found := w.client(t, online.Config{}).Statements(t.Context(), q)
	if st := pki.CheckStatus(c, q.Issuer, found.StatusSources, q.Options); st.State != pki.StateRevoked {
		t.Errorf("%+v, %q", st, found.Reason)
	}
	w.OCSP.Misbehave(cmstest.Down)
	if found := w.client(t, online.Config{}).Statements(t.Context(), q); found.Reason != pki.ReasonStatusDown {
		t.Errorf("nobody answers: %q", found.Reason)
	}
}

// TestNonceOptional admits a missing nonce, not a wrong one.
func TestNonceOptional(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	for fault, want := range map[cmstest.Fault]cms.Reason{cmstest.NoNonce: "", cmstest.WrongNonce: pki.ReasonStatusNonce} {
		w.OCSP.Misbehave(fault)
		if r := w.verify(t, w.client(t, online.Config{NonceOptional: true})); r.Reason != want {
			t.Errorf("%s: %v", fault, r.Outcome)
		}
	}
}

// TestForbiddenAddressesAreNotAsked though a verified certificate names them.
func TestForbiddenAddressesAreNotAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	for name, cfg := range map[string]online.Config{
		"this machine":    {Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}},
		"a host unlisted": {Hosts: []string{"ca.example"}},
	} {
		var seen []online.Outcome
		cfg.Observe = func(e online.Exchange) { seen = append(seen, e.Outcome) }
		c := w.client(t, cfg)
		if r := w.verify(t, c); r.Reason != pki.ReasonStatusDown {
			t.Errorf("%s: %v", name, r.Outcome)
		}
		if len(seen) == 0 || seen[0] != online.Forbidden || len(c.Stats().Paused) != 0 {
			t.Errorf("%s: exchanges %v", name, seen)
		}
	}
	if n := w.OCSP.Requests() + w.CRL.Requests() + w.RootCRL.Requests(); n != 0 {
		t.Errorf("%d questions arrived", n)
	}
}

// TestServicesThatFailAreLeftAlone until the pause is over, and no others of their host.
func TestServicesThatFailAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	c := w.client(t, online.Config{Failures: 3, Pause: time.Minute})
	w.OCSP.Misbehave(cmstest.ServerError)
	for range 10 {
		w.verify(t, c)
	}
	if asked := w.OCSP.Requests(); asked != 3 || len(c.Stats().Paused) != 1 || c.Stats().Paused[0].Kind != online.KindOCSP {
		t.Errorf("asked %d times, paused %v", asked, c.Stats().Paused)
	}
	if w.RootCRL.Requests() != 1 {
		t.Error("lists are left alone for the responder's failures")
	}
	w.OCSP.Misbehave(cmstest.Sound)
	if r := w.verify(t, c); r.Reason != pki.ReasonStatusDown {
		t.Errorf("during the pause: %v", r.Outcome)
	}
	w.clock.advance(time.Minute)
	if r := w.verify(t, c); r.Verdict != cms.Valid {
		t.Errorf("after the pause: %v", r.Outcome)
	}
}

// TestRefusalsPauseNobody: a responder may refuse to answer about certain certificates;
// who has such a one keeps nobody else's from being asked about.
func TestRefusalsPauseNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	c := w.client(t, online.Config{Failures: 3})
	w.OCSP.Misbehave(cmstest.Denied)
	for range 5 {
		w.verify(t, c)
	}
	w.OCSP.Misbehave(cmstest.Sound)
	if r := w.verify(t, c); r.Verdict != cms.Valid || w.OCSP.Requests() != 6 {
		t.Errorf("%v, asked %d times, paused %v", r.Outcome, w.OCSP.Requests(), c.Stats().Paused)
	}
}

// TestDeadlines: a verification ends when its context does, whatever the responder
// does, and the exchange it began serves the next one.
func TestDeadlines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	p7s, err := w.who.Sign([]byte("document"), w.clock.now(), false)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		slow := slowly{inside{w.Handler()}, 3 * time.Second}
		c, err := online.New(online.Config{Now: w.clock.now, Transport: slow, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		opts := w.Options(w.clock.now())
		opts.Statuses = c
		for _, step := range []struct {
			budget time.Duration
			took   time.Duration
			want   cms.Reason
		}{
			{time.Second, time.Second, pki.ReasonStatusDown},
			{time.Minute, 2*time.Second + 3*3*time.Second, ""}, // the rest of the first, and three lists
			{time.Second, 0, ""},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), step.budget)
			start := time.Now()
			r, err := cms.VerifyContext(ctx, p7s, opts)
			cancel()
			if err != nil || r.Reason != step.want || time.Since(start) != step.took {
				t.Errorf("budget %v: %v after %v, error %v", step.budget, r.Outcome, time.Since(start), err)
			}
		}
	})
	if w.OCSP.Requests() != 1 {
		t.Errorf("the responder was asked %d times", w.OCSP.Requests())
	}
}
