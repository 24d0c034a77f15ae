//go:build !purego

#include "textflag.h"

// Arithmetic with PCLMULQDQ, in the three-operand forms of AVX. No branch and no address depends on an element.
//
// The elements of GF(2^257) are four words and one bit. Below, A01 is a register with words 0 and 1 of a, A23 one with
// words 2 and 3, and a "top mask" has all bits set if bit 256 is set, else none.

DATA notOne<>+0(SB)/8, $0xfffffffffffffffe
DATA notOne<>+8(SB)/8, $0xffffffffffffffff
GLOBL notOne<>(SB), RODATA|NOPTR, $16

// x^512 = x^255 + x^22 + x^10, words 0 and 1, then 2 and 3.
DATA x512<>+0(SB)/8, $0x0000000000400400
DATA x512<>+8(SB)/8, $0
DATA x512<>+16(SB)/8, $0
DATA x512<>+24(SB)/8, $0x8000000000000000
GLOBL x512<>(SB), RODATA|NOPTR, $32

// REDUCE257 reduces the 512 bits in X4 (lowest), X5, X6, X7 modulo x^257 + x^12 + 1, and x^512 if the mask X3 is set,
// to X4, X5 and bit 0 of X6, the other bits of which are garbage. It clobbers X7 to X11.
//
// With h the words from 4 on, x^256 = x^11 + x^-1 gives h·x^256 = h<<11 + h>>1, except for bit 0 of h, which stays where
// it is as bit 256. What h<<11 has beyond word 3, 11 bits, is added to h first.
//
// X8 is h moved up by a word, X9 h moved down by a word, low half, X10 its high half.
#define REDUCE257 \
	VPSRLDQ $8, X7, X10 \
	VPALIGNR $8, X6, X7, X9 \
	VPSRLQ $53, X10, X11 \
	VPXOR X11, X6, X6 \
	VPAND notOne<>(SB), X6, X8 \
	VPSLLQ $11, X8, X11 \
	VPXOR X11, X4, X4 \
	VPSRLQ $1, X8, X11 \
	VPXOR X11, X4, X4 \
	VPSLLDQ $8, X8, X8 \
	VPSRLQ $53, X8, X8 \
	VPSLLQ $63, X9, X11 \
	VPXOR X8, X11, X11 \
	VPXOR X11, X4, X4 \
	VPSRLQ $53, X9, X9 \
	VPSLLQ $63, X10, X10 \
	VPXOR X9, X10, X10 \
	VPXOR X10, X5, X5 \
	VPSLLQ $11, X7, X11 \
	VPXOR X11, X5, X5 \
	VPSRLQ $1, X7, X11 \
	VPXOR X11, X5, X5 \
	VPAND x512<>+0(SB), X3, X11 \
	VPXOR X11, X4, X4 \
	VPAND x512<>+16(SB), X3, X11 \
	VPXOR X11, X5, X5

// func mul257(z, x, y *Element)
//
// Karatsuba's method on double words: with L = A01·B01, H = A23·B23 and M = (A01+A23)·(B01+B23), each four products of
// words, the middle is L + M + H.
TEXT ·mul257(SB), NOSPLIT, $0-24
	MOVQ z+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU (DX), X2
	VMOVDQU 16(DX), X3

	VPCLMULQDQ $0x00, X0, X2, X4  // L, words 0 and 1
	VPCLMULQDQ $0x11, X0, X2, X5  // L, words 2 and 3
	VPCLMULQDQ $0x01, X0, X2, X8
	VPCLMULQDQ $0x10, X0, X2, X9
	VPXOR X9, X8, X8              // L, words 1 and 2
	VPCLMULQDQ $0x00, X1, X3, X6  // H likewise
	VPCLMULQDQ $0x11, X1, X3, X7
	VPCLMULQDQ $0x01, X1, X3, X9
	VPCLMULQDQ $0x10, X1, X3, X10
	VPXOR X10, X9, X9
	VPXOR X0, X1, X14
	VPXOR X2, X3, X15
	VPCLMULQDQ $0x00, X14, X15, X10 // M likewise
	VPCLMULQDQ $0x11, X14, X15, X11
	VPCLMULQDQ $0x01, X14, X15, X12
	VPCLMULQDQ $0x10, X14, X15, X13
	VPXOR X13, X12, X12

	// The products at even words: X4, X5, X6, X7.
	VPXOR X5, X6, X13
	VPXOR X13, X10, X10
	VPXOR X4, X10, X5
	VPXOR X13, X11, X11
	VPXOR X7, X11, X6

	// The products at odd words: X8 at word 1, X12 at word 3, X9 at word 5.
	VPXOR X8, X12, X12
	VPXOR X9, X12, X12
	VPSLLDQ $8, X8, X10
	VPXOR X10, X4, X4
	VPALIGNR $8, X8, X12, X10
	VPXOR X10, X5, X5
	VPALIGNR $8, X12, X9, X10
	VPXOR X10, X6, X6
	VPSRLDQ $8, X9, X10
	VPXOR X10, X7, X7

	// The bits 256: X14 and X15 are the top masks of x and y.
	VPXOR X13, X13, X13
	VPBROADCASTQ 32(SI), X14
	VPSUBQ X14, X13, X14
	VPBROADCASTQ 32(DX), X15
	VPSUBQ X15, X13, X15
	VPAND X14, X2, X10
	VPXOR X10, X6, X6
	VPAND X14, X3, X10
	VPXOR X10, X7, X7
	VPAND X15, X0, X10
	VPXOR X10, X6, X6
	VPAND X15, X1, X10
	VPXOR X10, X7, X7
	VPAND X14, X15, X3
	REDUCE257

	VMOVDQU X4, (DI)
	VMOVDQU X5, 16(DI)
	VMOVQ X6, AX
	ANDL $1, AX
	MOVQ AX, 32(DI)
	MOVQ $0, 40(DI)
	MOVQ $0, 48(DI)
	RET

// func squareN257(z, x *Element, n int)
TEXT ·squareN257(SB), NOSPLIT, $0-24
	MOVQ z+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVQ 32(SI), X6

square:
	VPSHUFD $0, X6, X3 // the top mask
	VPSLLD $31, X3, X3
	VPSRAD $31, X3, X3
	VPCLMULQDQ $0x11, X1, X1, X7
	VPCLMULQDQ $0x00, X1, X1, X6
	VPCLMULQDQ $0x00, X0, X0, X4
	VPCLMULQDQ $0x11, X0, X0, X5
	REDUCE257
	VMOVDQA X4, X0
	VMOVDQA X5, X1
	DECQ CX
	JNZ square

	VMOVDQU X0, (DI)
	VMOVDQU X1, 16(DI)
	VMOVQ X6, AX
	ANDL $1, AX
	MOVQ AX, 32(DI)
	MOVQ $0, 40(DI)
	MOVQ $0, 48(DI)
	RET

// ADDPRODUCT adds the product of a word of a and one of b, chosen by imm, to acc. It clobbers X15.
#define ADDPRODUCT(imm, a, b, acc) \
	VPCLMULQDQ imm, b, a, X15 \
	VPXOR X15, acc, acc

// LOWS, HIGHS and CROSS add the products of the low words, of the high words, and both mixed ones, of a and b.
#define LOWS(a, b) ADDPRODUCT($0x00, a, b, X8)
#define HIGHS(a, b) ADDPRODUCT($0x11, a, b, X8)
#define CROSS(a, b) \
	ADDPRODUCT($0x01, a, b, X9) \
	ADDPRODUCT($0x10, a, b, X9)

// COLUMN writes the double word at offset: X8, the products that begin there, with the halves of X9 and X10, the
// products that begin a word after and a word before. It makes X10 ready for the next column.
#define COLUMN(offset) \
	VPALIGNR $8, X10, X9, X15 \
	VPXOR X15, X8, X8 \
	VMOVDQU X8, offset(DI) \
	VMOVDQA X9, X10 \
	VPXOR X8, X8, X8 \
	VPXOR X9, X9, X9

// func product(c *[2 * MaxWords]uint64, x, y *Element)
//
// All products of words, column by column. X0 to X3 are the double words of x, the last with a high half of 0, X4 to X7
// those of y.
TEXT ·product(SB), NOSPLIT, $0-24
	MOVQ c+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ y+16(FP), DX
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU 32(SI), X2
	VMOVQ 48(SI), X3
	VMOVDQU (DX), X4
	VMOVDQU 16(DX), X5
	VMOVDQU 32(DX), X6
	VMOVQ 48(DX), X7
	VPXOR X8, X8, X8
	VPXOR X9, X9, X9
	VPXOR X10, X10, X10

	LOWS(X0, X4)
	CROSS(X0, X4)
	COLUMN(0)

	LOWS(X0, X5)
	LOWS(X1, X4)
	HIGHS(X0, X4)
	CROSS(X0, X5)
	CROSS(X1, X4)
	COLUMN(16)

	LOWS(X0, X6)
	LOWS(X1, X5)
	LOWS(X2, X4)
	HIGHS(X0, X5)
	HIGHS(X1, X4)
	CROSS(X0, X6)
	CROSS(X1, X5)
	CROSS(X2, X4)
	COLUMN(32)

	LOWS(X0, X7)
	LOWS(X1, X6)
	LOWS(X2, X5)
	LOWS(X3, X4)
	HIGHS(X0, X6)
	HIGHS(X1, X5)
	HIGHS(X2, X4)
	ADDPRODUCT($0x01, X0, X7, X9) // the high word of x times the low word of y
	CROSS(X1, X6)
	CROSS(X2, X5)
	ADDPRODUCT($0x10, X3, X4, X9)
	COLUMN(48)

	LOWS(X1, X7)
	LOWS(X2, X6)
	LOWS(X3, X5)
	HIGHS(X1, X6)
	HIGHS(X2, X5)
	ADDPRODUCT($0x01, X1, X7, X9)
	CROSS(X2, X6)
	ADDPRODUCT($0x10, X3, X5, X9)
	COLUMN(64)

	LOWS(X2, X7)
	LOWS(X3, X6)
	HIGHS(X2, X6)
	ADDPRODUCT($0x01, X2, X7, X9)
	ADDPRODUCT($0x10, X3, X6, X9)
	COLUMN(80)

	LOWS(X3, X7)
	COLUMN(96)
	RET

// SPREAD writes the squares of the two words of a at offset.
#define SPREAD(a, offset) \
	VPCLMULQDQ $0x00, a, a, X8 \
	VPCLMULQDQ $0x11, a, a, X9 \
	VMOVDQU X8, offset(DI) \
	VMOVDQU X9, offset+16(DI)

// func spreadAll(c *[2 * MaxWords]uint64, x *Element)
TEXT ·spreadAll(SB), NOSPLIT, $0-16
	MOVQ c+0(FP), DI
	MOVQ x+8(FP), SI
	VMOVDQU (SI), X0
	VMOVDQU 16(SI), X1
	VMOVDQU 32(SI), X2
	VMOVQ 48(SI), X3
	SPREAD(X0, 0)
	SPREAD(X1, 32)
	SPREAD(X2, 64)
	VPCLMULQDQ $0x00, X3, X3, X8
	VMOVDQU X8, 96(DI)
	RET
