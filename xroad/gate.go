package xroad

import (
	"context"
	"errors"
	"sync/atomic"
)

var errCrowded = errors.New("too many calls are waiting")

// gate bounds how many exchanges are in work at a time, and how many wait for that.
type gate struct {
	slots   chan struct{} // one is held while an exchange is in work
	waiting atomic.Int64
	most    int64 // that may wait
}

func newGate(slots, waiting int) *gate {
	return &gate{slots: make(chan struct{}, slots), most: int64(waiting)}
}

// enter waits for a slot until the context ends.
func (g *gate) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.most {
		return errCrowded
	}
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (g *gate) leave() { <-g.slots }
