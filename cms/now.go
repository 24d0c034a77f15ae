package cms

import (
	"slices"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// judgeNow says whether the signer may act now, which is more than that the
// signature was good when it was made.
func (v *signerVerifier) judgeNow() Outcome {
	s := &v.out
	now := v.opts.Time
	if s.AtTime.Verdict != Valid {
		return s.AtTime
	}
	if !s.Identity.IsPerson() {
		return Outcome{Invalid, ReasonNoPerson}
	}
	for i, c := range s.Chain {
		if c.ValidAt(now) {
			continue
		}
		if i == 0 {
			return Outcome{Invalid, pki.ReasonExpired}
		}
		return Outcome{Invalid, pki.ReasonIssuerExpired}
	}
	for _, c := range s.Chain[1:] {
		if v.opts.Services.RefusedAt(c, now) && !slices.ContainsFunc(v.opts.Anchors, c.Equal) {
			return Outcome{Invalid, pki.ReasonServiceNotGranted}
		}
	}
	if made := v.claimedTime(); v.opts.MaxSignatureAge > 0 && now.Sub(made) > v.opts.MaxSignatureAge {
		return Outcome{Invalid, ReasonTooOld}
	}
	if v.opts.Revocation == RevocationNotChecked {
		return Outcome{Verdict: Valid}
	}
	v.asking = v.asking || !now.Equal(s.TrustedTime) && v.mayAsk(now)
	st := v.statusAt(s.Chain[0], s.Chain[1], now)
	switch {
	case st.State == pki.StateRevoked:
		return Outcome{Invalid, st.Reason}
	case hidden(st), st.State == pki.StateUnknown && v.opts.Revocation == RevocationRequired && !v.asked.excuses(s.Chain[0]):
		return Outcome{Indeterminate, st.Reason}
	}
	return v.othersStatus(now)
}

// claimedTime is the earliest moment at which the signature can have been made, as
// proven by the content's time-stamp or claimed by the signer. Without either it is
// the zero time, older than any bound.
func (v *signerVerifier) claimedTime() time.Time {
	if !v.out.ContentTime.IsZero() {
		return v.out.ContentTime
	}
	return v.out.SigningTime
}
