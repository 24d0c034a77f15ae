package disclosure

import (
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
)

// waiter is whoever waits at a door for a case in work. Either it leaves, or it
// is promised the end; never both, so that an end is always handed over or told
// of. A nil waiter has left.
type waiter struct{ state atomic.Int32 }

const (
	waiterStays int32 = iota
	waiterLeft
	waiterPromised
)

// leave reports whether the waiter may go: the end will be told of. Otherwise it
// comes at once.
func (w *waiter) leave() bool { return w.state.CompareAndSwap(waiterStays, waiterLeft) }

// promise reports whether the waiter is still there, and keeps it.
func (w *waiter) promise() bool {
	return w != nil && w.state.CompareAndSwap(waiterStays, waiterPromised)
}

// notice returns what tells the citizen that the case has ended, or nil where
// that is not to be told: somebody waits for it, or the citizen did not come
// through the portal, which alone knows where to find people.
//
// The recipient is who signed this very request. Whoever sent it could name
// anybody; and a container that was signed for something else must not be a way
// to send messages to its signer.
func (s *Service) notice(c Case, w walk, waiting *waiter, at time.Time) *dovidka.Notice {
	switch {
	case !s.notices, c.Channel != dovidka.ChannelDiia, w.who == nil, w.said == nil, w.who.RNOKPP.IsZero():
		return nil
	case waiting.promise():
		return nil
	}
	return &dovidka.Notice{ID: dovidka.ID(uuid.NewString()), RequestID: c.ID, Recipient: w.who.RNOKPP, CreatedAt: at}
}
