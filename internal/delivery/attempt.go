package delivery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/dovidka/dovidka"
)

// deliver makes one attempt and says whether the way is free for others.
func (s *Service) deliver(n dovidka.Notice) bool {
	began := time.Now()
	exchange, result, err := s.attempt(n)
	gaveUp := false
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.workCtx), recordTime)
	defer cancel()
	var kept error
	switch result {
	case ResultDelivered, ResultRejected, ResultGivenUp:
		_, kept = s.outbox.Forget(ctx, n.ID, n.Attempts)
	case ResultAttention:
		gaveUp, kept = s.rest(ctx, n, s.maxBackoff)
	default:
		gaveUp, kept = s.rest(ctx, n, s.pause(n.Attempts))
	}
	if kept != nil {
		// Its claim runs out, and it is taken up again.
		s.log.ErrorContext(ctx, "change notice", "notice_id", n.ID, "request_id", n.RequestID, "error", kept)
	}
	took := time.Since(began)
	s.tell(ctx, n, exchange, result, err, took)
	s.observe(result, took)
	if gaveUp {
		s.tell(ctx, n, dovidka.NoticeExchange{}, ResultGivenUp, nil, 0)
		s.observe(ResultGivenUp, 0)
	}
	return result == ResultDelivered || result == ResultRejected || result == ResultGivenUp
}

// attempt passes the notice on and records the exchange. No record, no delivery:
// what could not be recorded is as if it had not been.
func (s *Service) attempt(n dovidka.Notice) (dovidka.NoticeExchange, Result, error) {
	if !s.now().Before(n.CreatedAt.Add(s.maxAge)) {
		return dovidka.NoticeExchange{}, ResultGivenUp, nil
	}
	exchange, err := s.pass(n)
	if exchange.MessageID == "" && err == nil {
		err = errors.New("delivered without a message to tell of")
	}
	outcome, result := dovidka.NoticeFailed, ResultFailed
	switch {
	case err == nil:
		outcome, result = dovidka.NoticeDelivered, ResultDelivered
	case errors.Is(err, ErrRejected):
		outcome, result = dovidka.NoticeRejected, ResultRejected
	case errors.Is(err, ErrAttention):
		result = ResultAttention
	}
	s.judge(result, err)
	if exchange.MessageID == "" {
		if result == ResultRejected {
			result = ResultFailed // nobody has said so
		}
		return exchange, result, err
	}
	exchange.Notice, exchange.Outcome = n, outcome
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.workCtx), recordTime)
	defer cancel()
	if unrecorded := s.ledger.Notified(ctx, exchange); unrecorded != nil {
		return exchange, ResultUnrecorded, errors.Join(err, fmt.Errorf("record: %w", unrecorded))
	}
	return exchange, result, err
}

// judge remembers whether somebody must look. What is merely away says nothing
// about that.
func (s *Service) judge(result Result, err error) {
	switch result {
	case ResultAttention:
		s.setTrouble(err)
	case ResultDelivered, ResultRejected:
		s.setTrouble(nil)
	}
}

// pass calls the messenger in the time it has. A defect of ours ends the attempt
// and not the process; what the panic said is left out, for it may name the
// recipient.
func (s *Service) pass(n dovidka.Notice) (exchange dovidka.NoticeExchange, err error) {
	defer func() {
		if value := recover(); value != nil {
			exchange, err = dovidka.NoticeExchange{}, fmt.Errorf("panic: %T\n%s", value, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(s.workCtx, s.timeout)
	defer cancel()
	return s.messenger.Pass(ctx, n)
}

// tell writes the one line of an attempt.
func (s *Service) tell(ctx context.Context, n dovidka.Notice, e dovidka.NoticeExchange, result Result, err error, took time.Duration) {
	level := slog.LevelWarn
	switch result {
	case ResultDelivered:
		level = slog.LevelInfo
	case ResultAttention, ResultUnrecorded:
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("result", string(result)), slog.String("notice_id", string(n.ID)), slog.String("request_id", string(n.RequestID)),
		slog.Int("attempt", n.Attempts), slog.Duration("took", took),
	}
	for key, value := range map[string]string{
		"message_id": e.MessageID, "transaction_id": e.TransactionID, "reference": e.Reference, "code": e.Code,
	} {
		if value != "" {
			attrs = append(attrs, slog.String(key, value))
		}
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	s.log.LogAttrs(ctx, level, "notice", attrs...)
}
