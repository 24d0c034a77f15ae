package keystore

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	// nationalIterations is what Ukrainian libraries write. Some of them accept no
	// other number, and a hash in JavaScript makes a larger one felt.
	nationalIterations = 10_000
	// internationalIterations follows OWASP's Password Storage Cheat Sheet for
	// PBKDF2-HMAC-SHA256.
	internationalIterations = 600_000
	// saltSize is 32 because a widely used library refuses salts of another length.
	saltSize = 32
)

// protection encrypts and authenticates under one password with one family of
// algorithms.
type protection struct {
	password   []byte
	iterations int
	prf        string
	mac        string
	newHash    func() hash.Hash
	// encrypt returns the AlgorithmIdentifier of the cipher with its fresh vector, and
	// the ciphertext.
	encrypt func(key, plain []byte) (pki.AlgorithmIdentifier, []byte, error)
}

func newProtection(national bool, password []byte, iterations int) (*protection, error) {
	if len(password) == 0 {
		return nil, fmt.Errorf("%w: empty password", ErrUnsupported)
	}
	if iterations < 0 || iterations > defaultLimits().iterations {
		return nil, fmt.Errorf("%w: %d iterations", ErrLimit, iterations)
	}
	p := &protection{
		password: password, iterations: iterations,
		prf: oidHMACSHA256, mac: pki.OIDSHA256, newHash: sha256.New, encrypt: encryptAES,
	}
	standard := internationalIterations
	if national {
		p.prf, p.mac, p.newHash, p.encrypt = oidHMACGOST, pki.OIDGOST34311, gost34311.New, encryptGOST
		standard = nationalIterations
	}
	if p.iterations == 0 {
		p.iterations = standard
	}
	return p, nil
}

// pbes2 encrypts with PBES2 (RFC 8018, clause 6.2) under a fresh salt.
func (p *protection) pbes2(plain []byte) (pki.AlgorithmIdentifier, []byte, error) {
	salt := randomBytes(saltSize)
	key, err := pbkdf2.Key(p.newHash, string(p.password), salt, p.iterations, 32)
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, fmt.Errorf("derive key: %w", err)
	}
	defer clear(key)
	scheme, ciphertext, err := p.encrypt(key, plain)
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, fmt.Errorf("encrypt: %w", err)
	}
	kdf, err := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(salt)
		b.AddASN1Int64(int64(p.iterations))
		pki.AlgorithmIdentifier{OID: p.prf, Parameters: derNull()}.Add(b)
	})
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, err
	}
	params, err := sequence(func(b *cryptobyte.Builder) {
		pki.AlgorithmIdentifier{OID: oidPBKDF2, Parameters: kdf}.Add(b)
		scheme.Add(b)
	})
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, err
	}
	return pki.AlgorithmIdentifier{OID: oidPBES2, Parameters: params}, ciphertext, nil
}

// addEncryptedKey appends an EncryptedPrivateKeyInfo.
func (p *protection) addEncryptedKey(b *cryptobyte.Builder, plain []byte) error {
	alg, ciphertext, err := p.pbes2(plain)
	if err != nil {
		return err
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		alg.Add(b)
		b.AddASN1OctetString(ciphertext)
	})
	return nil
}

// addEncryptedContent appends the ContentInfo of an EncryptedData (RFC 2315, clause 13).
func (p *protection) addEncryptedContent(b *cryptobyte.Builder, plain []byte) error {
	alg, ciphertext, err := p.pbes2(plain)
	if err != nil {
		return err
	}
	addContentInfo(b, oidEncryptedData, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(0)
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, oidData)
				alg.Add(b)
				b.AddASN1(tagContext0, func(b *cryptobyte.Builder) { b.AddBytes(ciphertext) })
			})
		})
	})
	return nil
}

// addMAC appends the MacData over content (RFC 7292, clause 4).
func (p *protection) addMAC(b *cryptobyte.Builder, content []byte) {
	salt := randomBytes(saltSize)
	password := textPasswords(p.password)[0]
	defer clear(password)
	key := pfxMACKey(p.newHash, password, salt, p.iterations)
	defer clear(key)
	sum, err := pfxMAC(p.mac, p.newHash, key, content)
	if err != nil {
		b.SetError(err)
		return
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			pki.AlgorithmIdentifier{OID: p.mac, Parameters: derNull()}.Add(b)
			b.AddASN1OctetString(sum)
		})
		b.AddASN1OctetString(salt)
		b.AddASN1Int64(int64(p.iterations))
	})
}

func encryptGOST(key, plain []byte) (pki.AlgorithmIdentifier, []byte, error) {
	sbox := gost28147.DefaultSBox()
	block, err := gost28147.NewCipher(key, sbox)
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, err
	}
	iv := randomBytes(gost28147.BlockSize)
	out := make([]byte, len(plain))
	gost28147.NewCFBEncrypter(block, iv).XORKeyStream(out, plain)
	params, err := sequence(func(b *cryptobyte.Builder) {
		b.AddASN1OctetString(iv)
		b.AddASN1OctetString(sbox.DKE())
	})
	return pki.AlgorithmIdentifier{OID: oidGOST28147, Parameters: params}, out, err
}

func encryptAES(key, plain []byte) (pki.AlgorithmIdentifier, []byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return pki.AlgorithmIdentifier{}, nil, err
	}
	iv := randomBytes(aes.BlockSize)
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	out := make([]byte, len(plain)+pad)
	copy(out, plain)
	for i := len(plain); i < len(out); i++ {
		out[i] = byte(pad)
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, out)
	var b cryptobyte.Builder
	b.AddASN1OctetString(iv)
	params, err := b.Bytes()
	return pki.AlgorithmIdentifier{OID: oidAES256CBC, Parameters: params}, out, err
}

func sequence(content func(*cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, content)
	return b.Bytes()
}

func derNull() []byte { return []byte{0x05, 0x00} }
