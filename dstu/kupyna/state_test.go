package kupyna_test

import (
	"bytes"
	"encoding"
	"hash"
	"testing"

	"github.com/dovidka/dovidka/dstu/kupyna"
)

// TestState stores the state after every number of bytes and goes on from there in another hash.
func TestState(t *testing.T) {
	t.Parallel()
	message := make([]byte, 300)
	for i := range message {
		message[i] = byte(3*i + i/256)
	}
	for _, start := range []func() hash.Hash{kupyna.New256, kupyna.New384, kupyna.New512} {
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
}

func FuzzState(f *testing.F) {
	h := kupyna.New256()
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
		h := kupyna.New256()
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
