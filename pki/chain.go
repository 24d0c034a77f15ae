package pki

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// Limits of chain building.
const (
	maxChainLength    = 8
	maxSignatureTries = 12 // of one search without a shared Budget
)

// Reason says in a stable word what was found wrong; programs may decide by it.
type Reason string

// Reasons of this package.
const (
	ReasonNone Reason = ""

	ReasonIssuerUnknown     Reason = "issuer_unknown"     // no certificate of the issuer at hand
	ReasonIssuerImitated    Reason = "issuer_imitated"    // named as a trusted authority, with another key
	ReasonAnchorUntrusted   Reason = "anchor_untrusted"   // ends in a root which is not pinned
	ReasonChainTooLong      Reason = "chain_too_long"     // or the search for one too wide
	ReasonCertificateForged Reason = "certificate_forged" // signature is not the named issuer's
	ReasonKeyRejected       Reason = "key_rejected"       // key malformed, off the curve, foreign parameters
	ReasonKeyWeak           Reason = "key_weak"           // below the policy
	ReasonAlgorithmRejected Reason = "algorithm_rejected" // not on the list
	ReasonAlgorithmsDiffer  Reason = "algorithms_differ"  // inside and outside what is signed
	ReasonExpired           Reason = "expired"            // before the time of validation
	ReasonNotYetValid       Reason = "not_yet_valid"      //
	ReasonIssuerExpired     Reason = "issuer_expired"     // an authority's certificate out of its validity
	ReasonIssuerNotCA       Reason = "issuer_not_ca"      // no basicConstraints CA
	ReasonIssuerKeyUsage    Reason = "issuer_key_usage"   // no keyCertSign
	ReasonPathLen           Reason = "path_len_exceeded"  //
	ReasonCriticalExtension Reason = "critical_extension" // unknown and critical

	ReasonServiceNotGranted Reason = "service_not_granted" // listed, but not granted at the time
)

// ChainError says why there is no chain.
type ChainError struct {
	Reason Reason
	// Conclusive: what was found is wrong and stays wrong, whatever other
	// certificates come to light. Otherwise something is missing.
	Conclusive bool
	// Certificate is the one that was judged.
	Certificate *Certificate
	err         error
}

// Error names the certificate by its fingerprint.
func (e *ChainError) Error() string {
	text := fmt.Sprintf("build chain: %s: %v", e.Reason, e.Certificate)
	if e.err != nil {
		text += ": " + e.err.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *ChainError) Unwrap() error { return e.err }

// ChainOptions are what a chain is built from.
type ChainOptions struct {
	Anchors       []*Certificate // pinned roots
	Services      *Services      // of trust lists; beside the anchors, nothing else is trusted
	Intermediates []*Certificate // candidates from anywhere
	Pool          *Pool          // more of them, tried before
	Time          time.Time      // at which every certificate must be valid (shell model)
	Keys          KeyPolicy
	// Budget, if set, is shared with other searches.
	Budget *Budget
}

// Budget bounds the signatures verified by several searches together, so that many
// decoys in one message do not cost many times the bound of one search. A nil Budget
// bounds nothing. It is not safe for concurrent use.
type Budget struct{ left int }

// NewBudget returns a budget of so many signatures.
func NewBudget(signatures int) *Budget { return &Budget{signatures} }

func (b *Budget) spend() bool {
	if b == nil {
		return true
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}

func (b *Budget) spent() bool { return b != nil && b.left == 0 }

// BuildChain finds a chain from the certificate to an anchor, a pinned root or a
// service that is granted at opts.Time, and verifies it at that time: names,
// signatures, validities, basicConstraints, path lengths, keyCertSign, critical
// extensions and strength of keys (RFC 5280, clause 6.1). The result begins with the
// certificate and ends with the anchor. Extended key usages of authorities do not
// constrain those below them, as Ukrainian authorities carry usages of their own. The
// error is a *[ChainError].
func BuildChain(c *Certificate, opts ChainOptions) ([]*Certificate, error) {
	if opts.Time.IsZero() {
		return nil, errors.New("build chain: no time of validation")
	}
	if opts.Budget == nil {
		opts.Budget = NewBudget(maxSignatureTries)
	}
	b := &chainBuilder{opts: opts}
	if err := b.checkOwn(c); err != nil {
		return nil, err
	}
	switch {
	case opts.Time.Before(c.NotBefore):
		return nil, conclusive(ReasonNotYetValid, c, nil)
	case opts.Time.After(c.NotAfter):
		return nil, conclusive(ReasonExpired, c, nil)
	}
	chain, err := b.extend([]*Certificate{c})
	if err != nil {
		return nil, err
	}
	return chain, nil
}

type chainBuilder struct {
	opts    ChainOptions
	probing bool // asks only whether there is a chain, not why there is none
}

func conclusive(r Reason, c *Certificate, err error) *ChainError {
	return &ChainError{Reason: r, Conclusive: true, Certificate: c, err: err}
}

// checkOwn judges what a certificate shows without its issuer.
func (b *chainBuilder) checkOwn(c *Certificate) *ChainError {
	if c.keyErr != nil {
		if errors.Is(c.keyErr, ErrUnsupportedAlgorithm) {
			return conclusive(ReasonAlgorithmRejected, c, c.keyErr)
		}
		return conclusive(ReasonKeyRejected, c, c.keyErr)
	}
	if err := b.opts.Keys.Check(c.PublicKey); err != nil {
		if errors.Is(err, ErrUnsupportedAlgorithm) {
			return conclusive(ReasonAlgorithmRejected, c, err)
		}
		return conclusive(ReasonKeyWeak, c, err)
	}
	if c.algorithmsDiffer {
		return conclusive(ReasonAlgorithmsDiffer, c, nil)
	}
	if len(c.UnknownCritical) > 0 {
		return conclusive(ReasonCriticalExtension, c, nil)
	}
	return nil
}

// extend tries every issuer of the last certificate, anchors first. Of several
// failures it reports the one that says most: a conclusive one, then the first.
func (b *chainBuilder) extend(chain []*Certificate) ([]*Certificate, *ChainError) {
	last := chain[len(chain)-1]
	if len(chain) == maxChainLength {
		return nil, &ChainError{Reason: ReasonChainTooLong, Certificate: last}
	}
	var failure *ChainError
	for _, issuer := range b.candidates(chain) {
		next, err := b.step(chain, issuer)
		if err == nil {
			return next, nil
		}
		if failure == nil || err.Conclusive && !failure.Conclusive {
			failure = err
		}
		if b.opts.Budget.spent() {
			break
		}
	}
	if failure != nil {
		return nil, failure
	}
	switch {
	case !b.probing && b.imitated(last):
		return nil, conclusive(ReasonIssuerImitated, last, nil)
	case last.IsSelfIssued():
		return nil, &ChainError{Reason: ReasonAnchorUntrusted, Certificate: last}
	}
	return nil, &ChainError{Reason: ReasonIssuerUnknown, Certificate: last}
}

// imitated reports whether the certificate names as its issuer a trusted authority at
// hand that did not sign it, as its key is of the right kind and another. Ukrainian
// authorities take a new name with every new key (those of the published bundle do,
// except test authorities with a key of each kind), so that no certificate which may
// still turn up makes this one good.
func (b *chainBuilder) imitated(last *Certificate) bool {
	for _, pool := range b.pools(last) {
		for _, c := range pool {
			if c != nil && c.IsCA && c.Subject.Equal(last.Issuer) && b.isTrusted(c) &&
				b.opts.Budget.spend() && errors.Is(last.CheckIssuedBy(c), ErrSignature) {
				return true
			}
		}
	}
	return false
}

// pools are where issuers of a certificate are looked for: the trusted ones first, and
// last the intermediates, among which a message may put many decoys.
func (b *chainBuilder) pools(c *Certificate) [][]*Certificate {
	return [][]*Certificate{b.opts.Anchors, b.opts.Services.named(c.Issuer), b.opts.Pool.named(c.Issuer), b.opts.Intermediates}
}

// isTrusted reports whether an authority is an anchor or chains to one.
func (b *chainBuilder) isTrusted(c *Certificate) bool {
	if containsCertificate(b.opts.Anchors, c) || b.opts.Services.GrantedAt(c, b.opts.Time) {
		return true
	}
	if c.IsSelfIssued() {
		return false
	}
	// Whoever is imitated further up does not matter: this way up has to be sound.
	probe := &chainBuilder{opts: b.opts, probing: true}
	_, err := probe.extend([]*Certificate{c})
	return err == nil
}

// candidates lists certificates with the issuer's name and, where both sides state
// it, key identifier. Decoys with another key drop out here, before any arithmetic.
func (b *chainBuilder) candidates(chain []*Certificate) []*Certificate {
	last := chain[len(chain)-1]
	var out []*Certificate
	for _, pool := range b.pools(last) {
		for _, c := range pool {
			if c != nil && c.mayHaveIssued(last) && !containsCertificate(out, c) &&
				(len(chain) == 1 || !containsCertificate(chain, c)) {
				out = append(out, c)
			}
		}
	}
	return out
}

func (c *Certificate) mayHaveIssued(child *Certificate) bool {
	if !c.Subject.Equal(child.Issuer) {
		return false
	}
	if len(child.AuthorityKeyID) > 0 && len(c.SubjectKeyID) > 0 {
		return bytes.Equal(child.AuthorityKeyID, c.SubjectKeyID)
	}
	return true
}

func containsCertificate(list []*Certificate, c *Certificate) bool {
	for _, o := range list {
		if o.fingerprint == c.fingerprint {
			return true
		}
	}
	return false
}

// step verifies the last certificate against one issuer and goes on from there.
func (b *chainBuilder) step(chain []*Certificate, issuer *Certificate) ([]*Certificate, *ChainError) {
	last := chain[len(chain)-1]
	if err := b.checkOwn(issuer); err != nil {
		return nil, err
	}
	if !b.opts.Budget.spend() {
		return nil, &ChainError{Reason: ReasonChainTooLong, Certificate: last}
	}
	if err := last.CheckIssuedBy(issuer); err != nil {
		if errors.Is(err, ErrUnsupportedAlgorithm) || errors.Is(err, ErrAlgorithmMismatch) {
			return nil, conclusive(ReasonAlgorithmRejected, last, err)
		}
		return nil, &ChainError{
			Reason:      ReasonCertificateForged,
			Certificate: last,
			// With equal key identifiers this is the issuer meant; without them the
			// right one may still turn up.
			Conclusive: len(last.AuthorityKeyID) > 0 && len(issuer.SubjectKeyID) > 0,
			err:        err,
		}
	}
	if err := b.checkAuthority(chain, issuer); err != nil {
		return nil, err
	}
	longer := append(chain[:len(chain):len(chain)], issuer)
	switch {
	case containsCertificate(b.opts.Anchors, issuer), b.opts.Services.GrantedAt(issuer, b.opts.Time):
		return longer, nil
	case b.opts.Services.RefusedAt(issuer, b.opts.Time):
		return nil, &ChainError{Reason: ReasonServiceNotGranted, Certificate: issuer}
	}
	return b.extend(longer)
}

// checkAuthority judges a certificate in its role as issuer of chain.
func (b *chainBuilder) checkAuthority(chain []*Certificate, issuer *Certificate) *ChainError {
	below := 0
	for _, c := range chain[1:] {
		if !c.IsSelfIssued() {
			below++
		}
	}
	switch {
	case !issuer.IsCA:
		return conclusive(ReasonIssuerNotCA, issuer, nil)
	case !issuer.HasKeyUsage || issuer.KeyUsage&KeyUsageCertSign == 0:
		return conclusive(ReasonIssuerKeyUsage, issuer, nil)
	case issuer.MaxPathLen >= 0 && below > issuer.MaxPathLen:
		return conclusive(ReasonPathLen, issuer, nil)
	case !issuer.ValidAt(b.opts.Time):
		return conclusive(ReasonIssuerExpired, issuer, nil)
	}
	return nil
}

// CheckIssuedBy verifies that the issuer's key signed c. It says nothing about
// whether the issuer was allowed to.
func (c *Certificate) CheckIssuedBy(issuer *Certificate) error {
	if !issuer.Subject.Equal(c.Issuer) {
		return fmt.Errorf("%w: certificate of another issuer", ErrSignature)
	}
	if issuer.keyErr != nil {
		return issuer.keyErr
	}
	return c.signedBy.check(&issuer.keyFingerprint, func() error {
		return issuer.PublicKey.checkSigned(c.SignatureAlgorithm, c.RawTBS, c.Signature)
	})
}
