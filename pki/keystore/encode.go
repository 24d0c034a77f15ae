package keystore

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
)

// PKCS8Options say how [EncodePKCS8] writes.
type PKCS8Options struct {
	// Iterations of PBKDF2. Zero means what other software does: 10 000 with
	// HMAC-GOST34311 for DSTU 4145 keys, and 600 000 with HMAC-SHA-256 for the others.
	Iterations int
	// PEM asks for the textual form (RFC 7468).
	PEM bool
}

// EncodePKCS8 writes the private key of key as PKCS#8 (RFC 5958), encrypted with PBES2,
// or in the clear when password is nil; an empty password that is not nil is refused.
//
// A DSTU 4145 key has explicit curve parameters and an explicit substitution block, and
// is encrypted with GOST 28147 in CFB mode under PBKDF2 with HMAC-GOST34311: the form
// which every Ukrainian library reads. It protects secrecy but not integrity, so check
// the key against its certificate. An EC or RSA key is encrypted with AES-256-CBC under
// PBKDF2 with HMAC-SHA-256.
func EncodePKCS8(key Key, password []byte, opts PKCS8Options) ([]byte, error) {
	plain, err := marshalPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#8: %w", err)
	}
	if password == nil {
		return maybePEM(plain, "PRIVATE KEY", opts.PEM), nil
	}
	defer clear(plain)
	p, err := newProtection(isDSTUSigner(key), password, opts.Iterations)
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#8: %w", err)
	}
	var b cryptobyte.Builder
	if err := p.addEncryptedKey(&b, plain); err != nil {
		return nil, fmt.Errorf("encode PKCS#8: %w", err)
	}
	out, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode PKCS#8: %w", err)
	}
	return maybePEM(out, "ENCRYPTED PRIVATE KEY", opts.PEM), nil
}

func maybePEM(data []byte, kind string, textual bool) []byte {
	if !textual {
		return data
	}
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data})
}

func isDSTUSigner(k Key) bool {
	_, ok := k.Signer.(*dstu4145.PrivateKey)
	return ok
}

// marshalPrivateKey returns PrivateKeyInfo, the caller's to clear.
func marshalPrivateKey(k Key) ([]byte, error) {
	switch signer := k.Signer.(type) {
	case *dstu4145.PrivateKey:
		return marshalDSTU(k, signer)
	case *ecdsa.PrivateKey, *rsa.PrivateKey:
		out, err := x509.MarshalPKCS8PrivateKey(signer)
		if err != nil {
			return nil, unsupported("private key", fmt.Sprintf("of type %T", signer))
		}
		return out, nil
	}
	return nil, unsupported("private key", fmt.Sprintf("of type %T", k.Signer))
}

func marshalDSTU(k Key, signer *dstu4145.PrivateKey) ([]byte, error) {
	oid := k.AlgorithmOID
	if oid == "" {
		oid = pki.OIDDSTU4145
	}
	if !isDSTU(oid) {
		return nil, unsupported("private key", oid)
	}
	sbox := k.SBox
	if sbox == nil {
		sbox = gost28147.DefaultSBox()
	}
	d := signer.Bytes()
	defer clear(d)
	// Big enough from the start: a builder that grows leaves copies of the key behind.
	b := cryptobyte.NewBuilder(make([]byte, 0, 1024))
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		pki.AlgorithmIdentifier{
			OID:        oid,
			Parameters: pki.MarshalDSTUParameters(signer.Curve(), sbox),
		}.Add(b)
		b.AddASN1OctetString(d)
	})
	return b.Bytes()
}

func randomBytes(n int) []byte {
	out := make([]byte, n)
	_, _ = rand.Read(out) // never fails, by its documentation
	return out
}
