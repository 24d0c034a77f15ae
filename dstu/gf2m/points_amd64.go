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

// doubleN431 replaces p by 2ⁿ·p in GF(2^431) on a curve with a = 1, n > 0.
//
//go:noescape
func doubleN431(p *Point, n int)

// add431 is AddDistinct in GF(2^431).
//
//go:noescape
func add431(p *Point, q *AffinePoint, negative uint64)
