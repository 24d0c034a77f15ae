package xroad

import (
	"errors"
	"sync"
	"time"
)

// errPaused means that a service or the security server is left alone for a while.
var errPaused = errors.New("it failed too often lately and is left alone for a while")

// breaker leaves alone what fails: after so many failures in a row nobody calls for the time of a pause, then one may
// try, and all may call again once that went well.
type breaker struct {
	failures int
	pause    time.Duration
	now      func() time.Time

	mu     sync.Mutex
	count  int       // failures in a row; guarded by mu, like the rest
	until  time.Time // the end of the pause
	trying bool      // somebody is finding out whether it is over
}

// result is how an exchange went, as far as the breaker is concerned.
type result uint8

const (
	resultUnknown result = iota // nothing was learned, as when the caller left
	resultWorked
	resultFailed
)

// ask admits an exchange. How it went is told to done, once.
func (b *breaker) ask() (done func(result), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	trial := b.count >= b.failures
	if trial {
		if b.trying || b.now().Before(b.until) {
			return nil, errPaused
		}
		b.trying = true
	}
	return func(r result) { b.record(trial, r) }, nil
}

func (b *breaker) record(trial bool, r result) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial {
		b.trying = false
	}
	switch {
	case r == resultUnknown:
	case r == resultWorked && (trial || b.count < b.failures): // else of an exchange begun before the pause
		b.count = 0
	case r == resultFailed:
		b.count++
		if b.count == b.failures || trial {
			b.until = b.now().Add(b.pause)
		}
	}
}
