package kupyna_test

import (
	"slices"
	"sync"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

// reference is Kupyna as ДСТУ 7564:2014 words it, byte by byte on a matrix; it shares nothing with the package under
// test but the S-boxes.
func reference(message []byte, size int) []byte {
	columns, rounds := 8, 10
	if size > 32 {
		columns, rounds = 16, 14
	}
	block := 8 * columns

	h := make([]byte, block)
	h[0] = byte(block)
	for rest := padded(message, block); len(rest) > 0; {
		m := rest[:block]
		rest = rest[block:]
		p := permutation(xorBytes(h, m), rounds, addBits)
		q := permutation(m, rounds, addNumbers)
		h = xorBytes(h, xorBytes(p, q))
	}
	h = xorBytes(h, permutation(h, rounds, addBits))
	return h[block-size:]
}

// padded is a message with a one bit, zeros and its length in 96 bits.
func padded(message []byte, block int) []byte {
	out := append(slices.Clone(message), 0x80)
	for len(out)%block != block-12 {
		out = append(out, 0)
	}
	for i := range 12 {
		if i < 8 {
			out = append(out, byte(uint64(8*len(message))>>(8*i)))
		} else {
			out = append(out, 0)
		}
	}
	return out
}

func xorBytes(a, b []byte) []byte {
	out := make([]byte, len(a))
	for i := range out {
		out[i] = a[i] ^ b[i]
	}
	return out
}

func addBits(state []byte, round int) {
	for j := range len(state) / 8 {
		state[8*j] ^= byte(j<<4) ^ byte(round)
	}
}

func addNumbers(state []byte, round int) {
	columns := len(state) / 8
	for j := range columns {
		constant := [8]byte{0xf3, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, 0xf0, byte((columns-1-j)<<4) ^ byte(round)}
		carry := 0
		for i, c := range constant {
			carry += int(state[8*j+i]) + int(c)
			state[8*j+i] = byte(carry)
			carry >>= 8
		}
	}
}

func permutation(in []byte, rounds int, addConstant func([]byte, int)) []byte {
	state := slices.Clone(in)
	columns := len(state) / 8
	boxes := round.Substitutions()
	for round := range rounds {
		addConstant(state, round)
		shifted := make([]byte, len(state))
		for j := range columns {
			for i := range 8 {
				shift := i
				if i == 7 && columns == 16 {
					shift = 11
				}
				shifted[8*((j+shift)%columns)+i] = boxes[i%4][state[8*j+i]]
			}
		}
		for j := range columns {
			copy(state[8*j:], mixColumn(shifted[8*j:8*j+8]))
		}
	}
	return state
}

func mixColumn(in []byte) []byte {
	first := [8]byte{1, 1, 5, 1, 8, 6, 7, 4}
	out := make([]byte, 8)
	for r := range 8 {
		for i := range 8 {
			out[r] ^= products()[first[(i-r+8)%8]][in[i]]
		}
	}
	return out
}

// products keeps what the slow multiplication gives for the coefficients of the matrix.
var products = sync.OnceValue(func() *[9][256]byte {
	var t [9][256]byte
	for a := range t {
		for b := range t[a] {
			t[a][b] = product(byte(a), byte(b))
		}
	}
	return &t
})

// product multiplies polynomials and divides by x⁸+x⁴+x³+x²+1.
func product(a, b byte) byte {
	var wide uint16
	for i := range 8 {
		if b>>i&1 == 1 {
			wide ^= uint16(a) << i
		}
	}
	for i := 14; i >= 8; i-- {
		if wide>>i&1 == 1 {
			wide ^= 0x11d << (i - 8)
		}
	}
	return byte(wide)
}
