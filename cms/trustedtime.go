package cms

import (
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
)

// checkTimes verifies the stamps and finds the time at which the signature is known
// to have existed: the earliest that a good stamp over it proves. Signing-time is only
// a claim; it must not lie in the future.
//
// Later stamps prove that earlier ones existed, so they are verified first and reported
// last.
func (v *signerVerifier) checkTimes() {
	s := &v.out
	sv := &stampVerifier{pool: v.pool, opts: v.opts, budget: v.budget, status: v.statusFrom}
	if s.Certificate != nil {
		sv.key = s.Certificate.PublicKey
	}
	archive, archived := v.checkArchive(sv)
	references, referred := v.checkReferenceStamps(sv)
	tokens := v.si.unsignedValues(oidAttrSignatureTimeStamp)
	first, signature := v.verifyStamps(sv, oidAttrSignatureTimeStamp, tokens, v.si.Signature)
	later := v.laterProofs()
	signed := len(tokens) > 0 && signature.Verdict == Valid
	if signed {
		v.proven = slices.MinFunc(append(later, first), time.Time.Compare)
	} else if len(later) > 0 {
		v.proven = slices.MinFunc(later, time.Time.Compare)
	}
	if !v.proven.IsZero() {
		s.TrustedTime = v.proven
	}
	v.checkContentStamps(sv)
	if len(tokens) > 0 {
		s.Checks = append(s.Checks, signature.check(CheckSignatureTimeStamp, ReasonNone))
	}
	if !v.proven.IsZero() && s.ContentTime.After(v.proven.Add(stampTolerance)) ||
		signed && first.After(v.proven.Add(stampTolerance)) {
		s.fail(CheckSignatureTimeStamp, ReasonStampOrder)
	}
	v.stampChains, v.stamps = sv.chains, sv.good
	if referred {
		s.Checks = append(s.Checks, references)
	}
	if archived {
		s.Checks = append(s.Checks, archive)
	}
	if len(v.si.unsignedValues(oidAttrArchiveTimeStamp))+len(v.si.unsignedValues(oidAttrArchiveTimeStampV2)) > 0 {
		s.Checks = append(s.Checks, Check{CheckArchiveTimeStamp, Skipped, ReasonArchiveForm})
	}
	for _, c := range s.Checks {
		stamps := c.Name == CheckSignatureTimeStamp || c.Name == CheckReferenceTimeStamp || c.Name == CheckArchiveTimeStamp
		v.timeOpen = v.timeOpen || stamps && c.Status == Unknown
	}
	if s.SigningTime.After(v.opts.Time.Add(v.opts.ClockSkew)) {
		s.fail(CheckSigningTime, ReasonSigningTime)
	} else if !s.SigningTime.IsZero() {
		s.pass(CheckSigningTime, ReasonNone)
	}
}

// laterProofs are the times of good stamps over the signature and more.
func (v *signerVerifier) laterProofs() []time.Time {
	var out []time.Time
	for _, a := range v.archive {
		if a.proves {
			out = append(out, a.stamp.Time)
		}
	}
	if !v.referenceTime.IsZero() {
		out = append(out, v.referenceTime)
	}
	return out
}

// checkContentStamps verifies the stamps of the content. They are signed, so what proves
// the signature proves them.
func (v *signerVerifier) checkContentStamps(sv *stampVerifier) {
	if len(v.attrs.contentStamps) == 0 {
		return
	}
	first, all := v.verifyStamps(sv, oidAttrContentTimeStamp, v.attrs.contentStamps, v.content)
	if all.Verdict == Valid {
		v.out.ContentTime = first
	}
	v.out.Checks = append(v.out.Checks, all.check(CheckContentTimeStamp, ReasonNone))
}

func (v *signerVerifier) verifyStamps(sv *stampVerifier, oid string, stamps [][]byte, data []byte) (first time.Time, all Outcome) {
	if len(stamps) > maxStamps {
		return first, Outcome{Invalid, ReasonLimit}
	}
	all = Outcome{Verdict: Valid}
	for _, token := range stamps {
		at, o := sv.verify(token, data, v.provenAt(oid, token))
		all = all.Worse(o)
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	return first, all
}

// checkReferenceStamps verifies the stamps of CAdES-X: over the signature with the
// references to what it was verified with, or over these alone (ETSI TS 101 733,
// clauses 6.3.5 and 6.3.6). The former prove the signature and its time-stamps.
func (v *signerVerifier) checkReferenceStamps(sv *stampVerifier) (Check, bool) {
	whole, alone := v.si.unsignedValues(oidAttrESCTimeStamp), v.si.unsignedValues(oidAttrCertCRLTimeStamp)
	if len(whole)+len(alone) == 0 {
		return Check{}, false
	}
	all := Outcome{Verdict: Valid}
	if len(whole) > 0 {
		data := append(slices.Clone(v.si.Signature), v.si.attributeOctets(oidAttrSignatureTimeStamp, oidAttrCertificateRefs, oidAttrRevocationRefs)...)
		var first time.Time
		if first, all = v.verifyStamps(sv, oidAttrESCTimeStamp, whole, data); all.Verdict == Valid {
			v.referenceTime = first
		}
	}
	if len(alone) > 0 {
		_, o := v.verifyStamps(sv, oidAttrCertCRLTimeStamp, alone, v.si.attributeOctets(oidAttrCertificateRefs, oidAttrRevocationRefs))
		all = all.Worse(o)
	}
	return all.check(CheckReferenceTimeStamp, ReasonNone), true
}

// attributeOctets joins unsigned attributes of some kinds, without the header around
// each of them (clause 6.3.5, note 2).
func (si *SignerInfo) attributeOctets(kinds ...string) []byte {
	var b cryptobyte.Builder
	for _, kind := range kinds {
		for _, a := range si.UnsignedAttributes {
			if a.OID == kind {
				b.AddBytes(a.content)
			}
		}
	}
	return b.BytesOrPanic()
}
