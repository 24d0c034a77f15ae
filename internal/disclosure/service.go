package disclosure

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dovidka/dovidka"
)

// Config is what a Service needs. The first block is required; the rest has
// defaults.
type Config struct {
	Store    Store
	Verifier Verifier
	Ledger   Ledger
	Registry Registry
	Sealer   Sealer
	// Compose makes the answer to a request of a record, as Bundle does; a pure
	// function.
	Compose func(record dovidka.Record, request dovidka.ID) ([]byte, error)
	// Audience is this component's name in statements.
	Audience string

	// ConsentText is what citizens read and sign, and its version.
	ConsentText    string
	ConsentVersion string
	// WithdrawalText is what they sign to withdraw it.
	WithdrawalText string

	StatementTTL time.Duration // how long a statement may wait for its signature; 180 s
	Skew         time.Duration // tolerated between clocks; 1 min
	Budget       time.Duration // how long a caller waits for the answer; 8 s
	AnswerTTL    time.Duration // how long an answer is kept; 30 min
	Retention    time.Duration // how long a case is kept; 72 h
	// Concurrency is the number of cases in work at once; more are refused as
	// busy. 64.
	Concurrency int
	// SoleOwner says that no other process works on the store, so that Recover
	// can take at once what a dead one had claimed.
	SoleOwner bool
	// Notices says that somebody takes notices out of the store: without that
	// none are kept, for they name people.
	Notices bool

	Now     func() time.Time
	Logger  *slog.Logger
	Observe func(step Step, took time.Duration, err error)
}

// maxSignatures is how often a citizen may sign one statement: a signature that
// was not good enough may be replaced.
const maxSignatures = 5

// Service is the use case. Its methods may be called at once.
type Service struct {
	store    Store
	verifier Verifier
	ledger   Ledger
	registry Registry
	sealer   Sealer
	compose  func(dovidka.Record, dovidka.ID) ([]byte, error)

	audience       string
	consentText    string
	consentVersion string
	withdrawalText string
	statementTTL   time.Duration
	skew           time.Duration
	budget         time.Duration
	answerTTL      time.Duration
	retention      time.Duration
	soleOwner      bool
	notices        bool
	now            func() time.Time
	log            *slog.Logger
	observe        func(Step, time.Duration, error)

	slots chan struct{} // one per case in work

	work     sync.WaitGroup // cases in work
	mu       sync.Mutex     // protects closed
	closed   bool
	stopWork context.CancelFunc
	workCtx  context.Context //nolint:containedctx // the life of background work, ended by Close
}

// New checks the configuration and returns a Service. Recover comes before the
// first request; Run must be running for interrupted cases to be finished;
// Close waits for those in work.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Verifier == nil || cfg.Ledger == nil || cfg.Registry == nil || cfg.Sealer == nil || cfg.Compose == nil {
		return nil, errors.New("disclosure: store, verifier, ledger, registry, sealer and composer are required")
	}
	if cfg.Audience == "" || cfg.ConsentText == "" || cfg.ConsentVersion == "" || cfg.WithdrawalText == "" {
		return nil, errors.New("disclosure: audience and the texts of consent and withdrawal are required")
	}
	s := &Service{
		store: cfg.Store, verifier: cfg.Verifier, ledger: cfg.Ledger, registry: cfg.Registry, sealer: cfg.Sealer, compose: cfg.Compose,
		audience: cfg.Audience, consentText: cfg.ConsentText, consentVersion: cfg.ConsentVersion, withdrawalText: cfg.WithdrawalText,
		statementTTL: orDefault(cfg.StatementTTL, 180*time.Second),
		skew:         orDefault(cfg.Skew, time.Minute),
		budget:       orDefault(cfg.Budget, 8*time.Second),
		answerTTL:    orDefault(cfg.AnswerTTL, 30*time.Minute),
		retention:    orDefault(cfg.Retention, 72*time.Hour),
		soleOwner:    cfg.SoleOwner, notices: cfg.Notices, now: cfg.Now, log: cfg.Logger, observe: cfg.Observe,
		slots: make(chan struct{}, orDefault(cfg.Concurrency, 64)),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.workCtx, s.stopWork = context.WithCancel(context.Background())
	return s, nil
}

func orDefault[T int | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// Submit takes a signed request and waits for its end within the budget. The
// request is durable before work on it begins. One that was prepared here is
// named by its ID; one whose statement the caller composed has a new ID, and is
// the same request again when caller, message id and content are the same.
func (s *Service) Submit(ctx context.Context, req dovidka.Request) (dovidka.Progress, error) {
	if err := s.enter(); err != nil {
		return dovidka.Progress{}, err
	}
	c, mine, err := s.accept(ctx, req)
	if err != nil {
		s.leave()
		return dovidka.Progress{}, err
	}
	if !mine {
		s.leave()
		return s.await(ctx, c, req.Caller)
	}
	waiting := &waiter{}
	ended := s.start(c, waiting)
	timer := time.NewTimer(s.budget)
	defer timer.Stop()
	select {
	case e := <-ended:
		return s.given(ctx, c, req.Caller, e)
	case <-timer.C:
	case <-ctx.Done():
	}
	if !waiting.leave() {
		return s.given(ctx, c, req.Caller, <-ended) // it is being stored as handed over
	}
	return dovidka.Progress{ID: c.ID, State: dovidka.StateAccepted, ExpiresAt: c.ExpiresAt}, nil
}

// end is how the work on a case ended.
type end struct {
	out dovidka.Progress
	err error
}

// given tells the caller how the work on its case ended. The ledger has the
// exchange that opened the case; where it is a later one with the same message
// that took the case over, and is given the answer, that is recorded, too.
func (s *Service) given(ctx context.Context, c Case, caller dovidka.Caller, e end) (dovidka.Progress, error) {
	if e.err != nil || c.Caller.TransactionID == caller.TransactionID {
		return e.out, e.err
	}
	kept, err := s.load(ctx, c.ID, caller)
	if err != nil {
		return dovidka.Progress{}, err
	}
	return s.progress(ctx, kept, caller)
}

// start works on a claimed case in the background, in the slot that the caller
// has entered. The waiter is nil where nobody waits.
func (s *Service) start(c Case, waiting *waiter) <-chan end {
	ended := make(chan end, 1)
	go func() {
		defer s.leave()
		out, err := s.finish(s.workCtx, c, waiting)
		ended <- end{out, err}
	}()
	return ended
}

// accept makes the request durable. mine is true when this call has to do the
// work; otherwise the case is as somebody else left it.
func (s *Service) accept(ctx context.Context, req dovidka.Request) (c Case, mine bool, err error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	if req.Channel == dovidka.ChannelTrembita {
		c, err := received(req, now)
		if err != nil {
			return Case{}, false, err
		}
		c.Attempts, c.RetryAt = 1, now.Add(s.claim())
		kept, opened, err := s.store.Open(ctx, c)
		if err != nil {
			return Case{}, false, storageFault("accept request", err)
		}
		return s.orClaim(ctx, kept, opened, now)
	}
	kept, err := s.load(ctx, req.ID, req.Caller)
	if err != nil {
		return Case{}, false, err
	}
	if kept.State == dovidka.StateAwaiting {
		if !now.Before(kept.ExpiresAt) {
			return Case{}, false, s.expired(ctx, kept)
		}
		err := s.store.Accept(ctx, kept.ID, kept.Attempts, req.Container, req.Content, now, now.Add(s.claim()))
		switch {
		case err == nil:
			kept.State, kept.Container, kept.Content, kept.AcceptedAt = dovidka.StateAccepted, req.Container, req.Content, now
			kept.Attempts++
			return kept, true, nil
		case !errors.Is(err, ErrCaseState):
			return Case{}, false, storageFault("accept request", err)
		}
		// Somebody was quicker; look at what became of the case.
		if kept, err = s.load(ctx, req.ID, req.Caller); err != nil {
			return Case{}, false, err
		}
	}
	same := receivedDigest(kept.Container, kept.Content) == receivedDigest(req.Container, req.Content)
	if kept.Container != nil && !same {
		return Case{}, false, dovidka.NewFault(dovidka.CodeRequestConflict, "the request was signed before with another container")
	}
	return s.orClaim(ctx, kept, false, now)
}

// orClaim takes over an accepted case that rests or was abandoned.
func (s *Service) orClaim(ctx context.Context, kept Case, opened bool, now time.Time) (Case, bool, error) {
	if opened || kept.State != dovidka.StateAccepted {
		return kept, opened, nil
	}
	claimed, err := s.store.Claim(ctx, kept.ID, kept.Attempts, now, now.Add(s.claim()))
	if err != nil {
		return Case{}, false, storageFault("claim case", err)
	}
	if claimed {
		kept.Attempts++
	}
	return kept, claimed, nil
}

// await polls a case that somebody else works on until it ends, the budget is
// spent, or the caller goes away. What does not end soon waits for a neighbour,
// and then there are many who wait: it asks less and less often.
func (s *Service) await(ctx context.Context, c Case, caller dovidka.Caller) (dovidka.Progress, error) {
	const soon, seldom = 20 * time.Millisecond, 500 * time.Millisecond
	pause := soon
	for deadline := time.Now().Add(s.budget); c.State == dovidka.StateAccepted && time.Now().Before(deadline); {
		select {
		case <-ctx.Done():
			return s.progress(ctx, c, caller)
		case <-time.After(pause):
		}
		pause = min(pause*3/2, seldom)
		kept, err := s.store.Load(ctx, c.ID)
		if err != nil {
			return dovidka.Progress{}, storageFault("load case", err)
		}
		c = kept
	}
	return s.progress(ctx, c, caller)
}

// finish takes an accepted and claimed case to its end and stores it, with a
// notice where nobody waits for it.
func (s *Service) finish(ctx context.Context, c Case, waiting *waiter) (dovidka.Progress, error) {
	ctx, cancel := context.WithTimeout(ctx, s.budget)
	defer cancel()
	var walk walk
	out, err := attempt(func() (Outcome, error) { return s.disclose(ctx, c, &walk) })
	fault := ending(err)
	now := s.now().UTC()
	switch {
	case fault == nil:
	case fault.Code.SignatureAtFault() && c.Statement != nil && c.Attempts < maxSignatures && now.Before(c.ExpiresAt):
		// The citizen may sign again: nothing but the signature was wrong.
		if err := s.store.Reopen(context.WithoutCancel(ctx), c.ID, c.Attempts); err != nil {
			return s.overtaken(ctx, c, "reopen case", err)
		}
		return dovidka.Progress{}, fault
	case fault.Code.Class() == dovidka.ClassExternal && now.Before(c.AcceptedAt.Add(s.retention)):
		// However long a neighbour is away, what was accepted waits for it.
		s.log.WarnContext(ctx, "case deferred", "request_id", c.ID, "error", fault, "attempt", c.Attempts)
		if err := s.store.Defer(context.WithoutCancel(ctx), c.ID, c.Attempts, now.Add(backoff(c.Attempts))); err != nil {
			s.log.ErrorContext(ctx, "case cannot be deferred", "request_id", c.ID, "error", err)
		}
		return dovidka.Progress{}, fault
	case fault.Code.Class() != dovidka.ClassOperated:
		s.log.ErrorContext(ctx, "case failed", "request_id", c.ID, "error", fault)
		out = Outcome{Code: fault.Code}
	default:
		out = Outcome{Code: fault.Code, Reason: fault.Reason}
	}
	// The end is stored even when the time is up: the ledger has it already.
	notice := s.notice(c, walk, waiting, now)
	if err := s.store.Finish(context.WithoutCancel(ctx), c.ID, c.Attempts, out, now, notice); err != nil {
		return s.overtaken(ctx, c, "store outcome", err)
	}
	c.Outcome, c.FinishedAt = out, now
	if fault != nil {
		return dovidka.Progress{}, fault
	}
	c.State = dovidka.StateDone
	return c.progress()
}

// overtaken answers for a case that could not be moved on. Where somebody else
// claimed it, because this worker slept over its claim, it is told how far that
// one has come: what this one did has no effect.
func (s *Service) overtaken(ctx context.Context, c Case, action string, err error) (dovidka.Progress, error) {
	if !errors.Is(err, ErrCaseState) {
		return dovidka.Progress{}, storageFault(action, err)
	}
	kept, err := s.store.Load(ctx, c.ID)
	if err != nil {
		return dovidka.Progress{}, storageFault("load case", err)
	}
	return s.progress(ctx, kept, kept.Caller)
}

// ending returns the fault with which a road ended. Time that ran out, the
// grant's too, and work that Close cancelled, are failures that another attempt
// may mend.
func ending(err error) *dovidka.Fault {
	fault := dovidka.FaultOf(err)
	if fault == nil || fault.Code != dovidka.CodeInternal {
		return fault
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, dovidka.ErrGrant):
		return &dovidka.Fault{Code: dovidka.CodeTimeout, Err: err}
	case errors.Is(err, context.Canceled):
		return &dovidka.Fault{Code: dovidka.CodeBusy, Err: err}
	}
	return fault
}

// state adds to the stored state what only the clock knows.
func (s *Service) state(c Case) dovidka.State {
	if c.State == dovidka.StateAwaiting && !s.now().Before(c.ExpiresAt) {
		return dovidka.StateExpired
	}
	return c.State
}

func (s *Service) expired(ctx context.Context, c Case) error {
	req, err := c.request()
	if err != nil {
		return err
	}
	return s.refuse(ctx, walk{req: req}, dovidka.NewFault(dovidka.CodeRequestExpired, "the time to sign is over"))
}

// claim is how long a worker has a case for itself: longer than it may work.
func (s *Service) claim() time.Duration { return 2 * s.budget }

// caseKey names a caller's message: the unit of idempotency. The length tells
// where the name ends, whatever stands in it.
func caseKey(channel dovidka.Channel, caller dovidka.Caller) string {
	return fmt.Sprintf("%s|%d|%s|%s", channel, len(caller.Name), caller.Name, caller.MessageID)
}

func receivedDigest(container, content []byte) [32]byte {
	h := sha256.New()
	fmt.Fprintf(h, "%d|", len(container))
	h.Write(container)
	h.Write(content)
	return [32]byte(h.Sum(nil))
}

func backoff(attempt int) time.Duration {
	return min(time.Second<<min(attempt, 6), time.Minute)
}
