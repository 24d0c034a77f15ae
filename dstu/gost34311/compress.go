package gost34311

import (
	"math/bits"

	"github.com/dovidka/dovidka/dstu/gost28147"
)

// c3 is the only key-generation constant that is not zero (C₃; C₂ = C₄ = 0).
func c3() word256 {
	return word256{0xff00ff00ff00ff00, 0x00ff00ff00ff00ff, 0xff0000ff00ffff00, 0xff00ffff000000ff}
}

func (x word256) add(y word256) (z word256) {
	var c uint64
	z.w0, c = bits.Add64(x.w0, y.w0, 0)
	z.w1, c = bits.Add64(x.w1, y.w1, c)
	z.w2, c = bits.Add64(x.w2, y.w2, c)
	z.w3, _ = bits.Add64(x.w3, y.w3, c)
	return z
}

func (x word256) xor(y word256) word256 {
	return word256{x.w0 ^ y.w0, x.w1 ^ y.w1, x.w2 ^ y.w2, x.w3 ^ y.w3}
}

// a is the transformation A: y₄‖y₃‖y₂‖y₁ → (y₁⊕y₂)‖y₄‖y₃‖y₂.
func (x word256) a() word256 { return word256{x.w1, x.w2, x.w3, x.w0 ^ x.w1} }

// compress is the step hash function ϰ(M, H) (clause 5): four keys from H and M, the four parts of H encrypted with
// them, and the mixing ψ⁶¹(H ⊕ ψ(M ⊕ ψ¹²(S))).
func compress(t *gost28147.Table, h, m word256) word256 {
	var keys [4]word256
	u, v := h, m
	keys[0] = u.xor(v)
	u, v = u.a(), v.a().a()
	keys[1] = u.xor(v)
	u, v = u.a().xor(c3()), v.a().a()
	keys[2] = u.xor(v)
	u, v = u.a(), v.a().a()
	keys[3] = u.xor(v)

	s := psi12(encrypt(t, &keys, h))
	s = psi1(s.xor(m))
	return psi61(s.xor(h))
}

// permute is the transformation P, which transposes 4×8 bytes into the eight words of a cipher key: word k holds
// byte k of each part.
func permute(key *[8]uint32, w word256) {
	lo0, hi0 := interleave(w.w0, w.w1)
	lo1, hi1 := interleave(w.w2, w.w3)
	key[0] = uint32(lo0)&0xffff | uint32(lo1)<<16
	key[1] = uint32(lo0)>>16 | uint32(lo1)&0xffff0000
	key[2] = uint32(lo0>>32)&0xffff | uint32(lo1>>32)<<16
	key[3] = uint32(lo0>>48) | uint32(lo1>>32)&0xffff0000
	key[4] = uint32(hi0)&0xffff | uint32(hi1)<<16
	key[5] = uint32(hi0)>>16 | uint32(hi1)&0xffff0000
	key[6] = uint32(hi0>>32)&0xffff | uint32(hi1>>32)<<16
	key[7] = uint32(hi0>>48) | uint32(hi1>>32)&0xffff0000
}

// interleave alternates the bytes of a and b: the four least significant of each in lo, the rest in hi.
func interleave(a, b uint64) (lo, hi uint64) {
	return spread(uint32(a)) | spread(uint32(b))<<8, spread(uint32(a>>32)) | spread(uint32(b>>32))<<8
}

// spread puts the bytes of x into the even bytes of a double word.
func spread(x uint32) uint64 {
	y := uint64(x)
	y = (y | y<<16) & 0x0000ffff0000ffff
	return (y | y<<8) & 0x00ff00ff00ff00ff
}

// encrypt puts every part of h through the cipher with its own key, made from the value of the same number.
func encrypt(t *gost28147.Table, values *[4]word256, h word256) word256 {
	if assembly {
		encryptFour(t, values, &h)
		return h
	}
	return encryptParts(t, values, h)
}

// encryptParts runs the four side by side because each round waits for the one before it.
func encryptParts(t *gost28147.Table, values *[4]word256, h word256) word256 {
	var keys [4][8]uint32
	for i, w := range values {
		permute(&keys[i], w)
	}
	a1, a2 := uint32(h.w0), uint32(h.w0>>32)
	b1, b2 := uint32(h.w1), uint32(h.w1>>32)
	c1, c2 := uint32(h.w2), uint32(h.w2>>32)
	d1, d2 := uint32(h.w3), uint32(h.w3>>32)
	for i := 0; i < 24; i += 2 {
		j, k := i&7, (i+1)&7
		a2 ^= round(t, a1+keys[0][j])
		b2 ^= round(t, b1+keys[1][j])
		c2 ^= round(t, c1+keys[2][j])
		d2 ^= round(t, d1+keys[3][j])
		a1 ^= round(t, a2+keys[0][k])
		b1 ^= round(t, b2+keys[1][k])
		c1 ^= round(t, c2+keys[2][k])
		d1 ^= round(t, d2+keys[3][k])
	}
	for i := 7; i > 0; i -= 2 {
		j, k := i&7, (i-1)&7
		a2 ^= round(t, a1+keys[0][j])
		b2 ^= round(t, b1+keys[1][j])
		c2 ^= round(t, c1+keys[2][j])
		d2 ^= round(t, d1+keys[3][j])
		a1 ^= round(t, a2+keys[0][k])
		b1 ^= round(t, b2+keys[1][k])
		c1 ^= round(t, c2+keys[2][k])
		d1 ^= round(t, d2+keys[3][k])
	}
	return word256{
		uint64(a2) | uint64(a1)<<32, uint64(b2) | uint64(b1)<<32,
		uint64(c2) | uint64(c1)<<32, uint64(d2) | uint64(d1)<<32,
	}
}

func round(t *gost28147.Table, x uint32) uint32 {
	return t[0][byte(x)] ^ t[1][byte(x>>8)] ^ t[2][byte(x>>16)] ^ t[3][byte(x>>24)]
}

// ψ is a shift register of sixteen 16-bit cells y₁…y₁₆, each step dropping y₁ and appending
// y₁⊕y₂⊕y₃⊕y₄⊕y₁₃⊕y₁₆. Four steps fit one word: quad computes four new cells from the four words of the register.
// Only y₁₆ of a step is the result of the step before it, hence the prefix sum over the cells.
func quad(w0, w1, w3 uint64) uint64 {
	t := w0 ^ (w0>>16 | w1<<48) ^ (w0>>32 | w1<<32) ^ (w0>>48 | w1<<16) ^ w3
	t ^= t << 16
	t ^= t << 32
	return t ^ (w3>>48)*0x0001000100010001
}

func psi1(x word256) word256 {
	y := x.w0 ^ x.w0>>16 ^ x.w0>>32 ^ x.w0>>48 ^ x.w3 ^ x.w3>>48
	return word256{x.w0>>16 | x.w1<<48, x.w1>>16 | x.w2<<48, x.w2>>16 | x.w3<<48, x.w3>>16 | y<<48}
}

func psi12(x word256) word256 {
	q0 := quad(x.w0, x.w1, x.w3)
	q1 := quad(x.w1, x.w2, q0)
	q2 := quad(x.w2, x.w3, q1)
	return word256{x.w3, q0, q1, q2}
}

func psi61(x word256) word256 {
	for range 5 {
		x = psi12(x)
	}
	return psi1(x)
}
