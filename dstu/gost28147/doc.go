// Package gost28147 implements the block cipher ДСТУ ГОСТ 28147:2009 with the substitution blocks used in Ukraine.
//
// Most users want none of it: the hash is in package gost34311, signatures are in dstu4145. It is here for what still
// arrives encrypted with it: enveloped data and key containers ([NewCipher] with [NewCFBDecrypter] or [NewECBDecrypter], [UnwrapKey]), and
// for [ParseDKE], which reads the substitution block in a certificate's key parameters. New systems should encrypt
// with an AEAD; none of the modes here protects integrity except the key wrap.
//
// The rounds look tables up by secret data and are not constant-time with respect to the processor's caches. On amd64 with
// AVX2, groups of eight blocks in ECB, gamma and CFB decryption are: there the substitution stays in registers.
package gost28147
