package dstu4145

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// edgeScalars are 1, 2, …, around powers of two and the middle, up to n−1, then random ones.
func edgeScalars(c *Curve) []*big.Int {
	n := c.Order()
	list := []*big.Int{}
	for i := int64(1); i <= 34; i++ {
		list = append(list, big.NewInt(i), new(big.Int).Sub(n, big.NewInt(i)))
	}
	for _, i := range []uint{8, 16, 63, 64, 65, 127, 128, 129} {
		power := new(big.Int).Lsh(big.NewInt(1), i)
		list = append(list, power, new(big.Int).Sub(power, big.NewInt(1)), new(big.Int).Sub(n, power))
	}
	half := new(big.Int).Rsh(n, 1)
	list = append(list, half, new(big.Int).Add(half, big.NewInt(1)))
	r := rand.New(rand.NewPCG(1, uint64(c.FieldBits())))
	for range 10 {
		v := new(big.Int)
		for range 8 {
			v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(r.Uint64()))
		}
		if v.Mod(v, n); v.Sign() > 0 {
			list = append(list, v)
		}
	}
	return list
}

func eachCurve(t *testing.T, test func(t *testing.T, c *Curve)) {
	t.Helper()
	for _, c := range Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			test(t, c)
		})
		if m := c.FieldBits(); c.basis == nil && (m == 163 || m == 257 || m == 431) {
			t.Run(c.Name()+" portable", func(t *testing.T) {
				t.Parallel()
				test(t, portable(t, c))
			})
		}
	}
}

func TestMultiplicationsAgree(t *testing.T) {
	t.Parallel()
	eachCurve(t, func(t *testing.T, c *Curve) {
		whole := [][]affine{make([]affine, 1<<(keyWidth-2))}
		c.oddMultiples(whole[0], &c.base)
		split := c.splitMultiples(&c.base, keyWidth)
		var want affine
		before := new(big.Int)
		for _, k := range edgeScalars(c) {
			if before.Add(before, k).Cmp(c.n) == 0 { // k = n − the one before
				want = negate(&want)
			} else {
				slow := slowMultiply(c, k, &c.base)
				if want = c.fromXY(&slow.x, &slow.y); slow.infinity || !c.onCurve(&want) {
					t.Fatalf("%x·P is off the curve", k)
				}
			}
			before.Set(k)
			secret := scalarFromBig(k)
			if got := c.multiply(&secret, &c.base); got != want {
				t.Errorf("%x·P: the ladder differs", k)
			}
			if got := c.multiplyX(&secret, &c.base); got != want.X {
				t.Errorf("x of %x·P: the ladder differs", k)
			}
			if got := c.multiplyBase(&secret); got != want {
				t.Errorf("%x·P: the comb differs", k)
			}
			for _, q := range [][][]affine{whole, split} {
				var zero scalar
				first := c.joint(&secret, &zero, q)
				second := c.joint(&zero, &secret, q)
				var both [2]affine
				if c.normalize(both[:], []projective{first, second}); both[0] != want || both[1] != want {
					t.Errorf("%x·P: the joint multiplication in %d parts differs", k, len(q))
				}
				// kP + (n−k)P is infinity, and the sum passes through equal and opposite points.
				rest := scalarFromBig(new(big.Int).Sub(c.n, k))
				if p := c.joint(&secret, &rest, q); !p.Infinite() {
					t.Errorf("%x·P + (n−%x)·P in %d parts is not infinity", k, k, len(q))
				}
			}
		}
	})
}

func TestSubgroupCheckAgreesWithOrder(t *testing.T) {
	t.Parallel()
	eachCurve(t, func(t *testing.T, c *Curve) {
		inside, outside := 0, 0
		r := rand.New(rand.NewPCG(2, uint64(c.FieldBits())))
		for inside < 8 || outside < 8 {
			var p affine
			for i := range c.field.Words() {
				p.X[i] = r.Uint64()
			}
			p.X[c.field.Words()-1] &= 1<<(c.FieldBits()%64) - 1
			if !liftX(c, &p) {
				continue
			}
			n := slowMultiply(c, c.n, &p)
			if got := c.inSubgroup(&p); got != n.infinity {
				t.Fatalf("inSubgroup = %v for a point with n·Q infinite = %v", got, n.infinity)
			}
			if n.infinity {
				inside++
			} else {
				outside++
			}
		}
	})
}

// liftX finds y for p.X, whatever the trace of x.
func liftX(c *Curve, p *affine) bool {
	f := c.field
	var beta, z gf2m.Element
	beta.Invert(f, &p.X)
	beta.Square(f, &beta)
	beta.Mul(f, &beta, &c.b)
	beta.Add(&beta, &p.X)
	beta[0] ^= c.a
	if p.X.IsZero() || f.Trace(&beta) == 1 {
		return false
	}
	z.HalfTrace(f, &beta)
	p.L.Add(&z, &p.X)
	return c.onCurve(p)
}

func TestOrderArithmetic(t *testing.T) {
	t.Parallel()
	eachCurve(t, func(t *testing.T, c *Curve) {
		o := c.order
		list := edgeScalars(c)
		list = append(list, new(big.Int))
		for i, a := range list {
			b := list[(i*7+3)%len(list)]
			x, y := scalarFromBig(a), scalarFromBig(b)
			for _, op := range []struct {
				name string
				got  scalar
				want *big.Int
			}{
				{"+", o.add(&x, &y), new(big.Int).Add(a, b)},
				{"−", o.sub(&x, &y), new(big.Int).Sub(a, b)},
				{"·", o.mul(&x, &y), new(big.Int).Mul(a, b)},
			} {
				if op.want.Mod(op.want, c.n); op.got.big().Cmp(op.want) != 0 {
					t.Errorf("%x %s %x = %x, want %x", a, op.name, b, op.got.big(), op.want)
				}
			}
			fixed := o.fixedLength(&x)
			if v := fixed.big(); v.BitLen() != o.bits+1 || v.Mod(v, c.n).Cmp(a) != 0 {
				t.Errorf("fixedLength(%x) = %x", a, fixed.big())
			}
			var back [57]byte
			x.putLE(back[:56])
			if scalarFromLE(back[:56]) != x {
				t.Errorf("%x does not survive its encoding", a)
			}
		}
	})
}

func TestSignedDigits(t *testing.T) {
	t.Parallel()
	c := M257()
	for _, width := range []int{3, keyWidth, fixedWidth} {
		for _, k := range edgeScalars(c) {
			s := scalarFromBig(k)
			digits := make([]int16, c.OrderBits()+1)
			signedDigits(digits, &s, width)
			got := new(big.Int)
			last := -width
			for i, d := range digits {
				if d == 0 {
					continue
				}
				if d&1 == 0 || int(d) >= 1<<(width-1) || int(d) <= -1<<(width-1) || i-last < width {
					t.Fatalf("width %d: digit %d at %d after one at %d", width, d, i, last)
				}
				last = i
				got.Add(got, new(big.Int).Lsh(big.NewInt(int64(d)), uint(i)))
			}
			if got.Cmp(k) != 0 {
				t.Errorf("width %d: digits of %x make %x", width, k, got)
			}
		}
	}
}
