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

	polynomial polynomial
	use        implementation
}

// polynomial names those that have a reduction of their own.
type polynomial int

const (
	anyPolynomial polynomial = iota
	trinomial257
	pentanomial431
)

// implementation says which code multiplies and squares.
type implementation int

const (
	portable implementation = iota
	clmul                   // assembly with the carry-less multiplication of the processor
	wide                    // the same, and whole point operations in the wide registers of AVX-512
)

// NewField returns the field of degree m modulo x^m + Σ x^k + 1. One or three inner exponents are given, in any order.
// Irreducibility is the caller's word. Its arithmetic takes the instructions for carry-less multiplication if the
// processor has them.
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
	f := &Field{m: m, words: (m + 63) / 64, exponents: exponents, use: best()}
	switch {
	case m == 257 && slices.Equal(exponents, []int{12}):
		f.polynomial = trinomial257
	case m == 431 && slices.Equal(exponents, []int{5, 3, 1}):
		f.polynomial = pentanomial431
	}
	f.trace = f.traceMask()
	return f, nil
}

// Portable returns the same field without assembly, to compare the two.
func (f *Field) Portable() *Field {
	g := *f
	g.use = portable
	return &g
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
