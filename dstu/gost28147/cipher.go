package gost28147

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
)

const (
	// KeySize is the length of a key in bytes.
	KeySize = 32
	// BlockSize is the length of a block in bytes.
	BlockSize = 8
)

type block struct {
	key                    [8]uint32
	encrypting, decrypting schedule
	sbox                   *SBox
	table                  *Table
	vectors                bool // whether many blocks go through assembly
}

// NewCipher returns the block transformation (simple substitution mode of ДСТУ ГОСТ 28147:2009, clause 2)
// with the given 32-byte key; a nil sbox means DKE №1.
func NewCipher(key []byte, sbox *SBox) (cipher.Block, error) {
	return newBlock(key, sbox)
}

func newBlock(key []byte, sbox *SBox) (*block, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("gost28147: key of %d bytes, want %d", len(key), KeySize)
	}
	sbox = sbox.orDefault()
	b := &block{sbox: sbox, table: &sbox.table, vectors: vectors()}
	for i := range b.key {
		b.key[i] = binary.LittleEndian.Uint32(key[4*i:])
	}
	b.encrypting, b.decrypting = schedules(&b.key)
	return b, nil
}

func (b *block) BlockSize() int { return BlockSize }

func (b *block) Encrypt(dst, src []byte) {
	n1, n2 := load(src)
	n1, n2 = b.encrypt(n1, n2)
	store(dst, n1, n2)
}

func (b *block) Decrypt(dst, src []byte) {
	n1, n2 := load(src)
	t, k := b.table, &b.key
	n1, n2 = forward(t, k, n1, n2)
	for range 3 {
		n1, n2 = backward(t, k, n1, n2)
	}
	store(dst, n2, n1)
}

// encrypt runs the 32 rounds; the halves leave exchanged, as the last round does not swap them.
func (b *block) encrypt(n1, n2 uint32) (uint32, uint32) {
	t, k := b.table, &b.key
	for range 3 {
		n1, n2 = forward(t, k, n1, n2)
	}
	n1, n2 = backward(t, k, n1, n2)
	return n2, n1
}

// forward does eight rounds with the key words in ascending order.
func forward(t *Table, k *[8]uint32, n1, n2 uint32) (uint32, uint32) {
	for i := 0; i < 8; i += 2 {
		n2 ^= round(t, n1+k[i])
		n1 ^= round(t, n2+k[i+1])
	}
	return n1, n2
}

// backward does eight rounds with the key words in descending order.
func backward(t *Table, k *[8]uint32, n1, n2 uint32) (uint32, uint32) {
	for i := 7; i > 0; i -= 2 {
		n2 ^= round(t, n1+k[i])
		n1 ^= round(t, n2+k[i-1])
	}
	return n1, n2
}

func round(t *Table, x uint32) uint32 {
	return t[0][byte(x)] ^ t[1][byte(x>>8)] ^ t[2][byte(x>>16)] ^ t[3][byte(x>>24)]
}

func load(src []byte) (n1, n2 uint32) {
	_ = src[7]
	return binary.LittleEndian.Uint32(src), binary.LittleEndian.Uint32(src[4:])
}

func store(dst []byte, n1, n2 uint32) {
	_ = dst[7]
	binary.LittleEndian.PutUint32(dst, n1)
	binary.LittleEndian.PutUint32(dst[4:], n2)
}
