//go:build !purego

package cpu

// CarrylessMultiply is true: every Apple processor of this kind has PMULL.
func CarrylessMultiply() bool { return true }
