//go:build purego || !amd64

package gost28147

// vectors is false: there is no assembly for this processor, or it is left out.
func vectors() bool { return false }

func cryptGroups(_, _ *byte, _ int, _ *schedule, _ *Nibbles) {
	panic("gost28147: no assembly") // unreachable: vectors is false
}
