// Package dstu4145 implements the signature of ДСТУ 4145-2002 over the standard elliptic curves of characteristic two,
// the algorithm of Ukrainian qualified signatures.
//
// Most users want package cms, which verifies documents. Those who have a public key and a digest call [ParsePublicKey]
// with a curve from [M257] or [CurveByOID], then [Verify]. Signing is [PrivateKey.Sign], which fits [crypto.Signer].
// The digest comes from package gost34311 or kupyna.
//
// Verification uses public data and takes the quickest way. Computations with private keys and secret numbers take no
// branch and access no memory that depends on the secret, which make constant-time checks (docs/constant-time.md tells the
// exceptions); Go gives no promise about the copies its runtime makes.
//
// A curve makes its tables when it is first used and keeps them: 0.4 MB for m = 257, 0.8 MB for m = 431. A public key that
// comes back gets 4 KB of its own. Where the processor multiplies without carry, field arithmetic is assembly; see package
// gf2m.
//
// All encodings are little-endian, as certificates have them; [ParsePublicKeyBE] and [VerifyBE] read the big-endian form
// of old ones.
package dstu4145
