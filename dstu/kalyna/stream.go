package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"fmt"
)

// checkVector refuses blocks which are none of this cipher's lengths and start vectors which are no block.
func checkVector(b cipher.Block, iv []byte) error {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return err
	}
	if len(iv) != b.BlockSize() {
		return fmt.Errorf("kalyna: start vector of %d bytes, want %d, a block", len(iv), b.BlockSize())
	}
	return nil
}

type counter struct {
	block   cipher.Block
	counter [BlockSize512]byte
	gamma   [BlockSize512]byte
	used    int
}

// NewCTR returns the gamma mode (ДСТУ 7624:2014, clause 7). Unlike the counter mode of package cipher it counts from the
// encrypted vector, least significant byte first. Encryption and decryption are the same.
func NewCTR(b cipher.Block, iv []byte) (cipher.Stream, error) {
	if err := checkVector(b, iv); err != nil {
		return nil, err
	}
	return newCTR(b, iv), nil
}

func newCTR(b cipher.Block, iv []byte) *counter {
	c := &counter{block: b, used: b.BlockSize()}
	b.Encrypt(c.counter[:], iv)
	return c
}

func (c *counter) XORKeyStream(dst, src []byte) {
	_ = dst[:len(src)]
	size := c.block.BlockSize()
	if c.used == size {
		whole := len(src) - len(src)%size
		c.cryptMany(dst[:whole], src[:whole])
		dst, src = dst[whole:], src[whole:]
	}
	for len(src) > 0 {
		if c.used == size {
			c.step()
			c.block.Encrypt(c.gamma[:size], c.counter[:size])
			c.used = 0
		}
		n := subtle.XORBytes(dst, src, c.gamma[c.used:size])
		c.used += n
		src, dst = src[n:], dst[n:]
	}
}

// step adds one to the counter.
func (c *counter) step() {
	for i := range c.counter[:c.block.BlockSize()] {
		if c.counter[i]++; c.counter[i] != 0 {
			return
		}
	}
}

type outputFeedback struct {
	block cipher.Block
	gamma [BlockSize512]byte
	used  int
}

// NewOFB returns the mode of output feedback (ДСТУ 7624:2014, clause 11). Encryption and decryption are the same.
func NewOFB(b cipher.Block, iv []byte) (cipher.Stream, error) {
	if err := checkVector(b, iv); err != nil {
		return nil, err
	}
	o := &outputFeedback{block: b, used: b.BlockSize()}
	copy(o.gamma[:], iv)
	return o, nil
}

func (o *outputFeedback) XORKeyStream(dst, src []byte) {
	_ = dst[:len(src)]
	size := o.block.BlockSize()
	for len(src) > 0 {
		if o.used == size {
			o.block.Encrypt(o.gamma[:size], o.gamma[:size])
			o.used = 0
		}
		n := subtle.XORBytes(dst, src, o.gamma[o.used:size])
		o.used += n
		src, dst = src[n:], dst[n:]
	}
}
