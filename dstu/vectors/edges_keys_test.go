package vectors_test

import (
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"

	"github.com/dovidka/dovidka/dstu/vectors"
)

// keys makes all tests of encoded keys on a curve.
func (b *builder) keys() vectors.KeyGroup {
	k := keyBuilder{builder: b, group: vectors.KeyGroup{Type: "Dstu4145Key", Curve: b.c.Name, OID: b.c.OID}}
	k.goodPublic()
	k.badPublic()
	k.orderTwo()
	k.foreign()
	k.private()
	return k.group
}

type keyBuilder struct {
	*builder
	group vectors.KeyGroup
}

// public adds an encoded public key, for which the model has to come to the result its author meant.
func (k *keyBuilder) public(result vectors.Result, comment string, key []byte, flags ...string) {
	k.t.Helper()
	p := k.c.decompress(key)
	if (p != nil) != (result == valid) {
		k.t.Errorf("%s, key %s: the model says %v, meant is %s", k.c.Name, comment, p != nil, result)
		return
	}
	test := vectors.PublicTest{Comment: comment, Flags: flags, Encoding: "LE", Key: key, Result: result}
	if p != nil {
		test.X, test.Y = &vectors.Int{Int: *k.c.f.integer(p.x)}, &vectors.Int{Int: *k.c.f.integer(p.y)}
	}
	k.group.PublicTests = append(k.group.PublicTests, test)
	mirrored := test
	mirrored.Encoding, mirrored.Key = "BE", slices.Clone(key)
	slices.Reverse(mirrored.Key)
	if result == valid || slices.Contains(flags, "ExcessBits") {
		k.group.PublicTests = append(k.group.PublicTests, mirrored)
	}
}

func (k *keyBuilder) goodPublic() {
	c := k.c
	for i := int64(1); i <= 6; i++ {
		p := c.p.times(num(i))
		k.public(valid, fmt.Sprintf("%d·P", i), c.compress(p), "SmallMultiple")
		k.public(valid, fmt.Sprintf("−%d·P", i), c.compress(c.negate(p)), "SmallMultiple")
	}
	for i := range 3 {
		key := c.compress(c.p.times(k.below(c.n)))
		k.public(valid, fmt.Sprintf("point %d", i), key, "Normal")
		opposite := slices.Clone(key)
		opposite[0] ^= 1
		k.public(valid, fmt.Sprintf("its opposite %d", i), opposite, "Normal")
	}
}

func (k *keyBuilder) badPublic() {
	c := k.c
	size := c.fieldBytes()
	good := c.compress(c.p.times(k.below(c.n)))
	join := slices.Concat[[]byte]
	for _, e := range []struct {
		comment string
		key     []byte
		flag    string
	}{
		{"empty", nil, "Length"},
		{"one zero byte", []byte{0}, "Length"},
		{"last byte missing", good[:size-1], "Length"},
		{"first byte missing", good[1:], "Length"},
		{"zero byte at the end", join(good, []byte{0}), "Length"},
		{"zero byte at the beginning", join([]byte{0}, good), "Length"},
		{"seven zero bytes at the end", join(good, make([]byte, 7)), "Length"},
		{"twice", join(good, good), "Length"},
		{"all bits set", slices.Repeat([]byte{0xff}, size), "ExcessBits"},
	} {
		k.public(invalid, e.comment, e.key, e.flag)
	}
	for bit := c.M; bit < 8*size; bit++ {
		excess := slices.Clone(good)
		excess[bit/8] |= 1 << (bit % 8)
		k.public(invalid, fmt.Sprintf("bit %d set", bit), excess, "ExcessBits")
	}
	// Half of all x have no point.
	for found := 0; found < 5; {
		v := low(number(k.random(size)), c.M)
		if _, ok := k.solve(v); !ok {
			k.public(invalid, fmt.Sprintf("no point, %d", found), little(v, size), "NoPoint")
			found++
		}
	}
	for v := int64(2); v < 24; v++ {
		key := little(num(v), size)
		if p, ok := k.solve(num(v)); !ok {
			k.public(invalid, fmt.Sprintf("number %d", v), key, "NoPoint")
		} else if c.multiples(p).times(c.n) == nil {
			k.public(valid, fmt.Sprintf("number %d", v), key, "Normal")
		} else {
			k.public(invalid, fmt.Sprintf("number %d", v), key, "OutsideSubgroup")
		}
	}
}

// solve returns a point whose encoding has the number v apart from bit 0, in whatever subgroup.
func (k *keyBuilder) solve(v *big.Int) (*point, bool) {
	f := k.c.f
	v = new(big.Int).Set(v)
	x := f.element(v)
	if f.trace(x) != k.c.A {
		x = f.element(v.SetBit(v, 0, v.Bit(0)^1))
	}
	if x.zero() {
		return nil, false
	}
	beta := f.add(f.add(x, k.c.a), f.mul(k.c.b, f.square(f.invert(x))))
	if f.trace(beta) == 1 {
		return nil, false
	}
	return &point{x, f.mul(x, f.halfTrace(beta))}, true
}

// orderTwo are encodings of the point with x = 0, and points that differ by it from good ones.
func (k *keyBuilder) orderTwo() {
	c := k.c
	size := c.fieldBytes()
	k.public(invalid, "zero", make([]byte, size), "OrderTwo")
	one := little(num(1), size)
	switch p, ok := k.solve(num(1)); {
	case c.f.trace(c.f.element(num(1))) != c.A:
		k.public(invalid, "1, which the trace turns into x = 0", one, "OrderTwo")
	case !ok:
		k.public(invalid, "1", one, "NoPoint")
	case c.multiples(p).times(c.n) == nil:
		k.public(valid, "1", one, "Normal")
	}
	two := &point{c.f.blank(), c.f.sqrt(c.b)}
	if !c.contains(two) || c.add(two, two) != nil {
		k.t.Errorf("%s: (0, √b) is not of order two", c.Name)
	}
	for i := range 8 {
		p := c.add(c.p.times(k.below(c.n)), two)
		key := c.compress(p)
		if c.f.trace(p.x) != c.A { // cofactor 2: the encoding cannot express it
			continue
		}
		if c.cofactor() != 4 || c.multiples(p).times(new(big.Int).Mul(c.n, num(2))) != nil {
			k.t.Errorf("%s: point %d is not of order 2n", c.Name, i)
		}
		k.public(invalid, fmt.Sprintf("order 2n, %d", i), key, "OutsideSubgroup")
		key = slices.Clone(key)
		key[0] ^= 1
		k.public(invalid, fmt.Sprintf("order 2n, opposite %d", i), key, "OutsideSubgroup")
	}
}

// foreign are encodings of other standards.
func (k *keyBuilder) foreign() {
	c := k.c
	size := c.fieldBytes()
	p := c.p.times(k.below(c.n))
	key := c.compress(p)
	x, y := c.f.integer(p.x).FillBytes(make([]byte, size)), c.f.integer(p.y).FillBytes(make([]byte, size))
	join := slices.Concat[[]byte]
	octets, err := asn1.Marshal(key)
	if err != nil {
		k.t.Error(err)
	}
	k.public(invalid, "OCTET STRING around it", octets, "Encoding")
	k.public(invalid, "uncompressed, 04 first", join([]byte{4}, x, y), "Encoding")
	k.public(invalid, "compressed, 02 first", join([]byte{2}, x), "Encoding")
	k.public(invalid, "compressed, 03 first", join([]byte{3}, x), "Encoding")
	k.public(invalid, "point at infinity, 00", []byte{0}, "Encoding")
	k.public(invalid, "x and y little-endian", join(little(c.f.integer(p.x), size), little(c.f.integer(p.y), size)), "Encoding")
	// Reversed keys may be keys as well; these are not.
	for found := 0; found < 2; {
		reversed := c.compress(c.p.times(k.below(c.n)))
		slices.Reverse(reversed)
		if c.decompress(reversed) == nil {
			k.public(invalid, fmt.Sprintf("big-endian, %d", found), reversed, "Encoding")
			found++
		}
	}
}

func (k *keyBuilder) private() {
	c := k.c
	n, size := c.n, c.orderBytes()
	add := func(result vectors.Result, comment string, d []byte, flags ...string) {
		test := vectors.PrivateTest{Comment: comment, Flags: flags, Private: d, Result: result}
		if v := number(d); (v.Sign() > 0 && v.Cmp(n) < 0) != (result == valid) {
			k.t.Errorf("%s, private key %s is not %s", c.Name, comment, result)
		}
		if result == valid {
			test.Public = c.compress(c.negate(c.p.times(number(d))))
		}
		k.group.PrivateTests = append(k.group.PrivateTests, test)
	}
	for _, d := range []*big.Int{num(1), num(2), num(3), num(15), num(16), num(17), num(31), num(32), num(33), plus(power(64), -1), power(64), power(128),
		power(c.orderBits() - 2), plus(power(c.orderBits()-2), -1), new(big.Int).Rsh(n, 1), plus(new(big.Int).Rsh(n, 1), 1), plus(n, -1), plus(n, -2), plus(n, -3), plus(n, -16), plus(n, -32)} {
		add(valid, fmt.Sprintf("d = %x", d), little(d, size), "SmallMultiple")
	}
	d := little(k.below(n), size)
	add(valid, "any", d, "Normal")
	add(valid, "four zero bytes after it", append(slices.Clone(d), 0, 0, 0, 0), "Padded")
	add(valid, "forty zero bytes after it", append(slices.Clone(d), make([]byte, 40)...), "Padded")
	add(invalid, "zero", make([]byte, size), "Range")
	add(invalid, "zero, forty bytes more", make([]byte, size+40), "Range", "Padded")
	add(invalid, "empty", nil, "Range")
	add(invalid, "n", little(n, size), "Range")
	add(invalid, "n + 1", little(plus(n, 1), size), "Range")
	add(invalid, "all bits set", slices.Repeat([]byte{0xff}, size), "Range")
	add(invalid, "2n + 1", little(plus(new(big.Int).Lsh(n, 1), 1), size+1), "Range")
	add(invalid, "bit after it", append(slices.Clone(d), 1), "Range", "Padded")
	add(invalid, "bit far after it", append(append(slices.Clone(d), make([]byte, 60)...), 1), "Range", "Padded")
	add(invalid, "highest bit of the highest byte set", little(new(big.Int).SetBit(number(d), 8*size-1, 1), size+1), "Range")
}
