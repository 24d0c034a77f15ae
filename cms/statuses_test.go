package cms_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// lists answers from lists, or with a reason, and notes about whom it was asked.
type lists struct {
	crls    []*pki.CRL
	reason  pki.Reason
	excused bool
	now     time.Time
	about   []*pki.Certificate
}

func (l *lists) Statements(_ context.Context, q cms.StatusQuery) cms.Statements {
	l.about = append(l.about, q.Certificate)
	return cms.Statements{StatusSources: pki.StatusSources{CRLs: l.crls}, Now: l.now, Reason: l.reason, Excused: l.excused}
}

// TestStatusesAreAsked: what others say counts like what was given, and what nobody
// says is a refusal unless excused.
func TestStatusesAreAsked(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := must[*cmstest.Authority](t)(cmstest.NewAuthority(cmstest.EC, now))
	who := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"}))
	p7s := must[[]byte](t)(who.Sign([]byte("document"), now, false))
	list := func(at time.Time) *pki.CRL { return must[*pki.CRL](t)(a.CRL(at)) }
	good := list(now)
	a.Revoke(who.Certificate, now.Add(-time.Hour), 1)
	revoked, later := list(now), list(now.Add(time.Hour))
	root := must[*pki.CRL](t)(a.RootCRL(now))
	a.Revoke(a.CA.Certificate, now.Add(-time.Hour), 1)
	rootRevokes := must[*pki.CRL](t)(a.RootCRL(now))
	trust := cms.VerifyOptions{Anchors: []*pki.Certificate{a.Root.Certificate}, Intermediates: []*pki.Certificate{a.CA.Certificate}, Time: now}
	for name, test := range map[string]struct {
		given   []*pki.CRL
		from    *lists
		verdict cms.Verdict
		reason  cms.Reason
		asked   int
	}{
		"good":                        {nil, &lists{crls: []*pki.CRL{good, root}}, cms.Valid, "", 2},
		"revoked":                     {nil, &lists{crls: []*pki.CRL{revoked, root}}, cms.Invalid, pki.ReasonRevoked, 2},
		"issuer revoked":              {nil, &lists{crls: []*pki.CRL{good, rootRevokes}}, cms.Invalid, pki.ReasonIssuerRevoked, 2},
		"nobody to ask":               {nil, &lists{}, cms.Indeterminate, pki.ReasonStatusNoSource, 2},
		"nobody answers":              {nil, &lists{reason: pki.ReasonStatusDown}, cms.Indeterminate, pki.ReasonStatusDown, 2},
		"nobody answers, excused":     {nil, &lists{reason: pki.ReasonStatusDown, excused: true}, cms.Valid, "", 2},
		"answer about the issuer out": {nil, &lists{crls: []*pki.CRL{good}, reason: pki.ReasonStatusDown}, cms.Indeterminate, pki.ReasonIssuerStatus, 2},
		"found later than asked for":  {nil, &lists{crls: []*pki.CRL{later, root}, now: now.Add(time.Hour)}, cms.Invalid, pki.ReasonRevoked, 2},
		"good at hand":                {[]*pki.CRL{good}, &lists{crls: []*pki.CRL{revoked}}, cms.Valid, "", 0},
		"revoked at hand":             {[]*pki.CRL{revoked}, &lists{crls: []*pki.CRL{good}}, cms.Invalid, pki.ReasonRevoked, 0},
	} {
		opts := trust
		opts.CRLs, opts.Statuses = test.given, test.from
		r, err := cms.VerifyContext(t.Context(), p7s, opts)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != test.verdict || r.Reason != test.reason || len(test.from.about) != test.asked {
			t.Errorf("%s: %v, asked about %d; want %s %s, %d", name, r.Outcome, len(test.from.about), test.verdict, test.reason, test.asked)
		}
		if want := r.Outcome; r.Verdict == cms.Valid && r.MayAuthorise() != want {
			t.Errorf("%s: %v now", name, r.MayAuthorise())
		}
	}
	// A signature that is wrong is not worth a question.
	wrong := append([]byte{}, p7s...)
	wrong[len(wrong)-1] ^= 1
	nobody := &lists{}
	trust.Statuses = nobody
	if r, err := cms.VerifyContext(t.Context(), wrong, trust); err != nil || r.Reason != cms.ReasonSignature || len(nobody.about) != 0 {
		t.Errorf("a wrong signature: %v, asked %d times, error %v", r, len(nobody.about), err)
	}
	// Of a stranger's certificate nobody is asked: the addresses in it are anybody's.
	stranger := &lists{}
	trust.Statuses, trust.Intermediates = stranger, nil
	if r, err := cms.VerifyContext(t.Context(), p7s, trust); err != nil || r.Verdict != cms.Indeterminate || len(stranger.about) != 0 {
		t.Errorf("without a chain: %v, asked %d times, error %v", r, len(stranger.about), err)
	}
}

// responding states, as a responder that sends no certificate along, that everybody is good.
type responding struct {
	t         *testing.T
	responder *cmstest.Identity
}

func (r responding) Statements(_ context.Context, q cms.StatusQuery) cms.Statements {
	id := must[pki.CertID](r.t)(pki.NewCertID(q.Certificate, q.Issuer, ""))
	raw := must[[]byte](r.t)(pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
		ProducedAt: q.Options.Now, Responses: []pki.SingleResponse{{CertID: id, State: pki.StateGood, ThisUpdate: q.Options.Now}},
	}, r.responder.Certificate, r.responder.Key))
	response := must[*pki.OCSPResponse](r.t)(pki.ParseOCSPResponse(raw))
	responder, err := response.Responder(q.Issuer, q.Pool, q.Options.Keys)
	if err != nil {
		return cms.Statements{Reason: pki.ReasonStatusUntrusted}
	}
	return cms.Statements{StatusSources: pki.StatusSources{
		OCSPs: []*pki.OCSPResponse{response}, Certificates: []*pki.Certificate{responder},
	}}
}

// TestDecoysOfResponders: certificates in a container which look like the responder's do
// not keep its own, which the caller has, from being found.
func TestDecoysOfResponders(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, responder := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.OCSP())
	var decoys []*pki.Certificate
	for i := range 20 {
		raw := bytes.Clone(responder.Certificate.Raw)
		raw[len(raw)-1-i] ^= 0xff
		decoys = append(decoys, must[*pki.Certificate](t)(pki.ParseCertificate(raw)))
	}
	p7s := must[[]byte](t)(cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: signedAt, Certificates: decoys,
	}))
	r := must[*cms.Result](t)(cms.VerifyContext(t.Context(), p7s, cms.VerifyOptions{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Pool: pki.NewPool(a.CA.Certificate, responder.Certificate),
		Time: signedAt, Statuses: responding{t, responder},
	}))
	if s := r.Signers[0].CheckedState; s.State != pki.StateGood {
		t.Errorf("%v, %+v", r.Outcome, s)
	}
}

// TestOldListsSettleThePast: a list of the caller's that tells of the time of the signature
// and no more keeps nobody from being asked about now; the signer brings one of its choice.
func TestOldListsSettleThePast(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
	day := func(n int) time.Time { return signedAt.AddDate(0, 0, n) }
	old, brought := must[*pki.CRL](t)(a.CRL(signedAt.Add(time.Minute))), must[*pki.CRL](t)(a.CRL(day(5)))
	a.Revoke(who.Certificate, day(6), 1)
	p7s := must[[]byte](t)(cms.Change(stamped(t, who, tsa, signedAt), func(p *cms.Parts) { p.Add(nil, []*pki.CRL{brought}) }))
	r := must[*cms.Result](t)(cms.VerifyContext(t.Context(), p7s, cms.VerifyOptions{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Intermediates: []*pki.Certificate{a.CA.Certificate},
		CRLs: []*pki.CRL{old}, Time: day(8), Statuses: asking{must[*pki.CRL](t)(a.CRL(day(8))), must[*pki.CRL](t)(a.RootCRL(day(8)))},
	}))
	if r.Outcome != good || r.MayAuthorise() != invalid(pki.ReasonRevoked) {
		t.Errorf("%v, now %v", r.Outcome, r.MayAuthorise())
	}
}

// about answers about those it was told to.
type about map[*pki.Certificate][]*pki.CRL

func (a about) Statements(_ context.Context, q cms.StatusQuery) cms.Statements {
	if crls, ok := a[q.Certificate]; ok {
		return cms.Statements{StatusSources: pki.StatusSources{CRLs: crls}}
	}
	return cms.Statements{Reason: pki.ReasonStatusDown}
}

// TestSilenceAboutServices: the status of whoever stamped is asked for as well, and
// silence about it leaves the signature's time open.
func TestSilenceAboutServices(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	a := must[*cmstest.Authority](t)(cmstest.NewAuthority(cmstest.EC, now))
	who := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"}))
	tsa := must[*cmstest.Identity](t)(a.TSA())
	p7s := must[[]byte](t)(cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: now,
		TimeStamp: func(oid string, digest []byte) ([]byte, error) { return tsa.Stamp(now, oid, digest) },
	}))
	list := must[*pki.CRL](t)(a.CRL(now))
	root := must[*pki.CRL](t)(a.RootCRL(now))
	cache := pki.NewCertificateCache(8)
	cache.Keep(who.Certificate, tsa.Certificate) // so that those asked about are these
	answers := about{who.Certificate: {list}, a.CA.Certificate: {root}, tsa.Certificate: {list}}
	opts := cms.VerifyOptions{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Intermediates: []*pki.Certificate{a.CA.Certificate}, Time: now, Statuses: answers, Cache: cache,
	}
	for _, want := range []cms.Reason{cms.ReasonNone, cms.ReasonStampStatus} {
		r, err := cms.VerifyContext(t.Context(), p7s, opts)
		if err != nil || r.Reason != want {
			t.Errorf("%v, want %q, error %v", r.Outcome, want, err)
		}
		delete(answers, tsa.Certificate)
	}
}
