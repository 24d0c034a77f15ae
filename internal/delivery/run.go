package delivery

import (
	"context"
	"errors"
	"time"

	"github.com/dovidka/dovidka"
)

// Run passes on what there is in the outbox until ctx ends, and returns nil then.
// Exchanges in work go on; Close waits for them.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-s.wake:
		}
		s.round(ctx)
	}
}

// round takes up as many notices as there are free slots.
func (s *Service) round(ctx context.Context) {
	free := s.enter()
	if free == 0 {
		return
	}
	now := s.now().UTC()
	notices, err := s.outbox.Claim(ctx, now, now.Add(s.lease()), free)
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "take notices", "error", err)
	}
	for _, n := range notices {
		go func() {
			defer s.leave()
			if s.deliver(n) {
				s.again()
			}
		}()
	}
	for range free - len(notices) {
		s.leave()
	}
}

// lease is how long a worker has a notice for itself: longer than the exchange
// and the record of it may take.
func (s *Service) lease() time.Duration { return s.timeout + 6*recordTime }

// again lets Run look for more at once.
func (s *Service) again() {
	select {
	case s.wake <- struct{}{}:
	default: // it will
	}
}

// enter takes all free slots and returns their number; none when closed.
func (s *Service) enter() (free int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed {
		select {
		case s.slots <- struct{}{}:
			s.work.Add(1)
			free++
			continue
		default:
		}
		break
	}
	return free
}

func (s *Service) leave() {
	<-s.slots
	s.work.Done()
}

// Close takes no more notices and waits for the exchanges in work until ctx ends;
// then it cancels the rest. What became of those is recorded as far as it is
// known, and they are passed on again after the next start.
func (s *Service) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	defer s.stopWork()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		s.stopWork()
		<-done
		return errors.New("delivery: closed before all exchanges had ended")
	}
}

// rest lets a notice rest, or gives it up when there is no other attempt to be
// made in time.
func (s *Service) rest(ctx context.Context, n dovidka.Notice, pause time.Duration) (gaveUp bool, err error) {
	next := s.now().UTC().Add(pause)
	if n.Attempts >= s.attempts || !next.Before(n.CreatedAt.Add(s.maxAge)) {
		_, err := s.outbox.Forget(ctx, n.ID, n.Attempts)
		return err == nil, err
	}
	_, err = s.outbox.Rest(ctx, n.ID, n.Attempts, next)
	return false, err
}

// pause is the rest after an attempt that failed as attempts do.
func (s *Service) pause(attempt int) time.Duration {
	pause := s.backoff
	for range attempt - 1 {
		if pause *= 2; pause >= s.maxBackoff {
			break
		}
	}
	return min(pause, s.maxBackoff)
}
