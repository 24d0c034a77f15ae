package online

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// errPaused means that a service is left alone for a while.
var errPaused = errors.New("the service failed too often lately")

// Service is what a host offers of one kind. A responder that fails says nothing about
// the lists on the same host.
type Service struct {
	Kind Kind
	Host string
}

// target is an address of a service. Each fails by itself: a host that lives has addresses
// that are dead, and whoever has an old certificate that names one must not keep anybody
// else's from being asked about.
type target struct {
	Service
	path string
}

// breakers leave services alone which fail: after so many failures in a row nobody asks
// for the time of a pause, then one may try, and the service is asked again once that
// went well.
type breakers struct {
	failures int
	pause    time.Duration
	now      func() time.Time

	mu       sync.Mutex
	services map[target]*breaker // guarded by mu; only those which failed last time
}

type breaker struct {
	failures int
	until    time.Time // the end of the pause
	trying   bool      // somebody is finding out whether it is over
}

// maxServices bounds what is remembered. Authorities are a few dozen.
const maxServices = 1024

func newBreakers(failures int, pause time.Duration, now func() time.Time) *breakers {
	return &breakers{failures: failures, pause: pause, now: now, services: map[target]*breaker{}}
}

// ask admits an exchange with a service. Tell how it went with done: failed or not.
func (b *breakers) ask(service target) (done func(failed bool), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.services[service]
	trial := one != nil && one.failures >= b.failures
	if trial {
		if one.trying || b.now().Before(one.until) {
			return nil, errPaused
		}
		one.trying = true
	}
	return func(failed bool) { b.record(service, trial, failed) }, nil
}

func (b *breakers) record(service target, trial, failed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.services[service]
	switch {
	case !failed && (trial || one == nil || one.failures < b.failures):
		delete(b.services, service)
		return
	case !failed:
		return // of an exchange begun before the pause
	case one == nil:
		if len(b.services) >= maxServices {
			b.forget()
		}
		one = &breaker{}
		b.services[service] = one
	}
	if trial {
		one.trying = false
	}
	one.failures++
	if one.failures == b.failures || trial {
		one.until = b.now().Add(b.pause)
	}
}

// forget makes room; the caller holds the lock. The service whose pause ends first is
// dropped: that costs a few exchanges, not a wrong verdict.
func (b *breakers) forget() {
	var first target
	for service, one := range b.services {
		if kept := b.services[first]; kept == nil || one.until.Before(kept.until) {
			first = service
		}
	}
	delete(b.services, first)
}

// paused names the services of which an address is left alone now.
func (b *breakers) paused() []Service {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []Service
	for service, one := range b.services {
		if one.failures >= b.failures {
			out = append(out, service.Service)
		}
	}
	slices.SortFunc(out, func(x, y Service) int {
		return cmp.Or(strings.Compare(x.Host, y.Host), strings.Compare(string(x.Kind), string(y.Kind)))
	})
	return slices.Compact(out)
}
