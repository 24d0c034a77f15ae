package gf2m

// reduce sets z to the remainder of c, the 2·MaxWords words of a product: with h the part of c from x^m on, it is the
// rest of c plus h·(Σ x^k + 1), whose own few bits from x^m on are folded once more.
func (f *Field) reduce(z *Element, c *[2 * MaxWords]uint64) {
	switch f.polynomial {
	case trinomial257:
		reduce257(z, (*[9]uint64)(c[:9]))
		return
	case pentanomial431:
		reduce431(z, c)
		return
	}
	w, top := f.words, uint(f.m)%64
	var h, sum Element
	for i := range w {
		h[i] = c[w-1+i]>>top | c[w+i]<<(64-top)
		sum[i] = c[i] ^ h[i]
	}
	sum[w-1] = c[w-1]&(1<<top-1) ^ h[w-1]
	var beyond uint64 // bits above the words
	for _, exponent := range f.exponents {
		k := uint(exponent)
		var carry uint64
		for i := range w {
			sum[i] ^= h[i]<<k | carry
			carry = h[i] >> (64 - k)
		}
		beyond ^= carry
	}
	over := sum[w-1]>>top | beyond<<(64-top)
	sum[w-1] &= 1<<top - 1
	sum[0] ^= over
	for _, k := range f.exponents {
		sum[0] ^= over << uint(k)
	}
	*z = sum
}

// reduce257 is reduce for x²⁵⁷ + x¹² + 1.
func reduce257(z *Element, c *[9]uint64) {
	h0 := c[4]>>1 | c[5]<<63
	h1 := c[5]>>1 | c[6]<<63
	h2 := c[6]>>1 | c[7]<<63
	h3 := c[7]>>1 | c[8]<<63
	h4 := c[8] >> 1
	top := c[4]&1 ^ h4 ^ h3>>52 ^ h4<<12
	over := top >> 1 // bits 257… once more
	z[0] = c[0] ^ h0 ^ h0<<12 ^ over ^ over<<12
	z[1] = c[1] ^ h1 ^ h1<<12 ^ h0>>52
	z[2] = c[2] ^ h2 ^ h2<<12 ^ h1>>52
	z[3] = c[3] ^ h3 ^ h3<<12 ^ h2>>52
	z[4] = top & 1
	z[5], z[6] = 0, 0
}

// reduce431 is reduce for x⁴³¹ + x⁵ + x³ + x + 1.
func reduce431(z *Element, c *[2 * MaxWords]uint64) {
	h0 := c[6]>>47 | c[7]<<17
	h1 := c[7]>>47 | c[8]<<17
	h2 := c[8]>>47 | c[9]<<17
	h3 := c[9]>>47 | c[10]<<17
	h4 := c[10]>>47 | c[11]<<17
	h5 := c[11]>>47 | c[12]<<17
	h6 := c[12]>>47 | c[13]<<17
	top := c[6]&(1<<47-1) ^ h6 ^ h6<<1 ^ h6<<3 ^ h6<<5 ^ h5>>63 ^ h5>>61 ^ h5>>59
	over := top >> 47 // bits 431… once more
	z[0] = c[0] ^ h0 ^ h0<<1 ^ h0<<3 ^ h0<<5 ^ over ^ over<<1 ^ over<<3 ^ over<<5
	z[1] = c[1] ^ h1 ^ h1<<1 ^ h1<<3 ^ h1<<5 ^ h0>>63 ^ h0>>61 ^ h0>>59
	z[2] = c[2] ^ h2 ^ h2<<1 ^ h2<<3 ^ h2<<5 ^ h1>>63 ^ h1>>61 ^ h1>>59
	z[3] = c[3] ^ h3 ^ h3<<1 ^ h3<<3 ^ h3<<5 ^ h2>>63 ^ h2>>61 ^ h2>>59
	z[4] = c[4] ^ h4 ^ h4<<1 ^ h4<<3 ^ h4<<5 ^ h3>>63 ^ h3>>61 ^ h3>>59
	z[5] = c[5] ^ h5 ^ h5<<1 ^ h5<<3 ^ h5<<5 ^ h4>>63 ^ h4>>61 ^ h4>>59
	z[6] = top & (1<<47 - 1)
}
