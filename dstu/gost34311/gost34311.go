// Package gost34311 implements the hash function ГОСТ 34.311-95 (GOST R 34.11-94 with Ukrainian substitution blocks),
// which most DSTU 4145 signatures in use are made over.
//
// Most users should call [New], or [Sum] when the data is at hand: DKE №1 and a zero start vector. Only when the key
// that made a signature carries another substitution block is [NewWithSBox] right. Package pki chooses by the key.
//
// Like those of the standard library the hashes are also an [encoding.BinaryMarshaler], an [encoding.BinaryUnmarshaler]
// and a [hash.Cloner], so that a hash in progress can be stored and gone on with; the substitution block is not stored.
//
// The rounds look tables up by the data, so what is hashed can leave traces in the processor's caches: with a secret key
// or message that is no constant time.
package gost34311

import (
	"encoding/binary"
	"hash"

	"github.com/dovidka/dovidka/dstu/gost28147"
)

const (
	// Size is the length of a digest in bytes.
	Size = 32
	// BlockSize is the length of a compressed block in bytes.
	BlockSize = 32
)

// word256 is a 256-bit value as four words, least significant first. It is a struct because the compiler keeps structs of
// four fields in registers, and arrays in memory.
type word256 struct{ w0, w1, w2, w3 uint64 }

type digest struct {
	table  *gost28147.Table
	h, sum word256
	bits   uint64 // of the whole blocks compressed so far
	buf    [BlockSize]byte
	n      int
}

// New returns the hash with DKE №1 and a zero start vector.
func New() hash.Hash { return NewWithSBox(nil) }

// NewWithSBox returns the hash with the given substitution block; nil means DKE №1.
func NewWithSBox(sbox *gost28147.SBox) hash.Hash { return &digest{table: sbox.Table()} }

// Sum returns the digest of data with DKE №1.
func Sum(data []byte) [Size]byte {
	d := digest{table: gost28147.DefaultSBox().Table()}
	d.write(data)
	return d.finish()
}

func (d *digest) Size() int      { return Size }
func (d *digest) BlockSize() int { return BlockSize }
func (d *digest) Reset()         { *d = digest{table: d.table} }

func (d *digest) Write(p []byte) (int, error) {
	d.write(p)
	return len(p), nil
}

func (d *digest) write(p []byte) {
	if d.n > 0 {
		n := copy(d.buf[d.n:], p)
		d.n += n
		p = p[n:]
		if d.n < BlockSize {
			return
		}
		d.block(&d.buf)
		d.n = 0
	}
	for len(p) >= BlockSize {
		d.block((*[BlockSize]byte)(p))
		p = p[BlockSize:]
	}
	d.n = copy(d.buf[:], p)
}

// Sum appends the digest of what was written so far; writing may go on.
func (d *digest) Sum(in []byte) []byte {
	c := *d
	out := c.finish()
	return append(in, out[:]...)
}

func (d *digest) block(p *[BlockSize]byte) {
	m := load(p)
	d.h = compress(d.table, d.h, m)
	d.sum = d.sum.add(m)
	d.bits += 8 * BlockSize
}

// finish fills the last block up with zeros and compresses length and checksum (clause 6, stages 2 and 3). An empty
// tail adds no block, so the empty message has the length and checksum blocks only.
func (d *digest) finish() [Size]byte {
	length := word256{w0: d.bits + 8*uint64(d.n)}
	if d.n > 0 {
		clear(d.buf[d.n:])
		d.block(&d.buf)
	}
	h := compress(d.table, d.h, length)
	h = compress(d.table, h, d.sum)
	var out [Size]byte
	for i, w := range [...]uint64{h.w0, h.w1, h.w2, h.w3} {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	return out
}

func load(p *[BlockSize]byte) word256 {
	return word256{
		binary.LittleEndian.Uint64(p[0:]), binary.LittleEndian.Uint64(p[8:]),
		binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:]),
	}
}
