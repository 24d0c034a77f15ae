package dstu4145

import "github.com/dovidka/dovidka/dstu/gf2m"

const (
	combWidth = 4
	combOdd   = 1 << (combWidth - 1) // odd multiples below 2^combWidth
)

// comb holds the multiples 1, 3, … 15 of 2^(4i)·P for every window i of a scalar.
type comb [][combOdd]affine

func (c *Curve) newComb() comb {
	table := make(comb, (c.n.BitLen()+combWidth-1)/combWidth)
	base := [1]affine{c.base}
	for i := range table {
		c.oddMultiples(table[i][:], &base[0])
		var shifted projective
		shifted.Set(&base[0])
		shifted.DoubleN(c.field, c.a, combWidth)
		c.normalize(base[:], []projective{shifted})
	}
	return table
}

// multiplyBase returns k·P, for secret k, 0 < k < n.
//
// An odd k is the sum of odd digits d_i·2^(4i) between −15 and 15: d_i = ((k >> 4i | 1) mod 32) − 16, and the top one
// k >> 4i | 1. So every window adds a point, and n − k, which gives the negative, stands in for an even k. All entries of
// a window are read, the sign is applied by a mask.
//
// The addition formula fails for equal or opposite points. While windows are added from the top, the sum so far is
// Σ = (k >> 4(i+1) | 1)·2^(4(i+1)), larger than the term and at most 2^(4(i+1)) above k; Σ ± d_i·2^(4i) = n could hold for i = 0
// only, n being odd, and then for k within 30 of 0 or n. Nobody meets such a number by chance; the ladder takes it.
func (c *Curve) multiplyBase(k *scalar) affine {
	negated, _ := subtract(&c.order.n, k)
	if tiny(k) || tiny(&negated) {
		return c.multiply(k, &c.base)
	}
	even := k[0]&1 ^ 1
	odd := choose(&negated, k, even)
	table := c.comb()
	var sum projective
	var q affine
	for i := len(table) - 1; i >= 0; i-- {
		digit := int64(odd.window(combWidth*i)) | 1
		if i == len(table)-1 {
			table.choose(c.field, &q, i, digit)
			sum.Set(&q)
			continue
		}
		digit -= 1 << combWidth
		table.choose(c.field, &q, i, digit)
		sum.AddDistinct(c.field, &q, uint64(digit)>>63)
	}
	clear(odd[:])
	clear(negated[:])
	result := c.affineOf(&sum)
	result.L[0] ^= even
	sum = projective{}
	return result
}

// tiny reports whether k < 32.
func tiny(k *scalar) bool {
	or := k[0] >> 5
	for _, w := range k[1:] {
		or |= w
	}
	return or == 0
}

// window is the combWidth+1 bits of k from position i on, which is public.
func (k *scalar) window(i int) uint64 {
	v := k[i/64] >> (i % 64)
	if i%64+combWidth+1 > 64 && i/64+1 < len(k) {
		v |= k[i/64+1] << (64 - i%64)
	}
	return v & (1<<(combWidth+1) - 1)
}

// choose sets q to the absolute value of digit, which is odd, times the base of window i.
func (t comb) choose(f *gf2m.Field, q *affine, i int, digit int64) {
	negative := uint64(digit >> 63) // all ones or 0
	q.Lookup(f, t[i][:], ((uint64(digit)^negative)-negative)>>1)
}
