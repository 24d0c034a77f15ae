package disclosure

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
)

// Prepare opens a case and returns the statement the citizen has to sign. The
// same ask again returns the same statement; another body under the same
// message id is CodeRequestConflict. A consent that was not asked for or was
// refused ends here and is recorded.
func (s *Service) Prepare(ctx context.Context, ask dovidka.Ask) (dovidka.Prepared, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	id := dovidka.ID(uuid.NewString())
	if ask.Action == dovidka.ActionObtain && (ask.ConsentGranted == nil || !*ask.ConsentGranted) {
		return dovidka.Prepared{}, s.noConsent(ctx, id, ask, now)
	}
	var nonce [32]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return dovidka.Prepared{}, fmt.Errorf("make nonce: %w", err)
	}
	said := dovidka.Statement{
		Action: ask.Action, ID: id, Nonce: base64.RawURLEncoding.EncodeToString(nonce[:]), Audience: s.audience,
		IssuedAt: now, ExpiresAt: now.Add(s.statementTTL), Subject: ask.Subject,
		Consent: dovidka.ConsentTerms{
			Granted: ask.Action == dovidka.ActionObtain, Purpose: dovidka.PurposePatientAccess, Recipient: ask.Caller.Name,
			TextVersion: s.consentVersion, Text: s.consentText,
		},
	}
	if ask.Action == dovidka.ActionWithdraw {
		said.Consent.Text = s.withdrawalText
	}
	statement, err := said.Encode()
	if err != nil {
		return dovidka.Prepared{}, err
	}
	kept, _, err := s.store.Open(ctx, Case{
		ID: id, State: dovidka.StateAwaiting, Key: caseKey(ask.Channel, ask.Caller), BodyDigest: ask.BodyDigest,
		Channel: ask.Channel, Caller: ask.Caller, Statement: statement, Nonce: said.Nonce, CreatedAt: now, ExpiresAt: said.ExpiresAt,
	})
	if err != nil {
		return dovidka.Prepared{}, storageFault("open case", err)
	}
	if kept.BodyDigest != ask.BodyDigest {
		return dovidka.Prepared{}, errConflict()
	}
	if kept.Statement == nil {
		return dovidka.Prepared{}, dovidka.NewFault(dovidka.CodeRequestExpired, "the request is finished and no longer kept")
	}
	return dovidka.Prepared{
		ID: kept.ID, State: s.state(kept), Statement: kept.Statement, Nonce: kept.Nonce, ExpiresAt: kept.ExpiresAt,
	}, nil
}

func (s *Service) noConsent(ctx context.Context, id dovidka.ID, ask dovidka.Ask, now time.Time) error {
	fault := dovidka.NewFault(dovidka.CodeConsentRequired, "the citizen was not asked for consent")
	if ask.ConsentGranted != nil {
		fault = dovidka.NewFault(dovidka.CodeConsentRefused, "the citizen did not consent")
	}
	kept, _, err := s.store.Open(ctx, Case{
		ID: id, State: dovidka.StateRefused, Key: caseKey(ask.Channel, ask.Caller), BodyDigest: ask.BodyDigest,
		Channel: ask.Channel, Caller: ask.Caller, CreatedAt: now, Outcome: Outcome{Code: fault.Code}, FinishedAt: now,
	})
	switch {
	case err != nil:
		return storageFault("open case", err)
	case kept.BodyDigest != ask.BodyDigest:
		return errConflict()
	}
	// Recorded each time it is said: nobody knows whether the first record was made.
	req := dovidka.Request{ID: kept.ID, Channel: ask.Channel, Caller: ask.Caller, ReceivedAt: now}
	return s.refuse(ctx, walk{req: req}, fault)
}

func errConflict() error {
	return dovidka.NewFault(dovidka.CodeRequestConflict, "the same request id came with another body")
}
