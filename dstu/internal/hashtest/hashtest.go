// Package hashtest has tests for any of the hash functions of dstu. They are for their tests alone.
package hashtest

import (
	"bytes"
	"encoding"
	"hash"
	"testing"
)

// State stores the state after every number of bytes and goes on from there in another hash and in a clone.
func State(t *testing.T, start func() hash.Hash) {
	t.Helper()
	message := make([]byte, 300)
	for i := range message {
		message[i] = byte(3*i + i/256)
	}
	one := start()
	one.Write(message)
	want := one.Sum(nil)
	for cut := range message {
		one.Reset()
		one.Write(message[:cut])
		state, err := one.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		clone, err := one.(hash.Cloner).Clone()
		if err != nil {
			t.Fatal(err)
		}
		other := start()
		other.Write([]byte("forgotten"))
		if err := other.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
			t.Fatal(err)
		}
		for _, h := range []hash.Hash{one, other, clone} {
			h.Write(message[cut:])
			if got := h.Sum(nil); !bytes.Equal(got, want) {
				t.Fatalf("cut at %d: %x, want %x", cut, got, want)
			}
		}
	}
}

// FuzzState reads any bytes as a state: what is accepted is written again as it was, and what is refused changes nothing.
func FuzzState(f *testing.F, start func() hash.Hash) {
	f.Helper()
	h := start()
	h.Write(make([]byte, 70))
	state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(state)
	f.Add(state[:len(state)-1])
	f.Add(append(bytes.Clone(state), make([]byte, 200)...))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, state []byte) {
		h := start()
		before := h.Sum(nil)
		if h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state) != nil {
			if !bytes.Equal(h.Sum(nil), before) {
				t.Error("a refused state changed the hash")
			}
			return
		}
		again, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil || !bytes.Equal(again, state) {
			t.Errorf("%x, %v, want %x", again, err, state)
		}
	})
}
