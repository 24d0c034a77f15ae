package pki

import (
	"bytes"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// crlLimits admit the lists of the large authorities: about a million entries.
func crlLimits() der.Limits { return der.Limits{Size: 64 << 20, Elements: 8 << 20} }

// Revocation reasons (RFC 5280, clause 5.3.1) which are treated apart.
const (
	RevocationAffiliationChanged = 3
	RevocationSuperseded         = 4
	RevocationCessation          = 5
	RevocationHold               = 6
	revocationRemoveFromCRL      = 8
)

// CRL is a certificate revocation list, full or delta (RFC 5280, clause 5). Like a
// certificate it remembers whose signature on it was good, and may not be changed.
type CRL struct {
	Raw    []byte
	RawTBS []byte

	Issuer     Name
	ThisUpdate time.Time
	NextUpdate time.Time // zero when not stated
	Number     *big.Int  // nil when not stated
	BaseNumber *big.Int  // of a delta: the full list that it completes
	// AuthorityKeyID tells generations of an issuer's key apart.
	AuthorityKeyID []byte
	// UnknownCritical lists critical extensions of the list or of its entries which
	// are not understood; such a list decides nothing.
	UnknownCritical []string

	SignatureAlgorithm AlgorithmIdentifier
	Signature          []byte

	entries          map[string]Revocation
	algorithmsDiffer bool
	signedBy         verifiedBy
}

// Revocation is one entry of a CRL.
type Revocation struct {
	Time   time.Time
	Reason int
}

// ParseCRL parses one list in DER.
func ParseCRL(raw []byte) (*CRL, error) {
	if err := der.Check(raw, crlLimits()); err != nil {
		return nil, fmt.Errorf("parse CRL: %w", err)
	}
	l := &CRL{Raw: bytes.Clone(raw), entries: map[string]Revocation{}}
	s := cryptobyte.String(l.Raw)
	var body, tbs cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&tbs, asn1.SEQUENCE) ||
		!ReadAlgorithmIdentifier(&body, &l.SignatureAlgorithm) ||
		!body.ReadASN1BitStringAsBytes(&l.Signature) || !body.Empty() {
		return nil, malformed("CRL")
	}
	l.RawTBS = tbs
	if err := l.parseTBS(tbs); err != nil {
		return nil, fmt.Errorf("parse CRL: %w", err)
	}
	return l, nil
}

func (l *CRL) parseTBS(tbs cryptobyte.String) (err error) {
	var body, issuer cryptobyte.String
	if !tbs.ReadASN1(&body, asn1.SEQUENCE) {
		return malformed("tbsCertList")
	}
	version := 0
	if body.PeekASN1Tag(asn1.INTEGER) && (!body.ReadASN1Integer(&version) || version != 1) {
		return malformed("version")
	}
	var inner AlgorithmIdentifier
	if !ReadAlgorithmIdentifier(&body, &inner) || !body.ReadASN1Element(&issuer, asn1.SEQUENCE) {
		return malformed("tbsCertList")
	}
	l.algorithmsDiffer = !inner.Equal(l.SignatureAlgorithm)
	if l.Issuer, err = ParseName(issuer); err != nil {
		return err
	}
	if !der.ReadTime(&body, &l.ThisUpdate) {
		return malformed("thisUpdate")
	}
	if (body.PeekASN1Tag(asn1.UTCTime) || body.PeekASN1Tag(asn1.GeneralizedTime)) && !der.ReadTime(&body, &l.NextUpdate) {
		return malformed("nextUpdate")
	}
	if body.PeekASN1Tag(asn1.SEQUENCE) {
		var list cryptobyte.String
		if !body.ReadASN1(&list, asn1.SEQUENCE) {
			return malformed("revokedCertificates")
		}
		if err := l.parseEntries(list); err != nil {
			return err
		}
	}
	return l.parseExtensions(&body)
}

func (l *CRL) parseEntries(list cryptobyte.String) error {
	for !list.Empty() {
		var body cryptobyte.String
		var r Revocation
		if !list.ReadASN1(&body, asn1.SEQUENCE) {
			return malformed("entry")
		}
		serial, ok := readSerial(&body)
		if !ok || !der.ReadTime(&body, &r.Time) {
			return malformed("entry")
		}
		if err := l.parseEntryExtensions(&body, &r); err != nil {
			return err
		}
		key := serialKey(serial)
		// Two entries of one certificate: the earlier date is the safer one.
		if old, ok := l.entries[key]; !ok || r.Time.Before(old.Time) {
			l.entries[key] = r
		}
	}
	return nil
}

func serialKey(n *big.Int) string {
	if n.Sign() < 0 {
		return "-" + string(n.Bytes())
	}
	return string(n.Bytes())
}

func (l *CRL) parseEntryExtensions(body *cryptobyte.String, r *Revocation) error {
	if body.Empty() {
		return nil
	}
	list, err := readExtensions(body)
	if err != nil {
		return err
	}
	for _, e := range list {
		switch {
		case e.oid == oidExtReasonCode:
			if !e.value.ReadASN1Enum(&r.Reason) || !e.value.Empty() {
				return malformed("reason code")
			}
		case e.oid == oidExtInvalidityDate:
			// When the key was lost is the authority's opinion; the revocation counts
			// from its own date.
		case e.critical:
			l.addUnknown(e.oid)
		}
	}
	return nil
}

func (l *CRL) addUnknown(oid string) {
	if len(l.UnknownCritical) < maxExtensions {
		l.UnknownCritical = append(l.UnknownCritical, oid)
	}
}

func (l *CRL) parseExtensions(body *cryptobyte.String) error {
	var wrapped cryptobyte.String
	var present bool
	if !body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() {
		return malformed("extensions")
	}
	if !present {
		return nil
	}
	list, err := readExtensions(&wrapped)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := l.parseExtension(e); err != nil {
			return err
		}
	}
	return nil
}

func (l *CRL) parseExtension(e extension) error {
	if err := der.Check(e.value, der.Limits{Size: maxCertificateSize}); err != nil {
		return malformed("extension " + e.oid)
	}
	ok := true
	switch e.oid {
	case oidExtCRLNumber:
		l.Number, ok = readSerial(&e.value)
	case oidExtDeltaCRL:
		l.BaseNumber, ok = readSerial(&e.value)
	case oidExtAuthorityKeyID:
		l.AuthorityKeyID = readAuthorityKeyID(e.value)
	case oidExtIssuingDistribution:
		// A list that covers only a part of the certificates must not be read as one
		// that covers all; only a bare name of the distribution point changes nothing.
		if !onlyDistributionPoint(e.value) {
			l.addUnknown(e.oid)
		}
	case oidExtFreshestCRL, oidExtIssuerAltName, oidExtAuthorityInfo:
	default:
		if e.critical {
			l.addUnknown(e.oid)
		}
	}
	if !ok {
		return malformed("extension " + e.oid)
	}
	return nil
}

func onlyDistributionPoint(s cryptobyte.String) bool {
	var body cryptobyte.String
	return s.ReadASN1(&body, asn1.SEQUENCE) && s.Empty() &&
		body.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) && body.Empty()
}

// IsDelta reports whether the list only completes another.
func (l *CRL) IsDelta() bool { return l.BaseNumber != nil }

// Len returns the number of revoked certificates.
func (l *CRL) Len() int { return len(l.entries) }

// Find returns the entry of a serial number.
func (l *CRL) Find(serial *big.Int) (Revocation, bool) {
	r, ok := l.entries[serialKey(serial)]
	return r, ok
}

// CheckIssuedBy verifies that the list is the issuer's: name, key identifier where
// both state it, cRLSign, algorithms and signature.
func (l *CRL) CheckIssuedBy(issuer *Certificate) error {
	switch {
	case !l.Issuer.Equal(issuer.Subject),
		len(l.AuthorityKeyID) > 0 && len(issuer.SubjectKeyID) > 0 && !bytes.Equal(l.AuthorityKeyID, issuer.SubjectKeyID):
		return fmt.Errorf("%w: CRL of another issuer", ErrSignature)
	case issuer.HasKeyUsage && issuer.KeyUsage&KeyUsageCRLSign == 0:
		return fmt.Errorf("%w: issuer's key is not for CRLs", ErrSignature)
	case l.algorithmsDiffer:
		return fmt.Errorf("%w: inside and outside what is signed", ErrAlgorithmMismatch)
	case len(l.UnknownCritical) > 0:
		return fmt.Errorf("%w: unknown critical extension in the CRL", ErrUnsupportedAlgorithm)
	}
	return l.signedBy.check(&issuer.keyFingerprint, func() error {
		return issuer.PublicKey.checkSigned(l.SignatureAlgorithm, l.RawTBS, l.Signature)
	})
}
