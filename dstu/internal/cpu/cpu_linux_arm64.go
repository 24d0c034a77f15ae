//go:build !purego

package cpu

import (
	"encoding/binary"
	"os"
	"sync"
)

// CarrylessMultiply reports whether the processor has PMULL, by the kernel's word. Where the file is not to be read, as
// without /proc, it is taken to have none.
func CarrylessMultiply() bool { return pmull() }

var pmull = sync.OnceValue(func() bool {
	auxv, err := os.ReadFile("/proc/self/auxv")
	return err == nil && hasPMULL(auxv)
})

// hasPMULL reads the auxiliary vector: pairs of a key and a value, of which AT_HWCAP has a bit for every extension
// (getauxval(3), arch/arm64/include/uapi/asm/hwcap.h).
func hasPMULL(auxv []byte) bool {
	const atHWCAP, asimd, pmull = 16, 1 << 1, 1 << 4
	for ; len(auxv) >= 16; auxv = auxv[16:] {
		if binary.LittleEndian.Uint64(auxv) == atHWCAP {
			value := binary.LittleEndian.Uint64(auxv[8:])
			return value&(asimd|pmull) == asimd|pmull
		}
	}
	return false
}
