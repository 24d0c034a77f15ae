package keystore

import (
	"encoding/binary"
	"hash"
	"unicode/utf16"
	"unicode/utf8"
)

// Purposes of a derived key (RFC 7292, appendix B.3).
const (
	kdfKey byte = 1
	kdfIV  byte = 2
	kdfMAC byte = 3
)

// pkcs12KDF derives size bytes from a password (RFC 7292, appendix B.2). The password
// is a BMPString with its two zero bytes.
func pkcs12KDF(newHash func() hash.Hash, purpose byte, password, salt []byte, iterations, size int) []byte {
	h := newHash()
	v := h.BlockSize()
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = purpose
	}
	in := append(repeatTo(salt, v), repeatTo(password, v)...)
	defer clear(in)
	out := make([]byte, 0, size+h.Size())
	a := make([]byte, 0, h.Size())
	defer clear(a[:cap(a)])
	b := make([]byte, v)
	defer clear(b)
	for len(out) < size {
		h.Reset()
		h.Write(diversifier)
		h.Write(in)
		a = h.Sum(a[:0])
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		out = append(out, a...)
		for i := range b {
			b[i] = a[i%len(a)]
		}
		for block := in; len(block) > 0; block = block[v:] {
			addPlusOne(block[:v], b)
		}
	}
	clear(out[size:])
	return out[:size]
}

// repeatTo repeats p up to the next multiple of v bytes; nothing stays nothing.
func repeatTo(p []byte, v int) []byte {
	out := make([]byte, (len(p)+v-1)/v*v)
	for i := range out {
		out[i] = p[i%len(p)]
	}
	return out
}

// addPlusOne sets x to x + y + 1 modulo 2^(8·len(x)), big-endian.
func addPlusOne(x, y []byte) {
	carry := uint(1)
	for i := len(x) - 1; i >= 0; i-- {
		carry += uint(x[i]) + uint(y[i])
		x[i] = byte(carry & 0xff)
		carry >>= 8
	}
}

// textPasswords returns the forms in which a password may have entered a PKCS#12
// derivation, the standard one first: a BMPString with two zero bytes (RFC 7292,
// appendix B.1). Software that does not convert takes every byte for a character,
// which differs outside ASCII; and an empty password is written with the zero bytes
// or without.
func textPasswords(password []byte) [][]byte {
	if len(password) == 0 {
		return [][]byte{{0, 0}, {}}
	}
	plain := make([]byte, 0, 2*len(password)+2)
	ascii := true
	for _, c := range password {
		plain = append(plain, 0, c)
		ascii = ascii && c < utf8.RuneSelf
	}
	plain = append(plain, 0, 0)
	if ascii || !utf8.Valid(password) {
		return [][]byte{plain}
	}
	return [][]byte{append(utf16BE(password), 0, 0), plain}
}

// utf16BE converts UTF-8 to UTF-16, big-endian. PKCS#12 says BMPString, which has no
// characters beyond the first plane; like others, surrogate pairs are written for them.
func utf16BE(text []byte) []byte {
	out := make([]byte, 0, 2*len(text)+2)
	var units [2]uint16
	defer clear(units[:])
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		for _, u := range utf16.AppendRune(units[:0], r) {
			out = binary.BigEndian.AppendUint16(out, u)
		}
	}
	return out
}

// decodeUTF16BE converts a BMPString to UTF-8.
func decodeUTF16BE(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units)), true
}
