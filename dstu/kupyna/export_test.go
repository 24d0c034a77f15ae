package kupyna

// Substitutions gives the four S-boxes to the reference implementation in the tests: they are data, not code.
func Substitutions() [4][256]byte { return sboxes }
