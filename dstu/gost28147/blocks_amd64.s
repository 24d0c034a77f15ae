//go:build !purego

#include "textflag.h"

// The low nibble of every byte.
DATA ·lowNibbles<>+0(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA ·lowNibbles<>+8(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA ·lowNibbles<>+16(SB)/8, $0x0f0f0f0f0f0f0f0f
DATA ·lowNibbles<>+24(SB)/8, $0x0f0f0f0f0f0f0f0f
GLOBL ·lowNibbles<>(SB), RODATA|NOPTR, $32

// All bytes of a double word but one have the high bit, at which VPSHUFB puts a zero.
DATA ·only0<>+0(SB)/8, $0x8080800080808000
DATA ·only0<>+8(SB)/8, $0x8080800080808000
DATA ·only0<>+16(SB)/8, $0x8080800080808000
DATA ·only0<>+24(SB)/8, $0x8080800080808000
GLOBL ·only0<>(SB), RODATA|NOPTR, $32
DATA ·only1<>+0(SB)/8, $0x8080008080800080
DATA ·only1<>+8(SB)/8, $0x8080008080800080
DATA ·only1<>+16(SB)/8, $0x8080008080800080
DATA ·only1<>+24(SB)/8, $0x8080008080800080
GLOBL ·only1<>(SB), RODATA|NOPTR, $32
DATA ·only2<>+0(SB)/8, $0x8000808080008080
DATA ·only2<>+8(SB)/8, $0x8000808080008080
DATA ·only2<>+16(SB)/8, $0x8000808080008080
DATA ·only2<>+24(SB)/8, $0x8000808080008080
GLOBL ·only2<>(SB), RODATA|NOPTR, $32
DATA ·only3<>+0(SB)/8, $0x0080808000808080
DATA ·only3<>+8(SB)/8, $0x0080808000808080
DATA ·only3<>+16(SB)/8, $0x0080808000808080
DATA ·only3<>+24(SB)/8, $0x0080808000808080
GLOBL ·only3<>(SB), RODATA|NOPTR, $32

// LOOKUP substitutes the two nibbles of one byte in every double word: indexes in Y2 (low) and Y3 (high).
#define LOOKUP(only, lowBox, highBox, out, temporary) \
	VPOR    only<>(SB), Y2, out       \
	VPOR    only<>(SB), Y3, temporary \
	VPSHUFB out, lowBox, out          \
	VPSHUFB temporary, highBox, temporary \
	VPOR    temporary, out, out

// ROUND adds the key word at offset to from, substitutes, turns by 11 bits and adds the result to to bit by bit.
#define ROUND(offset, from, to) \
	VPBROADCASTD offset(R8), Y2   \
	VPADDD       from, Y2, Y2     \
	VPSRLD       $4, Y2, Y3       \
	VPAND        ·lowNibbles<>(SB), Y2, Y2 \
	VPAND        ·lowNibbles<>(SB), Y3, Y3 \
	LOOKUP(·only0, Y8, Y9, Y4, Y5) \
	LOOKUP(·only1, Y10, Y11, Y6, Y7) \
	VPOR         Y6, Y4, Y4       \
	LOOKUP(·only2, Y12, Y13, Y5, Y7) \
	LOOKUP(·only3, Y14, Y15, Y6, Y7) \
	VPOR         Y6, Y5, Y5       \
	VPOR         Y5, Y4, Y4       \
	VPSLLD       $11, Y4, Y5      \
	VPSRLD       $21, Y4, Y4      \
	VPXOR        Y5, to, to       \
	VPXOR        Y4, to, to

// func cryptGroups(dst, src *byte, n int, keys *schedule, boxes *Nibbles)
TEXT ·cryptGroups(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ keys+24(FP), DX
	MOVQ boxes+32(FP), AX
	VBROADCASTI128 0(AX), Y8
	VBROADCASTI128 16(AX), Y9
	VBROADCASTI128 32(AX), Y10
	VBROADCASTI128 48(AX), Y11
	VBROADCASTI128 64(AX), Y12
	VBROADCASTI128 80(AX), Y13
	VBROADCASTI128 96(AX), Y14
	VBROADCASTI128 112(AX), Y15
	TESTQ CX, CX
	JZ   done

groups:
	// Eight blocks part into their first and second halves.
	VMOVDQU (SI), Y2
	VMOVDQU 32(SI), Y3
	VSHUFPS $0x88, Y3, Y2, Y0
	VSHUFPS $0xdd, Y3, Y2, Y1
	MOVQ    DX, R8
	MOVQ    $8, R9

rounds:
	ROUND(0, Y0, Y1)
	ROUND(4, Y1, Y0)
	ROUND(8, Y0, Y1)
	ROUND(12, Y1, Y0)
	ADDQ $16, R8
	DECQ R9
	JNZ  rounds

	// The halves leave exchanged.
	VUNPCKLPS Y0, Y1, Y2
	VUNPCKHPS Y0, Y1, Y3
	VMOVDQU   Y2, (DI)
	VMOVDQU   Y3, 32(DI)
	ADDQ      $64, SI
	ADDQ      $64, DI
	DECQ      CX
	JNZ       groups

done:
	VZEROUPPER
	RET
