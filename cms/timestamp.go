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
func ParseTimeStamp(token []byte) (*TimeStamp, error) { return parseTimeStamp(token, nil) }

func parseTimeStamp(token []byte, cache *pki.CertificateCache) (*TimeStamp, error) {
	sd, err := parse(token, Limits{Size: maxStampSize, Signers: 1}, cache)
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
		body.ReadOptionalASN1(&extensions, &present, asn1.Tag(1).ContextSpecific().Constructed()) && body.Empty() &&
		noneCritical(extensions)
}

// noneCritical reports whether of the extensions, none of which is known here, none has to
// be understood (RFC 5280, clause 4.2).
func noneCritical(extensions cryptobyte.String) bool {
	for !extensions.Empty() {
		var one cryptobyte.String
		var critical bool
		if !extensions.ReadASN1(&one, asn1.SEQUENCE) || !one.SkipASN1(asn1.OBJECT_IDENTIFIER) ||
			!one.ReadOptionalASN1Boolean(&critical, asn1.BOOLEAN, false) || critical {
			return false
		}
	}
	return true
}

// stampVerifier verifies tokens in the context of a signature.
type stampVerifier struct {
	key    pki.PublicKeyInfo // of the signer, who made the imprint
	pool   []*pki.Certificate
	opts   VerifyOptions
	budget *pki.Budget
	chains [][]*pki.Certificate // of the services whose tokens were verified
	good   []goodStamp          // as far as statements at hand tell
	// status tells the status of a certificate at a time, also from what the token
	// brings along.
	status func(c, issuer *pki.Certificate, at time.Time, also longTerm) pki.Status
}

// verify verifies a token over data and returns its time. known is when the token is
// proven to have existed, if something proves that.
func (v *stampVerifier) verify(token, data []byte, known time.Time) (time.Time, Outcome) {
	ts, err := parseTimeStamp(token, v.opts.Cache)
	if err != nil {
		return time.Time{}, Outcome{Invalid, ReasonStampMalformed}
	}
	return ts.Time, v.verifyParsed(ts, data, known)
}

func (v *stampVerifier) verifyParsed(ts *TimeStamp, data []byte, known time.Time) Outcome {
	ok, err := isDigest(ts.Imprint, ts.DigestOID, v.key, data)
	switch {
	case err != nil:
		return Outcome{Invalid, pki.ReasonAlgorithmRejected}
	case !ok:
		return Outcome{Invalid, ReasonStampImprint}
	case ts.Time.After(v.opts.Time.Add(v.opts.ClockSkew)):
		return Outcome{Invalid, ReasonStampFuture}
	}
	return v.verifySignature(ts, known)
}

func (v *stampVerifier) verifySignature(ts *TimeStamp, known time.Time) Outcome {
	also := ts.sd.Signers[0].longTerm()
	also.crls, also.ocsps = append(also.crls, ts.sd.CRLs...), append(also.ocsps, ts.sd.OCSPs...)
	also.certificates = concat(ts.sd.Certificates, also.certificates)
	pool := concat(also.certificates, v.pool)
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
	chain, o := v.verifyAuthority(core.certificate, pool, ts.Time)
	if chain != nil {
		v.chains = append(v.chains, chain)
	}
	if o.Verdict != Valid || v.opts.Revocation == RevocationNotChecked {
		return o
	}
	for i, c := range chain[:len(chain)-1] {
		switch st := v.status(c, chain[i+1], ts.Time, also); {
		case spoiled(st, known):
			return Outcome{Invalid, ReasonStampRevoked}
		case hidden(st):
			return Outcome{Indeterminate, ReasonStampStatus}
		}
	}
	v.good = append(v.good, goodStamp{chain, ts.Time, known})
	return o
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

func (v *stampVerifier) verifyAuthority(tsa *pki.Certificate, pool []*pki.Certificate, at time.Time) ([]*pki.Certificate, Outcome) {
	chain, err := pki.BuildChain(tsa, pki.ChainOptions{
		Anchors: v.opts.Anchors, Services: v.opts.Services, Intermediates: pool, Pool: v.opts.Pool,
		Time: at, Keys: v.opts.Keys, Budget: v.budget,
	})
	var failure *pki.ChainError
	switch {
	case errors.As(err, &failure) && failure.Conclusive:
		return nil, Outcome{Invalid, ReasonStampUntrusted}
	case err != nil:
		return nil, Outcome{Indeterminate, ReasonStampUntrusted}
	}
	v.opts.Cache.Keep(chain...)
	return chain, Outcome{Verdict: Valid}
}

// spoiled reports whether a service's tokens are worth nothing after the revocation of
// its certificate or of that of an authority above it: all of them when the key may be in other hands, since it can state
// any time, but only the later ones when the service gave up or changed its key (RFC
// 3161, clause 4, items 1 and 2). A token which is known to have existed before the
// revocation was made by whoever held the key rightfully.
func spoiled(s pki.Status, known time.Time) bool {
	if s.State == pki.StateRevoked {
		return true
	}
	return s.KeyMayBeLost() && (known.IsZero() || !known.Before(s.RevokedAt))
}
