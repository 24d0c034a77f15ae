//go:build !purego

#include "textflag.h"

// Points over GF(2^257) with VPCLMULQDQ: two field operations at a time, one in each 128-bit lane of a register.
//
// A "pair" of elements is three registers: P01 with words 0 and 1 of both, P23 with words 2 and 3, and PT, which has all
// bits of a lane set if bit 256 of its element is set, else none. Pairs are written [low lane|high lane]. No branch and
// no address depends on an element. Y0 to Y11 are scratch of the macros, K1 chooses high lanes.

#define NOTONE Y29 // in both lanes, all bits but the lowest
#define X512LOW Y30 // words 0 and 1 of x^512 = x^255 + x^22 + x^10
#define X512HIGH Y31 // words 2 and 3

DATA notOnePair<>+0(SB)/8, $0xfffffffffffffffe
DATA notOnePair<>+8(SB)/8, $0xffffffffffffffff
GLOBL notOnePair<>(SB), RODATA|NOPTR, $16

DATA x512Low<>+0(SB)/8, $0x0000000000400400
DATA x512Low<>+8(SB)/8, $0
GLOBL x512Low<>(SB), RODATA|NOPTR, $16

DATA x512High<>+0(SB)/8, $0
DATA x512High<>+8(SB)/8, $0x8000000000000000
GLOBL x512High<>(SB), RODATA|NOPTR, $16

#define CONSTANTS \
	VBROADCASTI32X4 notOnePair<>(SB), NOTONE \
	VBROADCASTI32X4 x512Low<>(SB), X512LOW \
	VBROADCASTI32X4 x512High<>(SB), X512HIGH \
	MOVL $0x0c, AX \
	KMOVW AX, K1

// XOR3 adds a and b to c.
#define XOR3(a, b, c) VPTERNLOGQ $0x96, a, b, c

// XORAND adds a AND b to c.
#define XORAND(a, b, c) VPTERNLOGQ $0x78, a, b, c

// REDUCE takes the words 0 to 7 in Y1, Y0, Y11, Y2 and the mask of x^512 in Y8 modulo x^257 + x^12 + 1.
//
// With h the words from 4 on, x^256 = x^11 + x^-1 gives h·x^256 = h<<11 + h>>1, except for bit 0 of h, which stays where
// it is as bit 256. What h<<11 has beyond word 3, 11 bits, is added to h first.
#define REDUCE(R01, R23, RT) \
	VPSRLDQ $8, Y2, Y5 \ // h moved down by a word, its high half
	VPALIGNR $8, Y11, Y2, Y4 \ // and its low half
	VPSRLQ $53, Y5, Y3 \
	VPXORQ Y3, Y11, Y10 \ // bit 0 of this is bit 256 of the result
	VPTERNLOGQ $0x28, NOTONE, Y3, Y11 \ // (Y11 + Y3) AND NOTONE
	XORAND(X512LOW, Y8, Y1) \
	XORAND(X512HIGH, Y8, Y0) \
	VPSLLDQ $8, Y11, Y7 \ // h moved up by a word
	VPSHLDQ $11, Y7, Y11, Y7 \
	VPSHRDQ $1, Y4, Y11, Y11 \
	VPSHLDQ $11, Y4, Y2, Y4 \
	VPSHRDQ $1, Y5, Y2, Y5 \
	VPSHUFD $0, Y10, Y10 \
	VPSLLD $31, Y10, Y10 \
	VPSRAD $31, Y10, RT \
	XOR3(Y7, Y11, Y1) \
	XOR3(Y4, Y5, Y0) \
	VMOVDQA64 Y1, R01 \
	VMOVDQA64 Y0, R23

// MULTIPLY sets the pair R to A·B, lane by lane; R may be A or B. Karatsuba's method on double words: with L = A01·B01,
// H = A23·B23 and M = (A01+A23)·(B01+B23), each four products of words, the middle is L + M + H.
#define MULTIPLY(A01, A23, AT, B01, B23, BT, R01, R23, RT) \
	VPXORQ A01, A23, Y0 \
	VPXORQ B01, B23, Y1 \
	VPCLMULQDQ $0x11, A23, B23, Y2 \
	VPCLMULQDQ $0x01, A23, B23, Y3 \
	VPCLMULQDQ $0x10, A23, B23, Y4 \
	VPCLMULQDQ $0x00, A23, B23, Y5 \
	VPCLMULQDQ $0x01, A01, B01, Y6 \
	VPCLMULQDQ $0x10, A01, B01, Y7 \
	VPCLMULQDQ $0x11, A01, B01, Y8 \
	VPCLMULQDQ $0x01, Y0, Y1, Y9 \
	VPCLMULQDQ $0x10, Y0, Y1, Y10 \
	VPCLMULQDQ $0x11, Y0, Y1, Y11 \
	VPCLMULQDQ $0x00, Y0, Y1, Y0 \
	VPCLMULQDQ $0x00, A01, B01, Y1 \
	VPXORQ Y3, Y4, Y3 \ // H, its odd words
	VPXORQ Y6, Y7, Y6 \ // L
	XOR3(Y6, Y10, Y9) \
	VPXORQ Y3, Y9, Y9 \ // L + M + H
	VPXORQ Y5, Y8, Y5 \
	XOR3(Y2, Y5, Y11) \ // words 4 and 5
	XOR3(Y1, Y5, Y0) \ // words 2 and 3
	VPANDQ AT, B23, Y7 \ // x^256 times the other factor
	XORAND(BT, A23, Y7) \
	VPANDQ AT, B01, Y4 \
	XORAND(BT, A01, Y4) \
	VPANDQ AT, BT, Y8 \
	VPSRLDQ $8, Y3, Y10 \ // the odd words move to their places
	XOR3(Y7, Y10, Y2) \
	VPALIGNR $8, Y9, Y3, Y10 \
	XOR3(Y4, Y10, Y11) \
	VPALIGNR $8, Y6, Y9, Y9 \
	VPXORQ Y9, Y0, Y0 \
	VPSLLDQ $8, Y6, Y6 \
	VPXORQ Y6, Y1, Y1 \
	REDUCE(R01, R23, RT)

// SQUARE sets the pair R to the squares of the pair A; R may be A.
#define SQUARE(A01, A23, AT, R01, R23, RT) \
	VPCLMULQDQ $0x11, A23, A23, Y2 \
	VPCLMULQDQ $0x00, A23, A23, Y11 \
	VPCLMULQDQ $0x00, A01, A01, Y1 \
	VPCLMULQDQ $0x11, A01, A01, Y0 \
	VMOVDQA64 AT, Y8 \
	REDUCE(R01, R23, RT)

// ADD sets the pair R to A + B.
#define ADD(A01, A23, AT, B01, B23, BT, R01, R23, RT) \
	VPXORQ A01, B01, R01 \
	VPXORQ A23, B23, R23 \
	VPXORQ AT, BT, RT

// BLEND sets R to the low lane of A and the high lane of B.
#define BLEND(A01, A23, AT, B01, B23, BT, R01, R23, RT) \
	VPBLENDMQ B01, A01, K1, R01 \
	VPBLENDMQ B23, A23, K1, R23 \
	VPBLENDMQ BT, AT, K1, RT

// LANES sets R to lanes of A: LOWBOTH, HIGHBOTH or SWAPPED.
#define LOWBOTH $0x44
#define HIGHBOTH $0xee
#define SWAPPED $0x4e
#define LANES(which, A01, A23, AT, R01, R23, RT) \
	VPERMQ which, A01, R01 \
	VPERMQ which, A23, R23 \
	VPERMQ which, AT, RT

// LOADPAIR sets the pair R, of which X01, X23 and XT are the low lanes, to the elements at low and high. Y15 must be 0.
// It clobbers X14.
#define LOADPAIR(low, high, X01, X23, XT, R01, R23, RT) \
	VMOVDQU low, X01 \
	VINSERTI128 $1, high, R01, R01 \
	VMOVDQU 16+low, X23 \
	VINSERTI128 $1, 16+high, R23, R23 \
	VPBROADCASTQ 32+low, XT \
	VPBROADCASTQ 32+high, X14 \
	VINSERTI128 $1, X14, RT, RT \
	VPSUBQ RT, Y15, RT

// LOADBOTH sets both lanes of R to the element at a. Y15 must be 0.
#define LOADBOTH(a, R01, R23, RT) \
	VBROADCASTI32X4 a, R01 \
	VBROADCASTI32X4 16+a, R23 \
	VPBROADCASTQ 32+a, RT \
	VPSUBQ RT, Y15, RT

// STORE writes the element in the low lanes X01, X23, XT to a, whose words 5 and 6 are 0 already. It clobbers XT.
#define STORE(X01, X23, XT, a) \
	VMOVDQU64 X01, a \
	VMOVDQU64 X23, 16+a \
	VPSRLQ $63, XT, XT \
	VMOVQ XT, 32+a

// STOREHIGH writes the element in the high lanes. It clobbers X14 and RT.
#define STOREHIGH(R01, R23, RT, a) \
	VEXTRACTI32X4 $1, R01, a \
	VEXTRACTI32X4 $1, R23, 16+a \
	VPSRLQ $63, RT, RT \
	VEXTRACTI32X4 $1, RT, X14 \
	VMOVQ X14, 32+a

// func doubleN257(p *Point, n int)
//
// On a curve with a = 0: T = L² + LZ, X' = T², Z' = T·Z², L' = (XZ)² + X' + T·LZ + Z'.
//
// The pairs: C = Y16 to Y18, Z = Y19 to Y21, M = Y12 to Y14, S = Y22 to Y24, T = Y25 to Y27.
TEXT ·doubleN257(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), DI
	MOVQ n+8(FP), CX
	CONSTANTS
	VPXOR Y15, Y15, Y15
	LOADPAIR(56(DI), 0(DI), X12, X13, X0, Y12, Y13, Y0) // [L|X]
	VMOVDQA64 Y12, Y16
	VMOVDQA64 Y13, Y17
	VMOVDQA64 Y0, Y18
	LOADBOTH(112(DI), Y19, Y20, Y21) // [Z|Z]

double:
	MULTIPLY(Y16, Y17, Y18, Y19, Y20, Y21, Y12, Y13, Y14)  // M = [LZ|XZ]
	BLEND(Y16, Y17, Y18, Y19, Y20, Y21, Y22, Y23, Y24)  // S = [L|Z]
	SQUARE(Y22, Y23, Y24, Y22, Y23, Y24)  // S = [L²|Z²]
	ADD(Y22, Y23, Y24, Y12, Y13, Y14, Y25, Y26, Y27)
	LANES(LOWBOTH, Y25, Y26, Y27, Y25, Y26, Y27)  // T = [T|T]
	BLEND(Y12, Y13, Y14, Y22, Y23, Y24, Y22, Y23, Y24)  // S = [LZ|Z²]
	BLEND(Y25, Y26, Y27, Y12, Y13, Y14, Y12, Y13, Y14)  // M = [T|XZ]
	MULTIPLY(Y25, Y26, Y27, Y22, Y23, Y24, Y22, Y23, Y24)  // S = [T·LZ|Z']
	SQUARE(Y12, Y13, Y14, Y12, Y13, Y14)  // M = [X'|(XZ)²]
	ADD(Y12, Y13, Y14, Y22, Y23, Y24, Y25, Y26, Y27)
	LANES(SWAPPED, Y25, Y26, Y27, Y16, Y17, Y18)
	ADD(Y16, Y17, Y18, Y25, Y26, Y27, Y16, Y17, Y18)  // C = [L'|L']
	LANES(LOWBOTH, Y12, Y13, Y14, Y12, Y13, Y14)  // M = [X'|X']
	BLEND(Y16, Y17, Y18, Y12, Y13, Y14, Y16, Y17, Y18)  // C = [L'|X']
	LANES(HIGHBOTH, Y22, Y23, Y24, Y19, Y20, Y21)  // Z = [Z'|Z']
	DECQ CX
	JNZ double

	STORE(X16, X17, X18, 56(DI))
	STORE(X12, X13, X14, 0(DI))
	STORE(X19, X20, X21, 112(DI))
	VZEROUPPER
	RET

// func add257(p *Point, q *AffinePoint, negative uint64)
//
// With x and λ of q: A = L + λZ, B = (X + xZ)², X' = A²·X·xZ, Z' = ABZ, L' = (A·xZ + B)² + AB(L + Z).
//
// The pairs are those of doubleN257.
TEXT ·add257(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ q+8(FP), SI
	CONSTANTS
	VPXOR Y15, Y15, Y15
	LOADPAIR(56(DI), 0(DI), X12, X13, X0, Y12, Y13, Y0) // [L|X]
	VMOVDQA64 Y12, Y16
	VMOVDQA64 Y13, Y17
	VMOVDQA64 Y0, Y18
	LOADBOTH(112(DI), Y19, Y20, Y21) // [Z|Z]
	LOADPAIR(56(SI), 0(SI), X12, X13, X0, Y12, Y13, Y0) // [λ|x]
	VMOVDQA64 Y0, Y14
	VMOVQ negative+16(FP), X0
	VPXORQ Y0, Y12, Y12
	MULTIPLY(Y12, Y13, Y14, Y19, Y20, Y21, Y12, Y13, Y14)  // M = [λZ|xZ]
	ADD(Y16, Y17, Y18, Y12, Y13, Y14, Y25, Y26, Y27)  // T = [A|X + xZ]
	SQUARE(Y25, Y26, Y27, Y22, Y23, Y24)  // S = [A²|B]
	LANES(LOWBOTH, Y25, Y26, Y27, Y25, Y26, Y27)  // T = [A|A]
	// Z = [L + Z|Z]
	VPXORQ Y19, Y16, Y28
	VPBLENDMQ Y19, Y28, K1, Y19
	VPXORQ Y20, Y17, Y28
	VPBLENDMQ Y20, Y28, K1, Y20
	VPXORQ Y21, Y18, Y28
	VPBLENDMQ Y21, Y28, K1, Y21
	MULTIPLY(Y16, Y17, Y18, Y12, Y13, Y14, Y16, Y17, Y18) // C = [·|X·xZ]
	LANES(HIGHBOTH, Y12, Y13, Y14, Y12, Y13, Y14)
	BLEND(Y12, Y13, Y14, Y22, Y23, Y24, Y12, Y13, Y14) // M = [xZ|B]
	MULTIPLY(Y25, Y26, Y27, Y12, Y13, Y14, Y12, Y13, Y14) // M = [A·xZ|AB]
	LANES(HIGHBOTH, Y22, Y23, Y24, Y25, Y26, Y27)
	ADD(Y25, Y26, Y27, Y12, Y13, Y14, Y25, Y26, Y27)
	SQUARE(Y25, Y26, Y27, Y25, Y26, Y27) // T = [(A·xZ + B)²|·]
	LANES(LOWBOTH, Y22, Y23, Y24, Y22, Y23, Y24)
	MULTIPLY(Y22, Y23, Y24, Y16, Y17, Y18, Y16, Y17, Y18) // C = [·|X']
	LANES(HIGHBOTH, Y12, Y13, Y14, Y22, Y23, Y24)
	MULTIPLY(Y22, Y23, Y24, Y19, Y20, Y21, Y19, Y20, Y21) // Z = [AB(L + Z)|Z']
	ADD(Y25, Y26, Y27, Y19, Y20, Y21, Y25, Y26, Y27) // T = [L'|·]

	STORE(X25, X26, X27, 56(DI))
	STOREHIGH(Y16, Y17, Y18, 0(DI))
	STOREHIGH(Y19, Y20, Y21, 112(DI))
	VZEROUPPER
	RET
