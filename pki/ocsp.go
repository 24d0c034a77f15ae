package pki

import (
	"bytes"
	"crypto/sha1" // identifiers only: RFC 6960, clause 4.2.1
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxOCSPSize         = 1 << 20
	maxOCSPCertificates = 16
	maxSingleResponses  = 64
)

// ErrOCSPRefused means that the responder answered with an error instead of a status.
var ErrOCSPRefused = errors.New("pki: OCSP responder refused")

// OCSPResponse is a basic OCSP response (RFC 6960, clause 4.2.1). Like a certificate it
// remembers whose signature on it was good, and may not be changed.
type OCSPResponse struct {
	Raw    []byte // BasicOCSPResponse
	RawTBS []byte

	ResponderName    *Name  // one of the two
	ResponderKeyHash []byte // is set
	ProducedAt       time.Time
	Responses        []SingleResponse
	Nonce            []byte
	Certificates     []*Certificate

	SignatureAlgorithm AlgorithmIdentifier
	Signature          []byte

	unknownCritical bool
	signedBy        verifiedBy
}

// SingleResponse is the status of one certificate.
type SingleResponse struct {
	CertID

	State      State
	Revocation Revocation // when revoked
	ThisUpdate time.Time
	NextUpdate time.Time // zero when not stated

	unknownCritical bool
}

// ParseOCSPResponse parses what a responder sends: an OCSPResponse.
func ParseOCSPResponse(raw []byte) (*OCSPResponse, error) {
	if err := der.Check(raw, der.Limits{Size: maxOCSPSize}); err != nil {
		return nil, fmt.Errorf("parse OCSP response: %w", err)
	}
	s := cryptobyte.String(raw)
	var body, wrapped, bytesField, basic cryptobyte.String
	var status int
	var present bool
	var kind string
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Enum(&status) {
		return nil, malformed("OCSP response")
	}
	if status != 0 {
		return nil, fmt.Errorf("%w: responseStatus %d", ErrOCSPRefused, status)
	}
	if !body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !present || !body.Empty() ||
		!wrapped.ReadASN1(&bytesField, asn1.SEQUENCE) || !wrapped.Empty() ||
		!der.ReadOID(&bytesField, &kind) || kind != oidBasicOCSPResponse ||
		!bytesField.ReadASN1(&basic, asn1.OCTET_STRING) || !bytesField.Empty() {
		return nil, malformed("OCSP response")
	}
	return ParseBasicOCSPResponse(basic)
}

// ParseBasicOCSPResponse parses a BasicOCSPResponse, the form that stands in the
// revocation values of a CAdES signature.
func ParseBasicOCSPResponse(raw []byte) (*OCSPResponse, error) {
	if err := der.Check(raw, der.Limits{Size: maxOCSPSize}); err != nil {
		return nil, fmt.Errorf("parse OCSP response: %w", err)
	}
	r := &OCSPResponse{Raw: bytes.Clone(raw)}
	s := cryptobyte.String(r.Raw)
	var body, tbs, certs, list cryptobyte.String
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&tbs, asn1.SEQUENCE) ||
		!ReadAlgorithmIdentifier(&body, &r.SignatureAlgorithm) ||
		!body.ReadASN1BitStringAsBytes(&r.Signature) ||
		!body.ReadOptionalASN1(&certs, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() {
		return nil, malformed("OCSP response")
	}
	r.RawTBS = tbs
	if present && (!certs.ReadASN1(&list, asn1.SEQUENCE) || !certs.Empty()) {
		return nil, malformed("OCSP response: certificates")
	}
	if err := r.parseCertificates(list); err != nil {
		return nil, err
	}
	if err := r.parseTBS(tbs); err != nil {
		return nil, fmt.Errorf("parse OCSP response: %w", err)
	}
	return r, nil
}

func (r *OCSPResponse) parseCertificates(list cryptobyte.String) error {
	for !list.Empty() {
		var one cryptobyte.String
		if !list.ReadASN1Element(&one, asn1.SEQUENCE) || len(r.Certificates) == maxOCSPCertificates {
			return malformed("OCSP response: certificates")
		}
		c, err := ParseCertificate(one)
		if err != nil {
			return fmt.Errorf("parse OCSP response: %w", err)
		}
		r.Certificates = append(r.Certificates, c)
	}
	return nil
}

func (r *OCSPResponse) parseTBS(tbs cryptobyte.String) error {
	var body, list, wrapped cryptobyte.String
	var version int
	var present bool
	if !tbs.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadOptionalASN1Integer(&version, asn1.Tag(0).ContextSpecific().Constructed(), 0) || version != 0 ||
		!r.readResponder(&body) ||
		!der.ReadTime(&body, &r.ProducedAt) ||
		!body.ReadASN1(&list, asn1.SEQUENCE) ||
		!body.ReadOptionalASN1(&wrapped, &present, asn1.Tag(1).ContextSpecific().Constructed()) || !body.Empty() {
		return malformed("responseData")
	}
	for !list.Empty() {
		single, err := readSingleResponse(&list)
		if err != nil {
			return err
		}
		if len(r.Responses) == maxSingleResponses {
			return malformed("responseData: too many responses")
		}
		r.Responses = append(r.Responses, single)
	}
	if !present {
		return nil
	}
	extensions, err := readExtensions(&wrapped)
	if err != nil {
		return err
	}
	for _, e := range extensions {
		if e.oid == oidExtOCSPNonce {
			r.Nonce = nonceValue(e.value)
		} else if e.critical {
			r.unknownCritical = true
		}
	}
	return nil
}

// nonceValue takes the nonce out of its OCTET STRING (RFC 8954, clause 2.1); older
// responders put the bytes into the extension without one.
func nonceValue(v cryptobyte.String) []byte {
	inner := v
	var body cryptobyte.String
	if inner.ReadASN1(&body, asn1.OCTET_STRING) && inner.Empty() {
		return bytes.Clone(body)
	}
	return bytes.Clone(v)
}

func (r *OCSPResponse) readResponder(s *cryptobyte.String) bool {
	var wrapped, name, hash cryptobyte.String
	byName := asn1.Tag(1).ContextSpecific().Constructed()
	if s.PeekASN1Tag(byName) {
		if !s.ReadASN1(&wrapped, byName) || !wrapped.ReadASN1Element(&name, asn1.SEQUENCE) || !wrapped.Empty() {
			return false
		}
		n, err := ParseName(name)
		r.ResponderName = &n
		return err == nil
	}
	if !s.ReadASN1(&wrapped, asn1.Tag(2).ContextSpecific().Constructed()) ||
		!wrapped.ReadASN1(&hash, asn1.OCTET_STRING) || !wrapped.Empty() {
		return false
	}
	r.ResponderKeyHash = hash
	return true
}

func readSingleResponse(s *cryptobyte.String) (SingleResponse, error) {
	var out SingleResponse
	var body cryptobyte.String
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !out.read(&body) {
		return out, malformed("certID")
	}
	if !out.readState(&body) || !der.ReadTime(&body, &out.ThisUpdate) {
		return out, malformed("singleResponse")
	}
	return out, out.readRest(&body)
}

func (r *SingleResponse) readState(s *cryptobyte.String) bool {
	var body cryptobyte.String
	var tag asn1.Tag
	if !s.ReadAnyASN1(&body, &tag) {
		return false
	}
	switch tag {
	case asn1.Tag(0).ContextSpecific():
		r.State = StateGood
		return body.Empty()
	case asn1.Tag(2).ContextSpecific():
		r.State = StateUnknown
		return body.Empty()
	case asn1.Tag(1).ContextSpecific().Constructed():
		r.State = StateRevoked
		var reason cryptobyte.String
		var present bool
		if !der.ReadTime(&body, &r.Revocation.Time) ||
			!body.ReadOptionalASN1(&reason, &present, asn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() {
			return false
		}
		return !present || reason.ReadASN1Enum(&r.Revocation.Reason) && reason.Empty()
	}
	return false
}

func (r *SingleResponse) readRest(body *cryptobyte.String) error {
	var next, wrapped cryptobyte.String
	var hasNext, hasExtensions bool
	if !body.ReadOptionalASN1(&next, &hasNext, asn1.Tag(0).ContextSpecific().Constructed()) ||
		hasNext && (!der.ReadTime(&next, &r.NextUpdate) || !next.Empty()) ||
		!body.ReadOptionalASN1(&wrapped, &hasExtensions, asn1.Tag(1).ContextSpecific().Constructed()) || !body.Empty() {
		return malformed("singleResponse")
	}
	if !hasExtensions {
		return nil
	}
	list, err := readExtensions(&wrapped)
	if err != nil {
		return err
	}
	for _, e := range list {
		r.unknownCritical = r.unknownCritical || e.critical
	}
	return nil
}

// names reports whether the responder's identifier points at c.
func (r *OCSPResponse) names(c *Certificate) bool {
	if r.ResponderName != nil {
		return r.ResponderName.Equal(c.Subject)
	}
	_, bits, err := splitPublicKeyInfo(c.RawKey)
	if err != nil {
		return false
	}
	short := sha1.Sum(bits)
	long := gost34311.Sum(bits)
	return bytes.Equal(r.ResponderKeyHash, short[:]) || bytes.Equal(r.ResponderKeyHash, long[:])
}

// Responder verifies that the response was made by a responder which may speak for
// the issuer, and returns its certificate: the issuer's own, or one which the issuer's
// key signed for OCSP (RFC 6960, clause 4.2.2.2). It is looked for in the response and
// in pool.
func (r *OCSPResponse) Responder(issuer *Certificate, pool []*Certificate, keys KeyPolicy) (*Certificate, error) {
	return r.responder(issuer, pool, keys, nil)
}

func (r *OCSPResponse) responder(issuer *Certificate, pool []*Certificate, keys KeyPolicy, budget *Budget) (*Certificate, error) {
	if r.unknownCritical {
		return nil, fmt.Errorf("%w: unknown critical extension in the OCSP response", ErrUnsupportedAlgorithm)
	}
	err := fmt.Errorf("%w: no certificate of the OCSP responder", ErrSignature)
	if r.names(issuer) {
		if err = r.checkWith(issuer, keys); err == nil {
			return issuer, nil
		}
	}
	tries := maxOCSPCertificates
	for _, list := range [][]*Certificate{r.Certificates, pool} {
		for _, c := range list {
			if !c.HasExtendedKeyUsage(OIDEKUOCSPSigning) || !r.names(c) || !issuer.mayHaveIssued(c) || tries == 0 {
				continue
			}
			tries--
			if !budget.spend() {
				return nil, err
			}
			if err = r.checkDelegated(c, issuer, keys); err == nil {
				return c, nil
			}
		}
	}
	return nil, err
}

func (r *OCSPResponse) checkDelegated(c, issuer *Certificate, keys KeyPolicy) error {
	switch {
	case c.algorithmsDiffer || len(c.UnknownCritical) > 0 || !c.ValidAt(r.ProducedAt):
		return fmt.Errorf("%w: certificate of the OCSP responder is not acceptable", ErrSignature)
	case c.HasKeyUsage && c.KeyUsage&(KeyUsageDigitalSignature|KeyUsageNonRepudiation) == 0:
		return fmt.Errorf("%w: the OCSP responder's key is not for signatures", ErrSignature)
	}
	if err := c.CheckIssuedBy(issuer); err != nil {
		return fmt.Errorf("certificate of the OCSP responder: %w", err)
	}
	return r.checkWith(c, keys)
}

func (r *OCSPResponse) checkWith(c *Certificate, keys KeyPolicy) error {
	if c.keyErr != nil {
		return c.keyErr
	}
	if err := keys.Check(c.PublicKey); err != nil {
		return err
	}
	return r.signedBy.check(&c.keyFingerprint, func() error {
		return c.PublicKey.checkSigned(r.SignatureAlgorithm, r.RawTBS, r.Signature)
	})
}
