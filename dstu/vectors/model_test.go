package vectors_test

import (
	"math/big"
	"slices"

	"github.com/dovidka/dovidka/dstu/vectors"
)

// This file and model_field_test.go are ДСТУ 4145-2002 as plainly as it can be written: bit polynomials multiplied by shifting and adding, points
// in affine coordinates, the formulas of the standard. It shares no code with package dstu4145, whose answers are
// compared with the files made here. The optimal normal bases are not changed into the polynomial basis, as
// dstu4145 does, but computed with as what they are: sums of γ^e + γ^−e for a root γ of 1 of order 2m+1.

// point is a point of a curve; nil is the point at infinity.
type point struct{ x, y element }

// curve is y² + xy = x³ + ax² + b.
type curve struct {
	*vectors.Curve
	f    *field
	a, b element
	n    *big.Int
	base *point
	p    *multiples
}

func newCurve(v *vectors.Curve) *curve {
	f := newField(v)
	c := &curve{Curve: v, f: f, a: f.blank(), b: f.element(&v.B.Int), n: &v.N.Int}
	if v.A == 1 {
		c.a = f.one()
	}
	c.base = &point{f.element(&v.X.Int), f.element(&v.Y.Int)}
	c.p = c.multiples(c.base)
	return c
}

func (c *curve) orderBits() int  { return c.n.BitLen() }
func (c *curve) orderBytes() int { return (c.n.BitLen() + 7) / 8 }
func (c *curve) fieldBytes() int { return (c.M + 7) / 8 }

// cofactor is that of all these curves: 4 with a = 0, else 2.
func (c *curve) cofactor() int64 { return 4 >> c.A }

func (c *curve) contains(p *point) bool {
	f := c.f
	x2 := f.square(p.x)
	left := f.add(f.square(p.y), f.mul(p.x, p.y))
	right := f.add(f.add(f.mul(x2, p.x), f.mul(c.a, x2)), c.b)
	return left.equal(right)
}

func (c *curve) negate(p *point) *point {
	if p == nil {
		return nil
	}
	return &point{p.x, c.f.add(p.x, p.y)}
}

func (c *curve) add(p, q *point) *point {
	f := c.f
	switch {
	case p == nil:
		return q
	case q == nil:
		return p
	case !p.x.equal(q.x):
		lambda := f.mul(f.add(p.y, q.y), f.invert(f.add(p.x, q.x)))
		x := f.add(f.add(f.add(f.square(lambda), lambda), f.add(p.x, q.x)), c.a)
		return &point{x, f.add(f.add(f.mul(lambda, f.add(p.x, x)), x), p.y)}
	case !p.y.equal(q.y) || p.x.zero():
		return nil
	default:
		lambda := f.add(p.x, f.mul(p.y, f.invert(p.x)))
		x := f.add(f.add(f.square(lambda), lambda), c.a)
		return &point{x, f.add(f.square(p.x), f.mul(f.add(lambda, f.one()), x))}
	}
}

// multiples keeps P, 2P, 4P, 8P, … and the multiples that were asked for.
type multiples struct {
	c      *curve
	powers []*point
	known  map[string]*point
}

func (c *curve) multiples(p *point) *multiples {
	return &multiples{c, []*point{p}, map[string]*point{}}
}

// times is k·P for k ≥ 0.
func (m *multiples) times(k *big.Int) *point {
	key := k.Text(16)
	if p, ok := m.known[key]; ok {
		return p
	}
	var sum *point
	for i := range k.BitLen() {
		if i == len(m.powers) {
			m.powers = append(m.powers, m.c.add(m.powers[i-1], m.powers[i-1]))
		}
		if k.Bit(i) == 1 {
			sum = m.c.add(sum, m.powers[i])
		}
	}
	m.known[key] = sum
	return sum
}

// compress puts Tr(y/x) in place of the lowest bit of x.
func (c *curve) compress(p *point) []byte {
	if p.x.zero() {
		return make([]byte, c.fieldBytes())
	}
	v := c.f.integer(p.x)
	v.SetBit(v, 0, uint(c.f.trace(c.f.mul(p.y, c.f.invert(p.x)))))
	return little(v, c.fieldBytes())
}

// decompress returns the point of a key, or nil if it may not be one.
func (c *curve) decompress(encoded []byte) *point {
	f := c.f
	v := number(encoded)
	if len(encoded) != c.fieldBytes() || v.BitLen() > c.M || v.Sign() == 0 {
		return nil
	}
	t := int(v.Bit(0))
	x := f.element(v)
	if f.trace(x) != c.A {
		v.SetBit(v, 0, v.Bit(0)^1)
		x = f.element(v)
	}
	if x.zero() {
		return nil
	}
	beta := f.add(f.add(x, c.a), f.mul(c.b, f.square(f.invert(x))))
	if f.trace(beta) == 1 {
		return nil
	}
	z := f.halfTrace(beta)
	if f.trace(z) != t {
		z = f.add(z, f.one())
	}
	p := &point{x, f.mul(x, z)}
	if !c.contains(p) {
		panic("decompressed a point off the curve")
	}
	if c.multiples(p).times(c.n) != nil {
		return nil
	}
	return p
}

// hash turns a digest into a field element: its low m bits, or 1.
func (c *curve) hash(digest []byte) element {
	h := c.f.element(low(number(digest), c.M))
	if h.zero() {
		return c.f.one()
	}
	return h
}

// truncate is the low L(n)−1 bits of an element.
func (c *curve) truncate(y element) *big.Int { return low(c.f.integer(y), c.orderBits()-1) }

// verify is the algorithm of the standard.
func (c *curve) verify(q *multiples, digest, signature []byte) bool {
	half := c.orderBytes()
	if len(signature) != 2*half {
		return false
	}
	r, s := number(signature[:half]), number(signature[half:])
	if r.Sign() == 0 || s.Sign() == 0 || r.Cmp(c.n) >= 0 || s.Cmp(c.n) >= 0 {
		return false
	}
	sum := c.add(c.p.times(s), q.times(r))
	return sum != nil && c.truncate(c.f.mul(c.hash(digest), sum.x)).Cmp(r) == 0
}

// sign is the algorithm of the standard with the secret number given.
func (c *curve) sign(d, k *big.Int, h element) (r, s *big.Int) {
	r = c.truncate(c.f.mul(h, c.p.times(k).x))
	s = new(big.Int).Mul(d, r)
	s.Add(s, k).Mod(s, c.n)
	return r, s
}

func low(v *big.Int, count int) *big.Int {
	mask := new(big.Int).Lsh(big.NewInt(1), uint(count))
	return mask.And(mask.Sub(mask, big.NewInt(1)), v)
}

// little writes v in length bytes, least significant first.
func little(v *big.Int, length int) []byte {
	b := v.FillBytes(make([]byte, length))
	slices.Reverse(b)
	return b
}

// number is the inverse of little.
func number(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}
