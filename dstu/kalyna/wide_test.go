package kalyna

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

// TestAssembly compares the assembly with Go over random keys and blocks.
func TestAssembly(t *testing.T) {
	t.Parallel()
	if !round.HasWide() {
		t.Skip("there is no assembly for this processor, or it is left out")
	}
	r := rand.NewChaCha8([32]byte{76, 24})
	random := func(n int) []byte {
		out := make([]byte, n)
		r.Read(out)
		return out
	}
	for _, size := range []struct{ block, key int }{{16, 16}, {16, 32}, {32, 32}, {32, 64}, {64, 64}} {
		for range 200 {
			made, err := NewCipher(size.block, random(size.key))
			if err != nil {
				t.Fatal(err)
			}
			b := made.(*block)
			plain := *b
			plain.wide = nil
			message := random(5 * round.WideSize)
			got, want := make([]byte, len(message)), make([]byte, len(message))
			b.encryptBlocks(got, message)
			plain.encryptBlocks(want, message)
			if !bytes.Equal(got, want) {
				t.Fatalf("block of %d, key of %d encrypts %x to %x, want %x", size.block, size.key, message, got, want)
			}
			b.decryptBlocks(got, message)
			plain.decryptBlocks(want, message)
			if !bytes.Equal(got, want) {
				t.Fatalf("block of %d, key of %d decrypts %x to %x, want %x", size.block, size.key, message, got, want)
			}
		}
	}
}
