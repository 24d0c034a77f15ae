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

// Permit decides whether the requester may have what the statement asks for,
// and returns the grant. The consent, the grant and their entries are one
// transaction. Asked again for the same request it returns the same grant, with
// a new term and no new entry.
//
// A refusal is a Fault whose code is neither CodeStorageUnavailable nor
// CodeTimeout, and is in the log already when Permit returns it. Permit trusts
// its caller to have checked that the statement is the one the requester signed
// and that its recipient is the body that asks.
func (s *Service) Permit(ctx context.Context, who dovidka.Requester, said dovidka.Statement, req dovidka.Request) (dovidka.Grant, error) {
	p := petition{s.pseudonyms.requester(who), s.pseudonyms.subject(who, said.Subject), who, said, req}
	if said.Action != dovidka.ActionObtain || req.ID == "" {
		return dovidka.Grant{}, fmt.Errorf("%w: permit needs a statement that asks for data, and a request id", errEntry)
	}
	return s.grant(ctx, p.refusal, func(tx Tx, at time.Time) (dovidka.GrantClaims, []entry, error) {
		return s.permit(ctx, tx, at, p)
	})
}

// grant signs and records what decide grants, or records its refusal, in one
// transaction.
func (s *Service) grant(ctx context.Context, refusal func(*dovidka.Fault) dovidka.Refusal,
	decide func(tx Tx, at time.Time) (dovidka.GrantClaims, []entry, error),
) (dovidka.Grant, error) {
	var grant dovidka.Grant
	var refused *dovidka.Fault
	_, err := s.update(ctx, func(tx Tx, at time.Time) ([]entry, error) {
		grant, refused = dovidka.Grant{}, nil
		claims, entries, err := decide(tx, at)
		if errors.As(err, &refused) {
			return []entry{s.refusal(refusal(refused))}, nil
		}
		if err != nil {
			return nil, err
		}
		if grant, err = dovidka.SignGrant(claims, s.key); err != nil {
			return nil, fmt.Errorf("%w: %w", errEntry, err)
		}
		return entries, nil
	})
	switch {
	case err != nil:
		return dovidka.Grant{}, fmt.Errorf("permit: %w", err)
	case refused != nil:
		return dovidka.Grant{}, refused
	}
	return grant, nil
}

// petition is a request with everything that is known of it.
type petition struct {
	requester, subject dovidka.Pseudonym
	who                dovidka.Requester
	said               dovidka.Statement
	req                dovidka.Request
}

func (p petition) refusal(f *dovidka.Fault) dovidka.Refusal {
	return dovidka.Refusal{Request: p.req, Requester: &p.who, Statement: &p.said, Fault: f}
}

// permit returns what to grant and what to record; a *dovidka.Fault refuses.
func (s *Service) permit(ctx context.Context, tx Tx, at time.Time, p petition) (dovidka.GrantClaims, []entry, error) {
	if err := p.check(); err != nil {
		return dovidka.GrantClaims{}, nil, err
	}
	claims := dovidka.GrantClaims{
		RequestID: p.req.ID, Purpose: p.said.Consent.Purpose, Recipient: p.said.Consent.Recipient, Scope: dovidka.ScopeDeclarations,
		Requester: dovidka.GrantPerson{RNOKPP: p.who.RNOKPP, Document: p.who.Document, UNZR: p.who.UNZR, Name: p.who.Name},
		// With RelationSelf too the registry learns what was said, to hold it
		// against what it knows of the signer: it looks up the signer alone.
		Subject: p.said.Subject, IssuedAt: at, ExpiresAt: at.Add(s.grantTTL),
	}
	row, err := tx.Once(ctx, onceGranted(p.req.ID))
	if err != nil {
		return claims, nil, fmt.Errorf("look for an earlier grant: %w", err)
	}
	if row != nil {
		claims.ID, claims.ConsentID, err = p.again(ctx, tx, at, *row)
		return claims, nil, err
	}

	withdrawals, err := find(ctx, tx, Query{
		Subject: p.subject, Recipient: p.said.Consent.Recipient,
		Kinds: []dovidka.EventKind{dovidka.EventConsentWithdrawn}, Requesters: []dovidka.Pseudonym{p.requester, p.subject},
	})
	if err != nil {
		return claims, nil, fmt.Errorf("look for withdrawals: %w", err)
	}
	if overruled(p.said.IssuedAt, withdrawals) || overruled(p.req.ReceivedAt, withdrawals) {
		return claims, nil, dovidka.NewFault(dovidka.CodeConsentWithdrawn, "a consent was withdrawn after this statement")
	}

	if claims.ConsentID, err = newID(); err != nil {
		return claims, nil, err
	}
	if claims.ID, err = newID(); err != nil {
		return claims, nil, err
	}
	return claims, s.given(p, claims, at), nil
}

// given returns the entries of a consent and of the grant that rests on it.
func (s *Service) given(p petition, claims dovidka.GrantClaims, at time.Time) []entry {
	granted := s.about(dovidka.EventGranted, p.req)
	granted.signedBy(p.who, p.requester)
	granted.Subject, granted.Relation = p.subject, p.said.Subject.Relation
	granted.Purpose, granted.Recipient = claims.Purpose, claims.Recipient
	granted.ConsentID, granted.GrantID = claims.ConsentID, claims.ID

	given := granted
	given.Kind, given.GrantID = dovidka.EventConsentGiven, ""
	digest := sha256.Sum256([]byte(p.said.Consent.Text))
	given.Consent = &consentBody{
		TextVersion: p.said.Consent.TextVersion, TextDigest: hex.EncodeToString(digest[:]), ExpiresAt: at.Add(s.consentTTL),
	}
	return []entry{given, granted}
}

// again answers for a request that was granted before: with the same grant when
// it is the same request and the consent still stands.
func (p petition) again(ctx context.Context, tx Tx, at time.Time, row Row) (grant, consent dovidka.ID, err error) {
	e, err := row.open()
	if err != nil {
		return "", "", err
	}
	if e.Requester != p.requester || e.Subject != p.subject || e.Recipient != p.said.Consent.Recipient ||
		e.Digest != hex.EncodeToString(p.who.ContainerDigest[:]) {
		return "", "", dovidka.NewFault(dovidka.CodeRequestConflict, "another container was granted under this request id")
	}
	c, err := consentOf(ctx, tx, e.ConsentID)
	if err != nil {
		return "", "", err
	}
	if !stands(c, at) {
		return "", "", errWithdrawn()
	}
	return e.GrantID, e.ConsentID, nil
}

func errWithdrawn() *dovidka.Fault {
	return dovidka.NewFault(dovidka.CodeConsentWithdrawn, "the consent no longer stands")
}

// check refuses what no consent could permit.
func (p petition) check() error {
	if err := p.identified(); err != nil {
		return err
	}
	c := p.said.Consent
	switch {
	case c.Purpose == "" || c.Recipient == "" || c.Text == "" || c.TextVersion == "":
		return dovidka.NewFault(dovidka.CodeConsentRequired, "the statement does not say what is consented to")
	case !c.Granted:
		return dovidka.NewFault(dovidka.CodeConsentRefused, "the citizen did not consent")
	case code(c.Purpose) != c.Purpose:
		return dovidka.NewFault(dovidka.CodeInvalid, "the purpose is not a code")
	case bound(c.TextVersion) != c.TextVersion:
		return dovidka.NewFault(dovidka.CodeInvalid, "the version of the consent's text cannot be recorded")
	}
	return nil
}

// identified refuses a petition that does not tell, in a form that the log can
// hold, who asks, about whom, and for which recipient.
func (p petition) identified() error {
	said := p.said.Subject
	switch {
	case p.requester == "":
		return dovidka.NewFault(dovidka.CodeSignerNotIdentified, "the signer has no number and no document")
	case p.subject == "":
		return dovidka.NewFault(dovidka.CodeInvalid, "the statement names nobody")
	case bound(p.said.Consent.Recipient) != p.said.Consent.Recipient:
		return dovidka.NewFault(dovidka.CodeInvalid, "the recipient's name cannot be recorded")
	}
	if said.Relation == dovidka.RelationSelf &&
		(other(said.RNOKPP, p.who.RNOKPP) || other(said.UNZR, p.who.UNZR) || other(said.Document, p.who.Document)) {
		return dovidka.NewFault(dovidka.CodeSubjectMismatch, "the statement is about somebody else than its signer")
	}
	return nil
}

// other reports whether both are known and differ.
func other[T interface {
	comparable
	IsZero() bool
}](a, b T) bool {
	return !a.IsZero() && !b.IsZero() && a != b
}
