package czo

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/dovidka/dovidka/pki"
)

// Kind says what a root is for.
type Kind string

// The kinds of roots.
const (
	Central Kind = "central" // the central certification authority
	Banking Kind = "banking" // the certification centre of the National Bank
	Test    Kind = "test"    // tests, of whomever
)

// Root is a root that is known.
type Root struct {
	Fingerprint         [sha256.Size]byte // SHA-256 of the certificate
	Kind                Kind
	Key                 string // DSTU 4145, ECDSA or RSA
	NotBefore, NotAfter time.Time
	Number              string // its serialNumber attribute
	Name                string // its common name
	Organization        string
}

// rootsFile has a root a line: the self-signed certificates that verify among the 771
// of the bundle CACertificates.p7b of 2025 and the 19 of CACertificates.Test.p7b, both
// published by АТ «ІІТ», but for one of a body's own authority, which is neither
// national nor for tests. A test compares it with the bundles.
//
//go:embed roots.txt
var rootsFile string

// Roots returns all that are known.
func Roots() []Root {
	var out []Root
	for line := range strings.Lines(rootsFile) {
		out = append(out, parseRoot(strings.TrimSuffix(line, "\n")))
	}
	return out
}

// parseRoot reads a line; it panics on a malformed one, which no program is built with.
func parseRoot(line string) Root {
	fields := strings.Split(line, "\t")
	if len(fields) != 8 {
		panic("czo: roots.txt: " + line)
	}
	at := func(text string) time.Time {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			panic("czo: roots.txt: " + err.Error())
		}
		return t
	}
	r := Root{
		Kind: Kind(fields[1]), Key: fields[2], NotBefore: at(fields[3]), NotAfter: at(fields[4]),
		Number: fields[5], Name: fields[6], Organization: fields[7],
	}
	if n, err := hex.Decode(r.Fingerprint[:], []byte(fields[0])); err != nil || n != len(r.Fingerprint) {
		panic("czo: roots.txt: fingerprint")
	}
	return r
}

// Lookup finds a root among the known ones by its fingerprint.
func Lookup(c *pki.Certificate) (Root, bool) {
	for _, r := range Roots() {
		if r.Fingerprint == c.Fingerprint() {
			return r, true
		}
	}
	return Root{}, false
}

// IsProduction reports whether a certificate is a known root that is not for tests.
func IsProduction(c *pki.Certificate) bool {
	r, known := Lookup(c)
	return known && r.Kind != Test
}

// IsTest reports whether a certificate is a known test root, or says of itself, or of
// its issuer, that it is for tests: in Ukraine all that are known do.
func IsTest(c *pki.Certificate) bool {
	if r, known := Lookup(c); known {
		return r.Kind == Test
	}
	return saysTest(c.Subject) || saysTest(c.Issuer)
}

func saysTest(name pki.Name) bool {
	for _, a := range name.Attributes() {
		for _, word := range strings.FieldsFunc(strings.ToLower(a.Value), func(r rune) bool { return !unicode.IsLetter(r) }) {
			switch {
			case strings.HasPrefix(word, "тест"), strings.HasPrefix(word, "випробув"), word == "test", word == "tests", word == "testing":
				return true
			}
		}
	}
	return false
}

// ErrTest means that a certificate is for tests.
var ErrTest = errors.New("czo: a certificate for tests, of which anybody can have more")

// RefuseTests returns an error when one of the certificates is for tests.
func RefuseTests(certificates ...*pki.Certificate) error {
	for _, c := range certificates {
		if IsTest(c) {
			return fmt.Errorf("%w: %s (SHA-256 %x)", ErrTest, c.Subject.First(pki.OIDCommonName), c.Fingerprint())
		}
	}
	return nil
}
