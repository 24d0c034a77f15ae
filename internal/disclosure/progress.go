package disclosure

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka"
)

// Progress tells how far a request has come. Giving a stored answer out again
// is recorded, and stops when the consent has been withdrawn or the entitlement
// is gone.
//
// What was asked for one registered purpose is not found by a message that
// declares another: monitoring would be told that one. A citizen's request need
// not have declared any.
func (s *Service) Progress(ctx context.Context, id dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error) {
	c, err := s.load(ctx, id, caller)
	if err != nil {
		return dovidka.Progress{}, err
	}
	if declared := c.Caller.PurposeID; caller.PurposeID != "" && caller.PurposeID != declared && (c.byLaw() || declared != "") {
		return dovidka.Progress{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "the request is of another purpose")
	}
	return s.progress(ctx, c, caller)
}

// progress tells the caller, whose message may be another than the one that
// opened the case.
func (s *Service) progress(ctx context.Context, c Case, caller dovidka.Caller) (dovidka.Progress, error) {
	if c.State == dovidka.StateDone && !c.Outcome.Sealed.SealedAt.IsZero() {
		if c.Outcome.Sealed.Bundle == nil {
			return dovidka.Progress{}, dovidka.NewFault(dovidka.CodeRequestExpired, "the answer is no longer kept")
		}
		if about, err := c.isAbout(caller.SubjectID); err != nil {
			return dovidka.Progress{}, err
		} else if !about {
			return dovidka.Progress{}, &dovidka.Fault{Code: dovidka.CodeInvalid, Err: dovidka.ErrSubjectID}
		}
		if err := s.ledger.Release(ctx, c.Outcome.GrantID, c.Outcome.Sealed.Digest(), caller); err != nil {
			return dovidka.Progress{}, fmt.Errorf("record release: %w", err)
		}
	}
	c.State = s.state(c)
	return c.progress()
}

// isAbout reports whether a message whose header names somebody may be given
// the answer. What a citizen signed was held against the id that it came with.
func (c Case) isAbout(id dovidka.SubjectID) (bool, error) {
	asked, err := c.asked()
	if err != nil {
		return false, err
	}
	if asked == nil {
		return id.IsZero() || id == c.Caller.SubjectID, nil
	}
	return id.Names(asked.Subject), nil
}

// asked returns the inquiry, of which nothing is left after it is wiped, or nil
// for a citizen's request.
func (c Case) asked() (*dovidka.Inquiry, error) {
	switch {
	case c.Inquiry != nil:
		asked, err := dovidka.ParseInquiry(c.Inquiry)
		if err != nil {
			return nil, fmt.Errorf("stored case: %w", err)
		}
		return &asked, nil
	case c.byLaw():
		return &dovidka.Inquiry{}, nil
	}
	return nil, nil //nolint:nilnil // none, and nothing wrong
}

// progress turns a case into what a door sees.
func (c Case) progress() (dovidka.Progress, error) {
	p := dovidka.Progress{ID: c.ID, State: c.State, ExpiresAt: c.ExpiresAt}
	var err error
	if p.Inquiry, err = c.asked(); err != nil {
		return dovidka.Progress{}, err
	}
	switch c.State {
	case dovidka.StateDone:
		p.Answer = &dovidka.Answer{RequestID: c.ID, Sealed: c.Outcome.Sealed, Receipt: c.Outcome.Receipt, Withdrawn: c.Outcome.Withdrawn}
		if c.Outcome.Record != nil {
			if err := json.Unmarshal(c.Outcome.Record, &p.Answer.Record); err != nil {
				return dovidka.Progress{}, errors.New("stored record cannot be read")
			}
		}
	case dovidka.StateRefused:
		p.Fault = &dovidka.Fault{Code: c.Outcome.Code, Reason: c.Outcome.Reason}
	}
	return p, nil
}

func (s *Service) load(ctx context.Context, id dovidka.ID, caller dovidka.Caller) (Case, error) {
	c, err := s.store.Load(ctx, id)
	switch {
	case errors.Is(err, ErrNoCase):
		return Case{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "no such request")
	case err != nil:
		return Case{}, storageFault("load case", err)
	case subtle.ConstantTimeCompare([]byte(c.Caller.Name), []byte(caller.Name)) != 1:
		return Case{}, dovidka.NewFault(dovidka.CodeRequestUnknown, "the request is another caller's")
	}
	return c, nil
}
