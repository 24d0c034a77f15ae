package gf2m

// Square sets z to x² and returns it: a zero between any two coefficients, then reduction.
func (z *Element) Square(f *Field, x *Element) *Element { return z.SquareN(f, x, 1) }

// SquareN sets z to x^(2^n) and returns it.
func (z *Element) SquareN(f *Field, x *Element, n int) *Element {
	switch {
	case n == 0:
		*z = *x
	case f.polynomial == trinomial257 && f.use != portable:
		squareN257(z, x, n)
	case f.polynomial == trinomial257:
		squareN257Portable(z, x, n)
	case assembled431 && f.polynomial == pentanomial431 && f.use != portable:
		squareN431(z, x, n)
	default:
		*z = *x
		var c [2 * MaxWords]uint64
		for range n {
			if f.use != portable {
				spreadAll(&c, z)
			} else {
				spreadAllPortable(&c, z)
			}
			f.reduce(z, &c)
		}
	}
	return z
}

// squareN257Portable is SquareN for x²⁵⁷ + x¹² + 1.
func squareN257Portable(z, x *Element, n int) {
	*z = *x
	for range n {
		reduce257(z, &[9]uint64{
			spread(uint32(z[0])), spread(uint32(z[0] >> 32)),
			spread(uint32(z[1])), spread(uint32(z[1] >> 32)),
			spread(uint32(z[2])), spread(uint32(z[2] >> 32)),
			spread(uint32(z[3])), spread(uint32(z[3] >> 32)),
			z[4] & 1,
		})
	}
}

// spreadAllPortable sets c to the square of x without reduction.
func spreadAllPortable(c *[2 * MaxWords]uint64, x *Element) {
	for i, w := range x {
		c[2*i], c[2*i+1] = spread(uint32(w)), spread(uint32(w>>32))
	}
}

// spread puts the bits of x into the even bits of a double word.
func spread(x uint32) uint64 {
	y := uint64(x)
	y = (y | y<<16) & 0x0000ffff0000ffff
	y = (y | y<<8) & 0x00ff00ff00ff00ff
	y = (y | y<<4) & 0x0f0f0f0f0f0f0f0f
	y = (y | y<<2) & 0x3333333333333333
	return (y | y<<1) & 0x5555555555555555
}
