package dstu4145

import (
	"crypto"
	cryptorand "crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// maxAttempts bounds the search for a number below n, which succeeds at least every other time.
const maxAttempts = 256

// PrivateKey is a private key d, 0 < d < n. It implements [crypto.Signer].
type PrivateKey struct {
	d      scalar
	public *PublicKey
}

// NewPrivateKey reads d, least significant byte first. Zero bytes after the length of the order are allowed, as key
// containers pad to 36 bytes and more.
func NewPrivateKey(c *Curve, dLE []byte) (*PrivateKey, error) {
	var padding byte
	for _, b := range dLE[min(len(dLE), 8*gf2m.MaxWords):] {
		padding |= b
	}
	d := scalarFromLE(dLE[:min(len(dLE), 8*gf2m.MaxWords)])
	if padding != 0 || !c.order.inRange(&d) {
		clear(d[:])
		return nil, fmt.Errorf("dstu4145: private key is not between 0 and the order of %s", c.name)
	}
	k := newPrivateKey(c, &d)
	clear(d[:])
	return k, nil
}

// newPrivateKey computes Q = −d·P.
func newPrivateKey(c *Curve, d *scalar) *PrivateKey {
	p := c.multiplyBase(d)
	q := negate(&p)
	return &PrivateKey{d: *d, public: newPublicKey(c, q, c.compress(&q))}
}

// GenerateKey makes a key out of random bytes from rand; nil means [crypto/rand.Reader].
func GenerateKey(c *Curve, rand io.Reader) (*PrivateKey, error) {
	d, err := c.order.random(rand)
	if err != nil {
		return nil, fmt.Errorf("dstu4145: generate key: %w", err)
	}
	k := newPrivateKey(c, &d)
	clear(d[:])
	return k, nil
}

// random returns a number between 0 and n, all equally likely.
func (o *order) random(rand io.Reader) (scalar, error) {
	if rand == nil {
		rand = cryptorand.Reader
	}
	buf := make([]byte, (o.bits+7)/8)
	defer clear(buf)
	for range maxAttempts {
		if _, err := io.ReadFull(rand, buf); err != nil {
			return scalar{}, fmt.Errorf("read random bytes: %w", err)
		}
		buf[len(buf)-1] &= byte(1<<((o.bits-1)%8+1) - 1)
		if x := scalarFromLE(buf); o.inRange(&x) {
			return x, nil
		}
	}
	return scalar{}, errors.New("the random source never gives a number below the order")
}

// Public returns the *[PublicKey].
func (k *PrivateKey) Public() crypto.PublicKey { return k.public }

// PublicKey returns the public key.
func (k *PrivateKey) PublicKey() *PublicKey { return k.public }

// Curve returns the curve of the key.
func (k *PrivateKey) Curve() *Curve { return k.public.curve }

// Bytes returns d, ceil(L(n)/8) bytes, least significant first. Clear it after use.
func (k *PrivateKey) Bytes() []byte {
	out := make([]byte, k.public.curve.OrderBytes())
	k.d.putLE(out)
	return out
}

// Equal reports whether x is the same key on the same curve, in constant time for keys on the same curve.
func (k *PrivateKey) Equal(x crypto.PrivateKey) bool {
	other, ok := x.(*PrivateKey)
	if !ok || other == nil || k.public.curve != other.public.curve {
		return false
	}
	a, b := k.Bytes(), other.Bytes()
	defer clear(a)
	defer clear(b)
	return subtle.ConstantTimeCompare(a, b) == 1
}

// Zero overwrites d. The key cannot sign any more.
func (k *PrivateKey) Zero() { clear(k.d[:]) }

// String, GoString and Format keep the key out of logs.
func (k *PrivateKey) String() string { return "dstu4145.PrivateKey(" + k.public.curve.name + ")" }

// GoString is String.
func (k *PrivateKey) GoString() string { return k.String() }

// Format writes String for every verb.
func (k *PrivateKey) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, k.String()) }
