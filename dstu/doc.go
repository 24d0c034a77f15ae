// Package dstu is the root of the Ukrainian cryptography: it has no code of its own.
//
//   - dstu4145: signatures, ДСТУ 4145-2002, on the standard curves.
//   - gost34311: the hash ГОСТ 34.311-95, which most of these signatures are made over.
//   - kupyna: the hash ДСТУ 7564:2014, which newer ones are made over.
//   - kalyna: the block cipher ДСТУ 7624:2014, which newer enveloped data is encrypted with.
//   - gost28147: the block cipher ДСТУ ГОСТ 28147:2009 and the substitution blocks (DKE) of the hash.
//   - gf2m: the binary fields under the curves.
//   - vectors: published and computed test vectors with their origin, for anybody's tests.
//
// Those who verify documents want package cms; these packages check numbers, not certificates.
package dstu
