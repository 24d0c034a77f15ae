//go:build !purego

package gf2m

// assembled431 says whether there is assembly for GF(2^431).
const assembled431 = true

// mul431 sets z to x·y in GF(2^431).
//
//go:noescape
func mul431(z, x, y *Element)

// squareN431 sets z to x^(2^n) in GF(2^431), n > 0.
//
//go:noescape
func squareN431(z, x *Element, n int)

// add sets z to x + y.
//
//go:noescape
func add(z, x, y *Element)
