package kupyna

import (
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
)

// mac hashes the padded key, the padded message and the inverted key.
type mac struct {
	keyed    digest // with the padded key taken
	inverted []byte

	inner  digest
	length uint64 // of the message in bytes
}

// NewMAC256 returns the authentication code of ДСТУ 7564:2014 of 32 bytes, Kupyna-256 with a key of 32 bytes. Compare codes with [crypto/hmac.Equal].
func NewMAC256(key []byte) (hash.Hash, error) { return newMAC(key, Size256, BlockSize256) }

// NewMAC384 is like [NewMAC256] with a key and a code of 48 bytes.
func NewMAC384(key []byte) (hash.Hash, error) { return newMAC(key, Size384, BlockSize512) }

// NewMAC512 is like [NewMAC256] with a key and a code of 64 bytes.
func NewMAC512(key []byte) (hash.Hash, error) { return newMAC(key, Size512, BlockSize512) }

func newMAC(key []byte, size, block int) (hash.Hash, error) {
	if len(key) != size {
		return nil, fmt.Errorf("kupyna: key of %d bytes, want %d, as long as the code", len(key), size)
	}
	m := &mac{keyed: newDigest(size, block), inverted: slices.Clone(key)}
	m.keyed.write(key)
	m.keyed.writePadding(uint64(size))
	for i := range m.inverted {
		m.inverted[i] ^= 0xff
	}
	m.Reset()
	return m, nil
}

func (m *mac) Size() int      { return m.inner.size }
func (m *mac) BlockSize() int { return m.inner.block }

func (m *mac) Reset() {
	m.inner = m.keyed
	m.length = 0
}

func (m *mac) Write(p []byte) (int, error) {
	m.length += uint64(len(p))
	return m.inner.Write(p)
}

// Sum appends the code of what was written so far; writing may go on.
func (m *mac) Sum(in []byte) []byte {
	c := m.inner
	c.writePadding(m.length)
	c.write(m.inverted)
	return c.Sum(in)
}

// writePadding fills the block up as if the hash ended here after that many bytes.
func (d *digest) writePadding(length uint64) {
	var padding [BlockSize512 + lengthSize]byte
	padding[0] = 0x80
	n := d.block - (d.n+lengthSize)%d.block + lengthSize
	putLength(padding[n-lengthSize:n], length)
	d.write(padding[:n])
}

// putLength writes a length in bytes as 96 bits that count bits.
func putLength(out []byte, length uint64) {
	binary.LittleEndian.PutUint64(out, length<<3)
	binary.LittleEndian.PutUint32(out[8:], uint32(length>>61))
}
