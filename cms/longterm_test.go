package cms_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	oidSignatureStamp    = "1.2.840.113549.1.9.16.2.14"
	oidCertificateRefs   = "1.2.840.113549.1.9.16.2.21"
	oidRevocationRefs    = "1.2.840.113549.1.9.16.2.22"
	oidCertificateValues = "1.2.840.113549.1.9.16.2.23"
	oidRevocationValues  = "1.2.840.113549.1.9.16.2.24"
	oidESCStamp          = "1.2.840.113549.1.9.16.2.25"
	oidCertCRLStamp      = "1.2.840.113549.1.9.16.2.26"
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
	token := func(data []byte) []byte {
		sum := sha256.Sum256(data)
		return must[[]byte](t)(tsa.Stamp(signedAt, pki.OIDSHA256, sum[:]))
	}
	empty := attr(oidCertificateRefs, sequence())
	certificates := attr(oidCertificateValues, sequence(raw(a.CA.Certificate.Raw)))
	revocations := attr(oidRevocationValues, sequence(explicit(0, sequence(raw(list.Raw)))))
	refs := [][]byte{certificateRefs(a.CA.Certificate.Raw, a), statementRefs(list.Raw, list.ThisUpdate)}
	octets := func(attributes ...[]byte) []byte { // without the header around each
		var out []byte
		for _, one := range attributes {
			s := cryptobyte.String(one)
			var body cryptobyte.String
			if !s.ReadASN1(&body, asn1.SEQUENCE) {
				t.Fatal("no attribute")
			}
			out = append(out, body...)
		}
		return out
	}
	none := func(_, _ []byte) [][]byte { return nil }
	fixed := func(list ...[]byte) func(_, _ []byte) [][]byte { return func(_, _ []byte) [][]byte { return list } }
	// esc makes a time-stamp over the signature and the references.
	esc := func(refs [][]byte, also ...[]byte) func(value, stamp []byte) [][]byte {
		return func(value, stamp []byte) [][]byte {
			data := append(bytes.Clone(value), octets(append([][]byte{stamp}, refs...)...)...)
			return slices.Concat(refs, also, [][]byte{attr(oidESCStamp, raw(token(data)))})
		}
	}
	alone := func(data []byte, list ...[]byte) func(_, _ []byte) [][]byte {
		return fixed(append(list, attr(oidCertCRLStamp, raw(token(data))))...)
	}
	values := [][]byte{certificates, revocations}
	ok := func(remark cms.Reason) cms.Check {
		return cms.Check{Name: cms.CheckReferences, Status: cms.Passed, Reason: remark}
	}
	bad := func(why cms.Reason) cms.Check {
		return cms.Check{Name: cms.CheckReferences, Status: cms.Failed, Reason: why}
	}
	cases := map[string]struct {
		unsigned func(value, stamp []byte) [][]byte
		level    cms.Level
		want     cms.Outcome
		refs     cms.Check
	}{
		"T":                         {none, cms.LevelT, indeterminate(cms.ReasonStampUntrusted), cms.Check{}},
		"C":                         {fixed(refs...), cms.LevelC, indeterminate(cms.ReasonStampUntrusted), ok("")},
		"X":                         {esc(refs), cms.LevelX, indeterminate(cms.ReasonStampUntrusted), ok("")},
		"X-Long":                    {fixed(slices.Concat(values, refs)...), cms.LevelXLong, good, ok("references_incomplete")}, // the root
		"X-Long, stamped":           {esc(refs, values...), cms.LevelXLong, good, ok("references_incomplete")},
		"X-Long, references alone":  {alone(octets(refs...), slices.Concat(values, refs)...), cms.LevelXLong, good, ok("references_incomplete")},
		"X of another certificate":  {alone(octets(refs[0]), slices.Concat(values, refs)...), cms.LevelXLong, invalid(cms.ReasonStampImprint), ok("references_incomplete")},
		"X, no token":               {fixed(append(slices.Concat(values, refs), attr(oidESCStamp, sequence()))...), cms.LevelXLong, invalid(cms.ReasonStampMalformed), ok("references_incomplete")},
		"empty references":          {fixed(append(values, empty)...), cms.LevelXLong, good, ok("references_incomplete")},
		"wrong hash of certificate": {fixed(append(values, certificateRefs(a.Root.Certificate.Raw, a))...), cms.LevelXLong, invalid(cms.ReasonReferences), bad(cms.ReasonReferences)},
		"wrong hash of statement":   {fixed(append(values, statementRefs(nil, list.ThisUpdate))...), cms.LevelXLong, invalid(cms.ReasonReferences), bad(cms.ReasonReferences)},
		"another statement":         {fixed(append(values, statementRefs(nil, list.ThisUpdate.Add(time.Hour)))...), cms.LevelXLong, good, ok("references_incomplete")},
		"references to nothing":     {fixed(append(values, attr(oidRevocationRefs, raw([]byte{5, 0})))...), cms.LevelXLong, invalid(cms.ReasonReferencesMalformed), bad(cms.ReasonReferencesMalformed)},
		"empty elements after the first": {
			fixed(slices.Concat(values, refs[:1], [][]byte{statementRefs(list.Raw, list.ThisUpdate, sequence(), sequence())})...), cms.LevelXLong, good, ok("references_incomplete"),
		},
		"broken value": {fixed(attr(oidCertificateValues, sequence()), attr(oidRevocationValues, raw([]byte{5, 0}))), cms.LevelXLong, indeterminate(cms.ReasonStampUntrusted), cms.Check{}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newForgery(who)
			f.unsigned = func(value []byte) [][]byte {
				stamp := attr(oidSignatureStamp, raw(token(value)))
				return append([][]byte{stamp}, tc.unsigned(value, stamp)...)
			}
			// Years later, with nothing but the root.
			r := must[*cms.Result](t)(cms.Verify(f.marshal(t), cms.VerifyOptions{
				Anchors: []*pki.Certificate{a.Root.Certificate}, Time: signedAt.AddDate(4, 0, 0),
			}))
			s := r.Signers[0]
			if got, _ := s.Find(cms.CheckReferences); r.Outcome != tc.want || s.Level != tc.level || got != tc.refs {
				t.Errorf("%v at level %s, references %v; want %v at %s, %v: %+v", r.Outcome, s.Level, got, tc.want, tc.level, tc.refs, s.Checks)
			}
			if now := r.MayAuthorise(); now.Verdict == cms.Valid {
				t.Errorf("an archive authorises: %v", now)
			}
		})
	}
}

func sequence(elements ...func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, e := range elements {
				e(b)
			}
		})
	}
}

func explicit(tag uint8, f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
	return func(b *cryptobyte.Builder) { b.AddASN1(asn1.Tag(tag).ContextSpecific().Constructed(), f) }
}

// hashed is OtherHash with SHA-256.
func hashed(data []byte) func(*cryptobyte.Builder) {
	sum := sha256.Sum256(data)
	return sequence(pki.AlgorithmIdentifier{OID: pki.OIDSHA256}.Add, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum[:]) })
}

// certificateRefs refers to the provider's certificate by the hash of data.
func certificateRefs(data []byte, a *cmstest.Authority) []byte {
	ca := a.CA.Certificate
	return attr(oidCertificateRefs, sequence(sequence(hashed(data), sequence(
		sequence(explicit(4, func(b *cryptobyte.Builder) { b.AddBytes(ca.Issuer.Raw()) })),
		func(b *cryptobyte.Builder) { b.AddASN1BigInt(ca.SerialNumber) },
	))))
}

// statementRefs refers to a list of a time by the hash of data.
func statementRefs(data []byte, at time.Time, more ...func(*cryptobyte.Builder)) []byte {
	id := sequence(sequence(), func(b *cryptobyte.Builder) { der.AddTime(b, at) })
	first := sequence(explicit(0, sequence(sequence(sequence(hashed(data), id)))))
	return attr(oidRevocationRefs, sequence(append([]func(*cryptobyte.Builder){first}, more...)...))
}
