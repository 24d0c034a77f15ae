package dstu4145

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"

	"github.com/dovidka/dovidka/dstu/gf2m"
	"github.com/dovidka/dovidka/dstu/vectors"
)

// TestGeneratedVectors verifies every vector, derives its public key and makes its signature again out of its k.
func TestGeneratedVectors(t *testing.T) {
	t.Parallel()
	for i, v := range loadSignatures(t).Generated {
		c := curveNamed(t, v.Curve)
		t.Run(fmt.Sprintf("%02d-%s", i, v.Curve), func(t *testing.T) {
			t.Parallel()
			replay(t, c, &v)
		})
		t.Run(fmt.Sprintf("%02d-%s portable", i, v.Curve), func(t *testing.T) {
			t.Parallel()
			replay(t, portable(t, c), &v)
		})
	}
}

func replay(t *testing.T, c *Curve, v *vectors.Signature) {
	t.Helper()
	pub, err := ParsePublicKey(c, v.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	if !Verify(pub, v.Hash, v.Signature) {
		t.Error("the signature does not verify")
	}
	if !Verify(pub, v.Hash, v.Signature) {
		t.Error("the signature does not verify with the tables of a known key")
	}
	key, err := NewPrivateKey(c, little(&v.D.Int, c.OrderBytes()))
	if err != nil {
		t.Fatal(err)
	}
	if !key.PublicKey().Equal(pub) {
		t.Errorf("public key %x, want %x", key.PublicKey().Bytes(), v.PublicKey)
	}
	h, nonce := c.hashElement(v.Hash), scalarFromBig(&v.K.Int)
	for _, mask := range []scalar{{}, {1}, key.d, c.order.n} {
		mask = c.order.once(&mask)
		r, s, ok := key.signWith(&h, &nonce, &mask)
		if !ok || r.big().Cmp(&v.R.Int) != 0 || s.big().Cmp(&v.S.Int) != 0 {
			t.Errorf("replayed r %x, s %x, want %x, %x", r.big(), s.big(), &v.R.Int, &v.S.Int)
		}
	}
	signature, err := key.Sign(nil, v.Hash, nil)
	if err != nil || !Verify(pub, v.Hash, signature) {
		t.Errorf("a fresh signature does not verify: %v", err)
	}
}

// TestPublishedVectors includes annex Б of the standard. The numbers are the field's and the order's own, so they go
// in below the encodings.
func TestPublishedVectors(t *testing.T) {
	t.Parallel()
	for _, v := range loadSignatures(t).Published {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			c := publishedCurve(t, &v)
			if !c.onCurve(&c.base) {
				t.Fatal("the base point is off the curve")
			}
			d := scalarFromBig(&v.D.Int)
			key := newPrivateKey(c, &d)
			x, y := fieldElement(t, c, &v.QX.Int), fieldElement(t, c, &v.QY.Int)
			q := c.fromXY(&x, &y)
			if want := c.compress(&q); !bytes.Equal(key.public.encoded, want) {
				t.Errorf("public key %x, want %x", key.public.encoded, want)
			}
			h := c.hashElement(little(&v.Hash.Int, 64))
			if v.H != nil && h != fieldElement(t, c, &v.H.Int) {
				t.Errorf("hash element %x, want %x", h, &v.H.Int)
			}
			r, s := scalarFromBig(&v.R.Int), scalarFromBig(&v.S.Int)
			if !key.public.verify(&h, &r, &s) {
				t.Error("the signature does not verify")
			}
			if v.K == nil {
				return
			}
			nonce, mask := scalarFromBig(&v.K.Int), scalar{12345}
			gotR, gotS, ok := key.signWith(&h, &nonce, &mask)
			if !ok || gotR != r || gotS != s {
				t.Errorf("replayed r %x, s %x, want %x, %x", gotR.big(), gotS.big(), &v.R.Int, &v.S.Int)
			}
		})
	}
}

// TestStandardCurves checks the built-in numbers against the vectors and against their definition.
func TestStandardCurves(t *testing.T) {
	t.Parallel()
	if len(Curves()) != 15 {
		t.Fatalf("%d curves, want 15", len(Curves()))
	}
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			found, ok := CurveByOID(c.OID())
			if !ok || found != c {
				t.Error("CurveByOID does not find it")
			}
			if bySize, ok := CurveBySize(c.FieldBits()); c.OptimalNormalBasis() == (ok && bySize == c) {
				t.Error("CurveBySize finds the wrong basis")
			}
			if !c.onCurve(&c.base) || !c.Order().ProbablyPrime(20) {
				t.Error("the base point is off the curve, or its order is no prime")
			}
			if p := slowMultiply(c, c.n, &c.base); !p.infinity {
				t.Error("n·P is not infinity")
			}
			// Hasse: 2^m + 1 − hn lies within 2^(m/2+1) for exactly one cofactor h.
			gap := new(big.Int).Lsh(big.NewInt(1), uint(c.FieldBits()))
			gap.Add(gap, big.NewInt(1))
			gap.Sub(gap, new(big.Int).Mul(c.n, new(big.Int).SetUint64(c.cofactor)))
			if gap.BitLen() > c.FieldBits()/2+2 {
				t.Errorf("cofactor %d does not fit", c.cofactor)
			}
			if c.OrderBits() != c.n.BitLen() || c.SignatureSize() != 2*((c.OrderBits()+7)/8) {
				t.Error("sizes disagree")
			}
		})
	}
	if _, ok := CurveByOID("1.2.804.2.1.1.1.1.3.1.1.2.10"); ok {
		t.Error("a curve that does not exist is found")
	}
	if _, ok := CurveBySize(256); ok {
		t.Error("a size that does not exist is found")
	}
	if M257().FieldBits() != 257 || M431().FieldBits() != 431 {
		t.Error("M257 or M431 is another curve")
	}
}

// TestNormalBasis checks the change of basis by what defines it: squaring turns an ONB integer by one bit, and 1 is
// all ones.
func TestNormalBasis(t *testing.T) {
	t.Parallel()
	tested := 0
	for _, c := range Curves() {
		if c.basis == nil {
			continue
		}
		tested++
		m := c.FieldBits()
		one := gf2m.One()
		ones := c.integer(&one)
		for i := range m {
			if ones.Bit(i) != 1 {
				t.Fatalf("%s: bit %d of 1 is 0", c.Name(), i)
			}
		}
		x := c.base.X
		before := c.integer(&x)
		if back := c.element(&before); back != x {
			t.Errorf("%s: the conversions are not inverse", c.Name())
		}
		x.Square(c.field, &x)
		after := c.integer(&x)
		for i := range m {
			if after.Bit(i) != before.Bit((i+1)%m) {
				t.Fatalf("%s: squaring does not rotate at bit %d", c.Name(), i)
			}
		}
	}
	if tested != 5 {
		t.Errorf("%d curves in normal basis, want 5", tested)
	}
}
