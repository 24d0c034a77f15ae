package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki/der"
)

// PublicKeyInfo is the content of a SubjectPublicKeyInfo.
type PublicKeyInfo struct {
	// Key is a *dstu4145.PublicKey, *ecdsa.PublicKey (P-256, P-384, P-521) or
	// *rsa.PublicKey.
	Key crypto.PublicKey
	// SBox is the substitution block (DKE) of a DSTU key, DKE №1 when the key names
	// none, and nil for other keys. It belongs to every GOST 34.311 hash over which
	// the key makes signatures.
	SBox *gost28147.SBox
	// AlgorithmOID is the algorithm of the key.
	AlgorithmOID string
}

// ErrMalformed means that bytes are not the structure they should be.
var ErrMalformed = errors.New("pki: malformed")

func malformed(what string) error { return fmt.Errorf("%w %s", ErrMalformed, what) }

// ParsePublicKeyInfo parses a SubjectPublicKeyInfo (RFC 5280, clause 4.1.2.7).
func ParsePublicKeyInfo(spki []byte) (PublicKeyInfo, error) {
	if err := der.Check(spki, der.Limits{Size: 16 << 10}); err != nil {
		return PublicKeyInfo{}, fmt.Errorf("parse public key: %w", err)
	}
	alg, bits, err := splitPublicKeyInfo(spki)
	if err != nil {
		return PublicKeyInfo{}, err
	}
	info := PublicKeyInfo{AlgorithmOID: alg.OID}
	switch {
	case isDSTUKey(alg.OID):
		return parseDSTUKey(alg, bits)
	case alg.OID == oidECPublicKey, alg.OID == oidRSAEncryption:
		info.Key, err = parseInternationalKey(spki)
		return info, err
	}
	return info, fmt.Errorf("%w: public key %s", ErrUnsupportedAlgorithm, alg.OID)
}

// splitPublicKeyInfo returns the algorithm and the content of the bit string.
func splitPublicKeyInfo(spki []byte) (alg AlgorithmIdentifier, bits []byte, err error) {
	s := cryptobyte.String(spki)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!ReadAlgorithmIdentifier(&body, &alg) ||
		!body.ReadASN1BitStringAsBytes(&bits) || !body.Empty() {
		return alg, nil, malformed("public key")
	}
	return alg, bits, nil
}

func isDSTUKey(oid string) bool {
	switch oid {
	case OIDDSTU4145, OIDDSTU4145BE, OIDDSTU4145ONB, OIDDSTU4145ONBBE,
		OIDDSTU4145Kupyna256, OIDDSTU4145Kupyna384, OIDDSTU4145Kupyna512,
		oidDSTU4145Kupyna256Family, oidDSTU4145Kupyna384Family, oidDSTU4145Kupyna512Family:
		return true
	}
	return false
}

// isBigEndian tells the algorithms whose octet strings begin with the most significant
// byte: of parameters, keys and signatures.
func isBigEndian(oid string) bool { return oid == OIDDSTU4145BE || oid == OIDDSTU4145ONBBE }

func parseDSTUKey(alg AlgorithmIdentifier, bits []byte) (PublicKeyInfo, error) {
	info := PublicKeyInfo{AlgorithmOID: alg.OID}
	bigEndian := isBigEndian(alg.OID)
	curve, sbox, err := parseDSTUParameters(alg.Parameters, bigEndian)
	if err != nil {
		return info, err
	}
	s := cryptobyte.String(bits)
	var point cryptobyte.String
	if !s.ReadASN1(&point, asn1.OCTET_STRING) || !s.Empty() {
		return info, malformed("DSTU 4145 public key")
	}
	var key *dstu4145.PublicKey
	if bigEndian {
		key, err = dstu4145.ParsePublicKeyBE(curve, point)
	} else {
		key, err = dstu4145.ParsePublicKey(curve, point)
	}
	if err != nil {
		return info, fmt.Errorf("parse DSTU 4145 public key: %w", err)
	}
	info.Key, info.SBox = key, sbox
	return info, nil
}

// maxRSABits bounds the time of one RSA verification.
const maxRSABits = 8192

func parseInternationalKey(spki []byte) (crypto.PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, fmt.Errorf("parse public key: %w", err)
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() > maxRSABits {
			return nil, fmt.Errorf("%w: RSA key of %d bits", ErrUnsupportedAlgorithm, k.N.BitLen())
		}
		return k, nil
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P224() {
			return nil, fmt.Errorf("%w: curve P-224", ErrUnsupportedAlgorithm)
		}
		return k, nil
	}
	return nil, fmt.Errorf("%w: public key of type %T", ErrUnsupportedAlgorithm, key)
}

// MarshalPublicKeyInfo returns the SubjectPublicKeyInfo of a public key of one of
// the types which [PublicKeyInfo] may hold. DSTU keys get the explicit parameters
// and DKE №1, the form which Ukrainian authorities use.
func MarshalPublicKeyInfo(key crypto.PublicKey) ([]byte, error) {
	switch k := key.(type) {
	case *dstu4145.PublicKey:
		return PublicKeyInfo{Key: k, SBox: gost28147.DefaultSBox(), AlgorithmOID: OIDDSTU4145}.Marshal()
	case *ecdsa.PublicKey, *rsa.PublicKey:
		return PublicKeyInfo{Key: k}.Marshal()
	}
	return nil, fmt.Errorf("%w: public key of type %T", ErrUnsupportedAlgorithm, key)
}

// Marshal returns the SubjectPublicKeyInfo. An empty AlgorithmOID of a DSTU key
// means OIDDSTU4145.
func (i PublicKeyInfo) Marshal() ([]byte, error) {
	k, ok := i.Key.(*dstu4145.PublicKey)
	if !ok {
		out, err := x509.MarshalPKIXPublicKey(i.Key)
		if err != nil {
			return nil, fmt.Errorf("marshal public key: %w", err)
		}
		return out, nil
	}
	oid := i.AlgorithmOID
	if oid == "" {
		oid = OIDDSTU4145
	}
	if isBigEndian(oid) || !isDSTUKey(oid) {
		return nil, fmt.Errorf("%w: cannot write a key of %s", ErrUnsupportedAlgorithm, oid)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		AlgorithmIdentifier{OID: oid, Parameters: MarshalDSTUParameters(k.Curve(), i.SBox)}.Add(b)
		b.AddASN1BitString(octetString(k.Bytes()))
	})
	return b.Bytes()
}

func octetString(content []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1OctetString(content)
	return b.BytesOrPanic()
}

// keyID computes the subject key identifier. DSTU keys use the hash of their own
// algorithm family over the DER OCTET STRING inside the bit string (order 1401-12);
// the others the leftmost 160 bits of SHA-256 over the bit string (RFC 7093, 2, method 1).
func keyID(spki []byte) ([]byte, error) {
	alg, bits, err := splitPublicKeyInfo(spki)
	if err != nil {
		return nil, err
	}
	switch {
	case alg.OID == OIDDSTU4145, alg.OID == OIDDSTU4145ONB, isBigEndian(alg.OID):
		sum := gost34311.Sum(bits)
		return sum[:], nil
	case isDSTUKey(alg.OID):
		h := kupyna.New256()
		h.Write(bits)
		return h.Sum(nil), nil
	}
	sum, err := Sum(OIDSHA256, bits)
	if err != nil {
		return nil, err
	}
	return sum[:20], nil
}
