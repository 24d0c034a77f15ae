//go:build purego || !amd64

package round

// HasWide is false: there is no assembly for this processor, or it is left out.
func HasWide() bool { return false }

const noAssembly = "round: no assembly" // unreachable: HasWide is false

func encryptWide(_, _ *byte, _ int, _ *uint64, _ int, _ *Wide, _ *[64]byte) { panic(noAssembly) }
func decryptWide(_, _ *byte, _ int, _ *uint64, _ int, _ *Wide, _ *[64]byte) { panic(noAssembly) }
func permuteWide(_ *[16]uint64, _ *uint64, _ int, _ *Wide, _ *[64]byte)     { panic(noAssembly) }

func permuteWide16(_ *[32]uint64, _ *uint64, _ int, _ *Wide, _ *[128]byte) { panic(noAssembly) }
