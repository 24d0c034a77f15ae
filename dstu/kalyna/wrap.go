package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
)

const (
	// KeySize256 is the length of the keys which [WrapKey] takes: the key of enveloped data and the key it is wrapped with.
	KeySize256 = 32
	// WrappedKeySize is the length of a key wrapped by [WrapKey]: vector, key and authentication code.
	WrappedKeySize = BlockSize256 + KeySize256 + BlockSize256
)

// ErrUnwrap says that a wrapped key is not what the key-encryption key made.
var ErrUnwrap = errors.New("kalyna: wrapped key does not authenticate")

// wrapIV is the fixed start vector of the second encryption.
var wrapIV = [BlockSize256]byte{
	0x69, 0x73, 0x27, 0x1d, 0x6e, 0x61, 0x1d, 0x06, 0x61, 0x67, 0x15, 0x04, 0x6c, 0x65, 0x50, 0x4c,
	0x20, 0x20, 0x00, 0x4f, 0x6d, 0x68, 0x01, 0x1f, 0x65, 0x61, 0x0c, 0x0c, 0x73, 0x73, 0x47, 0x14,
}

// WrapKey encrypts the content key cek under kek by the key wrap 1.2.804.2.1.1.1.1.1.3.11 of the enveloped-data format,
// which is not the key wrap of the standard, see [Wrap]. iv must be 32 fresh random bytes.
func WrapKey(kek, iv, cek []byte) ([]byte, error) {
	if len(iv) != BlockSize256 || len(cek) != KeySize256 {
		return nil, fmt.Errorf("kalyna: wrap: vector of %d and key of %d bytes, want %d and %d",
			len(iv), len(cek), BlockSize256, KeySize256)
	}
	b, err := newWrapCipher(kek)
	if err != nil {
		return nil, err
	}
	w := slices.Concat(iv, cek, checksum(b, cek))
	crypt(b, iv, w[BlockSize256:], false)
	slices.Reverse(w)
	crypt(b, wrapIV[:], w, false)
	return w, nil
}

// UnwrapKey is the inverse of [WrapKey]. It returns [ErrUnwrap] when the authentication code is wrong.
func UnwrapKey(kek, wrapped []byte) ([]byte, error) {
	if len(wrapped) != WrappedKeySize {
		return nil, fmt.Errorf("kalyna: unwrap: %d bytes, want %d", len(wrapped), WrappedKeySize)
	}
	b, err := newWrapCipher(kek)
	if err != nil {
		return nil, err
	}
	w := slices.Clone(wrapped)
	crypt(b, wrapIV[:], w, true)
	slices.Reverse(w)
	crypt(b, w[:BlockSize256], w[BlockSize256:], true)
	cek := w[BlockSize256:][:KeySize256:KeySize256]
	if subtle.ConstantTimeCompare(checksum(b, cek), w[BlockSize256+KeySize256:]) != 1 {
		clear(w)
		return nil, ErrUnwrap
	}
	return cek, nil
}

func newWrapCipher(kek []byte) (cipher.Block, error) {
	if len(kek) != KeySize256 {
		return nil, fmt.Errorf("kalyna: key-encryption key of %d bytes, want %d", len(kek), KeySize256)
	}
	return NewCipher(BlockSize256, kek)
}

func checksum(b cipher.Block, key []byte) []byte {
	c := &cmac{block: b, size: BlockSize256}
	c.write(key)
	return c.Sum(nil)
}

// crypt passes whole blocks through CFB in place.
func crypt(b cipher.Block, iv, data []byte, decrypt bool) {
	c := &CFB{block: b, segment: BlockSize256, decrypt: decrypt}
	b.Encrypt(c.gamma[:], iv)
	c.CryptBlocks(data, data)
}
