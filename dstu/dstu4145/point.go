package dstu4145

import (
	"errors"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// affine is a point other than the point at infinity.
type affine struct{ x, y gf2m.Element }

// projective is a point in López and Dahab's coordinates, x = X/Z, y = Y/Z²; infinity has Z = 0.
type projective struct{ x, y, z gf2m.Element }

func (p *affine) negate() affine {
	q := affine{x: p.x}
	q.y.Add(&p.x, &p.y)
	return q
}

func (p *projective) infinite() bool { return p.z.IsZero() }

func (p *projective) set(q *affine) { *p = projective{x: q.x, y: q.y, z: gf2m.One()} }

// onCurve reports whether y² + xy = x³ + ax² + b.
func (c *Curve) onCurve(p *affine) bool {
	f := c.field
	var left, right, x2 gf2m.Element
	left.Add(&p.x, &p.y)
	left.Mul(f, &left, &p.y) // y² + xy
	x2.Square(f, &p.x)
	right.Mul(f, &x2, &p.x)
	if c.a == 1 {
		right.Add(&right, &x2)
	}
	right.Add(&right, &c.b)
	return left == right
}

// double sets p to 2q: 4 multiplications and 5 squarings.
func (p *projective) double(c *Curve, q *projective) {
	f := c.field
	var x2, z2, bz4, t gf2m.Element
	x2.Square(f, &q.x)
	z2.Square(f, &q.z)
	bz4.Square(f, &z2)
	bz4.Mul(f, &bz4, &c.b)
	t.Square(f, &q.y)
	t.Add(&t, &bz4)
	p.z.Mul(f, &x2, &z2)
	p.x.Square(f, &x2)
	p.x.Add(&p.x, &bz4)
	if c.a == 1 {
		t.Add(&t, &p.z)
	}
	t.Mul(f, &t, &p.x)
	bz4.Mul(f, &bz4, &p.z)
	p.y.Add(&t, &bz4)
}

// add sets p to p + q, whatever they are, in variable time.
func (p *projective) add(c *Curve, q *affine) {
	if p.infinite() {
		p.set(q)
		return
	}
	before := *p
	p.addDistinct(c, q)
	if !p.infinite() {
		return
	}
	// The x are equal: the points are the same or opposite.
	var y gf2m.Element
	y.Square(c.field, &before.z)
	y.Mul(c.field, &y, &q.y)
	if y == before.y {
		p.double(c, &before)
	} else {
		*p = projective{}
	}
}

// addDistinct sets p to p + q for points that are neither infinite nor equal nor opposite; for the latter two
// Z becomes 0. Nothing depends on the coordinates. 8 multiplications and 5 squarings (Al-Daoud,
// Mahmod, Rushdan and Kilicman, 2002).
func (p *projective) addDistinct(c *Curve, q *affine) {
	f := c.field
	var a, b, z2, d, e, t gf2m.Element
	z2.Square(f, &p.z)
	a.Mul(f, &q.y, &z2)
	a.Add(&a, &p.y)
	b.Mul(f, &q.x, &p.z)
	b.Add(&b, &p.x)
	t.Mul(f, &p.z, &b)
	d.Square(f, &b)
	if c.a == 1 { // the curve is public
		z2.Add(&z2, &t)
		d.Mul(f, &d, &z2)
	} else {
		d.Mul(f, &d, &t)
	}
	e.Mul(f, &a, &t)
	p.z.Square(f, &t)
	p.x.Square(f, &a)
	p.x.Add(&p.x, &d)
	p.x.Add(&p.x, &e)

	t.Mul(f, &q.x, &p.z)
	t.Add(&t, &p.x)
	e.Add(&e, &p.z)
	t.Mul(f, &t, &e)
	z2.Square(f, &p.z)
	d.Add(&q.x, &q.y)
	d.Mul(f, &d, &z2)
	p.y.Add(&t, &d)
}

// normalize returns the points in affine form with a single inversion (Montgomery). None may be infinite.
func (c *Curve) normalize(points []projective) []affine {
	f := c.field
	out := make([]affine, len(points))
	// prefix[i] is the product of the first i of the Z.
	prefix := make([]gf2m.Element, len(points)+1)
	prefix[0] = gf2m.One()
	for i := range points {
		prefix[i+1].Mul(f, &prefix[i], &points[i].z)
	}
	var inverse, zi gf2m.Element
	inverse.Invert(f, &prefix[len(points)])
	for i := len(points) - 1; i >= 0; i-- {
		zi.Mul(f, &inverse, &prefix[i])
		inverse.Mul(f, &inverse, &points[i].z)
		out[i].x.Mul(f, &points[i].x, &zi)
		zi.Square(f, &zi)
		out[i].y.Mul(f, &points[i].y, &zi)
	}
	return out
}

// compress encodes a point by its x with bit 0 replaced by Tr(y/x).
func (c *Curve) compress(p *affine) []byte {
	var t gf2m.Element
	t.Invert(c.field, &p.x)
	t.Mul(c.field, &t, &p.y)
	x := c.integer(&p.x)
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
	p.x = c.element(&i)
	if f.Trace(&p.x) != c.a {
		i[0] ^= 1
		p.x = c.element(&i)
	}
	if p.x.IsZero() {
		return affine{}, errZeroPoint
	}
	// z² + z = x + a + b/x², y = xz.
	var beta, z gf2m.Element
	beta.Invert(f, &p.x)
	beta.Square(f, &beta)
	beta.Mul(f, &beta, &c.b)
	beta.Add(&beta, &p.x)
	beta[0] ^= c.a
	if f.Trace(&beta) == 1 {
		return affine{}, errNoPoint
	}
	z.HalfTrace(f, &beta)
	if f.Trace(&z) != t {
		z[0] ^= 1
	}
	p.y.Mul(f, &p.x, &z)
	return p, nil
}

// inSubgroup reports whether a point of the curve lies in the subgroup of order n.
//
// The group is cyclic of order 2n or 4n, so the subgroup is that of all 2R or 4R. A point (x, y) is some 2R if and only
// if Tr(x) = Tr(a) (Seroussi, 1998). With cofactor 4 the half R must be a double as well; the halves
// R and R + (0, √b) agree on that, and R's coordinate u satisfies u² = y + x(λ+1), where λ² + λ = x + a
// (Knudsen, 1999). This replaces n·Q = ∞ at the price of two multiplications; the tests compare the two.
func (c *Curve) inSubgroup(p *affine) bool {
	f := c.field
	if p.x.IsZero() || f.Trace(&p.x) != c.a {
		return false
	}
	if c.cofactor == 2 {
		return true
	}
	var lambda, u2 gf2m.Element
	lambda.HalfTrace(f, &p.x) // a = 0 on the curves with cofactor 4
	lambda[0] ^= 1
	u2.Mul(f, &lambda, &p.x)
	u2.Add(&u2, &p.y)
	return f.Trace(&u2) == c.a // Tr(u²) = Tr(u)
}
