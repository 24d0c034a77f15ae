package dstu4145

import (
	"errors"
	"fmt"
	"slices"
)

// ECDH returns the value both sides of a key agreement share, the x-coordinate of d·Q: ceil(m/8) bytes, most significant
// first (the standard scheme, key agreement 1.2.804.2.1.1.1.1.3.5 and .3.8). Clear it after use.
func (k *PrivateKey) ECDH(peer *PublicKey) ([]byte, error) { return k.agree(peer, 1) }

// CofactorECDH is ECDH with the cofactor h, the x-coordinate of h·d·Q (key agreement 1.2.804.2.1.1.1.1.3.4 and .3.7).
func (k *PrivateKey) CofactorECDH(peer *PublicKey) ([]byte, error) {
	return k.agree(peer, k.public.curve.cofactor)
}

// agree needs no check for infinity: h·d is no multiple of the prime n and the peer's key was found to have order n.
func (k *PrivateKey) agree(peer *PublicKey, factor uint64) ([]byte, error) {
	c := k.public.curve
	if peer.curve != c {
		return nil, fmt.Errorf("dstu4145: agree: the keys are on different curves, %s and %s", c.name, peer.curve.name)
	}
	if !c.order.inRange(&k.d) {
		return nil, errors.New("dstu4145: agree: the key was cleared")
	}
	d := c.order.mul(&k.d, &scalar{factor})
	x := c.multiplyX(&d, &peer.point)
	clear(d[:])
	out := c.encodeElement(&x)
	clear(x[:])
	slices.Reverse(out)
	return out, nil
}
