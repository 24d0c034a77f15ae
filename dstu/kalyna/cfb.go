package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"fmt"
)

// CFB is encryption or decryption with feedback (ДСТУ 7624:2014, clause 8): the mode of enveloped data.
//
// It is a [cipher.BlockMode] over segments and no [cipher.Stream], because an incomplete last segment is covered by the
// last bytes of the gamma, and where those begin depends on how much is left. Libraries with the textbook mode agree on
// whole segments only.
type CFB struct {
	block   cipher.Block
	segment int
	// gamma is the block made last; all of it but the segment at its end feeds the next one.
	gamma   [BlockSize512]byte
	decrypt bool
	last    bool
}

// NewCFBEncrypter returns encryption with feedback of whole blocks, which is what enveloped data uses, or of shorter
// segments, the parameter q of the standard in bytes: 1, 8, 16, 32 or 64, at most a block.
func NewCFBEncrypter(b cipher.Block, iv []byte, segment int) (*CFB, error) {
	return newCFB(b, iv, segment, false)
}

// NewCFBDecrypter returns the inverse of [NewCFBEncrypter].
func NewCFBDecrypter(b cipher.Block, iv []byte, segment int) (*CFB, error) {
	return newCFB(b, iv, segment, true)
}

func newCFB(b cipher.Block, iv []byte, segment int, decrypt bool) (*CFB, error) {
	if err := checkVector(b, iv); err != nil {
		return nil, err
	}
	switch segment {
	case 1, 8, 16, 32, 64:
	default:
		return nil, fmt.Errorf("kalyna: CFB segment of %d bytes, want 1, 8, 16, 32 or 64", segment)
	}
	if segment > b.BlockSize() {
		return nil, fmt.Errorf("kalyna: CFB segment of %d bytes is longer than the block of %d", segment, b.BlockSize())
	}
	c := &CFB{block: b, segment: segment, decrypt: decrypt}
	b.Encrypt(c.gamma[:], iv)
	return c, nil
}

// BlockSize returns the length of a segment.
func (c *CFB) BlockSize() int { return c.segment }

// CryptBlocks encrypts or decrypts whole segments. Like all of [cipher.BlockMode] it panics when src is anything else or
// dst is shorter, and after [CFB.CryptLast].
func (c *CFB) CryptBlocks(dst, src []byte) {
	if len(src)%c.segment != 0 || len(dst) < len(src) || c.last {
		panic("kalyna: CFB: input not of whole segments, output too short or message already at its end")
	}
	size := c.block.BlockSize()
	if own, ok := c.block.(*block); ok && c.segment == size && !c.decrypt {
		own.encryptCFB(c.gamma[:size], dst, src)
		return
	}
	if c.decrypt && c.segment == size {
		c.decryptMany(dst, src)
		return
	}
	var feed [BlockSize512]byte
	part := c.gamma[size-c.segment : size]
	for len(src) > 0 {
		copy(feed[:size], c.gamma[:size])
		next := feed[size-c.segment : size]
		if c.decrypt {
			copy(next, src)
			subtle.XORBytes(dst, src[:c.segment], part)
		} else {
			subtle.XORBytes(next, src[:c.segment], part)
			copy(dst, next)
		}
		c.block.Encrypt(c.gamma[:size], feed[:size])
		src, dst = src[c.segment:], dst[c.segment:]
	}
}

// CryptLast encrypts or decrypts the last bytes of a message, or all of it: whole segments, then what is left. It panics
// when dst is shorter than src or the message is already at its end.
func (c *CFB) CryptLast(dst, src []byte) {
	whole := len(src) - len(src)%c.segment
	c.CryptBlocks(dst, src[:whole])
	size := c.block.BlockSize()
	rest := len(src) - whole
	subtle.XORBytes(dst[whole:len(src)], src[whole:], c.gamma[size-rest:size])
	c.last = true
}
