//go:build purego || !amd64

package cpu

// WideCarrylessMultiply is false: only amd64 has these instructions.
func WideCarrylessMultiply() bool { return false }

// ByteShuffle is false like [WideCarrylessMultiply].
func ByteShuffle() bool { return false }

// WideByteShuffle is false like [WideCarrylessMultiply].
func WideByteShuffle() bool { return false }
