package xroad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// capacity is what a handler can take at once: a number of requests in work, and the memory for their bodies.
//
// Small bodies share a number of bytes; one that finds none left is refused. Large ones, whose size nobody knows before
// they have come, need a room for the largest: the senders of those that find none wait. So neither many small bodies nor
// a few large ones are in the way of the others, and none that does not end takes a place among those in work.
type capacity struct {
	closing atomic.Bool
	places  chan struct{} // one is held while a request is in work

	small int64        // bytes of small bodies
	taken atomic.Int64 // of these
	large chan struct{}
}

// newCapacity gives a quarter of the bytes to large bodies, and one room in any case.
func newCapacity(places int, bytes, largest int64) *capacity {
	large := max(1, bytes/4/largest)
	return &capacity{
		places: make(chan struct{}, places),
		small:  max(largeBody, bytes-large*largest), large: make(chan struct{}, large),
	}
}

// shutdown takes all places.
func (c *capacity) shutdown(ctx context.Context) error {
	c.closing.Store(true)
	for range cap(c.places) {
		select {
		case c.places <- struct{}{}:
		case <-ctx.Done():
			return fmt.Errorf("shut down handler: %w", ctx.Err())
		}
	}
	return nil
}

// hold is what a request has of the capacity: room for its body, and, once that is read, a place. It is given back when
// both the handler and the operation are done with it, so that operations which do not heed their context still count.
type hold struct {
	of      *capacity
	bytes   int64 // of the body, as long as it is small
	large   bool
	placed  bool
	holders atomic.Int32
}

func (c *capacity) hold() *hold {
	held := &hold{of: c}
	held.holders.Store(1)
	return held
}

const largeBody = 64 << 10

// errNoRoom stands for a body that is refused because of others.
var errNoRoom = errors.New("no room for the body among those of other requests")

// heldReader finds room for what is read.
type heldReader struct {
	body  io.Reader
	held  *hold
	until time.Time // how long to wait for room
}

func (r *heldReader) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if !r.held.room(int64(n), r.until) {
		return 0, errNoRoom
	}
	return n, err
}

// room finds room for some bytes more.
func (s *hold) room(n int64, until time.Time) bool {
	switch {
	case s.large:
		return true
	case s.bytes+n <= largeBody:
		s.bytes += n
		return s.of.taken.Add(n) <= s.of.small
	}
	select {
	case s.of.large <- struct{}{}:
	default:
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		select {
		case s.of.large <- struct{}{}:
		case <-timer.C:
			return false
		}
	}
	s.large = true
	s.of.taken.Add(-s.bytes)
	s.bytes = 0
	return true
}

// place takes a place among the requests in work, if there is one.
func (s *hold) place() bool {
	if s.of.closing.Load() {
		return false
	}
	select {
	case s.of.places <- struct{}{}:
		s.placed = true
	default:
	}
	return s.placed
}

func (s *hold) share() { s.holders.Add(1) }

func (s *hold) release() {
	if s.holders.Add(-1) > 0 {
		return
	}
	s.of.taken.Add(-s.bytes)
	if s.large {
		<-s.of.large
	}
	if s.placed {
		<-s.of.places
	}
}
