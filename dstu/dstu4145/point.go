package dstu4145

import (
	"errors"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// affine is a point as x and λ = x + y/x, neither infinity nor the point of order two, x = 0.
type affine = gf2m.AffinePoint

// projective is a point as x = X/Z, λ = L/Z; infinity has Z = 0.
type projective = gf2m.Point

// negate returns −p.
func negate(p *affine) affine {
	q := *p
	q.L[0] ^= 1
	return q
}

// onCurve reports whether y² + xy = x³ + ax² + b, which is (λ² + λ + a)x² = x⁴ + b.
func (c *Curve) onCurve(p *affine) bool {
	f := c.field
	var left, right gf2m.Element
	left.Square(f, &p.L)
	left.Add(&left, &p.L)
	left[0] ^= c.a
	right.Square(f, &p.X)
	left.Mul(f, &left, &right)
	right.Square(f, &right)
	right.Add(&right, &c.b)
	return left == right
}

// fromXY returns the point with the given coordinates, x ≠ 0, in constant time.
func (c *Curve) fromXY(x, y *gf2m.Element) affine {
	p := affine{X: *x}
	p.L.Invert(c.field, x)
	p.L.Mul(c.field, &p.L, y)
	p.L.Add(&p.L, x)
	return p
}

// normalize sets out to the points in affine form with a single inversion (Montgomery). None may be infinite, all are
// public.
func (c *Curve) normalize(out []affine, points []projective) {
	f := c.field
	// The X of out are the products of the Z so far, until they are overwritten from the end.
	product := gf2m.One()
	for i := range points {
		out[i].X = product
		product.Mul(f, &product, &points[i].Z)
	}
	var inverse, zi gf2m.Element
	c.public().Invert(&inverse, &product)
	for i := len(points) - 1; i >= 0; i-- {
		zi.Mul(f, &inverse, &out[i].X)
		inverse.Mul(f, &inverse, &points[i].Z)
		out[i].X.Mul(f, &points[i].X, &zi)
		out[i].L.Mul(f, &points[i].L, &zi)
	}
}

// affineOf returns a secret point in affine form.
func (c *Curve) affineOf(p *projective) (q affine) {
	var inverse gf2m.Element
	inverse.Invert(c.field, &p.Z)
	q.X.Mul(c.field, &p.X, &inverse)
	q.L.Mul(c.field, &p.L, &inverse)
	clear(inverse[:])
	return q
}

// compress encodes a point by its x with bit 0 replaced by Tr(y/x).
func (c *Curve) compress(p *affine) []byte {
	var t gf2m.Element
	t.Add(&p.X, &p.L)
	x := c.integer(&p.X)
	x[0] = x[0]&^1 | c.field.Trace(&t)
	return x.BytesLE(c.field)
}

var (
	errZeroPoint = errors.New("the point of order two")
	errNoPoint   = errors.New("no point of the curve has this x")
	errSubgroup  = errors.New("point outside the subgroup of order n")
)

// decompress is the inverse of compress. It gives points with Tr(x) = a only, and never the one with x = 0.
func (c *Curve) decompress(encoded []byte) (p affine, err error) {
	f := c.field
	var i gf2m.Element
	if err := i.SetBytesLE(f, encoded); err != nil {
		return affine{}, err
	}
	if i.IsZero() {
		return affine{}, errZeroPoint
	}
	t := i.Bit(0)
	p.X = c.element(&i)
	if f.Trace(&p.X) != c.a {
		i[0] ^= 1
		p.X = c.element(&i)
	}
	if p.X.IsZero() {
		return affine{}, errZeroPoint
	}
	// y = xz with z² + z = x + a + b/x².
	var beta, z gf2m.Element
	c.public().Invert(&beta, &p.X)
	beta.Square(f, &beta)
	beta.Mul(f, &beta, &c.b)
	beta.Add(&beta, &p.X)
	beta[0] ^= c.a
	if f.Trace(&beta) == 1 {
		return affine{}, errNoPoint
	}
	c.public().HalfTrace(&z, &beta)
	if f.Trace(&z) != t {
		z[0] ^= 1
	}
	p.L.Add(&p.X, &z)
	return p, nil
}

// inSubgroup reports whether a point of the curve lies in the subgroup of order n.
//
// The group is cyclic of order 2n or 4n, so the subgroup is that of all 2R or 4R. A point (x, y) is some 2R if and only
// if Tr(x) = Tr(a) (Seroussi, 1998). With cofactor 4 the half R must be a double as well; the halves
// R and R + (0, √b) agree on that, and R's coordinate u satisfies u² = y + x(λ+1), where λ² + λ = x + a
// (Knudsen, 1999), not the λ of an affine point. This replaces n·Q = ∞ at the price of one multiplication; the tests
// compare the two.
func (c *Curve) inSubgroup(p *affine) bool {
	f := c.field
	if p.X.IsZero() || f.Trace(&p.X) != c.a {
		return false
	}
	if c.cofactor == 2 {
		return true
	}
	var half, u2 gf2m.Element
	c.public().HalfTrace(&half, &p.X) // a = 0 on the curves with cofactor 4
	half.Add(&half, &p.X)
	half.Add(&half, &p.L) // y/x + λ
	half[0] ^= 1
	u2.Mul(f, &half, &p.X)
	return f.Trace(&u2) == c.a // Tr(u²) = Tr(u)
}
