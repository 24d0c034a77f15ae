package keystore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/kalyna"
	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// decrypt undoes password-based encryption. The result is the caller's to clear. When
// the password is wrong the result may be garbage without an error: only the block
// modes have padding to look at.
func (o *opener) decrypt(alg pki.AlgorithmIdentifier, ciphertext []byte) ([]byte, error) {
	switch alg.OID {
	case oidPBES2:
		return o.decryptPBES2(alg.Parameters, ciphertext)
	case oidPBESHA3Key3DES, oidPBESHA2Key3DES:
		return o.decryptPKCS12PBE(alg, ciphertext)
	}
	// RC2, RC4 and single DES are refused: their keys are short enough to search.
	return nil, unsupported("encryption", alg.OID)
}

// decryptPBES2 follows RFC 8018, clause 6.2.
func (o *opener) decryptPBES2(params, ciphertext []byte) ([]byte, error) {
	s := cryptobyte.String(params)
	var body cryptobyte.String
	var kdf, scheme pki.AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!pki.ReadAlgorithmIdentifier(&body, &kdf) ||
		!pki.ReadAlgorithmIdentifier(&body, &scheme) || !body.Empty() {
		return nil, malformed("PBES2 parameters")
	}
	if kdf.OID != oidPBKDF2 {
		return nil, unsupported("key derivation", kdf.OID)
	}
	c, err := readScheme(scheme)
	if err != nil {
		return nil, err
	}
	key, err := o.pbkdf2(kdf.Parameters, c.keySize)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	return c.decrypt(key, ciphertext)
}

// pbkdf2 derives a key with the parameters of RFC 8018, appendix A.2.
func (o *opener) pbkdf2(params []byte, keySize int) ([]byte, error) {
	s := cryptobyte.String(params)
	var body, salt cryptobyte.String
	var iterations int
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&salt, asn1.OCTET_STRING) || !body.ReadASN1Integer(&iterations) {
		return nil, malformed("PBKDF2 parameters")
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		var size int
		if !body.ReadASN1Integer(&size) || size != keySize {
			return nil, malformed("PBKDF2 key length")
		}
	}
	prf := pki.AlgorithmIdentifier{OID: oidHMACSHA1}
	if !body.Empty() && !pki.ReadAlgorithmIdentifier(&body, &prf) || !body.Empty() {
		return nil, malformed("PBKDF2 parameters")
	}
	isMAC := prf.OID == oidKupynaMAC || prf.OID == pki.OIDKupyna256
	newHash, err := prfHash(prf.OID)
	if err != nil && !isMAC {
		return nil, err
	}
	if err := o.spend(iterations); err != nil {
		return nil, err
	}
	if isMAC {
		return kupynaPBKDF2(o.password, salt, iterations, keySize)
	}
	key, err := pbkdf2.Key(newHash, string(o.password), salt, iterations, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}

// kupynaPBKDF2 is PBKDF2 with the authentication code of DSTU 7564 in the place of HMAC,
// which UAPKI names by the code or by the hash. The code takes keys of 32 bytes, so the
// password is filled up with zeros or cut off there.
func kupynaPBKDF2(password, salt []byte, iterations, keySize int) ([]byte, error) {
	key := make([]byte, kupyna.Size256)
	defer clear(key)
	copy(key, password)
	mac, err := kupyna.NewMAC256(key)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	out := make([]byte, 0, keySize+mac.Size())
	for counter := uint32(1); len(out) < keySize; counter++ {
		mac.Reset()
		mac.Write(salt)
		mac.Write(binary.BigEndian.AppendUint32(nil, counter))
		u := mac.Sum(nil)
		t := bytes.Clone(u)
		for range iterations - 1 {
			mac.Reset()
			mac.Write(u)
			u = mac.Sum(u[:0])
			subtle.XORBytes(t, t, u)
		}
		out = append(out, t...)
	}
	return out[:keySize], nil
}

func prfHash(oid string) (func() hash.Hash, error) {
	switch oid {
	case oidHMACSHA1:
		return sha1.New, nil
	case oidHMACSHA224:
		return sha256.New224, nil
	case oidHMACSHA256:
		return sha256.New, nil
	case oidHMACSHA384:
		return sha512.New384, nil
	case oidHMACSHA512:
		return sha512.New, nil
	case oidHMACGOST:
		return gost34311.New, nil
	}
	return nil, unsupported("PBKDF2 function", oid)
}

// scheme is a cipher with everything but its key.
type scheme struct {
	keySize int
	decrypt func(key, ciphertext []byte) ([]byte, error)
}

func readScheme(alg pki.AlgorithmIdentifier) (scheme, error) {
	switch alg.OID {
	case oidAES128CBC:
		return readCBC(alg.Parameters, 16, aes.NewCipher, aes.BlockSize)
	case oidAES192CBC:
		return readCBC(alg.Parameters, 24, aes.NewCipher, aes.BlockSize)
	case oidAES256CBC:
		return readCBC(alg.Parameters, 32, aes.NewCipher, aes.BlockSize)
	case oidDESEDE3CBC:
		return readCBC(alg.Parameters, 24, des.NewTripleDESCipher, des.BlockSize)
	case oidGOST28147:
		return readGOST(alg.Parameters)
	case oidKalynaCBC:
		return readKalyna(alg.Parameters)
	}
	return scheme{}, unsupported("cipher", alg.OID)
}

func readCBC(params []byte, keySize int, newCipher func([]byte) (cipher.Block, error), blockSize int) (scheme, error) {
	s := cryptobyte.String(params)
	var iv cryptobyte.String
	if !s.ReadASN1(&iv, asn1.OCTET_STRING) || !s.Empty() || len(iv) != blockSize {
		return scheme{}, malformed("cipher parameters")
	}
	return scheme{keySize: keySize, decrypt: func(key, ciphertext []byte) ([]byte, error) {
		block, err := newCipher(key)
		if err != nil {
			return nil, fmt.Errorf("decrypt: %w", err)
		}
		return decryptCBC(block, iv, ciphertext)
	}}, nil
}

// decryptCBC undoes CBC and the padding of RFC 8018, clause 6.1.1. Padding which is
// not one means the wrong password.
func decryptCBC(block cipher.Block, iv, ciphertext []byte) ([]byte, error) {
	size := block.BlockSize()
	if len(ciphertext) == 0 || len(ciphertext)%size != 0 {
		return nil, malformed("length of encrypted data")
	}
	plain := make([]byte, len(ciphertext))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, ciphertext)
	pad := int(plain[len(plain)-1])
	good := pad >= 1 && pad <= size
	if good {
		for _, b := range plain[len(plain)-pad:] {
			good = good && int(b) == pad
		}
	}
	if !good {
		clear(plain)
		return nil, ErrPassword
	}
	return plain[:len(plain)-pad], nil
}

// readGOST reads the parameters of GOST 28147-CFB: SEQUENCE { iv, dke OPTIONAL }.
func readGOST(params []byte) (scheme, error) {
	s := cryptobyte.String(params)
	var body, iv, dke cryptobyte.String
	var hasDKE bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&iv, asn1.OCTET_STRING) || len(iv) != gost28147.BlockSize ||
		!body.ReadOptionalASN1(&dke, &hasDKE, asn1.OCTET_STRING) || !body.Empty() {
		return scheme{}, malformed("GOST 28147 parameters")
	}
	sbox := gost28147.DefaultSBox()
	if hasDKE {
		var err error
		if sbox, err = gost28147.ParseDKE(dke); err != nil {
			return scheme{}, fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	}
	return scheme{keySize: gost28147.KeySize, decrypt: func(key, ciphertext []byte) ([]byte, error) {
		block, err := gost28147.NewCipher(key, sbox)
		if err != nil {
			return nil, fmt.Errorf("decrypt: %w", err)
		}
		plain := make([]byte, len(ciphertext))
		gost28147.NewCFBDecrypter(block, iv).XORKeyStream(plain, ciphertext)
		return plain, nil
	}}, nil
}

// readKalyna reads the parameters of Kalyna-256-CBC: SEQUENCE { iv }.
func readKalyna(params []byte) (scheme, error) {
	s := cryptobyte.String(params)
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() {
		return scheme{}, malformed("Kalyna parameters")
	}
	newCipher := func(key []byte) (cipher.Block, error) { return kalyna.NewCipher(kalyna.BlockSize256, key) }
	return readCBC(body, kalyna.KeySize256, newCipher, kalyna.BlockSize256)
}

// decryptPKCS12PBE undoes the Triple DES schemes of RFC 7292, appendix C.
func (o *opener) decryptPKCS12PBE(alg pki.AlgorithmIdentifier, ciphertext []byte) ([]byte, error) {
	s := cryptobyte.String(alg.Parameters)
	var body, salt cryptobyte.String
	var iterations int
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1(&salt, asn1.OCTET_STRING) ||
		!body.ReadASN1Integer(&iterations) || !body.Empty() {
		return nil, malformed("PKCS#12 encryption parameters")
	}
	keySize := 24
	if alg.OID == oidPBESHA2Key3DES {
		keySize = 16
	}
	for _, password := range textPasswords(o.password) {
		plain, err := o.tripleDES(password, salt, iterations, keySize, ciphertext)
		clear(password)
		if err == nil && isSequence(plain) {
			return plain, nil
		}
		clear(plain)
		if err != nil && !errors.Is(err, ErrPassword) {
			return nil, err
		}
	}
	return nil, ErrPassword
}

func (o *opener) tripleDES(password, salt []byte, iterations, keySize int, ciphertext []byte) ([]byte, error) {
	if err := o.spend(2 * iterations); err != nil {
		return nil, err
	}
	key := pkcs12KDF(sha1.New, kdfKey, password, salt, iterations, keySize)
	iv := pkcs12KDF(sha1.New, kdfIV, password, salt, iterations, des.BlockSize)
	if keySize == 16 {
		key = append(key, key[:8]...) // two-key Triple DES: K1 K2 K1
	}
	defer clear(key)
	block, err := des.NewTripleDESCipher(key)
	if err != nil {
		return nil, fmt.Errorf("decrypt: %w", err)
	}
	return decryptCBC(block, iv, ciphertext)
}

// isSequence tells what could be the content of a container from what a wrong
// password leaves behind.
func isSequence(plain []byte) bool {
	return der.Check(plain, der.Limits{}) == nil && len(plain) > 0 && plain[0] == 0x30
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
