package kalyna

import (
	"bytes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

// maxWrap bounds what [Wrap] takes: keys are short.
const maxWrap = 1 << 16

// Wrap encrypts a key by the key wrap of the standard (ДСТУ 7624:2014, clause 15). One that is not of whole blocks is
// followed by its length in bits, half a block long, and by a one bit and zeros up to a whole block.
func Wrap(b cipher.Block, key []byte) ([]byte, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	if len(key) == 0 || len(key) > maxWrap {
		return nil, fmt.Errorf("kalyna: wrap: key of %d bytes, want 1 to %d", len(key), maxWrap)
	}
	size := b.BlockSize()
	half := size / 2
	// The block of zeros at the end is what unwrapping recognises.
	out := make([]byte, paddedSize(size, len(key))+size)
	copy(out, key)
	putPadding(out[:len(out)-size], size, len(key))

	slots := len(out)/half - 1
	var work [BlockSize512]byte
	for i := range 6 * slots {
		slot := out[half*(1+i%slots):][:half]
		copy(work[:half], out)
		copy(work[half:], slot)
		b.Encrypt(work[:size], work[:size])
		xorNumber(work[half:size], uint64(i+1))
		copy(slot, work[:half])
		copy(out[:half], work[half:])
	}
	return out, nil
}

// Unwrap is the inverse of [Wrap]. length is that of the key in bytes, which the receiver knows from what the key is for;
// the wrapped form does not tell a padded key from one that ends like padding. It returns [ErrUnwrap] when the key that
// wrapped it was another, anything was changed or the length differs.
func Unwrap(b cipher.Block, wrapped []byte, length int) ([]byte, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	size := b.BlockSize()
	half := size / 2
	if length <= 0 || length > maxWrap || len(wrapped) != paddedSize(size, length)+size {
		return nil, fmt.Errorf("kalyna: unwrap: %d bytes are not what a key of %d is wrapped to", len(wrapped), length)
	}
	w := bytes.Clone(wrapped)
	slots := len(w)/half - 1
	var work [BlockSize512]byte
	for i := 6*slots - 1; i >= 0; i-- {
		slot := w[half*(1+i%slots):][:half]
		copy(work[:half], slot)
		copy(work[half:], w[:half])
		xorNumber(work[half:size], uint64(i+1))
		b.Decrypt(work[:size], work[:size])
		copy(w[:half], work[:half])
		copy(slot, work[half:size])
	}
	want := make([]byte, len(w)-length)
	padding := make([]byte, len(w)-size)
	putPadding(padding, size, length)
	copy(want, padding[length:])
	if subtle.ConstantTimeCompare(want, w[length:]) != 1 {
		clear(w)
		return nil, ErrUnwrap
	}
	return w[:length:length], nil
}

func paddedSize(size, length int) int {
	if length%size == 0 {
		return length
	}
	return (length + size/2 + size - 1) / size * size
}

// putPadding fills up what follows a key of the given length.
func putPadding(out []byte, size, length int) {
	if length%size == 0 {
		return
	}
	binary.LittleEndian.PutUint64(out[length:], uint64(length)<<3)
	if end := length + size/2; end < len(out) {
		out[end] = 0x80
	}
}

func xorNumber(out []byte, n uint64) {
	binary.LittleEndian.PutUint64(out, binary.LittleEndian.Uint64(out)^n)
}
