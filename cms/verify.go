package cms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// Revocation says what to do about the status of the signer's certificate.
type Revocation int

// The policies. The zero value is the strict one.
const (
	// RevocationRequired: without a statement that the certificate was good the
	// result is indeterminate.
	RevocationRequired Revocation = iota
	// RevocationIfAvailable: a statement is used when there is one; its absence is
	// only noted, unless so many are there that not all could be looked at.
	RevocationIfAvailable
	// RevocationNotChecked: statements are not looked at.
	RevocationNotChecked
)

// VerifyOptions are what a container is verified with.
type VerifyOptions struct {
	// Content is the signed content of a detached signature; nil means that the
	// container carries it. If both are there they must be equal. For an empty
	// detached content give []byte{}.
	Content []byte
	// Anchors are the pinned roots, Services the authorities of trust lists. Nothing else
	// is trusted; without any, nobody is, and no result is better than indeterminate.
	Anchors  []*pki.Certificate
	Services *pki.Services
	// Intermediates are certificates of authorities and of their services, from
	// anywhere.
	Intermediates []*pki.Certificate
	// Pool has more of them; it is made once for many verifications.
	Pool  *pki.Pool
	CRLs  []*pki.CRL
	OCSPs []*pki.OCSPResponse
	// Time is the time of verification: now, unless an archive is searched. It is
	// required.
	Time time.Time

	Revocation Revocation
	// Statuses, if set, is asked for statements when the caller's own, CRLs and OCSPs,
	// do not settle the status of the signer's certificate: about that certificate, the
	// authorities above it and the services whose time-stamps count. What the container
	// brings along saves a question if it is a fresh OCSP response or was stated after the
	// time in question.
	Statuses Statuses
	// OCSPMaxAge and CRLMaxAge are as in pki.StatusOptions.
	OCSPMaxAge, CRLMaxAge time.Duration
	// MaxSignatureAge bounds, against replay, the age of a signature that may
	// authorise something now; 0 means no bound.
	MaxSignatureAge time.Duration
	// ClockSkew is the difference of clocks forgiven; 0 means a minute.
	ClockSkew time.Duration
	Keys      pki.KeyPolicy
	Limits    Limits
	// Cache, if set, keeps certificates between verifications.
	Cache *pki.CertificateCache
}

// Verify verifies a container: every signature in it and in the containers inside
// it (ETSI EN 319 102-1, clause 5; the order of steps is in the package comment).
// Whatever is wrong with the container is in the result; the error is about the
// options.
func Verify(container []byte, opts VerifyOptions) (*Result, error) {
	return VerifyContext(context.Background(), container, opts)
}

// VerifyContext is Verify with a bound for what opts.Statuses does: when ctx ends,
// what was not found out by then is unknown.
func VerifyContext(ctx context.Context, container []byte, opts VerifyOptions) (*Result, error) {
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("cms: verify: %w", err)
	}
	if opts.ClockSkew == 0 {
		opts.ClockSkew = pki.DefaultClockSkew
	}
	opts.Limits = opts.Limits.withDefaults()
	w := &walk{opts: opts, budget: pki.NewBudget(chainSignatures), statements: pki.NewBudget(statusSignatures)}
	if opts.Statuses != nil {
		w.asked = &asked{ctx: ctx, from: opts.Statuses, answers: map[[sha256.Size]byte]Statements{}}
	}
	return w.layer(container, opts.Content, opts.Limits.Nesting), nil
}

// check tells what makes options useless. A nil in a list is what is left of an error
// that somebody overlooked, and could be the very statement that counts.
func (o *VerifyOptions) check() error {
	switch {
	case o.Time.IsZero():
		return errors.New("no time of verification")
	case slices.Contains(o.Anchors, nil), slices.Contains(o.Intermediates, nil):
		return errors.New("a certificate in the options is nil")
	case slices.Contains(o.CRLs, nil), slices.Contains(o.OCSPs, nil):
		return errors.New("a list or an OCSP response in the options is nil")
	}
	return nil
}

// What is verified for one container besides its own signatures and time-stamps.
const (
	// chainSignatures bounds all searches for chains: those of signers and of
	// time-stamping services.
	chainSignatures = 48
	// statusSignatures bounds all questions for the status of a certificate.
	statusSignatures = 128
)

// walk goes through the layers of a container.
type walk struct {
	opts       VerifyOptions
	budget     *pki.Budget // of chains
	statements *pki.Budget // of statuses
	asked      *asked      // nil if there is nobody to ask
}

func (w *walk) layer(container, detached []byte, levels int) *Result {
	if levels == 0 {
		return refuse(ReasonLimit)
	}
	sd, err := parse(container, w.opts.Limits, w.opts.Cache)
	if err != nil {
		return refuse(parseReason(err))
	}
	r := &Result{Checks: []Check{{CheckFormat, Passed, ReasonNone}}}
	if len(sd.Signers) == 0 {
		return refuse(ReasonNoSigners)
	}
	content, check := chooseContent(sd, detached)
	r.Checks = append(r.Checks, check)
	r.Outcome = conclude(r.Checks)
	if r.Verdict != Valid {
		return r
	}
	r.Content, r.Detached = content, !sd.HasContent
	hashes := partHashes{}
	for i := range sd.Signers {
		v := &signerVerifier{
			sd: sd, si: &sd.Signers[i], content: content, opts: w.opts, hashes: hashes,
			budget: w.budget, statements: w.statements, asked: w.asked,
		}
		s := v.verify()
		r.Signers = append(r.Signers, s)
		r.Outcome = r.Worse(s.AtTime)
	}
	if isSignedData(content) {
		r.Nested = w.layer(content, nil, levels-1)
		r.Outcome = r.Worse(r.Nested.Outcome)
	}
	return r
}

// refuse is the result for what is no container of signatures at all.
func refuse(why Reason) *Result {
	return &Result{Outcome: Outcome{Invalid, why}, Checks: []Check{{CheckFormat, Failed, why}}}
}

func parseReason(err error) Reason {
	for _, known := range []struct {
		err    error
		reason Reason
	}{
		{der.ErrTrailing, ReasonTrailingData},
		{der.ErrLimit, ReasonLimit},
		{ErrLimit, ReasonLimit},
		{ErrNotSignedData, ReasonNotSignedData},
		{ErrNotDER, ReasonNotDER},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return ReasonMalformed
}

func chooseContent(sd *SignedData, detached []byte) ([]byte, Check) {
	switch {
	case !sd.HasContent && detached == nil:
		return nil, Check{CheckContent, Unknown, ReasonContentMissing}
	case !sd.HasContent:
		return detached, Check{CheckContent, Passed, ReasonNone}
	case detached != nil && !bytes.Equal(detached, sd.Content):
		return nil, Check{CheckContent, Failed, ReasonContentDiffers}
	}
	return sd.Content, Check{CheckContent, Passed, ReasonNone}
}

// isSignedData recognises a container as content by its first bytes alone: whatever
// claims to be one is then held to it.
func isSignedData(content []byte) bool {
	if len(content) < 16 || content[0] != 0x30 {
		return false
	}
	at := 2
	if content[1] > 0x80 {
		at += int(content[1] & 0x7f)
	}
	if at > 6 || at >= len(content) {
		return false
	}
	s := cryptobyte.String(content[at:])
	var oid string
	return der.ReadOID(&s, &oid) && oid == oidSignedData
}

// signerVerifier takes one signature through the steps.
type signerVerifier struct {
	sd      *SignedData
	si      *SignerInfo
	content []byte
	opts    VerifyOptions
	budget  *pki.Budget // of chains, shared by all signatures of the container

	statements *pki.Budget // of statuses, shared likewise
	hashes     partHashes  // shared by the signatures of one layer
	asked      *asked      // likewise
	asking     bool        // the caller's statements did not settle the signer's status

	out   Signer
	attrs signedAttributes
	pool  []*pki.Certificate // where certificates are looked for
	long  longTerm           // what the unsigned attributes bring along

	archive       []*archiveStamp // those looked at, the oldest first in the end
	stampChains   [][]*pki.Certificate
	stamps        []goodStamp
	proven        time.Time // when the signature is proven to have existed; zero if it is not
	referenceTime time.Time // of a good stamp of CAdES-X over the signature

	// timeOpen: there is a time-stamp of the signature, but it could not be verified.
	// What is wrong now may then have been right when the signature was made.
	timeOpen bool
}

func (v *signerVerifier) verify() Signer {
	s := &v.out
	s.TrustedTime = v.opts.Time
	s.Digest, s.Algorithm = v.si.DigestAlgorithm.OID, v.si.SignatureAlgorithm.OID
	v.long = v.si.longTerm()
	// What the caller gave comes first, so that a crowd of decoys in the container does
	// not use up the tries of the chain.
	v.pool = concat(v.opts.Intermediates, v.opts.Anchors, v.sd.Certificates, v.long.certificates)

	core := signatureCore{sd: v.sd, si: v.si, content: v.content, pool: v.pool, more: v.opts.Pool}
	core.verify(s)
	v.attrs, s.Certificate = core.attrs, core.certificate
	s.Level = v.si.level(v.sd, s.Certificate)
	if s.Certificate != nil {
		s.IsStamp = s.Certificate.IsSeal()
		v.checkKeyUsage()
	}
	v.checkTimes()
	if s.Certificate != nil {
		v.checkChain()
		v.checkRevocation()
		v.checkReferences()
		v.checkIdentity()
	}
	s.AtTime = conclude(s.Checks)
	s.Now = v.judgeNow()
	return v.out
}

func concat(lists ...[]*pki.Certificate) []*pki.Certificate {
	var out []*pki.Certificate
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// checkKeyUsage wants a key for signatures that is not one of a service: those of
// time-stamps and of OCSP answers are for nothing else (RFC 5280, clause 4.2.1.12).
func (v *signerVerifier) checkKeyUsage() {
	const signs = pki.KeyUsageDigitalSignature | pki.KeyUsageNonRepudiation
	c := v.out.Certificate
	if c.KeyUsage&signs == 0 || c.HasExtendedKeyUsage(pki.OIDEKUTimeStamping) || c.HasExtendedKeyUsage(pki.OIDEKUOCSPSigning) {
		v.out.fail(CheckKeyUsage, ReasonKeyUsage)
		return
	}
	v.out.pass(CheckKeyUsage, ReasonNone)
}

func (v *signerVerifier) checkChain() {
	chain, err := pki.BuildChain(v.out.Certificate, pki.ChainOptions{
		Anchors: v.opts.Anchors, Services: v.opts.Services, Intermediates: v.pool, Pool: v.opts.Pool,
		Time: v.out.TrustedTime, Keys: v.opts.Keys, Budget: v.budget,
	})
	if err == nil {
		v.out.Chain = chain
		v.opts.Cache.Keep(chain...)
		v.out.pass(CheckChain, ReasonNone)
		return
	}
	var failure *pki.ChainError
	switch {
	case !errors.As(err, &failure):
		v.out.unknown(CheckChain, pki.ReasonIssuerUnknown)
	case v.timeOpen && (failure.Reason == pki.ReasonExpired || failure.Reason == pki.ReasonIssuerExpired):
		v.out.unknown(CheckChain, failure.Reason)
	case failure.Conclusive:
		v.out.fail(CheckChain, failure.Reason)
	default:
		v.out.unknown(CheckChain, failure.Reason)
	}
}

// checkRevocation asks for the status of the signer's certificate, and of the
// authorities' as far as there are statements about them: those rarely change, and
// their absence is not held against the signer, unless somebody was to be asked.
func (v *signerVerifier) checkRevocation() {
	if v.opts.Revocation == RevocationNotChecked || len(v.out.Chain) == 0 {
		return
	}
	v.asking = v.mayAsk(v.out.TrustedTime)
	st := v.statusAt(v.out.Chain[0], v.out.Chain[1], v.out.TrustedTime)
	v.out.CheckedState = st
	required := v.opts.Revocation == RevocationRequired
	others := v.othersStatus(v.out.TrustedTime)
	if others.Verdict == Invalid {
		v.out.fail(CheckRevocation, others.Reason)
		return
	}
	switch {
	case st.State == pki.StateRevoked && v.timeOpen:
		v.out.unknown(CheckRevocation, st.Reason)
	case st.State == pki.StateRevoked:
		v.out.fail(CheckRevocation, st.Reason)
	case st.State == pki.StateGood && others.Verdict == Indeterminate:
		v.out.unknown(CheckRevocation, others.Reason)
	case st.State == pki.StateGood:
		v.out.pass(CheckRevocation, ReasonNone)
	case hidden(st), required && !v.asked.excuses(v.out.Chain[0]):
		v.out.unknown(CheckRevocation, st.Reason)
	default:
		v.out.pass(CheckRevocation, st.Reason)
	}
}

// checkIdentity reads who signed, and only after everything else was good: a name on
// a certificate that nobody vouches for is not handed out as somebody's identity.
func (v *signerVerifier) checkIdentity() {
	if conclude(v.out.Checks).Verdict != Valid {
		return
	}
	id, err := v.out.Certificate.Identity()
	switch {
	case errors.Is(err, pki.ErrIdentityConflict):
		v.out.fail(CheckIdentity, ReasonIdentityConflict)
	case err != nil:
		v.out.fail(CheckIdentity, ReasonIdentityMalformed)
	default:
		v.out.pass(CheckIdentity, ReasonNone)
		v.out.Identity = id
		v.out.IsStamp = id.IsSeal
	}
}
