package gf2m

import "testing"

func benchmark(b *testing.B, m int, inner []int, op func(f *Field, z, x, y *Element)) {
	b.Helper()
	f, err := NewField(m, inner...)
	if err != nil {
		b.Fatal(err)
	}
	x, y := random(f, 1), random(f, 2)
	for b.Loop() {
		op(f, &x, &x, &y)
	}
}

func BenchmarkMul257(b *testing.B) {
	benchmark(b, 257, []int{12}, func(f *Field, z, x, y *Element) { z.Mul(f, x, y) })
}

func BenchmarkSquare257(b *testing.B) {
	benchmark(b, 257, []int{12}, func(f *Field, z, x, _ *Element) { z.Square(f, x) })
}

func BenchmarkInvert257(b *testing.B) {
	benchmark(b, 257, []int{12}, func(f *Field, z, x, _ *Element) { z.Invert(f, x) })
}

func BenchmarkPublicInvert257(b *testing.B) {
	f, err := NewField(257, 12)
	if err != nil {
		b.Fatal(err)
	}
	x, public := random(f, 1), f.NewPublic()
	for b.Loop() {
		public.Invert(&x, &x)
	}
}

func BenchmarkPublicHalfTrace257(b *testing.B) {
	f, err := NewField(257, 12)
	if err != nil {
		b.Fatal(err)
	}
	x, public := random(f, 1), f.NewPublic()
	for b.Loop() {
		public.HalfTrace(&x, &x)
	}
}

func BenchmarkMul431(b *testing.B) {
	benchmark(b, 431, []int{5, 3, 1}, func(f *Field, z, x, y *Element) { z.Mul(f, x, y) })
}

func BenchmarkSquare431(b *testing.B) {
	benchmark(b, 431, []int{5, 3, 1}, func(f *Field, z, x, _ *Element) { z.Square(f, x) })
}
