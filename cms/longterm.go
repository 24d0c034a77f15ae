package cms

import (
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
)

// maxValues bounds what is taken from certificate-values and revocation-values.
const maxValues = 16

func (si *SignerInfo) unsignedValues(oid string) [][]byte {
	var out [][]byte
	for _, a := range si.UnsignedAttributes {
		if a.OID == oid {
			out = append(out, a.Values...)
		}
	}
	return out
}

// level reads the level off the unsigned attributes (ETSI TS 101 733, clause 4.4) and
// off what the container carries (ETSI EN 319 122-1, clause 6.3). It is the form of the
// signature, not a judgement of it.
func (si *SignerInfo) level(sd *SignedData, c *pki.Certificate) Level {
	has := map[string]bool{}
	for _, a := range si.UnsignedAttributes {
		has[a.OID] = true
	}
	refs := has[oidAttrCertificateRefs] && has[oidAttrRevocationRefs]
	values := has[oidAttrCertificateValues] && has[oidAttrRevocationValues]
	baseline := !refs && !values && has[oidAttrSignatureTimeStamp] && sd.speaksOf(c)
	switch {
	case baseline && has[oidAttrArchiveTimeStampV3]:
		return LevelLTA
	case has[oidAttrArchiveTimeStampV3], has[oidAttrArchiveTimeStampV2], has[oidAttrArchiveTimeStamp]:
		return LevelA
	case !has[oidAttrSignatureTimeStamp]:
		return LevelBES
	case values:
		return LevelXLong
	case refs && (has[oidAttrESCTimeStamp] || has[oidAttrCertCRLTimeStamp]):
		return LevelX
	case refs:
		return LevelC
	case baseline:
		return LevelLT
	}
	return LevelT
}

// speaksOf reports whether the container carries a statement about a certificate's
// revocation, by its name only.
func (sd *SignedData) speaksOf(c *pki.Certificate) bool {
	if c == nil {
		return false
	}
	for _, l := range sd.CRLs {
		if l.Issuer.Equal(c.Issuer) {
			return true
		}
	}
	for _, r := range sd.OCSPs {
		for i := range r.Responses {
			if r.Responses[i].Serial.Cmp(c.SerialNumber) == 0 {
				return true
			}
		}
	}
	return false
}

// longTerm is what a signature brings along for its own verification. All of it is
// as untrusted as what comes from elsewhere; what cannot be read is left out, since
// anybody can append to the unsigned attributes.
type longTerm struct {
	certificates []*pki.Certificate
	crls         []*pki.CRL
	ocsps        []*pki.OCSPResponse
}

func (si *SignerInfo) longTerm() longTerm {
	var out longTerm
	for _, v := range si.unsignedValues(oidAttrCertificateValues) {
		for _, raw := range elements(v) {
			if c, err := pki.ParseCertificate(raw); err == nil && len(out.certificates) < maxValues {
				out.certificates = append(out.certificates, c)
			}
		}
	}
	for _, v := range si.unsignedValues(oidAttrRevocationValues) {
		out.readRevocations(v)
	}
	return out
}

// readRevocations reads RevocationValues (ETSI TS 101 733, clause 6.3.4).
func (l *longTerm) readRevocations(v []byte) {
	s := cryptobyte.String(v)
	var body, crls, ocsps cryptobyte.String
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&crls, &present, asn1.Tag(0).ContextSpecific().Constructed()) ||
		!body.ReadOptionalASN1(&ocsps, &present, asn1.Tag(1).ContextSpecific().Constructed()) {
		return
	}
	for _, raw := range elements(crls) {
		if c, err := pki.ParseCRL(raw); err == nil && len(l.crls) < maxValues {
			l.crls = append(l.crls, c)
		}
	}
	for _, raw := range elements(ocsps) {
		if r, err := pki.ParseBasicOCSPResponse(raw); err == nil && len(l.ocsps) < maxValues {
			l.ocsps = append(l.ocsps, r)
		}
	}
}

// elements returns the elements of a SEQUENCE as far as they can be read.
func elements(seq []byte) [][]byte {
	s := cryptobyte.String(seq)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return nil
	}
	var out [][]byte
	for !body.Empty() {
		var e cryptobyte.String
		var tag asn1.Tag
		if !body.ReadAnyASN1Element(&e, &tag) {
			return out
		}
		out = append(out, e)
	}
	return out
}
