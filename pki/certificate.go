package pki

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxCertificateSize = 64 << 10
	maxSerialBytes     = 64
)

// Certificate is a parsed certificate (RFC 5280, order 1401-12). Parsing proves
// nothing about who made it: that is what [BuildChain] does.
//
// A certificate with a key that is refused (an unknown algorithm, a point off the
// curve, foreign curve parameters) parses, because such certificates stand in
// everybody's bundles; its PublicKey is then empty and [Certificate.KeyError] tells
// why. Nothing verifies with it.
//
// A certificate remembers whose signature on it was found good, so one that is kept,
// as those of authorities are, is verified once. Nothing in it may be changed.
type Certificate struct {
	Raw    []byte // the whole certificate
	RawTBS []byte // what is signed
	RawKey []byte // SubjectPublicKeyInfo

	Version      int
	SerialNumber *big.Int
	Issuer       Name
	Subject      Name
	NotBefore    time.Time
	NotAfter     time.Time
	PublicKey    PublicKeyInfo

	SignatureAlgorithm AlgorithmIdentifier
	Signature          []byte // content of the bit string

	Extensions

	keyErr           error
	algorithmsDiffer bool
	fingerprint      fingerprint
	keyFingerprint   fingerprint // of RawKey
	signedBy         verifiedBy
}

// fingerprint is a SHA-256.
type fingerprint = [sha256.Size]byte

// verifiedBy remembers the key with which a signature verified: the fingerprint of its
// SubjectPublicKeyInfo, in which curve and substitution block stand too. Only good
// signatures are remembered.
type verifiedBy struct{ key atomic.Pointer[fingerprint] }

// check is verify, unless it was found good with this key before.
func (v *verifiedBy) check(key *fingerprint, verify func() error) error {
	if known := v.key.Load(); known != nil && *known == *key {
		return nil
	}
	err := verify()
	if err == nil {
		v.key.Store(key)
	}
	return err
}

// ParseCertificate parses one certificate in DER.
func ParseCertificate(raw []byte) (*Certificate, error) {
	if err := der.Check(raw, der.Limits{Size: maxCertificateSize}); err != nil {
		return nil, fmt.Errorf("parse certificate: %w", err)
	}
	c := &Certificate{Raw: bytes.Clone(raw), fingerprint: sha256.Sum256(raw)}
	s := cryptobyte.String(c.Raw)
	var body, tbs cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&tbs, asn1.SEQUENCE) ||
		!ReadAlgorithmIdentifier(&body, &c.SignatureAlgorithm) ||
		!body.ReadASN1BitStringAsBytes(&c.Signature) || !body.Empty() {
		return nil, malformed("certificate")
	}
	c.RawTBS = tbs
	if err := c.parseTBS(tbs); err != nil {
		return nil, fmt.Errorf("parse certificate: %w", err)
	}
	return c, nil
}

func (c *Certificate) parseTBS(tbs cryptobyte.String) error {
	var body cryptobyte.String
	if !tbs.ReadASN1(&body, asn1.SEQUENCE) {
		return malformed("tbsCertificate")
	}
	var version int
	if !body.ReadOptionalASN1Integer(&version, asn1.Tag(0).ContextSpecific().Constructed(), 0) || version < 0 || version > 2 {
		return malformed("version")
	}
	c.Version = version + 1
	var inner AlgorithmIdentifier
	serial, ok := readSerial(&body)
	if !ok {
		return malformed("serial number")
	}
	c.SerialNumber = serial
	if !ReadAlgorithmIdentifier(&body, &inner) {
		return malformed("signature algorithm")
	}
	c.algorithmsDiffer = !inner.Equal(c.SignatureAlgorithm)
	if err := c.parseNamesAndKey(&body); err != nil {
		return err
	}
	return c.parseTail(&body)
}

// readSerial reads a serial number; negative ones were issued once and are kept.
func readSerial(s *cryptobyte.String) (*big.Int, bool) {
	n := new(big.Int)
	if !s.ReadASN1Integer(n) || n.BitLen() > 8*maxSerialBytes {
		return nil, false
	}
	return n, true
}

func (c *Certificate) parseNamesAndKey(body *cryptobyte.String) (err error) {
	var issuer, subject, validity, spki cryptobyte.String
	if !body.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!body.ReadASN1(&validity, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&subject, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&spki, asn1.SEQUENCE) {
		return malformed("tbsCertificate")
	}
	if c.Issuer, err = ParseName(issuer); err != nil {
		return err
	}
	if c.Subject, err = ParseName(subject); err != nil {
		return err
	}
	if !der.ReadTime(&validity, &c.NotBefore) || !der.ReadTime(&validity, &c.NotAfter) || !validity.Empty() {
		return malformed("validity")
	}
	c.RawKey, c.keyFingerprint = spki, sha256.Sum256(spki)
	c.PublicKey, c.keyErr = ParsePublicKeyInfo(spki)
	if errors.Is(c.keyErr, ErrMalformed) && c.PublicKey.AlgorithmOID == "" {
		return c.keyErr
	}
	return nil
}

// parseTail reads the unique identifiers, which nobody uses, and the extensions.
func (c *Certificate) parseTail(body *cryptobyte.String) error {
	for n := uint8(1); n <= 2; n++ {
		if !body.SkipOptionalASN1(asn1.Tag(n).ContextSpecific()) {
			return malformed("unique identifier")
		}
	}
	var wrapped cryptobyte.String
	var present bool
	if !body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(3).ContextSpecific().Constructed()) || !body.Empty() {
		return malformed("extensions")
	}
	if !present {
		return nil
	}
	if c.Version != 3 {
		return malformed("extensions: certificate is not version 3")
	}
	list, err := readExtensions(&wrapped)
	if err != nil {
		return err
	}
	return c.parse(list)
}

// KeyError tells why the certificate's key is refused, or is nil.
func (c *Certificate) KeyError() error { return c.keyErr }

// Equal reports whether both are the same certificate, byte for byte.
func (c *Certificate) Equal(o *Certificate) bool {
	return c != nil && o != nil && bytes.Equal(c.Raw, o.Raw)
}

// Fingerprint returns the SHA-256 of the certificate.
func (c *Certificate) Fingerprint() [sha256.Size]byte { return c.fingerprint }

// ValidAt reports whether t lies within the validity, both ends included.
func (c *Certificate) ValidAt(t time.Time) bool {
	return !t.Before(c.NotBefore) && !t.After(c.NotAfter)
}

// IsSelfIssued reports whether subject and issuer have the same name.
func (c *Certificate) IsSelfIssued() bool { return c.Subject.Equal(c.Issuer) }

// IsSeal reports whether the certificate is for an electronic seal of a legal
// entity and not for a person's signature.
func (c *Certificate) IsSeal() bool { return c.HasExtendedKeyUsage(OIDEKUSeal) }

// String names the certificate by its fingerprint: the subject is personal data.
func (c *Certificate) String() string {
	if c == nil {
		return "certificate(nil)"
	}
	return "certificate sha256:" + hex.EncodeToString(c.fingerprint[:8])
}

// Format prints the fingerprint whatever the verb, so that the bytes of a citizen's
// certificate do not reach a log by accident.
func (c *Certificate) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue is the fingerprint.
func (c *Certificate) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is the fingerprint; use Raw for the certificate itself.
func (c *Certificate) MarshalText() ([]byte, error) { return []byte(c.String()), nil }
