package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// rawParts are the pieces of a container as it came, in DER: what archive time-stamps
// hash and what an extended container repeats.
type rawParts struct {
	version      int
	digests      [][]byte // each AlgorithmIdentifier
	encapsulated []byte   // content of EncapsulatedContentInfo
	certificates [][]byte // each element of the set
	revocations  []revocationInfo
}

// revocationInfo is a RevocationInfoChoice, with what it was found to be.
type revocationInfo struct {
	raw  []byte
	crl  *pki.CRL
	ocsp *pki.OCSPResponse
}

var context1 = asn1.Tag(1).ContextSpecific().Constructed()

// revocations reads the RevocationInfoChoices (RFC 5652, clause 10.2.1): CRLs and, of
// the other forms, OCSP responses. What cannot be read decides nothing.
func (p *parser) revocations(s cryptobyte.String) error {
	for !s.Empty() {
		var one cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&one, &tag) {
			return ErrMalformed
		}
		r := revocationInfo{raw: one}
		if p.doc.Verbatim(one) && len(p.out.CRLs)+len(p.out.OCSPs) < p.limits.Certificates {
			r.crl, r.ocsp = readRevocation(one)
		}
		if r.crl != nil {
			p.out.CRLs = append(p.out.CRLs, r.crl)
		}
		if r.ocsp != nil {
			p.out.OCSPs = append(p.out.OCSPs, r.ocsp)
		}
		p.out.raw.revocations = append(p.out.raw.revocations, r)
	}
	return nil
}

// readRevocation reads one RevocationInfoChoice; both results are nil if it is of a
// form that nothing here understands.
func readRevocation(one cryptobyte.String) (*pki.CRL, *pki.OCSPResponse) {
	if one.PeekASN1Tag(asn1.SEQUENCE) {
		l, err := pki.ParseCRL(one)
		if err != nil {
			return nil, nil
		}
		return l, nil
	}
	var body cryptobyte.String
	var kind string
	if !one.ReadASN1(&body, context1) || !der.ReadOID(&body, &kind) {
		return nil, nil
	}
	read := pki.ParseOCSPResponse
	if kind == oidRevocationBasicOCSP {
		read = pki.ParseBasicOCSPResponse
	} else if kind != oidRevocationOCSP {
		return nil, nil
	}
	r, err := read(body)
	if err != nil {
		return nil, nil
	}
	return nil, r
}
