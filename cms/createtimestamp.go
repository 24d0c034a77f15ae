package cms

import (
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// Policies under which Ukrainian services stamp.
const (
	OIDStampPolicyDSTU          = "1.2.804.2.1.1.1.2.3.1"
	OIDStampPolicyInternational = "0.4.0.2023.1.1"
)

// TimeStampTemplate is what a time-stamp token states.
type TimeStampTemplate struct {
	Policy       string
	DigestOID    string
	Digest       []byte
	SerialNumber *big.Int
	Time         time.Time // whole seconds
	Nonce        *big.Int  // of the request; nil if it had none
}

// CreateTimeStamp makes a time-stamp token (RFC 3161, clause 2.4.2), the part of a
// time-stamping service that signs.
func CreateTimeStamp(t TimeStampTemplate, opts SignOptions) ([]byte, error) {
	if t.SerialNumber == nil || len(t.Digest) == 0 || t.Time.IsZero() {
		return nil, fmt.Errorf("cms: create time-stamp: %w: number, digest or time missing", ErrMalformed)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		der.AddOID(b, t.Policy)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			pki.AlgorithmIdentifier{OID: t.DigestOID}.Add(b)
			b.AddASN1OctetString(t.Digest)
		})
		b.AddASN1BigInt(t.SerialNumber)
		b.AddASN1GeneralizedTime(t.Time.UTC())
		if t.Nonce != nil {
			b.AddASN1BigInt(t.Nonce)
		}
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("cms: create time-stamp: %w", err)
	}
	opts.Detached, opts.SigningTime, opts.TimeStamp, opts.ContentTimeStamp = false, t.Time, nil, nil
	return sign(oidTSTInfo, info, opts)
}
