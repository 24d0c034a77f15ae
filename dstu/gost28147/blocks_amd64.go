//go:build !purego

package gost28147

import (
	"sync"

	"github.com/dovidka/dovidka/dstu/internal/cpu"
)

// vectors reports whether [cryptGroups] may be called.
var vectors = sync.OnceValue(cpu.ByteShuffle)

// cryptGroups passes n groups of eight blocks through 32 rounds with the key words in the given order. It looks nothing up
// in memory by what it encrypts.
//
//go:noescape
func cryptGroups(dst, src *byte, n int, keys *schedule, boxes *Nibbles)
