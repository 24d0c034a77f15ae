package gost28147

import (
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
)

// DKESize is the length of an encoded substitution block (довгостроковий ключовий елемент).
const DKESize = 64

// testSBoxNumber is the place of the GOST 34.311 test block, which instruction 114 does not number.
const testSBoxNumber = 0

// ErrUnknownDKE is returned for a substitution block outside the accepted list.
//
// The block decides what a hash of a document is, so one chosen by a stranger could have been chosen to
// collide: only published blocks are taken.
var ErrUnknownDKE = errors.New("gost28147: substitution block is not on the accepted list")

// acceptedDKE lists the substitution blocks №1–№10 of instruction 114 of the State Service of Special
// Communications of Ukraine (12 June 2007) and, at index 0, the test block of GOST 34.311
// (id-GostR3411-94-TestParamSet of RFC 4357, 11.2), which certificates of 2006–2013 carry.
// Eight rows of sixteen nibbles, the high nibble of a byte first; row 0 substitutes the least significant nibble.
var acceptedDKE = [...]string{
	testSBoxNumber: "4a92d80e6b1c7f53eb4c6dfa23810759581da342efc7609b7da1089fe46cb2536c715fd84a9e03b24ba0721d36859cfedb413f590ae7682c1fd057a4923e6b8c",

	1:  "a9d6eb45f13c708280c4967b231f5eadf658eba4c037291d38d96bf025ca4e17f8e9720dc615b43a28975f0bc1dea36438b564ea2c179fd0123e6db8fac57904",
	2:  "e937f4cb6ad10582adc76e81f3b409524b1f92ec6a87350d451c7e92afbd0863cb39f04572ed1a86873a96e5d04c12fbf0e68d59a31c4b7243ed502b1a769f8c",
	3:  "d91e72c54b6f38a0786b034d95feac21a53c98d64fe02b17bac1569e2df704385b30f9e41c862a7d43bd1f827ec9a065378b1e50d4ca29f66dcab793fe120845",
	4:  "9c3d76e1a2048f5ba5be760c28f4d3914c30d2eb7f5918a63945e786d02fbca129cfdb41753e68a0e5db1942f8703ca6e65a9d48bc0371f219cb76832fe05a4d",
	5:  "34d8c7a20e9fb156c76938b5fa0d421ee487b3ac1269df05396d8fa27ec0b4155ca721fde3b4089618be74a0c35d9f629bad5e23064cf178e9185fb062c7a4d3",
	6:  "fc96e21b0d4a7835ec5074a3261d9bf856d9bea3f281407c1f742ec36b9805adf9e6d158423cab07b0d7ce142368a5f97ef8d0b3a1429c6515eb2c38a097f64d",
	7:  "fda5c01692e73b4825a0691fd47eb38c3e4b5912f68d70ac4ab9f2e5d13607c8f65897cb0a3124decbf451e908d2a736d248bc13a59e7f06150f6a3e72cdb894",
	8:  "e4b2875c9d031f6a3eca62d198740f5b52871fe64db0a3c9ca7de3029516b4f863f709a8bc4152de6df15380bae49c272fc5b13e06da7948305c8fdeb629714a",
	9:  "90bc243fd6e1a758350f87ecda16b249845aebd6cf79312054f0cba91e8632d77c3068eb1fda9524743b6a819ced0f257e9f1483bd026a5ce28f307cbd15649a",
	10: "8469bc1237e0daf57d18ae4f90632cb5c8d1a29634e75f0b2b34c79df8501ea683daef5147bc20694c9bea76350f128d58e7301da692fbc4a3590d78c416bf2e",
}

// Table is a substitution block merged with the rotation by 11 bits that follows it in every round:
// f(x) = t[0][x₀] ^ t[1][x₁] ^ t[2][x₂] ^ t[3][x₃], where x₀ is the least significant byte of x.
type Table [4][256]uint32

// SBox is a substitution block (DKE). There is one *SBox per accepted block, so pointers compare.
type SBox struct {
	dke   [DKESize]byte
	table Table
	rows  Nibbles
}

// Nibbles is a substitution block for look-ups in vector registers: row i substitutes nibble i, odd ones into the high
// half of the byte.
type Nibbles [8][16]byte

// accepted expands the list once; the blocks are never changed afterwards.
var accepted = sync.OnceValue(func() *[len(acceptedDKE)]*SBox {
	var boxes [len(acceptedDKE)]*SBox
	for i, text := range acceptedDKE {
		dke, err := hex.DecodeString(text)
		if err != nil || len(dke) != DKESize {
			panic("gost28147: malformed built-in substitution block")
		}
		boxes[i] = expand([DKESize]byte(dke))
	}
	return &boxes
})

func expand(dke [DKESize]byte) *SBox {
	s := &SBox{dke: dke}
	nibble := func(row, column int) uint32 {
		b := dke[row*8+column/2]
		if column%2 == 0 {
			return uint32(b >> 4)
		}
		return uint32(b & 15)
	}
	for i := range s.rows {
		for x := range s.rows[i] {
			s.rows[i][x] = byte(nibble(i, x) << (4 * (i & 1)))
		}
	}
	for i := range 4 {
		for x := range 256 {
			v := (nibble(2*i, x&15) | nibble(2*i+1, x>>4)<<4) << (8 * i)
			s.table[i][x] = v<<11 | v>>21
		}
	}
	return s
}

// DefaultSBox returns DKE №1, which applies wherever a certificate or a container names none.
func DefaultSBox() *SBox { return accepted()[1] }

// TestSBox returns the test block of GOST 34.311 (RFC 4357, 11.2), met in certificates of 2006–2013.
func TestSBox() *SBox { return accepted()[testSBoxNumber] }

// NumberedSBox returns DKE №n of instruction 114, 1 ≤ n ≤ 10.
func NumberedSBox(n int) (*SBox, error) {
	if n < 1 || n >= len(acceptedDKE) {
		return nil, fmt.Errorf("gost28147: there is no substitution block №%d", n)
	}
	return accepted()[n], nil
}

// ParseDKE returns the substitution block with the given 64-byte encoding, as it stands in the DKE field of
// DSTU 4145 and GOST 28147 parameters. Blocks outside the accepted list are refused with [ErrUnknownDKE].
func ParseDKE(dke []byte) (*SBox, error) {
	if len(dke) != DKESize {
		return nil, fmt.Errorf("gost28147: substitution block of %d bytes, want %d", len(dke), DKESize)
	}
	for _, s := range accepted() {
		if s.dke == [DKESize]byte(dke) {
			return s, nil
		}
	}
	return nil, ErrUnknownDKE
}

// DKE returns the 64-byte encoding of the block.
func (s *SBox) DKE() []byte { return append([]byte(nil), s.dke[:]...) }

// Equal reports whether both are the same block; nil stands for DKE №1.
func (s *SBox) Equal(other *SBox) bool { return s.orDefault().dke == other.orDefault().dke }

// Table returns the expanded block, for those who build on the GOST 28147 round (GOST 34.311). It must not be changed.
func (s *SBox) Table() *Table { return &s.orDefault().table }

// Nibbles returns the block by nibbles, like [SBox.Table]. It must not be changed.
func (s *SBox) Nibbles() *Nibbles { return &s.orDefault().rows }

func (s *SBox) orDefault() *SBox {
	if s == nil {
		return DefaultSBox()
	}
	return s
}
