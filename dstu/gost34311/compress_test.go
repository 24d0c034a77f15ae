package gost34311

import (
	"math/rand/v2"
	"testing"

	"github.com/dovidka/dovidka/dstu/gost28147"
)

// TestAssembly compares the assembly with Go.
func TestAssembly(t *testing.T) {
	t.Parallel()
	if !assembly {
		t.Skip("there is no assembly for this processor, or it is left out")
	}
	r := rand.New(rand.NewPCG(34, 311))
	for n := range 10 {
		box, err := gost28147.NumberedSBox(n + 1)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			var keys [4]word256
			for i := range keys {
				keys[i] = word256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			}
			h := word256{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
			want := encryptParts(box.Table(), &keys, h)
			if got := encrypt(box.Table(), &keys, h); got != want {
				t.Fatalf("block №%d: %x, want %x", n+1, got, want)
			}
		}
	}
}
