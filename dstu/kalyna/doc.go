// Package kalyna implements the block cipher Калина, ДСТУ 7624:2014, and its modes.
//
// Most users want none of it: encrypted documents are opened and made by package cms/enveloped, which needs [NewCipher]
// with blocks and keys of 256 bits, [NewCFBDecrypter] and [UnwrapKey]. Those who design something new take [NewCCM]; CFB, CTR, OFB, CBC
// and XTS protect no integrity, and GCM not that of its nonce. The modes of the standard are, by clause:
//
//   - ECB (6): [NewECBEncrypter], and the cipher itself for single blocks.
//   - CTR (7): [NewCTR], CFB (8): [NewCFBEncrypter], OFB (11): [NewOFB].
//   - CBC (10): [crypto/cipher.NewCBCEncrypter] over a cipher from here.
//   - CMAC (9): [NewCMAC], GMAC and GCM (12): [NewGMAC] and [NewGCM], CCM (13): [NewCCM].
//   - XTS (14): [EncryptXTS], key wrap (15): [Wrap]. The key wrap of enveloped data is another: [WrapKey].
//
// The rounds look tables up by secret data, and GMAC and GCM multiply by them: neither is constant-time with respect to
// the processor's caches. On amd64 with GFNI and AVX-512 VBMI, groups of 128 bytes in ECB, CTR, CFB decryption and the
// encryption of GCM and CCM are: there the substitution stays in registers. Keys are set up, single blocks and the modes
// which chain them run through tables everywhere. Codes are compared in constant time.
package kalyna
