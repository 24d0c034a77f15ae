package pki

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

// Errors of signature checking; test with errors.Is.
var (
	// ErrSignature means that a signature is not the key's over the data.
	ErrSignature = errors.New("pki: signature does not verify")
	// ErrAlgorithmMismatch means that algorithms which must agree (key and signature,
	// digest and signature) do not.
	ErrAlgorithmMismatch = errors.New("pki: algorithms do not belong together")
	// ErrWeakKey means that a key is shorter than the [KeyPolicy] asks.
	ErrWeakKey = errors.New("pki: key too weak")
)

// KeyPolicy is the least strength of keys. The zero value is what certificates of
// today need: DSTU 4145 over fields of 257 bits and more, RSA of 2048 bits and more.
type KeyPolicy struct {
	MinDSTUBits int // 0: 257; 233 for archives; never lower than 163
	MinRSABits  int // 0: 2048
	// NormalBases admits DSTU 4145 in optimal normal bases, which only archives have.
	NormalBases bool
}

// Check reports whether a key is strong enough.
func (p KeyPolicy) Check(key PublicKeyInfo) error {
	minDSTU, minRSA := p.MinDSTUBits, p.MinRSABits
	if minDSTU == 0 {
		minDSTU = 257
	}
	if minRSA == 0 {
		minRSA = 2048
	}
	switch k := key.Key.(type) {
	case *dstu4145.PublicKey:
		if bits := k.Curve().FieldBits(); bits < minDSTU {
			return fmt.Errorf("%w: DSTU 4145 over a field of %d bits", ErrWeakKey, bits)
		}
		if k.Curve().OptimalNormalBasis() && !p.NormalBases {
			return fmt.Errorf("%w: DSTU 4145 in an optimal normal basis", ErrUnsupportedAlgorithm)
		}
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits < minRSA {
			return fmt.Errorf("%w: RSA of %d bits", ErrWeakKey, bits)
		}
	case *ecdsa.PublicKey:
	default:
		return fmt.Errorf("%w: no usable key", ErrUnsupportedAlgorithm)
	}
	return nil
}

type signatureKind int

const (
	kindDSTU signatureKind = iota + 1
	kindECDSA
	kindRSA
	kindRSAPSS
)

// scheme is a signature algorithm taken apart.
type scheme struct {
	kind   signatureKind
	digest string
	salt   int // of PSS

	bigEndian   bool // of DSTU 4145: how r and s are written
	normalBasis bool // of DSTU 4145: the identifier says that the key is in one
}

// resolveScheme finds the digest and the kind of a signature. digest is the one
// named beside the algorithm in CMS, or "" where the algorithm stands alone.
func resolveScheme(alg AlgorithmIdentifier, digest string) (scheme, error) {
	s, ok := schemeOf(alg.OID)
	switch {
	// One producer writes NULL after a DSTU signature's identifier, so NULL and
	// absence count as the same.
	case !ok:
		return s, fmt.Errorf("%w: signature %s", ErrUnsupportedAlgorithm, alg.OID)
	case alg.OID == oidRSAPSS:
		var err error
		if s.digest, s.salt, err = parsePSS(alg.Parameters); err != nil {
			return s, err
		}
	case !alg.hasNoParameters():
		return s, fmt.Errorf("%w: unexpected parameters of signature %s", ErrUnsupportedAlgorithm, alg.OID)
	}
	if s.digest == "" {
		// Plain rsaEncryption: the digest stands beside it (RFC 3370, clause 3.2).
		if s.digest = digest; shaByOID(digest) == 0 {
			return s, fmt.Errorf("%w: rsaEncryption with digest %q", ErrUnsupportedAlgorithm, digest)
		}
	}
	if digest != "" && digest != s.digest {
		return s, fmt.Errorf("%w: digest %s with signature %s", ErrAlgorithmMismatch, digest, alg.OID)
	}
	return s, nil
}

func schemeOf(oid string) (scheme, bool) {
	switch oid {
	case OIDDSTU4145:
		return scheme{kind: kindDSTU, digest: OIDGOST34311}, true
	case OIDDSTU4145ONB:
		return scheme{kind: kindDSTU, digest: OIDGOST34311, normalBasis: true}, true
	case OIDDSTU4145BE:
		return scheme{kind: kindDSTU, digest: OIDGOST34311, bigEndian: true}, true
	case OIDDSTU4145ONBBE:
		return scheme{kind: kindDSTU, digest: OIDGOST34311, bigEndian: true, normalBasis: true}, true
	case OIDDSTU4145Kupyna256, oidDSTU4145Kupyna256Family:
		return scheme{kind: kindDSTU, digest: OIDKupyna256}, true
	case OIDDSTU4145Kupyna384, oidDSTU4145Kupyna384Family:
		return scheme{kind: kindDSTU, digest: OIDKupyna384}, true
	case OIDDSTU4145Kupyna512, oidDSTU4145Kupyna512Family:
		return scheme{kind: kindDSTU, digest: OIDKupyna512}, true
	case oidECDSASHA256:
		return scheme{kind: kindECDSA, digest: OIDSHA256}, true
	case oidECDSASHA384:
		return scheme{kind: kindECDSA, digest: OIDSHA384}, true
	case oidECDSASHA512:
		return scheme{kind: kindECDSA, digest: OIDSHA512}, true
	case oidRSAEncryption:
		return scheme{kind: kindRSA}, true
	case oidRSASHA256:
		return scheme{kind: kindRSA, digest: OIDSHA256}, true
	case oidRSASHA384:
		return scheme{kind: kindRSA, digest: OIDSHA384}, true
	case oidRSASHA512:
		return scheme{kind: kindRSA, digest: OIDSHA512}, true
	case oidRSAPSS:
		return scheme{kind: kindRSAPSS}, true
	}
	return scheme{}, false
}

// parsePSS reads RSASSA-PSS-params (RFC 8017, appendix A.2.3). The defaults are
// SHA-1 and therefore refused; the mask must use the same hash, the trailer be 1. An empty salt, which crypto/rsa cannot
// insist on, is refused too.
func parsePSS(params []byte) (digest string, salt int, err error) {
	refused := fmt.Errorf("%w: RSASSA-PSS parameters", ErrUnsupportedAlgorithm)
	s := cryptobyte.String(params)
	var body, hashField, maskField cryptobyte.String
	var hasHash, hasMask bool
	tag := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadOptionalASN1(&hashField, &hasHash, tag(0)) || !hasHash ||
		!body.ReadOptionalASN1(&maskField, &hasMask, tag(1)) || !hasMask ||
		!body.ReadOptionalASN1Integer(&salt, tag(2), 20) || salt < 1 || salt > 512 {
		return "", 0, refused
	}
	trailer := 1
	if !body.ReadOptionalASN1Integer(&trailer, tag(3), 1) || trailer != 1 || !body.Empty() {
		return "", 0, refused
	}
	var hash, mask, maskHash AlgorithmIdentifier
	if !ReadAlgorithmIdentifier(&hashField, &hash) || !ReadAlgorithmIdentifier(&maskField, &mask) || mask.OID != oidMGF1 {
		return "", 0, refused
	}
	maskParams := cryptobyte.String(mask.Parameters)
	if !ReadAlgorithmIdentifier(&maskParams, &maskHash) || maskHash.OID != hash.OID || shaByOID(hash.OID) == 0 {
		return "", 0, refused
	}
	return hash.OID, salt, nil
}

// CheckSignature verifies a signature over data. digest is the digest algorithm
// named beside the signature algorithm, which must be the one within it; "" where
// the signature algorithm stands alone, as in certificates. A DSTU signature is the
// bare r‖s in the byte order of its algorithm. The strength of the key is not judged here: see [KeyPolicy].
func (i PublicKeyInfo) CheckSignature(alg AlgorithmIdentifier, digest string, data, signature []byte) error {
	s, err := resolveScheme(alg, digest)
	if err != nil {
		return err
	}
	h, err := NewDigest(s.digest, i.SBox)
	if err != nil {
		return err
	}
	h.Write(data)
	return i.verify(s, h.Sum(nil), signature)
}

func (i PublicKeyInfo) verify(s scheme, sum, signature []byte) error {
	var ok bool
	switch k := i.Key.(type) {
	case *dstu4145.PublicKey:
		if s.kind != kindDSTU || s.normalBasis && !k.Curve().OptimalNormalBasis() {
			return mismatch(s, "DSTU 4145")
		}
		if s.bigEndian {
			ok = dstu4145.VerifyBE(k, sum, signature)
		} else {
			ok = dstu4145.Verify(k, sum, signature)
		}
	case *ecdsa.PublicKey:
		if s.kind != kindECDSA {
			return mismatch(s, "EC")
		}
		ok = ecdsa.VerifyASN1(k, sum, signature)
	case *rsa.PublicKey:
		return verifyRSA(k, s, sum, signature)
	default:
		return fmt.Errorf("%w: no usable key", ErrUnsupportedAlgorithm)
	}
	if !ok {
		return ErrSignature
	}
	return nil
}

func verifyRSA(k *rsa.PublicKey, s scheme, sum, signature []byte) error {
	var err error
	hash := shaByOID(s.digest)
	switch s.kind {
	case kindRSA:
		err = rsa.VerifyPKCS1v15(k, hash, sum, signature)
	case kindRSAPSS:
		err = rsa.VerifyPSS(k, hash, sum, signature, &rsa.PSSOptions{SaltLength: s.salt, Hash: hash})
	default:
		return mismatch(s, "RSA")
	}
	if err != nil {
		return ErrSignature
	}
	return nil
}

func mismatch(s scheme, key string) error {
	return fmt.Errorf("%w: %s key with a signature over %s", ErrAlgorithmMismatch, key, s.digest)
}

// checkSigned verifies a signature as certificates, CRLs and OCSP responses carry
// it: in a bit string, inside which DSTU has an OCTET STRING.
func (i PublicKeyInfo) checkSigned(alg AlgorithmIdentifier, data, bits []byte) error {
	if _, ok := i.Key.(*dstu4145.PublicKey); ok {
		s := cryptobyte.String(bits)
		var inner cryptobyte.String
		if !s.ReadASN1(&inner, asn1.OCTET_STRING) || !s.Empty() {
			return ErrSignature
		}
		bits = inner
	}
	return i.CheckSignature(alg, "", data, bits)
}
