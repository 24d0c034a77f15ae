// Package gf2m implements the binary fields GF(2^m) in polynomial basis under the curves of ДСТУ 4145-2002.
//
// Most users want package dstu4145 and should not be here.
//
// An [Element] is a value; it does not know its field, which is the first argument of everything that reduces. Results
// go into the receiver, which may be the same variable as any argument.
//
// A [Point] is a point of a curve over the field in λ-coordinates; it is here because its operations are assembly too.
//
// All implementations have the same results. Assembly with the carry-less multiplication of the processor is taken if
// it has that instruction (amd64, and arm64 with Linux or macOS), and whole point operations in the registers of AVX-512
// where they are; the build tag purego leaves both out, and [Field.Portable] gives a field that does not use them.
//
// No instruction and no memory access depends on the value of an element, so the same code serves secrets and public
// data; only [Public], for public elements, is different. Portable multiplication is made of integer multiplications,
// taken to run in constant time as on all 64-bit processors in servers; on 32-bit targets that is the compiler's and the
// processor's affair. It is also the quickest portable way measured: a comb with tables took longer.
package gf2m
