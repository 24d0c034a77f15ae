package dstu4145

import (
	"bytes"
	"flag"
	"testing"

	"github.com/dovidka/dovidka/dstu/gf2m"
	"github.com/dovidka/dovidka/dstu/internal/dudect"
)

var timing = flag.Int("timing", 0, "number of timings of each operation on secrets; see docs/constant-time.md")

// TestTiming is a measurement for people, which make constant-time starts; without its flag it is skipped.
func TestTiming(t *testing.T) {
	if *timing == 0 {
		t.Skip("measures time: go test ./dstu/dstu4145 -run TestTiming -v -args -timing 100000")
	}
	for _, c := range []*Curve{M257(), M431()} {
		measureSecrets(t, c)
	}
}

// report fails beyond doubt only; what is merely suspicious is measured once more.
func report[T any](t *testing.T, leaks bool, name string, count int, input func(fixed bool) T, run func(T)) {
	t.Helper()
	r := dudect.Measure(count, input, run)
	if r.T > dudect.Suspicious && !leaks {
		t.Logf("%-36s |t| = %7.2f, once more", name, r.T)
		r = dudect.Measure(2*count, input, run)
	}
	t.Logf("%-36s |t| = %7.2f of the fastest %3.0f%%, %d measurements of %v", name, r.T, 100*r.Crop, r.Measurements, r.Mean)
	if !leaks && r.T > dudect.Leak {
		t.Errorf("%s: the time depends on the secret", name)
	}
	if leaks && r.T < dudect.Leak {
		t.Errorf("%s: the deliberate leak is not seen, so nothing above is proved", name)
	}
}

func measureSecrets(t *testing.T, c *Curve) {
	t.Helper()
	name := func(what string) string { return c.name + ", " + what }
	// The fixed secret has few bits: what skips zeros is quicker for it.
	fixedScalar := scalar{1 << 40}
	random := func() scalar {
		k, err := c.order.random(nil)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	scalars := func(fixed bool) scalar {
		k := random()
		if fixed {
			k = fixedScalar
		}
		return k
	}
	elements := func(fixed bool) gf2m.Element {
		e := gf2m.Element(random())
		if fixed {
			e = gf2m.Element{2}
		}
		return e
	}
	peer, err := GenerateKey(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	digest := bytes.Repeat([]byte{7}, 32)
	h := c.hashElement(digest)
	mask := random()
	count := *timing

	report(t, false, name("k·P for signing"), count, scalars, func(k scalar) { c.multiplyBase(&k) })
	report(t, false, name("k·Q for key agreement"), count/4, scalars, func(k scalar) { c.multiplyX(&k, &peer.public.point) })
	report(t, false, name("signature with a given k"), count, scalars, func(k scalar) { peer.signWith(&h, &k, &mask) })
	report(t, false, name("signature with a given key"), count, func(fixed bool) *PrivateKey {
		return &PrivateKey{d: scalars(fixed), public: peer.public}
	}, func(k *PrivateKey) {
		nonce := mask
		k.signWith(&h, &nonce, &mask)
	})
	report(t, false, name("secret numbers drawn"), count, func(fixed bool) *PrivateKey {
		return &PrivateKey{d: scalars(fixed), public: peer.public}
	}, func(k *PrivateKey) {
		g, err := newNonces(k, digest, bytes.NewReader(make([]byte, entropySize)))
		if err != nil {
			t.Error(err)
		}
		g.pair(c.order)
	})
	report(t, false, name("order, 50 products"), count, scalars, func(k scalar) {
		for range 50 {
			c.order.mul(&k, &mask)
		}
	})
	report(t, false, name("field, inversion"), count, elements, func(x gf2m.Element) { x.Invert(c.field, &x) })
	report(t, false, name("field, 50 products"), count, elements, func(x gf2m.Element) {
		var z gf2m.Element
		for range 50 {
			z.Mul(c.field, &x, &h)
		}
	})
	table := c.comb()
	report(t, false, name("table, 50 entries"), count, scalars, func(k scalar) {
		var q affine
		for i := range 50 {
			table.choose(c.field, &q, i%len(table), int64(k.window(0)|1))
		}
	})
	// Double and add, what everything above must not do.
	report(t, true, name("deliberate leak"), count/4, scalars, func(k scalar) {
		var sum projective
		for i := c.n.BitLen() - 1; i >= 0; i-- {
			sum.DoubleN(c.field, c.a, 1)
			if k.bits(i, 1) == 1 {
				sum.Add(c.field, c.a, &c.base, 0)
			}
		}
	})
}
