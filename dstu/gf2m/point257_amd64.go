//go:build !purego

package gf2m

// doubleN257 replaces p by 2ⁿ·p in GF(2^257) on a curve with a = 0, n > 0.
//
//go:noescape
func doubleN257(p *Point, n int)

// add257 is AddDistinct in GF(2^257).
//
//go:noescape
func add257(p *Point, q *AffinePoint, negative uint64)
