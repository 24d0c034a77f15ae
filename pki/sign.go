package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

// SignatureAlgorithmFor returns the signature algorithm that a key signs with and its
// digest. prefer names a digest, "" means the usual one: GOST 34.311 for DSTU 4145
// (a Kupyna for keys declared for it), the hash of the curve's size for ECDSA,
// SHA-256 for RSA.
func SignatureAlgorithmFor(key PublicKeyInfo, prefer string) (alg AlgorithmIdentifier, digest string, err error) {
	switch k := key.Key.(type) {
	case *dstu4145.PublicKey:
		return dstuSignature(key.AlgorithmOID, prefer)
	case *ecdsa.PublicKey:
		if prefer == "" {
			prefer = ecdsaDigest(k.Curve)
		}
		oid := map[string]string{OIDSHA256: oidECDSASHA256, OIDSHA384: oidECDSASHA384, OIDSHA512: oidECDSASHA512}[prefer]
		alg = AlgorithmIdentifier{OID: oid}
	case *rsa.PublicKey:
		if prefer == "" {
			prefer = OIDSHA256
		}
		oid := map[string]string{OIDSHA256: oidRSASHA256, OIDSHA384: oidRSASHA384, OIDSHA512: oidRSASHA512}[prefer]
		alg = AlgorithmIdentifier{OID: oid, Parameters: derNull}
	}
	if alg.OID == "" {
		return alg, "", fmt.Errorf("%w: no signature of a %T with digest %q", ErrUnsupportedAlgorithm, key.Key, prefer)
	}
	return alg, prefer, nil
}

func dstuSignature(keyOID, prefer string) (AlgorithmIdentifier, string, error) {
	if prefer == "" {
		s, _ := schemeOf(keyOID)
		prefer = s.digest
	}
	oid := map[string]string{
		"":           OIDDSTU4145,
		OIDGOST34311: OIDDSTU4145,
		OIDKupyna256: OIDDSTU4145Kupyna256,
		OIDKupyna384: OIDDSTU4145Kupyna384,
		OIDKupyna512: OIDDSTU4145Kupyna512,
	}[prefer]
	if oid == OIDDSTU4145 && keyOID == OIDDSTU4145ONB {
		oid = OIDDSTU4145ONB
	}
	if oid == "" {
		return AlgorithmIdentifier{}, "", fmt.Errorf("%w: DSTU 4145 with digest %s", ErrUnsupportedAlgorithm, prefer)
	}
	if prefer == "" {
		prefer = OIDGOST34311
	}
	return AlgorithmIdentifier{OID: oid}, prefer, nil
}

func ecdsaDigest(c elliptic.Curve) string {
	switch c {
	case elliptic.P384():
		return OIDSHA384
	case elliptic.P521():
		return OIDSHA512
	}
	return OIDSHA256
}

// Sign signs data with the private key of i and verifies the result before it gives
// it out, so that a faulty computation never leaves a signature behind. digest is as
// in [PublicKeyInfo.CheckSignature].
//
// The signer may be a device. Its Public returns the key as i has it, a
// *dstu4145.PublicKey, *ecdsa.PublicKey or *rsa.PublicKey. Its Sign gets the finished
// digest and, as options, the hash that made it, or *rsa.PSSOptions: crypto.Hash(0) for
// GOST 34.311 and Kupyna, which have no number there. It returns what the keys of the
// standard library do, for ECDSA the two numbers in DER, and for DSTU 4145 r‖s, each
// half as long as the order and least significant byte first; the algorithms of the other
// byte order are verified and not signed with.
func (i PublicKeyInfo) Sign(signer crypto.Signer, alg AlgorithmIdentifier, digest string, data []byte) ([]byte, error) {
	s, err := resolveScheme(alg, digest)
	if err != nil {
		return nil, err
	}
	if !samePublicKey(signer.Public(), i.Key) {
		return nil, errors.New("sign: the private key belongs to another public key")
	}
	h, err := NewDigest(s.digest, i.SBox)
	if err != nil {
		return nil, err
	}
	h.Write(data)
	sum := h.Sum(nil)
	signature, err := signer.Sign(rand.Reader, sum, s.options())
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	if err := i.verify(s, sum, signature); err != nil {
		return nil, fmt.Errorf("sign: result: %w", err)
	}
	return signature, nil
}

// options are what crypto.Signer wants to hear; DSTU 4145 digests have no crypto.Hash.
func (s scheme) options() crypto.SignerOpts {
	hash := shaByOID(s.digest)
	if s.kind == kindRSAPSS {
		return &rsa.PSSOptions{SaltLength: s.salt, Hash: hash}
	}
	return hash
}

func samePublicKey(a, b crypto.PublicKey) bool {
	k, ok := a.(interface{ Equal(crypto.PublicKey) bool })
	return ok && k.Equal(b)
}

// signBits signs data and wraps the signature as a bit string of a certificate or
// CRL holds it; the reverse of checkSigned.
func (i PublicKeyInfo) signBits(signer crypto.Signer, alg AlgorithmIdentifier, data []byte) ([]byte, error) {
	signature, err := i.Sign(signer, alg, "", data)
	if err != nil {
		return nil, err
	}
	if _, ok := i.Key.(*dstu4145.PublicKey); ok {
		return octetString(signature), nil
	}
	return signature, nil
}
