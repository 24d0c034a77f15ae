package dstu4145

import (
	"encoding/binary"
	"math/big"
	"math/bits"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// order is arithmetic modulo n whose timing does not depend on the numbers.
type order struct {
	n     scalar
	words int
	bits  int
	inv   uint64 // −1/n modulo 2⁶⁴
	r2    scalar // 2^(128·words) modulo n, which leads into Montgomery's form
}

func newOrder(n *big.Int) *order {
	o := &order{words: (n.BitLen() + 63) / 64, bits: n.BitLen()}
	o.n = scalarFromBig(n)
	r2 := new(big.Int).Lsh(big.NewInt(1), uint(128*o.words))
	o.r2 = scalarFromBig(r2.Mod(r2, n))
	inv := uint64(1) // Newton's iteration doubles the number of right bits
	for range 6 {
		inv *= 2 - o.n[0]*inv
	}
	o.inv = -inv
	return o
}

func scalarFromBig(v *big.Int) (z scalar) {
	var buf [8 * gf2m.MaxWords]byte
	v.FillBytes(buf[:])
	for i := range z {
		z[i] = binary.BigEndian.Uint64(buf[len(buf)-8*i-8:])
	}
	return z
}

// reduce returns the number of at most 16·words bytes, least significant first, modulo n.
func (o *order) reduce(b []byte) scalar {
	low := scalarFromLE(b[:min(len(b), 8*o.words)])
	high := scalarFromLE(b[min(len(b), 8*o.words):])
	low = o.mul(&low, &scalar{1})
	high = o.montgomery(&high, &o.r2) // times 2^(64·words)
	z := o.add(&low, &high)
	clear(low[:])
	clear(high[:])
	return z
}

// scalarFromLE reads at most 56 bytes, least significant first.
func scalarFromLE(b []byte) (z scalar) {
	var buf [8 * gf2m.MaxWords]byte
	copy(buf[:], b)
	for i := range z {
		z[i] = binary.LittleEndian.Uint64(buf[8*i:])
	}
	clear(buf[:])
	return z
}

// putLE writes the low bytes of x, least significant first.
func (x *scalar) putLE(out []byte) {
	for i := range out {
		out[i] = byte(x[i/8] >> (i % 8 * 8))
	}
}

func (x *scalar) zero() bool {
	var or uint64
	for _, w := range x {
		or |= w
	}
	return or == 0
}

// inRange reports whether 0 < x < n.
func (o *order) inRange(x *scalar) bool {
	_, borrow := subtract(x, &o.n)
	return borrow == 1 && !x.zero()
}

func sum(x, y *scalar) (z scalar) {
	var carry uint64
	for i := range z {
		z[i], carry = bits.Add64(x[i], y[i], carry)
	}
	return z
}

func subtract(x, y *scalar) (z scalar, borrow uint64) {
	for i := range z {
		z[i], borrow = bits.Sub64(x[i], y[i], borrow)
	}
	return z, borrow
}

// choose is x if bit is 1 and y if it is 0.
func choose(x, y *scalar, bit uint64) (z scalar) {
	for i := range z {
		z[i] = y[i] ^ -bit&(x[i]^y[i])
	}
	return z
}

// add returns x + y modulo n. All orders leave a bit free in the top word, so nothing is carried out of it.
func (o *order) add(x, y *scalar) scalar {
	z := sum(x, y)
	return o.once(&z)
}

// sub returns x − y modulo n.
func (o *order) sub(x, y *scalar) scalar {
	z, borrow := subtract(x, y)
	back := sum(&z, &o.n)
	return choose(&back, &z, borrow)
}

// once takes n off a number below 2n if it is not below n.
func (o *order) once(x *scalar) scalar {
	less, borrow := subtract(x, &o.n)
	return choose(x, &less, borrow)
}

// mul returns x·y modulo n.
func (o *order) mul(x, y *scalar) scalar {
	z := o.montgomery(x, y)
	return o.montgomery(&z, &o.r2)
}

// montgomery returns x·y/2^(64·words) modulo n, word by word. One factor need not be below n.
func (o *order) montgomery(x, y *scalar) scalar {
	var t [gf2m.MaxWords + 2]uint64
	w := o.words
	for i := range w {
		var carry uint64
		for j := range w {
			t[j], carry = multiplyAdd(x[j], y[i], t[j], carry)
		}
		var over uint64
		t[w], over = bits.Add64(t[w], carry, 0)
		t[w+1] = over

		q := t[0] * o.inv
		_, carry = multiplyAdd(q, o.n[0], t[0], 0)
		for j := 1; j < w; j++ {
			t[j-1], carry = multiplyAdd(q, o.n[j], t[j], carry)
		}
		t[w-1], over = bits.Add64(t[w], carry, 0)
		t[w] = t[w+1] + over
	}
	var z scalar
	copy(z[:w], t[:w])
	less, borrow := subtract(&z, &o.n)
	return choose(&z, &less, borrow&^t[w])
}

// multiplyAdd returns a·b + c + d in two words.
func multiplyAdd(a, b, c, d uint64) (lo, hi uint64) {
	hi, lo = bits.Mul64(a, b)
	var carry uint64
	lo, carry = bits.Add64(lo, c, 0)
	hi += carry
	lo, carry = bits.Add64(lo, d, 0)
	return lo, hi + carry
}

// fixedLength returns k + n or k + 2n, whichever has one bit more than n, so that a ladder over its bits takes the same
// steps for every k.
func (o *order) fixedLength(k *scalar) scalar {
	once := sum(k, &o.n)
	twice := sum(&once, &o.n)
	long := once[o.bits/64] >> (o.bits % 64) & 1
	return choose(&once, &twice, long)
}
