package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// PermitByLaw decides whether the body may inquire what the request holds, and
// returns the grant: its entitlements must name the purpose, the legal ground
// and the scope. There is no consent; the ground is recorded in its place. The
// rest is as with Permit.
//
// The body is known by the name the door gives it, which the bus vouches for,
// so the entry of a refusal names the subject: the person may learn who tried.
func (s *Service) PermitByLaw(ctx context.Context, req dovidka.Request) (dovidka.Grant, error) {
	if req.Inquiry == nil || req.ID == "" {
		return dovidka.Grant{}, fmt.Errorf("%w: an inquiry and a request id are needed", errEntry)
	}
	refusal := func(f *dovidka.Fault) dovidka.Refusal { return dovidka.Refusal{Request: req, Fault: f} }
	return s.grant(ctx, refusal, func(tx Tx, at time.Time) (dovidka.GrantClaims, []entry, error) {
		return s.permitByLaw(ctx, tx, at, req)
	})
}

// permitByLaw returns what to grant and what to record; a *dovidka.Fault refuses.
func (s *Service) permitByLaw(ctx context.Context, tx Tx, at time.Time, req dovidka.Request) (dovidka.GrantClaims, []entry, error) {
	asked := req.Inquiry
	granted := s.inquiry(dovidka.EventGranted, req)
	switch {
	case granted.Subject == "":
		return dovidka.GrantClaims{}, nil, dovidka.NewFault(dovidka.CodeInvalid, "the inquiry names nobody")
	// What the log would keep in another form than it was asked cannot be what an entitlement says.
	case granted.Caller != req.Caller.Name, granted.PurposeID != req.Caller.PurposeID, granted.Ground != asked.Ground:
		return dovidka.GrantClaims{}, nil, dovidka.NewFault(dovidka.CodeNotEntitled, "the inquiry cannot be recorded as it is")
	}
	if err := s.entitled.check(granted.Caller, granted.PurposeID, granted.Ground, granted.Scope); err != nil {
		return dovidka.GrantClaims{}, nil, err
	}
	claims := dovidka.GrantClaims{
		RequestID: req.ID, Ground: asked.Ground, Purpose: dovidka.PurposeInquiry, Recipient: req.Caller.Name,
		Scope: asked.Scope, Number: asked.Number, Subject: asked.Subject, IssuedAt: at, ExpiresAt: at.Add(s.grantTTL),
	}
	row, err := tx.Once(ctx, onceGranted(req.ID))
	if err != nil {
		return claims, nil, fmt.Errorf("look for an earlier grant: %w", err)
	}
	if row != nil {
		claims.ID, err = granted.sameInquiry(*row)
		return claims, nil, err
	}
	if claims.ID, err = newID(); err != nil {
		return claims, nil, err
	}
	granted.GrantID = claims.ID
	return claims, []entry{granted}, nil
}

// inquiry starts an entry about an inquiry.
func (s *Service) inquiry(kind dovidka.EventKind, req dovidka.Request) entry {
	e := s.about(kind, req)
	asked := req.Inquiry
	e.Subject = s.pseudonyms.person(asked.Subject.RNOKPP, asked.Subject.UNZR, asked.Subject.Document)
	e.Relation = dovidka.RelationThirdParty
	e.Purpose, e.Recipient = dovidka.PurposeInquiry, e.Caller
	e.Ground, e.Scope = bound(asked.Ground), dovidka.Scope(code(string(asked.Scope)))
	return e
}

// sameInquiry returns the grant of an inquiry that was granted before.
func (e entry) sameInquiry(row Row) (dovidka.ID, error) {
	before, err := row.open()
	if err != nil {
		return "", err
	}
	if before.Subject != e.Subject || before.Caller != e.Caller || before.PurposeID != e.PurposeID ||
		before.Ground != e.Ground || before.Scope != e.Scope {
		return "", dovidka.NewFault(dovidka.CodeRequestConflict, "another inquiry was granted under this request id")
	}
	return before.GrantID, nil
}
