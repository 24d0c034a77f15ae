package disclosure

import (
	"context"
	"errors"
	"time"

	"github.com/dovidka/dovidka"
)

// Recover gives up the claims of a process that is gone, so that Run takes its
// cases up at once. Call it before the doors open: afterwards it would take
// cases from those who work on them.
func (s *Service) Recover(ctx context.Context) error {
	if !s.soleOwner {
		return nil // the others may live; their claims run out
	}
	if err := s.store.ReleaseClaims(ctx); err != nil {
		return storageFault("release claims", err)
	}
	return nil
}

// Run finishes cases that were accepted and interrupted, and purges what the
// retention no longer allows, until ctx ends. It returns nil then.
func (s *Service) Run(ctx context.Context) error {
	resume := time.NewTicker(time.Second)
	defer resume.Stop()
	purge := time.NewTicker(time.Minute)
	defer purge.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-resume.C:
			s.resume(ctx)
		case <-purge.C:
			s.purge(ctx)
		}
	}
}

// resume works on what is due, one case after another: those who wait at a
// door come first.
func (s *Service) resume(ctx context.Context) {
	const batch = 100
	due, err := s.store.Due(ctx, s.now().UTC(), batch)
	if err != nil {
		s.log.ErrorContext(ctx, "list interrupted cases", "error", err)
		return
	}
	for _, id := range due {
		if ctx.Err() != nil || s.enter() != nil {
			return
		}
		s.resumeOne(ctx, id)
		s.leave()
	}
}

func (s *Service) resumeOne(ctx context.Context, id dovidka.ID) {
	c, err := s.store.Load(ctx, id)
	if err != nil {
		s.log.ErrorContext(ctx, "load interrupted case", "request_id", id, "error", err)
		return
	}
	now := s.now().UTC()
	claimed, err := s.store.Claim(ctx, id, c.Attempts, now, now.Add(s.claim()))
	if err != nil || !claimed {
		return // somebody else has it, or the next round will
	}
	c.Attempts++
	if _, err := s.finish(s.workCtx, c, nil); err != nil {
		s.log.InfoContext(ctx, "interrupted case ended without an answer", "request_id", id, "code", dovidka.FaultOf(err).Code)
		return
	}
	s.log.InfoContext(ctx, "interrupted case finished", "request_id", id)
}

func (s *Service) purge(ctx context.Context) {
	now := s.now().UTC()
	wiped, deleted, err := s.store.Purge(ctx, now, now.Add(-s.answerTTL), now.Add(-s.retention))
	switch {
	case err != nil:
		s.log.ErrorContext(ctx, "purge cases", "error", err)
	case wiped+deleted > 0:
		s.log.InfoContext(ctx, "purged cases", "answers_wiped", wiped, "cases_deleted", deleted)
	}
}

// Close refuses new work and waits for what is in work until ctx ends; then it
// cancels the rest, which the next start will finish.
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
		return errors.New("disclosure: closed before all work was finished")
	}
}

// Ready reports whether the store answers.
func (s *Service) Ready(ctx context.Context) error { return s.store.Ready(ctx) }

// enter takes a slot for a case, or says that there is none.
func (s *Service) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return dovidka.NewFault(dovidka.CodeBusy, "shutting down")
	}
	select {
	case s.slots <- struct{}{}:
		s.work.Add(1)
		return nil
	default:
		return &dovidka.Fault{Code: dovidka.CodeBusy, Err: errors.New("too many requests in work"), RetryAfter: time.Second}
	}
}

func (s *Service) leave() {
	<-s.slots
	s.work.Done()
}
