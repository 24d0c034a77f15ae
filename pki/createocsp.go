package pki

import (
	"crypto"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// OCSPResponseStatus is how a responder refuses to answer (RFC 6960, clause 4.2.1).
type OCSPResponseStatus int

// The refusals.
const (
	OCSPMalformedRequest OCSPResponseStatus = 1
	OCSPInternalError    OCSPResponseStatus = 2
	OCSPTryLater         OCSPResponseStatus = 3
	OCSPSigRequired      OCSPResponseStatus = 5
	OCSPUnauthorized     OCSPResponseStatus = 6
)

// OCSPResponseTemplate is what a responder states.
type OCSPResponseTemplate struct {
	ProducedAt time.Time
	Responses  []SingleResponse
	Nonce      []byte // of the request; nil when it had none
	// Certificates are sent along; DSTU responders usually send none.
	Certificates []*Certificate
	Digest       string // "": the usual one of the responder's key
}

// CreateOCSPResponse makes a response, named by its responder's name as Ukrainian ones
// are. The signer holds the key of responder.
func CreateOCSPResponse(t OCSPResponseTemplate, responder *Certificate, signer crypto.Signer) ([]byte, error) {
	if responder == nil || signer == nil || len(t.Responses) == 0 || t.ProducedAt.IsZero() {
		return nil, errors.New("create OCSP response: no responder, signer, answer or time")
	}
	alg, _, err := SignatureAlgorithmFor(responder.PublicKey, t.Digest)
	if err != nil {
		return nil, fmt.Errorf("create OCSP response: %w", err)
	}
	tbs, err := t.marshal(responder)
	if err != nil {
		return nil, fmt.Errorf("create OCSP response: %w", err)
	}
	bits, err := responder.PublicKey.signBits(signer, alg, tbs)
	if err != nil {
		return nil, fmt.Errorf("create OCSP response: %w", err)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Enum(0)
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				der.AddOID(b, oidBasicOCSPResponse)
				b.AddASN1(asn1.OCTET_STRING, func(b *cryptobyte.Builder) {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddBytes(tbs)
						alg.Add(b)
						b.AddASN1BitString(bits)
						t.addCertificates(b)
					})
				})
			})
		})
	})
	return b.Bytes()
}

// CreateOCSPRefusal makes a response without an answer.
func CreateOCSPRefusal(status OCSPResponseStatus) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(status)) })
	return b.BytesOrPanic()
}

func (t *OCSPResponseTemplate) addCertificates(b *cryptobyte.Builder) {
	if len(t.Certificates) == 0 {
		return
	}
	b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, c := range t.Certificates {
				b.AddBytes(c.Raw)
			}
		})
	})
}

// marshal writes ResponseData (RFC 6960, clause 4.2.1); its times are GeneralizedTime.
func (t *OCSPResponseTemplate) marshal(responder *Certificate) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddBytes(responder.Subject.Raw()) })
		b.AddASN1GeneralizedTime(t.ProducedAt.UTC())
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for i := range t.Responses {
				t.Responses[i].add(b)
			}
		})
		if t.Nonce != nil {
			b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { addNonce(b, t.Nonce) })
			})
		}
	})
	return b.Bytes()
}

func (r *SingleResponse) add(b *cryptobyte.Builder) {
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		r.CertID.add(b)
		switch r.State {
		case StateGood:
			b.AddASN1(asn1.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
		case StateRevoked:
			b.AddASN1(asn1.Tag(1).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1GeneralizedTime(r.Revocation.Time.UTC())
				if r.Revocation.Reason != 0 {
					b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(r.Revocation.Reason)) })
				}
			})
		default:
			b.AddASN1(asn1.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
		}
		b.AddASN1GeneralizedTime(r.ThisUpdate.UTC())
		if !r.NextUpdate.IsZero() {
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(r.NextUpdate.UTC()) })
		}
	})
}
