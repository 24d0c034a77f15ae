//go:build !purego

package cpu

// CarrylessMultiply reports whether the processor and the operating system support PCLMULQDQ and AVX2.
func CarrylessMultiply() bool {
	_, _, ecx1, _ := cpuid(1, 0)
	const pclmulqdq = 1 << 1
	return all(ecx1, pclmulqdq) && ByteShuffle()
}

// WideCarrylessMultiply reports whether there are, beyond [CarrylessMultiply], VPCLMULQDQ and the parts of AVX-512 that
// came with it or before: F, BW, VL and VBMI2.
func WideCarrylessMultiply() bool {
	if !CarrylessMultiply() {
		return false
	}
	const opmask, zmmHigh, zmmMore = 1 << 5, 1 << 6, 1 << 7
	if !all(xgetbv(), opmask|zmmHigh|zmmMore) {
		return false
	}
	_, ebx7, ecx7, _ := cpuid(7, 0)
	const avx512f, avx512bw, avx512vl = 1 << 16, 1 << 30, 1 << 31
	const vbmi2, vpclmulqdq = 1 << 6, 1 << 10
	return all(ebx7, avx512f|avx512bw|avx512vl) && all(ecx7, vbmi2|vpclmulqdq)
}

// ByteShuffle reports whether the processor and the operating system support AVX2.
func ByteShuffle() bool {
	_, _, ecx1, _ := cpuid(1, 0)
	const osxsave, avx = 1 << 27, 1 << 28
	if !all(ecx1, osxsave|avx) {
		return false
	}
	const sse, ymm = 1 << 1, 1 << 2
	if !all(xgetbv(), sse|ymm) {
		return false
	}
	if top, _, _, _ := cpuid(0, 0); top < 7 {
		return false
	}
	_, ebx7, _, _ := cpuid(7, 0)
	const avx2 = 1 << 5
	return all(ebx7, avx2)
}

// WideByteShuffle reports whether there are, beyond [ByteShuffle], GFNI and the parts F, BW, VL and VBMI of AVX-512.
func WideByteShuffle() bool {
	if !ByteShuffle() {
		return false
	}
	const opmask, zmmHigh, zmmMore = 1 << 5, 1 << 6, 1 << 7
	if !all(xgetbv(), opmask|zmmHigh|zmmMore) {
		return false
	}
	_, ebx7, ecx7, _ := cpuid(7, 0)
	const avx512f, avx512bw, avx512vl = 1 << 16, 1 << 30, 1 << 31
	const vbmi, gfni = 1 << 1, 1 << 8
	return all(ebx7, avx512f|avx512bw|avx512vl) && all(ecx7, vbmi|gfni)
}

func all(register, bits uint32) bool { return register&bits == bits }

// cpuid is the instruction CPUID with leaf in EAX and subleaf in ECX.
func cpuid(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)

// xgetbv is the low half of the register XCR0, the state that the operating system saves.
func xgetbv() uint32
