package der

import (
	"bytes"
	"fmt"
)

// Document is a container in DER together with the BER it came from.
type Document struct {
	// DER is the container with definite, minimal lengths and primitive strings.
	DER []byte

	source  []byte
	rewrote bool
}

// Normalise accepts one BER value and returns it in DER. A value which is already
// DER is returned as it is, without a copy. Bytes which are equal in BER and DER
// stay equal: only lengths are shortened and the segments of constructed OCTET
// STRINGs and BIT STRINGs joined. Sets are not sorted.
func Normalise(b []byte, limits Limits) (Document, error) {
	l := limits.withDefaults()
	if len(b) > l.Size {
		return Document{}, fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	// Nearly everything is DER, and finding that out needs no memory.
	if Check(b, l) == nil {
		return Document{DER: b, source: b}, nil
	}
	m := measurer{checker: checker{limits: l}}
	end, err := m.value(b, 0)
	if err != nil {
		return Document{}, err
	}
	if end != len(b) {
		return Document{}, ErrTrailing
	}
	if !m.rewrite {
		return Document{DER: b, source: b}, nil
	}
	e := emitter{sizes: m.sizes, out: make([]byte, 0, len(b))}
	e.value(b)
	return Document{DER: e.out, source: b, rewrote: true}, nil
}

// Verbatim reports whether a part taken out of d.DER arrived in exactly these
// bytes. Ask for the parts in the order in which they stand in the document:
// each search begins where the one before ended, which keeps the work linear.
func (d *Document) Verbatim(part []byte) bool {
	if !d.rewrote {
		return true
	}
	i := bytes.Index(d.source, part)
	if i < 0 {
		return false
	}
	d.source = d.source[i+len(part):]
	return true
}

// measurer is the first pass: it checks, and notes for every value, in the order
// of their headers, how long its content becomes in DER.
type measurer struct {
	checker
	sizes   []int
	rewrite bool
}

// value measures the value at the beginning of b and returns how many bytes it
// occupies there.
func (m *measurer) value(b []byte, depth int) (int, error) {
	h, err := m.header(b, depth)
	if err != nil {
		return 0, err
	}
	if !h.minimal {
		m.rewrite = true
	}
	slot := len(m.sizes)
	m.sizes = append(m.sizes, 0)
	if !h.isConstructed() {
		m.sizes[slot] = h.length
		return h.size + h.length, m.primitive(h.tag, b[h.size:h.size+h.length])
	}
	if isConstructedString(h.tag) {
		m.rewrite = true
		joined, used, err := m.segments(b, h, depth)
		m.sizes[slot] = joined
		return used, err
	}
	if h.tag&universalMask == 0 && !mayBeConstructed(h.tag) {
		return 0, fmt.Errorf("%w: constructed value of type %d", ErrMalformed, h.tag&highTag)
	}
	return m.children(b, h, depth, slot)
}

func (m *measurer) children(b []byte, h header, depth, slot int) (int, error) {
	total, at := 0, h.size
	for {
		done, skip, err := atEnd(b, h, at)
		if err != nil {
			return 0, err
		}
		if done {
			m.sizes[slot] = total
			return at + skip, nil
		}
		child := len(m.sizes)
		n, err := m.value(contentOf(b, h)[at-h.size:], depth+1)
		if err != nil {
			return 0, err
		}
		total += 1 + lengthOctets(m.sizes[child]) + m.sizes[child]
		at += n
	}
}

// segments measures a constructed string whose segments are primitive strings of
// the same type; segments of segments occur nowhere and are refused.
func (m *measurer) segments(b []byte, h header, depth int) (joined, used int, err error) {
	at := h.size
	primitive := h.tag &^ constructed
	for {
		done, skip, err := atEnd(b, h, at)
		if err != nil {
			return 0, 0, err
		}
		if done {
			if primitive == tagBitString {
				if at == h.size {
					return 0, 0, fmt.Errorf("%w: BIT STRING without segments", ErrMalformed)
				}
				joined++ // the octet that counts the unused bits
			}
			return joined, at + skip, nil
		}
		s, err := m.header(contentOf(b, h)[at-h.size:], depth+1)
		if err != nil {
			return 0, 0, err
		}
		if s.tag != primitive {
			return 0, 0, fmt.Errorf("%w: foreign segment in a constructed string", ErrMalformed)
		}
		n := s.length
		if primitive == tagBitString {
			// All segments are required to be whole octets; nothing here has a
			// BIT STRING of another kind that would be worth cutting up.
			if n == 0 || b[at+s.size] != 0 {
				return 0, 0, fmt.Errorf("%w: unused bits in a segment", ErrMalformed)
			}
			n--
		}
		joined += n
		at += s.size + s.length
	}
}

// atEnd reports whether the content of h ends at offset at of b, and how many
// bytes of end-of-contents follow.
func atEnd(b []byte, h header, at int) (done bool, skip int, err error) {
	if !h.indefinite {
		return at == h.size+h.length, 0, nil
	}
	if len(b)-at < 2 {
		return false, 0, fmt.Errorf("%w: missing end-of-contents", ErrMalformed)
	}
	if b[at] == 0 && b[at+1] == 0 {
		return true, 2, nil
	}
	return false, 0, nil
}

// contentOf bounds children to their parent.
func contentOf(b []byte, h header) []byte {
	if h.indefinite {
		return b[h.size:]
	}
	return b[h.size : h.size+h.length]
}

func isConstructedString(tag byte) bool {
	return tag == constructed|tagOctetString || tag == constructed|tagBitString
}

// emitter is the second pass. The first one has checked everything, so nothing
// can fail any more.
type emitter struct {
	sizes []int
	out   []byte
}

func (e *emitter) value(b []byte) int {
	h, _ := readHeader(b)
	size := e.sizes[0]
	e.sizes = e.sizes[1:]
	if isConstructedString(h.tag) {
		return e.joined(b, h, size)
	}
	e.out = appendLength(append(e.out, h.tag), size)
	if !h.isConstructed() {
		e.out = append(e.out, b[h.size:h.size+h.length]...)
		return h.size + h.length
	}
	at := h.size
	for {
		done, skip, _ := atEnd(b, h, at)
		if done {
			return at + skip
		}
		at += e.value(b[at:])
	}
}

func (e *emitter) joined(b []byte, h header, size int) int {
	primitive := h.tag &^ constructed
	e.out = appendLength(append(e.out, primitive), size)
	drop := 0
	if primitive == tagBitString {
		e.out = append(e.out, 0)
		drop = 1
	}
	at := h.size
	for {
		done, skip, _ := atEnd(b, h, at)
		if done {
			return at + skip
		}
		s, _ := readHeader(b[at:])
		e.out = append(e.out, b[at+s.size+drop:at+s.size+s.length]...)
		at += s.size + s.length
	}
}
