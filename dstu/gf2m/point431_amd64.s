//go:build !purego

#include "textflag.h"

// Points over GF(2^431) with VPCLMULQDQ, as in point257_amd64.s: a pair of elements, [low lane|high lane], is four registers
// with the double words 0 to 3, the last with high halves of 0. No branch and no address depends on an element. Y0 to Y9,
// Y30 and Y31 are scratch of the macros, K1 chooses high lanes.

DATA low47Pair<>+0(SB)/8, $0x00007fffffffffff
DATA low47Pair<>+8(SB)/8, $0
DATA low47Pair<>+16(SB)/8, $0x00007fffffffffff
DATA low47Pair<>+24(SB)/8, $0
GLOBL low47Pair<>(SB), RODATA|NOPTR, $32

// The polynomial without x^431: x^5 + x^3 + x + 1.
DATA innerPair<>+0(SB)/8, $0x2b
DATA innerPair<>+8(SB)/8, $0
DATA innerPair<>+16(SB)/8, $0x2b
DATA innerPair<>+24(SB)/8, $0
GLOBL innerPair<>(SB), RODATA|NOPTR, $32

#define LOW $0x00 // the low word of x times that of y
#define HIGH $0x11 // the high words
#define HIGHLOW $0x01 // the high word of x, the low one of y
#define LOWHIGH $0x10

// FIRST sets acc to the product of a word of x and one of y.
#define FIRST(words, x, y, acc) VPCLMULQDQ words, y, x, acc

// ONE adds it to acc.
#define ONE(words, x, y, acc) \
	VPCLMULQDQ words, y, x, Y9 \
	VPXORQ Y9, acc, acc

// TWO adds two products to acc.
#define TWO(words0, x0, y0, words1, x1, y1, acc) \
	VPCLMULQDQ words0, y0, x0, Y9 \
	VPCLMULQDQ words1, y1, x1, Y30 \
	VPTERNLOGQ $0x96, Y9, Y30, acc

// CROSS adds both products of words of different halves.
#define CROSS(x, y, acc) TWO(HIGHLOW, x, y, LOWHIGH, x, y, acc)

// FINISH adds to column the halves of odd and before, the products that begin a word after it and a word before it.
#define FINISH(column, odd, before) \
	VPALIGNR $8, before, odd, Y9 \
	VPXORQ Y9, column, column

// MULTIPLY sets the pair R to X·Y, lane by lane; R may be X or Y. All products of words, column by column: Y0 to Y6 are
// those that begin at even words, Y7 and Y8 in turn those at odd words.
#define MULTIPLY(x0, x1, x2, x3, y0, y1, y2, y3, r0, r1, r2, r3) \
	FIRST(LOW, x0, y0, Y0) \
	FIRST(HIGHLOW, x0, y0, Y7) \
	ONE(LOWHIGH, x0, y0, Y7) \
	VPSLLDQ $8, Y7, Y9 \
	VPXORQ Y9, Y0, Y0 \
	FIRST(HIGH, x0, y0, Y1) \
	TWO(LOW, x0, y1, LOW, x1, y0, Y1) \
	FIRST(HIGHLOW, x0, y1, Y8) \
	ONE(LOWHIGH, x0, y1, Y8) \
	CROSS(x1, y0, Y8) \
	FINISH(Y1, Y8, Y7) \
	FIRST(HIGH, x0, y1, Y2) \
	TWO(HIGH, x1, y0, LOW, x0, y2, Y2) \
	TWO(LOW, x1, y1, LOW, x2, y0, Y2) \
	FIRST(HIGHLOW, x0, y2, Y7) \
	ONE(LOWHIGH, x0, y2, Y7) \
	CROSS(x1, y1, Y7) \
	CROSS(x2, y0, Y7) \
	FINISH(Y2, Y7, Y8) \
	FIRST(HIGH, x0, y2, Y3) \
	TWO(HIGH, x1, y1, HIGH, x2, y0, Y3) \
	TWO(LOW, x0, y3, LOW, x1, y2, Y3) \
	TWO(LOW, x2, y1, LOW, x3, y0, Y3) \
	FIRST(HIGHLOW, x0, y3, Y8) \
	CROSS(x1, y2, Y8) \
	CROSS(x2, y1, Y8) \
	ONE(LOWHIGH, x3, y0, Y8) \
	FINISH(Y3, Y8, Y7) \
	FIRST(HIGH, x1, y2, Y4) \
	TWO(HIGH, x2, y1, LOW, x1, y3, Y4) \
	TWO(LOW, x2, y2, LOW, x3, y1, Y4) \
	FIRST(HIGHLOW, x1, y3, Y7) \
	CROSS(x2, y2, Y7) \
	ONE(LOWHIGH, x3, y1, Y7) \
	FINISH(Y4, Y7, Y8) \
	FIRST(HIGH, x2, y2, Y5) \
	TWO(LOW, x2, y3, LOW, x3, y2, Y5) \
	FIRST(HIGHLOW, x2, y3, Y8) \
	ONE(LOWHIGH, x3, y2, Y8) \
	FINISH(Y5, Y8, Y7) \
	FIRST(LOW, x3, y3, Y6) \
	VPSRLDQ $8, Y8, Y9 \
	VPXORQ Y9, Y6, Y6 \
	REDUCE(r0, r1, r2, r3)

// SQUARE sets the pair R to the squares of the pair X; R may be X.
#define SQUARE(x0, x1, x2, x3, r0, r1, r2, r3) \
	FIRST(LOW, x0, x0, Y0) \
	FIRST(HIGH, x0, x0, Y1) \
	FIRST(LOW, x1, x1, Y2) \
	FIRST(HIGH, x1, x1, Y3) \
	FIRST(LOW, x2, x2, Y4) \
	FIRST(HIGH, x2, x2, Y5) \
	FIRST(LOW, x3, x3, Y6) \
	REDUCE(r0, r1, r2, r3)

// SHIFT47 sets h to the double word low, with the one above, high, moved down by 47 bits.
#define SHIFT47(low, high, h) \
	VPALIGNR $8, low, high, Y9 \
	VPSHRDQ $47, Y9, low, h

// REDUCE takes the double words Y0 to Y6 modulo x^431 + x^5 + x^3 + x + 1.
//
// With h the bits from 431 on, the remainder is the rest plus h·(x^5 + x^3 + x + 1). The words of h are multiplied one
// by one. The few bits that come out above x^431, at 47 of word 6, go the same way.
#define REDUCE(r0, r1, r2, r3) \
	SHIFT47(Y3, Y4, Y7) \
	SHIFT47(Y4, Y5, Y8) \
	SHIFT47(Y5, Y6, Y30) \
	VPSRLDQ $8, Y6, Y9 \
	VPSHRDQ $47, Y9, Y6, Y31 \
	VPANDQ low47Pair<>(SB), Y3, Y3 \
	VPCLMULQDQ HIGHLOW, innerPair<>(SB), Y30, Y5 \ // word 5
	VPSRLDQ $8, Y5, Y9 \
	VPCLMULQDQ LOW, innerPair<>(SB), Y31, Y6 \ // word 6
	VPTERNLOGQ $0x96, Y9, Y6, Y3 \
	VPSRLQ $47, Y3, Y9 \ // the bits above x^431
	VPANDQ low47Pair<>(SB), Y3, r3 \
	VPCLMULQDQ LOW, innerPair<>(SB), Y9, Y9 \
	VPCLMULQDQ LOW, innerPair<>(SB), Y7, Y6 \ // word 0
	VPTERNLOGQ $0x96, Y9, Y6, Y0 \
	VPCLMULQDQ HIGHLOW, innerPair<>(SB), Y7, Y4 \ // word 1
	VPCLMULQDQ LOW, innerPair<>(SB), Y8, Y6 \ // word 2
	VPXORQ Y6, Y1, Y1 \
	VPCLMULQDQ HIGHLOW, innerPair<>(SB), Y8, Y7 \ // word 3
	VPCLMULQDQ LOW, innerPair<>(SB), Y30, Y6 \ // word 4
	VPXORQ Y6, Y2, Y2 \
	VPSLLDQ $8, Y4, Y9 \
	VPXORQ Y9, Y0, r0 \
	VPALIGNR $8, Y4, Y7, Y9 \
	VPXORQ Y9, Y1, r1 \
	VPALIGNR $8, Y7, Y5, Y9 \
	VPXORQ Y9, Y2, r2

// ADD sets the pair R to X + Y.
#define ADD(x0, x1, x2, x3, y0, y1, y2, y3, r0, r1, r2, r3) \
	VPXORQ x0, y0, r0 \
	VPXORQ x1, y1, r1 \
	VPXORQ x2, y2, r2 \
	VPXORQ x3, y3, r3

// BLEND sets R to the low lane of X and the high lane of Y.
#define BLEND(x0, x1, x2, x3, y0, y1, y2, y3, r0, r1, r2, r3) \
	VPBLENDMQ y0, x0, K1, r0 \
	VPBLENDMQ y1, x1, K1, r1 \
	VPBLENDMQ y2, x2, K1, r2 \
	VPBLENDMQ y3, x3, K1, r3

// LANES sets R to lanes of X: LOWBOTH, HIGHBOTH or SWAPPED.
#define LOWBOTH $0x44
#define HIGHBOTH $0xee
#define SWAPPED $0x4e
#define LANES(which, x0, x1, x2, x3, r0, r1, r2, r3) \
	VPERMQ which, x0, r0 \
	VPERMQ which, x1, r1 \
	VPERMQ which, x2, r2 \
	VPERMQ which, x3, r3

// LOADPAIR sets r0 to r3, of which x0 to x3 are the low lanes, to the elements at low and high. It clobbers Y9.
#define LOADPAIR(low, high, x0, x1, x2, x3, r0, r1, r2, r3) \
	VMOVDQU64 low, x0 \
	VINSERTI32X4 $1, high, r0, r0 \
	VMOVDQU64 16+low, x1 \
	VINSERTI32X4 $1, 16+high, r1, r1 \
	VMOVDQU64 32+low, x2 \
	VINSERTI32X4 $1, 32+high, r2, r2 \
	VMOVQ 48+low, x3 \
	VMOVQ 48+high, X9 \
	VINSERTI32X4 $1, X9, r3, r3

// STORE writes the element in the low lanes to a.
#define STORE(x0, x1, x2, x3, a) \
	VMOVDQU64 x0, a \
	VMOVDQU64 x1, 16+a \
	VMOVDQU64 x2, 32+a \
	VMOVQ x3, 48+a

// STOREHIGH writes the element in the high lanes. It clobbers X9.
#define STOREHIGH(r0, r1, r2, r3, a) \
	VEXTRACTI32X4 $1, r0, a \
	VEXTRACTI32X4 $1, r1, 16+a \
	VEXTRACTI32X4 $1, r2, 32+a \
	VEXTRACTI32X4 $1, r3, X9 \
	VMOVQ X9, 48+a

// func doubleN431(p *Point, n int)
//
// On a curve with a = 1: T = (L + Z)² + LZ, X' = T², Z' = T·Z², L' = (XZ)² + X' + T·LZ + Z'.
//
// The pairs: C = Y10 to Y13, Z = Y14 to Y17, M = Y18 to Y21, S = Y22 to Y25, T = Y26 to Y29.
TEXT ·doubleN431(SB), NOSPLIT, $0-16
	MOVQ p+0(FP), DI
	MOVQ n+8(FP), CX
	MOVL $0x0c, AX
	KMOVW AX, K1
	LOADPAIR(56(DI), 0(DI), X10, X11, X12, X13, Y10, Y11, Y12, Y13) // C = [L|X]
	LOADPAIR(112(DI), 112(DI), X14, X15, X16, X17, Y14, Y15, Y16, Y17) // Z = [Z|Z]

double:
	MULTIPLY(Y10, Y11, Y12, Y13, Y14, Y15, Y16, Y17, Y18, Y19, Y20, Y21) // M = [LZ|XZ]
	ADD(Y10, Y11, Y12, Y13, Y14, Y15, Y16, Y17, Y22, Y23, Y24, Y25)
	BLEND(Y22, Y23, Y24, Y25, Y14, Y15, Y16, Y17, Y22, Y23, Y24, Y25) // S = [L + Z|Z]
	SQUARE(Y22, Y23, Y24, Y25, Y22, Y23, Y24, Y25) // S = [(L + Z)²|Z²]
	ADD(Y22, Y23, Y24, Y25, Y18, Y19, Y20, Y21, Y26, Y27, Y28, Y29)
	LANES(LOWBOTH, Y26, Y27, Y28, Y29, Y26, Y27, Y28, Y29) // T = [T|T]
	BLEND(Y18, Y19, Y20, Y21, Y22, Y23, Y24, Y25, Y22, Y23, Y24, Y25) // S = [LZ|Z²]
	BLEND(Y26, Y27, Y28, Y29, Y18, Y19, Y20, Y21, Y18, Y19, Y20, Y21) // M = [T|XZ]
	MULTIPLY(Y26, Y27, Y28, Y29, Y22, Y23, Y24, Y25, Y22, Y23, Y24, Y25) // S = [T·LZ|Z']
	SQUARE(Y18, Y19, Y20, Y21, Y18, Y19, Y20, Y21) // M = [X'|(XZ)²]
	ADD(Y18, Y19, Y20, Y21, Y22, Y23, Y24, Y25, Y26, Y27, Y28, Y29)
	LANES(SWAPPED, Y26, Y27, Y28, Y29, Y10, Y11, Y12, Y13)
	ADD(Y10, Y11, Y12, Y13, Y26, Y27, Y28, Y29, Y10, Y11, Y12, Y13) // C = [L'|L']
	LANES(LOWBOTH, Y18, Y19, Y20, Y21, Y18, Y19, Y20, Y21) // M = [X'|X']
	BLEND(Y10, Y11, Y12, Y13, Y18, Y19, Y20, Y21, Y10, Y11, Y12, Y13) // C = [L'|X']
	LANES(HIGHBOTH, Y22, Y23, Y24, Y25, Y14, Y15, Y16, Y17) // Z = [Z'|Z']
	DECQ CX
	JNZ double

	STORE(X10, X11, X12, X13, 56(DI))
	STORE(X18, X19, X20, X21, 0(DI))
	STORE(X14, X15, X16, X17, 112(DI))
	VZEROUPPER
	RET

// func add431(p *Point, q *AffinePoint, negative uint64)
//
// With x and λ of q: A = L + λZ, B = (X + xZ)², X' = A²·X·xZ, Z' = ABZ, L' = (A·xZ + B)² + AB(L + Z).
//
// The pairs are those of doubleN431.
TEXT ·add431(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), DI
	MOVQ q+8(FP), SI
	MOVL $0x0c, AX
	KMOVW AX, K1
	LOADPAIR(56(DI), 0(DI), X10, X11, X12, X13, Y10, Y11, Y12, Y13) // C = [L|X]
	LOADPAIR(112(DI), 112(DI), X14, X15, X16, X17, Y14, Y15, Y16, Y17) // Z = [Z|Z]
	LOADPAIR(56(SI), 0(SI), X18, X19, X20, X21, Y18, Y19, Y20, Y21) // M = [λ|x]
	VMOVQ negative+16(FP), X9
	VPXORQ Y9, Y18, Y18
	MULTIPLY(Y18, Y19, Y20, Y21, Y14, Y15, Y16, Y17, Y18, Y19, Y20, Y21) // M = [λZ|xZ]
	ADD(Y10, Y11, Y12, Y13, Y18, Y19, Y20, Y21, Y26, Y27, Y28, Y29) // T = [A|X + xZ]
	SQUARE(Y26, Y27, Y28, Y29, Y22, Y23, Y24, Y25) // S = [A²|B]
	LANES(LOWBOTH, Y26, Y27, Y28, Y29, Y26, Y27, Y28, Y29) // T = [A|A]
	// Z = [L + Z|Z]
	VPXORQ Y14, Y10, Y9
	VPBLENDMQ Y14, Y9, K1, Y14
	VPXORQ Y15, Y11, Y9
	VPBLENDMQ Y15, Y9, K1, Y15
	VPXORQ Y16, Y12, Y9
	VPBLENDMQ Y16, Y9, K1, Y16
	VPXORQ Y17, Y13, Y9
	VPBLENDMQ Y17, Y9, K1, Y17
	MULTIPLY(Y10, Y11, Y12, Y13, Y18, Y19, Y20, Y21, Y10, Y11, Y12, Y13) // C = [·|X·xZ]
	LANES(HIGHBOTH, Y18, Y19, Y20, Y21, Y18, Y19, Y20, Y21)
	BLEND(Y18, Y19, Y20, Y21, Y22, Y23, Y24, Y25, Y18, Y19, Y20, Y21) // M = [xZ|B]
	MULTIPLY(Y26, Y27, Y28, Y29, Y18, Y19, Y20, Y21, Y18, Y19, Y20, Y21) // M = [A·xZ|AB]
	LANES(HIGHBOTH, Y22, Y23, Y24, Y25, Y26, Y27, Y28, Y29)
	ADD(Y26, Y27, Y28, Y29, Y18, Y19, Y20, Y21, Y26, Y27, Y28, Y29)
	SQUARE(Y26, Y27, Y28, Y29, Y26, Y27, Y28, Y29) // T = [(A·xZ + B)²|·]
	LANES(LOWBOTH, Y22, Y23, Y24, Y25, Y22, Y23, Y24, Y25)
	MULTIPLY(Y22, Y23, Y24, Y25, Y10, Y11, Y12, Y13, Y10, Y11, Y12, Y13) // C = [·|X']
	LANES(HIGHBOTH, Y18, Y19, Y20, Y21, Y22, Y23, Y24, Y25)
	MULTIPLY(Y22, Y23, Y24, Y25, Y14, Y15, Y16, Y17, Y14, Y15, Y16, Y17) // Z = [AB(L + Z)|Z']
	ADD(Y26, Y27, Y28, Y29, Y14, Y15, Y16, Y17, Y26, Y27, Y28, Y29) // T = [L'|·]

	STORE(X26, X27, X28, X29, 56(DI))
	STOREHIGH(Y10, Y11, Y12, Y13, 0(DI))
	STOREHIGH(Y14, Y15, Y16, Y17, 112(DI))
	VZEROUPPER
	RET
