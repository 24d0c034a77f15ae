//go:build memcheck && amd64

package dstu4145

import (
	"bytes"
	"os"
	"testing"

	"github.com/dovidka/dovidka/dstu/gf2m"
	"github.com/dovidka/dovidka/dstu/internal/cpu"
	"github.com/dovidka/dovidka/dstu/internal/secret"
)

// TestSecrets runs everything that touches secrets with the secrets marked, for tools/constant-time.sh to judge by what
// memcheck reports. SECRETS=public marks nothing, which must give no report, and SECRETS=leak leaks on purpose, which
// must give some.
func TestSecrets(t *testing.T) {
	if !secret.Supported() {
		t.Skip("not below valgrind: see tools/constant-time.sh")
	}
	t.Logf("carry-less multiplication in assembly: %v", cpu.CarrylessMultiply())
	mode := os.Getenv("SECRETS")
	if mode == "leak" {
		leak(t)
		return
	}
	for _, name := range []string{"M257_PB", "M431_PB", "M163_PB", "M173_ONB"} {
		c := curveNamed(t, name)
		for first := range byte(2) { // an even secret and an odd one
			checkSecrets(t, c, first, mode != "public")
		}
	}
}

func checkSecrets(t *testing.T, c *Curve, first byte, marked bool) {
	t.Helper()
	mark := func(v *scalar) {
		if marked {
			secret.Mark(v)
		}
	}
	bytesOf := append([]byte{first}, bytes.Repeat([]byte{0x5a, 0xc3}, 9)...)
	peer, err := GenerateKey(c, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.comb() // public tables

	// A private key is read: its bytes are secret, the public key is not.
	d := bytes.Clone(bytesOf)
	if marked {
		for i := range d {
			secret.Mark(&d[i])
		}
	}
	key, err := NewPrivateKey(c, d)
	if err != nil {
		t.Fatal(err)
	}
	secret.Reveal(&key.public.point)
	for i := range key.public.encoded {
		secret.Reveal(&key.public.encoded[i])
	}

	// Signing, up to the check of what is no secret any more.
	digest := bytes.Repeat([]byte{7}, 32)
	nonces, err := newNonces(key, digest, bytes.NewReader(make([]byte, entropySize)))
	if err != nil {
		t.Fatal(err)
	}
	nonce, mask := nonces.pair(c.order)
	h := c.hashElement(digest)
	r, s, ok := key.signWith(&h, &nonce, &mask)
	nonces.clear()
	secret.Reveal(&r)
	secret.Reveal(&s)
	secret.Reveal(&ok)
	if !ok || !key.public.verify(&h, &r, &s) {
		t.Error("the signature does not verify")
	}

	// Key agreement.
	for _, agree := range []func(*PublicKey) ([]byte, error){key.ECDH, key.CofactorECDH} {
		if _, err := agree(peer.PublicKey()); err != nil {
			t.Error(err)
		}
	}
	key.Equal(peer)
	key.Bytes()

	// The parts by themselves, on numbers of full length.
	k, _ := c.order.random(nil)
	mark(&k)
	c.multiplyBase(&k)
	c.multiply(&k, &peer.public.point)
	other := c.order.add(&k, &k)
	other = c.order.mul(&other, &k)
	c.order.sub(&k, &other)
	checkField(c.field, gf2m.Element(low(c, k)))
	checkField(c.field.Portable(), gf2m.Element(low(c, k)))
	key.Zero()
}

// low is k cut to the length of an element.
func low(c *Curve, k scalar) scalar {
	top := c.field.Bits() - 1
	k[top/64] &= 1<<(top%64) - 1
	return k
}

func checkField(f *gf2m.Field, x gf2m.Element) {
	var y, z gf2m.Element
	y.Invert(f, &x)
	z.Mul(f, &x, &y)
	z.Square(f, &x)
	z.SquareN(f, &x, 5)
	z.Add(&x, &y)
	z.Swap(&y, x[0]&1)
	z.Select(&x, &y, x[0]&1)
}

// leak branches on a secret and looks a table up by one, in ways the compiler does not turn into something else.
func leak(t *testing.T) {
	t.Helper()
	c := M257()
	k := scalarFromLE(bytes.Repeat([]byte{9}, 32))
	table := c.comb()
	secret.Mark(&k)
	var sum projective
	for i := range 8 {
		if k[0]>>i&1 == 1 { // double and add
			sum.Add(c.field, c.a, &table[0][0], 0)
		}
		digit := k[1] >> (4 * i) & (combOdd - 1)
		sum.Add(c.field, c.a, &table[i][digit], 0)
	}
	secret.Reveal(&sum)
	t.Log(sum.Infinite())
}
