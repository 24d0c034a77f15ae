package cms_test

import (
	"context"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// stamped signs as CAdES-T with the stamp of a service at a time.
func stamped(t testing.TB, who, tsa *cmstest.Identity, at time.Time) []byte {
	t.Helper()
	return must[[]byte](t)(cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: at,
		TimeStamp: func(oid string, digest []byte) ([]byte, error) { return tsa.Stamp(at, oid, digest) },
	}))
}

func TestSignatureTimeStamp(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t, family)
			who, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
			a.Revoke(who.Certificate, signedAt.Add(time.Hour), 1)
			r := must[*cms.Result](t)(cms.Verify(stamped(t, who, tsa, signedAt), verifyOptions(t, a, signedAt.Add(2*time.Hour))))
			if r.Verdict != cms.Valid {
				t.Fatalf("%v: %+v", r.Outcome, r.Signers[0].Checks)
			}
			s := r.Signers[0]
			if s.Level != cms.LevelT || !s.TrustedTime.Equal(signedAt) {
				t.Errorf("level %s, trusted time %v", s.Level, s.TrustedTime)
			}
			if want := (cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonRevoked}); r.MayAuthorise() != want {
				t.Errorf("may authorise after revocation: %v, want %v", r.MayAuthorise(), want)
			}
			// Years later the certificate has expired and the stamp still proves.
			later := verifyOptions(t, a, signedAt.AddDate(5, 0, 0))
			r = must[*cms.Result](t)(cms.Verify(stamped(t, who, tsa, signedAt), later))
			if want := (cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonExpired}); r.Verdict != cms.Valid || r.MayAuthorise() != want {
				t.Errorf("five years later: %v, may authorise %v", r.Outcome, r.MayAuthorise())
			}
		})
	}
}

func TestTimeStampRules(t *testing.T) {
	t.Parallel()
	a, foreign := newAuthority(t, cmstest.EC), newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	service := func(usages ...string) *cmstest.Identity {
		return must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			template, err := pki.TSATemplate(pki.Organization{Name: "TSP"}, key, pki.Validity{
				NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(1, 0, 0),
			})
			template.ExtKeyUsages = usages
			return template, err
		}))
	}
	good := must[*cmstest.Identity](t)(a.TSA())
	revoked := must[*cmstest.Identity](t)(a.TSA())
	a.Revoke(revoked.Certificate, signedAt.AddDate(0, 0, -1), 1)
	stolen, closed := must[*cmstest.Identity](t)(a.TSA()), must[*cmstest.Identity](t)(a.TSA())
	a.Revoke(stolen.Certificate, signedAt.Add(time.Minute), 1)
	a.Revoke(closed.Certificate, signedAt.Add(time.Minute), pki.RevocationCessation)
	cases := map[string]struct {
		container []byte
		want      cms.Outcome
	}{
		"good": {stamped(t, who, good, signedAt), cms.Outcome{Verdict: cms.Valid}},
		"beside an own usage of the CA": {
			stamped(t, who, service(pki.OIDEKUTimeStamping, "1.3.6.1.4.1.19398.1.1.8.1"), signedAt), cms.Outcome{Verdict: cms.Valid},
		},
		"beside another usage": {
			stamped(t, who, service(pki.OIDEKUTimeStamping, pki.OIDEKUOCSPSigning), signedAt),
			cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampUsage},
		},
		"no usage":            {stamped(t, who, service(), signedAt), cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampUsage}},
		"a person's stamp":    {stamped(t, who, who, signedAt), cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampUsage}},
		"revoked":             {stamped(t, who, revoked, signedAt), cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampRevoked}},
		"key stolen later":    {stamped(t, who, stolen, signedAt), cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampRevoked}},
		"service ended later": {stamped(t, who, closed, signedAt), cms.Outcome{Verdict: cms.Valid}},
		"named as our authority": {
			stamped(t, who, must[*cmstest.Identity](t)(foreign.TSA()), signedAt),
			cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampUntrusted},
		},
		"future": {stamped(t, who, good, signedAt.AddDate(0, 0, 2)), cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonStampFuture}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := must[*cms.Result](t)(cms.Verify(tc.container, verifyOptions(t, a, signedAt.Add(time.Hour))))
			if r.Outcome != tc.want {
				t.Errorf("%v, want %v: %+v", r.Outcome, tc.want, r.Signers[0].Checks)
			}
		})
	}
}

// TestExpiredByTheStamp: a certificate has to be valid when the time-stamp was made, the
// signer's as well as the service's, and not any longer.
func TestExpiredByTheStamp(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	week := pki.Validity{NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(0, 0, 7)}
	late := signedAt.AddDate(0, 0, 8)
	who := must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.PersonTemplate(citizen, key, week)
	}))
	service := must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.TSATemplate(pki.Organization{Name: "TSP"}, key, week)
	}))
	lasting, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
	for name, tc := range map[string]struct {
		container []byte
		want      cms.Outcome
	}{
		"signer's, stamped after":   {stamped(t, who, tsa, late), invalid(pki.ReasonExpired)},
		"signer's, stamped before":  {stamped(t, who, tsa, signedAt), good},
		"service's, stamped after":  {stamped(t, lasting, service, late), invalid(cms.ReasonStampUntrusted)},
		"service's, stamped before": {stamped(t, lasting, service, signedAt), good},
	} {
		if r := must[*cms.Result](t)(cms.Verify(tc.container, verifyOptions(t, a, late.Add(time.Hour)))); r.Outcome != tc.want {
			t.Errorf("%s: %v, want %v", name, r.Outcome, tc.want)
		}
	}
}

// TestAuthorityOfServiceRevoked: whoever has the key of an authority that was revoked can
// make a time-stamping service of it, and state any time.
func TestAuthorityOfServiceRevoked(t *testing.T) {
	t.Parallel()
	now := signedAt.AddDate(0, 0, 2)
	for name, tc := range map[string]struct {
		reason int
		want   cms.Outcome
	}{
		"key lost":  {1, invalid(cms.ReasonStampRevoked)},
		"no reason": {0, invalid(cms.ReasonStampRevoked)},
		"closed":    {pki.RevocationCessation, good},
	} {
		a, other := newAuthority(t, cmstest.EC), newAuthority(t, cmstest.EC)
		who := must[*cmstest.Identity](t)(a.Issue(citizen))
		container := stamped(t, who, must[*cmstest.Identity](t)(other.TSA()), signedAt)
		a.Revoke(who.Certificate, signedAt.Add(time.Hour), 1)
		other.Revoke(other.CA.Certificate, signedAt.AddDate(0, 0, 1), tc.reason)
		opts := verifyOptions(t, a, now)
		opts.Anchors = append(opts.Anchors, other.Root.Certificate)
		opts.Intermediates = append(opts.Intermediates, other.CA.Certificate)
		lists := append(opts.CRLs, must[*pki.CRL](t)(other.RootCRL(now)))

		opts.CRLs = lists
		if r := must[*cms.Result](t)(cms.Verify(container, opts)); r.Outcome != tc.want {
			t.Errorf("%s, list at hand: %v, want %v", name, r.Outcome, tc.want)
		}
		opts.CRLs, opts.Statuses = nil, asking(lists)
		if r := must[*cms.Result](t)(cms.Verify(container, opts)); r.Outcome != tc.want {
			t.Errorf("%s, list found: %v, want %v", name, r.Outcome, tc.want)
		}
	}
}

// asking finds the same lists for everybody.
type asking []*pki.CRL

func (a asking) Statements(context.Context, cms.StatusQuery) cms.Statements {
	return cms.Statements{StatusSources: pki.StatusSources{CRLs: a}}
}

// TestStampExtensions: an extension that is critical and not understood makes a token
// something else than is understood.
func TestStampExtensions(t *testing.T) {
	t.Parallel()
	tsa := must[*cmstest.Identity](t)(newAuthority(t, cmstest.EC).TSA())
	plain := must[*cms.SignedData](t)(cms.Parse(must[[]byte](t)(tsa.Stamp(signedAt, pki.OIDSHA256, make([]byte, 32))), cms.Limits{}))
	extended := func(critical bool) []byte {
		s := cryptobyte.String(plain.Content)
		var fields cryptobyte.String
		if !s.ReadASN1(&fields, asn1.SEQUENCE) {
			t.Fatal("not a TSTInfo")
		}
		var b cryptobyte.Builder
		sequence(func(b *cryptobyte.Builder) { b.AddBytes(fields) }, explicit(1, sequence(func(b *cryptobyte.Builder) {
			der.AddOID(b, "1.2.3.4")
			if critical {
				b.AddASN1Boolean(true)
			}
			b.AddASN1OctetString([]byte{5, 0})
		})))(&b)
		f := newForgery(tsa)
		f.content, f.contentType = b.BytesOrPanic(), plain.ContentType
		return f.marshal(t)
	}
	if _, err := cms.ParseTimeStamp(extended(false)); err != nil {
		t.Errorf("not critical: %v", err)
	}
	if _, err := cms.ParseTimeStamp(extended(true)); err == nil {
		t.Error("critical: taken")
	}
}
