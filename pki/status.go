package pki

import (
	"bytes"
	"slices"
	"time"
)

// State is what is known about the revocation of a certificate.
type State int

// The states. The zero value is the one that decides nothing.
const (
	StateUnknown State = iota
	StateGood
	StateRevoked
)

// Reasons of [Status].
const (
	ReasonRevoked         Reason = "revoked"
	ReasonOnHold          Reason = "on_hold"                 // blocked, treated as revoked
	ReasonStatusNoSource  Reason = "status_no_source"        // neither CRL nor OCSP at hand
	ReasonStatusStale     Reason = "status_stale"            // older than allowed
	ReasonStatusFuture    Reason = "status_from_the_future"  // dated later than now
	ReasonStatusUnknown   Reason = "status_unknown"          // the responder does not know the certificate
	ReasonStatusOther     Reason = "status_other"            // about other certificates only
	ReasonStatusUntrusted Reason = "status_source_untrusted" // not signed by who may speak for the issuer
	ReasonIssuerRevoked   Reason = "issuer_revoked"          // the certificate of an authority in the chain
	ReasonStatusNonce     Reason = "status_nonce"            // answers another question than ours
	ReasonIssuerStatus    Reason = "issuer_status_unknown"   // nobody answered about an authority in the chain
	ReasonStatusDown      Reason = "status_unavailable"      // who should know was asked and did not answer
	ReasonStatusTooMany   Reason = "status_too_many"         // more statements than are looked at
)

// Defaults of [StatusOptions].
const (
	DefaultOCSPMaxAge = time.Hour
	DefaultClockSkew  = time.Minute
)

// StatusSources are the statements at hand. They are untrusted until checked.
type StatusSources struct {
	CRLs         []*CRL
	OCSPs        []*OCSPResponse
	Certificates []*Certificate // among them those of OCSP responders
}

// StatusOptions say for when the status is asked and how fresh a statement must be.
type StatusOptions struct {
	// Time for which the status is asked. A statement made later than Time answers
	// for it whatever its age; an earlier one must be fresh now.
	Time time.Time
	// Now is the present, Time if zero.
	Now time.Time
	// OCSPMaxAge bounds the age of an OCSP statement without nextUpdate; 0 means
	// DefaultOCSPMaxAge. CRLMaxAge bounds that of a CRL besides its nextUpdate; 0
	// means no bound, and OCSPMaxAge for a CRL that states none.
	OCSPMaxAge time.Duration
	CRLMaxAge  time.Duration
	// ClockSkew is the difference of clocks forgiven; 0 means DefaultClockSkew.
	ClockSkew time.Duration
	// Nonce that was sent, if one was.
	Nonce []byte
	Keys  KeyPolicy
	// Budget, if set, bounds the signatures of statements verified in this and in other
	// questions together.
	Budget *Budget
}

// Status is the status of a certificate at a time.
type Status struct {
	State  State
	Reason Reason // why not good
	Source string // "ocsp" or "crl", "" when nothing was found
	// RevokedAt is when the certificate was revoked, if it was, be it after the time
	// asked for.
	RevokedAt time.Time
	// RevokedFor is the reason code of that revocation (RFC 5280, clause 5.3.1).
	RevokedFor int
	AsOf       time.Time // thisUpdate of the statement that decided
}

// KeyMayBeLost reports whether the certificate was revoked, at whatever time, for a reason
// that leaves its key in doubt: for any but those of a holder who gave the key up or
// changed it (RFC 3161, clause 4, items 1 and 2). Who has such a key can sign with any
// date, so that no date before the revocation means anything.
func (s Status) KeyMayBeLost() bool {
	if s.RevokedAt.IsZero() {
		return false
	}
	switch s.RevokedFor {
	case RevocationAffiliationChanged, RevocationSuperseded, RevocationCessation:
		return false
	}
	return true
}

// CheckStatus finds out whether a certificate was revoked at opts.Time. A statement
// that it was outweighs one that it was not; a certificate blocked (on hold) counts
// as revoked.
func CheckStatus(c, issuer *Certificate, sources StatusSources, opts StatusOptions) Status {
	if opts.Now.IsZero() {
		opts.Now = opts.Time
	}
	if opts.OCSPMaxAge == 0 {
		opts.OCSPMaxAge = DefaultOCSPMaxAge
	}
	if opts.ClockSkew == 0 {
		opts.ClockSkew = DefaultClockSkew
	}
	ocsp := ocspStatus(c, issuer, sources, opts)
	crl := crlStatus(c, issuer, sources.CRLs, opts)
	found := []Status{ocsp, crl}
	// Revoked outweighs everything; and who was kept from looking at all statements
	// cannot say that none of them revokes.
	for _, decisive := range []func(Status) bool{
		func(s Status) bool { return s.State == StateRevoked },
		func(s Status) bool { return s.Reason == ReasonStatusTooMany },
		func(s Status) bool { return s.State == StateGood },
	} {
		if i := slices.IndexFunc(found, decisive); i >= 0 {
			return found[i]
		}
	}
	if ocsp.Reason != ReasonStatusNoSource {
		return ocsp
	}
	return crl
}

// usable judges the age of a statement: "" if it answers for opts.Time.
func (o StatusOptions) usable(thisUpdate, nextUpdate time.Time, maxAge time.Duration) Reason {
	switch {
	case thisUpdate.After(o.Now.Add(o.ClockSkew)):
		return ReasonStatusFuture
	case !thisUpdate.Before(o.Time):
		return ReasonNone
	case !nextUpdate.IsZero() && o.Now.After(nextUpdate.Add(o.ClockSkew)),
		maxAge > 0 && o.Now.Sub(thisUpdate) > maxAge:
		return ReasonStatusStale
	}
	return ReasonNone
}

// judge turns a revocation into the status at opts.Time.
func (o StatusOptions) judge(r Revocation, source string, asOf time.Time) Status {
	s := Status{State: StateRevoked, Reason: ReasonRevoked, Source: source, RevokedAt: r.Time, RevokedFor: r.Reason, AsOf: asOf}
	switch {
	case r.Time.After(o.Time):
		s.State, s.Reason = StateGood, ReasonNone
	case r.Reason == RevocationHold:
		s.Reason = ReasonOnHold
	}
	return s
}

// maxStatements bounds the signatures verified for one status.
const maxStatements = 16

func ocspStatus(c, issuer *Certificate, sources StatusSources, opts StatusOptions) Status {
	best := Status{Reason: ReasonStatusNoSource}
	tries := maxStatements
	for _, r := range sources.OCSPs {
		if r == nil || tries == 0 {
			continue
		}
		single := r.find(c, issuer)
		if single == nil {
			best.prefer(Status{Reason: ReasonStatusOther, Source: "ocsp"})
			continue
		}
		tries--
		if !opts.Budget.spend() {
			return best.cutShort("ocsp")
		}
		best.prefer(r.status(single, issuer, sources, opts))
	}
	if opts.Budget.spent() {
		return best.cutShort("ocsp") // perhaps in search of who made the last one
	}
	return best
}

// find returns what the response says of a certificate; of several statements one that it
// was revoked, else the first.
func (r *OCSPResponse) find(c, issuer *Certificate) *SingleResponse {
	var found *SingleResponse
	for i := range r.Responses {
		single := &r.Responses[i]
		if (found == nil || single.State == StateRevoked && found.State != StateRevoked) &&
			single.Concerns(c, issuer) && !single.unknownCritical {
			found = single
		}
	}
	return found
}

func (r *OCSPResponse) status(single *SingleResponse, issuer *Certificate, sources StatusSources, opts StatusOptions) Status {
	s := Status{Source: "ocsp", AsOf: single.ThisUpdate}
	maxAge := opts.OCSPMaxAge
	if !single.NextUpdate.IsZero() {
		maxAge = 0
	}
	responder := r.decides(issuer, sources, opts)
	switch {
	case responder == nil:
		s.Reason = ReasonStatusUntrusted
	case opts.Nonce != nil && !bytes.Equal(opts.Nonce, r.Nonce):
		s.Reason = ReasonStatusNonce
	case single.State == StateRevoked:
		// A revocation does not age; one on hold might have been lifted since.
		s = opts.judge(single.Revocation, "ocsp", single.ThisUpdate)
		if why := opts.usable(single.ThisUpdate, single.NextUpdate, maxAge); why != ReasonNone && s.Reason != ReasonRevoked {
			s = Status{Source: "ocsp", Reason: why, AsOf: single.ThisUpdate}
		}
	case single.State == StateUnknown:
		s.Reason = ReasonStatusUnknown
	default:
		s.Reason = opts.usable(single.ThisUpdate, single.NextUpdate, maxAge)
		if single.ThisUpdate.Before(opts.Time) && !responder.ValidAt(opts.Now) {
			s.Reason = ReasonStatusStale // with it ends the care for its key
		}
		if s.Reason == ReasonNone {
			s.State = StateGood
		}
	}
	return s
}

// decides returns the certificate of who signed the response if that is who may speak for
// the issuer and was not, as far as the lists at hand tell, deprived of that by the time
// it did, or since then for a reason that lets others state that time; otherwise nil.
func (r *OCSPResponse) decides(issuer *Certificate, sources StatusSources, opts StatusOptions) *Certificate {
	responder, err := r.responder(issuer, sources.Certificates, opts.Keys, opts.Budget)
	if err != nil {
		return nil
	}
	if responder == issuer {
		return issuer
	}
	opts.Time = r.ProducedAt
	st := crlStatus(responder, issuer, sources.CRLs, opts)
	if st.State == StateRevoked || st.KeyMayBeLost() && !st.RevokedAt.After(opts.Now) {
		return nil
	}
	return responder
}

// prefer keeps the more telling of two statuses: revoked, good by its date, then the
// first thing that went wrong.
func (s *Status) prefer(o Status) {
	switch {
	case o.State > s.State,
		o.State == s.State && o.State != StateUnknown && o.AsOf.After(s.AsOf),
		s.State == StateUnknown && s.Reason == ReasonStatusNoSource:
		*s = o
	}
}

// cutShort is what a search found that had to stop early.
func (s Status) cutShort(source string) Status {
	if s.State == StateRevoked {
		return s
	}
	return Status{Source: source, Reason: ReasonStatusTooMany}
}

func crlStatus(c, issuer *Certificate, lists []*CRL, opts StatusOptions) Status {
	best := Status{Reason: ReasonStatusNoSource}
	var trusted []*CRL
	tries := maxStatements
	for _, l := range lists {
		if l == nil || !l.Issuer.Equal(issuer.Subject) || tries == 0 {
			continue
		}
		tries--
		if !opts.Budget.spend() {
			return best.cutShort("crl")
		}
		if err := l.CheckIssuedBy(issuer); err != nil || opts.Keys.Check(issuer.PublicKey) != nil {
			best.prefer(Status{Source: "crl", Reason: ReasonStatusUntrusted})
			continue
		}
		trusted = append(trusted, l)
	}
	for _, full := range trusted {
		if full.IsDelta() {
			best.prefer(deltaAlone(full, c, opts))
			continue
		}
		best.prefer(newestView(full, trusted, c, opts))
	}
	return best
}

// newestView is what a full list says together with the newest delta that completes
// it, or by itself when there is none that is usable.
func newestView(full *CRL, lists []*CRL, c *Certificate, opts StatusOptions) Status {
	own := viewOf(full, nil, c, opts)
	var newest *CRL
	for _, d := range lists {
		if d.IsDelta() && completes(d, full) && (newest == nil || d.Number.Cmp(newest.Number) > 0) {
			newest = d
		}
	}
	if newest == nil {
		return own
	}
	if joined := viewOf(full, newest, c, opts); joined.State != StateUnknown {
		return joined
	}
	return own
}

// completes reports whether a delta may be applied to a full list (RFC 5280, clause 5.2.4).
func completes(delta, full *CRL) bool {
	return full.Number != nil && delta.Number != nil &&
		full.Number.Cmp(delta.BaseNumber) >= 0 && delta.Number.Cmp(full.Number) > 0
}

func viewOf(full, delta *CRL, c *Certificate, opts StatusOptions) Status {
	entry, listed := full.Find(c.SerialNumber)
	asOf, next := full.ThisUpdate, full.NextUpdate
	if delta != nil {
		if e, ok := delta.Find(c.SerialNumber); ok {
			switch {
			case e.Reason != revocationRemoveFromCRL:
				entry, listed = e, true
			case entry.Reason == RevocationHold:
				listed = false // of revocations only a hold can be lifted (RFC 5280, clause 5.3.1)
			}
		}
		asOf = delta.ThisUpdate
		if next.IsZero() || !delta.NextUpdate.IsZero() && delta.NextUpdate.Before(next) {
			next = delta.NextUpdate
		}
	}
	maxAge := opts.CRLMaxAge
	if maxAge == 0 && next.IsZero() {
		maxAge = opts.OCSPMaxAge
	}
	why := opts.usable(asOf, next, maxAge)
	if listed {
		s := opts.judge(entry, "crl", asOf)
		if s.Reason == ReasonRevoked || why == ReasonNone {
			return s
		}
	}
	if why != ReasonNone {
		return Status{Source: "crl", Reason: why, AsOf: asOf}
	}
	return Status{State: StateGood, Source: "crl", AsOf: asOf}
}

// deltaAlone uses a delta without its base: it can revoke, but not clear.
func deltaAlone(d *CRL, c *Certificate, opts StatusOptions) Status {
	if e, ok := d.Find(c.SerialNumber); ok && e.Reason != revocationRemoveFromCRL {
		if s := opts.judge(e, "crl", d.ThisUpdate); s.State == StateRevoked && s.Reason == ReasonRevoked {
			return s
		}
	}
	return Status{Source: "crl", Reason: ReasonStatusOther, AsOf: d.ThisUpdate}
}
