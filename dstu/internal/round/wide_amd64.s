//go:build !purego

#include "textflag.h"

// Z0 and Z1 are two states of 64 bytes each, Z16 to Z31 the four substitutions, 256 bytes each, and Z15 the shift of the
// rows. K1 has the even bytes, K2 rows 0, 1, 4 and 5.

// SETUP loads what does not change: w in AX, shift in BX; afterwards BX points to the matrices.
#define SETUP \
	VMOVDQU64 (BX), Z15     \
	VMOVDQU64 0(AX), Z16    \
	VMOVDQU64 64(AX), Z17   \
	VMOVDQU64 128(AX), Z18  \
	VMOVDQU64 192(AX), Z19  \
	VMOVDQU64 256(AX), Z20  \
	VMOVDQU64 320(AX), Z21  \
	VMOVDQU64 384(AX), Z22  \
	VMOVDQU64 448(AX), Z23  \
	VMOVDQU64 512(AX), Z24  \
	VMOVDQU64 576(AX), Z25  \
	VMOVDQU64 640(AX), Z26  \
	VMOVDQU64 704(AX), Z27  \
	VMOVDQU64 768(AX), Z28  \
	VMOVDQU64 832(AX), Z29  \
	VMOVDQU64 896(AX), Z30  \
	VMOVDQU64 960(AX), Z31  \
	LEAQ      1024(AX), BX  \
	MOVQ      $0x5555555555555555, AX \
	KMOVQ     AX, K1        \
	MOVQ      $0x3333333333333333, AX \
	KMOVQ     AX, K2

// LOOK substitutes every byte of io by one table: those with the high bit, which high has, by its second half.
#define LOOK(high, t0, t1, t2, t3, io, other) \
	VMOVDQA64 io, other          \
	VPERMI2B  t1, t0, io         \
	VPERMI2B  t3, t2, other      \
	VPBLENDMB other, io, high, io

// SUBSTITUTE packs rows 0, 1, 4 and 5 of both states into one register and the others into another, so that each register
// needs two substitutions, one in the even bytes and one in the odd.
#define SUBSTITUTE \
	VPROLQ    $16, Z1, Z4    \
	VPRORQ    $16, Z1, Z5    \
	VPBLENDMB Z0, Z4, K2, Z2 \
	VPBLENDMB Z5, Z0, K2, Z3 \
	VPMOVB2M  Z2, K3         \
	VPMOVB2M  Z3, K5         \
	VMOVDQA64 Z2, Z6         \
	VMOVDQA64 Z3, Z7         \
	LOOK(K3, Z16, Z17, Z18, Z19, Z2, Z8)  \
	LOOK(K5, Z24, Z25, Z26, Z27, Z3, Z9)  \
	LOOK(K3, Z20, Z21, Z22, Z23, Z6, Z10) \
	LOOK(K5, Z28, Z29, Z30, Z31, Z7, Z11) \
	VPBLENDMB Z2, Z6, K1, Z2 \
	VPBLENDMB Z3, Z7, K1, Z3 \
	VPRORQ    $16, Z2, Z4    \
	VPROLQ    $16, Z3, Z5    \
	VPBLENDMB Z2, Z3, K2, Z0 \
	VPBLENDMB Z4, Z5, K2, Z1

#define SHIFT \
	VPERMB Z0, Z15, Z0 \
	VPERMB Z1, Z15, Z1

// MIX multiplies every column by the circulant matrix: the sum over k of the column times coefficient k, turned by k rows.
#define MIX(s, a, b, c) \
	VGF2P8AFFINEQB.BCST $0, 0(BX), s, a  \
	VGF2P8AFFINEQB.BCST $0, 8(BX), s, b  \
	VGF2P8AFFINEQB.BCST $0, 16(BX), s, c \
	VPRORQ     $8, b, b        \
	VPRORQ     $16, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VGF2P8AFFINEQB.BCST $0, 24(BX), s, b \
	VGF2P8AFFINEQB.BCST $0, 32(BX), s, c \
	VPRORQ     $24, b, b       \
	VPRORQ     $32, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VGF2P8AFFINEQB.BCST $0, 40(BX), s, b \
	VGF2P8AFFINEQB.BCST $0, 48(BX), s, c \
	VPRORQ     $40, b, b       \
	VPRORQ     $48, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VGF2P8AFFINEQB.BCST $0, 56(BX), s, b \
	VPRORQ     $56, b, b       \
	VPXORQ     b, a, s

// MIXFORWARD is MIX where coefficients 0, 1 and 3 are 1.
#define MIXFORWARD(s, a, b, c) \
	VGF2P8AFFINEQB.BCST $0, 16(BX), s, c \
	VPRORQ     $24, s, a       \
	VPRORQ     $8, s, b        \
	VPRORQ     $16, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VGF2P8AFFINEQB.BCST $0, 32(BX), s, b \
	VGF2P8AFFINEQB.BCST $0, 40(BX), s, c \
	VPRORQ     $32, b, b       \
	VPRORQ     $40, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VGF2P8AFFINEQB.BCST $0, 48(BX), s, b \
	VGF2P8AFFINEQB.BCST $0, 56(BX), s, c \
	VPRORQ     $48, b, b       \
	VPRORQ     $56, c, c       \
	VPTERNLOGQ $0x96, c, b, a  \
	VPXORQ     a, s, s

#define FORWARD \
	SUBSTITUTE                  \
	SHIFT                       \
	MIXFORWARD(Z0, Z8, Z9, Z10) \
	MIXFORWARD(Z1, Z11, Z12, Z13)

#define BACKWARD \
	SUBSTITUTE           \
	SHIFT                \
	MIX(Z0, Z8, Z9, Z10) \
	MIX(Z1, Z11, Z12, Z13)

#define KEY(op) \
	op   (R9), Z0, Z0 \
	op   (R9), Z1, Z1 \
	ADDQ $64, R9

// func encryptWide(dst, src *byte, pairs int, keys *uint64, rounds int, w *Wide, shift *[64]byte)
TEXT ·encryptWide(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ pairs+16(FP), CX
	MOVQ keys+24(FP), DX
	MOVQ rounds+32(FP), R8
	MOVQ w+40(FP), AX
	MOVQ shift+48(FP), BX
	SETUP
	DECQ R8

encryptPair:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 64(SI), Z1
	MOVQ      DX, R9
	MOVQ      R8, R10
	KEY(VPADDQ)

encryptRound:
	FORWARD
	KEY(VPXORQ)
	DECQ R10
	JNZ  encryptRound

	FORWARD
	KEY(VPADDQ)
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	ADDQ      $128, SI
	ADDQ      $128, DI
	DECQ      CX
	JNZ       encryptPair
	VZEROUPPER
	RET

// func decryptWide(dst, src *byte, pairs int, keys *uint64, rounds int, w *Wide, shift *[64]byte)
TEXT ·decryptWide(SB), NOSPLIT, $0-56
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ pairs+16(FP), CX
	MOVQ keys+24(FP), DX
	MOVQ rounds+32(FP), R8
	MOVQ w+40(FP), AX
	MOVQ shift+48(FP), BX
	SETUP
	DECQ R8

decryptPair:
	VMOVDQU64 (SI), Z0
	VMOVDQU64 64(SI), Z1
	MOVQ      DX, R9
	MOVQ      R8, R10
	KEY(VPSUBQ)
	MIX(Z0, Z8, Z9, Z10)
	MIX(Z1, Z11, Z12, Z13)

decryptRound:
	BACKWARD
	KEY(VPXORQ)
	DECQ R10
	JNZ  decryptRound

	SUBSTITUTE
	SHIFT
	KEY(VPSUBQ)
	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	ADDQ      $128, SI
	ADDQ      $128, DI
	DECQ      CX
	JNZ       decryptPair
	VZEROUPPER
	RET

// func permuteWide(s *[16]uint64, constants *uint64, rounds int, w *Wide, shift *[64]byte)
TEXT ·permuteWide(SB), NOSPLIT, $0-40
	MOVQ s+0(FP), DI
	MOVQ constants+8(FP), R9
	MOVQ rounds+16(FP), R8
	MOVQ w+24(FP), AX
	MOVQ shift+32(FP), BX
	SETUP
	VMOVDQU64 (DI), Z0
	VMOVDQU64 64(DI), Z1

permuteRound:
	VPXORQ (R9), Z0, Z0
	VPADDQ 64(R9), Z1, Z1
	FORWARD
	ADDQ   $128, R9
	DECQ   R8
	JNZ    permuteRound

	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	VZEROUPPER
	RET

// FORWARD16 is a round of one state of sixteen columns in Z0 and Z1, whose rows move from one register to the other: R11
// points to the places they come from.
#define FORWARD16 \
	SUBSTITUTE                  \
	VMOVDQU64 (R11), Z4         \
	VMOVDQU64 64(R11), Z5       \
	VPERMI2B  Z1, Z0, Z4        \
	VPERMI2B  Z1, Z0, Z5        \
	VMOVDQA64 Z4, Z0            \
	VMOVDQA64 Z5, Z1            \
	MIXFORWARD(Z0, Z8, Z9, Z10) \
	MIXFORWARD(Z1, Z11, Z12, Z13)

// EXCHANGE exchanges the state at hand for the one in Z14 and Z15.
#define EXCHANGE \
	VMOVDQA64 Z0, Z2  \
	VMOVDQA64 Z1, Z3  \
	VMOVDQA64 Z14, Z0 \
	VMOVDQA64 Z15, Z1 \
	VMOVDQA64 Z2, Z14 \
	VMOVDQA64 Z3, Z15

// func permuteWide16(s *[32]uint64, constants *uint64, rounds int, w *Wide, shift *[128]byte)
TEXT ·permuteWide16(SB), NOSPLIT, $0-40
	MOVQ s+0(FP), DI
	MOVQ constants+8(FP), R9
	MOVQ rounds+16(FP), R8
	MOVQ w+24(FP), AX
	MOVQ shift+32(FP), BX
	MOVQ BX, R11
	SETUP
	VMOVDQU64 (DI), Z0
	VMOVDQU64 64(DI), Z1
	VMOVDQU64 128(DI), Z14
	VMOVDQU64 192(DI), Z15

permuteRound16:
	VPXORQ (R9), Z0, Z0
	VPXORQ 64(R9), Z1, Z1
	FORWARD16
	EXCHANGE
	VPADDQ 128(R9), Z0, Z0
	VPADDQ 192(R9), Z1, Z1
	FORWARD16
	EXCHANGE
	ADDQ   $256, R9
	DECQ   R8
	JNZ    permuteRound16

	VMOVDQU64 Z0, (DI)
	VMOVDQU64 Z1, 64(DI)
	VMOVDQU64 Z14, 128(DI)
	VMOVDQU64 Z15, 192(DI)
	VZEROUPPER
	RET
