//go:build !purego

#include "textflag.h"

// func lookup(q, table *AffinePoint, count int, index uint64)
//
// All entries are read and kept by a mask, which Y3 holds: all bits if the counter Y1 is the index Y0. An entry is 112
// bytes.
TEXT ·lookup(SB), NOSPLIT, $0-32
	MOVQ q+0(FP), DI
	MOVQ table+8(FP), SI
	MOVQ count+16(FP), CX
	VPBROADCASTQ index+24(FP), Y0
	VPXOR Y1, Y1, Y1
	VPCMPEQQ Y2, Y2, Y2 // −1
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

entry:
	VPCMPEQQ Y0, Y1, Y3
	VPSUBQ Y2, Y1, Y1
	VPAND (SI), Y3, Y8
	VPOR Y8, Y4, Y4
	VPAND 32(SI), Y3, Y9
	VPOR Y9, Y5, Y5
	VPAND 64(SI), Y3, Y10
	VPOR Y10, Y6, Y6
	VPAND 96(SI), X3, X11
	VPOR X11, X7, X7
	ADDQ $112, SI
	DECQ CX
	JNZ entry

	VMOVDQU Y4, (DI)
	VMOVDQU Y5, 32(DI)
	VMOVDQU Y6, 64(DI)
	VMOVDQU X7, 96(DI)
	VZEROUPPER
	RET

// func apply(z *[8]uint64, table *[16][8]uint64, x *Element, count int)
//
// R8 is what is left of a word of x, AX the offset of the entry for its lowest four bits: 64 times their value.
TEXT ·apply(SB), NOSPLIT, $0-32
	MOVQ z+0(FP), DI
	MOVQ table+8(FP), SI
	MOVQ x+16(FP), DX
	MOVQ count+24(FP), CX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1

word:
	MOVQ (DX), R8
	ADDQ $8, DX
	MOVQ $16, R9
	CMPQ CX, R9
	CMOVQLT CX, R9
	SUBQ R9, CX

digit:
	MOVQ R8, AX
	SHLQ $6, AX
	ANDQ $0x3c0, AX
	VPXOR (SI)(AX*1), Y0, Y0
	VPXOR 32(SI)(AX*1), Y1, Y1
	SHRQ $4, R8
	ADDQ $1024, SI
	DECQ R9
	JNZ digit
	TESTQ CX, CX
	JNZ word

	VMOVDQU Y0, (DI)
	VMOVDQU Y1, 32(DI)
	VZEROUPPER
	RET
