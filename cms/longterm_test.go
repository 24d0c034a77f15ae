package cms_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

const (
	oidSignatureStamp    = "1.2.840.113549.1.9.16.2.14"
	oidCertificateRefs   = "1.2.840.113549.1.9.16.2.21"
	oidRevocationRefs    = "1.2.840.113549.1.9.16.2.22"
	oidCertificateValues = "1.2.840.113549.1.9.16.2.23"
	oidRevocationValues  = "1.2.840.113549.1.9.16.2.24"
	oidESCStamp          = "1.2.840.113549.1.9.16.2.25"
	oidArchiveStamp      = "0.4.0.1733.2.4"
)

// TestLongTermForms: the level is read off the attributes, and a signature which
// brings its authorities and their list along needs neither from the caller.
func TestLongTermForms(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
	list := must[*pki.CRL](t)(a.CRL(signedAt.Add(time.Hour)))

	raw := func(v []byte) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddBytes(v) }
	}
	sequence := func(f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, f) }
	}
	stamp := func(value []byte) []byte {
		sum := sha256.Sum256(value)
		return attr(oidSignatureStamp, raw(must[[]byte](t)(tsa.Stamp(signedAt, pki.OIDSHA256, sum[:]))))
	}
	empty := sequence(func(*cryptobyte.Builder) {})
	certificates := attr(oidCertificateValues, sequence(raw(a.CA.Certificate.Raw)))
	revocations := attr(oidRevocationValues, sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), sequence(raw(list.Raw)))
	}))
	refs := [][]byte{attr(oidCertificateRefs, empty), attr(oidRevocationRefs, empty)}

	cases := map[string]struct {
		unsigned [][]byte
		level    cms.Level
		verdict  cms.Verdict
	}{
		"T":            {nil, cms.LevelT, cms.Indeterminate},
		"C":            {refs, cms.LevelC, cms.Indeterminate},
		"X":            {append([][]byte{attr(oidESCStamp, empty)}, refs...), cms.LevelX, cms.Indeterminate},
		"X-Long":       {append([][]byte{certificates, revocations}, refs...), cms.LevelXLong, cms.Valid},
		"A":            {[][]byte{certificates, revocations, attr(oidArchiveStamp, empty)}, cms.LevelA, cms.Valid},
		"broken value": {[][]byte{attr(oidCertificateValues, empty), attr(oidRevocationValues, raw([]byte{5, 0}))}, cms.LevelXLong, cms.Indeterminate},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForgery(who)
			f.unsigned = func(value []byte) [][]byte { return append([][]byte{stamp(value)}, tc.unsigned...) }
			// Years later, with nothing but the root.
			r := must[*cms.Result](t)(cms.Verify(f.marshal(t), cms.VerifyOptions{
				Anchors: []*pki.Certificate{a.Root.Certificate}, Time: signedAt.AddDate(4, 0, 0),
			}))
			if s := r.Signers[0]; r.Verdict != tc.verdict || s.Level != tc.level {
				t.Errorf("%v at level %s, want %s at %s: %+v", r.Outcome, s.Level, tc.verdict, tc.level, s.Checks)
			}
			if now := r.MayAuthorise(); now.Verdict == cms.Valid {
				t.Errorf("an archive authorises: %v", now)
			}
		})
	}
}
