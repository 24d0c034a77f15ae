package kalyna

import (
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
)

// EncryptXTS encrypts a sector in the mode XTS (ДСТУ 7624:2014, clause 14) under one key; iv is a block that tells the
// sector. src has a block or more and need not be of whole blocks; dst is as long and may be src itself.
func EncryptXTS(b cipher.Block, iv, dst, src []byte) error {
	x, err := newXTS(b, iv, dst, src)
	if err != nil {
		return err
	}
	size := b.BlockSize()
	whole := len(src) - len(src)%size
	for i := 0; i < whole; i += size {
		x.crypt(dst[i:i+size], src[i:i+size], b.Encrypt)
	}
	if rest := len(src) - whole; rest > 0 {
		// The last block is filled up from the ciphertext before it and takes its place.
		var last [BlockSize512]byte
		before := dst[whole-size : whole]
		copy(last[:size], before)
		copy(last[:], src[whole:])
		copy(dst[whole:whole+rest], before)
		x.crypt(before, last[:size], b.Encrypt)
	}
	return nil
}

// DecryptXTS is the inverse of [EncryptXTS].
func DecryptXTS(b cipher.Block, iv, dst, src []byte) error {
	x, err := newXTS(b, iv, dst, src)
	if err != nil {
		return err
	}
	size := b.BlockSize()
	rest := len(src) % size
	whole := len(src) - rest
	if rest > 0 {
		whole -= size
	}
	for i := 0; i < whole; i += size {
		x.crypt(dst[i:i+size], src[i:i+size], b.Decrypt)
	}
	if rest > 0 {
		var last, part [BlockSize512]byte
		copy(part[:], src[whole+size:])
		earlier := x.next()
		x.crypt(last[:size], src[whole:whole+size], b.Decrypt)
		copy(dst[whole+size:whole+size+rest], last[:rest])
		copy(last[:rest], part[:])
		earlier.apply(dst[whole:whole+size], last[:size], b.Decrypt)
	}
	return nil
}

type xts struct {
	tweak [8]uint64
	words int
}

func newXTS(b cipher.Block, iv, dst, src []byte) (*xts, error) {
	if err := checkVector(b, iv); err != nil {
		return nil, err
	}
	if len(src) < b.BlockSize() || len(dst) < len(src) {
		return nil, fmt.Errorf("kalyna: XTS of %d bytes into %d, want a block of %d or more and as much room",
			len(src), len(dst), b.BlockSize())
	}
	var encrypted [BlockSize512]byte
	b.Encrypt(encrypted[:], iv)
	x := &xts{words: b.BlockSize() / 8}
	loadWords(x.tweak[:x.words], encrypted[:])
	return x, nil
}

// next steps to the following block and returns its place.
func (x *xts) next() xts {
	double(x.tweak[:x.words])
	return *x
}

func (x *xts) crypt(dst, src []byte, transform func(dst, src []byte)) {
	place := x.next()
	place.apply(dst, src, transform)
}

func (x xts) apply(dst, src []byte, transform func(dst, src []byte)) {
	var mask, work [BlockSize512]byte
	for i, w := range x.tweak[:x.words] {
		binary.LittleEndian.PutUint64(mask[8*i:], w)
	}
	n := subtle.XORBytes(work[:], src, mask[:])
	transform(work[:n], work[:n])
	subtle.XORBytes(dst, work[:n], mask[:])
}
