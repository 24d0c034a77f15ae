package gf2m

// Mul sets z to x·y and returns it. It looks up a table by the bits of x: use it on public data only.
//
// The method is López and Dahab's left-to-right comb with windows of four bits.
func (z *Element) Mul(f *Field, x, y *Element) *Element {
	if f.m == 257 {
		mul257(z, x, y)
		return z
	}
	var c [2 * MaxWords]uint64
	w := f.words
	// table[u] = u(x)·y, one word longer than y.
	var table [16][MaxWords + 1]uint64
	copy(table[1][:w], y[:w])
	for u := 2; u < 16; u += 2 {
		half := &table[u/2]
		even, odd := &table[u], &table[u+1]
		even[0] = half[0] << 1
		for j := 1; j <= w; j++ {
			even[j] = half[j]<<1 | half[j-1]>>63
		}
		for j := range w + 1 {
			odd[j] = even[j] ^ table[1][j]
		}
	}
	for shift := 60; ; shift -= 4 {
		for i := range w {
			row := &table[x[i]>>shift&15]
			sum := c[i : i+w+1 : i+w+1]
			for j := range sum {
				sum[j] ^= row[j]
			}
		}
		if shift == 0 {
			break
		}
		for j := 2*w - 1; j > 0; j-- {
			c[j] = c[j]<<4 | c[j-1]>>60
		}
		c[0] <<= 4
	}
	f.reduce(z, &c)
	return z
}
