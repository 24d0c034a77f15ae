package kalyna

import "github.com/dovidka/dovidka/dstu/internal/round"

// The rounds of ДСТУ 7624:2014, clause 5: the first and the last key are added modulo 2⁶⁴ to each column, the others bit
// by bit. Row i moves ⌊i·c/8⌋ columns to the right, where c is the number of columns; columns are variables because the
// compiler keeps those in registers.

func encrypt2(t *round.Tables, keys []uint64, s *[2]uint64) {
	a, b := s[0]+keys[0], s[1]+keys[1]
	for keys = keys[2:]; len(keys) > 2; keys = keys[2:] {
		a, b = t.Column(a, a, a, a, b, b, b, b)^keys[0], t.Column(b, b, b, b, a, a, a, a)^keys[1]
	}
	s[0], s[1] = t.Column(a, a, a, a, b, b, b, b)+keys[0], t.Column(b, b, b, b, a, a, a, a)+keys[1]
}

func encrypt4(t *round.Tables, keys []uint64, s *[4]uint64) {
	a, b, c, d := s[0]+keys[0], s[1]+keys[1], s[2]+keys[2], s[3]+keys[3]
	for keys = keys[4:]; len(keys) > 4; keys = keys[4:] {
		a, b, c, d = t.Column(a, a, d, d, c, c, b, b)^keys[0], t.Column(b, b, a, a, d, d, c, c)^keys[1],
			t.Column(c, c, b, b, a, a, d, d)^keys[2], t.Column(d, d, c, c, b, b, a, a)^keys[3]
	}
	s[0], s[1] = t.Column(a, a, d, d, c, c, b, b)+keys[0], t.Column(b, b, a, a, d, d, c, c)+keys[1]
	s[2], s[3] = t.Column(c, c, b, b, a, a, d, d)+keys[2], t.Column(d, d, c, c, b, b, a, a)+keys[3]
}

func encrypt8(t *round.Tables, keys []uint64, s *[8]uint64) {
	a, b, c, d := s[0]+keys[0], s[1]+keys[1], s[2]+keys[2], s[3]+keys[3]
	e, f, g, h := s[4]+keys[4], s[5]+keys[5], s[6]+keys[6], s[7]+keys[7]
	for keys = keys[8:]; len(keys) > 8; keys = keys[8:] {
		a, b, c, d, e, f, g, h = t.Column(a, h, g, f, e, d, c, b)^keys[0], t.Column(b, a, h, g, f, e, d, c)^keys[1],
			t.Column(c, b, a, h, g, f, e, d)^keys[2], t.Column(d, c, b, a, h, g, f, e)^keys[3],
			t.Column(e, d, c, b, a, h, g, f)^keys[4], t.Column(f, e, d, c, b, a, h, g)^keys[5],
			t.Column(g, f, e, d, c, b, a, h)^keys[6], t.Column(h, g, f, e, d, c, b, a)^keys[7]
	}
	s[0], s[1] = t.Column(a, h, g, f, e, d, c, b)+keys[0], t.Column(b, a, h, g, f, e, d, c)+keys[1]
	s[2], s[3] = t.Column(c, b, a, h, g, f, e, d)+keys[2], t.Column(d, c, b, a, h, g, f, e)+keys[3]
	s[4], s[5] = t.Column(e, d, c, b, a, h, g, f)+keys[4], t.Column(f, e, d, c, b, a, h, g)+keys[5]
	s[6], s[7] = t.Column(g, f, e, d, c, b, a, h)+keys[6], t.Column(h, g, f, e, d, c, b, a)+keys[7]
}

// A round of decryption is the inverse matrix, the inverse shift, the inverse substitution and a key. The tables do the
// substitution before the matrix, so the rounds are cut elsewhere: one matrix at the beginning, then substitution and
// matrix merged under keys which went through the matrix themselves, and a bare substitution at the end.

func decrypt2(t *round.Tables, keys []uint64, s *[2]uint64) {
	a, b := unmix(t, s[0]-keys[0]), unmix(t, s[1]-keys[1])
	for keys = keys[2:]; len(keys) > 2; keys = keys[2:] {
		a, b = t.Column(a, a, a, a, b, b, b, b)^keys[0], t.Column(b, b, b, b, a, a, a, a)^keys[1]
	}
	s[0], s[1] = unsubstitute(a, a, a, a, b, b, b, b)-keys[0], unsubstitute(b, b, b, b, a, a, a, a)-keys[1]
}

func decrypt4(t *round.Tables, keys []uint64, s *[4]uint64) {
	a, b, c, d := unmix(t, s[0]-keys[0]), unmix(t, s[1]-keys[1]), unmix(t, s[2]-keys[2]), unmix(t, s[3]-keys[3])
	for keys = keys[4:]; len(keys) > 4; keys = keys[4:] {
		a, b, c, d = t.Column(a, a, b, b, c, c, d, d)^keys[0], t.Column(b, b, c, c, d, d, a, a)^keys[1],
			t.Column(c, c, d, d, a, a, b, b)^keys[2], t.Column(d, d, a, a, b, b, c, c)^keys[3]
	}
	s[0], s[1] = unsubstitute(a, a, b, b, c, c, d, d)-keys[0], unsubstitute(b, b, c, c, d, d, a, a)-keys[1]
	s[2], s[3] = unsubstitute(c, c, d, d, a, a, b, b)-keys[2], unsubstitute(d, d, a, a, b, b, c, c)-keys[3]
}

func decrypt8(t *round.Tables, keys []uint64, s *[8]uint64) {
	a, b, c, d := unmix(t, s[0]-keys[0]), unmix(t, s[1]-keys[1]), unmix(t, s[2]-keys[2]), unmix(t, s[3]-keys[3])
	e, f, g, h := unmix(t, s[4]-keys[4]), unmix(t, s[5]-keys[5]), unmix(t, s[6]-keys[6]), unmix(t, s[7]-keys[7])
	for keys = keys[8:]; len(keys) > 8; keys = keys[8:] {
		a, b, c, d, e, f, g, h = t.Column(a, b, c, d, e, f, g, h)^keys[0], t.Column(b, c, d, e, f, g, h, a)^keys[1],
			t.Column(c, d, e, f, g, h, a, b)^keys[2], t.Column(d, e, f, g, h, a, b, c)^keys[3],
			t.Column(e, f, g, h, a, b, c, d)^keys[4], t.Column(f, g, h, a, b, c, d, e)^keys[5],
			t.Column(g, h, a, b, c, d, e, f)^keys[6], t.Column(h, a, b, c, d, e, f, g)^keys[7]
	}
	s[0], s[1] = unsubstitute(a, b, c, d, e, f, g, h)-keys[0], unsubstitute(b, c, d, e, f, g, h, a)-keys[1]
	s[2], s[3] = unsubstitute(c, d, e, f, g, h, a, b)-keys[2], unsubstitute(d, e, f, g, h, a, b, c)-keys[3]
	s[4], s[5] = unsubstitute(e, f, g, h, a, b, c, d)-keys[4], unsubstitute(f, g, h, a, b, c, d, e)-keys[5]
	s[6], s[7] = unsubstitute(g, h, a, b, c, d, e, f)-keys[6], unsubstitute(h, a, b, c, d, e, f, g)-keys[7]
}

// unmix multiplies a column by the inverse matrix: the substitution undoes the inverse one in the tables.
func unmix(t *round.Tables, w uint64) (out uint64) {
	boxes := round.Substitutions()
	for i := range t {
		out ^= t[i][boxes[i%4][byte(w>>(8*i))]]
	}
	return out
}

func unsubstitute(w0, w1, w2, w3, w4, w5, w6, w7 uint64) uint64 {
	b := round.Inverses()
	return uint64(b[0][byte(w0)]) | uint64(b[1][byte(w1>>8)])<<8 | uint64(b[2][byte(w2>>16)])<<16 | uint64(b[3][byte(w3>>24)])<<24 |
		uint64(b[0][byte(w4>>32)])<<32 | uint64(b[1][byte(w5>>40)])<<40 | uint64(b[2][byte(w6>>48)])<<48 | uint64(b[3][byte(w7>>56)])<<56
}
