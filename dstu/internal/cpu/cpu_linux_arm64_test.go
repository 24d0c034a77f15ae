//go:build !purego

package cpu

import (
	"encoding/binary"
	"testing"
)

func TestAuxiliaryVector(t *testing.T) {
	t.Parallel()
	vector := func(pairs ...uint64) []byte {
		var out []byte
		for _, v := range pairs {
			out = binary.LittleEndian.AppendUint64(out, v)
		}
		return out
	}
	for _, c := range []struct {
		name string
		auxv []byte
		want bool
	}{
		{"empty", nil, false},
		{"all", vector(33, 7, 16, ^uint64(0), 0, 0), true},
		{"PMULL and vectors", vector(16, 1<<4|1<<1), true},
		{"no PMULL", vector(16, ^uint64(1<<4)), false},
		{"no vectors", vector(16, 1<<4), false},
		{"another key", vector(26, ^uint64(0), 0, 0), false},
		{"torn", vector(16, ^uint64(0))[:15], false},
	} {
		if got := hasPMULL(c.auxv); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
