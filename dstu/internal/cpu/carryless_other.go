//go:build purego || !(amd64 || (arm64 && (linux || darwin)))

package cpu

// CarrylessMultiply is false: there is no assembly for this processor or system, or it is left out.
func CarrylessMultiply() bool { return false }
