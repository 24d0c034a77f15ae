package dstu4145

import (
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/dstu/gf2m"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func loadSignatures(tb testing.TB) vectors.DSTU4145 {
	tb.Helper()
	v, err := vectors.LoadDSTU4145()
	if err != nil {
		tb.Fatal(err)
	}
	if len(v.Generated) == 0 || len(v.Published) == 0 {
		tb.Fatal("no vectors")
	}
	return v
}

// curveNamed finds a curve by the name the vectors use, M257_PB for M257-PB.
func curveNamed(tb testing.TB, name string) *Curve {
	tb.Helper()
	for _, c := range Curves() {
		if c.Name() == strings.Replace(name, "_", "-", 1) {
			return c
		}
	}
	tb.Fatalf("no curve %q", name)
	return nil
}

// portable builds the curve again, without assembly.
func portable(tb testing.TB, c *Curve) *Curve {
	tb.Helper()
	for i := range standard {
		if standard[i].oid != c.oid {
			continue
		}
		plain, err := newCurve(&standard[i])
		if err != nil {
			tb.Fatal(err)
		}
		plain.field = plain.field.Portable()
		return plain
	}
	tb.Fatalf("no curve %s", c.oid)
	return nil
}

// publishedCurve builds the curve of a published vector, which has its own base point.
func publishedCurve(tb testing.TB, v *vectors.PublishedSignature) *Curve {
	tb.Helper()
	c, err := newCurve(&parameters{
		name: v.Name, m: v.M, inner: v.Exponents, a: uint64(v.A),
		b: v.B.Text(16), n: v.N.Text(16), x: v.X.Text(16), y: v.Y.Text(16),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func fieldElement(tb testing.TB, c *Curve, v *big.Int) (z gf2m.Element) {
	tb.Helper()
	if err := z.SetBytesLE(c.field, little(v, c.FieldBytes())); err != nil {
		tb.Fatal(err)
	}
	return z
}

func little(v *big.Int, length int) []byte {
	b := v.FillBytes(make([]byte, length))
	slices.Reverse(b)
	return b
}

func (x *scalar) big() *big.Int {
	b := make([]byte, 8*len(x))
	x.putLE(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// point is a point by its coordinates, as the standard has it. Its arithmetic is the definition: chords and tangents.
type point struct {
	x, y     gf2m.Element
	infinity bool
}

func (c *Curve) toPoint(p *affine) (q point) {
	q.x = p.X
	q.y.Add(&p.X, &p.L)
	q.y.Mul(c.field, &q.y, &p.X)
	return q
}

func (c *Curve) addPoints(p, q *point) (z point) {
	f := c.field
	var slope, t gf2m.Element
	switch {
	case p.infinity:
		return *q
	case q.infinity:
		return *p
	case p.x != q.x:
		c.public().Invert(&t, t.Add(&p.x, &q.x))
		slope.Add(&p.y, &q.y)
		slope.Mul(f, &slope, &t)
	case p.y != q.y || p.x.IsZero():
		return point{infinity: true}
	default:
		c.public().Invert(&slope, &p.x)
		slope.Mul(f, &slope, &p.y)
		slope.Add(&slope, &p.x)
	}
	z.x.Square(f, &slope)
	z.x.Add(&z.x, &slope)
	z.x.Add(&z.x, &p.x)
	z.x.Add(&z.x, &q.x)
	z.x[0] ^= c.a
	t.Add(&p.x, &z.x)
	z.y.Mul(f, &slope, &t)
	z.y.Add(&z.y, &z.x)
	z.y.Add(&z.y, &p.y)
	return z
}

// slowMultiply is k·P by double and add.
func slowMultiply(c *Curve, k *big.Int, p *affine) point {
	base, z := c.toPoint(p), point{infinity: true}
	for i := k.BitLen() - 1; i >= 0; i-- {
		z = c.addPoints(&z, &z)
		if k.Bit(i) == 1 {
			z = c.addPoints(&z, &base)
		}
	}
	return z
}
