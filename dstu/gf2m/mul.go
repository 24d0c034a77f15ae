package gf2m

// Mul sets z to x·y and returns it. For m = 257 it looks a table up by the bits of x: use it on public data only.
func (z *Element) Mul(f *Field, x, y *Element) *Element {
	if f.m == 257 {
		mul257(z, x, y)
		return z
	}
	return z.MulSecret(f, x, y)
}

// mul257 is Mul for m = 257, the field of nearly every certificate: López and Dahab's left-to-right comb with windows of
// four bits, written out so that the product stays in registers.
func mul257(z, x, y *Element) {
	y0, y1, y2, y3, y4 := y[0], y[1], y[2], y[3], y[4]
	var table [16][5]uint64
	table[1] = [5]uint64{y0, y1, y2, y3, y4}
	for u := 1; u < 8; u++ {
		half, even, odd := &table[u], &table[2*u], &table[2*u+1]
		e0 := half[0] << 1
		e1 := half[1]<<1 | half[0]>>63
		e2 := half[2]<<1 | half[1]>>63
		e3 := half[3]<<1 | half[2]>>63
		e4 := half[4]<<1 | half[3]>>63
		even[0], even[1], even[2], even[3], even[4] = e0, e1, e2, e3, e4
		odd[0], odd[1], odd[2], odd[3], odd[4] = e0^y0, e1^y1, e2^y2, e3^y3, e4^y4
	}

	var c0, c1, c2, c3, c4, c5, c6, c7 uint64
	x0, x1, x2, x3 := x[0], x[1], x[2], x[3]
	for range 16 {
		c7 = c7<<4 | c6>>60
		c6 = c6<<4 | c5>>60
		c5 = c5<<4 | c4>>60
		c4 = c4<<4 | c3>>60
		c3 = c3<<4 | c2>>60
		c2 = c2<<4 | c1>>60
		c1 = c1<<4 | c0>>60
		c0 <<= 4

		row := &table[x0>>60]
		x0 <<= 4
		c0 ^= row[0]
		c1 ^= row[1]
		c2 ^= row[2]
		c3 ^= row[3]
		c4 ^= row[4]
		row = &table[x1>>60]
		x1 <<= 4
		c1 ^= row[0]
		c2 ^= row[1]
		c3 ^= row[2]
		c4 ^= row[3]
		c5 ^= row[4]
		row = &table[x2>>60]
		x2 <<= 4
		c2 ^= row[0]
		c3 ^= row[1]
		c4 ^= row[2]
		c5 ^= row[3]
		c6 ^= row[4]
		row = &table[x3>>60]
		x3 <<= 4
		c3 ^= row[0]
		c4 ^= row[1]
		c5 ^= row[2]
		c6 ^= row[3]
		c7 ^= row[4]
	}
	top := -(x[4] & 1)
	reduce257(z, &[9]uint64{
		c0, c1, c2, c3, c4 ^ top&y0, c5 ^ top&y1, c6 ^ top&y2, c7 ^ top&y3, top & y4,
	})
}
