package kupyna_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash"
	"testing"

	"github.com/dovidka/dovidka/dstu/kupyna"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func ExampleSum256() {
	sum := kupyna.Sum256([]byte("abc"))
	fmt.Println(hex.EncodeToString(sum[:]))
	// Output: 0bd1b36109f1318411a0517315aa46b8839df06622a278676f5487996c9cfc04
}

var variants = []struct {
	name  string
	size  int
	block int
	start func() hash.Hash
	sum   func([]byte) []byte
	want  func(vectors.Hash) []byte
}{
	{
		"256", kupyna.Size256, kupyna.BlockSize256, kupyna.New256,
		func(b []byte) []byte { s := kupyna.Sum256(b); return s[:] },
		func(v vectors.Hash) []byte { return v.Kupyna256 },
	},
	{
		"384", kupyna.Size384, kupyna.BlockSize512, kupyna.New384,
		func(b []byte) []byte { s := kupyna.Sum384(b); return s[:] },
		func(v vectors.Hash) []byte { return v.Kupyna384 },
	},
	{
		"512", kupyna.Size512, kupyna.BlockSize512, kupyna.New512,
		func(b []byte) []byte { s := kupyna.Sum512(b); return s[:] },
		func(v vectors.Hash) []byte { return v.Kupyna512 },
	},
}

func TestVectors(t *testing.T) {
	t.Parallel()
	file, err := vectors.LoadHashes()
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Generated) == 0 || len(file.PublishedKupyna) == 0 {
		t.Fatal("no vectors")
	}
	for _, variant := range variants {
		for _, v := range file.Generated {
			want := variant.want(v)
			if got := variant.sum(v.Message); !bytes.Equal(got, want) {
				t.Errorf("Kupyna-%s of %s: %x, want %x", variant.name, v.Name, got, want)
			}
		}
	}
	for _, v := range file.PublishedKupyna {
		if got := kupyna.Sum256(v.Message()); !bytes.Equal(got[:], v.Kupyna256) {
			t.Errorf("Kupyna-256 of %s: %x, want %x", v.Description, got, v.Kupyna256)
		}
	}
}

// TestEveryTailLength covers every number of bytes in the last block, three blocks deep, whole and in two pieces,
// against the slow implementation in reference_test.go.
func TestEveryTailLength(t *testing.T) {
	t.Parallel()
	for _, variant := range variants {
		t.Run(variant.name, func(t *testing.T) {
			t.Parallel()
			message := make([]byte, 3*variant.block)
			for i := range message {
				message[i] = byte(i*i + 3)
			}
			h := variant.start()
			if h.Size() != variant.size || h.BlockSize() != variant.block {
				t.Errorf("Size %d, BlockSize %d", h.Size(), h.BlockSize())
			}
			for length := range message {
				want := reference(message[:length], variant.size)
				if got := variant.sum(message[:length]); !bytes.Equal(got, want) {
					t.Fatalf("%d bytes: %x, want %x", length, got, want)
				}
				cut := length * 2 / 3
				h.Reset()
				h.Write(message[:cut])
				h.Sum(nil) // must not disturb what follows
				h.Write(message[cut:length])
				prefix := []byte("kept")
				if got := h.Sum(prefix); !bytes.Equal(got, append(prefix, want...)) {
					t.Fatalf("%d bytes in two pieces: %x, want %x", length, got[len(prefix):], want)
				}
			}
		})
	}
}

func BenchmarkKupyna256(b *testing.B) {
	data := make([]byte, 1<<16)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		kupyna.Sum256(data)
	}
}

func BenchmarkKupyna512(b *testing.B) {
	data := make([]byte, 1<<16)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		kupyna.Sum512(data)
	}
}
