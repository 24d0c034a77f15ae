package cms

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// Errors of [Parse]; test with errors.Is, together with der.ErrLimit and der.ErrTrailing.
var (
	ErrMalformed     = errors.New("cms: malformed container")
	ErrNotSignedData = errors.New("cms: container holds no signed data")
	ErrNotDER        = errors.New("cms: a signed part is not in DER")
	ErrLimit         = errors.New("cms: limit exceeded")
)

// Limits bound the work for one container. Zero fields mean the defaults.
type Limits struct {
	Size         int // bytes; 20 MiB
	Signers      int // signerInfos; 8
	Certificates int // distinct certificates; 64
	Nesting      int // containers inside containers; 4
}

func (l Limits) withDefaults() Limits {
	for _, d := range []struct {
		field *int
		value int
	}{{&l.Size, 20 << 20}, {&l.Signers, 8}, {&l.Certificates, 64}, {&l.Nesting, 4}} {
		if *d.field <= 0 {
			*d.field = d.value
		}
	}
	return l
}

// SignedData is a parsed SignedData (RFC 5652, clause 5). Nothing in it is verified.
type SignedData struct {
	ContentType string
	// Content is what the container carries; meaningless unless HasContent.
	Content    []byte
	HasContent bool
	// DigestAlgorithms lists the digests announced for streaming readers.
	DigestAlgorithms []string
	// Certificates are the distinct certificates which could be parsed.
	Certificates []*pki.Certificate
	CRLs         []*pki.CRL
	// OCSPs are the responses among the revocation statements (RFC 5940).
	OCSPs   []*pki.OCSPResponse
	Signers []SignerInfo

	raw        rawParts
	unreadable [][]byte // certificates which could not be parsed
}

// SignerInfo is one signature of a container.
type SignerInfo struct {
	Issuer       pki.Name // either issuer and serial number
	SerialNumber *big.Int
	SubjectKeyID []byte // or this names the certificate

	DigestAlgorithm    pki.AlgorithmIdentifier
	SignatureAlgorithm pki.AlgorithmIdentifier
	Signature          []byte

	SignedAttributes   []Attribute
	UnsignedAttributes []Attribute

	rawSigned []byte // the attributes as sent, without their header; nil if absent
	rawFields []byte // everything from the version to the signature, in DER
}

// Attribute is an attribute with its values in DER.
type Attribute struct {
	OID    string
	Values [][]byte

	content []byte // identifier and set of values, without the header around them
}

const (
	maxAttributes      = 64
	maxAttributeValues = 16
)

// Parse reads a container in DER, or in BER where RFC 5652 allows it: certificates,
// CRLs and signed attributes must have arrived in DER.
func Parse(container []byte, limits Limits) (*SignedData, error) {
	return parse(container, limits, nil)
}

func parse(container []byte, limits Limits, cache *pki.CertificateCache) (*SignedData, error) {
	limits = limits.withDefaults()
	doc, err := der.Normalise(container, der.Limits{Size: limits.Size})
	if err != nil {
		return nil, fmt.Errorf("parse container: %w", err)
	}
	body, err := signedDataBody(doc.DER)
	if err != nil {
		return nil, err
	}
	p := parser{doc: doc, limits: limits, cache: cache}
	if err := p.signedData(body); err != nil {
		return nil, fmt.Errorf("parse container: %w", err)
	}
	return &p.out, nil
}

// signedDataBody opens ContentInfo.
func signedDataBody(raw []byte) (cryptobyte.String, error) {
	s := cryptobyte.String(raw)
	var info, wrapped, body cryptobyte.String
	var kind string
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !der.ReadOID(&info, &kind) {
		return nil, ErrMalformed
	}
	if kind != oidSignedData {
		return nil, fmt.Errorf("%w: content type %s", ErrNotSignedData, kind)
	}
	if !info.ReadASN1(&wrapped, asn1.Tag(0).ContextSpecific().Constructed()) || !info.Empty() ||
		!wrapped.ReadASN1(&body, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, ErrMalformed
	}
	return body, nil
}

type parser struct {
	doc    der.Document
	limits Limits
	cache  *pki.CertificateCache
	out    SignedData
}

func (p *parser) signedData(s cryptobyte.String) error {
	var version int
	var digests, content, certs, crls, signers cryptobyte.String
	var hasCerts, hasCRLs bool
	if !s.ReadASN1Integer(&version) || version < 1 || version > 5 ||
		!s.ReadASN1(&digests, asn1.SET) ||
		!s.ReadASN1(&content, asn1.SEQUENCE) ||
		!s.ReadOptionalASN1(&certs, &hasCerts, asn1.Tag(0).ContextSpecific().Constructed()) ||
		!s.ReadOptionalASN1(&crls, &hasCRLs, asn1.Tag(1).ContextSpecific().Constructed()) ||
		!s.ReadASN1(&signers, asn1.SET) || !s.Empty() {
		return ErrMalformed
	}
	for !digests.Empty() {
		var alg pki.AlgorithmIdentifier
		one := digests
		if !pki.ReadAlgorithmIdentifier(&digests, &alg) || len(p.out.DigestAlgorithms) == maxAttributes {
			return ErrMalformed
		}
		p.out.DigestAlgorithms = append(p.out.DigestAlgorithms, alg.OID)
		p.out.raw.digests = append(p.out.raw.digests, one[:len(one)-len(digests)])
	}
	p.out.raw.version, p.out.raw.encapsulated = version, content
	if err := p.content(content); err != nil {
		return err
	}
	if err := p.certificates(certs); err != nil {
		return err
	}
	if err := p.revocations(crls); err != nil {
		return err
	}
	for !signers.Empty() {
		if len(p.out.Signers) == p.limits.Signers {
			return fmt.Errorf("%w: more than %d signatures", ErrLimit, p.limits.Signers)
		}
		if err := p.signer(&signers); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) content(s cryptobyte.String) error {
	var wrapped, octets cryptobyte.String
	if !der.ReadOID(&s, &p.out.ContentType) ||
		!s.ReadOptionalASN1(&wrapped, &p.out.HasContent, asn1.Tag(0).ContextSpecific().Constructed()) || !s.Empty() {
		return ErrMalformed
	}
	if p.out.HasContent && (!wrapped.ReadASN1(&octets, asn1.OCTET_STRING) || !wrapped.Empty()) {
		return ErrMalformed
	}
	p.out.Content = octets
	return nil
}

// certificates keeps what parses; a certificate beyond recognition among those sent
// along harms nobody unless it was the signer's, which its hash will tell.
func (p *parser) certificates(s cryptobyte.String) error {
	seen := map[[sha256.Size]byte]bool{}
	for !s.Empty() {
		var one cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1Element(&one, &tag) {
			return ErrMalformed
		}
		p.out.raw.certificates = append(p.out.raw.certificates, one)
		sum := sha256.Sum256(one)
		if seen[sum] {
			continue
		}
		if len(seen) == p.limits.Certificates {
			return fmt.Errorf("%w: more than %d certificates", ErrLimit, p.limits.Certificates)
		}
		seen[sum] = true
		if tag != asn1.SEQUENCE {
			continue // attribute certificates and other formats
		}
		if !p.doc.Verbatim(one) {
			return ErrNotDER
		}
		if c, err := p.cache.Parse(one); err == nil {
			p.out.Certificates = append(p.out.Certificates, c)
		} else {
			p.out.unreadable = append(p.out.unreadable, one)
		}
	}
	return nil
}

func (p *parser) signer(s *cryptobyte.String) error {
	var body, signed, unsigned cryptobyte.String
	var version int
	var hasSigned, hasUnsigned bool
	var si SignerInfo
	if !s.ReadASN1(&body, asn1.SEQUENCE) {
		return fmt.Errorf("%w: signerInfo", ErrMalformed)
	}
	whole := body
	if !body.ReadASN1Integer(&version) || version != 1 && version != 3 ||
		!si.readIdentifier(&body) ||
		!pki.ReadAlgorithmIdentifier(&body, &si.DigestAlgorithm) ||
		!body.ReadOptionalASN1(&signed, &hasSigned, asn1.Tag(0).ContextSpecific().Constructed()) ||
		!pki.ReadAlgorithmIdentifier(&body, &si.SignatureAlgorithm) ||
		!body.ReadASN1Bytes(&si.Signature, asn1.OCTET_STRING) {
		return fmt.Errorf("%w: signerInfo", ErrMalformed)
	}
	si.rawFields = whole[:len(whole)-len(body)]
	if !body.ReadOptionalASN1(&unsigned, &hasUnsigned, asn1.Tag(1).ContextSpecific().Constructed()) || !body.Empty() {
		return fmt.Errorf("%w: signerInfo", ErrMalformed)
	}
	if hasSigned {
		if !p.doc.Verbatim(signed) {
			return ErrNotDER
		}
		si.rawSigned = append([]byte{}, signed...)
	}
	var err error
	if si.SignedAttributes, err = readAttributes(signed); err != nil {
		return err
	}
	if si.UnsignedAttributes, err = readAttributes(unsigned); err != nil {
		return err
	}
	p.out.Signers = append(p.out.Signers, si)
	return nil
}

func (si *SignerInfo) readIdentifier(s *cryptobyte.String) bool {
	if s.PeekASN1Tag(asn1.Tag(0).ContextSpecific()) {
		return s.ReadASN1Bytes(&si.SubjectKeyID, asn1.Tag(0).ContextSpecific()) && len(si.SubjectKeyID) > 0
	}
	var body, issuer cryptobyte.String
	si.SerialNumber = new(big.Int)
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Element(&issuer, asn1.SEQUENCE) ||
		!body.ReadASN1Integer(si.SerialNumber) || !body.Empty() {
		return false
	}
	name, err := pki.ParseName(issuer)
	si.Issuer = name
	return err == nil
}

func readAttributes(s cryptobyte.String) ([]Attribute, error) {
	malformed := fmt.Errorf("%w: attributes", ErrMalformed)
	var out []Attribute
	for !s.Empty() {
		var body, values cryptobyte.String
		var a Attribute
		if !s.ReadASN1(&body, asn1.SEQUENCE) {
			return nil, malformed
		}
		a.content = body
		if !der.ReadOID(&body, &a.OID) ||
			!body.ReadASN1(&values, asn1.SET) || !body.Empty() || len(out) == maxAttributes {
			return nil, malformed
		}
		for !values.Empty() {
			var v cryptobyte.String
			var tag asn1.Tag
			if !values.ReadAnyASN1Element(&v, &tag) || len(a.Values) == maxAttributeValues {
				return nil, malformed
			}
			a.Values = append(a.Values, v)
		}
		out = append(out, a)
	}
	return out, nil
}

// identifies reports whether the signer names this certificate.
func (si *SignerInfo) identifies(c *pki.Certificate) bool {
	if si.SubjectKeyID != nil {
		return bytes.Equal(si.SubjectKeyID, c.SubjectKeyID)
	}
	return si.SerialNumber.Cmp(c.SerialNumber) == 0 && si.Issuer.Equal(c.Issuer)
}
