package dstu4145

import (
	"github.com/dovidka/dovidka/dstu/gf2m"
)

const (
	fixedWidth = 8 // window for the base point, whose table is made once
	keyWidth   = 5 // window for a public key
)

// scalar is an integer below n, least significant word first.
type scalar [gf2m.MaxWords]uint64

// oddMultiples returns P, 3P, 5P, … (2^(width−1)−1)P, all that signed windows of this width need.
func (c *Curve) oddMultiples(p *affine, width int) []affine {
	points := make([]projective, 1<<(width-2))
	points[0].set(p)
	var twice projective
	twice.double(c, &points[0])
	step := c.normalize([]projective{twice})[0]
	for i := 1; i < len(points); i++ {
		points[i] = points[i-1]
		points[i].add(c, &step)
	}
	return c.normalize(points)
}

// signedDigits writes k as Σ digits[i]·2^i where every digit is 0 or odd and below 2^(width−1) in size, any two that
// are not 0 being width places or more apart (wNAF).
func signedDigits(digits []int16, k *scalar, width int) {
	clear(digits)
	carry := 0
	for i := 0; i < len(digits); {
		if k.bits(i, 1) == carry {
			i++
			continue
		}
		digit := k.bits(i, width) + carry
		carry = digit >> (width - 1)
		digits[i] = int16(digit - carry<<width)
		i += width
	}
}

// bits returns count bits from position i on.
func (k *scalar) bits(i, count int) int {
	word, shift := i/64, i%64
	if word >= len(k) {
		return 0
	}
	v := k[word] >> shift
	if shift+count > 64 && word+1 < len(k) {
		v |= k[word+1] << (64 - shift)
	}
	return int(v & (1<<count - 1))
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
	base := *p
	for i := range parts {
		if i > 0 {
			var shifted projective
			shifted.set(&base)
			for range span {
				shifted.double(c, &shifted)
			}
			base = c.normalize([]projective{shifted})[0]
		}
		parts[i] = c.oddMultiples(&base, width)
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
	for i := span - 1; i >= 0; i-- {
		if !sum.infinite() {
			sum.double(c, &sum)
		}
		for part, at := 0, i; part < len(q) && at < length; part, at = part+1, at+span {
			sum.addDigit(c, fixed[part], sDigits[at])
			sum.addDigit(c, q[part], rDigits[at])
		}
	}
	return sum
}

// addDigit adds digit·P out of the odd multiples of P.
func (p *projective) addDigit(c *Curve, odd []affine, digit int16) {
	switch {
	case digit > 0:
		p.add(c, &odd[digit/2])
	case digit < 0:
		q := odd[-digit/2].negate()
		p.add(c, &q)
	}
}
