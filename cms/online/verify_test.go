package online_test

import (
	"context"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// stamped signs with a time-stamp of the content and one of the signature.
func (w *world) stamped(t testing.TB, who *cmstest.Identity) []byte {
	t.Helper()
	stamp := func(oid string, digest []byte) ([]byte, error) { return w.Stamper.Stamp(w.clock.now(), oid, digest) }
	p7s, err := cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: w.clock.now(), ContentTimeStamp: stamp, TimeStamp: stamp,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p7s
}

// TestServicesAreAskedAbout: a time-stamp of a service whose key was lost proves nothing.
func TestServicesAreAskedAbout(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	p7s := w.stamped(t, w.who)
	verify := func(c *online.Client) *cms.Result {
		opts := w.Options(w.clock.now())
		opts.Statuses = c
		r, err := cms.VerifyContext(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := verify(w.client(t, online.Config{})); r.MayAuthorise().Verdict != cms.Valid {
		t.Fatal(r.Outcome)
	}
	w.authority.Revoke(w.Stamper.Certificate, w.clock.now().Add(time.Hour), 1)
	w.RenewLists()
	if r := verify(w.client(t, online.Config{})); r.Reason != cms.ReasonStampRevoked {
		t.Errorf("the service's key was lost: %v", r.Outcome)
	}
}

// longTerm is a signature with lists of now and other statements.
func (w *world) longTerm(t *testing.T, statements ...*pki.OCSPResponse) []byte {
	t.Helper()
	list, err := w.authority.CRL(w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	root, err := w.authority.RootCRL(w.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	p7s, err := cms.Extend(w.stamped(t, w.who), cms.ExtendOptions{LongTerm: &cms.LongTerm{
		Anchors: []*pki.Certificate{w.authority.Root.Certificate}, Certificates: []*pki.Certificate{w.authority.CA.Certificate},
		OCSPs: statements, CRLs: []*pki.CRL{list, root}, Time: w.clock.now(),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p7s
}

// TestWhatSignersBring: a fresh OCSP response in the container saves the question, a
// list in it, from before a revocation, does not pass for today's.
func TestWhatSignersBring(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	p7s := w.longTerm(t)
	verify := func(ocsps []*pki.OCSPResponse) *cms.Result {
		opts := w.Options(w.clock.now())
		opts.Statuses, opts.OCSPs = w.client(t, online.Config{}), ocsps
		r, err := cms.VerifyContext(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := verify(nil); r.MayAuthorise().Verdict != cms.Valid || w.OCSP.Requests() != 0 {
		t.Errorf("list as new as the signature: %v, asked %d times", r.MayAuthorise(), w.OCSP.Requests())
	}
	w.clock.advance(30 * time.Minute)
	if r := verify([]*pki.OCSPResponse{w.answer(t, w.who, time.Time{})}); r.MayAuthorise().Verdict != cms.Valid || w.OCSP.Requests() != 0 {
		t.Errorf("with a response: %v, asked %d times", r.MayAuthorise(), w.OCSP.Requests())
	}
	w.authority.Revoke(w.who.Certificate, w.clock.now(), 1)
	r := verify(nil)
	if r.Verdict != cms.Valid || r.MayAuthorise() != (cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonRevoked}) {
		t.Errorf("revoked after the signature: %v, now %v", r.Outcome, r.MayAuthorise())
	}
	w.OCSP.Misbehave(cmstest.Down)
	if r := verify(nil); r.MayAuthorise().Reason != pki.ReasonStatusDown {
		t.Errorf("the signer's list passes for today's: %v", r.MayAuthorise())
	}
}

// TestAuthorityThatWasRevoked: whoever has the key of an authority makes good
// statements about its signers, and is found out all the same.
func TestAuthorityThatWasRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{})
	p7s := w.longTerm(t, w.answer(t, w.who, time.Time{}))
	w.clock.advance(10 * time.Minute)
	verify := func() cms.Outcome {
		opts := w.Options(w.clock.now())
		opts.Statuses = w.client(t, online.Config{})
		r, err := cms.VerifyContext(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		return r.MayAuthorise()
	}
	if o := verify(); o.Verdict != cms.Valid || w.OCSP.Requests() != 0 || w.RootCRL.Requests() != 1 {
		t.Errorf("%v, responder asked %d times, root's list %d times", o, w.OCSP.Requests(), w.RootCRL.Requests())
	}
	w.authority.Revoke(w.authority.CA.Certificate, w.clock.now(), 1)
	w.RenewLists()
	if o := verify(); o != (cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonIssuerRevoked}) {
		t.Errorf("authority revoked: %v", o)
	}
	w.RootCRL.Misbehave(cmstest.Down)
	if o := verify(); o != (cms.Outcome{Verdict: cms.Indeterminate, Reason: pki.ReasonIssuerStatus}) {
		t.Errorf("nobody tells about the authority but the signer: %v", o)
	}
}

// answer is what the responder says now about somebody, without being asked.
func (w *world) answer(t testing.TB, who *cmstest.Identity, next time.Time) *pki.OCSPResponse {
	t.Helper()
	id, err := pki.NewCertID(who.Certificate, w.authority.CA.Certificate, "")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
		ProducedAt: w.clock.now(), Certificates: []*pki.Certificate{w.Responder.Certificate},
		Responses: []pki.SingleResponse{{CertID: id, State: pki.StateGood, ThisUpdate: w.clock.now(), NextUpdate: next}},
	}, w.Responder.Certificate, w.Responder.Key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pki.ParseOCSPResponse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// BenchmarkVerifyOnline verifies a signature with a time-stamp of the content and one
// of the signature, and the statuses of signer, provider and time-stamping service.
// Authorities' certificates and lists are kept. The signer is known, with a response
// that is kept, or new every time, with a response that is parsed and verified too.
func BenchmarkVerifyOnline(b *testing.B) {
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		w := newWorld(b, family, cmstest.ServeConfig{OCSPLifetime: time.Hour})
		c := w.client(b, online.Config{})
		const signers = 64
		var containers, responses [][]byte
		for range signers {
			who, err := w.authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
			if err != nil {
				b.Fatal(err)
			}
			containers = append(containers, w.stamped(b, who))
			responses = append(responses, w.answer(b, who, time.Time{}).Raw)
		}
		list, err := w.authority.CRL(w.clock.now())
		if err != nil {
			b.Fatal(err)
		}
		root, err := w.authority.RootCRL(w.clock.now())
		if err != nil {
			b.Fatal(err)
		}
		lists := []*pki.CRL{list, root}
		opts := w.Options(w.clock.now())
		opts.Statuses = c
		run := func(b *testing.B, p7s []byte, opts cms.VerifyOptions) {
			r, err := cms.VerifyContext(context.Background(), p7s, opts)
			if err != nil || r.MayAuthorise().Verdict != cms.Valid {
				b.Fatalf("%v, error %v", r, err)
			}
		}
		b.Run(name+"/known", func(b *testing.B) {
			opts := opts
			opts.Cache = pki.NewCertificateCache(16)
			run(b, containers[0], opts)
			b.ReportAllocs()
			for b.Loop() {
				run(b, containers[0], opts)
			}
		})
		b.Run(name+"/new", func(b *testing.B) {
			opts := opts
			opts.Cache = pki.NewCertificateCache(16) // fewer than signers, so that each is new
			opts.CRLs = lists
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				r, err := pki.ParseBasicOCSPResponse(responses[i%signers])
				if err != nil {
					b.Fatal(err)
				}
				opts.OCSPs = []*pki.OCSPResponse{r}
				run(b, containers[i%signers], opts)
			}
		})
	}
}

// TestResponsesThatLast: a response that says it is good for a week is asked for anew
// after an hour, and one that the signer brings saves no question longer than that.
func TestResponsesThatLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC, cmstest.ServeConfig{OCSPLifetime: 7 * 24 * time.Hour})
	brought := w.longTerm(t, w.answer(t, w.who, w.clock.now().AddDate(0, 0, 7)))
	client := w.client(t, online.Config{})
	verify := func(container []byte, c *online.Client) cms.Outcome {
		opts := w.Options(w.clock.now())
		opts.Statuses = c
		r, err := cms.VerifyContext(t.Context(), container, opts)
		if err != nil {
			t.Fatal(err)
		}
		return r.MayAuthorise()
	}
	plain := w.stamped(t, w.who)
	if o := verify(plain, client); o.Verdict != cms.Valid {
		t.Fatal(o)
	}
	w.authority.Revoke(w.who.Certificate, w.clock.now(), 1)
	w.clock.advance(61 * time.Minute)
	revoked := cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonRevoked}
	if o := verify(plain, client); o != revoked {
		t.Errorf("kept: %v", o)
	}
	if o := verify(brought, w.client(t, online.Config{})); o != revoked {
		t.Errorf("brought along: %v", o)
	}
}
