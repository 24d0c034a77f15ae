//go:build !purego

#include "textflag.h"

// Arithmetic with PMULL. No branch and no address depends on an element.
//
// The elements of GF(2^257) are four words and one bit. Products are made in vector registers and reduced in general
// ones, whose instructions shift for nothing.

// REDUCE257 reduces the 513 bits in R4 (lowest) to R12 modulo x^257 + x^12 + 1 to R4 to R7 and the bit R8, like reduce257 in
// reduce.go. It clobbers R9 to R16. R12 is 0 or 1, so that the fifth word above x^257 is 0.
#define REDUCE257 \
	EXTR $1, R8, R9, R13 \
	EXTR $1, R9, R10, R14 \
	EXTR $1, R10, R11, R15 \
	EXTR $1, R11, R12, R16 \
	AND $1, R8 \
	EOR R16>>52, R8, R8 \
	LSR $1, R8, R9 \
	AND $1, R8 \
	EOR R13, R4 \
	EOR R13<<12, R4, R4 \
	EOR R9, R4 \
	EOR R9<<12, R4, R4 \
	EXTR $52, R13, R14, R10 \
	EXTR $52, R14, R15, R11 \
	EXTR $52, R15, R16, R12 \
	EOR R14, R5 \
	EOR R10, R5 \
	EOR R15, R6 \
	EOR R11, R6 \
	EOR R16, R7 \
	EOR R12, R7

// func mul257(z, x, y *Element)
//
// Karatsuba's method on double words: with L = x01·y01, H = x23·y23 and M = (x01+x23)·(y01+y23), each four products of
// words, the middle is L + M + H.
TEXT ·mul257(SB), NOSPLIT, $0-24
	MOVD z+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	VLD1 (R1), [V0.D2, V1.D2]
	VLD1 (R2), [V2.D2, V3.D2]
	MOVD 32(R1), R12
	MOVD 32(R2), R13
	NEG R12, R14
	NEG R13, R15
	AND R13, R12 // x^512
	VDUP R14, V24.D2 // all bits set if bit 256 of x is
	VDUP R15, V25.D2

	VEOR V0.B16, V1.B16, V4.B16
	VEOR V2.B16, V3.B16, V5.B16
	VEXT $8, V2.B16, V2.B16, V6.B16 // y with its words exchanged, for the mixed products
	VEXT $8, V3.B16, V3.B16, V7.B16
	VEXT $8, V5.B16, V5.B16, V16.B16

	VPMULL V0.D1, V2.D1, V17.Q1 // L, words 0 and 1
	VPMULL2 V0.D2, V2.D2, V18.Q1 // L, words 2 and 3
	VPMULL V0.D1, V6.D1, V19.Q1
	VPMULL2 V0.D2, V6.D2, V20.Q1
	VPMULL V1.D1, V3.D1, V21.Q1 // H likewise
	VPMULL2 V1.D2, V3.D2, V22.Q1
	VPMULL V1.D1, V7.D1, V23.Q1
	VPMULL2 V1.D2, V7.D2, V26.Q1
	VPMULL V4.D1, V5.D1, V27.Q1 // M likewise
	VPMULL2 V4.D2, V5.D2, V28.Q1
	VPMULL V4.D1, V16.D1, V29.Q1
	VPMULL2 V4.D2, V16.D2, V30.Q1
	VEOR V20.B16, V19.B16, V19.B16 // L, words 1 and 2
	VEOR V26.B16, V23.B16, V23.B16
	VEOR V30.B16, V29.B16, V29.B16

	// The products at even words: V17, V18, V21, V22.
	VEOR V18.B16, V21.B16, V20.B16
	VEOR V20.B16, V27.B16, V27.B16
	VEOR V17.B16, V27.B16, V18.B16
	VEOR V20.B16, V28.B16, V28.B16
	VEOR V22.B16, V28.B16, V21.B16

	// The products at odd words: V19 at word 1, V29 at word 3, V23 at word 5.
	VEOR V31.B16, V31.B16, V31.B16
	VEOR V19.B16, V29.B16, V29.B16
	VEOR V23.B16, V29.B16, V29.B16
	VEXT $8, V19.B16, V31.B16, V26.B16
	VEXT $8, V29.B16, V19.B16, V27.B16
	VEXT $8, V23.B16, V29.B16, V28.B16
	VEXT $8, V31.B16, V23.B16, V30.B16
	VEOR V26.B16, V17.B16, V17.B16
	VEOR V27.B16, V18.B16, V18.B16
	VEOR V28.B16, V21.B16, V21.B16
	VEOR V30.B16, V22.B16, V22.B16

	// The bits 256 times the other element.
	VAND V24.B16, V2.B16, V2.B16
	VAND V24.B16, V3.B16, V3.B16
	VAND V25.B16, V0.B16, V0.B16
	VAND V25.B16, V1.B16, V1.B16
	VEOR V0.B16, V2.B16, V2.B16
	VEOR V1.B16, V3.B16, V3.B16
	VEOR V2.B16, V21.B16, V21.B16
	VEOR V3.B16, V22.B16, V22.B16

	VMOV V17.D[0], R4
	VMOV V17.D[1], R5
	VMOV V18.D[0], R6
	VMOV V18.D[1], R7
	VMOV V21.D[0], R8
	VMOV V21.D[1], R9
	VMOV V22.D[0], R10
	VMOV V22.D[1], R11
	REDUCE257
	STP (R4, R5), (R0)
	STP (R6, R7), 16(R0)
	STP (R8, ZR), 32(R0)
	MOVD ZR, 48(R0)
	RET

// func squareN257(z, x *Element, n int)
TEXT ·squareN257(SB), NOSPLIT, $0-24
	MOVD z+0(FP), R0
	MOVD x+8(FP), R1
	MOVD n+16(FP), R3
	LDP (R1), (R4, R5)
	LDP 16(R1), (R6, R7)
	MOVD 32(R1), R8

square:
	VMOV R4, V0.D[0]
	VMOV R5, V1.D[0]
	VMOV R6, V2.D[0]
	VMOV R7, V3.D[0]
	MOVD R8, R12
	VPMULL V0.D1, V0.D1, V0.Q1
	VPMULL V1.D1, V1.D1, V1.Q1
	VPMULL V2.D1, V2.D1, V2.Q1
	VPMULL V3.D1, V3.D1, V3.Q1
	VMOV V0.D[0], R4
	VMOV V0.D[1], R5
	VMOV V1.D[0], R6
	VMOV V1.D[1], R7
	VMOV V2.D[0], R8
	VMOV V2.D[1], R9
	VMOV V3.D[0], R10
	VMOV V3.D[1], R11
	REDUCE257
	SUBS $1, R3
	BNE square

	STP (R4, R5), (R0)
	STP (R6, R7), 16(R0)
	STP (R8, ZR), 32(R0)
	MOVD ZR, 48(R0)
	RET

// LOWS and HIGHS add the products of the low and of the high words of two double words to V16. LOWHIGH and HIGHLOW add
// the mixed ones to V17, given b with its words exchanged. They clobber V19.
#define LOWS(a, b) \
	VPMULL a.D1, b.D1, V19.Q1 \
	VEOR V19.B16, V16.B16, V16.B16
#define HIGHS(a, b) \
	VPMULL2 a.D2, b.D2, V19.Q1 \
	VEOR V19.B16, V16.B16, V16.B16
#define LOWHIGH(a, b) \
	VPMULL a.D1, b.D1, V19.Q1 \
	VEOR V19.B16, V17.B16, V17.B16
#define HIGHLOW(a, b) \
	VPMULL2 a.D2, b.D2, V19.Q1 \
	VEOR V19.B16, V17.B16, V17.B16
#define CROSS(a, b) \
	LOWHIGH(a, b) \
	HIGHLOW(a, b)

// COLUMN writes the next double word: V16, the products that begin there, with the halves of V17 and V18, the products
// that begin a word after and a word before. It makes V18 ready for the next column.
#define COLUMN \
	VEXT $8, V17.B16, V18.B16, V19.B16 \
	VEOR V19.B16, V16.B16, V16.B16 \
	VST1.P [V16.D2], 16(R0) \
	VMOV V17.B16, V18.B16 \
	VEOR V16.B16, V16.B16, V16.B16 \
	VEOR V17.B16, V17.B16, V17.B16

// func product(c *[2 * MaxWords]uint64, x, y *Element)
//
// All products of words, column by column. V0 to V3 are the double words of x, the last with a high half of 0, V4 to V7
// those of y, V8 to V11 the same with their words exchanged.
TEXT ·product(SB), NOSPLIT, $0-24
	MOVD c+0(FP), R0
	MOVD x+8(FP), R1
	MOVD y+16(FP), R2
	VLD1.P 48(R1), [V0.D2, V1.D2, V2.D2]
	VLD1 (R1), [V3.D1]
	VLD1.P 48(R2), [V4.D2, V5.D2, V6.D2]
	VLD1 (R2), [V7.D1]
	VEXT $8, V4.B16, V4.B16, V8.B16
	VEXT $8, V5.B16, V5.B16, V9.B16
	VEXT $8, V6.B16, V6.B16, V10.B16
	VEXT $8, V7.B16, V7.B16, V11.B16
	VEOR V16.B16, V16.B16, V16.B16
	VEOR V17.B16, V17.B16, V17.B16
	VEOR V18.B16, V18.B16, V18.B16

	LOWS(V0, V4)
	CROSS(V0, V8)
	COLUMN

	LOWS(V0, V5)
	LOWS(V1, V4)
	HIGHS(V0, V4)
	CROSS(V0, V9)
	CROSS(V1, V8)
	COLUMN

	LOWS(V0, V6)
	LOWS(V1, V5)
	LOWS(V2, V4)
	HIGHS(V0, V5)
	HIGHS(V1, V4)
	CROSS(V0, V10)
	CROSS(V1, V9)
	CROSS(V2, V8)
	COLUMN

	LOWS(V0, V7)
	LOWS(V1, V6)
	LOWS(V2, V5)
	LOWS(V3, V4)
	HIGHS(V0, V6)
	HIGHS(V1, V5)
	HIGHS(V2, V4)
	HIGHLOW(V0, V11)
	CROSS(V1, V10)
	CROSS(V2, V9)
	LOWHIGH(V3, V8)
	COLUMN

	LOWS(V1, V7)
	LOWS(V2, V6)
	LOWS(V3, V5)
	HIGHS(V1, V6)
	HIGHS(V2, V5)
	HIGHLOW(V1, V11)
	CROSS(V2, V10)
	LOWHIGH(V3, V9)
	COLUMN

	LOWS(V2, V7)
	LOWS(V3, V6)
	HIGHS(V2, V6)
	HIGHLOW(V2, V11)
	LOWHIGH(V3, V10)
	COLUMN

	LOWS(V3, V7)
	COLUMN
	RET

// SPREAD writes the squares of the two words of a to the next four words.
#define SPREAD(a) \
	VPMULL a.D1, a.D1, V16.Q1 \
	VPMULL2 a.D2, a.D2, V17.Q1 \
	VST1.P [V16.D2, V17.D2], 32(R0)

// func spreadAll(c *[2 * MaxWords]uint64, x *Element)
TEXT ·spreadAll(SB), NOSPLIT, $0-16
	MOVD c+0(FP), R0
	MOVD x+8(FP), R1
	VLD1.P 48(R1), [V0.D2, V1.D2, V2.D2]
	VLD1 (R1), [V3.D1]
	SPREAD(V0)
	SPREAD(V1)
	SPREAD(V2)
	VPMULL V3.D1, V3.D1, V16.Q1
	VST1 [V16.D2], (R0)
	RET
