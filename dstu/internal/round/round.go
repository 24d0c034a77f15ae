// Package round has what the block cipher Kalyna (ДСТУ 7624:2014) and the hash Kupyna (ДСТУ 7564:2014) share: the four
// substitutions, the matrix that mixes a column, and tables which do both in one look-up.
package round

import "sync"

// Tables merge a substitution with the multiplication by a matrix: t[i][x] is what byte x in row i adds to its column. A
// column is a word with row 0 in the least significant byte.
type Tables [8][256]uint64

// Column substitutes and mixes one column that takes row 0 from w0, row 1 from w1 and so on.
func (t *Tables) Column(w0, w1, w2, w3, w4, w5, w6, w7 uint64) uint64 {
	return t[0][byte(w0)] ^ t[1][byte(w1>>8)] ^ t[2][byte(w2>>16)] ^ t[3][byte(w3>>24)] ^
		t[4][byte(w4>>32)] ^ t[5][byte(w5>>40)] ^ t[6][byte(w6>>48)] ^ t[7][byte(w7>>56)]
}

// Forward returns the tables of the round: substitution, then the MDS matrix. They are computed once and must not be
// changed.
func Forward() *Tables { return forward() }

// Backward returns the tables of the inverse round: inverse substitution, then the inverse matrix.
func Backward() *Tables { return backward() }

// Substitutions returns π₀…π₃, which must not be changed.
func Substitutions() *[4][256]byte { return &sboxes }

// Inverses returns the inverse substitutions.
func Inverses() *[4][256]byte { return inverses() }

// vector is the first row of the circulant matrix, and inverseVector that of its inverse: row r is it turned right by r.
var (
	vector        = [8]byte{0x01, 0x01, 0x05, 0x01, 0x08, 0x06, 0x07, 0x04}
	inverseVector = [8]byte{0xad, 0x95, 0x76, 0xa8, 0x2f, 0x49, 0xd7, 0xca}
)

var forward = sync.OnceValue(func() *Tables {
	return expand(&sboxes, vector)
})

var backward = sync.OnceValue(func() *Tables {
	return expand(inverses(), inverseVector)
})

var inverses = sync.OnceValue(func() *[4][256]byte {
	var inv [4][256]byte
	for i := range sboxes {
		for x, y := range sboxes[i] {
			inv[i][y] = byte(x)
		}
	}
	return &inv
})

func expand(boxes *[4][256]byte, vector [8]byte) *Tables {
	var t Tables
	for i := range t {
		for x := range t[i] {
			s := boxes[i%4][x]
			for r := range 8 {
				t[i][x] |= uint64(multiply(s, vector[(i-r)&7])) << (8 * r)
			}
		}
	}
	return &t
}

// multiply works in GF(2⁸) modulo x⁸+x⁴+x³+x²+1.
func multiply(a, b byte) (c byte) {
	for ; b != 0; b >>= 1 {
		if b&1 != 0 {
			c ^= a
		}
		high := a & 0x80
		a <<= 1
		if high != 0 {
			a ^= 0x1d
		}
	}
	return c
}
