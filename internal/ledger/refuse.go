package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Refuse records that nothing was given and why: the code of the fault and,
// where it is a plain code, its reason. Texts of errors are never recorded.
//
// As long as the signature has not told who asks, the entry names no subject:
// otherwise anybody could fill the history of anybody.
func (s *Service) Refuse(ctx context.Context, r dovidka.Refusal) error {
	if r.Fault == nil {
		return fmt.Errorf("%w: a refusal needs a fault", errEntry)
	}
	_, err := s.update(ctx, func(Tx, time.Time) ([]entry, error) {
		return []entry{s.refusal(r)}, nil
	})
	if err != nil {
		return fmt.Errorf("record refusal: %w", err)
	}
	return nil
}

func (s *Service) refusal(r dovidka.Refusal) entry {
	e := s.about(dovidka.EventRefused, r.Request)
	if r.Request.Inquiry != nil {
		e = s.inquiry(dovidka.EventRefused, r.Request)
		e.Ground = "" // a stranger's text, unless it was permitted
		if s.entitled.check(e.Caller, e.PurposeID, r.Request.Inquiry.Ground, e.Scope) == nil {
			e.Ground = bound(r.Request.Inquiry.Ground)
		}
	}
	if len(r.Request.Container) > 0 {
		digest := sha256.Sum256(r.Request.Container)
		e.Digest = hex.EncodeToString(digest[:])
	}
	if r.Requester != nil {
		e.signedBy(*r.Requester, s.pseudonyms.requester(*r.Requester))
	}
	if r.Statement != nil {
		e.Relation = dovidka.Relation(code(string(r.Statement.Subject.Relation)))
		e.Purpose = code(r.Statement.Consent.Purpose)
	}
	if r.Requester != nil && r.Statement != nil {
		e.Subject = s.pseudonyms.subject(*r.Requester, r.Statement.Subject)
	}
	e.Code, e.Detail = dovidka.Code(code(string(r.Fault.Code))), detail(r.Fault)
	return e
}

// detail tells what the code hides from the outside.
func detail(f *dovidka.Fault) string {
	switch {
	case errors.Is(f, dovidka.ErrNobody):
		return "nobody"
	case errors.Is(f, dovidka.ErrAmbiguous):
		return "ambiguous"
	case errors.Is(f, dovidka.ErrContradicted):
		return "contradicted"
	}
	return code(f.Reason)
}
