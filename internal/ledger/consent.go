package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// fold replays entries about consents, in the order of the log, and returns
// every consent as it has become. A withdrawal of a consent that is not among
// them changes nothing.
func fold(entries []entry) []dovidka.Consent {
	var consents []dovidka.Consent
	place := map[dovidka.ID]int{}
	for _, e := range entries {
		switch e.Kind {
		case dovidka.EventConsentGiven:
			place[e.ConsentID] = len(consents)
			consents = append(consents, e.consent())
		case dovidka.EventConsentWithdrawn:
			if i, ok := place[e.ConsentID]; ok && consents[i].WithdrawnAt.IsZero() {
				consents[i].WithdrawnAt = e.At
			}
		}
	}
	return consents
}

// stands reports whether a consent in the log permits disclosure now. One that
// was given later than now was given all the same: replicas' clocks differ, and
// a clock may be set back.
func stands(c dovidka.Consent, now time.Time) bool {
	if now.Before(c.GivenAt) {
		now = c.GivenAt
	}
	return c.Stands(now)
}

// withdrawable picks the consents that the requester may withdraw: those that
// stand and were given by the requester, or are about the requester's own data
// whoever gave them. A confidant's word about the subject is not proved here,
// so it cannot undo what others said.
func withdrawable(consents []dovidka.Consent, requester dovidka.Pseudonym, at time.Time) []dovidka.Consent {
	var out []dovidka.Consent
	for _, c := range consents {
		if stands(c, at) && (c.Given == requester || c.Subject == requester) {
			out = append(out, c)
		}
	}
	return out
}

// overruled reports whether somebody withdrew after the moment of a statement:
// an older statement must not bring back what a newer one ended, in whatever
// order the two arrive. Its moments are when it was issued, by the clock of
// whoever composed it, and when it was received, by ours: that clock may be ahead.
func overruled(moment time.Time, withdrawals []entry) bool {
	for _, e := range withdrawals {
		if moment.Before(e.At) {
			return true
		}
	}
	return false
}

// consentOf replays what happened to one consent.
func consentOf(ctx context.Context, tx Tx, id dovidka.ID) (dovidka.Consent, error) {
	var entries []entry
	for _, key := range []string{onceGiven(id), onceWithdrawn(id)} {
		row, err := tx.Once(ctx, key)
		if err != nil {
			return dovidka.Consent{}, fmt.Errorf("read consent: %w", err)
		}
		if row == nil {
			continue
		}
		e, err := row.open()
		if err != nil {
			return dovidka.Consent{}, fmt.Errorf("read consent: %w", err)
		}
		entries = append(entries, e)
	}
	consents := fold(entries)
	if len(consents) != 1 {
		return dovidka.Consent{}, fmt.Errorf("%w: a consent that was relied on is not in it", ErrBroken)
	}
	return consents[0], nil
}

// find reads the entries that match.
func find(ctx context.Context, tx Tx, q Query) ([]entry, error) {
	rows, err := tx.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(rows))
	for _, row := range rows {
		e, err := row.open()
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
