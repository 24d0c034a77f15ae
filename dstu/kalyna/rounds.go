package kalyna

import "github.com/dovidka/dovidka/dstu/internal/round"

// Encryption (ДСТУ 7624:2014, clause 5) adds the first and the last key modulo 2⁶⁴ to each column and the others, after a
// round, bit by bit. Here the last round adds a key of zeros bit by bit, so that all are alike.
//
// A round of decryption is the inverse matrix, the inverse shift, the inverse substitution and a key. The tables do the
// substitution before the matrix, so the rounds are cut elsewhere: one matrix at the beginning, then substitution and
// matrix merged under keys which went through the matrix themselves, and a bare substitution at the end. The columns stand
// in the order that [round.Tables.Rounds2] wants for the inverse shift.

func (b *block) encrypt2(s *[2]uint64) {
	keys := b.encrypting
	last := keys[len(keys)-2:]
	s[0], s[1] = s[0]+keys[0], s[1]+keys[1]
	b.forward.Rounds2(s, keys[2:len(keys)-2])
	s[0], s[1] = s[0]+last[0], s[1]+last[1]
}

func (b *block) encrypt4(s *[4]uint64) {
	keys := b.encrypting
	first, last := keys[:4], keys[len(keys)-4:]
	s[0], s[1], s[2], s[3] = s[0]+first[0], s[1]+first[1], s[2]+first[2], s[3]+first[3]
	b.forward.Rounds4(s, keys[4:len(keys)-4])
	s[0], s[1], s[2], s[3] = s[0]+last[0], s[1]+last[1], s[2]+last[2], s[3]+last[3]
}

func (b *block) encrypt8(s *[8]uint64) {
	keys := b.encrypting
	first, last := keys[:8], keys[len(keys)-8:]
	for i := range s {
		s[i] += first[i]
	}
	b.forward.Rounds8(s, keys[8:len(keys)-8])
	for i := range s {
		s[i] += last[i]
	}
}

func (b *block) decrypt2(s *[2]uint64) {
	t, keys := b.backward, b.decrypting
	last := keys[len(keys)-2:]
	w := [2]uint64{unmix(t, s[0]-keys[0]), unmix(t, s[1]-keys[1])}
	t.Rounds2(&w, keys[2:len(keys)-2])
	x, y := w[0], w[1]
	inv := round.Inverses()
	s[0], s[1] = unsubstitute(inv, x, x, x, x, y, y, y, y)-last[0], unsubstitute(inv, y, y, y, y, x, x, x, x)-last[1]
}

func (b *block) decrypt4(s *[4]uint64) {
	t, keys := b.backward, b.decrypting
	first, last := keys[:4], keys[len(keys)-4:]
	w := [4]uint64{unmix(t, s[0]-first[0]), unmix(t, s[3]-first[1]), unmix(t, s[2]-first[2]), unmix(t, s[1]-first[3])}
	t.Rounds4(&w, keys[4:len(keys)-4])
	x, y, z, v := w[0], w[1], w[2], w[3]
	inv := round.Inverses()
	s[0], s[3] = unsubstitute(inv, x, x, v, v, z, z, y, y)-last[0], unsubstitute(inv, y, y, x, x, v, v, z, z)-last[1]
	s[2], s[1] = unsubstitute(inv, z, z, y, y, x, x, v, v)-last[2], unsubstitute(inv, v, v, z, z, y, y, x, x)-last[3]
}

func (b *block) decrypt8(s *[8]uint64) {
	t, keys := b.backward, b.decrypting
	first, last := keys[:8], keys[len(keys)-8:]
	var w [8]uint64
	for i := range w {
		w[i] = unmix(t, s[-i&7]-first[i])
	}
	t.Rounds8(&w, keys[8:len(keys)-8])
	inv := round.Inverses()
	for i := range w {
		s[-i&7] = unsubstitute(inv, w[i], w[(i-1)&7], w[(i-2)&7], w[(i-3)&7], w[(i-4)&7], w[(i-5)&7], w[(i-6)&7], w[(i-7)&7]) - last[i]
	}
}

// unmix multiplies a column by the inverse matrix: the substitution undoes the inverse one in the tables.
func unmix(t *round.Tables, w uint64) uint64 {
	b := round.Substitutions()
	return t[0][b[0][byte(w)]] ^ t[1][b[1][byte(w>>8)]] ^ t[2][b[2][byte(w>>16)]] ^ t[3][b[3][byte(w>>24)]] ^
		t[4][b[0][byte(w>>32)]] ^ t[5][b[1][byte(w>>40)]] ^ t[6][b[2][byte(w>>48)]] ^ t[7][b[3][byte(w>>56)]]
}

func unsubstitute(b *[4][256]byte, w0, w1, w2, w3, w4, w5, w6, w7 uint64) uint64 {
	return uint64(b[0][byte(w0)]) | uint64(b[1][byte(w1>>8)])<<8 | uint64(b[2][byte(w2>>16)])<<16 | uint64(b[3][byte(w3>>24)])<<24 |
		uint64(b[0][byte(w4>>32)])<<32 | uint64(b[1][byte(w5>>40)])<<40 | uint64(b[2][byte(w6>>48)])<<48 | uint64(b[3][byte(w7>>56)])<<56
}
