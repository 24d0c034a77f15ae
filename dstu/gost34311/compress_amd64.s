//go:build !purego

#include "textflag.h"

// ROUND adds a key word to from, substitutes its four bytes and adds what the tables give to to bit by bit. The second
// byte of AX and BX has a name of its own, which saves half of the shifts.
#define ROUND(offset, from, to, x, xl, xh) \
	MOVL    from, x           \
	ADDL    offset(SP), x     \
	MOVBLZX xl, SI            \
	MOVBLZX xh, DI            \
	SHRL    $16, x            \
	XORL    (DX)(SI*4), to    \
	XORL    1024(DX)(DI*4), to \
	MOVBLZX xl, SI            \
	MOVBLZX xh, DI            \
	XORL    2048(DX)(SI*4), to \
	XORL    3072(DX)(DI*4), to

// FORWARD does a round of each of the four parts, whose keys are 32 bytes apart.
#define FORWARD(offset) \
	ROUND(offset+0, R8, R9, AX, AL, AH)    \
	ROUND(offset+32, R10, R11, BX, BL, BH) \
	ROUND(offset+64, R12, R13, AX, AL, AH) \
	ROUND(offset+96, R14, R15, BX, BL, BH)

// BACK is FORWARD with the halves exchanged.
#define BACK(offset) \
	ROUND(offset+0, R9, R8, AX, AL, AH)    \
	ROUND(offset+32, R11, R10, BX, BL, BH) \
	ROUND(offset+64, R13, R12, AX, AL, AH) \
	ROUND(offset+96, R15, R14, BX, BL, BH)

// KEY transposes the four parts of a 256-bit value, eight bytes each, into the eight words of a key (transformation P).
#define KEY(in, out) \
	MOVQ      in+0(CX), X0  \
	MOVQ      in+8(CX), X1  \
	MOVQ      in+16(CX), X2 \
	MOVQ      in+24(CX), X3 \
	PUNPCKLBW X1, X0        \
	PUNPCKLBW X3, X2        \
	MOVOU     X0, X1        \
	PUNPCKLWL X2, X0        \
	PUNPCKHWL X2, X1        \
	MOVOU     X0, out+0(SP) \
	MOVOU     X1, out+16(SP)

// func encryptFour(t *gost28147.Table, values *[4]word256, parts *word256)
TEXT ·encryptFour(SB), NOSPLIT, $128-24
	MOVQ t+0(FP), DX
	MOVQ values+8(FP), CX
	MOVQ parts+16(FP), AX
	KEY(0, 0)
	KEY(32, 32)
	KEY(64, 64)
	KEY(96, 96)
	MOVL 0(AX), R8
	MOVL 4(AX), R9
	MOVL 8(AX), R10
	MOVL 12(AX), R11
	MOVL 16(AX), R12
	MOVL 20(AX), R13
	MOVL 24(AX), R14
	MOVL 28(AX), R15
	MOVQ $3, CX

up:
	FORWARD(0)
	BACK(4)
	FORWARD(8)
	BACK(12)
	FORWARD(16)
	BACK(20)
	FORWARD(24)
	BACK(28)
	DECQ CX
	JNZ  up

	FORWARD(28)
	BACK(24)
	FORWARD(20)
	BACK(16)
	FORWARD(12)
	BACK(8)
	FORWARD(4)
	BACK(0)

	// The halves leave exchanged.
	MOVQ parts+16(FP), AX
	MOVL R9, 0(AX)
	MOVL R8, 4(AX)
	MOVL R11, 8(AX)
	MOVL R10, 12(AX)
	MOVL R13, 16(AX)
	MOVL R12, 20(AX)
	MOVL R15, 24(AX)
	MOVL R14, 28(AX)
	RET
