package gost34311_test

import (
	"math/big"

	"github.com/dovidka/dovidka/dstu/gost28147"
)

// reference is GOST 34.311 as the standard words it, on 256-bit numbers and bit by bit, with the block cipher of
// package gost28147. It shares no code with the package under test.
func reference(message []byte) [32]byte {
	mod := new(big.Int).Lsh(big.NewInt(1), 256)
	h, checksum := new(big.Int), new(big.Int)
	length := big.NewInt(int64(8 * len(message)))
	for rest := message; len(rest) > 0; {
		n := min(32, len(rest))
		m := little(rest[:n])
		rest = rest[n:]
		h = step(h, m)
		checksum.Add(checksum, m).Mod(checksum, mod)
	}
	h = step(h, length)
	h = step(h, checksum)
	var out [32]byte
	for i, b := range h.FillBytes(make([]byte, 32)) {
		out[31-i] = b
	}
	return out
}

func little(b []byte) *big.Int {
	v := new(big.Int)
	for i, x := range b {
		v.Or(v, new(big.Int).Lsh(big.NewInt(int64(x)), uint(8*i)))
	}
	return v
}

// part is bits [from, from+count) of v.
func part(v *big.Int, from, count uint) *big.Int {
	mask := new(big.Int).Lsh(big.NewInt(1), count)
	mask.Sub(mask, big.NewInt(1))
	return mask.And(mask, new(big.Int).Rsh(v, from))
}

func xor(values ...*big.Int) *big.Int {
	z := new(big.Int)
	for _, v := range values {
		z.Xor(z, v)
	}
	return z
}

// join concatenates parts of the given width, the first being the least significant.
func join(width uint, parts ...*big.Int) *big.Int {
	z := new(big.Int)
	for i, p := range parts {
		z.Or(z, new(big.Int).Lsh(p, width*uint(i)))
	}
	return z
}

func transformA(y *big.Int) *big.Int {
	y1, y2, y3, y4 := part(y, 0, 64), part(y, 64, 64), part(y, 128, 64), part(y, 192, 64)
	return join(64, y2, y3, y4, xor(y1, y2))
}

func transformP(w *big.Int) *big.Int {
	parts := make([]*big.Int, 32)
	for i := range 4 {
		for k := 1; k <= 8; k++ {
			parts[i+1+4*(k-1)-1] = part(w, uint(8*(8*i+k-1)), 8)
		}
	}
	return join(8, parts...)
}

func transformPsi(y *big.Int) *big.Int {
	cell := func(i uint) *big.Int { return part(y, 16*(i-1), 16) }
	top := xor(cell(1), cell(2), cell(3), cell(4), cell(13), cell(16))
	return new(big.Int).Or(new(big.Int).Rsh(y, 16), top.Lsh(top, 240))
}

func step(h, m *big.Int) *big.Int {
	c3, _ := new(big.Int).SetString("ff00ffff000000ffff0000ff00ffff0000ff00ff00ff00ffff00ff00ff00ff00", 16)
	u, v := h, m
	keys := []*big.Int{transformP(xor(u, v))}
	for j := 2; j <= 4; j++ {
		u = transformA(u)
		if j == 3 {
			u = xor(u, c3)
		}
		v = transformA(transformA(v))
		keys = append(keys, transformP(xor(u, v)))
	}
	parts := make([]*big.Int, 4)
	for i, k := range keys {
		var key [32]byte
		for j, b := range k.FillBytes(make([]byte, 32)) {
			key[31-j] = b
		}
		block, err := gost28147.NewCipher(key[:], nil)
		if err != nil {
			panic(err) // the key has the right length
		}
		var in, out [8]byte
		for j, b := range part(h, uint(64*i), 64).FillBytes(make([]byte, 8)) {
			in[7-j] = b
		}
		block.Encrypt(out[:], in[:])
		parts[i] = little(out[:])
	}
	s := join(64, parts...)
	for range 12 {
		s = transformPsi(s)
	}
	s = transformPsi(xor(s, m))
	s = xor(s, h)
	for range 61 {
		s = transformPsi(s)
	}
	return s
}
