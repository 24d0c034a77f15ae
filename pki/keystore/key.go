package keystore

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki"
)

// Usage tells what a key is for; zero when the container does not say.
type Usage uint8

// Usages, which may be combined.
const (
	UsageSignature Usage = 1 << iota
	UsageAgreement
)

// Key is a private key with what its container says about it. Printing, logging or
// marshalling a Key shows the identifier of its public key and nothing else.
type Key struct {
	// Signer is a *dstu4145.PrivateKey, *ecdsa.PrivateKey or *rsa.PrivateKey.
	Signer crypto.Signer
	// SBox is the substitution block (DKE) which stands with a DSTU 4145 key; nil for
	// other keys, and DKE №1 when the container names none.
	SBox *gost28147.SBox
	// AlgorithmOID is the algorithm identifier of a DSTU 4145 key in its container,
	// which tells the hash family; empty means pki.OIDDSTU4145 and other keys.
	AlgorithmOID string
	// FriendlyName is the name of the PKCS#12 bag or the alias of the JKS entry.
	FriendlyName string
	// LocalKeyID is the identifier which ties a PKCS#12 bag to a certificate.
	LocalKeyID []byte
	// Usage comes from the place of the key in its container, or from the key usage
	// of its certificate.
	Usage Usage
	// Certificates are in DER: the certificates of this very key first, recognised by
	// the public key, then those of their issuers as far as the container has them.
	// When none has the key's public key, one tied to it by LocalKeyID stands first.
	// Key-6.dat and PKCS#8 have none: the authority hands the certificate out beside
	// them, and it is the key's if its public key equals that of Signer.
	Certificates [][]byte
}

// ID returns the subject key identifier of the public key. For DSTU 4145 it is the
// hash of the key's family over the DER OCTET STRING in the SubjectPublicKeyInfo (order
// 1401-12), which is how Ukrainian authorities name keys; for the others the leftmost
// 160 bits of SHA-256 over the bit string (RFC 7093, clause 2, method 1).
func (k Key) ID() ([]byte, error) {
	if k.Signer == nil {
		return nil, fmt.Errorf("identify key: %w", unsupported("key", "nil"))
	}
	pub, ok := k.Signer.Public().(*dstu4145.PublicKey)
	if !ok {
		return internationalKeyID(k.Signer.Public())
	}
	var b cryptobyte.Builder
	b.AddASN1OctetString(pub.Bytes())
	point, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("identify key: %w", err)
	}
	if isKupynaFamily(k.AlgorithmOID) {
		h := kupyna.New256()
		h.Write(point)
		return h.Sum(nil), nil
	}
	sum := gost34311.Sum(point)
	return sum[:], nil
}

func internationalKeyID(pub crypto.PublicKey) ([]byte, error) {
	spki, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		return nil, fmt.Errorf("identify key: %w", unsupported("key", fmt.Sprintf("of type %T", pub)))
	}
	s := cryptobyte.String(spki)
	var body cryptobyte.String
	var alg pki.AlgorithmIdentifier
	var bits []byte
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !pki.ReadAlgorithmIdentifier(&body, &alg) ||
		!body.ReadASN1BitStringAsBytes(&bits) {
		return nil, fmt.Errorf("identify key: %w", malformed("public key"))
	}
	sum := sha256.Sum256(bits)
	return sum[:20], nil
}

// String names the key by its identifier.
func (k Key) String() string {
	id, err := k.ID()
	if err != nil {
		return "key"
	}
	return "key " + hex.EncodeToString(id)
}

// Format prints what String returns, whatever the verb, so that no verb reaches the
// private key.
func (k Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }

// LogValue logs what String returns.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText gives what String returns.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }
