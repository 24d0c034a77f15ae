package gf2m

import (
	"fmt"
	"slices"
)

// MaxWords is the number of 64-bit words of an element: enough for m = 431.
const MaxWords = 7

// MaxBits is the largest supported degree.
const MaxBits = 64*MaxWords - 1

// maxExponent bounds the inner exponents: reduction shifts within words.
const maxExponent = 31

// Field is GF(2^m) modulo a trinomial or pentanomial. It is never changed after [NewField].
type Field struct {
	m         int
	words     int
	exponents []int   // of the inner terms, descending
	trace     Element // the bits whose parity is the trace
}

// NewField returns the field of degree m modulo x^m + Σ x^k + 1. One or three inner exponents are given, in any order.
// Irreducibility is the caller's word.
func NewField(m int, inner ...int) (*Field, error) {
	if m < 2*maxExponent || m > MaxBits || m%64 == 0 || m%2 == 0 {
		return nil, fmt.Errorf("gf2m: unsupported degree %d", m)
	}
	if len(inner) != 1 && len(inner) != 3 {
		return nil, fmt.Errorf("gf2m: %d inner exponents, want 1 or 3", len(inner))
	}
	exponents := slices.Clone(inner)
	slices.Sort(exponents)
	slices.Reverse(exponents)
	for i, k := range exponents {
		if k < 1 || k > maxExponent || i > 0 && k == exponents[i-1] {
			return nil, fmt.Errorf("gf2m: unsupported exponents %v for degree %d", inner, m)
		}
	}
	f := &Field{m: m, words: (m + 63) / 64, exponents: exponents}
	f.trace = f.traceMask()
	return f, nil
}

// Bits returns m.
func (f *Field) Bits() int { return f.m }

// ByteLen returns the length of an encoded element, ceil(m/8).
func (f *Field) ByteLen() int { return (f.m + 7) / 8 }

// Words returns the number of words in use, ceil(m/64).
func (f *Field) Words() int { return f.words }

// Exponents returns the inner exponents of the polynomial, largest first.
func (f *Field) Exponents() []int { return slices.Clone(f.exponents) }

// traceMask finds the trace of every power of x as the power sums of the polynomial's roots, by Newton's identities:
// the elementary symmetric function e_j is the coefficient of x^(m−j).
func (f *Field) traceMask() (mask Element) {
	sums := make([]uint64, f.m)
	sums[0] = uint64(f.m & 1)
	for i := 1; i < f.m; i++ {
		for _, k := range f.exponents {
			switch j := f.m - k; {
			case j < i:
				sums[i] ^= sums[i-j]
			case j == i:
				sums[i] ^= uint64(i & 1)
			}
		}
	}
	for i, s := range sums {
		mask[i/64] |= s << (i % 64)
	}
	return mask
}

// reduce sets z to the remainder of c, the 2·MaxWords words of a product: with h the part of c from x^m on, it is the
// rest of c plus h·(Σ x^k + 1), whose own few bits from x^m on are folded once more.
func (f *Field) reduce(z *Element, c *[2 * MaxWords]uint64) {
	if f.m == 257 {
		reduce257(z, (*[9]uint64)(c[:9]))
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
