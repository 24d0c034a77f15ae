package kalyna

// fieldTail returns the low terms of the polynomial that makes blocks a field (ДСТУ 7624:2014, clause 12): x¹²⁸+x⁷+x²+x+1,
// x²⁵⁶+x¹⁰+x⁵+x²+1 or x⁵¹²+x⁸+x⁵+x²+1. The least significant bit of the first byte is the constant term.
func fieldTail(words int) uint64 {
	switch words {
	case 2:
		return 1<<7 | 1<<2 | 1<<1 | 1
	case 4:
		return 1<<10 | 1<<5 | 1<<2 | 1
	default:
		return 1<<8 | 1<<5 | 1<<2 | 1
	}
}

// double multiplies by x without a branch on the element.
func double(e []uint64) {
	carry := uint64(0)
	for i, w := range e {
		e[i] = w<<1 | carry
		carry = w >> 63
	}
	e[0] ^= -carry & fieldTail(len(e))
}

// multiplier multiplies by one element, four bits at a time.
type multiplier struct {
	words    int
	multiple [16][8]uint64 // by the polynomials of degree up to 3
	overflow [16]uint64    // what four bits beyond the top are modulo the polynomial
}

func newMultiplier(element []uint64) *multiplier {
	m := &multiplier{words: len(element)}
	copy(m.multiple[1][:], element)
	for i := 2; i < 16; i++ {
		m.multiple[i] = m.multiple[i/2]
		double(m.multiple[i][:m.words])
		if i%2 == 1 {
			xor(m.multiple[i][:m.words], element)
		}
	}
	tail := fieldTail(m.words)
	for i := range uint64(16) {
		for bit := range 4 {
			m.overflow[i] ^= (i >> bit & 1) * tail << bit
		}
	}
	return m
}

// multiply replaces e by its product with the element.
func (m *multiplier) multiply(e []uint64) {
	var out [8]uint64
	z := out[:m.words]
	for i := m.words - 1; i >= 0; i-- {
		for shift := 60; shift >= 0; shift -= 4 {
			top := z[len(z)-1] >> 60
			for j := len(z) - 1; j > 0; j-- {
				z[j] = z[j]<<4 | z[j-1]>>60
			}
			z[0] = z[0]<<4 ^ m.overflow[top]
			xor(z, m.multiple[e[i]>>shift&15][:])
		}
	}
	copy(e, z)
}
