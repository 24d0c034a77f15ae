package kupyna_test

import (
	"hash"
	"testing"

	"github.com/dovidka/dovidka/dstu/internal/hashtest"
	"github.com/dovidka/dovidka/dstu/kupyna"
)

func TestState(t *testing.T) {
	t.Parallel()
	for _, start := range []func() hash.Hash{kupyna.New256, kupyna.New384, kupyna.New512} {
		hashtest.State(t, start)
	}
}

func FuzzState(f *testing.F) { hashtest.FuzzState(f, kupyna.New256) }
