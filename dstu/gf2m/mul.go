package gf2m

import "math/bits"

// Mul sets z to x·y and returns it.
func (z *Element) Mul(f *Field, x, y *Element) *Element {
	switch {
	case f.polynomial == trinomial257 && f.use != portable:
		mul257(z, x, y)
	case f.polynomial == trinomial257:
		mul257Portable(z, x, y)
	case assembled431 && f.polynomial == pentanomial431 && f.use != portable:
		mul431(z, x, y)
	default:
		var c [2 * MaxWords]uint64
		if f.use != portable {
			product(&c, x, y)
		} else {
			productPortable(&c, x, y, f.words)
		}
		f.reduce(z, &c)
	}
	return z
}

// productPortable sets c, which must be 0, to the product of two elements of w words without reduction.
//
// Words are multiplied pair by pair (Karatsuba): x_i·y_j + x_j·y_i = (x_i+x_j)(y_i+y_j) − x_i·y_i − x_j·y_j.
func productPortable(c *[2 * MaxWords]uint64, x, y *Element, w int) {
	var hi, lo [MaxWords]uint64
	for i := range w {
		hi[i], lo[i] = clmulPortable(x[i], y[i])
		c[2*i] ^= lo[i]
		c[2*i+1] ^= hi[i]
	}
	for i := range w {
		for j := i + 1; j < w; j++ {
			h, l := clmulPortable(x[i]^x[j], y[i]^y[j])
			c[i+j] ^= l ^ lo[i] ^ lo[j]
			c[i+j+1] ^= h ^ hi[i] ^ hi[j]
		}
	}
}

// mul257Portable is Mul for x²⁵⁷ + x¹² + 1: four words by two levels of Karatsuba, the single bits above them by masks.
func mul257Portable(z, x, y *Element) {
	l0, l1, l2, l3 := clmul2(x[0], x[1], y[0], y[1])
	h0, h1, h2, h3 := clmul2(x[2], x[3], y[2], y[3])
	m0, m1, m2, m3 := clmul2(x[0]^x[2], x[1]^x[3], y[0]^y[2], y[1]^y[3])
	tx, ty := -(x[4] & 1), -(y[4] & 1)
	reduce257(z, &[9]uint64{
		l0, l1,
		l2 ^ l0 ^ h0 ^ m0,
		l3 ^ l1 ^ h1 ^ m1,
		h0 ^ l2 ^ h2 ^ m2 ^ tx&y[0] ^ ty&x[0],
		h1 ^ l3 ^ h3 ^ m3 ^ tx&y[1] ^ ty&x[1],
		h2 ^ tx&y[2] ^ ty&x[2],
		h3 ^ tx&y[3] ^ ty&x[3],
		tx & ty & 1,
	})
}

// clmul2 is the carry-less product of two double words, by Karatsuba's method.
func clmul2(x0, x1, y0, y1 uint64) (z0, z1, z2, z3 uint64) {
	lh, ll := clmulPortable(x0, y0)
	hh, hl := clmulPortable(x1, y1)
	mh, ml := clmulPortable(x0^x1, y0^y1)
	return ll, lh ^ ll ^ hl ^ ml, hl ^ lh ^ hh ^ mh, hh
}

// clmulPortable is the carry-less product of two words, out of integer multiplications.
//
// Both words are split into four with every fourth bit left. In a product of two such parts a sum of at most 15 ones
// stands at every fourth bit and cannot reach the next, so the parity is read off. Sixteen would overflow, hence
// the top four bits of x are left out and added by masks.
func clmulPortable(x, y uint64) (hi, lo uint64) {
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
