package cms

import (
	"context"
	"fmt"

	"github.com/dovidka/dovidka/pki"
)

// CollectLongTerm gathers for [Extend] what the signatures of a container need to prove
// themselves: the certificates of their chains and of those of their time-stamps, and
// what opts.Statuses says about each of them, besides the statements that opts has.
// Call it when the signatures are time-stamped, so that the statements are the later
// ones. That something was not found is no error here: Extend names it, with
// [ErrIncomplete].
func CollectLongTerm(ctx context.Context, container []byte, opts VerifyOptions) (*LongTerm, error) {
	if err := opts.check(); err != nil {
		return nil, fmt.Errorf("cms: collect: %w", err)
	}
	opts.Limits = opts.Limits.withDefaults()
	if opts.ClockSkew == 0 {
		opts.ClockSkew = pki.DefaultClockSkew
	}
	sd, err := parse(container, opts.Limits, opts.Cache)
	if err != nil {
		return nil, fmt.Errorf("cms: collect: %w", err)
	}
	content, check := chooseContent(sd, opts.Content)
	if check.Status != Passed {
		return nil, fmt.Errorf("cms: collect: %s", check.Reason)
	}
	c := collector{ctx: ctx, from: opts.Statuses, seen: map[string]bool{}, out: &LongTerm{
		Anchors: opts.Anchors, Services: opts.Services, CRLs: opts.CRLs, OCSPs: opts.OCSPs, Time: opts.Time, Keys: opts.Keys,
	}}
	for i := range sd.Signers {
		v := &signerVerifier{
			sd: sd, si: &sd.Signers[i], content: content, opts: opts, hashes: partHashes{},
			budget: pki.NewBudget(chainSignatures), statements: pki.NewBudget(statusSignatures),
		}
		if s := v.verify(); s.Chain == nil {
			return nil, fmt.Errorf("cms: collect: %w: a signature has no chain: %v", ErrIncomplete, s.AtTime)
		}
		for _, chain := range append(v.stampChains, v.out.Chain) {
			c.chain(v, chain)
		}
	}
	return c.out, nil
}

// collector asks about certificates, about each of them once.
type collector struct {
	ctx  context.Context //nolint:containedctx // of the one call of CollectLongTerm
	from Statuses
	seen map[string]bool
	out  *LongTerm
}

func (c *collector) chain(v *signerVerifier, chain []*pki.Certificate) {
	for i, one := range chain {
		if i+1 < len(chain) {
			c.ask(v, one, chain[i+1])
		} else {
			c.keep(one)
		}
	}
}

// keep takes a certificate and reports whether it is a new one.
func (c *collector) keep(one *pki.Certificate) bool {
	if c.seen[string(one.Raw)] {
		return false
	}
	c.seen[string(one.Raw)] = true
	c.out.Certificates = append(c.out.Certificates, one)
	return true
}

func (c *collector) ask(v *signerVerifier, one, issuer *pki.Certificate) {
	if !c.keep(one) || c.from == nil {
		return
	}
	about := StatusQuery{
		Certificate: one, Issuer: issuer, List: one != v.out.Certificate,
		Pool: concat(v.opts.Pool.IssuedBy(issuer), v.pool), Options: v.statusOptions(v.out.TrustedTime),
	}
	if one == v.out.Certificate {
		about.Since = v.out.TrustedTime // see LongTerm
	}
	s := c.from.Statements(c.ctx, about)
	if s.Now.After(c.out.Time) {
		c.out.Time = s.Now
	}
	c.out.CRLs = concatNew(c.out.CRLs, s.CRLs)
	c.out.OCSPs = concatNew(c.out.OCSPs, s.OCSPs)
	for _, responder := range s.Certificates {
		// A responder's certificate is one more about which somebody may ask.
		if responder != nil && !responder.OCSPNoCheck && responder.HasExtendedKeyUsage(pki.OIDEKUOCSPSigning) {
			c.ask(v, responder, issuer)
		} else if responder != nil {
			c.keep(responder)
		}
	}
}

// concatNew leaves the caller's list alone.
func concatNew[T any](list, more []T) []T { return append(list[:len(list):len(list)], more...) }
