package dstu4145

import (
	"bytes"
	"crypto"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dovidka/dovidka/dstu/gf2m"
)

// PublicKey is a validated public key Q = −d·P. It is safe for concurrent use. From its second verification on a key
// has tables which make the following ones twice as fast, so keep keys that come back.
type PublicKey struct {
	curve   *Curve
	encoded []byte
	point   affine
	used    atomic.Bool
	once    sync.Once
	split   [][]affine // set by once
}

// ParsePublicKey reads a compressed point as certificates hold it: exactly ceil(m/8) bytes, least significant first.
// It makes sure that the point exists, is not the one of order two and lies in the subgroup of order n.
func ParsePublicKey(c *Curve, compressedLE []byte) (*PublicKey, error) {
	p, err := c.decompress(compressedLE)
	if err != nil {
		return nil, fmt.Errorf("dstu4145: parse public key on %s: %w", c.name, err)
	}
	if !c.inSubgroup(&p) {
		return nil, fmt.Errorf("dstu4145: parse public key on %s: %w", c.name, errSubgroup)
	}
	return newPublicKey(c, p, slices.Clone(compressedLE)), nil
}

// ParsePublicKeyBE reads a compressed point in the byte order of the algorithms 1.2.804.2.1.1.1.1.3.1.1.1.1 and
// 1.2.804.2.1.1.1.1.3.1.2.1.1, most significant byte first.
func ParsePublicKeyBE(c *Curve, compressedBE []byte) (*PublicKey, error) {
	le := slices.Clone(compressedBE)
	slices.Reverse(le)
	return ParsePublicKey(c, le)
}

func newPublicKey(c *Curve, p affine, encoded []byte) *PublicKey {
	return &PublicKey{curve: c, encoded: encoded, point: p}
}

// Curve returns the curve of the key.
func (k *PublicKey) Curve() *Curve { return k.curve }

// Bytes returns the compressed point, ceil(m/8) bytes, least significant first.
func (k *PublicKey) Bytes() []byte { return slices.Clone(k.encoded) }

// Equal reports whether x is the same key on the same curve.
func (k *PublicKey) Equal(x crypto.PublicKey) bool {
	other, ok := x.(*PublicKey)
	return ok && other != nil && k.curve == other.curve && bytes.Equal(k.encoded, other.encoded)
}

// Verify reports whether signature is a signature of the digest by the key as ДСТУ 4145-2002 defines it. The signature
// is r‖s, each half exactly ceil(L(n)/8) bytes, least significant first; the digest is the hash as the function puts
// it out: 32, 48 or 64 bytes.
func Verify(pub *PublicKey, digest, signature []byte) bool {
	if pub == nil || !validDigest(digest) || len(signature) != pub.curve.SignatureSize() {
		return false
	}
	c := pub.curve
	half := c.OrderBytes()
	r, s := scalarFromLE(signature[:half]), scalarFromLE(signature[half:])
	h := c.hashElement(digest)
	return pub.verify(&h, &r, &s)
}

// VerifyBE is [Verify] for the byte order of the same algorithms as in [ParsePublicKeyBE]: the octets of the signature the
// other way round, s‖r, each half most significant byte first.
func VerifyBE(pub *PublicKey, digest, signature []byte) bool {
	le := slices.Clone(signature)
	slices.Reverse(le)
	return Verify(pub, digest, le)
}

func validDigest(digest []byte) bool {
	return len(digest) == 32 || len(digest) == 48 || len(digest) == 64
}

func (k *PublicKey) verify(h *gf2m.Element, r, s *scalar) bool {
	c := k.curve
	if !c.order.inRange(r) || !c.order.inRange(s) {
		return false
	}
	point := k.joint(s, r)
	if point.Infinite() {
		return false
	}
	var y gf2m.Element
	c.public().Invert(&y, &point.Z)
	y.Mul(c.field, &y, &point.X)
	y.Mul(c.field, &y, h)
	return c.truncate(&y) == *r
}

// joint returns s·P + r·Q. The tables of all parts cost about as much as a verification, so a key gets them when it
// comes back.
func (k *PublicKey) joint(s, r *scalar) projective {
	if k.used.Swap(true) {
		k.once.Do(func() { k.split = k.curve.splitMultiples(&k.point, keyWidth) })
		return k.curve.joint(s, r, k.split)
	}
	var odd [1 << (keyWidth - 2)]affine
	k.curve.oddMultiples(odd[:], &k.point)
	return k.curve.joint(s, r, [][]affine{odd[:]})
}

// hashElement turns a digest into a field element: the low m bits of the little-endian number, 1 if they are zero
// (the standard's rule, with the byte order act z1399-12 gives it).
func (c *Curve) hashElement(digest []byte) gf2m.Element {
	i := gf2m.Element(scalarFromLE(digest[:min(len(digest), 8*gf2m.MaxWords)]))
	m := c.field.Bits()
	i[m/64] &= 1<<(m%64) - 1
	clear(i[m/64+1:])
	h := c.element(&i)
	if h.IsZero() {
		return gf2m.One()
	}
	return h
}

// truncate is the low L(n)−1 bits of the integer of y.
func (c *Curve) truncate(y *gf2m.Element) scalar {
	r := scalar(c.integer(y))
	top := c.order.bits - 1
	r[top/64] &= 1<<(top%64) - 1
	clear(r[top/64+1:])
	return r
}
