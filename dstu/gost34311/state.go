package gost34311

import (
	"encoding/binary"
	"errors"
	"hash"
)

// stateMark begins a stored state and tells its version.
const stateMark = "gost34311\x01"

// stateSize is without the bytes that wait for their block.
const stateSize = len(stateMark) + 2*Size + 8

// MarshalBinary stores the state of a hash in progress; the substitution block is not in it.
func (d *digest) MarshalBinary() ([]byte, error) { return d.AppendBinary(nil) }

// AppendBinary appends the state of a hash in progress.
func (d *digest) AppendBinary(out []byte) ([]byte, error) {
	out = append(out, stateMark...)
	for _, w := range [...]uint64{d.h.w0, d.h.w1, d.h.w2, d.h.w3, d.sum.w0, d.sum.w1, d.sum.w2, d.sum.w3, d.bits} {
		out = binary.LittleEndian.AppendUint64(out, w)
	}
	return append(out, d.buf[:d.n]...), nil
}

// UnmarshalBinary goes on from a stored state of a hash with the same substitution block.
func (d *digest) UnmarshalBinary(data []byte) error {
	if len(data) < stateSize || len(data) >= stateSize+BlockSize || string(data[:len(stateMark)]) != stateMark {
		return errors.New("gost34311: not the state of a hash")
	}
	words := data[len(stateMark):]
	next := digest{table: d.table, h: load((*[BlockSize]byte)(words)), sum: load((*[BlockSize]byte)(words[Size:]))}
	next.bits = binary.LittleEndian.Uint64(words[2*Size:])
	if next.bits%(8*BlockSize) != 0 {
		return errors.New("gost34311: the state contradicts itself")
	}
	next.n = copy(next.buf[:], words[2*Size+8:])
	*d = next
	return nil
}

// Clone returns a hash in the same state.
func (d *digest) Clone() (hash.Cloner, error) {
	c := *d
	return &c, nil
}
