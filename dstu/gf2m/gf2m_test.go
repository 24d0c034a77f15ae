package gf2m

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// fields are the polynomials of ДСТУ 4145-2002, and one more of Bouncy Castle's test curves (283).
var fields = []struct {
	m     int
	inner []int
}{
	{163, []int{7, 6, 3}}, {167, []int{6}}, {173, []int{10, 2, 1}}, {179, []int{4, 2, 1}}, {191, []int{9}},
	{233, []int{9, 4, 1}}, {257, []int{12}}, {283, []int{12, 7, 5}}, {307, []int{8, 4, 2}}, {367, []int{21}},
	{431, []int{5, 3, 1}},
}

func each(t *testing.T, test func(t *testing.T, f *Field)) {
	t.Helper()
	for _, p := range fields {
		f, err := NewField(p.m, p.inner...)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range implementations(f) {
			t.Run(strconv.Itoa(p.m)+" "+names[g.use], func(t *testing.T) {
				t.Parallel()
				test(t, g)
			})
		}
	}
}

func random(f *Field, seed uint64) (z Element) {
	r := rand.New(rand.NewPCG(seed, uint64(f.m)))
	for i := range f.words {
		z[i] = r.Uint64()
	}
	z[f.words-1] &= 1<<(f.m%64) - 1
	return z
}

// samples are the elements where words and reductions have their edges, then random ones.
func samples(f *Field) []Element {
	var full Element
	for i := range f.m {
		full[i/64] |= 1 << (i % 64)
	}
	list := []Element{{}, One(), {2}, full}
	for i := range f.m {
		if i%64 < 2 || i%64 > 61 || i > f.m-3 {
			var e Element
			e[i/64] = 1 << (i % 64)
			list = append(list, e)
		}
	}
	for seed := range uint64(40) {
		list = append(list, random(f, seed))
	}
	return list
}

func toBig(f *Field, x *Element) *big.Int {
	b := x.BytesLE(f)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

// slowMul is the definition: shift and add, then divide by the polynomial.
func slowMul(f *Field, x, y *Element) *big.Int {
	a, b := toBig(f, x), toBig(f, y)
	product := new(big.Int)
	for i := range b.BitLen() {
		if b.Bit(i) == 1 {
			product.Xor(product, new(big.Int).Lsh(a, uint(i)))
		}
	}
	polynomial := big.NewInt(1)
	for _, k := range append(f.Exponents(), f.m) {
		polynomial.SetBit(polynomial, k, 1)
	}
	for product.BitLen() > f.m {
		product.Xor(product, new(big.Int).Lsh(polynomial, uint(product.BitLen()-1-f.m)))
	}
	return product
}

func TestMultiplicationAgreesWithDefinition(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *Field) {
		list := samples(f)
		for i := range list {
			for j := range list {
				if (i*j)%3 != 0 {
					continue // a third of the pairs is enough for big.Int's pace
				}
				want := slowMul(f, &list[i], &list[j])
				var got Element
				if got.Mul(f, &list[i], &list[j]); toBig(f, &got).Cmp(want) != 0 {
					t.Fatalf("Mul(%x, %x) = %x, want %x", list[i], list[j], got, want)
				}
			}
			var square, product Element
			square.Square(f, &list[i])
			if product.Mul(f, &list[i], &list[i]); square != product {
				t.Fatalf("Square(%x) = %x, want %x", list[i], square, product)
			}
		}
	})
}

func TestAliasing(t *testing.T) {
	t.Parallel()
	binary := map[string]func(f *Field, z, x, y *Element) *Element{
		"Add":    func(_ *Field, z, x, y *Element) *Element { return z.Add(x, y) },
		"Mul":    func(f *Field, z, x, y *Element) *Element { return z.Mul(f, x, y) },
		"Select": func(_ *Field, z, x, y *Element) *Element { return z.Select(x, y, 1) },
	}
	unary := map[string]func(f *Field, z, x *Element) *Element{
		"Square":    func(f *Field, z, x *Element) *Element { return z.Square(f, x) },
		"SquareN":   func(f *Field, z, x *Element) *Element { return z.SquareN(f, x, 3) },
		"Sqrt":      func(f *Field, z, x *Element) *Element { return z.Sqrt(f, x) },
		"HalfTrace": func(f *Field, z, x *Element) *Element { return z.HalfTrace(f, x) },
		"Invert":    func(f *Field, z, x *Element) *Element { return z.Invert(f, x) },
	}
	each(t, func(t *testing.T, f *Field) {
		x, y := random(f, 1), random(f, 2)
		for name, op := range binary {
			want := *op(f, new(Element), &x, &y)
			left, right := x, y
			if op(f, &left, &left, &y); left != want {
				t.Errorf("%s with the receiver as first argument differs", name)
			}
			if op(f, &right, &x, &right); right != want {
				t.Errorf("%s with the receiver as second argument differs", name)
			}
			same := x
			wantSame := *op(f, new(Element), &x, &x)
			if op(f, &same, &same, &same); same != wantSame {
				t.Errorf("%s with one variable throughout differs", name)
			}
		}
		for name, op := range unary {
			want := *op(f, new(Element), &x)
			in := x
			if op(f, &in, &in); in != want {
				t.Errorf("%s in place differs", name)
			}
		}
	})
}

func TestInverseRootAndTrace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *Field) {
		for _, x := range samples(f) {
			var inverse, product, root, trace, power Element
			inverse.Invert(f, &x)
			product.Mul(f, &inverse, &x)
			if want := (Element{1}); x.IsZero() && !product.IsZero() || !x.IsZero() && product != want {
				t.Fatalf("x·1/x = %x for %x", product, x)
			}
			root.Sqrt(f, &x)
			if root.Square(f, &root); root != x {
				t.Fatalf("the square of the root of %x is %x", x, root)
			}
			power = x
			for range f.m {
				trace.Add(&trace, &power)
				power.Square(f, &power)
			}
			if want := (Element{f.Trace(&x)}); trace != want {
				t.Fatalf("Trace(%x) = %d, want %x", x, f.Trace(&x), trace)
			}
			if power != x {
				t.Fatalf("x^(2^m) = %x for %x", power, x)
			}
			if f.Trace(&x) == 0 {
				var z, sum Element
				z.HalfTrace(f, &x)
				sum.Square(f, &z)
				if sum.Add(&sum, &z); sum != x {
					t.Fatalf("z² + z = %x for z = HalfTrace(%x)", sum, x)
				}
			}
		}
	})
}

func TestPublicTablesAgree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *Field) {
		public := f.NewPublic()
		for _, x := range samples(f) {
			want, got := new(Element).Invert(f, &x), x
			if public.Invert(&got, &got); got != *want {
				t.Fatalf("Invert(%x) = %x by tables, want %x", x, got, *want)
			}
			want, got = new(Element).HalfTrace(f, &x), x
			if public.HalfTrace(&got, &got); got != *want {
				t.Fatalf("HalfTrace(%x) = %x by tables, want %x", x, got, *want)
			}
		}
	})
}

func TestEncoding(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *Field) {
		for _, x := range samples(f) {
			var back Element
			if err := back.SetBytesLE(f, x.BytesLE(f)); err != nil || back != x {
				t.Fatalf("round trip of %x gives %x, %v", x, back, err)
			}
		}
		kept := random(f, 7)
		z := kept
		excess := make([]byte, f.ByteLen())
		excess[f.m/8] = 1 << (f.m % 8)
		for name, b := range map[string][]byte{
			"short": make([]byte, f.ByteLen()-1), "long": make([]byte, f.ByteLen()+1), "empty": nil, "excess": excess,
		} {
			if err := z.SetBytesLE(f, b); err == nil {
				t.Errorf("%s encoding accepted", name)
			}
		}
		if z != kept {
			t.Error("a refused encoding changed the receiver")
		}
	})
}

func TestSwapAndSelect(t *testing.T) {
	t.Parallel()
	a, b := Element{1, 2, 3}, Element{4, 5, 6, 7}
	x, y := a, b
	if x.Swap(&y, 0); x != a || y != b {
		t.Error("Swap with 0 swapped")
	}
	if x.Swap(&y, 1); x != b || y != a {
		t.Error("Swap with 1 did not swap")
	}
	var z Element
	if z.Select(&a, &b, 1); z != a {
		t.Error("Select with 1 did not take the first")
	}
	if z.Select(&a, &b, 0); z != b {
		t.Error("Select with 0 did not take the second")
	}
}

func TestNewFieldRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m     int
		inner []int
	}{{0, []int{1}}, {64, []int{1}}, {256, []int{1}}, {257, nil}, {257, []int{1, 2}}, {257, []int{0}}, {257, []int{200}}, {257, []int{3, 3, 1}}, {449, []int{1}}} {
		if _, err := NewField(c.m, c.inner...); err == nil {
			t.Errorf("NewField(%d, %v) accepted", c.m, c.inner)
		}
	}
}
