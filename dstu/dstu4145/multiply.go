package dstu4145

import (
	"math/bits"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

const (
	fixedWidth = 8 // window for the base point, whose table is made once
	keyWidth   = 5 // window for a public key
)

// scalar is an integer below n, least significant word first.
type scalar [gf2m.MaxWords]uint64

const scalarBytes = 8 * gf2m.MaxWords

// oddMultiples sets odd to P, 3P, 5P, … and so on; signed windows of some width need 2^(width−2) of them.
func (c *Curve) oddMultiples(odd []affine, p *affine) {
	var buffer [2 << (keyWidth - 2)]projective
	multiples := buffer[:] // 0, P, 2P, …
	if len(odd) > len(multiples)/2 {
		multiples = make([]projective, 2*len(odd))
	}
	multiples = multiples[:2*len(odd)]
	multiples[1].Set(p)
	for i := 2; i < len(multiples); i++ {
		multiples[i] = multiples[i/2]
		multiples[i].DoubleN(c.field, c.a, 1)
		if i%2 == 1 {
			multiples[i].AddDistinct(c.field, p, 0)
		}
	}
	for i := range odd {
		multiples[i] = multiples[2*i+1]
	}
	c.normalize(odd, multiples[:len(odd)])
}

// signedDigits writes k as Σ digits[i]·2^i where every digit is 0 or odd and below 2^(width−1) in size, any two that
// are not 0 being width places or more apart (wNAF).
func signedDigits(digits []int16, k *scalar, width int) {
	clear(digits)
	carry := int64(0)
	for i := 0; i < len(digits); {
		// A run of bits that equal the carry makes digits of 0.
		window := k.bits(i, 63) ^ uint64(-carry)&(1<<63-1)
		if skip := bits.TrailingZeros64(window); skip > 0 {
			i += min(skip, 63)
			continue
		}
		digit := int64(k.bits(i, width)) + carry
		carry = digit >> (width - 1)
		digits[i] = int16(digit - carry<<width)
		i += width
	}
}

// bits returns count bits from position i on.
func (k *scalar) bits(i, count int) uint64 {
	word, shift := i/64, i%64
	if word >= len(k) {
		return 0
	}
	v := k[word] >> shift
	if shift+count > 64 && word+1 < len(k) {
		v |= k[word+1] << (64 - shift)
	}
	return v & (1<<count - 1)
}

// splitParts is the number of parts a scalar is cut into when tables for every part are at hand.
const splitParts = 4

// digits is the length of a recoded scalar, which may be one digit longer than n.
func (c *Curve) digits() int { return c.n.BitLen() + 1 }

// splitMultiples returns the odd multiples of P, 2^span·P, 2^(2·span)·P, …, where span is the length of one of splitParts
// parts.
func (c *Curve) splitMultiples(p *affine, width int) [][]affine {
	span := (c.digits() + splitParts - 1) / splitParts
	parts := make([][]affine, splitParts)
	base := [1]affine{*p}
	for i := range parts {
		if i > 0 {
			var shifted projective
			shifted.Set(&base[0])
			shifted.DoubleN(c.field, c.a, span)
			c.normalize(base[:], []projective{shifted})
		}
		parts[i] = make([]affine, 1<<(width-2))
		c.oddMultiples(parts[i], &base[0])
	}
	return parts
}

// joint returns s·P + r·Q for the base point P, in a single run of doublings (Straus). q holds the odd multiples of Q,
// either alone or as splitMultiples makes them; then the run is shorter by as many times. Variable time.
func (c *Curve) joint(s, r *scalar, q [][]affine) (sum projective) {
	var sDigits, rDigits [64 * gf2m.MaxWords]int16
	length := c.digits()
	signedDigits(sDigits[:length], s, fixedWidth)
	signedDigits(rDigits[:length], r, keyWidth)
	fixed := c.fixed()
	span := (length + len(q) - 1) / len(q)
	doublings := 0 // not made yet
	add := func(odd []affine, digit int16) {
		if digit == 0 {
			return
		}
		if !sum.Infinite() {
			sum.DoubleN(c.field, c.a, doublings)
		}
		doublings = 0
		if digit > 0 {
			sum.Add(c.field, c.a, &odd[digit/2], 0)
		} else {
			sum.Add(c.field, c.a, &odd[-digit/2], 1)
		}
	}
	for i := span - 1; i >= 0; i-- {
		doublings++
		for part, at := 0, i; part < len(q) && at < length; part, at = part+1, at+span {
			add(fixed[part], sDigits[at])
			add(q[part], rDigits[at])
		}
	}
	sum.DoubleN(c.field, c.a, doublings)
	return sum
}
