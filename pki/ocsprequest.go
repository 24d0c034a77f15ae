package pki

import (
	"bytes"
	"crypto/sha1" // identifiers only: RFC 6960, clause 4.1.1
	"errors"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxOCSPRequestSize = 64 << 10
	maxOCSPNonce       = 128 // bytes (RFC 9654, clause 2.1)
)

// CertID names a certificate to a responder (RFC 6960, clause 4.1.1).
type CertID struct {
	HashOID        string
	IssuerNameHash []byte
	IssuerKeyHash  []byte
	Serial         *big.Int
}

// NewCertID returns the identifier of a certificate. digest "" means what responders
// of the issuer's family understand: GOST 34.311 for DSTU keys, SHA-1, which no
// responder refuses here and which collisions do not harm, for the others.
func NewCertID(c, issuer *Certificate, digest string) (CertID, error) {
	if digest == "" {
		digest = OIDSHA1
		if _, ok := issuer.PublicKey.Key.(*dstu4145.PublicKey); ok {
			digest = OIDGOST34311
		}
	}
	_, bits, err := splitPublicKeyInfo(issuer.RawKey)
	if err != nil {
		return CertID{}, err
	}
	id := CertID{HashOID: digest, Serial: c.SerialNumber}
	if id.IssuerNameHash, err = identifierHash(digest, issuer.Subject.Raw()); err != nil {
		return CertID{}, err
	}
	id.IssuerKeyHash, err = identifierHash(digest, bits)
	return id, err
}

// identifierHash is Sum with SHA-1, which collisions do not harm in this place.
func identifierHash(oid string, data []byte) ([]byte, error) {
	if oid == OIDSHA1 {
		sum := sha1.Sum(data)
		return sum[:], nil
	}
	return Sum(oid, data)
}

// Concerns reports whether the identifier is that of c: all four parts are recomputed
// and compared.
func (id *CertID) Concerns(c, issuer *Certificate) bool {
	if id.Serial.Cmp(c.SerialNumber) != 0 {
		return false
	}
	want, err := NewCertID(c, issuer, id.HashOID)
	return err == nil && bytes.Equal(want.IssuerNameHash, id.IssuerNameHash) && bytes.Equal(want.IssuerKeyHash, id.IssuerKeyHash)
}

func (id *CertID) read(s *cryptobyte.String) bool {
	var body cryptobyte.String
	var hash AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !ReadAlgorithmIdentifier(&body, &hash) ||
		!body.ReadASN1Bytes(&id.IssuerNameHash, asn1.OCTET_STRING) ||
		!body.ReadASN1Bytes(&id.IssuerKeyHash, asn1.OCTET_STRING) {
		return false
	}
	id.HashOID = hash.OID
	serial, ok := readSerial(&body)
	id.Serial = serial
	return ok && body.Empty()
}

// add writes the identifier. NULL stands after the international hashes, as every
// client of theirs writes it, and nothing after GOST 34.311.
func (id *CertID) add(b *cryptobyte.Builder) {
	alg := AlgorithmIdentifier{OID: id.HashOID}
	if id.HashOID == OIDSHA1 || shaByOID(id.HashOID) != 0 {
		alg.Parameters = derNull
	}
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		alg.Add(b)
		b.AddASN1OctetString(id.IssuerNameHash)
		b.AddASN1OctetString(id.IssuerKeyHash)
		b.AddASN1BigInt(id.Serial)
	})
}

// OCSPRequest is a question to a responder (RFC 6960, clause 4.1.1). Who asks, and a
// signature of whoever does, are not looked at.
type OCSPRequest struct {
	Raw          []byte
	Certificates []CertID
	Nonce        []byte // nil when there is none
}

// OCSPRequestTemplate describes a question.
type OCSPRequestTemplate struct {
	Certificate, Issuer *Certificate
	// Digest of the identifier; "" as in [NewCertID].
	Digest string
	// Nonce ties the answer to the question; nil leaves it out. RFC 9654 wants 32
	// random bytes.
	Nonce []byte
}

// CreateOCSPRequest writes an unsigned question about one certificate.
func CreateOCSPRequest(t OCSPRequestTemplate) ([]byte, error) {
	if t.Certificate == nil || t.Issuer == nil || len(t.Nonce) > maxOCSPNonce {
		return nil, errors.New("create OCSP request: no certificate or issuer, or too long a nonce")
	}
	id, err := NewCertID(t.Certificate, t.Issuer, t.Digest)
	if err != nil {
		return nil, fmt.Errorf("create OCSP request: %w", err)
	}
	sequence := func(f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, f) }
	}
	var b cryptobyte.Builder
	sequence(sequence(func(b *cryptobyte.Builder) {
		sequence(sequence(id.add))(b)
		if t.Nonce != nil {
			b.AddASN1(asn1.Tag(2).ContextSpecific().Constructed(), sequence(func(b *cryptobyte.Builder) { addNonce(b, t.Nonce) }))
		}
	}))(&b)
	return b.Bytes()
}

func addNonce(b *cryptobyte.Builder, nonce []byte) {
	addExtension(b, oidExtOCSPNonce, false, func(b *cryptobyte.Builder) { b.AddASN1OctetString(nonce) })
}

// ParseOCSPRequest parses a question, which a responder does.
func ParseOCSPRequest(raw []byte) (*OCSPRequest, error) {
	if err := der.Check(raw, der.Limits{Size: maxOCSPRequestSize}); err != nil {
		return nil, fmt.Errorf("parse OCSP request: %w", err)
	}
	r := &OCSPRequest{Raw: bytes.Clone(raw)}
	s := cryptobyte.String(r.Raw)
	context := func(n uint8) asn1.Tag { return asn1.Tag(n).ContextSpecific().Constructed() }
	var request, tbs, list, wrapped cryptobyte.String
	var version int
	var present bool
	if !s.ReadASN1(&request, asn1.SEQUENCE) || !request.ReadASN1(&tbs, asn1.SEQUENCE) ||
		!request.SkipOptionalASN1(context(0)) || !request.Empty() || // the asker's signature
		!tbs.ReadOptionalASN1Integer(&version, context(0), 0) || version != 0 ||
		!tbs.SkipOptionalASN1(context(1)) || // the asker's name
		!tbs.ReadASN1(&list, asn1.SEQUENCE) ||
		!tbs.ReadOptionalASN1(&wrapped, &present, context(2)) || !tbs.Empty() {
		return nil, malformed("OCSP request")
	}
	for !list.Empty() {
		var one cryptobyte.String
		var id CertID
		if !list.ReadASN1(&one, asn1.SEQUENCE) || !id.read(&one) ||
			!one.SkipOptionalASN1(context(0)) || !one.Empty() || len(r.Certificates) == maxSingleResponses {
			return nil, malformed("OCSP request: certID")
		}
		r.Certificates = append(r.Certificates, id)
	}
	if !present {
		return r, nil
	}
	extensions, err := readExtensions(&wrapped)
	if err != nil {
		return nil, fmt.Errorf("parse OCSP request: %w", err)
	}
	for _, e := range extensions {
		if e.oid == oidExtOCSPNonce {
			r.Nonce = nonceValue(e.value)
		}
	}
	return r, nil
}
