package ledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Record writes that an answer with this SHA-256 leaves under the grant, and
// returns the receipt. The answer must not leave before. Asked again for the
// same grant and digest it returns the same receipt.
//
// It returns CodeConsentWithdrawn, and records the refusal, when the consent
// has been withdrawn or has run out since; CodeNotEntitled, likewise, when the
// entitlement of an inquiry is gone; and dovidka.ErrGrant for a grant that was
// not issued here or whose time is over.
func (s *Service) Record(ctx context.Context, grant dovidka.Grant, digest [32]byte) (dovidka.Receipt, error) {
	claims, err := grant.Open(s.GrantKey(), s.now())
	if err != nil {
		return dovidka.Receipt{}, fmt.Errorf("record disclosure: %w", err)
	}
	var receipt dovidka.Receipt
	var refused *dovidka.Fault
	rows, err := s.update(ctx, func(tx Tx, at time.Time) ([]entry, error) {
		receipt, refused = dovidka.Receipt{}, nil
		granted, err := issued(ctx, tx, onceGranted(claims.RequestID), claims.ID)
		if err != nil {
			return nil, err
		}
		if refusal, err := s.lapsed(ctx, tx, granted, at); errors.As(err, &refused) {
			return []entry{refusal}, nil
		} else if err != nil {
			return nil, err
		}
		disclosed := granted.next(dovidka.EventDisclosed, digest)
		row, err := tx.Once(ctx, disclosed.columns().Once)
		if err != nil {
			return nil, fmt.Errorf("look for the same disclosure: %w", err)
		}
		if row == nil {
			return []entry{disclosed}, nil
		}
		receipt, err = receiptOf(*row)
		return nil, err
	})
	switch {
	case err != nil:
		return dovidka.Receipt{}, fmt.Errorf("record disclosure: %w", err)
	case refused != nil:
		return dovidka.Receipt{}, refused
	case len(rows) == 0:
		return receipt, nil
	}
	return receiptOf(rows[0])
}

// Release records that an answer which Record recorded is given out once more,
// with the caller's message that fetches it. Faults are as with Record; ErrGrant
// tells that no such answer was disclosed, or to another caller.
func (s *Service) Release(ctx context.Context, grant dovidka.ID, digest [32]byte, caller dovidka.Caller) error {
	var refused *dovidka.Fault
	_, err := s.update(ctx, func(tx Tx, at time.Time) ([]entry, error) {
		refused = nil
		disclosed, err := issued(ctx, tx, onceDisclosed(grant, hex.EncodeToString(digest[:])), grant)
		if err != nil {
			return nil, err
		}
		if disclosed.Caller != bound(caller.Name) {
			return nil, fmt.Errorf("%w: the answer was disclosed to another caller", dovidka.ErrGrant)
		}
		disclosed.heardOf(s.about(dovidka.EventReleased, dovidka.Request{Caller: caller}))
		if refusal, err := s.lapsed(ctx, tx, disclosed, at); errors.As(err, &refused) {
			return []entry{refusal}, nil
		} else if err != nil {
			return nil, err
		}
		return []entry{disclosed.next(dovidka.EventReleased, digest)}, nil
	})
	switch {
	case err != nil:
		return fmt.Errorf("release answer: %w", err)
	case refused != nil:
		return refused
	}
	return nil
}

// issued reads the entry with the key and checks that it is about the grant.
func issued(ctx context.Context, tx Tx, key string, grant dovidka.ID) (entry, error) {
	row, err := tx.Once(ctx, key)
	if err != nil {
		return entry{}, fmt.Errorf("look for the grant: %w", err)
	}
	if row == nil {
		return entry{}, fmt.Errorf("%w: it is not in the log", dovidka.ErrGrant)
	}
	e, err := row.open()
	if err != nil {
		return entry{}, err
	}
	if e.GrantID != grant {
		return entry{}, fmt.Errorf("%w: the log has another for its request", dovidka.ErrGrant)
	}
	return e, nil
}

// lapsed returns a Fault, and the refusal to record, when the consent or the
// entitlement that e rests on no longer stands.
func (s *Service) lapsed(ctx context.Context, tx Tx, e entry, at time.Time) (entry, error) {
	var fault *dovidka.Fault
	if e.Ground != "" {
		errors.As(s.entitled.check(e.Caller, e.PurposeID, e.Ground, e.Scope), &fault)
	} else {
		c, err := consentOf(ctx, tx, e.ConsentID)
		if err != nil {
			return entry{}, err
		}
		if !stands(c, at) {
			fault = errWithdrawn()
		}
	}
	if fault == nil {
		return entry{}, nil
	}
	refusal := e.next(dovidka.EventRefused, [32]byte{})
	refusal.Code, refusal.Detail, refusal.Digest = fault.Code, detail(fault), ""
	return refusal, fault
}

// heardOf takes over what a later message of the same caller tells of itself.
func (e *entry) heardOf(later entry) {
	e.Service, e.MessageID, e.Transact, e.UserID = later.Service, later.MessageID, later.Transact, later.UserID
}

// next starts a later entry about the same grant.
func (e entry) next(kind dovidka.EventKind, digest [32]byte) entry {
	e.Kind, e.Digest = kind, hex.EncodeToString(digest[:])
	e.Signer = nil // it signed the request, which is recorded already
	return e
}

func receiptOf(row Row) (dovidka.Receipt, error) {
	e, err := row.open()
	if err != nil {
		return dovidka.Receipt{}, err
	}
	return dovidka.Receipt{
		RequestID: e.RequestID, GrantID: e.GrantID, ConsentID: e.ConsentID,
		Index: e.Index, Hash: hex.EncodeToString(row.Hash), RecordedAt: e.At,
	}, nil
}
