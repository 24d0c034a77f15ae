package pki

import (
	"crypto"
	_ "crypto/sha1" // OCSP certificate identifiers (RFC 6960, clause 4.1.1)
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki/der"
)

// ErrUnsupportedAlgorithm means that an algorithm is unknown here or refused as too
// weak; the text of the error says which of the two.
var ErrUnsupportedAlgorithm = errors.New("pki: algorithm not accepted")

// AlgorithmIdentifier names an algorithm (RFC 5280, clause 4.1.1.2).
type AlgorithmIdentifier struct {
	OID        string
	Parameters []byte // DER; nil when absent
}

var derNull = []byte{0x05, 0x00}

// ReadAlgorithmIdentifier reads an AlgorithmIdentifier.
func ReadAlgorithmIdentifier(s *cryptobyte.String, out *AlgorithmIdentifier) bool {
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !der.ReadOID(&body, &out.OID) {
		return false
	}
	out.Parameters = nil
	if body.Empty() {
		return true
	}
	var params cryptobyte.String
	var tag asn1.Tag
	if !body.ReadAnyASN1Element(&params, &tag) || !body.Empty() {
		return false
	}
	out.Parameters = params
	return true
}

// Add appends the identifier in DER.
func (a AlgorithmIdentifier) Add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, a.OID)
		b.AddBytes(a.Parameters)
	})
}

// Equal reports whether both name the same algorithm with the same parameters;
// absent parameters and NULL are the same for hashes and RSA but not here: a
// certificate must repeat its identifier exactly (RFC 5280, clause 4.1.1.2).
func (a AlgorithmIdentifier) Equal(o AlgorithmIdentifier) bool {
	return a.OID == o.OID && string(a.Parameters) == string(o.Parameters)
}

// hasNoParameters accepts absence and NULL, which producers use interchangeably.
func (a AlgorithmIdentifier) hasNoParameters() bool {
	return len(a.Parameters) == 0 || string(a.Parameters) == string(derNull)
}

// NewDigest returns the hash with the given identifier. GOST 34.311 takes its
// substitution block from sbox, nil meaning DKE №1; the others ignore it. MD5 and
// SHA-1 are refused.
func NewDigest(oid string, sbox *gost28147.SBox) (hash.Hash, error) {
	switch oid {
	case OIDGOST34311:
		return gost34311.NewWithSBox(sbox), nil
	case OIDKupyna256:
		return kupyna.New256(), nil
	case OIDKupyna384:
		return kupyna.New384(), nil
	case OIDKupyna512:
		return kupyna.New512(), nil
	}
	if h := shaByOID(oid); h != 0 {
		return h.New(), nil
	}
	return nil, fmt.Errorf("%w: digest %s", ErrUnsupportedAlgorithm, oid)
}

func shaByOID(oid string) crypto.Hash {
	switch oid {
	case OIDSHA256:
		return crypto.SHA256
	case OIDSHA384:
		return crypto.SHA384
	case OIDSHA512:
		return crypto.SHA512
	}
	return 0
}

// Sum returns the digest of data, with DKE №1 for GOST 34.311.
func Sum(oid string, data []byte) ([]byte, error) {
	h, err := NewDigest(oid, nil)
	if err != nil {
		return nil, err
	}
	h.Write(data)
	return h.Sum(nil), nil
}
