package dstu4145

import (
	"bytes"
	"math/big"
	"slices"
	"testing"
)

func TestAgreement(t *testing.T) {
	t.Parallel()
	eachCurve(t, func(t *testing.T, c *Curve) {
		alice, err := GenerateKey(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		bob, err := GenerateKey(c, nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, agree := range map[string]struct {
			method func(*PrivateKey, *PublicKey) ([]byte, error)
			factor uint64
		}{"plain": {(*PrivateKey).ECDH, 1}, "cofactor": {(*PrivateKey).CofactorECDH, c.cofactor}} {
			one, err := agree.method(alice, bob.PublicKey())
			if err != nil {
				t.Fatal(err)
			}
			other, err := agree.method(bob, alice.PublicKey())
			if err != nil || !bytes.Equal(one, other) {
				t.Errorf("%s: %x and %x, %v", name, one, other, err)
			}
			k := new(big.Int).Mul(alice.d.big(), new(big.Int).SetUint64(agree.factor))
			p := slowMultiply(c, k, &bob.public.point)
			want := c.encodeElement(&p.x)
			slices.Reverse(want)
			if !bytes.Equal(one, want) {
				t.Errorf("%s: %x, want %x", name, one, want)
			}
		}
		foreign := M257()
		if c == foreign {
			foreign = M431()
		}
		stranger, err := GenerateKey(foreign, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := alice.ECDH(stranger.PublicKey()); err == nil {
			t.Error("keys on different curves agree")
		}
		alice.Zero()
		if _, err := alice.ECDH(bob.PublicKey()); err == nil {
			t.Error("a cleared key agrees")
		}
	})
}
