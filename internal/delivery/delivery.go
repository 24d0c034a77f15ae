package delivery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/dovidka/dovidka"
)

// Outbox holds the notices to be passed on. Every method is atomic and durable
// when it returns no error; an error means that the storage failed and nothing
// was changed. Several processes may take from one outbox.
type Outbox interface {
	// Claim takes up to limit notices that are due, for one worker until the
	// moment, counts the attempt and returns them, oldest first.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]dovidka.Notice, error)
	// Rest and Forget are the claim holder's, who names the attempt; they report
	// false and do nothing when the notice is gone or was claimed since.

	// Rest lets a notice rest until the moment.
	Rest(ctx context.Context, id dovidka.ID, attempt int, until time.Time) (bool, error)
	// Forget wipes a notice.
	Forget(ctx context.Context, id dovidka.ID, attempt int) (bool, error)
	// Backlog tells how many notices there are and when the oldest was made.
	Backlog(ctx context.Context) (count int, oldest time.Time, err error)
}

// Messenger passes a notice on to a body that reaches the citizen, in one
// exchange. With nil the body has taken it. It returns what is known of the
// exchange but notice and outcome, also with an error; without a MessageID there
// was none, and nothing left us.
//
// An error that is neither ErrRejected nor ErrAttention is of those that pass:
// whether the notice has arrived may be unknown, and it is passed on again.
type Messenger interface {
	Pass(ctx context.Context, notice dovidka.Notice) (dovidka.NoticeExchange, error)
}

// Errors of a Messenger.
var (
	// ErrRejected: the body has understood and will not pass the notice on.
	ErrRejected = errors.New("notice rejected")
	// ErrAttention: it will fail again until somebody changes something.
	ErrAttention = errors.New("somebody must look")
)

// Ledger records exchanges.
type Ledger interface {
	Notified(ctx context.Context, exchange dovidka.NoticeExchange) error
}

// Result is how an attempt to deliver a notice ended.
type Result string

// The results.
const (
	ResultDelivered  Result = "delivered"
	ResultRejected   Result = "rejected"
	ResultFailed     Result = "failed"     // it is tried again
	ResultAttention  Result = "attention"  // it is tried again, and somebody must look
	ResultUnrecorded Result = "unrecorded" // the ledger failed; it is tried again, whatever the body said
	ResultGivenUp    Result = "given-up"
)

// Config is what a Service needs. The first block is required; the rest has
// defaults.
type Config struct {
	Outbox    Outbox
	Messenger Messenger
	Ledger    Ledger

	// MaxAge is how old a notice becomes before it is given up; 25 min. It is to be
	// shorter than answers are kept.
	MaxAge time.Duration
	// Attempts is how often a notice is taken up at most; 12.
	Attempts int
	// Timeout bounds an exchange; 90 s. It should be longer than the messenger's own.
	Timeout time.Duration
	// Concurrency is the number of exchanges at once; 4.
	Concurrency int
	// Backoff is the rest after the first failure that passes, doubled after each
	// up to MaxBackoff; 5 s and 5 min. MaxBackoff is also the rest where somebody
	// must look.
	Backoff    time.Duration
	MaxBackoff time.Duration

	Now     func() time.Time
	Logger  *slog.Logger
	Observe func(result Result, took time.Duration)
}

// recordTime bounds what is done in stores after an exchange, even when the
// service is being closed: what was said must be recorded.
const recordTime = 10 * time.Second

// Service passes notices on. Its methods may be called at once.
type Service struct {
	outbox    Outbox
	messenger Messenger
	ledger    Ledger

	maxAge     time.Duration
	attempts   int
	timeout    time.Duration
	backoff    time.Duration
	maxBackoff time.Duration
	now        func() time.Time
	log        *slog.Logger
	observe    func(Result, time.Duration)

	slots chan struct{} // one per exchange
	wake  chan struct{} // holds a value when there may be more to do at once

	work     sync.WaitGroup // notices in work
	mu       sync.Mutex     // protects closed and trouble
	closed   bool
	trouble  error              // that somebody must look at; nil when the last exchange showed none
	workCtx  context.Context    //nolint:containedctx // the life of exchanges, ended by Close
	stopWork context.CancelFunc // ends workCtx
}

// New checks the configuration and returns a Service. Run must be running for
// anything to be delivered; Close waits for exchanges in work.
func New(cfg Config) (*Service, error) {
	if cfg.Outbox == nil || cfg.Messenger == nil || cfg.Ledger == nil {
		return nil, errors.New("delivery: outbox, messenger and ledger are required")
	}
	s := &Service{
		outbox: cfg.Outbox, messenger: cfg.Messenger, ledger: cfg.Ledger,
		maxAge:     orDefault(cfg.MaxAge, 25*time.Minute),
		attempts:   orDefault(cfg.Attempts, 12),
		timeout:    orDefault(cfg.Timeout, 90*time.Second),
		backoff:    orDefault(cfg.Backoff, 5*time.Second),
		maxBackoff: orDefault(cfg.MaxBackoff, 5*time.Minute),
		now:        cfg.Now, log: cfg.Logger, observe: cfg.Observe,
		slots: make(chan struct{}, orDefault(cfg.Concurrency, 4)), wake: make(chan struct{}, 1),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.observe == nil {
		s.observe = func(Result, time.Duration) {}
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

// Ready reports whether notices find their way: an error names what somebody must
// look at. It says nothing about whether requests can be answered.
func (s *Service) Ready(ctx context.Context) error {
	s.mu.Lock()
	trouble := s.trouble
	s.mu.Unlock()
	if trouble != nil {
		return trouble
	}
	count, oldest, err := s.outbox.Backlog(ctx)
	switch {
	case err != nil:
		return err
	case count > 0 && s.now().Sub(oldest) > s.maxAge/2:
		return errors.New("notices wait longer than half the time after which they are given up")
	}
	return nil
}

func (s *Service) setTrouble(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = err
}
