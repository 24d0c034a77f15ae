package disclosure

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/dovidka/dovidka"
)

// Inquire answers what a body asks by law while it waits, within the budget.
// Nothing of it is kept but what the ledger records: an inquiry only reads, so
// after a failure the body asks again, and nobody finishes for one that has
// gone. The same message again is another inquiry, because members of the bus
// use their message ids more than once.
func (s *Service) Inquire(ctx context.Context, req dovidka.Request) (dovidka.Answer, error) {
	if req.Inquiry == nil || req.ID == "" {
		return dovidka.Answer{}, errors.New("disclosure: an inquiry with an id is required")
	}
	if err := s.enter(); err != nil {
		return dovidka.Answer{}, err
	}
	defer s.leave()
	ctx, cancel := context.WithTimeout(ctx, s.budget)
	defer cancel()
	// Close ends it as it ends the work on cases.
	defer context.AfterFunc(s.workCtx, cancel)()
	out, err := attempt(func() (Outcome, error) { return s.inquire(ctx, req) })
	if fault := ending(err); fault != nil {
		return dovidka.Answer{}, fault
	}
	p, err := Case{ID: req.ID, State: dovidka.StateDone, Outcome: out}.progress()
	if err != nil {
		return dovidka.Answer{}, err
	}
	return *p.Answer, nil
}

// Enqueue makes a request that came over the bus durable and returns at once.
// The work is done in the background; Progress tells how far it has come. A
// citizen's signed request is the same one again by the rule of Submit; an
// inquiry never is, as with Inquire.
func (s *Service) Enqueue(ctx context.Context, req dovidka.Request) (dovidka.Progress, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	c, err := received(req, now)
	if err != nil {
		return dovidka.Progress{}, err
	}
	// Where there is no slot, Run finds the case due.
	slot := s.enter() == nil
	if slot {
		c.Attempts, c.RetryAt = 1, now.Add(s.claim())
	}
	kept, opened, err := s.store.Open(ctx, c)
	switch {
	case slot && err == nil && opened:
		s.start(c, nil)
	case slot:
		s.leave()
	}
	if err != nil {
		return dovidka.Progress{}, storageFault("accept request", err)
	}
	return dovidka.Progress{ID: kept.ID, State: s.state(kept), ExpiresAt: kept.ExpiresAt}, nil
}

// inquiryKey begins the key of an inquiry's case, and of no other: those have a
// channel there.
const inquiryKey = "inquiry|"

// byLaw reports whether the case is an inquiry's. Its key is kept after what it
// holds is wiped.
func (c Case) byLaw() bool { return strings.HasPrefix(c.Key, inquiryKey) }

// Refuse records that an inquiry is refused before it begins, because it holds
// what nothing can be found by, and returns the fault.
func (s *Service) Refuse(ctx context.Context, req dovidka.Request, fault *dovidka.Fault) error {
	if req.Inquiry == nil || req.ID == "" {
		return errors.New("disclosure: an inquiry with an id is required")
	}
	return s.refuse(ctx, walk{req: req}, fault)
}

// received makes the case of a request that was composed by its caller.
func received(req dovidka.Request, now time.Time) (Case, error) {
	c := Case{
		ID: req.ID, State: dovidka.StateAccepted, Channel: req.Channel, Caller: req.Caller,
		CreatedAt: now, AcceptedAt: now, Container: req.Container, Content: req.Content,
	}
	if req.Inquiry != nil {
		var err error
		if c.Inquiry, err = req.Inquiry.Encode(); err != nil {
			return Case{}, err
		}
		c.Container, c.Content = nil, nil
		c.Key = inquiryKey + string(req.ID)
		return c, nil
	}
	c.BodyDigest = receivedDigest(req.Container, req.Content)
	c.Key = caseKey(req.Channel, req.Caller) + "|" + hex.EncodeToString(c.BodyDigest[:])
	return c, nil
}
