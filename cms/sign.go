package cms

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// SignOptions say who signs and how.
type SignOptions struct {
	// Signer holds the key of Certificate: one of a keystore.Key, or of a device.
	// [pki.PublicKeyInfo.Sign] tells what it is called with and has to return.
	Signer      crypto.Signer
	Certificate *pki.Certificate
	// Certificates are sent along besides the signer's own.
	Certificates []*pki.Certificate
	// Detached leaves the content out of the container.
	Detached bool
	// SigningTime is the time claimed; it is required, because package cms asks no
	// clock.
	SigningTime time.Time
	// Digest is the object identifier of the digest; "" means the usual one of the
	// key: GOST 34.311 for DSTU 4145, SHA-2 for ECDSA and RSA. pki.OIDKupyna256 makes
	// DSTU 4145 with DSTU 7564.
	Digest string
	// TimeStamp, if set, is asked for a time-stamp token over the digest of the
	// signature, which makes the signature CAdES-T.
	TimeStamp func(digestOID string, digest []byte) (token []byte, err error)
	// ContentTimeStamp, if set, is asked for a time-stamp token over the digest of the
	// content, which is signed and proves that the signature is not older than it.
	ContentTimeStamp func(digestOID string, digest []byte) (token []byte, err error)
}

// Sign makes a CAdES-BES container (ETSI TS 101 733, clause 4.3.1) over content, with
// the attributes content-type, signing-time, message-digest and
// signing-certificate-v2; with opts.TimeStamp, CAdES-T. [Extend] goes on from there.
// The content may be a container itself, which is how several people sign one after the
// other; [AddSignature] puts signatures beside each other.
//
// Empty content is refused: programs in use disagree about its GOST 34.311 hash. The
// certificate is not judged; whether others will take the signature for valid tells
// [Verify].
func Sign(content []byte, opts SignOptions) ([]byte, error) {
	return sign(oidData, content, opts)
}

// AddSignature puts another signature over the same content into a container, beside
// those which are there. content is that of a detached signature; nil means that the
// container carries it. opts.Detached is not used: the container stays as it is.
func AddSignature(container, content []byte, opts SignOptions) ([]byte, error) {
	sd, err := Parse(container, Limits{})
	if err != nil {
		return nil, fmt.Errorf("cms: add signature: %w", err)
	}
	content, check := chooseContent(sd, content)
	if check.Status != Passed {
		return nil, fmt.Errorf("cms: add signature: %s", check.Reason)
	}
	switch limits := (Limits{}).withDefaults(); {
	case sd.isFrozen():
		return nil, fmt.Errorf("cms: add signature: %w", ErrFrozen)
	case len(sd.Signers) >= limits.Signers:
		return nil, fmt.Errorf("cms: add signature: %w: more than %d signatures", ErrLimit, limits.Signers)
	}
	s, err := opts.sign(sd.ContentType, content)
	if err != nil {
		return nil, err
	}
	parts := sd.parts()
	parts.add(s, opts.certificates())
	return parts.marshal()
}

// sign makes a container with one signature.
func sign(contentType string, content []byte, opts SignOptions) ([]byte, error) {
	s, err := opts.sign(contentType, content)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	der.AddOID(&b, contentType)
	if !opts.Detached {
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
	}
	// RFC 5652, clause 5.1, for a signer named by issuer and number.
	parts := containerParts{version: 1}
	if contentType != oidData {
		parts.version = 3
	}
	if parts.encapsulated, err = b.Bytes(); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	parts.add(s, opts.certificates())
	return parts.marshal()
}

// signature is one new signature.
type signature struct {
	alg               pki.AlgorithmIdentifier
	digest            string
	attributes, value []byte
	info              signerParts
}

// sign signs and asks for the time-stamp.
func (o *SignOptions) sign(contentType string, content []byte) (*signature, error) {
	if o.Signer == nil || o.Certificate == nil || o.SigningTime.IsZero() {
		return nil, errors.New("cms: sign: no signer, certificate or signing time")
	}
	if slices.Contains(o.Certificates, nil) {
		return nil, errors.New("cms: sign: a certificate to send along is nil")
	}
	if len(content) == 0 {
		return nil, errors.New("cms: sign: no content")
	}
	if err := o.Certificate.KeyError(); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	alg, digest, err := pki.SignatureAlgorithmFor(o.Certificate.PublicKey, o.Digest)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	s := &signature{alg: alg, digest: digest}
	if s.attributes, err = o.signedAttributes(contentType, content, digest); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	if s.value, err = o.Certificate.PublicKey.Sign(o.Signer, alg, digest, asSet(s.attributes)); err != nil {
		return nil, fmt.Errorf("cms: %w", err)
	}
	if s.info.fields, err = o.signerFields(s); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	if o.TimeStamp != nil {
		token, err := askStamp(o.TimeStamp, digest, s.value)
		if err != nil {
			return nil, fmt.Errorf("cms: sign: %w", err)
		}
		s.info.attach(oidAttrSignatureTimeStamp, token)
	}
	return s, nil
}

// askStamp asks for a time-stamp over data and looks whether it is one over them.
func askStamp(stamp func(string, []byte) ([]byte, error), digest string, data []byte) ([]byte, error) {
	sum, err := pki.Sum(digest, data)
	if err != nil {
		return nil, err
	}
	token, err := stamp(digest, sum)
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	ts, err := ParseTimeStamp(token)
	if err != nil {
		return nil, fmt.Errorf("time-stamp: %w", err)
	}
	if ts.DigestOID != digest || !bytes.Equal(ts.Imprint, sum) {
		return nil, errors.New("time-stamp: the service stamped something else")
	}
	return token, nil
}

// signedAttributes returns the attributes in DER order.
func (o *SignOptions) signedAttributes(contentType string, content []byte, digest string) ([]byte, error) {
	h, err := pki.NewDigest(digest, o.Certificate.PublicKey.SBox)
	if err != nil {
		return nil, err
	}
	h.Write(content)
	sum := h.Sum(nil)
	certHash, err := pki.Sum(digest, o.Certificate.Raw)
	if err != nil {
		return nil, err
	}
	attributes := [][]byte{
		attribute(oidAttrContentType, func(b *cryptobyte.Builder) { der.AddOID(b, contentType) }),
		attribute(oidAttrSigningTime, func(b *cryptobyte.Builder) { der.AddTime(b, o.SigningTime) }),
		attribute(oidAttrMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(sum) }),
		attribute(oidAttrSigningCertificateV2, func(b *cryptobyte.Builder) { o.addESS(b, digest, certHash) }),
	}
	if o.ContentTimeStamp != nil {
		token, err := askStamp(o.ContentTimeStamp, digest, content)
		if err != nil {
			return nil, err
		}
		attributes = append(attributes, attribute(oidAttrContentTimeStamp, func(b *cryptobyte.Builder) { b.AddBytes(token) }))
	}
	slices.SortFunc(attributes, bytes.Compare)
	return bytes.Join(attributes, nil), nil
}

func attribute(oid string, value func(*cryptobyte.Builder)) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oid)
		b.AddASN1(asn1.SET, value)
	})
	return b.BytesOrPanic()
}

// addESS writes SigningCertificateV2 (RFC 5035, clause 3); SHA-256 is the default
// and therefore left out in DER.
func (o *SignOptions) addESS(b *cryptobyte.Builder, digest string, certHash []byte) {
	sequence := func(f func(*cryptobyte.Builder)) func(*cryptobyte.Builder) {
		return func(b *cryptobyte.Builder) { b.AddASN1(asn1.SEQUENCE, f) }
	}
	issuerSerial := func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.Tag(4).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddBytes(o.Certificate.Issuer.Raw())
			})
		})
		b.AddASN1BigInt(o.Certificate.SerialNumber)
	}
	id := func(b *cryptobyte.Builder) {
		if digest != pki.OIDSHA256 {
			pki.AlgorithmIdentifier{OID: digest}.Add(b)
		}
		b.AddASN1OctetString(certHash)
		sequence(issuerSerial)(b)
	}
	sequence(sequence(sequence(id)))(b)
}

// certificates are those sent along, the signer's first.
func (o *SignOptions) certificates() []*pki.Certificate {
	return append([]*pki.Certificate{o.Certificate}, o.Certificates...)
}

// signerFields are those of the SignerInfo up to the value (RFC 5652, clause 5.3).
func (o *SignOptions) signerFields(s *signature) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1Int64(1)
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(o.Certificate.Issuer.Raw())
		b.AddASN1BigInt(o.Certificate.SerialNumber)
	})
	pki.AlgorithmIdentifier{OID: s.digest}.Add(&b)
	b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(s.attributes) })
	s.alg.Add(&b)
	b.AddASN1OctetString(s.value)
	return b.Bytes()
}
