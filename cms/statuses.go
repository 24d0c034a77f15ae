package cms

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// Statuses finds statements about certificates, over the network or from anywhere.
// Package online has the usual one.
//
// It is asked only about certificates of which a chain to an anchor was verified, so
// that the addresses in them are those of a pinned authority, and only when what is at
// hand does not say enough: see [VerifyOptions].
type Statuses interface {
	// Statements waits no longer than ctx allows. Finding nothing is no error: it is
	// said in the result.
	Statements(ctx context.Context, about StatusQuery) Statements
}

// StatusQuery asks for the status of one certificate.
type StatusQuery struct {
	Certificate, Issuer *pki.Certificate
	// List wants a revocation list, where the certificate names one: it is an authority's or
	// a service's. Otherwise OCSP comes first.
	List bool
	// Since, if set, wants a statement of OCSP made no earlier, and not an older one that
	// was kept. When none is to be had the older one will do.
	Since time.Time
	// Pool holds certificates from anywhere, among them those of responders.
	Pool []*pki.Certificate
	// Options judge the statements; Now in them is at least the present.
	Options pki.StatusOptions
}

// Statements are what was found. They are judged like any others.
type Statements struct {
	pki.StatusSources
	// Now is when they were found. It is later than the time of verification when that
	// lies in the past.
	Now time.Time
	// Reason is why nothing was found, pki.ReasonNone if there was nobody to ask.
	Reason pki.Reason
	// Excused: whoever was asked is configured not to hold the absence of a statement
	// against the certificate.
	Excused bool
}

// asked remembers the answers for one container: the signers of it share authorities.
type asked struct {
	ctx     context.Context //nolint:containedctx // of the one call of VerifyContext
	from    Statuses
	answers map[[sha256.Size]byte]Statements
}

func (a *asked) ask(q StatusQuery) Statements {
	key := q.Certificate.Fingerprint()
	if known, ok := a.answers[key]; ok {
		return known
	}
	s := a.from.Statements(a.ctx, q)
	a.answers[key] = s
	return s
}

// excuses reports whether the absence of a statement about c is not held against it.
func (a *asked) excuses(c *pki.Certificate) bool {
	return a != nil && a.answers[c.Fingerprint()].Excused
}

// unanswered reports whether somebody was to be asked about c and did not answer.
func (a *asked) unanswered(c *pki.Certificate) bool {
	if a == nil {
		return false
	}
	answer := a.answers[c.Fingerprint()]
	return answer.Reason != pki.ReasonNone && !answer.Excused
}

// sources are all statements at hand, in the order of who brought them.
func (v *signerVerifier) sources(also longTerm) pki.StatusSources {
	return pki.StatusSources{
		CRLs:         slices.Concat(v.opts.CRLs, v.sd.CRLs, v.long.crls, also.crls),
		OCSPs:        slices.Concat(v.opts.OCSPs, v.sd.OCSPs, v.long.ocsps, also.ocsps),
		Certificates: slices.Concat(v.pool, also.certificates),
	}
}

// statusAt is the status from the statements at hand, and from others where those do
// not settle it and somebody may be asked.
func (v *signerVerifier) statusAt(c, issuer *pki.Certificate, at time.Time) pki.Status {
	st := v.statusFrom(c, issuer, at, longTerm{})
	if v.asking && !v.settles(c, issuer, st, at) {
		st = v.askedStatus(c, issuer, at, st)
	}
	return st
}

// statusFrom takes all statements at hand. When none of them is fresh enough to answer,
// an archive time-stamp may prove that one was there when it still was (ETSI EN 319
// 102-1, clause 5.6.2.3): then it answers as it did at that time.
func (v *signerVerifier) statusFrom(c, issuer *pki.Certificate, at time.Time, also longTerm) pki.Status {
	sources, options := v.sources(also), v.statusOptions(at)
	sources.Certificates = concat(v.opts.Pool.IssuedBy(issuer), sources.Certificates)
	st := pki.CheckStatus(c, issuer, sources, options)
	for _, a := range v.archive {
		if st.State != pki.StateUnknown || !a.proves || at.After(a.stamp.Time.Add(v.opts.ClockSkew)) {
			continue
		}
		options.Now = a.stamp.Time
		if then := pki.CheckStatus(c, issuer, v.archivedSources(a), options); then.State == pki.StateGood {
			st = then
		}
	}
	return st
}

// settles reports whether the status of a certificate at a time from the statements at
// hand needs no asking. A list from before that time which came with the signature does
// not settle it, nor an OCSP response that is not fresh, however long it says that it
// lasts: a signer whose certificate was revoked since would send just that.
func (v *signerVerifier) settles(c, issuer *pki.Certificate, st pki.Status, at time.Time) bool {
	switch {
	case st.State == pki.StateRevoked:
		return true
	case st.State != pki.StateGood:
		return false
	case !st.AsOf.Before(at), st.Source == "ocsp" && v.opts.Time.Sub(st.AsOf) <= cmp.Or(v.opts.OCSPMaxAge, pki.DefaultOCSPMaxAge):
		return true
	}
	return v.givenStatus(c, issuer, at).State == pki.StateGood
}

// givenStatus is the status from the caller's own statements. They are looked at with
// the others too, so that it costs no signature more.
func (v *signerVerifier) givenStatus(c, issuer *pki.Certificate, at time.Time) pki.Status {
	options := v.statusOptions(at)
	options.Budget = nil
	return pki.CheckStatus(c, issuer, pki.StatusSources{
		CRLs: v.opts.CRLs, OCSPs: v.opts.OCSPs, Certificates: concat(v.opts.Pool.IssuedBy(issuer), v.pool),
	}, options)
}

// mayAsk reports whether others are asked about a time. When the signature is wrong
// already, or the caller's own statements settle the signer's status at that time, nobody
// is asked about anything. Otherwise they are, about authorities and services too: whoever
// holds the key of an authority that was revoked brings good statements about the signer,
// but none about the authority.
func (v *signerVerifier) mayAsk(at time.Time) bool {
	if v.asked == nil || conclude(v.out.Checks).Verdict == Invalid {
		return false
	}
	return v.givenStatus(v.out.Chain[0], v.out.Chain[1], at).State == pki.StateUnknown
}

// goodStamp is a time-stamp whose service was not revoked, nor the authorities above it,
// as far as the statements at hand tell.
type goodStamp struct {
	chain     []*pki.Certificate
	at, known time.Time // see spoiled
}

// hidden reports whether there were more statements than are looked at. Whoever brought
// them may have something to hide, so this is no absence of a statement, whatever the
// policy makes of that.
func hidden(s pki.Status) bool { return s.Reason == pki.ReasonStatusTooMany }

// othersStatus is what is known at a time of the certificates besides the signer's: of
// authorities, and of the services whose time-stamps count. That nothing is known is
// held against them only when somebody was to be asked, or when it was hidden.
func (v *signerVerifier) othersStatus(at time.Time) Outcome {
	out := Outcome{Verdict: Valid}
	silent := func(c *pki.Certificate, st pki.Status) bool {
		return hidden(st) || st.State == pki.StateUnknown && v.opts.Revocation == RevocationRequired && v.asking && v.asked.unanswered(c)
	}
	for i := 1; i < len(v.out.Chain)-1; i++ {
		st := v.statusAt(v.out.Chain[i], v.out.Chain[i+1], at)
		switch {
		case st.State == pki.StateRevoked:
			return Outcome{Invalid, pki.ReasonIssuerRevoked}
		case silent(v.out.Chain[i], st):
			out = out.Worse(Outcome{Indeterminate, pki.ReasonIssuerStatus})
		}
	}
	if !v.asking {
		return out
	}
	for _, s := range v.stamps {
		for i, c := range s.chain[:len(s.chain)-1] {
			st := v.statusAt(c, s.chain[i+1], s.at)
			switch {
			case spoiled(st, s.known):
				return Outcome{Invalid, ReasonStampRevoked}
			case silent(c, st):
				out = out.Worse(Outcome{Indeterminate, ReasonStampStatus})
			}
		}
	}
	return out
}

func (v *signerVerifier) statusOptions(at time.Time) pki.StatusOptions {
	return pki.StatusOptions{
		Time: at, Now: v.opts.Time, OCSPMaxAge: v.opts.OCSPMaxAge, CRLMaxAge: v.opts.CRLMaxAge,
		ClockSkew: v.opts.ClockSkew, Keys: v.opts.Keys, Budget: v.statements,
	}
}

// askedStatus is the status with what others say besides the statements at hand, which
// do not settle it.
func (v *signerVerifier) askedStatus(c, issuer *pki.Certificate, at time.Time, atHand pki.Status) pki.Status {
	options := v.statusOptions(at)
	found := v.asked.ask(StatusQuery{
		Certificate: c, Issuer: issuer, List: c != v.out.Certificate,
		Pool: concat(v.opts.Pool.IssuedBy(issuer), v.pool), Options: options,
	})
	if found.Now.After(options.Now) {
		options.Now = found.Now
	}
	said := pki.CheckStatus(c, issuer, found.StatusSources, options)
	switch {
	case said.State != pki.StateUnknown:
		return said
	case found.Excused && atHand.State == pki.StateGood:
		return atHand
	case found.Reason != pki.ReasonNone:
		return pki.Status{Reason: found.Reason}
	case said.Reason != pki.ReasonStatusNoSource:
		return said
	}
	return atHand
}
