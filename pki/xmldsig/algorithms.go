package xmldsig

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// Prefixes of algorithm names (RFC 9231). Ukraine has registered none of its own:
// its producers append theirs to these, or name the object identifier.
const (
	more   = "http://www.w3.org/2001/04/xmldsig-more#"
	more07 = "http://www.w3.org/2007/05/xmldsig-more#"
	xmlenc = "http://www.w3.org/2001/04/xmlenc#"
	urnOID = "urn:oid:"

	methodSHA1 = "http://www.w3.org/2000/09/xmldsig#sha1" // see [Options].Pinned
)

// digestOf returns the object identifier of a digest method.
func digestOf(uri string) (string, error) {
	switch uri {
	case xmlenc + "sha256":
		return pki.OIDSHA256, nil
	case more + "sha384":
		return pki.OIDSHA384, nil
	case xmlenc + "sha512":
		return pki.OIDSHA512, nil
	case more + "gost34311", xmlenc + "gost34311", urnOID + pki.OIDGOST34311:
		return pki.OIDGOST34311, nil
	case xmlenc + "dstu7564-256", more + "dstu7564-256", xmlenc + "kupyna256", more + "kupyna256", urnOID + pki.OIDKupyna256:
		return pki.OIDKupyna256, nil
	case xmlenc + "dstu7564-384", more + "dstu7564-384", xmlenc + "kupyna384", more + "kupyna384", urnOID + pki.OIDKupyna384:
		return pki.OIDKupyna384, nil
	case xmlenc + "dstu7564-512", more + "dstu7564-512", xmlenc + "kupyna512", more + "kupyna512", urnOID + pki.OIDKupyna512:
		return pki.OIDKupyna512, nil
	}
	return "", fmt.Errorf("%w: digest method %q", pki.ErrUnsupportedAlgorithm, uri)
}

// Object identifiers of signatures (RFC 5758, RFC 8017).
const (
	oidECDSASHA256 = "1.2.840.10045.4.3.2"
	oidECDSASHA384 = "1.2.840.10045.4.3.3"
	oidECDSASHA512 = "1.2.840.10045.4.3.4"
	oidRSASHA256   = "1.2.840.113549.1.1.11"
	oidRSASHA384   = "1.2.840.113549.1.1.12"
	oidRSASHA512   = "1.2.840.113549.1.1.13"
	oidRSAPSS      = "1.2.840.113549.1.1.10"
	oidMGF1        = "1.2.840.113549.1.1.8"
)

// signatureAlgorithmOf returns the algorithm of a signature method.
func signatureAlgorithmOf(uri string) (pki.AlgorithmIdentifier, error) {
	plain := func(oid string) (pki.AlgorithmIdentifier, error) { return pki.AlgorithmIdentifier{OID: oid}, nil }
	switch uri {
	case more + "ecdsa-sha256":
		return plain(oidECDSASHA256)
	case more + "ecdsa-sha384":
		return plain(oidECDSASHA384)
	case more + "ecdsa-sha512":
		return plain(oidECDSASHA512)
	case more + "rsa-sha256":
		return plain(oidRSASHA256)
	case more + "rsa-sha384":
		return plain(oidRSASHA384)
	case more + "rsa-sha512":
		return plain(oidRSASHA512)
	case more07 + "sha256-rsa-MGF1":
		return pss(pki.OIDSHA256, 32), nil
	case more07 + "sha384-rsa-MGF1":
		return pss(pki.OIDSHA384, 48), nil
	case more07 + "sha512-rsa-MGF1":
		return pss(pki.OIDSHA512, 64), nil
	case more + "dstu4145", more + "dstu4145-gost34311", urnOID + pki.OIDDSTU4145:
		return plain(pki.OIDDSTU4145)
	case more + "dstu4145-dstu7564-256", more + "dstu4145-kupyna256", urnOID + pki.OIDDSTU4145Kupyna256:
		return plain(pki.OIDDSTU4145Kupyna256)
	case more + "dstu4145-dstu7564-384", more + "dstu4145-kupyna384", urnOID + pki.OIDDSTU4145Kupyna384:
		return plain(pki.OIDDSTU4145Kupyna384)
	case more + "dstu4145-dstu7564-512", more + "dstu4145-kupyna512", urnOID + pki.OIDDSTU4145Kupyna512:
		return plain(pki.OIDDSTU4145Kupyna512)
	}
	return pki.AlgorithmIdentifier{}, fmt.Errorf("%w: signature method %q", pki.ErrUnsupportedAlgorithm, uri)
}

// pss returns RSASSA-PSS with one hash throughout and a salt of its size (RFC 9231,
// clause 2.3.10).
func pss(hash string, salt int64) pki.AlgorithmIdentifier {
	field := func(b *cryptobyte.Builder, n uint8, content func(*cryptobyte.Builder)) {
		b.AddASN1(asn1.Tag(n).ContextSpecific().Constructed(), content)
	}
	var mask cryptobyte.Builder
	pki.AlgorithmIdentifier{OID: hash}.Add(&mask)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		field(b, 0, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { der.AddOID(b, hash) })
		})
		field(b, 1, pki.AlgorithmIdentifier{OID: oidMGF1, Parameters: mask.BytesOrPanic()}.Add)
		field(b, 2, func(b *cryptobyte.Builder) { b.AddASN1Int64(salt) })
	})
	return pki.AlgorithmIdentifier{OID: oidRSAPSS, Parameters: b.BytesOrPanic()}
}

// signatureOctets gives a signature value the form that package pki verifies. ECDSA
// has r‖s here, each half as long as the order (RFC 9231, clause 2.3.6); one producer in
// use makes both as long as the longer of the two needs, now and then shorter than
// that. DSTU 4145 has r‖s too, which some producers put into an OCTET STRING.
func signatureOctets(key pki.PublicKeyInfo, value []byte) ([]byte, bool) {
	switch k := key.Key.(type) {
	case *ecdsa.PublicKey:
		half := len(value) / 2
		if half == 0 || len(value)%2 != 0 || half > (k.Params().N.BitLen()+7)/8 {
			return nil, false
		}
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1BigInt(new(big.Int).SetBytes(value[:half]))
			b.AddASN1BigInt(new(big.Int).SetBytes(value[half:]))
		})
		return b.BytesOrPanic(), true
	case *dstu4145.PublicKey:
		size := k.Curve().SignatureSize()
		s := cryptobyte.String(value)
		var inner cryptobyte.String
		if len(value) != size && s.ReadASN1(&inner, asn1.OCTET_STRING) && s.Empty() {
			value = inner
		}
		return value, len(value) == size
	}
	return value, true
}
