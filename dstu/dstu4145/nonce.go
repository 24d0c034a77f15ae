package dstu4145

import (
	"crypto/sha256"
	"fmt"
	"io"
)

// entropySize is the number of fresh random bytes in every signature's secret number.
const entropySize = 32

// extraBytes more than the order has make numbers that are even modulo n to one part in 2⁶⁴ (FIPS 186-5, A.3.1).
const extraBytes = 8

// nonces is HMAC_DRBG with SHA-256 (NIST SP 800-90A, 10.1.2), instantiated as RFC 6979, 3.2 and 3.6 do: seeded with the
// private key, the digest and random bytes. Processors have instructions for SHA-256, and its 256 bits of strength
// are more than half the length of any order.
type nonces struct {
	key, value [sha256.Size]byte
	used       bool // the update that ends a request is still to be made
}

func newNonces(k *PrivateKey, digest []byte, rand io.Reader) (*nonces, error) {
	var entropy [entropySize]byte
	defer clear(entropy[:])
	if _, err := io.ReadFull(rand, entropy[:]); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}
	c := k.public.curve
	var buffer [maxSeed]byte
	defer clear(buffer[:])
	seed := buffer[:c.OrderBytes()]
	k.d.putLE(seed)
	seed = append(seed, entropy[:]...)
	// The digest goes last: it alone varies in length. The curve keeps a key used on two of them apart.
	seed = append(seed, c.oid...)
	seed = append(seed, 0)
	seed = append(seed, digest...)
	return seedNonces(seed), nil
}

// maxSeed is room for the longest seed: 54 bytes of d, the entropy, an OID of 26 and a 0, 64 bytes of digest.
const maxSeed = 192

func seedNonces(seed []byte) *nonces {
	g := &nonces{}
	for i := range g.value {
		g.value[i] = 1
	}
	g.update(seed)
	return g
}

func (g *nonces) update(seed []byte) {
	g.key = g.mac(g.value[:], []byte{0}, seed)
	g.value = g.mac(g.value[:])
	if len(seed) > 0 {
		g.key = g.mac(g.value[:], []byte{1}, seed)
		g.value = g.mac(g.value[:])
	}
}

// mac is HMAC with the key of the generator. It is here for its buffer, which stays off the heap and is cleared.
func (g *nonces) mac(parts ...[]byte) [sha256.Size]byte {
	const inner, outer = 0x36, 0x5c
	var buffer [sha256.BlockSize + sha256.Size + 1 + maxSeed]byte
	defer clear(buffer[:])
	for i := range sha256.BlockSize {
		buffer[i] = inner
		if i < len(g.key) {
			buffer[i] ^= g.key[i]
		}
	}
	message := buffer[:sha256.BlockSize]
	for _, p := range parts {
		message = append(message, p...)
	}
	sum := sha256.Sum256(message)
	for i := range sha256.BlockSize {
		buffer[i] ^= inner ^ outer
	}
	return sha256.Sum256(append(buffer[:sha256.BlockSize], sum[:]...))
}

// read fills p with one output of the generator.
func (g *nonces) read(p []byte) {
	if g.used {
		g.update(nil)
	}
	g.used = true
	for n := 0; n < len(p); {
		g.value = g.mac(g.value[:])
		n += copy(p[n:], g.value[:])
	}
}

// pair returns two numbers below n.
func (g *nonces) pair(o *order) (a, b scalar) {
	var buffer [2 * (scalarBytes + extraBytes)]byte
	defer clear(buffer[:])
	half := (o.bits+7)/8 + extraBytes
	g.read(buffer[:2*half])
	return o.reduce(buffer[:half]), o.reduce(buffer[half : 2*half])
}

func (g *nonces) clear() { *g = nonces{} }
