// Package keystore opens and writes the containers in which signing keys are handed
// out: PKCS#12 (.pfx, .p12), PKCS#8 plain and encrypted, the proprietary Key-6.dat of
// the Ukrainian provider ІІТ, Java's JKS, and the PEM forms of EC and RSA keys.
//
// Most programs need [Open] alone. It recognises a container by its content, never
// by a file name, checks whatever integrity protection the form has, and returns the
// keys with the certificates which belong to them. [OpenJKS] takes two passwords, where
// a Java key store and its keys have different ones. [EncodePFX] and [EncodePKCS8]
// write DSTU 4145 keys in the form which Ukrainian libraries read, and EC and RSA
// keys in the form which everybody else reads.
//
// A container is input from outside even when it is one's own: its size, nesting,
// number of entries and the work its password derivation may ask for are bounded.
// Errors never quote what was in the container. Buffers which held a password's
// derivative or a private key in the clear are overwritten before return, as far as
// Go permits: the standard library keeps copies of its own.
package keystore
