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
	// Signer holds the key of Certificate.
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
}

// Sign makes a CAdES-BES container (ETSI TS 101 733, clause 4.3.1) over content, with
// the attributes content-type, signing-time, message-digest and
// signing-certificate-v2.
//
// Empty content is refused: programs in use disagree about its GOST 34.311 hash.
func Sign(content []byte, opts SignOptions) ([]byte, error) {
	return sign(oidData, content, opts)
}

func sign(contentType string, content []byte, opts SignOptions) ([]byte, error) {
	if opts.Signer == nil || opts.Certificate == nil || opts.SigningTime.IsZero() {
		return nil, errors.New("cms: sign: no signer, certificate or signing time")
	}
	if len(content) == 0 {
		return nil, errors.New("cms: sign: no content")
	}
	if err := opts.Certificate.KeyError(); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	alg, digest, err := pki.SignatureAlgorithmFor(opts.Certificate.PublicKey, opts.Digest)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	s := signature{alg: alg, digest: digest, contentType: contentType}
	if s.attributes, err = opts.signedAttributes(contentType, content, digest); err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	if s.value, err = opts.Certificate.PublicKey.Sign(opts.Signer, alg, digest, asSet(s.attributes)); err != nil {
		return nil, fmt.Errorf("cms: %w", err)
	}
	if s.stamp, err = opts.stamp(digest, s.value); err != nil {
		return nil, err
	}
	return opts.marshal(content, s)
}

// signature is what marshal puts together.
type signature struct {
	alg               pki.AlgorithmIdentifier
	digest            string
	contentType       string
	attributes, value []byte
	stamp             []byte
}

// version is that of RFC 5652, clause 5.1, for a signer named by issuer and number.
func (s *signature) version() int64 {
	if s.contentType == oidData {
		return 1
	}
	return 3
}

func (o *SignOptions) stamp(digest string, value []byte) ([]byte, error) {
	if o.TimeStamp == nil {
		return nil, nil
	}
	sum, err := pki.Sum(digest, value)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: %w", err)
	}
	token, err := o.TimeStamp(digest, sum)
	if err != nil {
		return nil, fmt.Errorf("cms: sign: time-stamp: %w", err)
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

func (o *SignOptions) marshal(content []byte, s signature) ([]byte, error) {
	context0 := asn1.Tag(0).ContextSpecific().Constructed()
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		der.AddOID(b, oidSignedData)
		b.AddASN1(context0, func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1Int64(s.version())
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { pki.AlgorithmIdentifier{OID: s.digest}.Add(b) })
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					der.AddOID(b, s.contentType)
					if !o.Detached {
						b.AddASN1(context0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
					}
				})
				b.AddASN1(context0, o.addCertificates)
				b.AddASN1(asn1.SET, func(b *cryptobyte.Builder) { o.addSignerInfo(b, s) })
			})
		})
	})
	return b.Bytes()
}

func (o *SignOptions) addCertificates(b *cryptobyte.Builder) {
	all := [][]byte{o.Certificate.Raw}
	for _, c := range o.Certificates {
		if !c.Equal(o.Certificate) {
			all = append(all, c.Raw)
		}
	}
	slices.SortFunc(all, bytes.Compare)
	for _, raw := range all {
		b.AddBytes(raw)
	}
}

func (o *SignOptions) addSignerInfo(b *cryptobyte.Builder, s signature) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(o.Certificate.Issuer.Raw())
			b.AddASN1BigInt(o.Certificate.SerialNumber)
		})
		pki.AlgorithmIdentifier{OID: s.digest}.Add(b)
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(s.attributes) })
		s.alg.Add(b)
		b.AddASN1OctetString(s.value)
		if s.stamp != nil {
			b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddBytes(attribute(oidAttrSignatureTimeStamp, func(b *cryptobyte.Builder) { b.AddBytes(s.stamp) }))
			})
		}
	})
}
