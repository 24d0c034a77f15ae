package vectors_test

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"github.com/dovidka/dovidka/dstu/vectors"
)

// element is a polynomial over GF(2), bit i of the words being the coefficient of the i-th power.
type element []uint64

func (e element) bit(i int) uint64 { return e[i/64] >> (i % 64) & 1 }
func (e element) flip(i int)       { e[i/64] ^= 1 << (i % 64) }

func (e element) degree() int {
	for i := len(e) - 1; i >= 0; i-- {
		if e[i] != 0 {
			return 64*i + bits.Len64(e[i]) - 1
		}
	}
	return -1
}

func (e element) zero() bool { return e.degree() < 0 }

func (e element) equal(x element) bool { return slices.Equal(e, x) }

// field is GF(2^m), its elements being polynomials modulo another.
type field struct {
	m       int
	degree  int // of the modulus
	modulus element
	top     int // x^top is the sum of the powers terms
	terms   []int
	gamma   []int // for an optimal normal basis the exponent e of bit i
}

func newField(c *vectors.Curve) *field {
	f := &field{m: c.M, degree: c.M, top: c.M, terms: append([]int{0}, c.Exponents[1:]...)}
	if c.Basis == "PB" {
		f.modulus = f.blank()
		for _, k := range append([]int{0}, c.Exponents...) {
			f.modulus.flip(k)
		}
		return f
	}
	// γ is a root of 1 + x + … + x^2m; bit i stands for γ^e + γ^−e, e = 2^(m−1−i).
	f.degree, f.top, f.terms = 2*c.M, 2*c.M+1, []int{0}
	f.modulus = f.blank()
	for k := range f.degree + 1 {
		f.modulus.flip(k)
	}
	f.gamma = make([]int, c.M)
	e := 1
	for i := c.M - 1; i >= 0; i-- {
		f.gamma[i] = e
		e = 2 * e % (2*c.M + 1)
	}
	return f
}

func (f *field) blank() element { return make(element, f.degree/64+1) }

func (f *field) one() element {
	z := f.blank()
	z.flip(0)
	return z
}

// element is the element with the given integer, in the basis of the curve.
func (f *field) element(v *big.Int) element {
	if v.Sign() < 0 || v.BitLen() > f.m {
		panic(fmt.Sprintf("%x is no element of GF(2^%d)", v, f.m))
	}
	z := f.blank()
	for i := range f.m {
		switch {
		case v.Bit(i) == 0:
		case f.gamma == nil:
			z.flip(i)
		default:
			z = f.add(z, f.power(f.gamma[i]))
			z = f.add(z, f.power(2*f.m+1-f.gamma[i]))
		}
	}
	return z
}

// power is γ^e.
func (f *field) power(e int) element {
	if e == f.degree { // the sum of all lower powers
		z := slices.Clone(f.modulus)
		z.flip(e)
		return z
	}
	z := f.blank()
	z.flip(e)
	return z
}

// integer is the inverse of element.
func (f *field) integer(x element) *big.Int {
	v := new(big.Int)
	if f.gamma == nil {
		for i := range f.m {
			v.SetBit(v, i, uint(x.bit(i)))
		}
		return v
	}
	if x.bit(0) == 1 { // 1 is the sum of all other powers
		x = f.add(x, f.modulus)
	}
	for i, e := range f.gamma {
		if x.bit(e) != x.bit(2*f.m+1-e) {
			panic("not an element of the field")
		}
		v.SetBit(v, i, uint(x.bit(e)))
	}
	return v
}

func (f *field) add(x, y element) element {
	z := f.blank()
	for i := range z {
		z[i] = x[i] ^ y[i]
	}
	return z
}

// addShifted adds x·t^n to z. What falls off the end of z is 0.
func (e element) addShifted(x element, n int) {
	word, bit := n/64, n%64
	var carry uint64
	for i, v := range x {
		if i+word >= len(e) {
			return
		}
		e[i+word] ^= v<<bit | carry
		carry = v >> (64 - bit)
	}
	if len(x)+word < len(e) {
		e[len(x)+word] ^= carry
	}
}

// mul adds up x·t^i for every bit i of y.
func (f *field) mul(x, y element) element {
	words := len(x)
	product := make(element, 2*words+1)
	shifted := append(slices.Clone(x), 0)
	for i := range 64 {
		for j, w := range y {
			if w>>i&1 == 1 {
				to := product[j : j+len(shifted)]
				for k, v := range shifted {
					to[k] ^= v
				}
			}
		}
		var carry uint64
		for k, v := range shifted {
			shifted[k], carry = v<<1|carry, v>>63
		}
	}
	return f.reduce(product)
}

// reduce replaces the powers from x^top on.
func (f *field) reduce(product element) element {
	for d := product.degree(); d >= f.top; d-- {
		if product.bit(d) == 1 {
			product.flip(d)
			for _, k := range f.terms {
				product.flip(d - f.top + k)
			}
		}
	}
	z := product[:len(f.modulus)]
	if z.bit(f.degree) == 1 { // 1 + γ + … = 0
		z = f.add(z, f.modulus)
	}
	return z
}

// square doubles the exponents.
func (f *field) square(x element) element {
	product := make(element, 2*len(x)+1)
	for i := range 64 * len(x) {
		if x.bit(i) == 1 {
			product.flip(2 * i)
		}
	}
	return f.reduce(product)
}

// invert is Euclid's algorithm.
func (f *field) invert(x element) element {
	if x.zero() {
		panic("division by zero")
	}
	u, v := slices.Clone(x), slices.Clone(f.modulus)
	a, b := f.one(), f.blank()
	for u.degree() > 0 {
		shift := u.degree() - v.degree()
		if shift < 0 {
			u, v, a, b, shift = v, u, b, a, -shift
		}
		u.addShifted(v, shift)
		a.addShifted(b, shift)
		if a.bit(f.degree) == 1 {
			a = f.add(a, f.modulus)
		}
	}
	return f.mul(a, f.one())
}

// trace is x + x² + x⁴ + … + x^(2^(m−1)).
func (f *field) trace(x element) int {
	sum, power := x, x
	for range f.m - 1 {
		power = f.square(power)
		sum = f.add(sum, power)
	}
	if sum.zero() {
		return 0
	}
	if !sum.equal(f.one()) {
		panic("a trace is 0 or 1")
	}
	return 1
}

func (f *field) sqrt(x element) element {
	for range f.m - 1 {
		x = f.square(x)
	}
	return x
}

// halfTrace is x + x⁴ + x^16 + …, a root of z² + z = x if there is one.
func (f *field) halfTrace(x element) element {
	sum, power := x, x
	for range (f.m - 1) / 2 {
		power = f.square(f.square(power))
		sum = f.add(sum, power)
	}
	return sum
}
