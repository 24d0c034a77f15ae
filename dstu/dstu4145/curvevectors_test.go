package dstu4145_test

import (
	"bytes"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/vectors"
)

// explicit is what key parameters say about a curve.
type explicit struct {
	Name, OID    string
	M            int
	Exponents    []int
	A            int
	B, BasePoint []byte
	N            string
	Normal       bool
}

func TestParametersAgreeWithVectors(t *testing.T) {
	t.Parallel()
	list, err := vectors.LoadCurves()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no vectors")
	}
	for _, v := range list {
		c, ok := dstu4145.CurveByOID(v.OID)
		if !ok {
			t.Errorf("%s: unknown", v.OID)
			continue
		}
		b := v.B.FillBytes(make([]byte, (v.M+7)/8))
		slices.Reverse(b)
		want := explicit{
			strings.Replace(v.Name, "_", "-", 1), v.OID, v.M, v.Exponents[1:], v.A, b, v.BasePoint, v.N.Text(16), v.Basis == "ONB",
		}
		got := explicit{
			c.Name(), c.OID(), c.FieldBits(), c.Exponents(), c.A(), c.B(), c.BasePoint(), c.Order().Text(16), c.OptimalNormalBasis(),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.Name, diff)
		}
		c.Order().Set(big.NewInt(1))
		c.Exponents()[0] = 1
		if c.Order().Cmp(&v.N.Int) != 0 || c.Exponents()[0] != v.Exponents[1] {
			t.Errorf("%s: the caller can change the curve", v.Name)
		}
		pub, err := dstu4145.ParsePublicKey(c, v.BasePoint)
		if err != nil || !bytes.Equal(pub.Bytes(), v.BasePoint) {
			t.Errorf("%s: the base point does not parse as a public key: %v", v.Name, err)
		}
	}
}
