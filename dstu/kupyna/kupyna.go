// Package kupyna implements the hash function Купина, ДСТУ 7564:2014, with digests of 256, 384 and 512 bits.
//
// Most users should call [New256] or, with the data at hand, [Sum256]. The longer digests are what the signature
// algorithms DSTU 4145 with Kupyna-384 and Kupyna-512 take, and [NewMAC256] and its longer siblings are the
// authentication codes of the same standard.
//
// The rounds look tables up by the data, so what is hashed can leave traces in the processor's caches: with a secret key
// or message that is no constant time. On amd64 with GFNI and AVX-512 VBMI only the last step does.
//
// Like those of the standard library the hashes are also an [encoding.BinaryMarshaler], an [encoding.BinaryUnmarshaler]
// and a [hash.Cloner], so that a hash in progress can be stored and gone on with.
package kupyna

import (
	"encoding/binary"
	"hash"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

const (
	// Size256 is the length of a Kupyna-256 digest in bytes.
	Size256 = 32
	// Size384 is the length of a Kupyna-384 digest in bytes.
	Size384 = 48
	// Size512 is the length of a Kupyna-512 digest in bytes.
	Size512 = 64

	// BlockSize256 is the block length of Kupyna-256 in bytes.
	BlockSize256 = 64
	// BlockSize512 is the block length of Kupyna-384 and Kupyna-512 in bytes.
	BlockSize512 = 128
)

// lengthSize is the width of the message length at the end of the padding: 96 bits.
const lengthSize = 12

type digest struct {
	t      *round.Tables
	state  [16]uint64 // the first 8 words only for 64-byte blocks
	buf    [BlockSize512]byte
	n      int
	length uint64 // bytes written
	size   int
	block  int
	wide   bool // whether the permutations go through assembly
}

// New256 returns the hash with a 32-byte digest.
func New256() hash.Hash { d := newDigest(Size256, BlockSize256); return &d }

// New384 returns the hash with a 48-byte digest.
func New384() hash.Hash { d := newDigest(Size384, BlockSize512); return &d }

// New512 returns the hash with a 64-byte digest.
func New512() hash.Hash { d := newDigest(Size512, BlockSize512); return &d }

// Sum256 returns the 32-byte digest of data.
func Sum256(data []byte) (out [Size256]byte) {
	d := newDigest(Size256, BlockSize256)
	d.write(data)
	d.finish(out[:])
	return out
}

// Sum384 returns the 48-byte digest of data.
func Sum384(data []byte) (out [Size384]byte) {
	d := newDigest(Size384, BlockSize512)
	d.write(data)
	d.finish(out[:])
	return out
}

// Sum512 returns the 64-byte digest of data.
func Sum512(data []byte) (out [Size512]byte) {
	d := newDigest(Size512, BlockSize512)
	d.write(data)
	d.finish(out[:])
	return out
}

func newDigest(size, block int) digest {
	d := digest{t: round.Forward(), size: size, block: block, wide: round.HasWide()}
	d.state[0] = uint64(block) // the start vector is the block length in the first byte
	return d
}

func (d *digest) Size() int      { return d.size }
func (d *digest) BlockSize() int { return d.block }
func (d *digest) Reset()         { *d = newDigest(d.size, d.block) }

func (d *digest) Write(p []byte) (int, error) {
	d.write(p)
	return len(p), nil
}

func (d *digest) write(p []byte) {
	d.length += uint64(len(p))
	if d.n > 0 {
		n := copy(d.buf[d.n:d.block], p)
		d.n += n
		p = p[n:]
		if d.n < d.block {
			return
		}
		d.compress(d.buf[:d.block])
		d.n = 0
	}
	for len(p) >= d.block {
		d.compress(p[:d.block])
		p = p[d.block:]
	}
	d.n = copy(d.buf[:], p)
}

// Sum appends the digest of what was written so far; writing may go on.
func (d *digest) Sum(in []byte) []byte {
	c := *d
	var out [Size512]byte
	c.finish(out[:c.size])
	return append(in, out[:c.size]...)
}

// finish pads with a one bit, zeros and the bit length, and writes the last bytes of T⊕(h) ⊕ h.
func (d *digest) finish(out []byte) {
	d.buf[d.n] = 0x80
	clear(d.buf[d.n+1 : d.block])
	if d.n+1+lengthSize > d.block {
		d.compress(d.buf[:d.block])
		clear(d.buf[:d.block])
	}
	putLength(d.buf[d.block-lengthSize:d.block], d.length)
	d.compress(d.buf[:d.block])

	var whole [BlockSize512]byte
	d.output(&whole)
	copy(out, whole[d.block-d.size:d.block])
}

// compress replaces h by T⊕(h ⊕ m) ⊕ T⁺(m) ⊕ h.
func (d *digest) compress(m []byte) {
	if d.block == BlockSize256 {
		d.compress8(m)
		return
	}
	var s [32]uint64
	p, q := (*[16]uint64)(s[:16]), (*[16]uint64)(s[16:])
	for i := range p {
		q[i] = binary.LittleEndian.Uint64(m[8*i:])
		p[i] = q[i] ^ d.state[i]
	}
	if d.wide {
		round.ForwardWide().Permute16(&s, constants16())
	} else {
		xor16(d.t, p)
		add16(d.t, q)
	}
	for i := range p {
		d.state[i] ^= p[i] ^ q[i]
	}
}

func (d *digest) compress8(m []byte) {
	var s [16]uint64
	p, q := (*[8]uint64)(s[:8]), (*[8]uint64)(s[8:])
	for i := range p {
		q[i] = binary.LittleEndian.Uint64(m[8*i:])
		p[i] = q[i] ^ d.state[i]
	}
	if d.wide {
		round.ForwardWide().Permute(&s, constants8())
	} else {
		xor8(d.t, p)
		add8(d.t, q)
	}
	for i := range p {
		d.state[i] ^= p[i] ^ q[i]
	}
}

func (d *digest) output(out *[BlockSize512]byte) {
	p := d.state
	if d.block == BlockSize256 {
		xor8(d.t, (*[8]uint64)(p[:8]))
	} else {
		xor16(d.t, &p)
	}
	for i, w := range p {
		binary.LittleEndian.PutUint64(out[8*i:], w^d.state[i])
	}
}
