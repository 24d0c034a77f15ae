package enveloped

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// transportedKey recovers a content key that was encrypted with RSA. When that fails,
// for whatever reason, decryption goes on with a random key, so that it takes as long
// and fails as it would with a key of the right form (RFC 3218, clause 2.3.2).
func (d *decryption) transportedKey(r *recipientInfo) ([]byte, error) {
	if isNationalCipher(d.algorithm.OID) {
		// A stream cipher would give out what the random key makes of the content.
		return nil, unsupported("combination of", r.algorithm.OID+" and "+d.algorithm.OID)
	}
	options, err := transportOptions(r.algorithm, d.cipher.keySize)
	if err != nil {
		return nil, err
	}
	substitute := randomBytes(d.cipher.keySize)
	if key, err := d.rsa.Decrypt(rand.Reader, r.encryptedKey, options); err == nil && len(key) == len(substitute) {
		return key, nil
	}
	return substitute, nil
}

// transportOptions reads the algorithm of the key transport.
func transportOptions(alg pki.AlgorithmIdentifier, keySize int) (crypto.DecrypterOpts, error) {
	switch alg.OID {
	case oidRSAEncryption:
		//nolint:staticcheck // OpenSSL's default; with the length given, failing looks like any other key
		return &rsa.PKCS1v15DecryptOptions{SessionKeyLen: keySize}, nil
	case oidRSAOAEP:
		return readOAEP(alg.Parameters)
	}
	return nil, unsupported("key transport", alg.OID)
}

// readOAEP reads RSAES-OAEP-params (RFC 8017, appendix A.2.1). SHA-1 is the default of
// the standard and as good as any there.
func readOAEP(params []byte) (*rsa.OAEPOptions, error) {
	out := &rsa.OAEPOptions{Hash: crypto.SHA1, MGFHash: crypto.SHA1}
	s := cryptobyte.String(params)
	var body, hash, mask, source cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadOptionalASN1(&hash, nil, context(0)) ||
		!body.ReadOptionalASN1(&mask, nil, context(1)) ||
		!body.ReadOptionalASN1(&source, nil, context(2)) || !body.Empty() {
		return nil, malformed("RSA-OAEP parameters")
	}
	var err error
	if len(hash) > 0 {
		if out.Hash, err = oaepHash(hash); err != nil {
			return nil, err
		}
	}
	if len(mask) > 0 {
		alg, ok := readAlgorithm(mask)
		if !ok || alg.OID != oidMGF1 {
			return nil, unsupported("mask generation of RSA-OAEP", alg.OID)
		}
		if out.MGFHash, err = oaepHash(alg.Parameters); err != nil {
			return nil, err
		}
	}
	if len(source) > 0 {
		alg, ok := readAlgorithm(source)
		if !ok || alg.OID != oidPSpecified || string(alg.Parameters) != "\x04\x00" {
			return nil, unsupported("RSA-OAEP", "with a label")
		}
	}
	return out, nil
}

func oaepHash(raw []byte) (crypto.Hash, error) {
	alg, ok := readAlgorithm(raw)
	if !ok {
		return 0, malformed("RSA-OAEP parameters")
	}
	switch alg.OID {
	case pki.OIDSHA1:
		return crypto.SHA1, nil
	case pki.OIDSHA256:
		return crypto.SHA256, nil
	case pki.OIDSHA384:
		return crypto.SHA384, nil
	case pki.OIDSHA512:
		return crypto.SHA512, nil
	}
	return 0, unsupported("hash of RSA-OAEP", alg.OID)
}

// addTransported appends a KeyTransRecipientInfo: RSA-OAEP with SHA-256 throughout.
func (e *encryption) addTransported(b *cryptobyte.Builder, c *pki.Certificate, key *rsa.PublicKey) error {
	encrypted, err := rsa.EncryptOAEP(sha256.New(), rand.Reader, key, e.cek, nil)
	if err != nil {
		return fmt.Errorf("encrypt the key: %w", err)
	}
	hash := pki.AlgorithmIdentifier{OID: pki.OIDSHA256, Parameters: derNull()}
	params, err := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1(context(0), hash.Add)
		b.AddASN1(context(1), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, oidMGF1)
				hash.Add(b)
			})
		})
	})
	if err != nil {
		return err
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		addIssuerAndSerial(b, c)
		pki.AlgorithmIdentifier{OID: oidRSAOAEP, Parameters: params}.Add(b)
		b.AddASN1OctetString(encrypted)
	})
	return nil
}
