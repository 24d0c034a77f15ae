package kalyna

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

const (
	// BlockSize128 is the length in bytes of a 128-bit block.
	BlockSize128 = 16
	// BlockSize256 is the length in bytes of a 256-bit block, which enveloped data uses.
	BlockSize256 = 32
	// BlockSize512 is the length in bytes of a 512-bit block.
	BlockSize512 = 64
)

type block struct {
	words                  int      // in a block: 2, 4 or 8
	encrypting, decrypting []uint64 // round keys in the order of use, see rounds.go
	forward, backward      *round.Tables
	wide                   *wideKeys // nil where there is no assembly
}

// wideKeys are the round keys in the order of use, each repeated to 64 bytes.
type wideKeys struct{ encrypting, decrypting []uint64 }

// NewCipher returns the block transformation of ДСТУ 7624:2014 (clause 5) for blocks of 16, 32 or 64 bytes. The key is as
// long as the block or twice as long, up to 64 bytes: 16 or 32 bytes for blocks of 16, 32 or 64 for blocks of 32, 64 for
// blocks of 64.
func NewCipher(blockSize int, key []byte) (cipher.Block, error) {
	if err := checkBlockSize(blockSize); err != nil {
		return nil, err
	}
	if n := len(key); n != blockSize && (n != 2*blockSize || n > BlockSize512) {
		return nil, fmt.Errorf("kalyna: key of %d bytes for blocks of %d: it must be as long as the block, or twice as long up to 64 bytes",
			n, blockSize)
	}
	b := &block{words: blockSize / 8, forward: round.Forward(), backward: round.Backward()}
	keys := expandKey(b.words, key)
	b.decrypting = invertKeys(b.words, keys)
	if round.HasWide() {
		b.wide = newWideKeys(b.words, keys)
	}
	last := len(keys) - b.words
	b.encrypting = slices.Insert(keys, last, make([]uint64, b.words)...) // the key of zeros
	return b, nil
}

func checkBlockSize(size int) error {
	if size != BlockSize128 && size != BlockSize256 && size != BlockSize512 {
		return fmt.Errorf("kalyna: block of %d bytes, want 16, 32 or 64", size)
	}
	return nil
}

func (b *block) BlockSize() int { return 8 * b.words }

// Encrypt encrypts the first block of src into dst; it panics when either is shorter, as ciphers of crypto do.
func (b *block) Encrypt(dst, src []byte) {
	size := 8 * b.words
	b.encryptBlocks(dst[:size], src[:size])
}

// Decrypt is the inverse of Encrypt.
func (b *block) Decrypt(dst, src []byte) {
	size := 8 * b.words
	b.decryptBlocks(dst[:size], src[:size])
}

// encryptBlocks encrypts whole blocks, each by itself; dst is as long as src.
func (b *block) encryptBlocks(dst, src []byte) {
	if b.wide != nil {
		n := len(src) - len(src)%round.WideSize
		round.ForwardWide().Encrypt(dst[:n], src[:n], b.words, b.wide.encrypting)
		dst, src = dst[n:], src[n:]
	}
	switch b.words {
	case 2:
		for ; len(src) >= 16; dst, src = dst[16:], src[16:] {
			s := [2]uint64{word(src, 0), word(src, 1)}
			b.encrypt2(&s)
			putWords(dst, s[:])
		}
	case 4:
		for ; len(src) >= 32; dst, src = dst[32:], src[32:] {
			s := [4]uint64{word(src, 0), word(src, 1), word(src, 2), word(src, 3)}
			b.encrypt4(&s)
			putWords(dst, s[:])
		}
	default:
		for ; len(src) >= 64; dst, src = dst[64:], src[64:] {
			s := words8(src)
			b.encrypt8(&s)
			putWords(dst, s[:])
		}
	}
}

func (b *block) decryptBlocks(dst, src []byte) {
	if b.wide != nil {
		n := len(src) - len(src)%round.WideSize
		round.BackwardWide().Decrypt(dst[:n], src[:n], b.words, b.wide.decrypting)
		dst, src = dst[n:], src[n:]
	}
	switch b.words {
	case 2:
		for ; len(src) >= 16; dst, src = dst[16:], src[16:] {
			s := [2]uint64{word(src, 0), word(src, 1)}
			b.decrypt2(&s)
			putWords(dst, s[:])
		}
	case 4:
		for ; len(src) >= 32; dst, src = dst[32:], src[32:] {
			s := [4]uint64{word(src, 0), word(src, 1), word(src, 2), word(src, 3)}
			b.decrypt4(&s)
			putWords(dst, s[:])
		}
	default:
		for ; len(src) >= 64; dst, src = dst[64:], src[64:] {
			s := words8(src)
			b.decrypt8(&s)
			putWords(dst, s[:])
		}
	}
}

func word(src []byte, i int) uint64 { return binary.LittleEndian.Uint64(src[8*i:]) }

func words8(src []byte) [8]uint64 {
	return [8]uint64{
		word(src, 0), word(src, 1), word(src, 2), word(src, 3), word(src, 4), word(src, 5), word(src, 6), word(src, 7),
	}
}

func putWords(dst []byte, s []uint64) {
	_ = dst[8*len(s)-1]
	for i, w := range s {
		binary.LittleEndian.PutUint64(dst[8*i:], w)
	}
}

func loadWords(s []uint64, src []byte) {
	_ = src[8*len(s)-1]
	for i := range s {
		s[i] = word(src, i)
	}
}
