package pki

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki/der"
)

// CRLTemplate describes a list to issue.
type CRLTemplate struct {
	Number     *big.Int
	BaseNumber *big.Int // makes the list a delta to the full list of this number
	ThisUpdate time.Time
	NextUpdate time.Time
	Revoked    []RevokedCertificate
	Digest     string // "": the usual one of the issuer's key
}

// RevokedCertificate is an entry of a list.
type RevokedCertificate struct {
	SerialNumber *big.Int
	Revocation
}

// CreateCRL issues a list. The signer holds the key of issuer.
func CreateCRL(t CRLTemplate, issuer *Certificate, signer crypto.Signer) (*CRL, error) {
	if issuer == nil || signer == nil || t.Number == nil || !t.NextUpdate.After(t.ThisUpdate) {
		return nil, errors.New("create CRL: no issuer, number or validity")
	}
	alg, _, err := SignatureAlgorithmFor(issuer.PublicKey, t.Digest)
	if err != nil {
		return nil, fmt.Errorf("create CRL: %w", err)
	}
	tbs, err := t.marshal(alg, issuer)
	if err != nil {
		return nil, fmt.Errorf("create CRL: %w", err)
	}
	raw, err := signStructure(tbs, alg, issuer.PublicKey, signer)
	if err != nil {
		return nil, fmt.Errorf("create CRL: %w", err)
	}
	return ParseCRL(raw)
}

func (t *CRLTemplate) marshal(alg AlgorithmIdentifier, issuer *Certificate) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		alg.Add(b)
		b.AddBytes(issuer.Subject.Raw())
		der.AddTime(b, t.ThisUpdate)
		der.AddTime(b, t.NextUpdate)
		t.addEntries(b)
		b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				addExtension(b, oidExtAuthorityKeyID, false, func(b *cryptobyte.Builder) { addAuthorityKeyID(b, issuer.SubjectKeyID) })
				addExtension(b, oidExtCRLNumber, false, func(b *cryptobyte.Builder) { b.AddASN1BigInt(t.Number) })
				if t.BaseNumber != nil {
					addExtension(b, oidExtDeltaCRL, true, func(b *cryptobyte.Builder) { b.AddASN1BigInt(t.BaseNumber) })
				}
			})
		})
	})
	return b.Bytes()
}

// addEntries leaves an empty list out altogether (RFC 5280, clause 5.1.2.6).
func (t *CRLTemplate) addEntries(b *cryptobyte.Builder) {
	if len(t.Revoked) == 0 {
		return
	}
	entries := slices.Clone(t.Revoked)
	slices.SortFunc(entries, func(x, y RevokedCertificate) int {
		return bytes.Compare(x.SerialNumber.Bytes(), y.SerialNumber.Bytes())
	})
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, e := range entries {
			b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1BigInt(e.SerialNumber)
				der.AddTime(b, e.Time)
				if e.Reason != 0 {
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						addExtension(b, oidExtReasonCode, false, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(e.Reason)) })
					})
				}
			})
		}
	})
}
