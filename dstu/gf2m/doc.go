// Package gf2m implements the binary fields GF(2^m) in polynomial basis under the curves of ДСТУ 4145-2002.
//
// Most users want package dstu4145 and should not be here.
//
// An [Element] is a value; it does not know its field, which is the first argument of everything that reduces. Results
// go into the receiver, which may be the same variable as any argument. There are two multiplications: [Element.Mul],
// quick, whose table look-ups depend on its arguments, for public data; and [Element.MulSecret], whose memory accesses
// and instructions do not depend on them. Everything else, except what says otherwise, is independent of the data.
package gf2m
