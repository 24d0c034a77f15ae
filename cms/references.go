package cms

import (
	"bytes"
	"crypto/sha1" // of references made long ago, which hashes of today stand behind
	"errors"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// maxReferences bounds the references of a signature to certificates and statements.
const maxReferences = 64

// otherHash is OtherHash: a SHA-1, or a hash with its algorithm.
type otherHash struct {
	oid   string
	value []byte
}

// errUnusable: a hash that nothing can be held to, because its algorithm is not known.
var errUnusable = errors.New("cms: hash of an algorithm that is not known")

// of reports whether it is the hash of one of the octets.
func (h otherHash) of(candidates ...[]byte) (bool, error) {
	for _, c := range candidates {
		if h.oid == pki.OIDSHA1 {
			sum := sha1.Sum(c)
			if bytes.Equal(sum[:], h.value) {
				return true, nil
			}
			continue
		}
		ok, err := isDigest(h.value, h.oid, pki.PublicKeyInfo{}, c)
		if err != nil {
			return false, errUnusable
		}
		if ok {
			return true, nil
		}
	}
	return false, nil
}

func readOtherHash(s *cryptobyte.String, out *otherHash) bool {
	if s.PeekASN1Tag(asn1.OCTET_STRING) {
		out.oid = pki.OIDSHA1
		return s.ReadASN1Bytes(&out.value, asn1.OCTET_STRING)
	}
	var body cryptobyte.String
	var alg pki.AlgorithmIdentifier
	ok := s.ReadASN1(&body, asn1.SEQUENCE) && pki.ReadAlgorithmIdentifier(&body, &alg) &&
		body.ReadASN1Bytes(&out.value, asn1.OCTET_STRING) && body.Empty()
	out.oid = alg.OID
	return ok
}

// certificateReference is OtherCertID.
type certificateReference struct {
	hash   otherHash
	issuer *pki.Name // nil when not stated
	serial *big.Int
}

// statementReference is CrlValidatedID or OcspResponsesID.
type statementReference struct {
	isCRL bool
	hash  *otherHash // nil when not stated
	at    time.Time  // thisUpdate of a list, producedAt of a response; zero when not stated
}

// readCertificateReferences reads CompleteCertificateRefs (ETSI TS 101 733, clause 6.2.1).
func readCertificateReferences(v []byte) ([]certificateReference, bool) {
	s := cryptobyte.String(v)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	var out []certificateReference
	for !list.Empty() {
		var body cryptobyte.String
		var r certificateReference
		if !list.ReadASN1(&body, asn1.SEQUENCE) || len(out) == maxReferences {
			return nil, false
		}
		if !readOtherHash(&body, &r.hash) || !r.readIssuerSerial(&body) {
			return nil, false
		}
		out = append(out, r)
	}
	return out, true
}

// names reports whether issuer and serial number, where they are stated, are the certificate's.
func (r *certificateReference) names(c *pki.Certificate) bool {
	return r.issuer == nil || r.issuer.Equal(c.Issuer) && r.serial.Cmp(c.SerialNumber) == 0
}

func (r *certificateReference) readIssuerSerial(s *cryptobyte.String) bool {
	if s.Empty() {
		return true
	}
	var body, names, wrapped cryptobyte.String
	serial := new(big.Int)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&names, asn1.SEQUENCE) || !body.ReadASN1Integer(serial) {
		return false
	}
	if !names.ReadASN1(&wrapped, asn1.Tag(4).ContextSpecific().Constructed()) {
		return true // a name of another kind
	}
	name, err := pki.ParseName(wrapped)
	if err != nil {
		return false
	}
	r.issuer, r.serial = &name, serial
	return true
}

// readStatementReferences reads CompleteRevocationRefs (clause 6.2.2). One library
// puts empty elements after the first, which stand for nothing.
func readStatementReferences(v []byte) ([]statementReference, bool) {
	s := cryptobyte.String(v)
	var list cryptobyte.String
	if !s.ReadASN1(&list, asn1.SEQUENCE) || !s.Empty() {
		return nil, false
	}
	var out []statementReference
	for !list.Empty() {
		var body, crls, ocsps cryptobyte.String
		var hasCRLs, hasOCSPs bool
		if !list.ReadASN1(&body, asn1.SEQUENCE) ||
			!body.ReadOptionalASN1(&crls, &hasCRLs, asn1.Tag(0).ContextSpecific().Constructed()) ||
			!body.ReadOptionalASN1(&ocsps, &hasOCSPs, context1) {
			return nil, false
		}
		if hasCRLs && !readStatements(crls, readCRLReference, &out) || hasOCSPs && !readStatements(ocsps, readOCSPReference, &out) {
			return nil, false
		}
	}
	return out, true
}

func readStatements(s cryptobyte.String, read func(cryptobyte.String) (statementReference, bool), out *[]statementReference) bool {
	var body, list cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&list, asn1.SEQUENCE) {
		return false
	}
	for !list.Empty() {
		var one cryptobyte.String
		if !list.ReadASN1(&one, asn1.SEQUENCE) || len(*out) == maxReferences {
			return false
		}
		if one.Empty() {
			continue
		}
		r, ok := read(one)
		if !ok {
			return false
		}
		*out = append(*out, r)
	}
	return true
}

func readCRLReference(s cryptobyte.String) (statementReference, bool) {
	r := statementReference{isCRL: true, hash: &otherHash{}}
	if !readOtherHash(&s, r.hash) {
		return r, false
	}
	var id cryptobyte.String
	if !s.Empty() && (!s.ReadASN1(&id, asn1.SEQUENCE) || !id.SkipASN1(asn1.SEQUENCE) || !der.ReadTime(&id, &r.at)) {
		return r, false
	}
	return r, true
}

func readOCSPReference(s cryptobyte.String) (statementReference, bool) {
	var r statementReference
	var id, responder cryptobyte.String
	var tag asn1.Tag
	if !s.ReadASN1(&id, asn1.SEQUENCE) || !id.ReadAnyASN1(&responder, &tag) || !der.ReadTime(&id, &r.at) {
		return r, false
	}
	if !s.Empty() {
		r.hash = &otherHash{}
		return r, readOtherHash(&s, r.hash)
	}
	return r, true
}

// checkReferences holds the references of CAdES-C to what was used: the certificates
// of the chain and the statements that the signature brings along. A reference to
// something else fails; one that is missing is remarked upon, as it takes nothing away
// from what was verified.
func (v *signerVerifier) checkReferences() {
	certificates, statements := v.si.unsignedValues(oidAttrCertificateRefs), v.si.unsignedValues(oidAttrRevocationRefs)
	if len(certificates)+len(statements) == 0 {
		return
	}
	remark := ReasonNone
	for _, value := range certificates {
		refs, ok := readCertificateReferences(value)
		if !ok {
			v.out.fail(CheckReferences, ReasonReferencesMalformed)
			return
		}
		if !v.heldToCertificates(refs, &remark) {
			v.out.fail(CheckReferences, ReasonReferences)
			return
		}
	}
	for _, value := range statements {
		refs, ok := readStatementReferences(value)
		if !ok {
			v.out.fail(CheckReferences, ReasonReferencesMalformed)
			return
		}
		if !v.heldToStatements(refs, &remark) {
			v.out.fail(CheckReferences, ReasonReferences)
			return
		}
	}
	v.out.pass(CheckReferences, remark)
}

func (v *signerVerifier) heldToCertificates(refs []certificateReference, remark *Reason) bool {
	if len(v.out.Chain) == 0 {
		return true
	}
	for _, c := range v.out.Chain[1:] {
		named, found := false, false
		for _, r := range refs {
			same, err := r.hash.of(c.Raw)
			found = found || same
			named = named || err == nil && !same && r.issuer != nil && r.names(c)
		}
		if named && !found {
			return false
		}
		if !found {
			*remark = ReasonReferencesIncomplete
		}
	}
	return true
}

// heldToStatements: the time at which a statement was made names it, well enough to
// say that its hash is wrong.
func (v *signerVerifier) heldToStatements(refs []statementReference, remark *Reason) bool {
	held := func(isCRL bool, at time.Time, forms ...[]byte) bool {
		named, found := false, false
		for _, r := range refs {
			if r.isCRL != isCRL {
				continue
			}
			same, err := r.hash == nil && r.at.Equal(at), error(nil)
			if r.hash != nil {
				same, err = r.hash.of(forms...)
			}
			found = found || same
			named = named || err == nil && !same && r.at.Equal(at)
		}
		if !found {
			*remark = ReasonReferencesIncomplete
		}
		return found || !named
	}
	for _, l := range v.long.crls {
		if !held(true, l.ThisUpdate, l.Raw) {
			return false
		}
	}
	for _, r := range v.long.ocsps {
		// The hash is of the whole response or of the part of it that is signed with
		// its signature; producers differ.
		if !held(false, r.ProducedAt, r.Raw, ocspResponse(r.Raw), r.RawTBS) {
			return false
		}
	}
	return true
}

// ocspResponse makes the OCSPResponse that a responder sent of the BasicOCSPResponse in
// it (RFC 6960, clause 4.2.1).
func ocspResponse(basic []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0)
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, oidRevocationBasicOCSP)
				b.AddASN1OctetString(basic)
			})
		})
	})
	return b.BytesOrPanic()
}
