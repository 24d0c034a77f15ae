package enveloped

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/kalyna"
)

// keyWrap encrypts the content key under a key that was agreed on.
type keyWrap struct {
	national bool
	keySize  int // of the key-encryption key
	wrap     func(kek, cek []byte, sbox *gost28147.SBox) ([]byte, error)
	// unwrap fails with ErrDecrypt only.
	unwrap func(kek, wrapped []byte, sbox *gost28147.SBox) ([]byte, error)
}

func wrapByOID(oid string) (keyWrap, error) {
	switch oid {
	case oidGOST28147Wrap:
		return keyWrap{national: true, keySize: gost28147.KeySize, wrap: wrapGOST, unwrap: unwrapGOST}, nil
	case oidKalynaWrap:
		return keyWrap{national: true, keySize: kalyna.KeySize256, wrap: wrapKalyna, unwrap: unwrapKalyna}, nil
	case oidAES128Wrap:
		return newAESWrap(16), nil
	case oidAES192Wrap:
		return newAESWrap(24), nil
	case oidAES256Wrap:
		return newAESWrap(32), nil
	}
	return keyWrap{}, unsupported("key wrap", oid)
}

// wrapGOST wraps with the substitution block of the recipient's key.
func wrapGOST(kek, cek []byte, sbox *gost28147.SBox) ([]byte, error) {
	return gost28147.WrapKey(kek, randomBytes(gost28147.BlockSize), cek, sbox)
}

func unwrapGOST(kek, wrapped []byte, sbox *gost28147.SBox) ([]byte, error) {
	cek, err := gost28147.UnwrapKey(kek, wrapped, sbox)
	if err != nil {
		return nil, ErrDecrypt
	}
	return cek, nil
}

func wrapKalyna(kek, cek []byte, _ *gost28147.SBox) ([]byte, error) {
	return kalyna.WrapKey(kek, randomBytes(kalyna.BlockSize256), cek)
}

func unwrapKalyna(kek, wrapped []byte, _ *gost28147.SBox) ([]byte, error) {
	cek, err := kalyna.UnwrapKey(kek, wrapped)
	if err != nil {
		return nil, ErrDecrypt
	}
	return cek, nil
}

func newAESWrap(keySize int) keyWrap {
	return keyWrap{
		keySize: keySize,
		wrap:    func(kek, cek []byte, _ *gost28147.SBox) ([]byte, error) { return aesWrap(kek, cek) },
		unwrap:  func(kek, wrapped []byte, _ *gost28147.SBox) ([]byte, error) { return aesUnwrap(kek, wrapped) },
	}
}

// aesWrapIV is the initial value of RFC 3394, clause 2.2.3.1.
const aesWrapIV = 0xa6a6a6a6a6a6a6a6

const (
	aesWrapUnit  = 8
	aesWrapSteps = 6
)

// aesWrap wraps a key of whole 64-bit units, two at least (RFC 3394, clause 2.2.1).
func aesWrap(kek, cek []byte) ([]byte, error) {
	if len(cek) < 2*aesWrapUnit || len(cek)%aesWrapUnit != 0 {
		return nil, unsupported("key to wrap", "of this length")
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return nil, err
	}
	n := len(cek) / aesWrapUnit
	out := make([]byte, aesWrapUnit+len(cek))
	copy(out[aesWrapUnit:], cek)
	var b [aes.BlockSize]byte
	defer clear(b[:])
	binary.BigEndian.PutUint64(b[:], aesWrapIV)
	for t := range aesWrapSteps * n {
		r := out[aesWrapUnit*(1+t%n):][:aesWrapUnit]
		copy(b[aesWrapUnit:], r)
		block.Encrypt(b[:], b[:])
		copy(r, b[aesWrapUnit:])
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^uint64(t+1))
	}
	copy(out, b[:aesWrapUnit])
	return out, nil
}

// aesUnwrap is the inverse of aesWrap (RFC 3394, clause 2.2.2).
func aesUnwrap(kek, wrapped []byte) ([]byte, error) {
	block, err := aes.NewCipher(kek)
	if err != nil || len(wrapped) < 3*aesWrapUnit || len(wrapped) > maxEncryptedKey || len(wrapped)%aesWrapUnit != 0 {
		return nil, ErrDecrypt
	}
	n := len(wrapped)/aesWrapUnit - 1
	out := make([]byte, len(wrapped)-aesWrapUnit)
	copy(out, wrapped[aesWrapUnit:])
	var b [aes.BlockSize]byte
	defer clear(b[:])
	copy(b[:], wrapped[:aesWrapUnit])
	for t := aesWrapSteps*n - 1; t >= 0; t-- {
		r := out[aesWrapUnit*(t%n):][:aesWrapUnit]
		binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])^uint64(t+1))
		copy(b[aesWrapUnit:], r)
		block.Decrypt(b[:], b[:])
		copy(r, b[aesWrapUnit:])
	}
	want := binary.BigEndian.AppendUint64(nil, aesWrapIV)
	if subtle.ConstantTimeCompare(b[:aesWrapUnit], want) != 1 {
		clear(out)
		return nil, ErrDecrypt
	}
	return out, nil
}
