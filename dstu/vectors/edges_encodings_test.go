package vectors_test

import (
	"encoding/asn1"
	"math/big"
	"slices"
)

// encodings are other forms of good signatures.
func (b *builder) encodings() {
	c := b.c
	half := c.orderBytes()
	digest := b.random(32)
	r, s := b.good(digest)
	sig := b.join(r, s)
	back := func(x []byte) []byte {
		x = slices.Clone(x)
		slices.Reverse(x)
		return x
	}
	join := slices.Concat[[]byte]
	b.expect(valid, "the signature the next tests change", digest, sig, "Normal")
	sequence, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
	if err != nil {
		b.t.Error(err)
	}
	octets, err := asn1.Marshal(sig)
	if err != nil {
		b.t.Error(err)
	}
	for _, e := range []struct {
		comment string
		sig     []byte
		flag    string
	}{
		{"halves exchanged", join(sig[half:], sig[:half]), "Encoding"},
		{"both halves big-endian", join(back(sig[:half]), back(sig[half:])), "Encoding"},
		{"big-endian as a whole", back(sig), "Encoding"},
		{"r big-endian", join(back(sig[:half]), sig[half:]), "Encoding"},
		{"SEQUENCE of two INTEGER", sequence, "Encoding"},
		{"OCTET STRING around it", octets, "Encoding"},
		{"BIT STRING around it", join([]byte{3, byte(len(sig) + 1), 0}, sig), "Encoding"},
		{"length before it", join([]byte{byte(len(sig))}, sig), "Encoding"},
		{"empty", nil, "Length"},
		{"one byte", sig[:1], "Length"},
		{"r alone", sig[:half], "Length"},
		{"last byte missing", sig[:2*half-1], "Length"},
		{"first byte missing", sig[1:], "Length"},
		{"a byte missing in each half", join(sig[:half-1], sig[half:2*half-1]), "Length"},
		{"zero byte at the end", join(sig, []byte{0}), "Length"},
		{"zero byte at the beginning", join([]byte{0}, sig), "Length"},
		{"zero byte after each half", join(sig[:half], []byte{0}, sig[half:], []byte{0}), "Length"},
		{"eight zero bytes after each half", join(sig[:half], make([]byte, 8), sig[half:], make([]byte, 8)), "Length"},
		{"two zero bytes at the end", join(sig, []byte{0, 0}), "Length"},
		{"twice", join(sig, sig), "Length"},
		{"zero bytes of the length of a signature before it", join(make([]byte, 2*half), sig), "Length"},
	} {
		b.expect(invalid, e.comment, digest, e.sig, e.flag)
	}
	if fieldSize := c.fieldBytes(); fieldSize != half {
		b.expect(invalid, "halves as long as a field element", digest, join(little(r, fieldSize), little(s, fieldSize)), "Length")
	}
	// Zeros at the ends of the numbers stay.
	short := low(b.below(c.n), c.orderBits()-20)
	b.fit("high bytes of r are zero", short, b.below(c.n), "Length")
	b.fit("high bytes of s are zero", low(b.below(c.n), c.orderBits()-1), short, "Length")
	digest = b.digest(b.whole(short), b.result(short, short).x)
	sig = b.join(short, short)
	b.expect(valid, "high bytes of r and s are zero", digest, sig, "Length")
	b.expect(invalid, "high zero bytes of r and s left out", digest, join(sig[:half-1], sig[half:2*half-1]), "Length")
	b.expect(invalid, "high zero byte of s left out", digest, sig[:2*half-1], "Length")
	shifted := new(big.Int).Lsh(short, 16)
	b.fit("low bytes of r and s are zero", low(shifted, c.orderBits()-1), low(shifted, c.orderBits()-1), "Length")
}

// mistakes are signatures by rules near those of the standard.
func (b *builder) mistakes() {
	c := b.c
	digest := b.random(32)
	h := c.hash(digest)
	k := b.below(c.n)
	x := c.p.times(k).x
	r := c.truncate(c.f.mul(h, x))
	combine := func(sign int64, r *big.Int) *big.Int {
		s := new(big.Int).Mul(b.d, r)
		s.Mul(s, num(sign)).Add(s, k)
		return s.Mod(s, c.n)
	}
	b.expect(valid, "s = k + d·r", digest, b.join(r, combine(1, r)), "Normal")
	b.expect(invalid, "s = k − d·r", digest, b.join(r, combine(-1, r)), "WrongSign")
	s := combine(1, r)
	b.expect(invalid, "s = −k − d·r", digest, b.join(r, new(big.Int).Sub(c.n, s)), "WrongSign", "Malleable")
	plain := c.truncate(x)
	b.expect(invalid, "r = ρ(x), without the digest", digest, b.join(plain, combine(1, plain)), "OtherAlgorithm")
	sum := c.truncate(c.f.add(h, x))
	b.expect(invalid, "r = ρ(h + x)", digest, b.join(sum, combine(1, sum)), "OtherAlgorithm")
	ofY := c.truncate(c.f.mul(h, c.p.times(k).y))
	b.expect(invalid, "r = ρ(h·y)", digest, b.join(ofY, combine(1, ofY)), "OtherAlgorithm")
	reduced := new(big.Int).Mod(c.f.integer(c.f.mul(h, x)), c.n)
	if reduced.Cmp(r) != 0 {
		b.expect(invalid, "r reduced modulo n", digest, b.join(reduced, combine(1, reduced)), "Truncation")
	}
	// ECDSA: s = (e + d·r)/k.
	er := new(big.Int).Mod(c.f.integer(x), c.n)
	es := new(big.Int).Mul(b.d, er)
	es.Add(es, number(digest)).Mul(es, new(big.Int).ModInverse(k, c.n)).Mod(es, c.n)
	b.expect(invalid, "ECDSA", digest, b.join(er, es), "OtherAlgorithm")
	// GOST R 34.10: s = r·d + k·e.
	gs := new(big.Int).Mul(k, number(digest))
	gs.Add(gs, new(big.Int).Mul(er, b.d)).Mod(gs, c.n)
	b.expect(invalid, "GOST R 34.10", digest, b.join(er, gs), "OtherAlgorithm")
	if c.f.gamma != nil {
		b.otherBasis(digest, k)
	}
}

// otherBasis computes as if bit i of an integer stood for θ^(2^i), the other order of the normal basis.
func (b *builder) otherBasis(digest []byte, k *big.Int) {
	c := b.c
	mirrored := func(v *big.Int) *big.Int {
		out := new(big.Int)
		for i := range c.M {
			out.SetBit(out, c.M-1-i, v.Bit(i))
		}
		return out
	}
	x := c.p.times(k).x
	h := c.f.element(mirrored(low(number(digest), c.M)))
	r := c.truncate(c.f.mul(h, x))
	s := new(big.Int).Mul(b.d, r)
	b.expect(invalid, "the digest read in the other order of the basis", digest, b.join(r, s.Add(s, k).Mod(s, c.n)), "WrongBasis")
	r = low(mirrored(c.f.integer(c.f.mul(c.hash(digest), x))), c.orderBits()-1)
	s = new(big.Int).Mul(b.d, r)
	b.expect(invalid, "r written in the other order of the basis", digest, b.join(r, s.Add(s, k).Mod(s, c.n)), "WrongBasis")
}
