package gost28147

import (
	"crypto/cipher"
	"crypto/subtle"
)

const (
	// groupSize is how many bytes the assembly takes at a time: eight blocks.
	groupSize = 8 * BlockSize
	// batch is how many bytes the modes prepare at a time.
	batch = 8 * groupSize
)

type schedule [32]uint32

// schedules returns the order of the key words in encryption, three times up and once down, and in decryption.
func schedules(key *[8]uint32) (encrypting, decrypting schedule) {
	for i := range encrypting {
		encrypting[i] = key[i&7]
		if i >= 24 {
			encrypting[i] = key[7-i&7]
		}
		decrypting[len(decrypting)-1-i] = encrypting[i]
	}
	return encrypting, decrypting
}

// crypt passes whole blocks through the rounds. Blocks do not depend on each other, so they run side by side.
func (b *block) crypt(dst, src []byte, keys *schedule) {
	if groups := len(src) / groupSize; groups > 0 && b.vectors {
		cryptGroups(&dst[0], &src[0], groups, keys, &b.sbox.rows)
		dst, src = dst[groups*groupSize:], src[groups*groupSize:]
	}
	for ; len(src) >= 4*BlockSize; dst, src = dst[4*BlockSize:], src[4*BlockSize:] {
		b.cryptFour((*[4 * BlockSize]byte)(dst), (*[4 * BlockSize]byte)(src), keys)
	}
	for ; len(src) > 0; dst, src = dst[BlockSize:], src[BlockSize:] {
		n1, n2 := load(src)
		for i := 0; i < len(keys); i += 2 {
			n2 ^= round(b.table, n1+keys[i])
			n1 ^= round(b.table, n2+keys[i+1])
		}
		store(dst, n2, n1)
	}
}

func (b *block) cryptFour(dst, src *[4 * BlockSize]byte, keys *schedule) {
	t := b.table
	a1, a2 := load(src[0:])
	b1, b2 := load(src[8:])
	c1, c2 := load(src[16:])
	d1, d2 := load(src[24:])
	for i := 0; i < len(keys); i += 2 {
		j, k := keys[i], keys[i+1]
		a2 ^= round(t, a1+j)
		b2 ^= round(t, b1+j)
		c2 ^= round(t, c1+j)
		d2 ^= round(t, d1+j)
		a1 ^= round(t, a2+k)
		b1 ^= round(t, b2+k)
		c1 ^= round(t, c2+k)
		d1 ^= round(t, d2+k)
	}
	store(dst[0:], a2, a1)
	store(dst[8:], b2, b1)
	store(dst[16:], c2, c1)
	store(dst[24:], d2, d1)
}

type ecb struct {
	block   cipher.Block
	decrypt bool
}

// NewECBEncrypter returns simple substitution (ДСТУ ГОСТ 28147:2009, clause 2): each block by itself, so that equal blocks
// stay equal. It is for content that is random or already encrypted. It panics when blocks are not 8 bytes long.
func NewECBEncrypter(b cipher.Block) cipher.BlockMode { return newECB(b, false) }

// NewECBDecrypter returns the inverse of [NewECBEncrypter].
func NewECBDecrypter(b cipher.Block) cipher.BlockMode { return newECB(b, true) }

func newECB(b cipher.Block, decrypt bool) cipher.BlockMode {
	if b.BlockSize() != BlockSize {
		panic("gost28147: ECB over blocks of another length")
	}
	return &ecb{block: b, decrypt: decrypt}
}

func (e *ecb) BlockSize() int { return BlockSize }

// CryptBlocks panics, as all of [cipher.BlockMode], when src is not of whole blocks or dst is shorter.
func (e *ecb) CryptBlocks(dst, src []byte) {
	if len(src)%BlockSize != 0 || len(dst) < len(src) {
		panic("gost28147: ECB: input not of whole blocks or output too short")
	}
	switch own, ok := e.block.(*block); {
	case ok && e.decrypt:
		own.crypt(dst, src, &own.decrypting)
	case ok:
		own.crypt(dst, src, &own.encrypting)
	case e.decrypt:
		for i := 0; i < len(src); i += BlockSize {
			e.block.Decrypt(dst[i:], src[i:])
		}
	default:
		for i := 0; i < len(src); i += BlockSize {
			e.block.Encrypt(dst[i:], src[i:])
		}
	}
}

// cryptBlocks encrypts or decrypts whole blocks with feedback and leaves the last ciphertext in c.feed.
func (c *cfb) cryptBlocks(own *block, dst, src []byte) {
	if !c.decrypt {
		for ; len(src) > 0; dst, src = dst[BlockSize:], src[BlockSize:] {
			n1, n2 := own.encrypt(load(c.feed[:]))
			s1, s2 := load(src)
			store(c.feed[:], n1^s1, n2^s2)
			copy(dst, c.feed[:])
		}
		return
	}
	// All ciphertext is known, so its blocks need not wait for each other.
	var gamma [batch]byte
	for len(src) > 0 {
		n := min(len(src), batch)
		copy(gamma[:], c.feed[:])
		copy(gamma[BlockSize:n], src)
		copy(c.feed[:], src[n-BlockSize:n])
		own.crypt(gamma[:n], gamma[:n], &own.encrypting)
		subtle.XORBytes(dst, src[:n], gamma[:n])
		dst, src = dst[n:], src[n:]
	}
}

// cryptBlocks adds gamma to whole blocks.
func (g *gamma) cryptBlocks(own *block, dst, src []byte) {
	var batched [batch]byte
	for len(src) > 0 {
		n := min(len(src), batch)
		for i := 0; i < n; i += BlockSize {
			g.step()
			store(batched[i:], g.n3, g.n4)
		}
		own.crypt(batched[:n], batched[:n], &own.encrypting)
		subtle.XORBytes(dst, src[:n], batched[:n])
		dst, src = dst[n:], src[n:]
	}
}
