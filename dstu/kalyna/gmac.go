package kalyna

import (
	"crypto/cipher"
	"encoding/binary"
	"hash"
)

// universal is the polynomial hash under GMAC and GCM. A part of a block is filled up with zeros; what that leaves
// ambiguous the length settles, which is encrypted along.
type universal struct {
	m     *multiplier
	state [8]uint64
}

func newUniversal(b cipher.Block) *multiplier {
	var element [BlockSize512]byte
	b.Encrypt(element[:], element[:b.BlockSize()])
	var words [8]uint64
	h := words[:b.BlockSize()/8]
	loadWords(h, element[:])
	return newMultiplier(h)
}

// update takes whole blocks, and at the end of a message a part of one.
func (u *universal) update(data []byte) {
	state := u.state[:u.m.words]
	for len(data) > 0 {
		var chunk [BlockSize512]byte
		var words [8]uint64
		n := copy(chunk[:8*len(state)], data)
		data = data[n:]
		loadWords(words[:len(state)], chunk[:])
		xor(state, words[:])
		u.m.multiply(state)
	}
}

// tag encrypts the state with the two lengths in bits, one in each half of the block.
func (u *universal) tag(b cipher.Block, additional, ciphertext uint64) (out [BlockSize512]byte) {
	state := u.state
	state[0] ^= additional << 3
	state[u.m.words/2] ^= ciphertext << 3
	for i, w := range state[:u.m.words] {
		binary.LittleEndian.PutUint64(out[8*i:], w)
	}
	size := b.BlockSize()
	b.Encrypt(out[:size], out[:size])
	return out
}

type gmac struct {
	block  cipher.Block
	size   int
	hash   universal
	buf    [BlockSize512]byte
	n      int
	length uint64
}

// NewGMAC returns the authentication code GMAC (ДСТУ 7624:2014, clause 12) of size bytes, 8 to a block. The code of an
// empty message would be the secret that all others rest on, so the standard has none and Sum panics. No published vector
// tells how a message which is not of whole blocks is filled up; zeros and the true length are used here, as in Bouncy
// Castle.
func NewGMAC(b cipher.Block, size int) (hash.Hash, error) {
	if err := checkBlockSize(b.BlockSize()); err != nil {
		return nil, err
	}
	if err := checkTag(size, b.BlockSize()); err != nil {
		return nil, err
	}
	return &gmac{block: b, size: size, hash: universal{m: newUniversal(b)}}, nil
}

func (g *gmac) Size() int      { return g.size }
func (g *gmac) BlockSize() int { return g.block.BlockSize() }
func (g *gmac) Reset()         { *g = gmac{block: g.block, size: g.size, hash: universal{m: g.hash.m}} }

func (g *gmac) Write(p []byte) (int, error) {
	written := len(p)
	size := g.block.BlockSize()
	g.length += uint64(len(p))
	if g.n > 0 {
		n := copy(g.buf[g.n:size], p)
		g.n += n
		p = p[n:]
		if g.n < size {
			return written, nil
		}
		g.hash.update(g.buf[:size])
	}
	whole := len(p) - len(p)%size
	g.hash.update(p[:whole])
	g.n = copy(g.buf[:], p[whole:])
	return written, nil
}

// Sum appends the code of what was written so far; writing may go on.
func (g *gmac) Sum(in []byte) []byte {
	if g.length == 0 {
		panic("kalyna: GMAC of an empty message")
	}
	h := g.hash
	h.update(g.buf[:g.n])
	tag := h.tag(g.block, g.length, 0)
	return append(in, tag[:g.size]...)
}
