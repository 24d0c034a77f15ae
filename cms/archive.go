package cms

import (
	"bytes"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// maxArchiveStamps bounds the archive time-stamps of a signature: with one every five
// years they reach farther than anybody's archive.
const maxArchiveStamps = 8

// archiveStamp is an archive time-stamp of version 3 (ETSI EN 319 122-1, clause 5.5.3).
type archiveStamp struct {
	token []byte
	stamp *TimeStamp
	index hashIndex
	// proves says whether the stamp was found good, and what it covers then counts as
	// having existed at its time.
	proves bool
}

// hashIndex is an ats-hash-index, of any version: the hashes of what an archive
// time-stamp covers besides the signature itself.
type hashIndex struct {
	raw    []byte
	digest string
	// wholeAttributes: before version 3 the hashes were of attributes and not of values.
	wholeAttributes                       bool
	certificates, revocations, attributes hashSet
}

// hashSet holds hashes; those found in the container are marked.
type hashSet map[string]bool

func (h hashSet) complete() bool {
	for _, found := range h {
		if !found {
			return false
		}
	}
	return true
}

// mark notes that something with this hash is there.
func (h hashSet) mark(sum []byte) bool {
	if _, ok := h[string(sum)]; !ok {
		return false
	}
	h[string(sum)] = true
	return true
}

// readHashIndex finds the index in the unsigned attributes of a token.
func (ts *TimeStamp) readHashIndex() (hashIndex, bool) {
	for _, oid := range []string{oidAttrHashIndexV3, oidAttrHashIndexV2, oidAttrHashIndex} {
		values := ts.sd.Signers[0].unsignedValues(oid)
		if len(values) == 0 {
			continue
		}
		x := hashIndex{raw: values[0], digest: pki.OIDSHA256, wholeAttributes: oid != oidAttrHashIndexV3}
		return x, len(values) == 1 && x.read()
	}
	return hashIndex{}, false
}

func (x *hashIndex) read() bool {
	s := cryptobyte.String(x.raw)
	var body, certificates, revocations, attributes cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return false
	}
	// Three lists of hashes, with or without the algorithm before them: a list is
	// empty or begins with an OCTET STRING, an algorithm with its identifier.
	var alg pki.AlgorithmIdentifier
	if probe := body; pki.ReadAlgorithmIdentifier(&probe, &alg) {
		x.digest, body = alg.OID, probe
	}
	if !body.ReadASN1(&certificates, asn1.SEQUENCE) || !body.ReadASN1(&revocations, asn1.SEQUENCE) ||
		!body.ReadASN1(&attributes, asn1.SEQUENCE) || !body.Empty() {
		return false
	}
	for _, l := range []struct {
		list cryptobyte.String
		into *hashSet
	}{{certificates, &x.certificates}, {revocations, &x.revocations}, {attributes, &x.attributes}} {
		*l.into = hashSet{}
		for !l.list.Empty() {
			var sum []byte
			if !l.list.ReadASN1Bytes(&sum, asn1.OCTET_STRING) {
				return false
			}
			(*l.into)[string(sum)] = false
		}
	}
	return true
}

// partHashes are the hashes of the parts of a container by digest, made once for all
// signatures and archive time-stamps in it.
type partHashes map[string]*hashedParts

type hashedParts struct {
	content                   []byte
	certificates, revocations [][]byte
}

func (p partHashes) of(digest string, sd *SignedData, content []byte) (*hashedParts, error) {
	if known, ok := p[digest]; ok {
		return known, nil
	}
	h := &hashedParts{}
	var err error
	if h.content, err = pki.Sum(digest, content); err != nil {
		return nil, err
	}
	add := func(to *[][]byte, data []byte) {
		sum, _ := pki.Sum(digest, data) // the digest is known by now
		*to = append(*to, sum)
	}
	for _, raw := range sd.raw.certificates {
		add(&h.certificates, raw)
	}
	for _, r := range sd.raw.revocations {
		add(&h.revocations, r.raw)
	}
	p[digest] = h
	return h, nil
}

// match looks for everything in the index in the container and reports whether all of
// it is there (clause 5.5.2) and whether the container has nothing that it leaves out.
func (x *hashIndex) match(parts *hashedParts, si *SignerInfo, self []byte) (complete, total bool) {
	total = true
	for _, l := range []struct {
		sums [][]byte
		set  hashSet
	}{{parts.certificates, x.certificates}, {parts.revocations, x.revocations}} {
		for _, sum := range l.sums {
			total = l.set.mark(sum) && total
		}
	}
	for _, a := range si.UnsignedAttributes {
		for _, v := range a.Values {
			sum, err := pki.Sum(x.digest, x.octets(a, v))
			found := err == nil && x.attributes.mark(sum)
			total = total && (found || bytes.Equal(v, self))
			if x.wholeAttributes {
				break
			}
		}
	}
	return x.certificates.complete() && x.revocations.complete() && x.attributes.complete(), total
}

// octets are what stands in the index for a value of an unsigned attribute.
func (x *hashIndex) octets(a Attribute, value []byte) []byte {
	if x.wholeAttributes {
		return wrap(asn1.SEQUENCE, a.content)
	}
	var b cryptobyte.Builder
	der.AddOID(&b, a.OID)
	b.AddBytes(value)
	return b.BytesOrPanic()
}

func wrap(tag asn1.Tag, content []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	return b.BytesOrPanic()
}

// covers reports whether a value of an unsigned attribute existed when the stamp was made.
func (a *archiveStamp) covers(oid string, value []byte, si *SignerInfo) bool {
	if !a.proves {
		return false
	}
	for _, attr := range si.UnsignedAttributes {
		if attr.OID != oid {
			continue
		}
		for _, v := range attr.Values {
			if string(v) == string(value) {
				sum, err := pki.Sum(a.index.digest, a.index.octets(attr, v))
				return err == nil && a.index.attributes[string(sum)]
			}
		}
	}
	return false
}

// archiveImprint is what the imprint of an archive time-stamp is of: the type and the
// hash of the content, the fields of the signature and the index.
func archiveImprint(contentSum []byte, sd *SignedData, si *SignerInfo, index []byte) ([]byte, error) {
	var b cryptobyte.Builder
	der.AddOID(&b, sd.ContentType)
	b.AddBytes(contentSum)
	b.AddBytes(si.rawFields)
	b.AddBytes(index)
	return b.Bytes()
}

// checkArchive verifies the archive time-stamps, the newest first, each at the time at
// which the one after it proves that it existed (ETSI EN 319 102-1, clause 5.6.2). The
// oldest that is good proves the signature.
func (v *signerVerifier) checkArchive(sv *stampVerifier) (Check, bool) {
	tokens := v.si.unsignedValues(oidAttrArchiveTimeStampV3)
	switch {
	case len(tokens) == 0:
		return Check{}, false
	case len(tokens) > maxArchiveStamps:
		return Check{CheckArchiveTimeStamp, Failed, ReasonLimit}, true
	}
	var stamps []*archiveStamp
	for _, token := range tokens {
		ts, err := ParseTimeStamp(token)
		if err != nil {
			return Check{CheckArchiveTimeStamp, Failed, ReasonStampMalformed}, true
		}
		a := &archiveStamp{token: token, stamp: ts}
		var ok bool
		if a.index, ok = ts.readHashIndex(); !ok {
			return Check{CheckArchiveTimeStamp, Failed, ReasonArchiveIndex}, true
		}
		stamps = append(stamps, a)
	}
	slices.SortStableFunc(stamps, func(x, y *archiveStamp) int { return y.stamp.Time.Compare(x.stamp.Time) })
	all, remark := Outcome{Verdict: Valid}, ReasonNone
	for i, a := range stamps {
		o, total := v.verifyArchive(sv, a)
		if i == 0 && o.Verdict == Valid && !total {
			remark = ReasonArchivePartial
		}
		all = all.Worse(o)
		a.proves = o.Verdict == Valid
		v.archive = append(v.archive, a)
	}
	slices.Reverse(v.archive)
	if all.Verdict == Valid && !v.archiveInOrder() {
		all = Outcome{Invalid, ReasonStampOrder}
	}
	return all.check(CheckArchiveTimeStamp, remark), true
}

// archiveInOrder: what a stamp covers is not later than the stamp.
func (v *signerVerifier) archiveInOrder() bool {
	for i, older := range v.archive {
		for _, newer := range v.archive[i+1:] {
			if older.covers(oidAttrArchiveTimeStampV3, newer.token, v.si) && newer.stamp.Time.After(older.stamp.Time.Add(stampTolerance)) {
				return false
			}
		}
	}
	return true
}

func (v *signerVerifier) verifyArchive(sv *stampVerifier, a *archiveStamp) (o Outcome, total bool) {
	indexed, err := v.hashes.of(a.index.digest, v.sd, v.content)
	if err != nil {
		return Outcome{Invalid, pki.ReasonAlgorithmRejected}, false
	}
	complete, total := a.index.match(indexed, v.si, a.token)
	if !complete {
		return Outcome{Invalid, ReasonArchiveIndex}, total
	}
	parts, err := v.hashes.of(a.stamp.DigestOID, v.sd, v.content)
	if err != nil {
		return Outcome{Invalid, pki.ReasonAlgorithmRejected}, total
	}
	data, err := archiveImprint(parts.content, v.sd, v.si, a.index.raw)
	if err != nil {
		return Outcome{Invalid, ReasonStampMalformed}, total
	}
	return sv.verifyParsed(a.stamp, data, v.provenAt(oidAttrArchiveTimeStampV3, a.token)), total
}

// provenAt is the earliest time at which a value of an attribute is proven to have
// existed, zero if nothing proves that.
func (v *signerVerifier) provenAt(oid string, value []byte) time.Time {
	var times []time.Time
	for _, a := range v.archive {
		if a.covers(oid, value, v.si) {
			times = append(times, a.stamp.Time)
		}
	}
	switch {
	case oid == oidAttrSignatureTimeStamp && !v.referenceTime.IsZero():
		times = append(times, v.referenceTime)
	case oid == oidAttrContentTimeStamp && !v.proven.IsZero():
		times = append(times, v.proven) // of the signature that is over it
	}
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}

// archivedSources are the statements which an archive time-stamp covers.
func (v *signerVerifier) archivedSources(a *archiveStamp) pki.StatusSources {
	out := pki.StatusSources{Certificates: v.pool}
	parts, err := v.hashes.of(a.index.digest, v.sd, v.content)
	if err != nil {
		return out
	}
	for i, r := range v.sd.raw.revocations {
		if !a.index.revocations[string(parts.revocations[i])] {
			continue
		}
		out.CRLs, out.OCSPs = append(out.CRLs, r.crl), append(out.OCSPs, r.ocsp) // nil is passed over
	}
	for _, value := range v.si.unsignedValues(oidAttrRevocationValues) {
		if a.covers(oidAttrRevocationValues, value, v.si) {
			var kept longTerm
			kept.readRevocations(value)
			out.CRLs, out.OCSPs = append(out.CRLs, kept.crls...), append(out.OCSPs, kept.ocsps...)
		}
	}
	return out
}
