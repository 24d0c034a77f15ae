package der

import "fmt"

// Check reports whether b is exactly one value with definite, minimal lengths
// throughout and within the limits. It does not interpret types beyond the form
// of integers and object identifiers.
func Check(b []byte, limits Limits) error {
	c := checker{limits: limits.withDefaults()}
	if len(b) > c.limits.Size {
		return fmt.Errorf("%w: %d bytes", ErrLimit, len(b))
	}
	n, err := c.value(b, 0)
	if err != nil {
		return err
	}
	if n != len(b) {
		return ErrTrailing
	}
	return nil
}

type checker struct {
	limits   Limits
	elements int
}

// value checks the value at the beginning of b and returns its whole size.
func (c *checker) value(b []byte, depth int) (int, error) {
	h, err := c.header(b, depth)
	if err != nil {
		return 0, err
	}
	if !h.minimal {
		return 0, fmt.Errorf("%w: length not in its shortest definite form", ErrMalformed)
	}
	content := b[h.size : h.size+h.length]
	if !h.isConstructed() {
		return h.size + h.length, c.primitive(h.tag, content)
	}
	if h.tag&universalMask == 0 && !mayBeConstructed(h.tag) {
		return 0, fmt.Errorf("%w: constructed string", ErrMalformed)
	}
	for len(content) > 0 {
		n, err := c.value(content, depth+1)
		if err != nil {
			return 0, err
		}
		content = content[n:]
	}
	return h.size + h.length, nil
}

// header counts one more element and reads its header.
func (c *checker) header(b []byte, depth int) (header, error) {
	c.elements++
	if c.elements > c.limits.Elements {
		return header{}, fmt.Errorf("%w: more than %d elements", ErrLimit, c.limits.Elements)
	}
	if depth >= c.limits.Depth {
		return header{}, fmt.Errorf("%w: nested deeper than %d", ErrLimit, c.limits.Depth)
	}
	return readHeader(b)
}

// mayBeConstructed tells the universal types which have components: SEQUENCE and
// SET in all that is read here. DER has no constructed strings (X.690, clause 10.2).
func mayBeConstructed(tag byte) bool {
	return tag == 0x30 || tag == 0x31
}

func (c *checker) primitive(tag byte, content []byte) error {
	switch tag {
	case tagInteger:
		if len(content) > c.limits.Integer {
			return fmt.Errorf("%w: INTEGER of %d bytes", ErrLimit, len(content))
		}
		if len(content) == 0 {
			return fmt.Errorf("%w: empty INTEGER", ErrMalformed)
		}
	case tagOID:
		if len(content) > c.limits.OID {
			return fmt.Errorf("%w: OBJECT IDENTIFIER of %d bytes", ErrLimit, len(content))
		}
	case 0x30, 0x31, 0x10, 0x11:
		return fmt.Errorf("%w: primitive SEQUENCE or SET", ErrMalformed)
	}
	return nil
}
