package gost34311_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"hash"
	"testing"

	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/dstu/vectors"
)

func ExampleNew() {
	h := gost34311.New()
	h.Write([]byte("abc"))
	fmt.Println(hex.EncodeToString(h.Sum(nil)))
	// Output: a34a53504d8ba070cb73a583146167a0a3c226d793440d9cea24465fe02251f2
}

func load(t *testing.T) vectors.Hashes {
	t.Helper()
	v, err := vectors.LoadHashes()
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Generated) == 0 || len(v.TestSBox) == 0 {
		t.Fatal("no vectors")
	}
	return v
}

func TestVectors(t *testing.T) {
	t.Parallel()
	file := load(t)
	for _, v := range file.Generated {
		if got := gost34311.Sum(v.Message); !bytes.Equal(got[:], v.GOST34311) {
			t.Errorf("%s: Sum gives %x, want %x", v.Name, got, v.GOST34311)
		}
		for cut := 0; cut <= len(v.Message); cut++ {
			checkPieces(t, gost34311.New(), v.GOST34311, v.Message[:cut], v.Message[cut:])
		}
	}
	for _, v := range file.TestSBox {
		checkPieces(t, gost34311.NewWithSBox(gost28147.TestSBox()), v.Digest, []byte(v.Message))
	}
}

// checkPieces also calls Sum between the pieces, which must not disturb what follows, and repeats after Reset.
func checkPieces(t *testing.T, h hash.Hash, want []byte, pieces ...[]byte) {
	t.Helper()
	for range 2 {
		for _, p := range pieces {
			if n, err := h.Write(p); n != len(p) || err != nil {
				t.Fatalf("Write = %d, %v", n, err)
			}
			h.Sum(nil)
		}
		prefix := []byte("kept")
		if got := h.Sum(prefix); !bytes.Equal(got, append(prefix, want...)) {
			t.Errorf("pieces of %d bytes and more: %x, want %x", len(pieces[0]), got[len(prefix):], want)
		}
		h.Reset()
	}
}

// TestAgreesWithReference takes every length to 199 bytes, and blocks of ones, whose checksum carries through every word
// and overflows, against the slow transcription of the standard in reference_test.go.
func TestAgreesWithReference(t *testing.T) {
	t.Parallel()
	ones := bytes.Repeat([]byte{0xff}, 200)
	counting := make([]byte, 200)
	for i := range counting {
		counting[i] = byte(i * 7)
	}
	for _, message := range [][]byte{ones, counting} {
		for length := range len(message) {
			got := gost34311.Sum(message[:length])
			if want := reference(message[:length]); got != want {
				t.Errorf("%d bytes of %x…: %x, want %x", length, message[0], got, want)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	h := gost34311.New()
	if h.Size() != gost34311.Size || h.BlockSize() != gost34311.BlockSize {
		t.Errorf("Size %d, BlockSize %d", h.Size(), h.BlockSize())
	}
}

func BenchmarkGOST34311(b *testing.B) {
	data := make([]byte, 1<<16)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		gost34311.Sum(data)
	}
}

// An old certificate names another substitution block in its key parameters, and so do the signatures of its key.
func ExampleNewWithSBox() {
	sbox, err := gost28147.ParseDKE(gost28147.TestSBox().DKE()) // 64 bytes, as they stand there
	if err != nil {
		panic(err)
	}
	h := gost34311.NewWithSBox(sbox)
	h.Write([]byte("This is message, length=32 bytes"))
	fmt.Printf("%x\n", h.Sum(nil))
	// Output: b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa
}
