package kalyna

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"

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

// maxRounds is the number of rounds with a 512-bit key.
const maxRounds = 18

type block struct {
	words int // in a block: 2, 4 or 8
	// encrypting holds the round keys one after another, decrypting the same in the order of use, all but the first and
	// the last multiplied by the inverse matrix.
	encrypting, decrypting []uint64
}

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
	b := &block{words: blockSize / 8}
	b.encrypting = expandKey(b.words, key)
	b.decrypting = invertKeys(b.words, b.encrypting)
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
	t := round.Forward()
	switch b.words {
	case 2:
		var s [2]uint64
		loadWords(s[:], src)
		encrypt2(t, b.encrypting, &s)
		storeWords(dst, s[:])
	case 4:
		var s [4]uint64
		loadWords(s[:], src)
		encrypt4(t, b.encrypting, &s)
		storeWords(dst, s[:])
	default:
		var s [8]uint64
		loadWords(s[:], src)
		encrypt8(t, b.encrypting, &s)
		storeWords(dst, s[:])
	}
}

// Decrypt is the inverse of Encrypt.
func (b *block) Decrypt(dst, src []byte) {
	t := round.Backward()
	switch b.words {
	case 2:
		var s [2]uint64
		loadWords(s[:], src)
		decrypt2(t, b.decrypting, &s)
		storeWords(dst, s[:])
	case 4:
		var s [4]uint64
		loadWords(s[:], src)
		decrypt4(t, b.decrypting, &s)
		storeWords(dst, s[:])
	default:
		var s [8]uint64
		loadWords(s[:], src)
		decrypt8(t, b.decrypting, &s)
		storeWords(dst, s[:])
	}
}

func loadWords(s []uint64, src []byte) {
	_ = src[8*len(s)-1]
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(src[8*i:])
	}
}

func storeWords(dst []byte, s []uint64) {
	_ = dst[8*len(s)-1]
	for i, w := range s {
		binary.LittleEndian.PutUint64(dst[8*i:], w)
	}
}
