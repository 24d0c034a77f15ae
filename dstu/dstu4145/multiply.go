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

// joint returns s·P + r·Q for the base point P and the odd multiples of Q, in a single run of doublings. Variable time.
func (c *Curve) joint(s, r *scalar, q []affine) (sum projective) {
	var sDigits, rDigits [64 * gf2m.MaxWords]int16
	length := c.n.BitLen() + 1 // a recoded number may be one digit longer
	signedDigits(sDigits[:length], s, fixedWidth)
	signedDigits(rDigits[:length], r, keyWidth)
	fixed := c.fixed()
	for i := length - 1; i >= 0; i-- {
		if !sum.infinite() {
			sum.double(c, &sum)
		}
		sum.addDigit(c, fixed, sDigits[i])
		sum.addDigit(c, q, rDigits[i])
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
