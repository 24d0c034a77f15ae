package vectors

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
)

// The edge cases of DSTU 4145 are in files like those of Project Wycheproof: groups of tests with one key, every test
// with a number, a comment, flags that say what it is about, and the result a right implementation comes to. Every
// result was computed by a plain model of the standard, the tests of this package; the README tells the rest.

// Result is what a right implementation makes of a test.
type Result string

// The results of Project Wycheproof.
const (
	Valid      Result = "valid"
	Invalid    Result = "invalid"
	Acceptable Result = "acceptable" // the mathematics hold, a strict implementation refuses
)

// Note explains a flag.
type Note struct {
	BugType     string `json:"bugType"`
	Description string `json:"description"`
}

// VerifyEdges are signatures to verify, on one curve.
type VerifyEdges struct {
	Algorithm     string          `json:"algorithm"`
	NumberOfTests int             `json:"numberOfTests"`
	Header        []string        `json:"header"`
	Notes         map[string]Note `json:"notes"`
	TestGroups    []VerifyGroup   `json:"testGroups"`
}

// VerifyGroup holds the tests of one key on one curve, named as in [Curve].
type VerifyGroup struct {
	Type       string       `json:"type"` // Dstu4145Verify
	Curve      string       `json:"curve"`
	OID        string       `json:"oid"`
	PrivateKey Int          `json:"privateKey"` // for those who look for the reason of a failure
	PublicKey  Bytes        `json:"publicKey"`  // compressed, least significant byte first
	Tests      []VerifyTest `json:"tests"`
}

// VerifyTest is a signature of a digest. The digest goes in as the hash function puts it out; many are no hash of any
// known message but chosen for the r, s and point they lead to.
type VerifyTest struct {
	TcID    int      `json:"tcId"`
	Comment string   `json:"comment"`
	Flags   []string `json:"flags"`
	Digest  Bytes    `json:"digest"`
	Sig     Bytes    `json:"sig"`
	Result  Result   `json:"result"`
}

// KeyEdges are encoded keys to read, on all curves.
type KeyEdges struct {
	Algorithm     string          `json:"algorithm"`
	NumberOfTests int             `json:"numberOfTests"`
	Header        []string        `json:"header"`
	Notes         map[string]Note `json:"notes"`
	TestGroups    []KeyGroup      `json:"testGroups"`
}

// KeyGroup holds the keys of one curve.
type KeyGroup struct {
	Type         string        `json:"type"` // Dstu4145Key
	Curve        string        `json:"curve"`
	OID          string        `json:"oid"`
	PublicTests  []PublicTest  `json:"publicTests"`
	PrivateTests []PrivateTest `json:"privateTests"`
}

// PublicTest is an encoded public key. A valid one is the point X, Y.
type PublicTest struct {
	TcID     int      `json:"tcId"`
	Comment  string   `json:"comment"`
	Flags    []string `json:"flags"`
	Encoding string   `json:"encoding"` // LE, or BE for algorithm 1.2.804.2.1.1.1.1.3.1.1.1.1
	Key      Bytes    `json:"key"`
	X        *Int     `json:"x,omitempty"`
	Y        *Int     `json:"y,omitempty"`
	Result   Result   `json:"result"`
}

// PrivateTest is an encoded private key, least significant byte first. A valid one belongs to Public.
type PrivateTest struct {
	TcID    int      `json:"tcId"`
	Comment string   `json:"comment"`
	Flags   []string `json:"flags"`
	Private Bytes    `json:"private"`
	Public  Bytes    `json:"public,omitempty"`
	Result  Result   `json:"result"`
}

// LoadVerifyEdges returns the signature tests of all fifteen curves, a file for each.
func LoadVerifyEdges() ([]VerifyEdges, error) {
	names, err := fs.Glob(files, "edges/verify-*.json")
	if err != nil {
		return nil, fmt.Errorf("vectors: %w", err)
	}
	out := make([]VerifyEdges, len(names))
	for i, name := range names {
		if out[i], err = load[VerifyEdges](name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// LoadKeyEdges returns the tests of encoded keys.
func LoadKeyEdges() (KeyEdges, error) { return load[KeyEdges]("edges/keys.json") }

// MarshalText writes hexadecimal.
func (b Bytes) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, b), nil }

// MarshalJSON writes hexadecimal, as UnmarshalJSON reads it.
func (i *Int) MarshalJSON() ([]byte, error) { return json.Marshal(i.Text(16)) }
