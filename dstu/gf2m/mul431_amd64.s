//go:build !purego

#include "textflag.h"

// GF(2^431) with PCLMULQDQ. No branch and no address depends on an element.
//
// An element is four double words, the last with a high half of 0. X9 to X15 are the double words 0 to 6 of a product,
// X0 to X3 an element.

DATA low47<>+0(SB)/8, $0x00007fffffffffff
DATA low47<>+8(SB)/8, $0
GLOBL low47<>(SB), RODATA|NOPTR, $16

// The polynomial without x^431: x^5 + x^3 + x + 1.
DATA inner431<>+0(SB)/8, $0x2b
DATA inner431<>+8(SB)/8, $0
GLOBL inner431<>(SB), RODATA|NOPTR, $16

// SHIFT47 sets h to the double word low, with the one above, high, moved down by 47 bits. It clobbers X8.
#define SHIFT47(low, high, h) \
	VPALIGNR $8, low, high, X8 \
	VPSLLQ $17, X8, X8 \
	VPSRLQ $47, low, h \
	VPXOR X8, h, h

// REDUCE431 reduces X9 to X15 to X0 to X3. It clobbers X4 to X15.
//
// With h the bits from 431 on, the remainder is the rest plus h·(x^5 + x^3 + x + 1). The words of h are multiplied one
// by one. The few bits that come out above x^431, at 47 of word 6, go the same way.
#define REDUCE431 \
	SHIFT47(X12, X13, X0) \
	SHIFT47(X13, X14, X1) \
	SHIFT47(X14, X15, X2) \
	VPXOR X8, X8, X8 \
	VMOVDQA X8, X13 \
	SHIFT47(X15, X13, X3) \
	VMOVDQU inner431<>(SB), X7 \
	VPAND low47<>(SB), X12, X12 \
	VPCLMULQDQ $0x01, X7, X2, X6 \ // word 5
	VPSRLDQ $8, X6, X8 \
	VPXOR X8, X12, X12 \
	VPCLMULQDQ $0x00, X7, X3, X8 \ // word 6
	VPXOR X8, X12, X12 \
	VPSRLQ $47, X12, X14 \ // the bits above x^431
	VPAND low47<>(SB), X12, X3 \
	VPCLMULQDQ $0x00, X7, X14, X14 \
	VPXOR X14, X9, X9 \
	VPCLMULQDQ $0x00, X7, X0, X8 \ // word 0
	VPXOR X8, X9, X9 \
	VPCLMULQDQ $0x01, X7, X0, X4 \ // word 1
	VPCLMULQDQ $0x00, X7, X1, X8 \ // word 2
	VPXOR X8, X10, X10 \
	VPCLMULQDQ $0x01, X7, X1, X5 \ // word 3
	VPCLMULQDQ $0x00, X7, X2, X8 \ // word 4
	VPXOR X8, X11, X11 \
	VPSLLDQ $8, X4, X8 \
	VPXOR X8, X9, X0 \
	VPALIGNR $8, X4, X5, X8 \
	VPXOR X8, X10, X1 \
	VPALIGNR $8, X5, X6, X8 \
	VPXOR X8, X11, X2

#define STORE431 \
	VMOVDQU X0, (DI) \
	VMOVDQU X1, 16(DI) \
	VMOVDQU X2, 32(DI) \
	VMOVQ X3, 48(DI)

// ADDPRODUCT adds the product of a word of x and one of y, chosen by imm, to acc. It clobbers X8.
#define ADDPRODUCT(imm, x, y, acc) \
	VPCLMULQDQ imm, y, x, X8 \
	VPXOR X8, acc, acc

// LOWS and HIGHS add products of words at the same half to the column that begins with them, CROSS those of different
// halves to X6, a word further.
#define LOWS(x, y, column) ADDPRODUCT($0x00, x, y, column)
#define HIGHS(x, y, column) ADDPRODUCT($0x11, x, y, column)
#define CROSS(x, y) \
	ADDPRODUCT($0x01, x, y, X6) \
	ADDPRODUCT($0x10, x, y, X6)

// FINISH adds to column the halves of X6 and X7, the products that begin a word after it and a word before it, and makes
// both ready for the next column.
#define FINISH(column) \
	VPALIGNR $8, X7, X6, X8 \
	VPXOR X8, column, column \
	VMOVDQA X6, X7 \
	VPXOR X6, X6, X6

// func mul431(z, x, y *Element)
//
// All products of words, column by column. X0 to X3 are x, the double words 0 to 2 of y stay in memory, X4 is the last.
TEXT ·mul431(SB), NOSPLIT, $0-24
	MOVQ z+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU 32(SI), X2
	VMOVQ 48(SI), X3
	VMOVQ 48(DX), X4
	VPXOR X6, X6, X6
	VPXOR X7, X7, X7

	VPCLMULQDQ $0x00, (DX), X0, X9
	CROSS(X0, 0(DX))
	FINISH(X9)

	VPCLMULQDQ $0x11, (DX), X0, X10
	LOWS(X0, 16(DX), X10)
	LOWS(X1, 0(DX), X10)
	CROSS(X0, 16(DX))
	CROSS(X1, 0(DX))
	FINISH(X10)

	VPCLMULQDQ $0x11, 16(DX), X0, X11
	HIGHS(X1, 0(DX), X11)
	LOWS(X0, 32(DX), X11)
	LOWS(X1, 16(DX), X11)
	LOWS(X2, 0(DX), X11)
	CROSS(X0, 32(DX))
	CROSS(X1, 16(DX))
	CROSS(X2, 0(DX))
	FINISH(X11)

	VPCLMULQDQ $0x11, 32(DX), X0, X12
	HIGHS(X1, 16(DX), X12)
	HIGHS(X2, 0(DX), X12)
	LOWS(X0, X4, X12)
	LOWS(X1, 32(DX), X12)
	LOWS(X2, 16(DX), X12)
	LOWS(X3, 0(DX), X12)
	ADDPRODUCT($0x01, X0, X4, X6) // the high word of x times the low word of y
	CROSS(X1, 32(DX))
	CROSS(X2, 16(DX))
	ADDPRODUCT($0x10, X3, 0(DX), X6)
	FINISH(X12)

	VPCLMULQDQ $0x11, 32(DX), X1, X13
	HIGHS(X2, 16(DX), X13)
	LOWS(X1, X4, X13)
	LOWS(X2, 32(DX), X13)
	LOWS(X3, 16(DX), X13)
	ADDPRODUCT($0x01, X1, X4, X6)
	CROSS(X2, 32(DX))
	ADDPRODUCT($0x10, X3, 16(DX), X6)
	FINISH(X13)

	VPCLMULQDQ $0x11, 32(DX), X2, X14
	LOWS(X2, X4, X14)
	LOWS(X3, 32(DX), X14)
	ADDPRODUCT($0x01, X2, X4, X6)
	ADDPRODUCT($0x10, X3, 32(DX), X6)
	FINISH(X14)

	VPCLMULQDQ $0x00, X4, X3, X15
	FINISH(X15)

	REDUCE431
	STORE431
	RET

// func squareN431(z, x *Element, n int)
TEXT ·squareN431(SB), NOSPLIT, $0-24
	MOVQ z+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU 32(SI), X2
	VMOVQ 48(SI), X3

square:
	VPCLMULQDQ $0x11, X1, X1, X12
	VPCLMULQDQ $0x00, X2, X2, X13
	VPCLMULQDQ $0x11, X2, X2, X14
	VPCLMULQDQ $0x00, X3, X3, X15
	VPCLMULQDQ $0x00, X0, X0, X9
	VPCLMULQDQ $0x11, X0, X0, X10
	VPCLMULQDQ $0x00, X1, X1, X11
	REDUCE431
	DECQ CX
	JNZ square

	STORE431
	RET

// func add(z, x, y *Element)
//
// Sixteen bytes at a time, for the multiplications that follow read so, and wait for what was written in smaller pieces.
TEXT ·add(SB), NOSPLIT, $0-24
	MOVQ z+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	MOVOU (SI), X0
	MOVOU 16(SI), X1
	MOVOU 32(SI), X2
	MOVQ 48(SI), AX
	MOVOU (DX), X4
	MOVOU 16(DX), X5
	MOVOU 32(DX), X6
	XORQ 48(DX), AX
	PXOR X4, X0
	PXOR X5, X1
	PXOR X6, X2
	MOVOU X0, (DI)
	MOVOU X1, 16(DI)
	MOVOU X2, 32(DI)
	MOVQ AX, 48(DI)
	RET
