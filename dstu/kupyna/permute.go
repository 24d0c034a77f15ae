package kupyna

import (
	"sync"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

const (
	rounds8  = 10 // of the 512-bit state
	rounds16 = 14 // of the 1024-bit state
)

// mix16 is a round of the 1024-bit state without its constant; row i moves i columns to the right, row 7 moves 11.
// Written out it is a quarter quicker than as a loop.
func mix16(t *round.Tables, s *[16]uint64) {
	o := *s
	s[0] = t.Column(o[0], o[15], o[14], o[13], o[12], o[11], o[10], o[5])
	s[1] = t.Column(o[1], o[0], o[15], o[14], o[13], o[12], o[11], o[6])
	s[2] = t.Column(o[2], o[1], o[0], o[15], o[14], o[13], o[12], o[7])
	s[3] = t.Column(o[3], o[2], o[1], o[0], o[15], o[14], o[13], o[8])
	s[4] = t.Column(o[4], o[3], o[2], o[1], o[0], o[15], o[14], o[9])
	s[5] = t.Column(o[5], o[4], o[3], o[2], o[1], o[0], o[15], o[10])
	s[6] = t.Column(o[6], o[5], o[4], o[3], o[2], o[1], o[0], o[11])
	s[7] = t.Column(o[7], o[6], o[5], o[4], o[3], o[2], o[1], o[12])
	s[8] = t.Column(o[8], o[7], o[6], o[5], o[4], o[3], o[2], o[13])
	s[9] = t.Column(o[9], o[8], o[7], o[6], o[5], o[4], o[3], o[14])
	s[10] = t.Column(o[10], o[9], o[8], o[7], o[6], o[5], o[4], o[15])
	s[11] = t.Column(o[11], o[10], o[9], o[8], o[7], o[6], o[5], o[0])
	s[12] = t.Column(o[12], o[11], o[10], o[9], o[8], o[7], o[6], o[1])
	s[13] = t.Column(o[13], o[12], o[11], o[10], o[9], o[8], o[7], o[2])
	s[14] = t.Column(o[14], o[13], o[12], o[11], o[10], o[9], o[8], o[3])
	s[15] = t.Column(o[15], o[14], o[13], o[12], o[11], o[10], o[9], o[4])
}

// xor8 is the permutation T⊕ of the 512-bit state, whose round constants are added bit by bit; row i moves i columns to
// the right. The columns are variables because the compiler keeps those in registers, and arrays in memory.
func xor8(t *round.Tables, s *[8]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for i := range uint64(rounds8) {
		a ^= i
		b ^= 0x10 ^ i
		c ^= 0x20 ^ i
		d ^= 0x30 ^ i
		e ^= 0x40 ^ i
		f ^= 0x50 ^ i
		g ^= 0x60 ^ i
		h ^= 0x70 ^ i
		a, b, c, d, e, f, g, h = t.Column(a, h, g, f, e, d, c, b), t.Column(b, a, h, g, f, e, d, c),
			t.Column(c, b, a, h, g, f, e, d), t.Column(d, c, b, a, h, g, f, e),
			t.Column(e, d, c, b, a, h, g, f), t.Column(f, e, d, c, b, a, h, g),
			t.Column(g, f, e, d, c, b, a, h), t.Column(h, g, f, e, d, c, b, a)
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

// add8 is the permutation T⁺ of the 512-bit state, whose round constants are added modulo 2⁶⁴.
func add8(t *round.Tables, s *[8]uint64) {
	a, b, c, d, e, f, g, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for i := range uint64(rounds8) {
		const low = 0x00f0f0f0f0f0f0f3
		top := i << 56
		a += 0x70<<56 ^ low ^ top
		b += 0x60<<56 ^ low ^ top
		c += 0x50<<56 ^ low ^ top
		d += 0x40<<56 ^ low ^ top
		e += 0x30<<56 ^ low ^ top
		f += 0x20<<56 ^ low ^ top
		g += 0x10<<56 ^ low ^ top
		h += low ^ top
		a, b, c, d, e, f, g, h = t.Column(a, h, g, f, e, d, c, b), t.Column(b, a, h, g, f, e, d, c),
			t.Column(c, b, a, h, g, f, e, d), t.Column(d, c, b, a, h, g, f, e),
			t.Column(e, d, c, b, a, h, g, f), t.Column(f, e, d, c, b, a, h, g),
			t.Column(g, f, e, d, c, b, a, h), t.Column(h, g, f, e, d, c, b, a)
	}
	s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7] = a, b, c, d, e, f, g, h
}

// xor16 is T⊕ of the 1024-bit state.
func xor16(t *round.Tables, s *[16]uint64) {
	for i := range rounds16 {
		for j := range s {
			s[j] ^= uint64(j<<4 ^ i)
		}
		mix16(t, s)
	}
}

// add16 is T⁺ of the 1024-bit state.
func add16(t *round.Tables, s *[16]uint64) {
	for i := range rounds16 {
		for j := range s {
			s[j] += 0x00f0f0f0f0f0f0f3 ^ uint64((len(s)-1-j)<<4^i)<<56
		}
		mix16(t, s)
	}
}

// constants8 are the round constants of T⊕ and T⁺ one after the other, round by round, as [round.Wide.Permute] takes them.
var constants8 = sync.OnceValue(func() []uint64 { return constants(8, rounds8) })

// constants16 are those of the 1024-bit state.
var constants16 = sync.OnceValue(func() []uint64 { return constants(16, rounds16) })

func constants(columns, rounds uint64) (out []uint64) {
	for i := range rounds {
		for j := range columns {
			out = append(out, j<<4^i)
		}
		for j := range columns {
			out = append(out, 0x00f0f0f0f0f0f0f3^((columns-1-j)<<4^i)<<56)
		}
	}
	return out
}
