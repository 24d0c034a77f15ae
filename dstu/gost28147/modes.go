package gost28147

import (
	"crypto/cipher"
	"crypto/subtle"
	"fmt"
)

type cfb struct {
	block   cipher.Block
	feed    [BlockSize]byte // the last ciphertext block, being filled as bytes leave
	gamma   [BlockSize]byte
	used    int
	decrypt bool
}

// NewCFBEncrypter returns encryption with feedback (ДСТУ ГОСТ 28147:2009, clause 4: full-block CFB with an
// 8-byte start vector, the last block may be partial). There is no CryptoPro key meshing.
// It panics when the block or the vector is not 8 bytes long.
func NewCFBEncrypter(b cipher.Block, iv []byte) cipher.Stream { return newCFB(b, iv, false) }

// NewCFBDecrypter returns the inverse of [NewCFBEncrypter].
func NewCFBDecrypter(b cipher.Block, iv []byte) cipher.Stream { return newCFB(b, iv, true) }

func newCFB(b cipher.Block, iv []byte, decrypt bool) cipher.Stream {
	checkModeInput(b, iv)
	return &cfb{block: b, feed: [BlockSize]byte(iv), used: BlockSize, decrypt: decrypt}
}

// checkModeInput panics like the modes of crypto/cipher do: a vector of a wrong length is a programming error.
func checkModeInput(b cipher.Block, iv []byte) {
	if b.BlockSize() != BlockSize || len(iv) != BlockSize {
		panic(fmt.Sprintf("gost28147: block of %d and start vector of %d bytes, want %d", b.BlockSize(), len(iv), BlockSize))
	}
}

func (c *cfb) XORKeyStream(dst, src []byte) {
	_ = dst[:len(src)]
	if own, ok := c.block.(*block); ok && c.used == BlockSize {
		whole := len(src) - len(src)%BlockSize
		c.cryptBlocks(own, dst, src[:whole])
		dst, src = dst[whole:], src[whole:]
	}
	for i, in := range src {
		if c.used == BlockSize {
			c.block.Encrypt(c.gamma[:], c.feed[:])
			c.used = 0
		}
		out := in ^ c.gamma[c.used]
		if c.decrypt {
			c.feed[c.used] = in
		} else {
			c.feed[c.used] = out
		}
		dst[i] = out
		c.used++
	}
}

type gamma struct {
	block  cipher.Block
	n3, n4 uint32
	gamma  [BlockSize]byte
	used   int
}

// NewGamma returns the gamma mode (ДСТУ ГОСТ 28147:2009, clause 3), the counter mode of this cipher.
// Encryption and decryption are the same. It panics when the block or the vector is not 8 bytes long.
func NewGamma(b cipher.Block, iv []byte) cipher.Stream {
	checkModeInput(b, iv)
	g := &gamma{block: b, used: BlockSize}
	var start [BlockSize]byte
	b.Encrypt(start[:], iv)
	g.n3, g.n4 = load(start[:])
	return g
}

// step moves the counter to the next block.
func (g *gamma) step() {
	const c1, c2 = 0x01010104, 0x01010101
	g.n3 += c2
	// The upper half counts modulo 2³²−1: a carry out of the top comes back at the bottom.
	if g.n4 += c1; g.n4 < c1 {
		g.n4++
	}
}

func (g *gamma) XORKeyStream(dst, src []byte) {
	_ = dst[:len(src)]
	if own, ok := g.block.(*block); ok && g.used == BlockSize {
		whole := len(src) - len(src)%BlockSize
		g.cryptBlocks(own, dst, src[:whole])
		dst, src = dst[whole:], src[whole:]
	}
	for i, in := range src {
		if g.used == BlockSize {
			g.step()
			var counter [BlockSize]byte
			store(counter[:], g.n3, g.n4)
			g.block.Encrypt(g.gamma[:], counter[:])
			g.used = 0
		}
		dst[i] = in ^ g.gamma[g.used]
		g.used++
	}
}

// MACSize is the length of the authentication code in bytes.
const MACSize = 4

// MAC returns the 32-bit authentication code (імітовставка, ДСТУ ГОСТ 28147:2009, clause 5) of data, whose last
// block is filled up with zeros; a nil sbox means DKE №1. The standard defines it for two blocks or more. Compare
// codes with [crypto/subtle.ConstantTimeCompare].
func MAC(key []byte, sbox *SBox, data []byte) ([MACSize]byte, error) {
	b, err := newBlock(key, sbox)
	if err != nil {
		return [MACSize]byte{}, err
	}
	return b.mac(data), nil
}

func (b *block) mac(data []byte) [MACSize]byte {
	var n1, n2 uint32
	for len(data) > 0 {
		var chunk [BlockSize]byte
		data = data[copy(chunk[:], data):]
		d1, d2 := load(chunk[:])
		n1, n2 = n1^d1, n2^d2
		for range 2 {
			n1, n2 = forward(b.table, &b.key, n1, n2)
		}
	}
	var out [BlockSize]byte
	store(out[:], n1, n2)
	return [MACSize]byte(out[:MACSize])
}

// sameMAC compares in constant time.
func sameMAC(a, b [MACSize]byte) bool { return subtle.ConstantTimeCompare(a[:], b[:]) == 1 }
