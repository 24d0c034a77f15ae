package dstu4145_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/dovidka/dovidka/dstu/dstu4145"
)

func newKey(tb testing.TB, c *dstu4145.Curve) *dstu4145.PrivateKey {
	tb.Helper()
	k, err := dstu4145.GenerateKey(c, nil)
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

// le writes v in length bytes, least significant first.
func le(v *big.Int, length int) []byte {
	b := v.FillBytes(make([]byte, length))
	slices.Reverse(b)
	return b
}

func fromLE(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}

// TestVerifyRefuses is the catalogue of signature values that must not verify, on every curve.
func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range dstu4145.Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			key := newKey(t, c)
			digest := bytes.Repeat([]byte{0x5a, 0x17}, 16)
			good, err := key.Sign(nil, digest, nil)
			if err != nil {
				t.Fatal(err)
			}
			half := c.OrderBytes()
			r, s := good[:half], good[half:]
			rv, sv := fromLE(r), fromLE(s)
			n := c.Order()
			join := slices.Concat[[]byte]
			zero := make([]byte, half)
			highBit := new(big.Int).SetBit(rv, c.OrderBits()-1, 1)

			cases := map[string][]byte{
				"r = 0":                  join(zero, s),
				"s = 0":                  join(r, zero),
				"r = s = 0":              join(zero, zero),
				"r = n":                  join(le(n, half), s),
				"s = n":                  join(r, le(n, half)),
				"r not truncated":        join(le(highBit, half), s),
				"s negated":              join(r, le(new(big.Int).Sub(n, sv), half)),
				"halves swapped":         join(s, r),
				"halves big-endian":      join(reversed(r), reversed(s)),
				"whole big-endian":       reversed(good),
				"all ones":               bytes.Repeat([]byte{0xff}, 2*half),
				"a byte short":           good[:2*half-1],
				"a byte long":            join(good, []byte{0}),
				"odd":                    good[1:],
				"empty":                  nil,
				"one half":               r,
				"halves padded":          join(r, []byte{0}, s, []byte{0}),
				"padded at the end":      join(good, []byte{0, 0}),
				"octet string around it": join([]byte{0x04, byte(2 * half)}, good),
			}
			// s + n does not fit the half on some curves; where it does it must not pass.
			if sum := new(big.Int).Add(sv, n); sum.BitLen() <= 8*half {
				cases["s + n"] = join(r, le(sum, half))
			}
			if sum := new(big.Int).Add(rv, n); sum.BitLen() <= 8*half {
				cases["r + n"] = join(le(sum, half), s)
			}
			for i := range 8 * len(good) {
				flipped := slices.Clone(good)
				flipped[i/8] ^= 1 << (i % 8)
				if i%37 == 0 {
					cases[fmt.Sprintf("bit %d flipped", i)] = flipped
				}
			}
			pub := key.PublicKey()
			if !dstu4145.Verify(pub, digest, good) {
				t.Fatal("the signature itself does not verify")
			}
			for name, signature := range cases {
				if dstu4145.Verify(pub, digest, signature) {
					t.Errorf("%s: accepted", name)
				}
			}
			other := slices.Clone(digest)
			other[0] ^= 1
			for name, d := range map[string][]byte{
				"other": other, "empty": nil, "short": digest[:31], "long": append(slices.Clone(digest), 0), "of 20 bytes": digest[:20],
			} {
				if dstu4145.Verify(pub, d, good) {
					t.Errorf("%s digest: accepted", name)
				}
			}
			if dstu4145.Verify(newKey(t, c).PublicKey(), digest, good) {
				t.Error("another key: accepted")
			}
		})
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range dstu4145.Curves() {
		t.Run(c.Name(), func(t *testing.T) {
			t.Parallel()
			good := newKey(t, c).PublicKey().Bytes()
			size := c.FieldBytes()
			excess := slices.Clone(good)
			excess[size-1] |= 0x80
			one := make([]byte, size)
			one[0] = 1
			cases := map[string][]byte{
				"zero key":      make([]byte, size),
				"x = 0 flipped": one,
				"excess bit":    excess,
				"empty":         nil,
				"short":         good[:size-1],
				"padded":        append(slices.Clone(good), 0),
				"uncompressed":  slices.Concat([]byte{4}, good, good),
			}
			if c.A() == 1 || c.OptimalNormalBasis() {
				delete(cases, "x = 0 flipped") // only where Tr(1) is not a does 1 stand for x = 0
			}
			for name, b := range cases {
				if _, err := dstu4145.ParsePublicKey(c, b); err == nil {
					t.Errorf("%s: accepted", name)
				}
			}
			// Half of all x belong to no point; with cofactor 4 a quarter more lie outside the subgroup.
			refused, candidate := 0, slices.Clone(good)
			for i := range 200 {
				candidate[0], candidate[1] = byte(i), byte(i*5)
				if _, err := dstu4145.ParsePublicKey(c, candidate); err != nil {
					refused++
				}
			}
			if low, high := 70, 130; c.A() == 1 && (refused < low || refused > high) {
				t.Errorf("%d of 200 x refused, want about a half", refused)
			} else if c.A() == 0 && (refused < 120 || refused > 180) {
				t.Errorf("%d of 200 x refused, want about three quarters", refused)
			}
		})
	}
}

func TestPublicKeyForms(t *testing.T) {
	t.Parallel()
	c := dstu4145.M257()
	pub := newKey(t, c).PublicKey()
	be, err := dstu4145.ParsePublicKeyBE(c, reversed(pub.Bytes()))
	if err != nil || !be.Equal(pub) || !pub.Equal(be) {
		t.Errorf("the big-endian form gives another key: %v", err)
	}
	if pub.Curve() != c {
		t.Error("Curve is another curve")
	}
	pub.Bytes()[0] ^= 1
	if !be.Equal(pub) {
		t.Error("the caller can change the key")
	}
	if pub.Equal(newKey(t, c).PublicKey()) || pub.Equal(nil) || pub.Equal((*dstu4145.PublicKey)(nil)) || pub.Equal("key") {
		t.Error("Equal to something else")
	}
}

func TestNewPrivateKey(t *testing.T) {
	t.Parallel()
	for _, c := range dstu4145.Curves() {
		n, size := c.Order(), c.OrderBytes()
		one := big.NewInt(1)
		last := le(new(big.Int).Sub(n, one), size)
		for name, d := range map[string][]byte{
			"one": {1}, "n−1": last, "n−1 padded": append(slices.Clone(last), 0, 0, 0, 0), "n−1 padded far": append(slices.Clone(last), make([]byte, 60)...),
			"n−2": le(new(big.Int).Sub(n, big.NewInt(2)), size), "two": {2, 0},
		} {
			k, err := dstu4145.NewPrivateKey(c, d)
			if err != nil {
				t.Errorf("%s, d = %s: %v", c.Name(), name, err)
				continue
			}
			if fromLE(k.Bytes()).Cmp(fromLE(d)) != 0 || len(k.Bytes()) != size {
				t.Errorf("%s, d = %s comes back as %x", c.Name(), name, k.Bytes())
			}
			digest := make([]byte, 32)
			signature, err := k.Sign(nil, digest, nil)
			if err != nil || !dstu4145.Verify(k.PublicKey(), digest, signature) {
				t.Errorf("%s, d = %s: does not sign: %v", c.Name(), name, err)
			}
		}
		// Q = −d·P, so d = n−1 has the base point for its public key.
		k, err := dstu4145.NewPrivateKey(c, last)
		if err != nil || !bytes.Equal(k.PublicKey().Bytes(), c.BasePoint()) {
			t.Errorf("%s: −(n−1)·P is not P", c.Name())
		}
		far := make([]byte, 80)
		far[0], far[79] = 1, 1
		for name, d := range map[string][]byte{
			"empty": nil, "zero": make([]byte, size), "n": le(n, size), "n+1": le(new(big.Int).Add(n, one), size), "far byte": far,
			"all ones": bytes.Repeat([]byte{0xff}, size),
		} {
			if _, err := dstu4145.NewPrivateKey(c, d); err == nil {
				t.Errorf("%s, d = %s: accepted", c.Name(), name)
			}
		}
	}
}

func TestPrivateKeyStaysPrivate(t *testing.T) {
	t.Parallel()
	k := newKey(t, dstu4145.M257())
	want := "dstu4145.PrivateKey(M257-PB)"
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, k); got != want {
			t.Errorf("%s prints %q", verb, got)
		}
	}
	same, err := dstu4145.NewPrivateKey(k.Curve(), k.Bytes())
	if err != nil || !k.Equal(same) {
		t.Errorf("the key read back is another: %v", err)
	}
	if k.Equal(newKey(t, k.Curve())) || k.Equal(newKey(t, dstu4145.M431())) || k.Equal(nil) || k.Equal("key") {
		t.Error("Equal to something else")
	}
	if pub, ok := k.Public().(*dstu4145.PublicKey); !ok || !pub.Equal(k.PublicKey()) {
		t.Error("Public is something else")
	}
	k.Zero()
	if !bytes.Equal(k.Bytes(), make([]byte, 32)) {
		t.Error("Zero leaves the key")
	}
	if _, err := k.Sign(nil, make([]byte, 32), nil); err == nil {
		t.Error("a cleared key signs")
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	k := newKey(t, dstu4145.M257())
	for _, length := range []int{0, 20, 31, 33, 63, 65} {
		if _, err := k.Sign(nil, make([]byte, length), nil); err == nil {
			t.Errorf("a digest of %d bytes is signed", length)
		}
	}
	broken := errors.New("no entropy")
	if _, err := k.Sign(iotest.ErrReader(broken), make([]byte, 32), nil); !errors.Is(err, broken) {
		t.Errorf("Sign without randomness: %v", err)
	}
	if _, err := dstu4145.GenerateKey(k.Curve(), iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("GenerateKey without randomness: %v", err)
	}
	if _, err := dstu4145.GenerateKey(k.Curve(), constant(0)); err == nil {
		t.Error("GenerateKey takes zero for a key")
	}
	if _, err := dstu4145.GenerateKey(k.Curve(), constant(0xff)); err == nil {
		t.Error("GenerateKey takes a number above the order for a key")
	}
}

// constant is a broken random source.
type constant byte

func (c constant) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c)
	}
	return len(p), nil
}

var _ io.Reader = constant(0)

// TestConcurrentUse shares a key between goroutines from its first use on; it is for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	key := newKey(t, dstu4145.M257())
	digest := make([]byte, 32)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			signature, err := key.Sign(nil, digest, nil)
			if err != nil || !dstu4145.Verify(key.PublicKey(), digest, signature) {
				t.Errorf("a signature made beside others does not verify: %v", err)
			}
		})
	}
	group.Wait()
	if dstu4145.Verify(nil, digest, make([]byte, 64)) {
		t.Error("no key verifies")
	}
}

// TestSecretNumbers signs with a random source that stands still: two digests must not share k, whose r would be
// related; the same digest gives the same signature, and another source or curve another one.
func TestSecretNumbers(t *testing.T) {
	t.Parallel()
	d := bytes.Repeat([]byte{7}, 20)
	seen := map[string]string{}
	for _, m := range []int{257, 307} {
		c, _ := dstu4145.CurveBySize(m)
		k, err := dstu4145.NewPrivateKey(c, d)
		if err != nil {
			t.Fatal(err)
		}
		for first := range 20 {
			for _, source := range []constant{0, 1} {
				digest := make([]byte, 32)
				digest[31] = byte(first)
				a, err := k.Sign(source, digest, nil)
				if err != nil {
					t.Fatal(err)
				}
				b, err := k.Sign(source, digest, nil)
				if err != nil || !bytes.Equal(a, b) {
					t.Errorf("the same input gives %x and %x, %v", a, b, err)
				}
				name := fmt.Sprintf("m %d, digest %d, source %d", m, first, source)
				r := string(a[:len(a)/2])
				if before, ok := seen[r]; ok {
					t.Errorf("%s and %s share r", before, name)
				}
				seen[r] = name
			}
		}
	}
	k := newKey(t, dstu4145.M257())
	a, err := k.Sign(nil, make([]byte, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := k.Sign(nil, make([]byte, 32), nil); err != nil || bytes.Equal(a, b) {
		t.Errorf("fresh randomness does not change the signature: %v", err)
	}
}
