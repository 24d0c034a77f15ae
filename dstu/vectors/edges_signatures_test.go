package vectors_test

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/dovidka/dovidka/dstu/vectors"
)

const (
	valid      = vectors.Valid
	invalid    = vectors.Invalid
	acceptable = vectors.Acceptable
)

func num(v int64) *big.Int { return big.NewInt(v) }

func power(i int) *big.Int { return new(big.Int).Lsh(num(1), uint(i)) }

func plus(v *big.Int, d int64) *big.Int { return new(big.Int).Add(v, num(d)) }

// signatures makes all tests of a curve.
func (b *builder) signatures() {
	n := b.c.n
	b.group(b.below(n))
	b.normal()
	b.ends()
	b.hashes()
	b.ranges()
	b.infinity()
	b.encodings()
	b.mistakes()
	for _, d := range b.specialKeys() {
		b.group(d)
		b.special()
	}
	for _, v := range b.published {
		if v.Curve == b.c.Name {
			b.group(&v.D.Int)
			b.expect(valid, v.Source, v.Hash, v.Signature, "Published")
		}
	}
}

// good is a signature of a digest by the key of the group, or by another one.
func (b *builder) good(digest []byte) (r, s *big.Int) {
	return b.c.sign(b.d, b.below(b.c.n), b.c.hash(digest))
}

func (b *builder) normal() {
	for _, size := range []int{32, 48, 64} {
		digest := b.random(size)
		r, s := b.good(digest)
		b.expect(valid, fmt.Sprintf("digest of %d bytes", size), digest, b.join(r, s), "Normal")
		for _, bit := range []int{0, b.c.orderBits() - 2, 8 * b.c.orderBytes(), 8*b.c.orderBytes() + b.c.orderBits() - 3} {
			sig := b.join(r, s)
			sig[bit/8] ^= 1 << (bit % 8)
			b.expect(invalid, fmt.Sprintf("bit %d of the signature changed", bit), digest, sig, "Modified")
		}
		for _, bit := range []int{0, min(b.c.M, 8*size) - 1} {
			changed := slices.Clone(digest)
			changed[bit/8] ^= 1 << (bit % 8)
			b.expect(invalid, fmt.Sprintf("bit %d of the digest changed", bit), changed, b.join(r, s), "Modified")
		}
	}
	digest := b.random(32)
	for _, k := range []*big.Int{num(1), num(2), num(3), num(4), num(31), num(32), plus(b.c.n, -1), plus(b.c.n, -2), plus(b.c.n, -3), plus(b.c.n, -32),
		power(64), power(b.c.orderBits() - 2), plus(power(b.c.orderBits()-2), -1)} {
		r, s := b.c.sign(b.d, k, b.c.hash(digest))
		b.expect(valid, fmt.Sprintf("k = %x", k), digest, b.join(r, s), "SpecialNonce")
	}
	other := b.below(b.c.n)
	r, s := b.c.sign(other, b.below(b.c.n), b.c.hash(digest))
	b.expect(invalid, "by another key", digest, b.join(r, s), "WrongKey")
}

// ends puts r and s to the ends of their ranges.
func (b *builder) ends() {
	n, length := b.c.n, b.c.orderBits()
	top := plus(power(length-1), -1) // the largest r there is, below n
	some := func() *big.Int { return low(b.below(n), length-1) }
	for _, r := range []*big.Int{num(1), num(2), num(3), num(255), num(256), plus(power(64), -1), power(64), plus(power(64), 1), power(128), power(length - 2),
		plus(power(length-2), -1), plus(top, -1), top, low(n, length-1)} {
		if r.Sign() > 0 {
			b.fit(fmt.Sprintf("r = %x", r), r, b.below(n), "SmallOrLargeRS")
		}
	}
	for _, s := range []*big.Int{num(1), num(2), num(3), num(255), num(256), plus(power(64), -1), power(64), plus(power(64), 1), power(128), power(length - 1),
		plus(power(length-1), -1), new(big.Int).Rsh(n, 1), plus(new(big.Int).Rsh(n, 1), 1), plus(n, -1), plus(n, -2), plus(n, -3)} {
		if s.Cmp(n) < 0 {
			b.fit(fmt.Sprintf("s = %x", s), some(), s, "SmallOrLargeRS")
		}
	}
	for _, pair := range [][2]*big.Int{{num(1), num(1)}, {num(1), plus(n, -1)}, {top, plus(n, -1)}, {top, num(1)}, {top, top}, {num(2), num(1)}, {num(1), num(2)}} {
		b.fit(fmt.Sprintf("r = %x, s = %x", pair[0], pair[1]), pair[0], pair[1], "SmallOrLargeRS")
	}
	r := some()
	b.fit("s = r", r, r, "SmallOrLargeRS")
	b.fit("s = n − r", r, new(big.Int).Sub(n, r), "SmallOrLargeRS")
	stripes := low(new(big.Int).SetBytes(slices.Repeat([]byte{0x55}, 60)), length-1)
	b.fit("every other bit set", stripes, stripes, "SmallOrLargeRS")
	b.fit("alternating words", low(new(big.Int).SetBytes(slices.Repeat([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}, 4)), length-1),
		some(), "SmallOrLargeRS")
}

// hashes are digests at their ends.
func (b *builder) hashes() {
	c := b.c
	one := c.f.one()
	for _, size := range []int{32, 48, 64} {
		zero := make([]byte, size)
		r, s := c.sign(b.d, b.below(c.n), one)
		b.expect(valid, fmt.Sprintf("digest of %d zero bytes", size), zero, b.join(r, s), "ZeroHash")
		if 8*size > c.M {
			b.expect(valid, fmt.Sprintf("digest of %d bytes, zero below 2^m", size), b.padded(num(0), size), b.join(r, s), "ZeroHash", "HashTruncation")
		}
		if v := c.f.integer(one); v.BitLen() <= 8*size {
			b.expect(valid, "the same signature of the element 1", b.padded(v, size), b.join(r, s), "ZeroHash")
		}
		full := slices.Repeat([]byte{0xff}, size)
		r, s = b.good(full)
		b.expect(valid, fmt.Sprintf("digest of %d bytes, all bits set", size), full, b.join(r, s), "HashTruncation")
		if bit := c.M - 1; bit < 8*size {
			digest := little(power(bit), size)
			r, s = b.good(digest)
			b.expect(valid, fmt.Sprintf("digest of %d bytes, the highest bit of the field alone", size), digest, b.join(r, s), "HashTruncation")
		}
		digest := little(power(8*size-1), size)
		r, s = b.good(digest)
		b.expect(valid, fmt.Sprintf("digest of %d bytes, the last bit alone", size), digest, b.join(r, s), "HashTruncation")
		digest = little(num(1), size)
		r, s = b.good(digest)
		b.expect(valid, fmt.Sprintf("digest of %d bytes, 1", size), digest, b.join(r, s), "HashTruncation")
		if c.f.gamma == nil {
			b.expect(valid, "the same signature of 0", make([]byte, size), b.join(r, s), "ZeroHash")
		} else { // the integer 1 is another element than 1
			b.expect(invalid, "the same signature of 0", make([]byte, size), b.join(r, s), "ZeroHash", "WrongBasis")
		}
	}
	b.longHashes()
}

// longHashes are of more bits than the field, or were read in the wrong way.
func (b *builder) longHashes() {
	c := b.c
	digest := b.random(64)
	for _, bit := range []int{0, c.orderBits() - 1, c.M - 1, c.M, 511} { // so that every misreading makes a difference
		digest[bit/8] |= 1 << (bit % 8)
	}
	r, s := b.good(digest)
	b.expect(valid, "digest of 64 bytes", digest, b.join(r, s), "HashTruncation")
	same := b.padded(low(number(digest), c.M), 64)
	b.expect(valid, "the same signature, other bits beyond the field", same, b.join(r, s), "HashTruncation")

	wrong := func(comment string, h element, flags ...string) {
		r, s := c.sign(b.d, b.below(c.n), h)
		b.expect(invalid, comment, digest, b.join(r, s), flags...)
	}
	v := number(digest)
	wrong("the high bits of the digest kept", c.f.element(new(big.Int).Rsh(v, uint(512-c.M))), "HashInterpreted")
	reversed := slices.Clone(digest)
	slices.Reverse(reversed)
	wrong("the digest read big-endian", c.hash(reversed), "HashInterpreted")
	wrong("the high bits of the digest read big-endian", c.f.element(new(big.Int).Rsh(number(reversed), uint(512-c.M))), "HashInterpreted")
	wrong("the digest modulo n", c.f.element(new(big.Int).Mod(v, c.n)), "HashInterpreted")
	wrong("the low L(n)−1 bits of the digest", c.f.element(low(v, c.orderBits()-1)), "HashInterpreted")
	if c.f.gamma == nil { // the remainder of the polynomial
		f := c.f
		h := f.blank()
		for i := 511; i >= 0; i-- {
			h = f.mul(h, element2(f))
			h[0] ^= uint64(v.Bit(i))
		}
		wrong("the digest modulo the polynomial of the field", h, "HashInterpreted")
	}
	for _, size := range []int{0, 1, 20, 28, 31, 33, 40, 63, 65, 96, 128} {
		digest := b.random(size)
		r, s := b.good(digest)
		b.expect(acceptable, fmt.Sprintf("digest of %d bytes", size), digest, b.join(r, s), "DigestLength")
	}
}

// element2 is the polynomial x.
func element2(f *field) element {
	z := f.blank()
	z.flip(1)
	return z
}

// ranges are r and s outside of theirs, each with the digest for which a verifier without the check is content.
func (b *builder) ranges() {
	c, n, length := b.c, b.c.n, b.c.orderBits()
	room := 8 * c.orderBytes()
	zero := new(big.Int)
	digest := b.random(32)
	gr, gs := b.good(digest)
	for _, p := range []struct {
		comment string
		r, s    *big.Int
	}{
		{"r = 0", zero, gs}, {"s = 0", gr, zero}, {"r = 0, s = 0", zero, zero}, {"r = 0, s = 1", zero, num(1)}, {"r = 1, s = 0", num(1), zero},
		{"r = n", n, gs}, {"s = n", gr, n}, {"r = n, s = n", n, n}, {"r = 0, s = n", zero, n}, {"r = n, s = 0", n, zero}, {"r = n, s = 1", n, num(1)},
		{"r = n + 1, s = 1", plus(n, 1), num(1)}, {"r = 1, s = n + 1", num(1), plus(n, 1)},
		{"all bits set", plus(power(room), -1), plus(power(room), -1)}, {"highest bit of r alone", power(room - 1), gs}, {"highest bit of s alone", gr, power(room - 1)},
	} {
		if p.r.BitLen() <= room && p.s.BitLen() <= room {
			b.expect(invalid, p.comment, digest, b.join(p.r, p.s), "Range")
		}
	}
	for _, d := range [][]byte{make([]byte, 32), make([]byte, 64)} {
		b.expect(invalid, "r = 0, s = 0, digest 0", d, b.join(zero, zero), "Range", "ZeroHash")
	}
	// ρ(h·x(s·P)) = 0: anybody can make such a "signature" for any key.
	k := b.below(n)
	high := b.whole(zero)
	if high.Sign() == 0 {
		high = power(length - 1)
	}
	b.expect(invalid, "r = 0 with ρ(h·x) = 0", b.digest(high, c.p.times(k).x), b.join(zero, k), "Range")
	r := low(b.below(n), length-1)
	x := b.q.times(r).x
	b.expect(invalid, "s = 0 with R = r·Q", b.digest(b.whole(r), x), b.join(r, zero), "Range")
	b.expect(invalid, "s = n with R = r·Q", b.digest(b.whole(r), x), b.join(r, n), "Range")
	b.multiplesOfN(gr, gs, digest)
	b.untruncated()
}

// multiplesOfN adds n, 2n, … to the numbers of a good signature, as long as they fit.
func (b *builder) multiplesOfN(r, s *big.Int, digest []byte) {
	n, room := b.c.n, 8*b.c.orderBytes()
	b.expect(valid, "the signature the next tests change", digest, b.join(r, s), "Normal")
	b.expect(invalid, "s negated", digest, b.join(r, new(big.Int).Sub(n, s)), "Malleable")
	b.expect(invalid, "r negated", digest, b.join(new(big.Int).Sub(n, r), s), "Malleable")
	b.expect(invalid, "both negated", digest, b.join(new(big.Int).Sub(n, r), new(big.Int).Sub(n, s)), "Malleable")
	for i := int64(1); i <= 4; i++ {
		add := new(big.Int).Mul(n, num(i))
		if more := new(big.Int).Add(s, add); more.BitLen() <= room {
			b.expect(invalid, fmt.Sprintf("s + %d·n", i), digest, b.join(r, more), "Range", "Malleable")
		}
		if more := new(big.Int).Add(r, add); more.BitLen() <= room {
			b.expect(invalid, fmt.Sprintf("r + %d·n", i), digest, b.join(more, s), "Range", "Malleable")
		}
	}
	small := num(5) // s + n fits in more halves if s is small
	if more := new(big.Int).Add(small, n); more.BitLen() <= room {
		x := b.result(r, small).x
		d := b.digest(b.whole(r), x)
		b.expect(valid, "small s", d, b.join(r, small), "SmallOrLargeRS")
		b.expect(invalid, "small s + n", d, b.join(r, more), "Range", "Malleable")
	}
	for bit := b.c.orderBits() - 1; bit < room; bit++ {
		if r.Bit(bit) == 0 {
			b.expect(invalid, fmt.Sprintf("bit %d of r set", bit), digest, b.join(new(big.Int).SetBit(r, bit, 1), s), "Truncation", "Malleable")
		}
	}
}

// untruncated are signatures whose r was not cut to L(n)−1 bits.
func (b *builder) untruncated() {
	c, length := b.c, b.c.orderBits()
	for _, rest := range []*big.Int{num(1), low(c.n, length-1), low(b.below(c.n), length-1), low(b.below(c.n), length-2)} {
		r := new(big.Int).SetBit(rest, length-1, 1)
		if r.Cmp(c.n) >= 0 { // n is only just above 2^(L−1) on some curves
			continue
		}
		s := b.below(c.n)
		b.expect(invalid, "r with the highest bit of h·x", b.digest(r, b.result(r, s).x), b.join(r, s), "Truncation")
	}
}

// infinity has R = ∞, and digests made for what a sloppy computation may take for its x.
func (b *builder) infinity() {
	c := b.c
	for range 3 {
		r := low(b.below(c.n), c.orderBits()-1)
		s := new(big.Int).Mul(r, b.d)
		s.Mod(s, c.n)
		sig := b.join(r, s)
		b.expect(invalid, "R = ∞", b.random(32), sig, "PointAtInfinity")
		b.expect(invalid, "R = ∞, digest 0", make([]byte, 32), sig, "PointAtInfinity")
		b.expect(invalid, "R = ∞, x taken for 1", b.digest(b.whole(r), c.f.one()), sig, "PointAtInfinity")
		b.expect(invalid, "R = ∞, x taken for that of s·P", b.digest(b.whole(r), c.p.times(s).x), sig, "PointAtInfinity")
		twice := c.add(c.p.times(s), c.p.times(s))
		b.expect(invalid, "R = ∞, x taken for that of 2s·P", b.digest(b.whole(r), twice.x), sig, "PointAtInfinity")
		b.expect(invalid, "R = ∞, x taken for that of P", b.digest(b.whole(r), c.base.x), sig, "PointAtInfinity")
		b.expect(invalid, "R = ∞, x taken for that of Q", b.digest(b.whole(r), b.q.powers[0].x), sig, "PointAtInfinity")
		b.fit("R = P", r, new(big.Int).Mod(plus(s, 1), c.n), "SpecialNonce")
		b.fit("R = −P", r, new(big.Int).Mod(plus(s, -1), c.n), "SpecialNonce")
	}
}

// specialKeys are such that Q stands where a table of multiples of P may have an entry.
func (b *builder) specialKeys() []*big.Int {
	n := b.c.n
	half := new(big.Int).ModInverse(num(2), n)
	quarter := (b.c.orderBits() + 4) / 4
	list := []*big.Int{num(1), plus(n, -1), num(2), plus(n, -2), num(3), plus(n, -3), half, power(quarter), new(big.Int).Sub(n, power(2*quarter)),
		power(64), plus(power(64), 1)}
	return list
}

// special runs pairs of r and s for a special key.
func (b *builder) special() {
	n, length := b.c.n, b.c.orderBits()
	top := plus(power(length-1), -1)
	r0 := power(length - 3)
	drawn := low(b.below(n), length-1)
	meet := func(r *big.Int, delta int64) *big.Int { // s for which R = delta·P
		s := new(big.Int).Mul(r, b.d)
		return s.Add(s, num(delta)).Mod(s, n)
	}
	quarter := (length + 4) / 4
	for _, p := range [][2]*big.Int{
		{num(1), num(1)}, {num(1), num(2)}, {num(2), num(1)}, {num(3), num(3)}, {num(16), num(16)}, {num(1), plus(n, -1)}, {num(2), plus(n, -2)}, {top, plus(n, -1)}, {top, top},
		{r0, r0}, {plus(r0, 1), plus(r0, 5)}, {power(64), power(64)}, {power(quarter), num(1)}, {num(1), power(quarter)}, {power(quarter), power(2 * quarter)},
		{drawn, drawn}, {drawn, new(big.Int).Sub(n, drawn)}, {drawn, meet(drawn, 0)}, {drawn, meet(drawn, 1)}, {drawn, meet(drawn, -1)}, {drawn, meet(drawn, 2)},
		{num(1), meet(num(1), 0)}, {num(1), meet(num(1), 1)}, {num(15), meet(num(15), -3)},
	} {
		if p[1].Sign() == 0 {
			continue
		}
		b.fit(fmt.Sprintf("r = %x, s = %x", p[0], p[1]), p[0], p[1], "SpecialKey")
	}
}
