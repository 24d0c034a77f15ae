package cms_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// TestContainers bends containers as a whole.
func TestContainers(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who := must[*cmstest.Identity](t)(a.Issue(citizen))
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	forged := func(change func(*forgery)) []byte {
		f := newForgery(who)
		change(f)
		return f.marshal(t)
	}
	sound := forged(func(*forgery) {})
	flip := func(bad int) func(*forgery) {
		return func(f *forgery) {
			f.signers = 2
			f.value = func(i int, v []byte) []byte {
				if i == bad {
					v[len(v)-1] ^= 1
				}
				return v
			}
		}
	}
	value := func(v []byte) func(*forgery) {
		return func(f *forgery) {
			f.attributes = append(f.attributes, attr("1.2.3.4", func(b *cryptobyte.Builder) { b.AddBytes(v) }))
		}
	}
	longOID := element(t, asn1.OBJECT_IDENTIFIER, append(bytes.Repeat([]byte{0x81}, 64<<10), 1))
	longInteger := element(t, asn1.INTEGER, bytes.Repeat([]byte{0x7f}, 2<<10))
	cases := map[string]struct {
		container []byte
		want      cms.Outcome
	}{
		"sound":                       {sound, good},
		"attributes shown as content": {forged(func(f *forgery) { f.present = bytes.Clone }), invalid(cms.ReasonNoSignedAttrs)},
		"attributes as implicit set": {
			forged(func(f *forgery) { f.present = func(set []byte) []byte { return append([]byte{0xa0}, set[1:]...) } }),
			invalid(cms.ReasonNoSignedAttrs),
		},
		"second of two signatures bad": {forged(flip(1)), invalid(cms.ReasonSignature)},
		"first of two signatures bad":  {forged(flip(0)), invalid(cms.ReasonSignature)},
		"a thousand signatures":        {forged(func(f *forgery) { f.signers = 1000 }), invalid(cms.ReasonLimit)},
		"long object identifier":       {forged(value(longOID)), invalid(cms.ReasonLimit)},
		"long object identifier as attribute": {
			forged(func(f *forgery) {
				f.attributes = append(f.attributes, element(t, asn1.SEQUENCE, append(longOID, 0x31, 0)))
			}), invalid(cms.ReasonLimit),
		},
		"long integer":        {forged(value(longInteger)), invalid(cms.ReasonLimit)},
		"nested too deep":     {forged(value(nested(t, 40))), invalid(cms.ReasonLimit)},
		"nested in BER":       {bytes.Repeat([]byte{0x30, 0x80}, 10_000), invalid(cms.ReasonLimit)},
		"too many elements":   {forged(value(element(t, asn1.SEQUENCE, bytes.Repeat([]byte{5, 0}, 100_001)))), invalid(cms.ReasonLimit)},
		"trailing byte":       {append(bytes.Clone(sound), 0), invalid(cms.ReasonTrailingData)},
		"cut":                 {sound[:len(sound)-1], invalid(cms.ReasonMalformed)},
		"length beyond":       {[]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, invalid(cms.ReasonMalformed)},
		"indefinite, no end":  {append([]byte{0x30, 0x80}, sound[4:]...), invalid(cms.ReasonMalformed)},
		"indefinite":          {append(append([]byte{0x30, 0x80}, sound[4:]...), 0, 0), good},
		"zeros":               {make([]byte, 1000), invalid(cms.ReasonTrailingData)},
		"text":                {[]byte(strings.Repeat("text ", 100)), invalid(cms.ReasonMalformed)},
		"one byte":            {[]byte{0x30}, invalid(cms.ReasonMalformed)},
		"65 certificates":     {forged(func(f *forgery) { f.certs = append(f.certs, crowd(t, a, 64)...) }), invalid(cms.ReasonLimit)},
		"64 certificates":     {forged(func(f *forgery) { f.certs = append(f.certs, crowd(t, a, 63)...) }), good},
		"no certificate":      {forged(func(f *forgery) { f.certs = nil }), indeterminate(cms.ReasonNoCertificate)},
		"another certificate": {forged(func(f *forgery) { f.certs = crowd(t, a, 1) }), indeterminate(cms.ReasonNoCertificate)},
	}
	for name, tc := range cases {
		if r := must[*cms.Result](t)(cms.Verify(tc.container, opts)); r.Outcome != tc.want {
			t.Errorf("%s: %v, want %v", name, r.Outcome, tc.want)
		}
	}
}

func element(t *testing.T, tag asn1.Tag, content []byte) []byte {
	t.Helper()
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return must[[]byte](t)(b.Bytes())
}

func nested(t *testing.T, depth int) []byte {
	var v []byte
	for range depth {
		v = element(t, asn1.SEQUENCE, v)
	}
	return v
}

func crowd(t *testing.T, a *cmstest.Authority, n int) []*pki.Certificate {
	t.Helper()
	var out []*pki.Certificate
	for range n {
		out = append(out, must[*cmstest.Identity](t)(a.Issue(citizen)).Certificate)
	}
	return out
}

// TestTwoPersonsInOneContainer: both signatures are good, and nobody is authorised.
func TestTwoPersonsInOneContainer(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	first := must[*cmstest.Identity](t)(a.Issue(citizen))
	second := must[*cmstest.Identity](t)(a.Issue(pki.Person{Surname: "ІНША", DRFO: "3000000020"}))
	again := must[*cmstest.Identity](t)(a.Issue(citizen))
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	for name, tc := range map[string]struct {
		beside *cmstest.Identity
		want   cms.Outcome
	}{
		"another person":                       {second, invalid(cms.ReasonSeveralPersons)},
		"the same person, another certificate": {again, good},
	} {
		r := must[*cms.Result](t)(cms.Verify(merge(t, first, tc.beside), opts))
		if r.Outcome != good || len(r.Signers) != 2 || r.MayAuthorise() != tc.want {
			t.Errorf("%s: %v, may authorise %v, want %v", name, r.Outcome, r.MayAuthorise(), tc.want)
		}
	}
}

// merge puts the signatures of two people over one document into one container.
func merge(t *testing.T, x, y *cmstest.Identity) []byte {
	t.Helper()
	signer := func(who *cmstest.Identity) []byte {
		s := cryptobyte.String(newForgery(who).marshal(t))
		var info, wrapped, body, rest cryptobyte.String
		context := asn1.Tag(0).ContextSpecific().Constructed()
		if !s.ReadASN1(&info, asn1.SEQUENCE) || !info.SkipASN1(asn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&wrapped, context) ||
			!wrapped.ReadASN1(&body, asn1.SEQUENCE) || !body.SkipASN1(asn1.INTEGER) || !body.SkipASN1(asn1.SET) ||
			!body.SkipASN1(asn1.SEQUENCE) || !body.SkipASN1(context) || !body.ReadASN1(&rest, asn1.SET) {
			t.Fatal("container of ours is not one")
		}
		return rest
	}
	f := newForgery(x)
	f.certs = append(f.certs, y.Certificate)
	f.others = signer(y)
	return f.marshal(t)
}

// TestRevocationByTime: what happened to the certificate counts at the trusted time;
// to authorise, it counts now as well.
func TestRevocationByTime(t *testing.T) {
	t.Parallel()
	before, after := signedAt.Add(-time.Hour), signedAt.Add(time.Hour)
	now := signedAt.Add(2 * time.Hour)
	revoked, held := invalid(pki.ReasonRevoked), invalid(pki.ReasonOnHold)
	cases := map[string]struct {
		at           time.Time
		reason       int
		stamped      bool
		outcome, may cms.Outcome
	}{
		"before the stamp":       {before, 1, true, revoked, revoked},
		"at the stamp":           {signedAt, 1, true, revoked, revoked},
		"after the stamp":        {after, 1, true, good, revoked},
		"without a stamp":        {after, 1, false, revoked, revoked},
		"held before the stamp":  {before, pki.RevocationHold, true, held, held},
		"held after the stamp":   {after, pki.RevocationHold, true, good, held},
		"held, without a stamp":  {after, pki.RevocationHold, false, held, held},
		"later than the present": {now.Add(time.Hour), 1, false, good, good},
	}
	for name, tc := range cases {
		a := newAuthority(t, cmstest.EC)
		who, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
		a.Revoke(who.Certificate, tc.at, tc.reason)
		p7s := must[[]byte](t)(who.Sign([]byte("document"), signedAt, false))
		if tc.stamped {
			p7s = stamped(t, who, tsa, signedAt)
		}
		r := must[*cms.Result](t)(cms.Verify(p7s, verifyOptions(t, a, now)))
		if r.Outcome != tc.outcome || r.MayAuthorise() != tc.may {
			t.Errorf("%s: %v, may authorise %v; want %v, %v", name, r.Outcome, r.MayAuthorise(), tc.outcome, tc.may)
		}
	}
}

// TestStampsBesideValidity: a stamp proves a time at which the signer's certificate, or
// the service's, was no longer valid, or not yet.
func TestStampsBesideValidity(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
	short := func(make func(pki.PublicKeyInfo, pki.Validity) (pki.Template, error)) *cmstest.Identity {
		return must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			return make(key, pki.Validity{NotBefore: signedAt, NotAfter: signedAt.AddDate(0, 1, 0)})
		}))
	}
	person := short(func(key pki.PublicKeyInfo, v pki.Validity) (pki.Template, error) {
		return pki.PersonTemplate(citizen, key, v)
	})
	service := short(func(key pki.PublicKeyInfo, v pki.Validity) (pki.Template, error) {
		return pki.TSATemplate(pki.Organization{Name: "TSP"}, key, v)
	})
	late, early := signedAt.AddDate(0, 2, 0), signedAt.Add(-time.Hour)
	for name, tc := range map[string]struct {
		container []byte
		want      cms.Outcome
	}{
		"in time":                   {stamped(t, person, service, signedAt.AddDate(0, 0, 1)), good},
		"signer expired":            {stamped(t, person, tsa, late), invalid(pki.ReasonExpired)},
		"signer not yet valid":      {stamped(t, person, tsa, early), invalid(pki.ReasonNotYetValid)},
		"service expired":           {stamped(t, who, service, late), invalid(cms.ReasonStampUntrusted)},
		"service not yet valid":     {stamped(t, who, service, early), invalid(cms.ReasonStampUntrusted)},
		"signature after the stamp": {stampedEarlier(t, who, tsa, signedAt, signedAt.AddDate(0, 6, 0)), invalid(cms.ReasonSigningTime)},
	} {
		r := must[*cms.Result](t)(cms.Verify(tc.container, verifyOptions(t, a, signedAt.AddDate(0, 3, 0))))
		if r.Outcome != tc.want {
			t.Errorf("%s: %v, want %v", name, r.Outcome, tc.want)
		}
	}
}

// stampedEarlier claims a signing time after that of the stamp.
func stampedEarlier(t *testing.T, who, tsa *cmstest.Identity, at, claimed time.Time) []byte {
	t.Helper()
	return must[[]byte](t)(cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: claimed,
		TimeStamp: func(oid string, digest []byte) ([]byte, error) { return tsa.Stamp(at, oid, digest) },
	}))
}
