package kupyna

import (
	"bytes"
	"testing"

	"github.com/dovidka/dovidka/dstu/internal/round"
)

// TestAssembly compares the assembly with Go.
func TestAssembly(t *testing.T) {
	t.Parallel()
	if !round.HasWide() {
		t.Skip("there is no assembly for this processor, or it is left out")
	}
	message := make([]byte, 1000)
	for i := range message {
		message[i] = byte(i*i + i/256)
	}
	for _, v := range []struct{ size, block int }{{Size256, BlockSize256}, {Size512, BlockSize512}} {
		for length := range message {
			var sums [2][Size512]byte
			for i := range sums {
				d := newDigest(v.size, v.block)
				d.wide = i == 0
				d.write(message[:length])
				d.finish(sums[i][:v.size])
			}
			if !bytes.Equal(sums[0][:], sums[1][:]) {
				t.Fatalf("%d bytes: %x in assembly, %x in Go", length, sums[0], sums[1])
			}
		}
	}
}
