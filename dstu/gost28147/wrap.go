package gost28147

import (
	"errors"
	"fmt"
	"slices"
)

// WrappedKeySize is the length of a wrapped 32-byte key: vector, key and authentication code.
const WrappedKeySize = BlockSize + KeySize + MACSize

// wrapIV is the fixed start vector of the second encryption.
var wrapIV = [BlockSize]byte{0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05}

// ErrUnwrap says that a wrapped key is not what the key-encryption key made.
var ErrUnwrap = errors.New("gost28147: wrapped key does not authenticate")

// WrapKey encrypts the content key cek under kek (key wrap 1.2.804.2.1.1.1.1.1.1.5 of the enveloped-data format,
// act z2230-13). iv must be eight fresh random bytes.
func WrapKey(kek, iv, cek []byte, sbox *SBox) ([]byte, error) {
	if len(iv) != BlockSize || len(cek) != KeySize {
		return nil, fmt.Errorf("gost28147: wrap: vector of %d and key of %d bytes, want %d and %d",
			len(iv), len(cek), BlockSize, KeySize)
	}
	b, err := newBlock(kek, sbox)
	if err != nil {
		return nil, fmt.Errorf("gost28147: wrap: %w", err)
	}
	code := b.mac(cek)
	w := slices.Concat(iv, cek, code[:])
	NewCFBEncrypter(b, iv).XORKeyStream(w[BlockSize:], w[BlockSize:])
	slices.Reverse(w)
	NewCFBEncrypter(b, wrapIV[:]).XORKeyStream(w, w)
	return w, nil
}

// UnwrapKey is the inverse of [WrapKey]. It returns [ErrUnwrap] when the authentication code is wrong.
func UnwrapKey(kek, wrapped []byte, sbox *SBox) ([]byte, error) {
	if len(wrapped) != WrappedKeySize {
		return nil, fmt.Errorf("gost28147: unwrap: %d bytes, want %d", len(wrapped), WrappedKeySize)
	}
	b, err := newBlock(kek, sbox)
	if err != nil {
		return nil, fmt.Errorf("gost28147: unwrap: %w", err)
	}
	w := slices.Clone(wrapped)
	NewCFBDecrypter(b, wrapIV[:]).XORKeyStream(w, w)
	slices.Reverse(w)
	iv, sealed := w[:BlockSize], w[BlockSize:]
	NewCFBDecrypter(b, iv).XORKeyStream(sealed, sealed)
	cek := sealed[:KeySize:KeySize]
	if !sameMAC(b.mac(cek), [MACSize]byte(sealed[KeySize:])) {
		clear(w)
		return nil, ErrUnwrap
	}
	return cek, nil
}
