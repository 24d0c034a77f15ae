package dstu4145

import (
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// Curve is a curve y² + xy = x³ + ax² + b over GF(2^m) with a base point of prime order n. There is one *Curve per
// standard curve, so pointers compare. It is safe for concurrent use.
type Curve struct {
	name, oid string
	field     *gf2m.Field
	basis     *normalBasis // nil for the polynomial basis
	a         uint64       // 0 or 1
	b, sqrtB  gf2m.Element
	base      affine
	n         *big.Int
	order     *order // n for arithmetic on secrets
	cofactor  uint64

	public func() *gf2m.Public // tables of the field for public elements
	fixed  func() [][]affine   // multiples of the base point for verification
	comb   func() comb         // multiples of the base point for secret scalars
}

// curves builds all standard curves once; they are never changed afterwards.
var curves = sync.OnceValue(func() []*Curve {
	list := make([]*Curve, len(standard))
	for i := range standard {
		c, err := newCurve(&standard[i])
		if err != nil {
			panic("dstu4145: malformed built-in curve: " + err.Error())
		}
		list[i] = c
	}
	return list
})

// newCurve checks nothing a standard curve satisfies by itself; the tests do.
func newCurve(p *parameters) (*Curve, error) {
	field, err := gf2m.NewField(p.m, p.inner...)
	if err != nil {
		return nil, err
	}
	c := &Curve{name: p.name, oid: p.oid, field: field, a: p.a, cofactor: 2}
	if p.a == 0 {
		c.cofactor = 4
	}
	var x, y gf2m.Element
	for _, e := range []struct {
		to   *gf2m.Element
		text string
	}{{&c.b, p.b}, {&x, p.x}, {&y, p.y}} {
		if err := parseElement(e.to, field, e.text); err != nil {
			return nil, err
		}
	}
	c.sqrtB.Sqrt(field, &c.b)
	c.base = c.fromXY(&x, &y)
	n, ok := new(big.Int).SetString(p.n, 16)
	if !ok {
		return nil, fmt.Errorf("order %q", p.n)
	}
	c.n = n
	c.order = newOrder(n)
	if p.theta != "" {
		var theta gf2m.Element
		if err := parseElement(&theta, field, p.theta); err != nil {
			return nil, err
		}
		if c.basis, err = newNormalBasis(field, &theta); err != nil {
			return nil, err
		}
	}
	c.public = sync.OnceValue(func() *gf2m.Public { return c.field.NewPublic() })
	c.fixed = sync.OnceValue(func() [][]affine { return c.splitMultiples(&c.base, fixedWidth) })
	c.comb = sync.OnceValue(c.newComb)
	return c, nil
}

func parseElement(z *gf2m.Element, f *gf2m.Field, text string) error {
	v, ok := new(big.Int).SetString(text, 16)
	if !ok || v.BitLen() > f.Bits() {
		return fmt.Errorf("field element %q", text)
	}
	le := v.FillBytes(make([]byte, f.ByteLen()))
	slices.Reverse(le)
	return z.SetBytesLE(f, le)
}

// Curves returns the ten standard curves in polynomial basis and the five in optimal normal basis.
func Curves() []*Curve { return slices.Clone(curves()) }

// CurveByOID returns the named curve: 1.2.804.2.1.1.1.1.3.1.1.2.N in polynomial basis, N = 0…9, or
// 1.2.804.2.1.1.1.1.3.1.2.2.N in optimal normal basis, N = 0…4 (act z1399-12).
func CurveByOID(oid string) (*Curve, bool) {
	for _, c := range curves() {
		if c.oid == oid {
			return c, true
		}
	}
	return nil, false
}

// CurveBySize returns the curve over GF(2^m) in polynomial basis.
func CurveBySize(m int) (*Curve, bool) {
	for _, c := range curves() {
		if c.basis == nil && c.field.Bits() == m {
			return c, true
		}
	}
	return nil, false
}

// M257 returns the curve over GF(2²⁵⁷), which the certificates of people and organisations use.
func M257() *Curve { return mustBySize(257) }

// M431 returns the curve over GF(2⁴³¹), which the national root and encryption certificates use.
func M431() *Curve { return mustBySize(431) }

func mustBySize(m int) *Curve {
	c, ok := CurveBySize(m)
	if !ok {
		panic("dstu4145: a built-in curve is missing")
	}
	return c
}

// Name returns a name for people, such as "M257-PB".
func (c *Curve) Name() string { return c.name }

// OID returns the object identifier of the named curve in dotted form.
func (c *Curve) OID() string { return c.oid }

// FieldBits returns m.
func (c *Curve) FieldBits() int { return c.field.Bits() }

// FieldBytes returns the length of an encoded field element or public key, ceil(m/8).
func (c *Curve) FieldBytes() int { return c.field.ByteLen() }

// OrderBits returns L(n), the bit length of the order of the base point.
func (c *Curve) OrderBits() int { return c.n.BitLen() }

// OrderBytes returns the length of an encoded scalar and of half a signature, ceil(L(n)/8).
func (c *Curve) OrderBytes() int { return (c.n.BitLen() + 7) / 8 }

// SignatureSize returns the length of a signature, 2·ceil(L(n)/8).
func (c *Curve) SignatureSize() int { return 2 * c.OrderBytes() }

// Order returns n, the order of the base point.
func (c *Curve) Order() *big.Int { return new(big.Int).Set(c.n) }

// OptimalNormalBasis reports whether encodings use the optimal normal basis.
func (c *Curve) OptimalNormalBasis() bool { return c.basis != nil }

// Exponents returns the inner exponents of the field polynomial, largest first: one or three. Explicit parameters in
// certificates name the three in either order.
func (c *Curve) Exponents() []int { return c.field.Exponents() }

// A returns the coefficient a, 0 or 1.
func (c *Curve) A() int { return int(c.a) }

// B returns the coefficient b as it stands in key parameters: ceil(m/8) bytes, least significant first.
func (c *Curve) B() []byte { return c.encodeElement(&c.b) }

// BasePoint returns the compressed base point as it stands in key parameters: ceil(m/8) bytes, least significant first.
func (c *Curve) BasePoint() []byte { return c.compress(&c.base) }

// encodeElement writes the integer of e in the basis of the curve.
func (c *Curve) encodeElement(e *gf2m.Element) []byte {
	i := c.integer(e)
	return i.BytesLE(c.field)
}

// integer is the integer of a field element, which in the optimal normal basis is another bit string. It is kept in
// the words of an Element.
func (c *Curve) integer(e *gf2m.Element) gf2m.Element {
	if c.basis == nil {
		return *e
	}
	return c.basis.fromField.apply(e)
}

// element is the inverse of integer.
func (c *Curve) element(i *gf2m.Element) gf2m.Element {
	if c.basis == nil {
		return *i
	}
	return c.basis.toField.apply(i)
}
