//go:build purego || !amd64

package gf2m

// assembled431 says whether there is assembly for GF(2^431).
const assembled431 = false

func mul431(*Element, *Element, *Element) { panic("gf2m: this build has no assembly for GF(2^431)") }

func squareN431(*Element, *Element, int) { panic("gf2m: this build has no assembly for GF(2^431)") }

func add(z, x, y *Element) {
	z[0] = x[0] ^ y[0]
	z[1] = x[1] ^ y[1]
	z[2] = x[2] ^ y[2]
	z[3] = x[3] ^ y[3]
	z[4] = x[4] ^ y[4]
	z[5] = x[5] ^ y[5]
	z[6] = x[6] ^ y[6]
}
