package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

type ccm struct {
	block      cipher.Block
	size       int
	lengthSize int
}

// NewCCM returns the mode of encryption with authentication CCM (ДСТУ 7624:2014, clause 13) with a code of tagSize bytes:
// 8, 16, 32, 48 or 64, at most a block. lengthSize is the parameter Nb, 1 to 8: the bytes that hold the length of the
// message; the standard recommends 4. The nonce is a block, of which the code covers all but the last lengthSize+1 bytes;
// so these bytes alone must not tell two nonces apart. Seal panics when a length does not fit.
//
// No published vector has additional data which neither fits the block of its length exactly nor is of whole blocks. It
// stands here at the end of its blocks, after zeros, as in UAPKI.
func NewCCM(b cipher.Block, tagSize, lengthSize int) (cipher.AEAD, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	if tagCode(tagSize) == 0 || tagSize > b.BlockSize() {
		return nil, fmt.Errorf("kalyna: CCM code of %d bytes, want 8, 16, 32, 48 or 64, at most a block of %d", tagSize, b.BlockSize())
	}
	if lengthSize < 1 || lengthSize > 8 {
		return nil, fmt.Errorf("kalyna: CCM length in %d bytes, want 1 to 8", lengthSize)
	}
	return &ccm{block: b, size: tagSize, lengthSize: lengthSize}, nil
}

// tagCode is how the first block tells the length of the authentication code; 0 stands for none.
func tagCode(size int) byte {
	switch size {
	case 8:
		return 2
	case 16:
		return 3
	case 32:
		return 4
	case 48:
		return 5
	case 64:
		return 6
	default:
		return 0
	}
}

func (c *ccm) NonceSize() int { return c.block.BlockSize() }
func (c *ccm) Overhead() int  { return c.size }

func (c *ccm) fits(length int) bool {
	return c.lengthSize == 8 || uint64(length)>>(8*c.lengthSize) == 0
}

func (c *ccm) Seal(dst, nonce, plaintext, additionalData []byte) []byte {
	checkNonce(c.block, nonce)
	if !c.fits(len(plaintext)) || !c.fits(len(additionalData)) {
		panic(fmt.Sprintf("kalyna: CCM: a message of %d bytes with %d of additional data does not fit the length in %d bytes",
			len(plaintext), len(additionalData), c.lengthSize))
	}
	tag := c.tag(nonce, plaintext, additionalData)
	all, out := extend(dst, len(plaintext)+c.size)
	stream := newCTR(c.block, nonce)
	stream.XORKeyStream(out, plaintext)
	stream.XORKeyStream(out[len(plaintext):], tag[:c.size])
	return all
}

func (c *ccm) Open(dst, nonce, ciphertext, additionalData []byte) ([]byte, error) {
	checkNonce(c.block, nonce)
	length := len(ciphertext) - c.size
	if length < 0 || !c.fits(length) || !c.fits(len(additionalData)) {
		return nil, ErrOpen
	}
	var got [BlockSize512]byte
	copy(got[:], ciphertext[length:]) // decryption in place may write over it
	all, out := extend(dst, length)
	stream := newCTR(c.block, nonce)
	stream.XORKeyStream(out, ciphertext[:length])
	stream.XORKeyStream(got[:c.size], got[:c.size])
	want := c.tag(nonce, out, additionalData)
	if subtle.ConstantTimeCompare(got[:c.size], want[:c.size]) != 1 {
		clear(out)
		return nil, ErrOpen
	}
	return all, nil
}

// tag chains a block with nonce, length and parameters, the additional data after its length, and the message.
func (c *ccm) tag(nonce, message, additional []byte) (state [BlockSize512]byte) {
	size := c.block.BlockSize()
	var first [BlockSize512]byte
	free := size - c.lengthSize - 1
	copy(first[:free], nonce)
	c.putLength(first[free:size-1], len(message))
	first[size-1] = tagCode(c.size)<<4 | byte(c.lengthSize-1)
	if len(message) > 0 {
		first[size-1] |= 0x80
	}
	c.chain(&state, first[:size])

	var second [2 * BlockSize512]byte
	whole := len(additional) - len(additional)%size
	head := additional[:len(additional)-whole]
	filled := size
	if c.lengthSize+len(head) > size {
		filled = 2 * size
	}
	c.putLength(second[:c.lengthSize], len(additional))
	copy(second[filled-len(head):filled], head)
	c.chain(&state, second[:filled])
	c.chain(&state, additional[len(head):])

	whole = len(message) - len(message)%size
	c.chain(&state, message[:whole])
	if whole < len(message) {
		var last [BlockSize512]byte
		pad(last[:size], copy(last[:], message[whole:]))
		c.chain(&state, last[:size])
	}
	return state
}

func (c *ccm) chain(state *[BlockSize512]byte, blocks []byte) {
	size := c.block.BlockSize()
	for ; len(blocks) > 0; blocks = blocks[size:] {
		subtle.XORBytes(state[:], state[:size], blocks[:size])
		c.block.Encrypt(state[:size], state[:size])
	}
}

func (c *ccm) putLength(out []byte, length int) {
	var bytes [8]byte
	binary.LittleEndian.PutUint64(bytes[:], uint64(length))
	copy(out[:c.lengthSize], bytes[:])
}
