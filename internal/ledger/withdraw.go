package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Withdraw ends every consent that stands towards the statement's recipient and
// that the requester may end, and returns how many. From then on no stored
// answer that rests on one of them is released, and a statement issued earlier
// permits nothing. Asked again for the same request it returns the same number
// and records nothing.
//
// A withdrawal that finds nothing to end is recorded too: the citizen said it.
// Faults are as with Permit.
func (s *Service) Withdraw(ctx context.Context, who dovidka.Requester, said dovidka.Statement, req dovidka.Request) (int, error) {
	if said.Action != dovidka.ActionWithdraw || req.ID == "" {
		return 0, fmt.Errorf("%w: withdraw needs a statement that withdraws, and a request id", errEntry)
	}
	p := petition{s.pseudonyms.requester(who), s.pseudonyms.subject(who, said.Subject), who, said, req}
	var ended int
	var refused *dovidka.Fault
	_, err := s.update(ctx, func(tx Tx, at time.Time) ([]entry, error) {
		ended, refused = 0, nil
		n, entries, err := s.withdraw(ctx, tx, at, p)
		if errors.As(err, &refused) {
			return []entry{s.refusal(p.refusal(refused))}, nil
		}
		ended = n
		return entries, err
	})
	switch {
	case err != nil:
		return 0, fmt.Errorf("withdraw consent: %w", err)
	case refused != nil:
		return 0, refused
	}
	return ended, nil
}

func (s *Service) withdraw(ctx context.Context, tx Tx, at time.Time, p petition) (int, []entry, error) {
	if err := p.identified(); err != nil {
		return 0, nil, err
	}
	if p.said.Consent.Recipient == "" {
		return 0, nil, dovidka.NewFault(dovidka.CodeInvalid, "the statement names no recipient")
	}
	before, err := find(ctx, tx, Query{RequestID: p.req.ID, Kinds: []dovidka.EventKind{dovidka.EventConsentWithdrawn}})
	if err != nil {
		return 0, nil, fmt.Errorf("look for the same withdrawal: %w", err)
	}
	if len(before) > 0 {
		return ended(before), nil, nil
	}

	history, err := find(ctx, tx, Query{
		Subject: p.subject, Recipient: p.said.Consent.Recipient,
		Kinds: []dovidka.EventKind{dovidka.EventConsentGiven, dovidka.EventConsentWithdrawn},
	})
	if err != nil {
		return 0, nil, fmt.Errorf("look for consents: %w", err)
	}
	template := s.about(dovidka.EventConsentWithdrawn, p.req)
	template.signedBy(p.who, p.requester)
	template.Subject, template.Relation, template.Recipient = p.subject, p.said.Subject.Relation, p.said.Consent.Recipient

	var entries []entry
	for _, c := range withdrawable(fold(history), p.requester, at) {
		e := template
		e.ConsentID, e.Purpose = c.ID, c.Purpose
		entries = append(entries, e)
	}
	if len(entries) == 0 {
		return 0, []entry{template}, nil
	}
	return len(entries), entries, nil
}

// ended counts the consents that the entries of one withdrawal ended.
func ended(entries []entry) int {
	n := 0
	for _, e := range entries {
		if e.ConsentID != "" {
			n++
		}
	}
	return n
}
