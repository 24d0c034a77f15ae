package gf2m

import "math/bits"

// MulSecret sets z to x·y and returns it. Neither its instructions nor its memory accesses depend on x and y.
//
// Words are multiplied pair by pair (Karatsuba): x_i·y_j + x_j·y_i = (x_i+x_j)(y_i+y_j) − x_i·y_i − x_j·y_j.
func (z *Element) MulSecret(f *Field, x, y *Element) *Element {
	var c [2 * MaxWords]uint64
	w := f.words
	lone := f.m%64 == 1 // the top word is a single bit, for which a mask does
	if lone {
		w--
	}
	var hi, lo [MaxWords]uint64
	for i := range w {
		hi[i], lo[i] = clmul(x[i], y[i])
		c[2*i] ^= lo[i]
		c[2*i+1] ^= hi[i]
	}
	for i := range w {
		for j := i + 1; j < w; j++ {
			h, l := clmul(x[i]^x[j], y[i]^y[j])
			c[i+j] ^= l ^ lo[i] ^ lo[j]
			c[i+j+1] ^= h ^ hi[i] ^ hi[j]
		}
	}
	if lone {
		tx, ty := -(x[w] & 1), -(y[w] & 1)
		for i := range w {
			c[w+i] ^= tx&y[i] ^ ty&x[i]
		}
		c[2*w] ^= tx & ty & 1
	}
	f.reduce(z, &c)
	return z
}

// clmul is the carry-less product of two words, out of integer multiplications.
//
// Both words are split into four with every fourth bit left. In a product of two such parts a sum of at most 15 ones
// stands at every fourth bit and cannot reach the next, so the parity is read off. Sixteen would overflow, hence
// the top four bits of x are left out and added by masks.
func clmul(x, y uint64) (hi, lo uint64) {
	const m0, m1, m2, m3 = 0x1111111111111111, 0x2222222222222222, 0x4444444444444444, 0x8888888888888888
	const low60 = 1<<60 - 1
	x0, x1, x2, x3 := x&m0&low60, x&m1&low60, x&m2&low60, x&m3&low60
	y0, y1, y2, y3 := y&m0, y&m1, y&m2, y&m3

	ah, al := bits.Mul64(x0, y0)
	bh, bl := bits.Mul64(x1, y3)
	ch, cl := bits.Mul64(x2, y2)
	dh, dl := bits.Mul64(x3, y1)
	hi = (ah ^ bh ^ ch ^ dh) & m0
	lo = (al ^ bl ^ cl ^ dl) & m0

	ah, al = bits.Mul64(x0, y1)
	bh, bl = bits.Mul64(x1, y0)
	ch, cl = bits.Mul64(x2, y3)
	dh, dl = bits.Mul64(x3, y2)
	hi |= (ah ^ bh ^ ch ^ dh) & m1
	lo |= (al ^ bl ^ cl ^ dl) & m1

	ah, al = bits.Mul64(x0, y2)
	bh, bl = bits.Mul64(x1, y1)
	ch, cl = bits.Mul64(x2, y0)
	dh, dl = bits.Mul64(x3, y3)
	hi |= (ah ^ bh ^ ch ^ dh) & m2
	lo |= (al ^ bl ^ cl ^ dl) & m2

	ah, al = bits.Mul64(x0, y3)
	bh, bl = bits.Mul64(x1, y2)
	ch, cl = bits.Mul64(x2, y1)
	dh, dl = bits.Mul64(x3, y0)
	hi |= (ah ^ bh ^ ch ^ dh) & m3
	lo |= (al ^ bl ^ cl ^ dl) & m3

	t0, t1, t2, t3 := -(x >> 60 & 1), -(x >> 61 & 1), -(x >> 62 & 1), -(x >> 63)
	lo ^= t0&(y<<60) ^ t1&(y<<61) ^ t2&(y<<62) ^ t3&(y<<63)
	hi ^= t0&(y>>4) ^ t1&(y>>3) ^ t2&(y>>2) ^ t3&(y>>1)
	return hi, lo
}
