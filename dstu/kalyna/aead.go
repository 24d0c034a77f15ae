package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
)

// ErrOpen says that a message or its additional data is not what the key sealed.
var ErrOpen = errors.New("kalyna: message does not authenticate")

type gcm struct {
	block cipher.Block
	size  int
	m     *multiplier
}

// NewGCM returns the mode of encryption with authentication GCM (ДСТУ 7624:2014, clause 12) with a code of tagSize bytes,
// 8 to a block. The nonce is a block; one must never serve twice under a key.
//
// Unlike in GCM with AES the code covers message and additional data but not the nonce: with another one Open succeeds and
// returns noise. Those who do not know the nonce by other means put it into the additional data, or take [NewCCM].
//
// A message that is empty together with its additional data has no code, see [NewGMAC]: Seal panics and Open fails.
func NewGCM(b cipher.Block, tagSize int) (cipher.AEAD, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	if err := checkTag(tagSize, b.BlockSize()); err != nil {
		return nil, err
	}
	return &gcm{block: b, size: tagSize, m: newUniversal(b)}, nil
}

func (g *gcm) NonceSize() int { return g.block.BlockSize() }
func (g *gcm) Overhead() int  { return g.size }

func (g *gcm) Seal(dst, nonce, plaintext, additionalData []byte) []byte {
	checkNonce(g.block, nonce)
	if len(plaintext) == 0 && len(additionalData) == 0 {
		panic("kalyna: GCM of an empty message without additional data")
	}
	all, out := extend(dst, len(plaintext)+g.size)
	newCTR(g.block, nonce).XORKeyStream(out, plaintext)
	tag := g.tag(out[:len(plaintext)], additionalData)
	copy(out[len(plaintext):], tag[:g.size])
	return all
}

func (g *gcm) Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error) {
	checkNonce(g.block, nonce)
	length := len(ciphertext) - g.size
	if length < 0 || length == 0 && len(additionalData) == 0 {
		return nil, ErrOpen
	}
	tag := g.tag(ciphertext[:length], additionalData)
	if subtle.ConstantTimeCompare(tag[:g.size], ciphertext[length:]) != 1 {
		return nil, ErrOpen
	}
	all, out := extend(dst, length)
	newCTR(g.block, nonce).XORKeyStream(out, ciphertext[:length])
	return all, nil
}

func (g *gcm) tag(ciphertext, additional []byte) [BlockSize512]byte {
	u := universal{m: g.m}
	u.update(additional)
	u.update(ciphertext)
	return u.tag(g.block, uint64(len(additional)), uint64(len(ciphertext)))
}

// checkNonce panics as AEADs of package cipher do: a nonce of another length is a programming error.
func checkNonce(b cipher.Block, nonce []byte) {
	if len(nonce) != b.BlockSize() {
		panic(fmt.Sprintf("kalyna: nonce of %d bytes, want %d, a block", len(nonce), b.BlockSize()))
	}
}

// extend lengthens a slice by n bytes, in place where it can, and returns these bytes too.
func extend(in []byte, n int) (all, added []byte) {
	all = slices.Grow(in, n)[:len(in)+n]
	return all, all[len(in):]
}
