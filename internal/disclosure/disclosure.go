package disclosure

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/dovidka/dovidka"
)

// Verifier says who signed.
type Verifier interface {
	Verify(ctx context.Context, req dovidka.Request) (dovidka.Requester, error)
}

// Ledger permits, and records what was done.
type Ledger interface {
	Permit(ctx context.Context, who dovidka.Requester, said dovidka.Statement, req dovidka.Request) (dovidka.Grant, error)
	PermitByLaw(ctx context.Context, req dovidka.Request) (dovidka.Grant, error)
	Withdraw(ctx context.Context, who dovidka.Requester, said dovidka.Statement, req dovidka.Request) (int, error)
	Refuse(ctx context.Context, r dovidka.Refusal) error
	Record(ctx context.Context, grant dovidka.Grant, digest [32]byte) (dovidka.Receipt, error)
	Release(ctx context.Context, grant dovidka.ID, digest [32]byte, caller dovidka.Caller) error
}

// Registry gives a person's record to the holder of a grant.
type Registry interface {
	Read(ctx context.Context, grant dovidka.Grant) (dovidka.Record, error)
}

// Sealer signs the bytes of an answer, detached.
type Sealer interface {
	Seal(ctx context.Context, content []byte) (dovidka.Sealed, error)
}

// Step names a part of the road, for measuring.
type Step string

// The steps.
const (
	StepVerify   Step = "verify"
	StepPermit   Step = "permit"
	StepRead     Step = "read"
	StepCompose  Step = "compose"
	StepSeal     Step = "seal"
	StepRecord   Step = "record"
	StepWithdraw Step = "withdraw"
)

// attempt takes a road, in which a defect of ours ends the case and not the
// process: the next one would take the case up again, and end again. What the
// panic said is left out, for it may repeat what the request carried.
func attempt(road func() (Outcome, error)) (out Outcome, err error) {
	defer func() {
		if value := recover(); value != nil {
			out, err = Outcome{}, fmt.Errorf("panic: %T\n%s", value, debug.Stack())
		}
	}()
	return road()
}

// disclose is the road from a signed request to an answer. It is safe to take
// again after a crash at any point: the nonce belongs to the case, a grant is
// made once per request, and an answer leaves only after its own record. What is
// learned of who asks is left in walk.
func (s *Service) disclose(ctx context.Context, c Case, walk *walk) (Outcome, error) {
	req, err := c.request()
	if err != nil {
		return Outcome{}, err
	}
	if req.Inquiry != nil {
		return s.inquire(ctx, req)
	}
	walk.req = req

	who, err := measure(s, StepVerify, func() (dovidka.Requester, error) { return s.verifier.Verify(ctx, req) })
	if err != nil {
		return Outcome{}, s.refuse(ctx, *walk, err)
	}
	walk.who = &who
	said, err := s.understand(ctx, c, who)
	if err != nil {
		return Outcome{}, s.refuse(ctx, *walk, err)
	}
	walk.said = &said
	if said.Action == dovidka.ActionWithdraw {
		return s.withdraw(ctx, *walk)
	}
	grant, err := measure(s, StepPermit, func() (dovidka.Grant, error) { return s.ledger.Permit(ctx, who, said, req) })
	if err != nil {
		return Outcome{}, err // a refusal is already in the ledger
	}
	record, err := measure(s, StepRead, func() (dovidka.Record, error) { return s.registry.Read(ctx, grant) })
	if err != nil {
		return Outcome{}, s.refuse(ctx, *walk, err)
	}
	return s.answer(ctx, c.ID, grant, record)
}

// inquire is the shorter road of a body that asks by law: there is no signature
// to verify and no consent, and the ledger says whether the law permits.
func (s *Service) inquire(ctx context.Context, req dovidka.Request) (Outcome, error) {
	grant, err := measure(s, StepPermit, func() (dovidka.Grant, error) { return s.ledger.PermitByLaw(ctx, req) })
	if err != nil {
		return Outcome{}, err // a refusal is already in the ledger
	}
	record, err := measure(s, StepRead, func() (dovidka.Record, error) { return s.registry.Read(ctx, grant) })
	if err != nil {
		return Outcome{}, s.refuse(ctx, walk{req: req}, err)
	}
	return s.answer(ctx, req.ID, grant, record)
}

// answer composes, seals and records. No record, no data: the outcome exists
// only after the ledger has recorded the digest of the very bytes in it.
func (s *Service) answer(ctx context.Context, request dovidka.ID, grant dovidka.Grant, record dovidka.Record) (Outcome, error) {
	bundle, err := measure(s, StepCompose, func() ([]byte, error) { return s.compose(record, request) })
	if err != nil {
		return Outcome{}, fmt.Errorf("compose bundle: %w", err)
	}
	sealed, err := measure(s, StepSeal, func() (dovidka.Sealed, error) { return s.sealer.Seal(ctx, bundle) })
	if err != nil {
		return Outcome{}, fmt.Errorf("seal answer: %w", err)
	}
	plain, err := record.Plain().Encode()
	if err != nil {
		return Outcome{}, err
	}
	receipt, err := measure(s, StepRecord, func() (dovidka.Receipt, error) { return s.ledger.Record(ctx, grant, sealed.Digest()) })
	if err != nil {
		return Outcome{}, fmt.Errorf("record disclosure: %w", err)
	}
	return Outcome{GrantID: grant.ID(), Record: plain, Sealed: sealed, Receipt: receipt}, nil
}

func (s *Service) withdraw(ctx context.Context, w walk) (Outcome, error) {
	n, err := measure(s, StepWithdraw, func() (int, error) { return s.ledger.Withdraw(ctx, *w.who, *w.said, w.req) })
	if err != nil {
		return Outcome{}, fmt.Errorf("withdraw consent: %w", err)
	}
	return Outcome{Withdrawn: n}, nil
}

// understand reads the statement out of what was signed, holds it against what
// was asked, and burns its nonce.
func (s *Service) understand(ctx context.Context, c Case, who dovidka.Requester) (dovidka.Statement, error) {
	said, err := s.readStatement(c, who)
	if err != nil {
		return dovidka.Statement{}, err
	}
	if said.Subject.Relation == dovidka.RelationSelf && !sameSigner(said.Subject, who) {
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeSubjectMismatch, "the statement names another person than the certificate")
	}
	if !c.Caller.SubjectID.Names(identified(said.Subject, who)...) {
		return dovidka.Statement{}, &dovidka.Fault{Code: dovidka.CodeInvalid, Err: dovidka.ErrSubjectID}
	}
	err = s.store.BurnNonce(ctx, said.Nonce, c.ID, said.ExpiresAt.Add(2*s.skew))
	switch {
	case errors.Is(err, ErrNonceUsed):
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeSignatureReplayed, "nonce was used before")
	case err != nil:
		return dovidka.Statement{}, storageFault("burn nonce", err)
	}
	return said, nil
}

// readStatement checks content, audience, recipient and time.
func (s *Service) readStatement(c Case, who dovidka.Requester) (dovidka.Statement, error) {
	if c.Statement != nil && string(c.Statement) != string(who.Content) {
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeSignatureMismatch, "signed content is not what was asked to be signed")
	}
	said, err := dovidka.ParseStatement(who.Content)
	if err != nil {
		return dovidka.Statement{}, &dovidka.Fault{Code: dovidka.CodeInvalid, Err: fmt.Errorf("signed statement: %w", err)}
	}
	switch {
	case said.Audience != s.audience:
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeSignatureMismatch, "the statement is addressed to another component")
	case said.Consent.Recipient != c.Caller.Name:
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeSignatureMismatch, "the statement is for another recipient")
	case said.ExpiresAt.Sub(said.IssuedAt) > s.statementTTL:
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeInvalid, "the statement lives longer than %s", s.statementTTL)
	// The moment of acceptance counts: a request that was accepted in time and
	// finished after a crash is not late.
	case c.AcceptedAt.Before(said.IssuedAt.Add(-s.skew)), !c.AcceptedAt.Before(said.ExpiresAt):
		return dovidka.Statement{}, dovidka.NewFault(dovidka.CodeRequestExpired, "the statement is not of now")
	}
	return said, nil
}

// sameSigner reports whether what a statement about oneself says of its subject
// agrees with the certificate as far as both tell; names are the registry's to
// compare.
func sameSigner(subject dovidka.Subject, who dovidka.Requester) bool {
	return (subject.RNOKPP.IsZero() || subject.RNOKPP == who.RNOKPP) &&
		(subject.UNZR.IsZero() || who.UNZR.IsZero() || subject.UNZR == who.UNZR)
}

// identified returns what statement and certificate tell of the subject.
func identified(said dovidka.Subject, who dovidka.Requester) []dovidka.Subject {
	if said.Relation != dovidka.RelationSelf {
		return []dovidka.Subject{said}
	}
	return []dovidka.Subject{said, {RNOKPP: who.RNOKPP, UNZR: who.UNZR, Document: who.Document}}
}

// walk is what is known of a request so far, for the record of a refusal and for
// whom to tell of its end.
type walk struct {
	req  dovidka.Request
	who  *dovidka.Requester
	said *dovidka.Statement
}

// refuse records a refusal and returns its fault. What is not a refusal (a
// neighbour that failed, a defect) is returned as it is and not recorded: the
// case is not over. If the refusal cannot be recorded, that is the error.
func (s *Service) refuse(ctx context.Context, w walk, err error) error {
	fault := dovidka.FaultOf(err)
	if fault.Code.Class() != dovidka.ClassOperated {
		return err
	}
	r := dovidka.Refusal{Request: w.req, Requester: w.who, Statement: w.said, Fault: fault}
	if err := s.ledger.Refuse(ctx, r); err != nil {
		return fmt.Errorf("record refusal: %w", err)
	}
	return fault
}

func (c Case) request() (dovidka.Request, error) {
	req := dovidka.Request{
		ID: c.ID, Channel: c.Channel, Caller: c.Caller, Container: c.Container, Content: c.Content,
		Expected: c.Statement, ReceivedAt: c.AcceptedAt,
	}
	if c.Inquiry != nil {
		inquiry, err := dovidka.ParseInquiry(c.Inquiry)
		if err != nil {
			return dovidka.Request{}, fmt.Errorf("stored case: %w", err)
		}
		req.Inquiry = &inquiry
	}
	return req, nil
}

// measure reports how long a step took.
func measure[T any](s *Service, step Step, do func() (T, error)) (T, error) {
	if s.observe == nil {
		return do()
	}
	start := time.Now()
	out, err := do()
	s.observe(step, time.Since(start), err)
	return out, err
}

func storageFault(action string, err error) error {
	var f *dovidka.Fault
	if errors.As(err, &f) {
		return err
	}
	return &dovidka.Fault{Code: dovidka.CodeStorageUnavailable, Err: fmt.Errorf("%s: %w", action, err)}
}
