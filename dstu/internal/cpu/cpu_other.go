//go:build purego || !(amd64 || arm64 && (linux || darwin))

package cpu

// CarrylessMultiply is false: there is no assembly for this processor, or it is left out.
func CarrylessMultiply() bool { return false }

// WideCarrylessMultiply is false like [CarrylessMultiply].
func WideCarrylessMultiply() bool { return false }

// ByteShuffle is false like [CarrylessMultiply].
func ByteShuffle() bool { return false }

// WideByteShuffle is false like [CarrylessMultiply].
func WideByteShuffle() bool { return false }
