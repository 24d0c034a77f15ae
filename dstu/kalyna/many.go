package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
)

// batch is how many bytes the modes prepare at a time.
const batch = 512

type ecb struct {
	block   cipher.Block
	decrypt bool
}

// NewECBEncrypter returns simple substitution (ДСТУ 7624:2014, clause 6): each block by itself, so that equal blocks stay
// equal. It is for content that is random or already encrypted.
func NewECBEncrypter(b cipher.Block) (cipher.BlockMode, error) { return newECB(b, false) }

// NewECBDecrypter returns the inverse of [NewECBEncrypter].
func NewECBDecrypter(b cipher.Block) (cipher.BlockMode, error) { return newECB(b, true) }

func newECB(b cipher.Block, decrypt bool) (cipher.BlockMode, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	return &ecb{block: b, decrypt: decrypt}, nil
}

func (e *ecb) BlockSize() int { return e.block.BlockSize() }

// CryptBlocks panics, as all of [cipher.BlockMode], when src is not of whole blocks or dst is shorter.
func (e *ecb) CryptBlocks(dst, src []byte) {
	size := e.block.BlockSize()
	if len(src)%size != 0 || len(dst) < len(src) {
		panic("kalyna: ECB: input not of whole blocks or output too short")
	}
	if e.decrypt {
		decryptBlocks(e.block, dst[:len(src)], src)
	} else {
		encryptBlocks(e.block, dst[:len(src)], src)
	}
}

// encryptBlocks encrypts whole blocks, each by itself.
func encryptBlocks(b cipher.Block, dst, src []byte) {
	if own, ok := b.(*block); ok {
		own.encryptBlocks(dst, src)
		return
	}
	for i := 0; i < len(src); i += b.BlockSize() {
		b.Encrypt(dst[i:], src[i:])
	}
}

func decryptBlocks(b cipher.Block, dst, src []byte) {
	if own, ok := b.(*block); ok {
		own.decryptBlocks(dst, src)
		return
	}
	for i := 0; i < len(src); i += b.BlockSize() {
		b.Decrypt(dst[i:], src[i:])
	}
}

// cryptMany adds gamma to whole blocks.
func (c *counter) cryptMany(dst, src []byte) {
	var gamma [batch]byte
	size := c.block.BlockSize()
	for len(src) > 0 {
		n := min(len(src), batch)
		for i := 0; i < n; i += size {
			c.step()
			copy(gamma[i:], c.counter[:size])
		}
		encryptBlocks(c.block, gamma[:n], gamma[:n])
		subtle.XORBytes(dst, src[:n], gamma[:n])
		dst, src = dst[n:], src[n:]
	}
}

// decryptMany decrypts whole segments that are blocks. All ciphertext is known, so its blocks need not wait for each other.
func (c *CFB) decryptMany(dst, src []byte) {
	var gamma [batch]byte
	size := c.segment
	for len(src) > 0 {
		n := min(len(src), batch)
		copy(gamma[:], src[:n])
		encryptBlocks(c.block, gamma[:n], gamma[:n])
		subtle.XORBytes(dst, src[:size], c.gamma[:size])
		subtle.XORBytes(dst[size:], src[size:n], gamma[:n-size])
		copy(c.gamma[:size], gamma[n-size:n])
		dst, src = dst[n:], src[n:]
	}
}

// encryptCFB encrypts whole blocks with feedback; gamma is the block made last, before and after.
func (b *block) encryptCFB(gamma, dst, src []byte) {
	switch b.words {
	case 2:
		s := [2]uint64{word(gamma, 0), word(gamma, 1)}
		for ; len(src) >= 16; dst, src = dst[16:], src[16:] {
			s[0], s[1] = s[0]^word(src, 0), s[1]^word(src, 1)
			putWords(dst, s[:])
			b.encrypt2(&s)
		}
		putWords(gamma, s[:])
	case 4:
		s := [4]uint64{word(gamma, 0), word(gamma, 1), word(gamma, 2), word(gamma, 3)}
		for ; len(src) >= 32; dst, src = dst[32:], src[32:] {
			s[0], s[1], s[2], s[3] = s[0]^word(src, 0), s[1]^word(src, 1), s[2]^word(src, 2), s[3]^word(src, 3)
			putWords(dst, s[:])
			b.encrypt4(&s)
		}
		putWords(gamma, s[:])
	default:
		s := words8(gamma)
		for ; len(src) >= 64; dst, src = dst[64:], src[64:] {
			for i := range s {
				s[i] ^= word(src, i)
			}
			putWords(dst, s[:])
			b.encrypt8(&s)
		}
		putWords(gamma, s[:])
	}
}
