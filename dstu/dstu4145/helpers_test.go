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

// slowMultiply is k·P by double and add.
func slowMultiply(c *Curve, k *big.Int, p *affine) (z projective) {
	for i := k.BitLen() - 1; i >= 0; i-- {
		z.double(c, &z)
		if k.Bit(i) == 1 {
			z.add(c, p)
		}
	}
	return z
}
