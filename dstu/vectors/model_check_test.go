package vectors_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/dovidka/dovidka/dstu/vectors"
)

// models returns the model of every standard curve.
func models(tb testing.TB) []*curve {
	tb.Helper()
	list, err := vectors.LoadCurves()
	if err != nil {
		tb.Fatal(err)
	}
	if len(list) != 15 {
		tb.Fatalf("%d curves, want 15", len(list))
	}
	out := make([]*curve, len(list))
	for i := range list {
		out[i] = newCurve(&list[i])
	}
	return out
}

// TestModel holds the model to the curves' definition and to the vectors that others confirmed, ONB included.
func TestModel(t *testing.T) {
	t.Parallel()
	loaded, err := vectors.LoadDSTU4145()
	if err != nil {
		t.Fatal(err)
	}
	byCurve := map[string][]vectors.Signature{}
	for _, v := range loaded.Generated {
		byCurve[v.Curve] = append(byCurve[v.Curve], v)
	}
	if len(byCurve) < 8 || len(byCurve["M431_ONB"])+len(byCurve["M173_ONB"]) == 0 {
		t.Fatalf("vectors for %d curves", len(byCurve))
	}
	for _, c := range models(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if !c.contains(c.base) || c.p.times(c.n) != nil {
				t.Error("the base point is off the curve or not of order n")
			}
			if !bytes.Equal(c.compress(c.base), c.BasePoint) {
				t.Errorf("base point %x, want %x", c.compress(c.base), c.BasePoint)
			}
			for _, v := range byCurve[c.Name] {
				q := c.decompress(v.PublicKey)
				if q == nil || c.f.integer(q.x).Cmp(&v.QX.Int) != 0 || c.f.integer(q.y).Cmp(&v.QY.Int) != 0 {
					t.Fatalf("public key %x gives another point", v.PublicKey)
				}
				if !bytes.Equal(c.compress(c.negate(c.p.times(&v.D.Int))), v.PublicKey) {
					t.Error("d gives another public key")
				}
				r, s := c.sign(&v.D.Int, &v.K.Int, c.hash(v.Hash))
				if r.Cmp(&v.R.Int) != 0 || s.Cmp(&v.S.Int) != 0 {
					t.Errorf("r %x, s %x, want %x, %x", r, s, &v.R.Int, &v.S.Int)
				}
				if !c.verify(c.multiples(q), v.Hash, v.Signature) {
					t.Error("the signature does not verify")
				}
			}
		})
	}
}

// TestModelAnnex replays the example of annex Б and the published ones beside it.
func TestModelAnnex(t *testing.T) {
	t.Parallel()
	loaded, err := vectors.LoadDSTU4145()
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Published) == 0 {
		t.Fatal("no vectors")
	}
	for i := range loaded.Published {
		v := &loaded.Published[i]
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			c := newCurve(&vectors.Curve{M: v.M, Exponents: append([]int{v.M}, v.Exponents...), A: v.A, B: v.B, N: v.N, X: v.X, Y: v.Y, Basis: "PB"})
			q := c.negate(c.p.times(&v.D.Int))
			if got := fmt.Sprintf("%x %x", c.f.integer(q.x), c.f.integer(q.y)); got != fmt.Sprintf("%x %x", &v.QX.Int, &v.QY.Int) {
				t.Errorf("public key %s, want %x %x", got, &v.QX.Int, &v.QY.Int)
			}
			digest := little(&v.Hash.Int, 64)
			if !c.verify(c.multiples(q), digest, append(little(&v.R.Int, c.orderBytes()), little(&v.S.Int, c.orderBytes())...)) {
				t.Error("the signature does not verify")
			}
			if v.K == nil {
				return
			}
			if r, s := c.sign(&v.D.Int, &v.K.Int, c.hash(digest)); r.Cmp(&v.R.Int) != 0 || s.Cmp(&v.S.Int) != 0 {
				t.Errorf("r %x, s %x, want %x, %x", r, s, &v.R.Int, &v.S.Int)
			}
		})
	}
}
