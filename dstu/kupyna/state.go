package kupyna

import (
	"encoding/binary"
	"errors"
	"hash"
	"slices"
)

// stateMark begins a stored state and tells its version.
const stateMark = "kupyna\x01"

// MarshalBinary stores the state of a hash in progress.
func (d *digest) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// AppendBinary appends the state of a hash in progress.
func (d *digest) AppendBinary(out []byte) ([]byte, error) {
	out = append(out, stateMark...)
	out = append(out, byte(d.size))
	for _, w := range d.state[:d.block/8] {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	out = binary.LittleEndian.AppendUint64(out, d.length)
	return append(out, d.buf[:d.n]...), nil
}

// UnmarshalBinary goes on from a stored state of a hash of the same length.
func (d *digest) UnmarshalBinary(data []byte) error {
	rest := len(data) - len(stateMark) - 1 - d.block - 8
	if rest < 0 || string(data[:len(stateMark)]) != stateMark || data[len(stateMark)] != byte(d.size) {
		return errors.New("kupyna: not the state of a hash of this length")
	}
	words := data[len(stateMark)+1:]
	buffered := words[d.block+8:]
	length := binary.LittleEndian.Uint64(words[d.block:])
	if uint64(rest) != length%uint64(d.block) {
		return errors.New("kupyna: the state contradicts itself")
	}
	next := newDigest(d.size, d.block)
	for i := range d.block / 8 {
		next.state[i] = binary.LittleEndian.Uint64(words[8*i:])
	}
	next.length = length
	next.n = copy(next.buf[:], buffered)
	*d = next
	return nil
}

// Clone returns a hash in the same state.
func (d *digest) Clone() (hash.Cloner, error) {
	c := *d
	return &c, nil
}

// Clone returns a code in the same state.
func (m *mac) Clone() (hash.Cloner, error) {
	c := *m
	c.inverted = slices.Clone(m.inverted)
	return &c, nil
}
