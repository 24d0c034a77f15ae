// Package vectors holds test vectors of the Ukrainian algorithms, for the tests of this module and of anybody else. The
// README beside it tells where every number comes from. Those who test an implementation of their own begin with
// [LoadDSTU4145], [LoadHashes], [LoadGOST28147] and [LoadKalyna], whose results are right, and go on with
// [LoadVerifyEdges] and [LoadKeyEdges], of which an implementation has to refuse many. The files are JSON, for tests in
// other languages.
//
// Digests, keys and texts are in the order in which functions put them out and take them. Encoded public keys and
// signatures have their least significant byte first, as certificates have them, unless a field says otherwise.
//
// Production code has no business here.
package vectors

import (
	"bytes"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
)

//go:embed *.json edges/*.json
var files embed.FS

// Bytes is an octet string, in hexadecimal in the files.
type Bytes []byte

// UnmarshalText reads hexadecimal.
func (b *Bytes) UnmarshalText(text []byte) error {
	out, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("read octets: %w", err)
	}
	*b = out
	return nil
}

// Int is a number, in big-endian hexadecimal of any length in the files.
type Int struct{ big.Int }

// UnmarshalJSON reads a string of hexadecimal; it stands in for the method of [big.Int], which reads decimal.
func (i *Int) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("read number: %w", err)
	}
	if _, ok := i.SetString(text, 16); !ok {
		return fmt.Errorf("read number: %q is not hexadecimal", text)
	}
	return nil
}

// Text is an octet string that the file gives as the characters themselves.
type Text string

// Curve is a standard curve. For an optimal normal basis B, X and Y are numbers in that basis.
type Curve struct {
	Name              string            `json:"name"`
	M                 int               `json:"m"`
	Exponents         []int             `json:"poly_exponents"` // m first, without 0
	A                 int               `json:"a"`
	B                 Int               `json:"b"`
	N                 Int               `json:"n"`
	X                 Int               `json:"px"`
	Y                 Int               `json:"py"`
	Basis             string            `json:"basis"` // PB or ONB
	OID               string            `json:"oid"`
	BasePoint         Bytes             `json:"base_point_compressed_le"`
	InPolynomialBasis *PolynomialValues `json:"in_polynomial_basis"` // for ONB
}

// PolynomialValues are the constants of an ONB curve in polynomial basis, and the θ that spans the normal basis.
type PolynomialValues struct {
	B        Int    `json:"b"`
	X        Int    `json:"px"`
	Y        Int    `json:"py"`
	Theta    Int    `json:"theta"`
	BitOrder string `json:"bit_order"`
}

// DSTU4145 are the signature vectors.
type DSTU4145 struct {
	Note      string               `json:"note"`
	Published []PublishedSignature `json:"published"`
	Generated []Signature          `json:"generated"`
}

// PublishedSignature is a vector with its own curve, among them the example of the standard's annex Б.
type PublishedSignature struct {
	Name      string `json:"name"`
	M         int    `json:"m"`
	Exponents []int  `json:"poly"`
	A         int    `json:"a"`
	B         Int    `json:"b"`
	N         Int    `json:"n"`
	X         Int    `json:"px"`
	Y         Int    `json:"py"`
	D         Int    `json:"d"`
	K         *Int   `json:"k"`        // absent where the source draws it
	Hash      Int    `json:"hash_int"` // the digest, as a number
	H         *Int   `json:"h_field"`  // the element of the field that it becomes, where the source states it
	QX        Int    `json:"qx"`
	QY        Int    `json:"qy"`
	R         Int    `json:"r"`
	S         Int    `json:"s"`
	Source    string `json:"source"`
}

// Signature is a vector on a standard curve, named as in [Curve].
type Signature struct {
	Curve     string `json:"curve"`
	D         Int    `json:"d"`
	K         Int    `json:"k"`
	Hash      Bytes  `json:"hash"`
	R         Int    `json:"r"`
	S         Int    `json:"s"`
	Signature Bytes  `json:"sig_le"`
	QX        Int    `json:"qx"`
	QY        Int    `json:"qy"`
	PublicKey Bytes  `json:"q_compressed_le"`
	Source    string `json:"source"`
}

// Hashes are the vectors of GOST 34.311 and Kupyna.
type Hashes struct {
	Note            string        `json:"note"`
	Generated       []Hash        `json:"generated"`
	PublishedKupyna []KupynaHash  `json:"published_kupyna"`
	TestSBox        []TestSBoxSum `json:"gost34311_test_sbox"`
	KupynaMAC       []MAC         `json:"kupyna_mac"`
	HMACGOST34311   []MAC         `json:"hmac_gost34311"` // with DKE №1
}

// MAC is an authentication code; its length tells the variant.
type MAC struct {
	Key     Bytes  `json:"key"`
	Message Bytes  `json:"msg"`
	MAC     Bytes  `json:"mac"`
	Source  string `json:"source"`
}

// Hash is a message with all its digests; GOST34311 is with DKE №1.
type Hash struct {
	Name      string `json:"name"`
	Message   Bytes  `json:"msg"`
	GOST34311 Bytes  `json:"gost34311"`
	Kupyna256 Bytes  `json:"kupyna256"`
	Kupyna384 Bytes  `json:"kupyna384"`
	Kupyna512 Bytes  `json:"kupyna512"`
}

// KupynaHash is a published vector of Kupyna-256 over counting bytes.
type KupynaHash struct {
	Length      int    `json:"msg_len"`
	Description string `json:"msg"`
	Kupyna256   Bytes  `json:"kupyna256"`
	Source      string `json:"source"`
}

// Message returns the bytes 0, 1, 2, …, 255, 0, 1, … of the vector's length.
func (h KupynaHash) Message() []byte {
	message := make([]byte, h.Length)
	for i := range message {
		message[i] = byte(i)
	}
	return message
}

// TestSBoxSum is a digest of GOST 34.311 with the test substitution block.
type TestSBoxSum struct {
	Message Text  `json:"msg"`
	Digest  Bytes `json:"h"`
}

// GOST28147 are the vectors of the block cipher.
type GOST28147 struct {
	Note      string    `json:"note"`
	Published []Cipher  `json:"published"`
	Generated []Cipher  `json:"generated"`
	Wrap      []KeyWrap `json:"wrap"`
}

// Cipher is a plaintext in the modes whose field is filled. SBox is DKE#1 or GostR3411-94-TestParamSet.
type Cipher struct {
	SBox      string `json:"sbox"`
	Key       Bytes  `json:"key"`
	IV        Bytes  `json:"iv"`
	Plaintext Bytes  `json:"pt"`
	ECB       Bytes  `json:"ecb"`
	CFB       Bytes  `json:"cfb"`
	Gamma     Bytes  `json:"gamma_ctr"`
	MACInput  Bytes  `json:"mac_input"` // where the code is not over the plaintext
	MAC       Bytes  `json:"mac4"`
	Source    string `json:"source"`
}

// KeyWrap is a vector of the key wrap 1.2.804.2.1.1.1.1.1.1.5.
type KeyWrap struct {
	KEK     Bytes  `json:"kek"`
	IV      Bytes  `json:"iv"`
	CEK     Bytes  `json:"cek"`
	Wrapped Bytes  `json:"wrapped"`
	Source  string `json:"source"` // of those that are published
}

// Kalyna are the vectors of the block cipher of ДСТУ 7624:2014.
type Kalyna struct {
	Note    string          `json:"note"`
	Vectors []KalynaVector  `json:"vectors"`
	Wrap    []KalynaKeyWrap `json:"wrap"`
}

// KalynaVector is a plaintext in one mode; lengths are in bits.
type KalynaVector struct {
	Mode       string `json:"mode"` // ECB, CBC, CFB, OFB, CTR, XTS, KW, CMAC, GMAC, GCM or CCM
	Block      int    `json:"block"`
	Key        Bytes  `json:"key"`
	IV         Bytes  `json:"iv"`
	Additional Bytes  `json:"aad"`
	Plaintext  Bytes  `json:"pt"`
	Ciphertext Bytes  `json:"ct"`
	Tag        Bytes  `json:"tag"`
	Q          int    `json:"q"`  // of the segment of CFB, or of the tag
	MaxLength  int    `json:"nb"` // logarithm of the greatest length in CCM
	Source     string `json:"source"`
}

// KalynaKeyWrap is a vector of the key wrap 1.2.804.2.1.1.1.1.1.3.11.
type KalynaKeyWrap struct {
	KEK     Bytes  `json:"kek"`
	IV      Bytes  `json:"iv"`
	CEK     Bytes  `json:"cek"`
	Wrapped Bytes  `json:"wrapped"`
	Source  string `json:"source"`
}

// LoadCurves returns the fifteen standard curves.
func LoadCurves() ([]Curve, error) { return load[[]Curve]("dstu4145-curves.json") }

// LoadDSTU4145 returns the signature vectors.
func LoadDSTU4145() (DSTU4145, error) { return load[DSTU4145]("dstu4145.json") }

// LoadHashes returns the vectors of the hash functions.
func LoadHashes() (Hashes, error) { return load[Hashes]("hash.json") }

// LoadGOST28147 returns the vectors of the block cipher.
func LoadGOST28147() (GOST28147, error) { return load[GOST28147]("gost28147.json") }

// LoadKalyna returns the vectors of the block cipher of ДСТУ 7624:2014.
func LoadKalyna() (Kalyna, error) { return load[Kalyna]("kalyna.json") }

// load refuses fields it does not know, so that a vector cannot go unread.
func load[T any](name string) (T, error) {
	var out T
	data, err := files.ReadFile(name)
	if err != nil {
		return out, fmt.Errorf("vectors: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&out); err != nil {
		return out, fmt.Errorf("vectors: read %s: %w", name, err)
	}
	return out, nil
}
