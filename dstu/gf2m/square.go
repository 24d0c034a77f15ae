package gf2m

// Square sets z to x² and returns it: a zero between any two coefficients, then reduction.
func (z *Element) Square(f *Field, x *Element) *Element {
	if f.m == 257 {
		var c [9]uint64
		c[0], c[1] = spread(uint32(x[0])), spread(uint32(x[0]>>32))
		c[2], c[3] = spread(uint32(x[1])), spread(uint32(x[1]>>32))
		c[4], c[5] = spread(uint32(x[2])), spread(uint32(x[2]>>32))
		c[6], c[7] = spread(uint32(x[3])), spread(uint32(x[3]>>32))
		c[8] = x[4] & 1
		reduce257(z, &c)
		return z
	}
	var c [2 * MaxWords]uint64
	for i := range f.words {
		c[2*i], c[2*i+1] = spread(uint32(x[i])), spread(uint32(x[i]>>32))
	}
	f.reduce(z, &c)
	return z
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
