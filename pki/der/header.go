package der

import "fmt"

// Identifier octets used below (X.690, clause 8.1.2).
const (
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagOID         = 0x06
	constructed    = 0x20
	universalMask  = 0xc0
	highTag        = 0x1f
)

// header is one decoded identifier and length.
type header struct {
	tag        byte
	size       int // of the header itself
	length     int // of the content; meaningless when indefinite
	indefinite bool
	minimal    bool // definite and in the shortest form
}

func (h header) isConstructed() bool { return h.tag&constructed != 0 }

// readHeader decodes a header at the beginning of b, in BER. Tag numbers above 30
// occur in none of the formats read here and are refused.
func readHeader(b []byte) (header, error) {
	if len(b) < 2 {
		return header{}, fmt.Errorf("%w: truncated header", ErrMalformed)
	}
	h := header{tag: b[0], size: 2, minimal: true}
	if h.tag&highTag == highTag {
		return header{}, fmt.Errorf("%w: tag number above 30", ErrMalformed)
	}
	first := b[1]
	switch {
	case first < 0x80:
		h.length = int(first)
	case first == 0x80:
		if !h.isConstructed() {
			return header{}, fmt.Errorf("%w: indefinite length of a primitive value", ErrMalformed)
		}
		h.indefinite, h.minimal = true, false
	default:
		if err := h.readLongLength(b, int(first&0x7f)); err != nil {
			return header{}, err
		}
	}
	if !h.indefinite && h.length > len(b)-h.size {
		return header{}, fmt.Errorf("%w: length beyond the end", ErrMalformed)
	}
	return h, nil
}

func (h *header) readLongLength(b []byte, octets int) error {
	// Four octets name more bytes than any limit allows.
	if octets > 4 {
		return fmt.Errorf("%w: length of %d octets", ErrMalformed, octets)
	}
	if len(b) < 2+octets {
		return fmt.Errorf("%w: truncated length", ErrMalformed)
	}
	var n uint64
	for _, c := range b[2 : 2+octets] {
		n = n<<8 | uint64(c)
	}
	if n > uint64(len(b)) {
		return fmt.Errorf("%w: length beyond the end", ErrMalformed)
	}
	h.size += octets
	h.length = int(n)
	h.minimal = n >= 0x80 && b[2] != 0
	return nil
}

// lengthOctets is the size of the shortest definite length of n.
func lengthOctets(n int) int {
	size := 1
	if n >= 0x80 {
		for ; n > 0; n >>= 8 {
			size++
		}
	}
	return size
}

// appendLength appends the shortest definite length of n.
func appendLength(b []byte, n int) []byte {
	if n < 0x80 {
		return append(b, byte(n))
	}
	octets := lengthOctets(n) - 1
	b = append(b, 0x80|byte(octets))
	for i := octets - 1; i >= 0; i-- {
		b = append(b, byte(n>>(8*i)))
	}
	return b
}
