package enveloped

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxEncryptedKey = 1024 // an RSA key of 8192 bits
	maxUKM          = 128
	maxCertificates = 64
	maxAttributes   = 64
)

// envelope is a parsed EnvelopedData or AuthEnvelopedData.
type envelope struct {
	certificates []*pki.Certificate // of originators
	recipients   []recipientInfo
	contentType  string
	sealed
	authenticated bool // AuthEnvelopedData
}

// recipientInfo is what one recipient gets the content key from.
type recipientInfo struct {
	recipient    certificateID
	algorithm    pki.AlgorithmIdentifier // keyEncryptionAlgorithm
	encryptedKey []byte
	// The rest is of key agreement.
	agreed     bool
	originator originator
	ukm        []byte
}

// certificateID names a certificate.
type certificateID struct {
	issuer pki.Name
	serial *big.Int // nil when the certificate is named by keyID
	keyID  []byte
}

func (id certificateID) names(c *pki.Certificate) bool {
	if id.serial != nil {
		return id.serial.Cmp(c.SerialNumber) == 0 && id.issuer.Equal(c.Issuer)
	}
	return len(id.keyID) > 0 && bytes.Equal(id.keyID, c.SubjectKeyID)
}

// originator is the other side of a key agreement: a public key made for this container,
// or a certificate.
type originator struct {
	algorithm   pki.AlgorithmIdentifier
	point       []byte // content of the bit string; nil when a certificate is named
	certificate certificateID
}

// parse reads a container in BER (RFC 5652 allows it everywhere here).
func parse(container []byte, l Limits) (*envelope, error) {
	if len(container) > l.Size {
		return nil, fmt.Errorf("%w: container of %d bytes", ErrLimit, len(container))
	}
	// Streaming producers cut the content into pieces of a kilobyte and less.
	doc, err := der.Normalise(container, der.Limits{Size: l.Size, Elements: 10_000 + l.Size/256})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	s := cryptobyte.String(doc.DER)
	var info, wrapped, body cryptobyte.String
	var kind string
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !der.ReadOID(&info, &kind) {
		return nil, malformed("no ContentInfo")
	}
	if kind != oidEnvelopedData && kind != oidAuthEnvelopedData {
		return nil, fmt.Errorf("%w: content type %s is not enveloped data", ErrMalformed, kind)
	}
	if !info.ReadASN1(&wrapped, context(0)) || !info.Empty() ||
		!wrapped.ReadASN1(&body, asn1.SEQUENCE) || !wrapped.Empty() {
		return nil, malformed("ContentInfo")
	}
	e := &envelope{authenticated: kind == oidAuthEnvelopedData}
	if err := e.read(body, l); err != nil {
		return nil, err
	}
	return e, nil
}

func (e *envelope) read(s cryptobyte.String, l Limits) error {
	var version int
	var originators, recipients, content cryptobyte.String
	if !s.ReadASN1Integer(&version) || version < 0 || version > 4 ||
		!s.ReadOptionalASN1(&originators, nil, context(0)) ||
		!s.ReadASN1(&recipients, asn1.SET) ||
		!s.ReadASN1(&content, asn1.SEQUENCE) {
		return malformed("enveloped data")
	}
	if err := e.readOriginators(originators); err != nil {
		return err
	}
	if err := e.readRecipients(recipients, l); err != nil {
		return err
	}
	if err := e.readContent(content); err != nil {
		return err
	}
	if e.authenticated {
		if err := e.readAuthentication(&s); err != nil {
			return err
		}
	}
	unprotected := context(1)
	if e.authenticated {
		unprotected = context(2)
	}
	if !s.SkipOptionalASN1(unprotected) || !s.Empty() {
		return malformed("attributes")
	}
	return nil
}

// readOriginators keeps the certificates of OriginatorInfo that can be read.
func (e *envelope) readOriginators(s cryptobyte.String) error {
	var certificates cryptobyte.String
	if !s.ReadOptionalASN1(&certificates, nil, context(0)) {
		return malformed("originator's certificates")
	}
	for n := 0; !certificates.Empty(); n++ {
		var raw cryptobyte.String
		var tag asn1.Tag
		if !certificates.ReadAnyASN1Element(&raw, &tag) {
			return malformed("originator's certificates")
		}
		if n == maxCertificates {
			return fmt.Errorf("%w: originator's certificates", ErrLimit)
		}
		if c, err := pki.ParseCertificate(raw); err == nil {
			e.certificates = append(e.certificates, c)
		}
	}
	return nil
}

// readContent reads EncryptedContentInfo; the ciphertext may come in pieces.
func (e *envelope) readContent(s cryptobyte.String) error {
	if !der.ReadOID(&s, &e.contentType) || !pki.ReadAlgorithmIdentifier(&s, &e.algorithm) {
		return malformed("encrypted content")
	}
	if s.PeekASN1Tag(asn1.Tag(0).ContextSpecific()) {
		if !s.ReadASN1Bytes(&e.ciphertext, asn1.Tag(0).ContextSpecific()) || !s.Empty() {
			return malformed("encrypted content")
		}
		return nil
	}
	var pieces cryptobyte.String
	if !s.ReadASN1(&pieces, context(0)) || !s.Empty() {
		return malformed("encrypted content is not in the container")
	}
	e.ciphertext = make([]byte, 0, len(pieces))
	for !pieces.Empty() {
		var piece cryptobyte.String
		if !pieces.ReadASN1(&piece, asn1.OCTET_STRING) {
			return malformed("encrypted content")
		}
		e.ciphertext = append(e.ciphertext, piece...)
	}
	return nil
}

// readAuthentication reads the authenticated attributes, which the tag covers as a DER
// SET OF, and the tag (RFC 5083, clauses 2.1 and 2.2).
func (e *envelope) readAuthentication(s *cryptobyte.String) error {
	var attributes cryptobyte.String
	var present bool
	if !s.ReadOptionalASN1(&attributes, &present, context(1)) || !s.ReadASN1Bytes(&e.mac, asn1.OCTET_STRING) {
		return malformed("authentication code")
	}
	if !present {
		return nil
	}
	var elements [][]byte
	for !attributes.Empty() {
		var a cryptobyte.String
		if !attributes.ReadASN1Element(&a, asn1.SEQUENCE) || len(elements) == maxAttributes {
			return malformed("authenticated attributes")
		}
		elements = append(elements, a)
	}
	slices.SortFunc(elements, bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(elements, nil)) })
	e.aad = b.BytesOrPanic()
	return nil
}
