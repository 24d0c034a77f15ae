package dstu4145

import (
	"crypto/hmac"
	"crypto/sha512"
	"fmt"
	"io"
	"slices"
)

// entropySize is the number of fresh random bytes in every signature's secret number.
const entropySize = 32

// nonces is HMAC_DRBG with SHA-512 (NIST SP 800-90A, 10.1.2), instantiated as RFC 6979, 3.2 and 3.6 do: seeded with the
// private key, the digest and random bytes.
type nonces struct{ key, value []byte }

func newNonces(k *PrivateKey, digest []byte, rand io.Reader) (*nonces, error) {
	entropy := make([]byte, entropySize)
	if _, err := io.ReadFull(rand, entropy); err != nil {
		return nil, fmt.Errorf("read random bytes: %w", err)
	}
	d := k.Bytes()
	// The digest goes last: it alone varies in length. The curve keeps a key used on two of them apart.
	seed := slices.Concat(d, entropy, []byte(k.public.curve.oid), []byte{0}, digest)
	defer clear(seed)
	clear(d)
	clear(entropy)

	g := &nonces{key: make([]byte, sha512.Size), value: make([]byte, sha512.Size)}
	for i := range g.value {
		g.value[i] = 1
	}
	g.update(seed)
	return g, nil
}

func (g *nonces) mac(parts ...[]byte) []byte {
	h := hmac.New(sha512.New, g.key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func (g *nonces) update(seed []byte) {
	g.key = g.mac(g.value, []byte{0}, seed)
	g.value = g.mac(g.value)
	if len(seed) > 0 {
		g.key = g.mac(g.value, []byte{1}, seed)
		g.value = g.mac(g.value)
	}
}

// Read fills p with one output of the generator; it never fails.
func (g *nonces) Read(p []byte) (int, error) {
	for n := 0; n < len(p); {
		g.value = g.mac(g.value)
		n += copy(p[n:], g.value)
	}
	g.update(nil)
	return len(p), nil
}

func (g *nonces) clear() {
	clear(g.key)
	clear(g.value)
}
