package gf2m

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
)

// Element is an element of a field: the coefficient of x^i is bit i%64 of word i/64. Unused bits are 0, so elements of
// one field compare with ==.
type Element [MaxWords]uint64

// ErrExcessBits says that an encoding has bits at x^m or above.
var ErrExcessBits = errors.New("gf2m: excess bits in an encoded element")

// SetBytesLE sets z to the element with the given encoding, least significant byte first. The length must be exactly
// [Field.ByteLen] and the bits above x^(m−1) zero.
func (z *Element) SetBytesLE(f *Field, b []byte) error {
	if len(b) != f.ByteLen() {
		return fmt.Errorf("gf2m: encoded element of %d bytes, want %d", len(b), f.ByteLen())
	}
	var buf [8 * MaxWords]byte
	copy(buf[:], b)
	var e Element
	for i := range e {
		e[i] = binary.LittleEndian.Uint64(buf[8*i:])
	}
	if e[f.words-1]>>(f.m%64) != 0 {
		return ErrExcessBits
	}
	*z = e
	return nil
}

// BytesLE returns the encoding of z, least significant byte first.
func (z *Element) BytesLE(f *Field) []byte {
	var buf [8 * MaxWords]byte
	for i, w := range z {
		binary.LittleEndian.PutUint64(buf[8*i:], w)
	}
	return append([]byte(nil), buf[:f.ByteLen()]...)
}

// One returns 1.
func One() Element { return Element{1} }

// IsZero reports whether z is 0.
func (z *Element) IsZero() bool { return z[0]|z[1]|z[2]|z[3]|z[4]|z[5]|z[6] == 0 }

// Bit returns bit i, the coefficient of x^i.
func (z *Element) Bit(i int) uint64 { return z[i/64] >> (i % 64) & 1 }

// Add sets z to x + y and returns it; subtraction is the same.
func (z *Element) Add(x, y *Element) *Element {
	add(z, x, y)
	return z
}

// Swap exchanges z and x if bit is 1 and leaves them if it is 0, in the same way.
func (z *Element) Swap(x *Element, bit uint64) {
	mask := -bit
	for i := range z {
		t := mask & (z[i] ^ x[i])
		z[i] ^= t
		x[i] ^= t
	}
}

// Select sets z to x if bit is 1 and to y if it is 0, in the same way, and returns it.
func (z *Element) Select(x, y *Element, bit uint64) *Element {
	mask := -bit
	for i := range z {
		z[i] = y[i] ^ mask&(x[i]^y[i])
	}
	return z
}

// Trace returns the trace of x, 0 or 1.
func (f *Field) Trace(x *Element) uint64 {
	var t uint64
	for i := range x {
		t ^= x[i] & f.trace[i]
	}
	return uint64(bits.OnesCount64(t) & 1)
}

// Sqrt sets z to the square root of x, x^(2^(m−1)), and returns it.
func (z *Element) Sqrt(f *Field, x *Element) *Element { return z.SquareN(f, x, f.m-1) }

// HalfTrace sets z to Σ x^(4^i) for i = 0…(m−1)/2 and returns it. For Tr(x) = 0 it solves z² + z = x; the other solution
// is z + 1.
func (z *Element) HalfTrace(f *Field, x *Element) *Element {
	sum, power := *x, *x
	for range (f.m - 1) / 2 {
		power.Square(f, &power)
		power.Square(f, &power)
		sum.Add(&sum, &power)
	}
	*z = sum
	return z
}

// Invert sets z to 1/x, or to 0 if x is 0, and returns it.
func (z *Element) Invert(f *Field, x *Element) *Element { return z.invert(f, x, nil) }

// invert raises x to 2^m − 2 (Itoh and Tsujii): with u(k) = x^(2^k − 1), u(2k) = u(k)^(2^k)·u(k), along the bits of m−1.
// The power 2^k with k = (m−1) >> (i+1) is taken from powers[i] if there is such a table.
func (z *Element) invert(f *Field, x *Element, powers []linearMap) *Element {
	base, u := *x, *x
	for i := bits.Len(uint(f.m-1)) - 2; i >= 0; i-- {
		var t Element
		if i < len(powers) && powers[i] != nil {
			powers[i].apply(f, &t, &u)
		} else {
			t.SquareN(f, &u, (f.m-1)>>(i+1))
		}
		u.Mul(f, &u, &t)
		if (f.m-1)>>i&1 == 1 {
			u.Square(f, &u)
			u.Mul(f, &u, &base)
		}
	}
	return z.Square(f, &u)
}
