//go:build !purego && (linux || darwin)

package cpu

// WideCarrylessMultiply is false: these processors have no wider form.
func WideCarrylessMultiply() bool { return false }
