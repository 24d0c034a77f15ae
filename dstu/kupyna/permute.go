package kupyna

import "sync"

const (
	rounds8  = 10 // of the 512-bit state
	rounds16 = 14 // of the 1024-bit state
)

// tables merge the substitution with the multiplication by the MDS matrix: tables[i][x] is what byte x in row i adds to
// its column. A column is a word with row 0 in the least significant byte.
type tables [8][256]uint64

// expanded computes the tables once; they are never changed afterwards.
var expanded = sync.OnceValue(func() *tables {
	// The matrix is circulant: row r holds this vector turned right by r.
	vector := [8]byte{0x01, 0x01, 0x05, 0x01, 0x08, 0x06, 0x07, 0x04}
	var t tables
	for i := range t {
		for x := range t[i] {
			s := sboxes[i%4][x]
			for r := range 8 {
				t[i][x] |= uint64(multiply(s, vector[(i-r)&7])) << (8 * r)
			}
		}
	}
	return &t
})

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

// column is substitution, shift of the rows and mixing for one column: w0 gives row 0, w1 row 1 and so on.
func (t *tables) column(w0, w1, w2, w3, w4, w5, w6, w7 uint64) uint64 {
	return t[0][byte(w0)] ^ t[1][byte(w1>>8)] ^ t[2][byte(w2>>16)] ^ t[3][byte(w3>>24)] ^
		t[4][byte(w4>>32)] ^ t[5][byte(w5>>40)] ^ t[6][byte(w6>>48)] ^ t[7][byte(w7>>56)]
}

// mix16 is a round of the 1024-bit state without its constant; row i moves i columns to the right, row 7 moves 11.
// Written out it is a quarter quicker than as a loop.
func (t *tables) mix16(s *[16]uint64) {
	o := *s
	s[0] = t.column(o[0], o[15], o[14], o[13], o[12], o[11], o[10], o[5])
	s[1] = t.column(o[1], o[0], o[15], o[14], o[13], o[12], o[11], o[6])
	s[2] = t.column(o[2], o[1], o[0], o[15], o[14], o[13], o[12], o[7])
	s[3] = t.column(o[3], o[2], o[1], o[0], o[15], o[14], o[13], o[8])
	s[4] = t.column(o[4], o[3], o[2], o[1], o[0], o[15], o[14], o[9])
	s[5] = t.column(o[5], o[4], o[3], o[2], o[1], o[0], o[15], o[10])
	s[6] = t.column(o[6], o[5], o[4], o[3], o[2], o[1], o[0], o[11])
	s[7] = t.column(o[7], o[6], o[5], o[4], o[3], o[2], o[1], o[12])
	s[8] = t.column(o[8], o[7], o[6], o[5], o[4], o[3], o[2], o[13])
	s[9] = t.column(o[9], o[8], o[7], o[6], o[5], o[4], o[3], o[14])
	s[10] = t.column(o[10], o[9], o[8], o[7], o[6], o[5], o[4], o[15])
	s[11] = t.column(o[11], o[10], o[9], o[8], o[7], o[6], o[5], o[0])
	s[12] = t.column(o[12], o[11], o[10], o[9], o[8], o[7], o[6], o[1])
	s[13] = t.column(o[13], o[12], o[11], o[10], o[9], o[8], o[7], o[2])
	s[14] = t.column(o[14], o[13], o[12], o[11], o[10], o[9], o[8], o[3])
	s[15] = t.column(o[15], o[14], o[13], o[12], o[11], o[10], o[9], o[4])
}

// xor8 is the permutation T⊕ of the 512-bit state, whose round constants are added bit by bit; row i moves i columns to
// the right. The columns are variables because the compiler keeps those in registers, and arrays in memory.
func (t *tables) xor8(s *[8]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for round := range uint64(rounds8) {
		a ^= round
		b ^= 0x10 ^ round
		c ^= 0x20 ^ round
		d ^= 0x30 ^ round
		e ^= 0x40 ^ round
		f ^= 0x50 ^ round
		g ^= 0x60 ^ round
		h ^= 0x70 ^ round
		a, b, c, d, e, f, g, h = t.column(a, h, g, f, e, d, c, b), t.column(b, a, h, g, f, e, d, c),
			t.column(c, b, a, h, g, f, e, d), t.column(d, c, b, a, h, g, f, e),
			t.column(e, d, c, b, a, h, g, f), t.column(f, e, d, c, b, a, h, g),
			t.column(g, f, e, d, c, b, a, h), t.column(h, g, f, e, d, c, b, a)
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

// add8 is the permutation T⁺ of the 512-bit state, whose round constants are added modulo 2⁶⁴.
func (t *tables) add8(s *[8]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for round := range uint64(rounds8) {
		const low = 0x00f0f0f0f0f0f0f3
		top := round << 56
		a += 0x70<<56 ^ low ^ top
		b += 0x60<<56 ^ low ^ top
		c += 0x50<<56 ^ low ^ top
		d += 0x40<<56 ^ low ^ top
		e += 0x30<<56 ^ low ^ top
		f += 0x20<<56 ^ low ^ top
		g += 0x10<<56 ^ low ^ top
		h += low ^ top
		a, b, c, d, e, f, g, h = t.column(a, h, g, f, e, d, c, b), t.column(b, a, h, g, f, e, d, c),
			t.column(c, b, a, h, g, f, e, d), t.column(d, c, b, a, h, g, f, e),
			t.column(e, d, c, b, a, h, g, f), t.column(f, e, d, c, b, a, h, g),
			t.column(g, f, e, d, c, b, a, h), t.column(h, g, f, e, d, c, b, a)
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

// xor16 is T⊕ of the 1024-bit state.
func (t *tables) xor16(s *[16]uint64) {
	for round := range rounds16 {
		for j := range s {
			s[j] ^= uint64(j<<4 ^ round)
		}
		t.mix16(s)
	}
}

// add16 is T⁺ of the 1024-bit state.
func (t *tables) add16(s *[16]uint64) {
	for round := range rounds16 {
		for j := range s {
			s[j] += 0x00f0f0f0f0f0f0f3 ^ uint64((len(s)-1-j)<<4^round)<<56
		}
		t.mix16(s)
	}
}
