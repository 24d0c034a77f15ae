package dstu4145

import "github.com/dovidka/dovidka/dstu/gf2m"

// ladder computes the x-coordinates of k·P and (k+1)·P as X/Z by Montgomery's ladder (López and Dahab, 1999). Its
// instructions and memory accesses do not depend on k, which must satisfy 0 < k < n; P must have order n.
func (c *Curve) ladder(k *scalar, p *affine) (x0, z0, x1, z1 gf2m.Element) {
	f := c.field
	fixed := c.order.fixedLength(k)
	x0, z0 = p.X, gf2m.One()
	z1.Square(f, &p.X)
	x1.Square(f, &z1)
	x1.Add(&x1, &c.b)
	var swapped uint64
	for i := c.order.bits - 1; i >= 0; i-- {
		bit := fixed[i/64] >> (i % 64) & 1
		x0.Swap(&x1, bit^swapped)
		z0.Swap(&z1, bit^swapped)
		swapped = bit

		var t, u gf2m.Element
		t.Mul(f, &x0, &z1)
		u.Mul(f, &x1, &z0)
		z1.Add(&t, &u)
		z1.Square(f, &z1)
		t.Mul(f, &t, &u)
		x1.Mul(f, &p.X, &z1)
		x1.Add(&x1, &t)

		t.Square(f, &x0)
		u.Square(f, &z0)
		z0.Mul(f, &t, &u)
		u.Mul(f, &u, &c.sqrtB)
		t.Add(&t, &u)
		x0.Square(f, &t)
	}
	x0.Swap(&x1, swapped)
	z0.Swap(&z1, swapped)
	clear(fixed[:])
	return x0, z0, x1, z1
}

// multiplyX returns the x-coordinate of k·P, for secret k.
func (c *Curve) multiplyX(k *scalar, p *affine) gf2m.Element {
	x, z, _, _ := c.ladder(k, p)
	z.Invert(c.field, &z)
	x.Mul(c.field, &x, &z)
	return x
}

// multiply returns k·P, for secret k.
func (c *Curve) multiply(k *scalar, p *affine) affine {
	f := c.field
	x0, z0, x1, z1 := c.ladder(k, p)
	if z1.IsZero() { // (k+1)·P = ∞
		return negate(p)
	}
	z0.Invert(f, &z0)
	x0.Mul(f, &x0, &z0)
	z1.Invert(f, &z1)
	x1.Mul(f, &x1, &z1)

	// y₀ = (x+x₀)·((x+x₀)(x+x₁) + x² + y)/x + y, where x² + y = λx
	var d, t, y gf2m.Element
	d.Add(&p.X, &x0)
	t.Add(&p.X, &x1)
	t.Mul(f, &t, &d)
	y.Invert(f, &p.X)
	t.Mul(f, &t, &y)
	t.Add(&t, &p.L)
	t.Mul(f, &t, &d)
	y.Add(&p.L, &p.X)
	y.Mul(f, &y, &p.X)
	y.Add(&y, &t)
	return c.fromXY(&x0, &y)
}
