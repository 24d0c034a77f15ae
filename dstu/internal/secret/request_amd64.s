//go:build memcheck

#include "textflag.h"

// func request(arguments *[6]uint64, fallback uint64) uint64
TEXT ·request(SB), NOSPLIT, $0-24
	MOVQ arguments+0(FP), AX
	MOVQ fallback+8(FP), DX
	ROLQ $3, DI
	ROLQ $13, DI
	ROLQ $61, DI
	ROLQ $51, DI
	XCHGQ BX, BX
	MOVQ DX, ret+16(FP)
	RET
