package cms_test

import (
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// TestLongTermByOCSP: responses stand in the container in the form of RFC 5940, and in
// that of older signatures they are found as well.
func TestLongTermByOCSP(t *testing.T) {
	t.Parallel()
	for _, family := range []cmstest.Family{cmstest.DSTU, cmstest.EC} {
		a := newArchive(t, family)
		responder := must[*cmstest.Identity](t)(a.OCSP())
		at := signedAt.Add(time.Minute)
		m := a.material(t, at)
		m.CRLs = m.CRLs[1:] // the root's
		for _, c := range []*pki.Certificate{a.who.Certificate, a.tsa.Certificate} {
			m.OCSPs = append(m.OCSPs, ocspResponse(t, a, responder, c, at))
		}
		m.Certificates = append(m.Certificates, responder.Certificate)
		lt := must[[]byte](t)(cms.Extend(a.sign(t, false), cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt), LongTerm: m}))
		sd := must[*cms.SignedData](t)(cms.Parse(lt, cms.Limits{}))
		if len(sd.OCSPs) != 2 || len(sd.CRLs) != 1 {
			t.Fatalf("%d responses, %d lists", len(sd.OCSPs), len(sd.CRLs))
		}
		later := signedAt.AddDate(8, 0, 0)
		if r := a.rootOnly(t, lt, nil, later); r.Outcome != good || r.Signers[0].Level != cms.LevelLT || r.Signers[0].CheckedState.Source != "ocsp" {
			t.Errorf("%v at %s by %q", r.Outcome, r.Signers[0].Level, r.Signers[0].CheckedState.Source)
		}
		var basic cryptobyte.Builder
		explicit(1, func(b *cryptobyte.Builder) {
			der.AddOID(b, "1.3.6.1.5.5.7.48.1.1")
			b.AddBytes(m.OCSPs[0].Raw)
		})(&basic)
		older := must[[]byte](t)(cms.Change(lt, func(p *cms.Parts) {
			p.DropStatements()
			p.AddStatement(basic.BytesOrPanic())
			p.AddStatement([]byte{0xa1, 4, 6, 2, 0x2a, 3}) // of a kind that nobody knows
		}))
		if r := a.rootOnly(t, older, nil, later); r.Outcome != good {
			t.Errorf("older form: %v", r.Outcome)
		}
	}
}

func ocspResponse(t testing.TB, a archive, responder *cmstest.Identity, c *pki.Certificate, at time.Time) *pki.OCSPResponse {
	t.Helper()
	raw := must[[]byte](t)(pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
		ProducedAt: at, Certificates: []*pki.Certificate{responder.Certificate}, Responses: []pki.SingleResponse{{
			CertID: must[pki.CertID](t)(pki.NewCertID(c, a.CA.Certificate, pki.OIDSHA1)), State: pki.StateGood, ThisUpdate: at,
		}},
	}, responder.Certificate, responder.Key))
	return must[*pki.OCSPResponse](t)(pki.ParseOCSPResponse(raw))
}

// TestOCSPReferences: the hash of a response is of one of the forms that producers take.
func TestOCSPReferences(t *testing.T) {
	t.Parallel()
	a := newArchive(t, cmstest.EC)
	responder := must[*cmstest.Identity](t)(a.OCSP())
	at := signedAt.Add(time.Minute)
	response := ocspResponse(t, a, responder, a.who.Certificate, at)
	base := must[[]byte](t)(cms.Extend(a.sign(t, false), cms.ExtendOptions{TimeStamp: stamps(a.tsa, signedAt)}))
	raw := func(v []byte) func(*cryptobyte.Builder) { return func(b *cryptobyte.Builder) { b.AddBytes(v) } }
	whole := func(of []byte) []byte { // OCSPResponse
		var b cryptobyte.Builder
		sequence(func(b *cryptobyte.Builder) { b.AddASN1Enum(0) }, explicit(0, sequence(
			func(b *cryptobyte.Builder) { der.AddOID(b, "1.3.6.1.5.5.7.48.1.1") },
			func(b *cryptobyte.Builder) { b.AddASN1OctetString(of) },
		)))(&b)
		return b.BytesOrPanic()
	}
	id := func(at time.Time) func(*cryptobyte.Builder) {
		return sequence(explicit(1, raw(responder.Certificate.Subject.Raw())), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(at) })
	}
	ref := func(parts ...func(*cryptobyte.Builder)) []byte {
		var b cryptobyte.Builder
		sequence(sequence(explicit(1, sequence(sequence(sequence(parts...))))))(&b)
		return b.BytesOrPanic()
	}
	for name, tc := range map[string]struct {
		ref  []byte
		want cms.Check
	}{
		"basic":               {ref(id(at), hashed(response.Raw)), cms.Check{Status: cms.Passed}},
		"whole":               {ref(id(at), hashed(whole(response.Raw))), cms.Check{Status: cms.Passed}},
		"without a hash":      {ref(id(at)), cms.Check{Status: cms.Passed}},
		"of another time":     {ref(id(at.Add(time.Second))), cms.Check{Status: cms.Passed, Reason: cms.ReasonReferencesIncomplete}},
		"of another response": {ref(id(at), hashed([]byte("x"))), cms.Check{Status: cms.Failed, Reason: cms.ReasonReferences}},
		"cut":                 {ref(id(at), raw([]byte{5, 0})), cms.Check{Status: cms.Failed, Reason: cms.ReasonReferencesMalformed}},
	} {
		var values cryptobyte.Builder
		sequence(explicit(1, sequence(raw(response.Raw))))(&values)
		container := must[[]byte](t)(cms.Change(base, func(p *cms.Parts) {
			p.Attach(oidRevocationValues, values.BytesOrPanic())
			p.Attach(oidRevocationRefs, tc.ref)
		}))
		r := must[*cms.Result](t)(cms.Verify(container, verifyOptions(t, a.Authority, signedAt.Add(time.Hour))))
		tc.want.Name = cms.CheckReferences
		if got, _ := r.Signers[0].Find(cms.CheckReferences); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}
