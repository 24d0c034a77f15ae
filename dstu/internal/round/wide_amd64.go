//go:build !purego

package round

import (
	"sync"

	"github.com/dovidka/dovidka/dstu/internal/cpu"
)

// HasWide reports whether the functions of [Wide] may be called on this processor.
func HasWide() bool { return hasWide() }

var hasWide = sync.OnceValue(cpu.WideByteShuffle)

//go:noescape
func encryptWide(dst, src *byte, pairs int, keys *uint64, rounds int, w *Wide, shift *[64]byte)

//go:noescape
func decryptWide(dst, src *byte, pairs int, keys *uint64, rounds int, w *Wide, shift *[64]byte)

//go:noescape
func permuteWide(s *[16]uint64, constants *uint64, rounds int, w *Wide, shift *[64]byte)

//go:noescape
func permuteWide16(s *[32]uint64, constants *uint64, rounds int, w *Wide, shift *[128]byte)
