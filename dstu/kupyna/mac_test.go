package kupyna_test

import (
	"bytes"
	"crypto/hmac"
	"fmt"
	"hash"
	"slices"
	"testing"

	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/dstu/vectors"
)

var codes = []struct {
	name  string
	size  int
	block int
	start func(key []byte) (hash.Hash, error)
}{
	{"256", kupyna.Size256, kupyna.BlockSize256, kupyna.NewMAC256},
	{"384", kupyna.Size384, kupyna.BlockSize512, kupyna.NewMAC384},
	{"512", kupyna.Size512, kupyna.BlockSize512, kupyna.NewMAC512},
}

func TestMACVectors(t *testing.T) {
	t.Parallel()
	file, err := vectors.LoadHashes()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]int{}
	for i, v := range file.KupynaMAC {
		for _, code := range codes {
			if code.size != len(v.MAC) {
				continue
			}
			seen[code.size]++
			h, err := code.start(v.Key)
			if err != nil {
				t.Fatal(err)
			}
			h.Write(v.Message)
			if got := h.Sum(nil); !bytes.Equal(got, v.MAC) {
				t.Errorf("vector %d: %x, want %x", i, got, v.MAC)
			}
		}
	}
	if len(seen) != len(codes) {
		t.Errorf("vectors by length: %v", seen)
	}
}

// TestMACEveryTailLength compares with the reference of the hash, over what the standard says is hashed.
func TestMACEveryTailLength(t *testing.T) {
	t.Parallel()
	for _, code := range codes {
		t.Run(code.name, func(t *testing.T) {
			t.Parallel()
			key := make([]byte, code.size)
			inverted := make([]byte, code.size)
			for i := range key {
				key[i] = byte(7*i + 1)
				inverted[i] = ^key[i]
			}
			message := make([]byte, code.block+2)
			for i := range message {
				message[i] = byte(i*i + 3)
			}
			h, err := code.start(key)
			if err != nil {
				t.Fatal(err)
			}
			if h.Size() != code.size || h.BlockSize() != code.block {
				t.Errorf("Size %d, BlockSize %d", h.Size(), h.BlockSize())
			}
			for length := range message {
				hashed := slices.Concat(padded(key, code.block), padded(message[:length], code.block), inverted)
				want := reference(hashed, code.size)
				h.Reset()
				h.Write(message[:length*2/3])
				h.Sum(nil) // must not disturb what follows
				h.Write(message[length*2/3 : length])
				if got := h.Sum([]byte("kept")); !bytes.Equal(got, append([]byte("kept"), want...)) {
					t.Fatalf("%d bytes: %x, want %x", length, got[4:], want)
				}
			}
		})
	}
}

func TestMACRefusesKeys(t *testing.T) {
	t.Parallel()
	for _, code := range codes {
		for _, length := range []int{0, code.size - 1, code.size + 1, 2 * code.size} {
			if _, err := code.start(make([]byte, length)); err == nil {
				t.Errorf("%s: key of %d bytes accepted", code.name, length)
			}
		}
	}
}

// Whoever shares the key can tell that the message is as it was.
func ExampleNewMAC256() {
	key := bytes.Repeat([]byte{1}, kupyna.Size256)
	code := func(message string) []byte {
		h, err := kupyna.NewMAC256(key)
		if err != nil {
			panic(err)
		}
		h.Write([]byte(message))
		return h.Sum(nil)
	}
	sent := code("100 UAH")
	fmt.Println(hmac.Equal(sent, code("100 UAH")), hmac.Equal(sent, code("900 UAH")))
	// Output: true false
}
