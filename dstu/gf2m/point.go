package gf2m

// AffinePoint is a point of the curve y² + xy = x³ + ax² + b other than infinity and the one with x = 0, as x and
// λ = x + y/x (Oliveira, López, Aranha and Rodríguez-Henríquez, 2014). The point with λ + 1 is its negative.
//
// These points stand here because the group law on them needs no more of the curve than a, and because where the
// processor allows it a whole operation stays in its registers.
type AffinePoint struct{ X, L Element }

// Lookup sets q to table[index] and reads the whole table, so that nothing tells a secret index. It must not be empty;
// an index outside gives zeros.
func (q *AffinePoint) Lookup(f *Field, table []AffinePoint, index uint64) {
	if assembledTables && f.use != portable {
		lookup(q, &table[0], len(table), index)
		return
	}
	*q = AffinePoint{}
	for i := range table {
		different := uint64(i) ^ index
		mask := (different - 1) & ^different // the top bit is set if they are equal, for numbers below 2⁶³
		mask = -(mask >> 63)
		for w := range q.X {
			q.X[w] |= mask & table[i].X[w]
			q.L[w] |= mask & table[i].L[w]
		}
	}
}

// Point is a point as x = X/Z and λ = L/Z; infinity has Z = 0.
type Point struct{ X, L, Z Element }

// Set sets p to q.
func (p *Point) Set(q *AffinePoint) { *p = Point{X: q.X, L: q.L, Z: One()} }

// Infinite reports whether p is the point at infinity.
func (p *Point) Infinite() bool { return p.Z.IsZero() }

// DoubleN replaces p by 2ⁿ·p on a curve with the given a, 0 or 1: 4 multiplications and 4 squarings each.
func (p *Point) DoubleN(f *Field, a uint64, n int) {
	switch {
	case n == 0:
	case f.use == wide && f.polynomial == trinomial257 && a == 0:
		doubleN257(p, n)
	case f.use == wide && f.polynomial == pentanomial431 && a == 1:
		doubleN431(p, n)
	default:
		for range n {
			p.double(f, a)
		}
	}
}

func (p *Point) double(f *Field, a uint64) {
	var t, z2, lz Element
	z2.Square(f, &p.Z)
	lz.Mul(f, &p.L, &p.Z)
	t.Square(f, &p.L)
	t.Add(&t, &lz)
	if a == 1 {
		t.Add(&t, &z2)
	}
	p.L.Mul(f, &p.X, &p.Z)
	p.L.Square(f, &p.L)
	p.X.Square(f, &t)
	p.Z.Mul(f, &t, &z2)
	lz.Mul(f, &lz, &t)
	p.L.Add(&p.L, &p.X)
	p.L.Add(&p.L, &lz)
	p.L.Add(&p.L, &p.Z)
}

// AddDistinct adds q, or −q if negative is 1, to p: 8 multiplications and 2 squarings that are the same for all points.
// It gives infinity for opposite points and wrongly also for equal ones, then with X = 0, and fails if p is infinite.
func (p *Point) AddDistinct(f *Field, q *AffinePoint, negative uint64) {
	switch {
	case f.use == wide && f.polynomial == trinomial257:
		add257(p, q, negative)
		return
	case f.use == wide && f.polynomial == pentanomial431:
		add431(p, q, negative)
		return
	}
	var a, b, xz, t Element
	t = q.L
	t[0] ^= negative
	a.Mul(f, &t, &p.Z)
	a.Add(&a, &p.L)
	xz.Mul(f, &q.X, &p.Z)
	b.Add(&p.X, &xz)
	b.Square(f, &b)
	t.Mul(f, &a, &p.X)
	xz.Mul(f, &a, &xz)
	p.X.Mul(f, &t, &xz)
	t.Mul(f, &a, &b)
	p.L.Add(&p.L, &p.Z)
	p.L.Mul(f, &p.L, &t)
	p.Z.Mul(f, &p.Z, &t)
	xz.Add(&xz, &b)
	xz.Square(f, &xz)
	p.L.Add(&p.L, &xz)
}

// Add adds q, or −q if negative is 1, to p, whatever they are, in variable time.
func (p *Point) Add(f *Field, a uint64, q *AffinePoint, negative uint64) {
	if !p.Infinite() {
		p.AddDistinct(f, q, negative)
		if !p.Infinite() || !p.X.IsZero() { // opposite points differ in λ, so their X is not 0
			return
		}
		p.set(q, negative)
		p.DoubleN(f, a, 1) // they were the same point
		return
	}
	p.set(q, negative)
}

func (p *Point) set(q *AffinePoint, negative uint64) {
	p.Set(q)
	p.L[0] ^= negative
}
