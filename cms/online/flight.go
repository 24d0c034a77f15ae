package online

import (
	"context"
	"errors"
	"sync"
	"time"
)

var errClosed = errors.New("client is closed")

// flights makes many who want the same wait for one exchange. Whoever waits gives up
// by a deadline of their own; the exchange goes on without them.
type flights[K comparable, V any] struct {
	base  context.Context //nolint:containedctx // ends when the client is closed
	turns chan struct{}   // one for each exchange that may go on at once
	group *sync.WaitGroup // of the client

	mu      sync.Mutex
	running map[K]*flight[V] // guarded by mu
}

type flight[V any] struct {
	done  chan struct{} // closed once value and err are set
	value V
	err   error
}

func newFlights[K comparable, V any](base context.Context, turns chan struct{}, group *sync.WaitGroup) *flights[K, V] {
	return &flights[K, V]{base: base, turns: turns, group: group, running: map[K]*flight[V]{}}
}

// do returns what work returns, or the error of ctx if that ends first. Work has the
// timeout to itself, from when its turn has come.
func (f *flights[K, V]) do(ctx context.Context, key K, timeout time.Duration, work func(context.Context) (V, error)) (V, error) {
	var none V
	if err := ctx.Err(); err != nil {
		return none, err
	}
	one, err := f.join(ctx, key, timeout, work)
	if err != nil {
		return none, err
	}
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// join finds the flight of a key or starts one when there is room.
func (f *flights[K, V]) join(ctx context.Context, key K, timeout time.Duration, work func(context.Context) (V, error)) (*flight[V], error) {
	for {
		f.mu.Lock()
		if one, ok := f.running[key]; ok {
			f.mu.Unlock()
			return one, nil
		}
		if f.base.Err() != nil {
			f.mu.Unlock()
			return nil, errClosed
		}
		select {
		case f.turns <- struct{}{}:
			one := &flight[V]{done: make(chan struct{})}
			f.running[key] = one
			f.group.Go(func() { f.run(key, one, timeout, work) })
			f.mu.Unlock()
			return one, nil
		default:
		}
		f.mu.Unlock()
		// All turns are taken. Once one is free somebody else may have started this
		// very flight, so look again.
		select {
		case f.turns <- struct{}{}:
			<-f.turns
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-f.base.Done():
			return nil, errClosed
		}
	}
}

func (f *flights[K, V]) run(key K, one *flight[V], timeout time.Duration, work func(context.Context) (V, error)) {
	ctx, cancel := context.WithTimeout(f.base, timeout)
	defer cancel()
	one.err = errors.New("exchange broke off") // unless work returns
	defer func() {
		f.mu.Lock()
		delete(f.running, key)
		f.mu.Unlock()
		<-f.turns
		close(one.done)
	}()
	one.value, one.err = work(ctx)
}
