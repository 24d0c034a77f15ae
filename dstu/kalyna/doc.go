// Package kalyna implements the block cipher Калина, ДСТУ 7624:2014, and its modes.
//
// Most users want none of it: enveloped data is opened and made by package cms, which calls [NewCipher] with blocks and
// keys of 256 bits, [NewCFBDecrypter] and [UnwrapKey]. CBC (clause 10) is [crypto/cipher.NewCBCEncrypter] over a
// cipher from here. CFB, CTR, OFB and CBC protect no integrity.
//
// The rounds look tables up by secret data and are not constant-time with respect to the processor's caches, like
// every table implementation of this cipher.
package kalyna
