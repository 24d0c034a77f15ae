package online

import (
	"errors"
	"slices"
	"sync"
	"time"
)

// errPaused means that a host is left alone for a while.
var errPaused = errors.New("the host failed too often lately")

// breakers leave hosts alone which fail: after so many failures in a row nobody asks
// for the time of a pause, then one may try, and the host is asked again once that
// went well.
type breakers struct {
	failures int
	pause    time.Duration
	now      func() time.Time

	mu    sync.Mutex
	hosts map[string]*breaker // guarded by mu; only hosts which failed last time
}

type breaker struct {
	failures int
	until    time.Time // the end of the pause
	trying   bool      // somebody is finding out whether it is over
}

// maxHosts bounds what is remembered. Authorities are a few dozen.
const maxHosts = 1024

func newBreakers(failures int, pause time.Duration, now func() time.Time) *breakers {
	return &breakers{failures: failures, pause: pause, now: now, hosts: map[string]*breaker{}}
}

// ask admits an exchange with a host. Tell how it went with done: failed or not.
func (b *breakers) ask(host string) (done func(failed bool), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.hosts[host]
	trial := one != nil && one.failures >= b.failures
	if trial {
		if one.trying || b.now().Before(one.until) {
			return nil, errPaused
		}
		one.trying = true
	}
	return func(failed bool) { b.record(host, trial, failed) }, nil
}

func (b *breakers) record(host string, trial, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.hosts[host]
	switch {
	case !failed && (trial || one == nil || one.failures < b.failures):
		delete(b.hosts, host)
		return
	case !failed:
		return // of an exchange begun before the pause
	case one == nil:
		if len(b.hosts) >= maxHosts {
			b.forget()
		}
		one = &breaker{}
		b.hosts[host] = one
	}
	if trial {
		one.trying = false
	}
	one.failures++
	if one.failures == b.failures || trial {
		one.until = b.now().Add(b.pause)
	}
}

// forget makes room; the caller holds the lock. The host whose pause ends first is
// dropped: that costs a few exchanges, not a wrong verdict.
func (b *breakers) forget() {
	var first string
	for host, one := range b.hosts {
		if first == "" || one.until.Before(b.hosts[first].until) {
			first = host
		}
	}
	delete(b.hosts, first)
}

// paused names the hosts that are left alone now.
func (b *breakers) paused() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for host, one := range b.hosts {
		if one.failures >= b.failures {
			out = append(out, host)
		}
	}
	slices.Sort(out)
	return out
}
