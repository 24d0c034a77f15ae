package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"fmt"
	"hash"
)

// minTag is the shortest authentication code which is still given out, in bytes.
const minTag = 8

func checkTag(size, block int) error {
	if size < minTag || size > block {
		return fmt.Errorf("kalyna: authentication code of %d bytes, want %d to %d, a block", size, minTag, block)
	}
	return nil
}

type cmac struct {
	block cipher.Block
	size  int
	state [BlockSize512]byte
	buf   [BlockSize512]byte
	n     int
}

// NewCMAC returns the authentication code CMAC (ДСТУ 7624:2014, clause 9) of size bytes, 8 to a block. The standard
// defines it for messages of a byte or more; the code of the empty one is here that of a block with nothing but padding.
// Compare codes with [crypto/hmac.Equal].
func NewCMAC(b cipher.Block, size int) (hash.Hash, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	if err := checkTag(size, b.BlockSize()); err != nil {
		return nil, err
	}
	return &cmac{block: b, size: size}, nil
}

func (c *cmac) Size() int      { return c.size }
func (c *cmac) BlockSize() int { return c.block.BlockSize() }
func (c *cmac) Reset()         { *c = cmac{block: c.block, size: c.size} }

func (c *cmac) Write(p []byte) (int, error) {
	c.write(p)
	return len(p), nil
}

func (c *cmac) write(p []byte) {
	size := c.block.BlockSize()
	for len(p) > 0 {
		if c.n == size { // the last block is kept back: it is treated differently
			subtle.XORBytes(c.state[:], c.state[:size], c.buf[:size])
			c.block.Encrypt(c.state[:size], c.state[:size])
			c.n = 0
		}
		n := copy(c.buf[c.n:size], p)
		c.n += n
		p = p[n:]
	}
}

// Sum appends the code of what was written so far; writing may go on.
func (c *cmac) Sum(in []byte) []byte {
	size := c.block.BlockSize()
	last, mask := c.buf, [BlockSize512]byte{}
	if c.n < size {
		pad(last[:size], c.n)
		mask[0] = 1
	}
	c.block.Encrypt(mask[:size], mask[:size])
	subtle.XORBytes(last[:], last[:size], mask[:size])
	subtle.XORBytes(last[:], last[:size], c.state[:size])
	c.block.Encrypt(last[:size], last[:size])
	return append(in, last[:c.size]...)
}

// pad fills a block up from place n with a one bit and zeros.
func pad(block []byte, n int) {
	block[n] = 0x80
	clear(block[n+1:])
}
