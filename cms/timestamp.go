package cms

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

const (
	maxStampSize = 1 << 20
	maxStamps    = 2

	// stampTolerance is by how much the content's stamp may be later than the
	// signature's: the clocks of two services differ.
	stampTolerance = time.Minute
	// iitUsages starts the usages that one CA product adds to those of its services.
	iitUsages = "1.3.6.1.4.1.19398.1.1.8."
)

// TimeStamp is a time-stamp token (RFC 3161, clause 2.4.2). Nothing in it is verified.
type TimeStamp struct {
	Policy    string
	DigestOID string
	Imprint   []byte
	Time      time.Time
	Nonce     []byte // content of the INTEGER; nil if absent

	sd *SignedData
}

// ParseTimeStamp parses a token: a container over a TSTInfo, with one signature.
func ParseTimeStamp(token []byte) (*TimeStamp, error) {
	sd, err := Parse(token, Limits{Size: maxStampSize, Signers: 1})
	if err != nil {
		return nil, fmt.Errorf("parse time-stamp: %w", err)
	}
	if sd.ContentType != oidTSTInfo || !sd.HasContent || len(sd.Signers) != 1 {
		return nil, fmt.Errorf("parse time-stamp: %w: not a token", ErrMalformed)
	}
	if err := der.Check(sd.Content, der.Limits{Size: maxStampSize}); err != nil {
		return nil, fmt.Errorf("parse time-stamp: %w", err)
	}
	ts := &TimeStamp{sd: sd}
	if !ts.readInfo(sd.Content) {
		return nil, fmt.Errorf("parse time-stamp: %w: TSTInfo", ErrMalformed)
	}
	return ts, nil
}

func (ts *TimeStamp) readInfo(raw []byte) bool {
	s := cryptobyte.String(raw)
	var body, imprint, serial, tsa, extensions cryptobyte.String
	var version int
	var alg pki.AlgorithmIdentifier
	var present bool
	if !s.ReadASN1(&body, asn1.SEQUENCE) || !s.Empty() ||
		!body.ReadASN1Integer(&version) || version != 1 ||
		!der.ReadOID(&body, &ts.Policy) ||
		!body.ReadASN1(&imprint, asn1.SEQUENCE) ||
		!pki.ReadAlgorithmIdentifier(&imprint, &alg) ||
		!imprint.ReadASN1Bytes(&ts.Imprint, asn1.OCTET_STRING) || !imprint.Empty() ||
		!body.ReadASN1(&serial, asn1.INTEGER) ||
		!der.ReadTime(&body, &ts.Time) ||
		!body.SkipOptionalASN1(asn1.SEQUENCE) || // accuracy
		!body.SkipOptionalASN1(asn1.BOOLEAN) { // ordering
		return false
	}
	ts.DigestOID = alg.OID
	if body.PeekASN1Tag(asn1.INTEGER) && !body.ReadASN1Bytes(&ts.Nonce, asn1.INTEGER) {
		return false
	}
	return body.ReadOptionalASN1(&tsa, &present, asn1.Tag(0).ContextSpecific().Constructed()) &&
		body.ReadOptionalASN1(&extensions, &present, asn1.Tag(1).ContextSpecific().Constructed()) && body.Empty()
}

// stampVerifier verifies tokens in the context of a signature.
type stampVerifier struct {
	key    pki.PublicKeyInfo // of the signer, who made the imprint
	pool   []*pki.Certificate
	opts   VerifyOptions
	budget *pki.Budget
	// status tells the status of a certificate at a time.
	status func(c, issuer *pki.Certificate, at time.Time) pki.Status
}

// verify verifies a token over data and returns its time.
func (v *stampVerifier) verify(token, data []byte) (time.Time, Outcome) {
	ts, err := ParseTimeStamp(token)
	if err != nil {
		return time.Time{}, Outcome{Invalid, ReasonStampMalformed}
	}
	ok, err := isDigest(ts.Imprint, ts.DigestOID, v.key, data)
	if err != nil {
		return time.Time{}, Outcome{Invalid, pki.ReasonAlgorithmRejected}
	}
	if !ok {
		return time.Time{}, Outcome{Invalid, ReasonStampImprint}
	}
	if ts.Time.After(v.opts.Time.Add(v.opts.ClockSkew)) {
		return time.Time{}, Outcome{Invalid, ReasonStampFuture}
	}
	return ts.Time, v.verifySignature(ts)
}

func (v *stampVerifier) verifySignature(ts *TimeStamp) Outcome {
	pool := concat(ts.sd.Certificates, v.pool)
	core := signatureCore{sd: ts.sd, si: &ts.sd.Signers[0], content: ts.sd.Content, pool: pool, more: v.opts.Pool}
	var s Signer
	core.verify(&s)
	switch o := conclude(s.Checks); o.Verdict {
	case Invalid:
		return Outcome{Invalid, ReasonStampSignature}
	case Indeterminate:
		return Outcome{Indeterminate, ReasonStampNoCert}
	}
	if !stampsTime(core.certificate) {
		return Outcome{Invalid, ReasonStampUsage}
	}
	return v.verifyAuthority(core.certificate, pool, ts.Time)
}

// stampsTime reports whether a certificate is for time-stamping. RFC 3161, clause
// 2.3, wants the usage alone and critical; a third of the Ukrainian services have it
// beside a usage of their CA product, or not critical. Any other company is refused.
func stampsTime(c *pki.Certificate) bool {
	if !c.HasExtendedKeyUsage(pki.OIDEKUTimeStamping) {
		return false
	}
	for _, usage := range c.ExtKeyUsages {
		if usage != pki.OIDEKUTimeStamping && !strings.HasPrefix(usage, iitUsages) {
			return false
		}
	}
	return !c.HasKeyUsage || c.KeyUsage&(pki.KeyUsageDigitalSignature|pki.KeyUsageNonRepudiation) != 0
}

func (v *stampVerifier) verifyAuthority(tsa *pki.Certificate, pool []*pki.Certificate, at time.Time) Outcome {
	chain, err := pki.BuildChain(tsa, pki.ChainOptions{
		Anchors: v.opts.Anchors, Services: v.opts.Services, Intermediates: pool, Pool: v.opts.Pool,
		Time: at, Keys: v.opts.Keys, Budget: v.budget,
	})
	var failure *pki.ChainError
	switch {
	case errors.As(err, &failure) && failure.Conclusive:
		return Outcome{Invalid, ReasonStampUntrusted}
	case err != nil:
		return Outcome{Indeterminate, ReasonStampUntrusted}
	}
	if v.opts.Revocation != RevocationNotChecked && spoiled(v.status(tsa, chain[1], at)) {
		return Outcome{Invalid, ReasonStampRevoked}
	}
	return Outcome{Verdict: Valid}
}

// spoiled reports whether a service's tokens are worth nothing after the revocation of
// its certificate: all of them when the key may be in other hands, since it can state
// any time, but only the later ones when the service gave up or changed its key (RFC
// 3161, clause 4, items 1 and 2).
func spoiled(s pki.Status) bool {
	switch {
	case s.State == pki.StateRevoked:
		return true
	case s.RevokedAt.IsZero():
		return false
	}
	switch s.RevokedFor {
	case pki.RevocationAffiliationChanged, pki.RevocationSuperseded, pki.RevocationCessation:
		return false
	}
	return true
}

// checkTimes verifies the stamps and finds the time at which the signature is known
// to have existed. Signing-time is only a claim; it must not lie in the future.
func (v *signerVerifier) checkTimes() {
	s := &v.out
	sv := &stampVerifier{pool: v.pool, opts: v.opts, budget: v.budget, status: v.statusAt}
	if s.Certificate != nil {
		sv.key = s.Certificate.PublicKey
	}
	first, ok := v.checkStamps(sv, CheckContentTimeStamp, v.attrs.contentStamps, v.content)
	if ok {
		s.ContentTime = first
	}
	stamps := v.si.unsignedValues(oidAttrSignatureTimeStamp)
	if first, ok = v.checkStamps(sv, CheckSignatureTimeStamp, stamps, v.si.Signature); ok {
		s.TrustedTime = first
		if s.ContentTime.After(first.Add(stampTolerance)) {
			s.fail(CheckSignatureTimeStamp, ReasonStampOrder)
		}
	} else if c, made := s.Find(CheckSignatureTimeStamp); made && c.Status == Unknown {
		v.timeOpen = true
	}
	if s.SigningTime.After(v.opts.Time.Add(v.opts.ClockSkew)) {
		s.fail(CheckSigningTime, ReasonSigningTime)
	} else if !s.SigningTime.IsZero() {
		s.pass(CheckSigningTime, ReasonNone)
	}
}

// checkStamps verifies all stamps of a kind and returns the earliest time; ok only
// if there are some and all are good.
func (v *signerVerifier) checkStamps(sv *stampVerifier, name string, stamps [][]byte, data []byte) (first time.Time, ok bool) {
	if len(stamps) == 0 {
		return first, false
	}
	if len(stamps) > maxStamps {
		v.out.fail(name, ReasonLimit)
		return first, false
	}
	all := Outcome{Verdict: Valid}
	for _, token := range stamps {
		at, o := sv.verify(token, data)
		all = all.Worse(o)
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	switch all.Verdict {
	case Valid:
		v.out.pass(name, ReasonNone)
		return first, true
	case Indeterminate:
		v.out.unknown(name, all.Reason)
	default:
		v.out.fail(name, all.Reason)
	}
	return first, false
}
