package gf2m

import "testing"

// comparePoints holds the operations on points against their portable form. The formulas are those of any elements, on
// a curve or not.
func comparePoints(t *testing.T, f *Field, p *Point, q *AffinePoint, n int) {
	t.Helper()
	plain := f.Portable()
	for a := range uint64(2) {
		got, want := *p, *p
		got.DoubleN(f, a, n)
		if want.DoubleN(plain, a, n); got != want {
			t.Fatalf("m = %d, a = %d: 2^%d·%x = %x, portable %x", f.m, a, n, *p, got, want)
		}
	}
	for negative := range uint64(2) {
		got, want := *p, *p
		got.AddDistinct(f, q, negative)
		if want.AddDistinct(plain, q, negative); got != want {
			t.Fatalf("m = %d: %x ± %x = %x, portable %x", f.m, *p, *q, got, want)
		}
	}
}

func TestPointImplementationsAgree(t *testing.T) {
	t.Parallel()
	for _, parameters := range fields {
		f, err := NewField(parameters.m, parameters.inner...)
		if err != nil {
			t.Fatal(err)
		}
		all := implementations(f)
		if len(all) == 1 {
			t.Skip("this build has the portable implementation only")
		}
		list := samples(f)
		at := func(i int) Element { return list[i%len(list)] }
		for i := range 10 * len(list) {
			p := Point{X: at(i), L: at(i*7 + 3 + i/len(list)), Z: at(i*11 + 5 + i/len(list))}
			q := AffinePoint{X: at(i*5 + 1 + i/len(list)), L: at(i*3 + 2 + i/len(list))}
			for _, g := range all[1:] {
				comparePoints(t, g, &p, &q, i%4)
			}
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *Field) {
		for count := 1; count < 20; count++ {
			table := make([]AffinePoint, count)
			for i := range table {
				table[i] = AffinePoint{X: random(f, uint64(2*i)), L: random(f, uint64(2*i+1))}
			}
			for index := range uint64(count) + 2 {
				var got, want AffinePoint
				if index < uint64(count) {
					want = table[index]
				}
				if got.Lookup(f, table, index); got != want {
					t.Fatalf("entry %d of %d is %x, want %x", index, count, got, want)
				}
			}
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	f, err := NewField(257, 12)
	if err != nil {
		b.Fatal(err)
	}
	table := make([]AffinePoint, 8)
	var q AffinePoint
	for b.Loop() {
		q.Lookup(f, table, 5)
	}
}

func BenchmarkDouble257(b *testing.B) {
	f, err := NewField(257, 12)
	if err != nil {
		b.Fatal(err)
	}
	p := Point{X: random(f, 1), L: random(f, 2), Z: random(f, 3)}
	for b.Loop() {
		p.DoubleN(f, 0, 4)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4, "ns/double")
}

func BenchmarkAdd257(b *testing.B) {
	f, err := NewField(257, 12)
	if err != nil {
		b.Fatal(err)
	}
	p := Point{X: random(f, 1), L: random(f, 2), Z: random(f, 3)}
	q := AffinePoint{X: random(f, 4), L: random(f, 5)}
	for b.Loop() {
		p.AddDistinct(f, &q, 1)
	}
}
