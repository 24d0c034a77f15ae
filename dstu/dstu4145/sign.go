package dstu4145

import (
	"crypto"
	cryptorand "crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// errSelfCheck says that a signature just made does not verify: a fault of the machine, or a cleared key.
var errSelfCheck = errors.New("the signature made does not verify")

// Sign signs a digest of 32, 48 or 64 bytes as ДСТУ 4145-2002 says and returns r‖s, each half ceil(L(n)/8) bytes,
// least significant first. rand may be nil for [crypto/rand.Reader]; opts is ignored, the hashes of this
// standard having no number in package crypto.
//
// The secret number k of the signature comes from the private key, the digest and fresh random bytes together (RFC
// 6979, 3.6), so neither a weak random source nor a repeated digest gives it away. The signature is verified
// before it is returned, so a fault in its computation does not leave.
func (k *PrivateKey) Sign(rand io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	if !validDigest(digest) {
		return nil, fmt.Errorf("dstu4145: sign: digest of %d bytes", len(digest))
	}
	c := k.public.curve
	if !c.order.inRange(&k.d) {
		return nil, errors.New("dstu4145: sign: the key was cleared")
	}
	if rand == nil {
		rand = cryptorand.Reader
	}
	nonces, err := newNonces(k, digest, rand)
	if err != nil {
		return nil, fmt.Errorf("dstu4145: sign: %w", err)
	}
	defer nonces.clear()
	h := c.hashElement(digest)
	for range maxAttempts {
		nonce, mask := nonces.pair(c.order)
		if nonce.zero() {
			continue
		}
		r, s, ok := k.signWith(&h, &nonce, &mask)
		clear(nonce[:])
		clear(mask[:])
		if !ok {
			continue
		}
		if !k.public.verify(&h, &r, &s) {
			return nil, fmt.Errorf("dstu4145: sign: %w", errSelfCheck)
		}
		out := make([]byte, c.SignatureSize())
		r.putLE(out[:c.OrderBytes()])
		s.putLE(out[c.OrderBytes():])
		return out, nil
	}
	return nil, errors.New("dstu4145: sign: no usable secret number")
}

// signWith makes the signature with the given secret number k; ok is false when another one must be taken. d enters
// as the sum of mask and d − mask, so that d itself is never multiplied by the known r.
func (k *PrivateKey) signWith(h *gf2m.Element, nonce, mask *scalar) (r, s scalar, ok bool) {
	c := k.public.curve
	point := c.multiplyBase(nonce)
	point.X.Mul(c.field, &point.X, h)
	r = c.truncate(&point.X)
	if r.zero() {
		return scalar{}, scalar{}, false
	}
	rest := c.order.sub(&k.d, mask)
	first, second := c.order.mul(mask, &r), c.order.mul(&rest, &r)
	s = c.order.add(nonce, &first)
	s = c.order.add(&s, &second)
	clear(rest[:])
	clear(first[:])
	clear(second[:])
	return r, s, !s.zero()
}
