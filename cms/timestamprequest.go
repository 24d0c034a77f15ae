package cms

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxStampRequest = 16 << 10
	maxStampNonce   = 32 // bytes
)

// ErrOtherStamp means that a token is not the answer to the request.
var ErrOtherStamp = errors.New("cms: time-stamp is not for this request")

// TimeStampRequest asks a service for a time-stamp (RFC 3161, clause 2.4.1).
type TimeStampRequest struct {
	DigestOID string
	Digest    []byte
	Policy    string   // "": the service chooses
	Nonce     *big.Int // positive; nil leaves it out
	// Certificate asks for the service's certificate in the token.
	Certificate bool
}

// Marshal writes the request. A digest of the international family is followed by
// NULL, as services compare the identifier byte for byte with what they know.
func (r *TimeStampRequest) Marshal() ([]byte, error) {
	if len(r.Digest) == 0 || r.Nonce != nil && (r.Nonce.Sign() < 0 || r.Nonce.BitLen() > 8*maxStampNonce) {
		return nil, fmt.Errorf("cms: time-stamp request: %w: no digest, or nonce out of range", ErrMalformed)
	}
	alg := pki.AlgorithmIdentifier{OID: r.DigestOID}
	if strings.HasPrefix(r.DigestOID, "2.16.840.1.101.3.4.2.") {
		alg.Parameters = []byte{0x05, 0x00}
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			alg.Add(b)
			b.AddASN1OctetString(r.Digest)
		})
		if r.Policy != "" {
			der.AddOID(b, r.Policy)
		}
		if r.Nonce != nil {
			b.AddASN1BigInt(r.Nonce)
		}
		if r.Certificate {
			b.AddASN1Boolean(true)
		}
	})
	return b.Bytes()
}

// ParseTimeStampRequest parses a request, which a service does.
func ParseTimeStampRequest(raw []byte) (*TimeStampRequest, error) {
	if err := der.Check(raw, der.Limits{Size: maxStampRequest}); err != nil {
		return nil, fmt.Errorf("parse time-stamp request: %w", err)
	}
	malformed := fmt.Errorf("parse time-stamp request: %w", ErrMalformed)
	r := &TimeStampRequest{}
	s := cryptobyte.String(raw)
	var body, imprint cryptobyte.String
	var version int
	var alg pki.AlgorithmIdentifier
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1Integer(&version) || version != 1 ||
		!body.ReadASN1(&imprint, asn1.SEQUENCE) || !pki.ReadAlgorithmIdentifier(&imprint, &alg) ||
		!imprint.ReadASN1Bytes(&r.Digest, asn1.OCTET_STRING) || !imprint.Empty() || len(r.Digest) == 0 {
		return nil, malformed
	}
	r.DigestOID, r.Digest = alg.OID, bytes.Clone(r.Digest)
	if body.PeekASN1Tag(asn1.OBJECT_IDENTIFIER) && !der.ReadOID(&body, &r.Policy) {
		return nil, malformed
	}
	if body.PeekASN1Tag(asn1.INTEGER) {
		r.Nonce = new(big.Int)
		if !body.ReadASN1Integer(r.Nonce) || r.Nonce.Sign() < 0 || r.Nonce.BitLen() > 8*maxStampNonce {
			return nil, malformed
		}
	}
	if body.PeekASN1Tag(asn1.BOOLEAN) && !body.ReadASN1Boolean(&r.Certificate) {
		return nil, malformed
	}
	if !body.SkipOptionalASN1(asn1.Tag(0).ContextSpecific().Constructed()) || !body.Empty() { // extensions
		return nil, malformed
	}
	return r, nil
}

// Check parses a token and holds it against the request: digest, policy if one was
// asked for, and nonce (RFC 3161, clause 2.4.2). Who signed it is another question,
// which [TimeStamp.Verify] answers.
func (r *TimeStampRequest) Check(token []byte) (*TimeStamp, error) {
	ts, err := ParseTimeStamp(token)
	if err != nil {
		return nil, err
	}
	switch {
	case ts.DigestOID != r.DigestOID || !bytes.Equal(ts.Imprint, r.Digest):
		return nil, fmt.Errorf("%w: another digest", ErrOtherStamp)
	case r.Policy != "" && ts.Policy != r.Policy:
		return nil, fmt.Errorf("%w: another policy", ErrOtherStamp)
	case r.Nonce != nil && (ts.Nonce == nil || new(big.Int).SetBytes(ts.Nonce).Cmp(r.Nonce) != 0):
		return nil, fmt.Errorf("%w: another nonce", ErrOtherStamp)
	}
	return ts, nil
}

// Verify verifies the signature of a token, that it is a time-stamping service's, and
// its chain to an anchor at the token's own time. What the imprint is the digest of is
// not known here.
func (ts *TimeStamp) Verify(opts VerifyOptions) (Outcome, error) {
	if err := opts.check(); err != nil {
		return Outcome{}, fmt.Errorf("cms: verify time-stamp: %w", err)
	}
	if opts.ClockSkew == 0 {
		opts.ClockSkew = pki.DefaultClockSkew
	}
	if ts.Time.After(opts.Time.Add(opts.ClockSkew)) {
		return Outcome{Invalid, ReasonStampFuture}, nil
	}
	v := &stampVerifier{pool: concat(opts.Intermediates, opts.Anchors), opts: opts, budget: pki.NewBudget(chainSignatures)}
	v.status = func(c, issuer *pki.Certificate, at time.Time, also longTerm) pki.Status {
		sources := pki.StatusSources{
			CRLs: slices.Concat(opts.CRLs, also.crls), OCSPs: slices.Concat(opts.OCSPs, also.ocsps),
			Certificates: concat(v.pool, also.certificates),
		}
		return pki.CheckStatus(c, issuer, sources, pki.StatusOptions{
			Time: at, Now: opts.Time, OCSPMaxAge: opts.OCSPMaxAge, CRLMaxAge: opts.CRLMaxAge, ClockSkew: opts.ClockSkew, Keys: opts.Keys,
		})
	}
	return v.verifySignature(ts, time.Time{}), nil
}

// TimeStampRefusal is the answer of a service which gave no token (RFC 3161, clause
// 2.4.2).
type TimeStampRefusal struct {
	Status  int // 2 rejection, 3 waiting, 4 and 5 about the service's own certificate
	Failure int // number of the bit in PKIFailureInfo, -1 when none is set
}

// Error names status and failure by their numbers; the service's own words, which may
// be anything, are left out.
func (e *TimeStampRefusal) Error() string {
	return fmt.Sprintf("time-stamp refused: status %d, failure %d", e.Status, e.Failure)
}

// ParseTimeStampResponse takes the token out of a service's answer. A refusal is a
// *[TimeStampRefusal].
func ParseTimeStampResponse(raw []byte) (token []byte, err error) {
	// A token in BER comes out in DER; what is signed in it stays as it was.
	doc, err := der.Normalise(raw, der.Limits{Size: maxStampSize})
	if err != nil {
		return nil, fmt.Errorf("parse time-stamp response: %w", err)
	}
	s := cryptobyte.String(doc.DER)
	var body, info cryptobyte.String
	refusal := &TimeStampRefusal{Failure: -1}
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !body.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1Integer(&refusal.Status) ||
		!info.SkipOptionalASN1(asn1.SEQUENCE) { // the service's words
		return nil, fmt.Errorf("parse time-stamp response: %w", ErrMalformed)
	}
	var failure cryptobyte.String
	if info.PeekASN1Tag(asn1.BIT_STRING) && (!info.ReadASN1(&failure, asn1.BIT_STRING) || len(failure) == 0) || !info.Empty() {
		return nil, fmt.Errorf("parse time-stamp response: %w", ErrMalformed)
	}
	const granted, grantedWithMods = 0, 1
	if refusal.Status != granted && refusal.Status != grantedWithMods {
		refusal.Failure = firstBit(failure)
		return nil, refusal
	}
	var content cryptobyte.String
	if !body.ReadASN1Element(&content, asn1.SEQUENCE) || !body.Empty() {
		return nil, fmt.Errorf("parse time-stamp response: %w: granted without a token", ErrMalformed)
	}
	return bytes.Clone(content), nil
}

// firstBit returns the number of the first bit set in the content of a BIT STRING.
func firstBit(content []byte) int {
	for i := 1; i < len(content); i++ {
		for bit := range 8 {
			if content[i]&(0x80>>bit) != 0 {
				return 8*(i-1) + bit
			}
		}
	}
	return -1
}

// CreateTimeStampResponse writes the answer of a service which grants a token.
func CreateTimeStampResponse(token []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(0) })
		b.AddBytes(token)
	})
	return b.BytesOrPanic()
}

// CreateTimeStampRefusal writes the answer of a service which rejects a request;
// failure is the number of a bit of PKIFailureInfo below 32: 0 badAlg, 2 badRequest, 14
// timeNotAvailable, 15 unacceptedPolicy, 25 systemFailure.
func CreateTimeStampRefusal(failure uint) []byte {
	bits := make([]byte, failure%32/8+1)
	bits[len(bits)-1] = 0x80 >> (failure % 8)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(2)
			b.AddASN1(asn1.BIT_STRING, func(b *cryptobyte.Builder) {
				b.AddUint8(uint8(7 - failure%8))
				b.AddBytes(bits)
			})
		})
	})
	return b.BytesOrPanic()
}
