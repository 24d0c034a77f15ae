package gf2m

import (
	"encoding/binary"
	"testing"
)

var names = map[implementation]string{portable: "portable", clmul: "clmul", wide: "wide"}

// implementations returns the field with every implementation this processor can run, the portable one first.
func implementations(f *Field) []*Field {
	list := []*Field{f.Portable()}
	for use := portable + 1; use <= best(); use++ {
		g := *f
		g.use = use
		list = append(list, &g)
	}
	return list
}

// compareImplementations holds every operation of the field against its portable form.
func compareImplementations(t *testing.T, f *Field, x, y *Element, n int) {
	t.Helper()
	plain := f.Portable()
	var got, want Element
	got, want = Element{^uint64(0), 1, 2, 3, 4, 5, 6}, Element{} // what the receiver held must not matter
	if got.Mul(f, x, y); got != *want.Mul(plain, x, y) {
		t.Fatalf("m = %d: Mul(%x, %x) = %x, portable %x", f.m, *x, *y, got, want)
	}
	if got.Square(f, x); got != *want.Square(plain, x) {
		t.Fatalf("m = %d: Square(%x) = %x, portable %x", f.m, *x, got, want)
	}
	if got.SquareN(f, x, n); got != *want.SquareN(plain, x, n) {
		t.Fatalf("m = %d: SquareN(%x, %d) = %x, portable %x", f.m, *x, n, got, want)
	}
}

func TestImplementationsAgree(t *testing.T) {
	t.Parallel()
	for _, p := range fields {
		f, err := NewField(p.m, p.inner...)
		if err != nil {
			t.Fatal(err)
		}
		all := implementations(f)
		if len(all) == 1 {
			t.Skip("this build has the portable implementation only")
		}
		if all[0].use != portable || all[len(all)-1].use != f.use {
			t.Fatal("the implementations are not those that fields use")
		}
		list := samples(f)
		for i := range list {
			for j := range list {
				if f.polynomial == anyPolynomial && (i+j)%8 != 0 {
					continue // these fields share their code
				}
				for _, g := range all[1:] {
					compareImplementations(t, g, &list[i], &list[j], j%5)
				}
			}
		}
	}
}

// TestOtherPolynomials makes sure that a polynomial is not taken for the standard one of its degree.
func TestOtherPolynomials(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		m     int
		inner []int
	}{{257, []int{7, 5, 3}}, {257, []int{11}}, {431, []int{7, 3, 1}}} {
		f, err := NewField(p.m, p.inner...)
		if err != nil {
			t.Fatal(err)
		}
		x, y := random(f, 1), random(f, 2)
		var got Element
		if want := slowMul(f, &x, &y); toBig(f, got.Mul(f, &x, &y)).Cmp(want) != 0 {
			t.Errorf("product modulo %v is %x, want %x", p, got, want)
		}
		if want := slowMul(f, &x, &x); toBig(f, got.Square(f, &x)).Cmp(want) != 0 {
			t.Errorf("square modulo %v is %x, want %x", p, got, want)
		}
		for _, g := range implementations(f)[1:] {
			compareImplementations(t, g, &x, &y, 3)
		}
	}
}

func FuzzImplementations(f *testing.F) {
	f.Add(byte(6), make([]byte, 16*MaxWords), byte(1))
	f.Add(byte(10), []byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), byte(3))
	var list []*Field
	for _, p := range fields {
		field, err := NewField(p.m, p.inner...)
		if err != nil {
			f.Fatal(err)
		}
		list = append(list, field)
	}
	f.Fuzz(func(t *testing.T, which byte, data []byte, n byte) {
		field := list[int(which)%len(list)]
		var words [2 * MaxWords]uint64
		for i := range words {
			var b [8]byte
			copy(b[:], data[min(8*i, len(data)):])
			words[i] = binary.LittleEndian.Uint64(b[:])
		}
		var x, y Element
		copy(x[:field.words], words[:])
		copy(y[:field.words], words[MaxWords:])
		x[field.words-1] &= 1<<(field.m%64) - 1
		y[field.words-1] &= 1<<(field.m%64) - 1
		for _, g := range implementations(field)[1:] {
			compareImplementations(t, g, &x, &y, int(n%16))
			p, q := Point{X: x, L: y, Z: *new(Element).Add(&x, &y)}, AffinePoint{X: y, L: x}
			comparePoints(t, g, &p, &q, int(n%4))
		}
		product := toBig(field, new(Element).Mul(field, &x, &y))
		if want := slowMul(field, &x, &y); product.Cmp(want) != 0 {
			t.Fatalf("m = %d: Mul(%x, %x) = %x, want %x", field.m, x, y, product, want)
		}
	})
}
