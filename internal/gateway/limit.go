package gateway

import (
	"container/list"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// LimiterConfig says how often one client may come. The zero values have
// defaults.
type LimiterConfig struct {
	PerSecond float64 // sustained; 50
	Burst     int     // at once; 100
	// MaxClients is how many clients are remembered; 1024. When there are more,
	// the one that has not come for longest is forgotten.
	MaxClients int
	Now        func() time.Time // time.Now when nil
}

// Limiter keeps the rate of each client apart, in bounded memory. Its methods
// may be called at once.
type Limiter struct {
	perSecond rate.Limit
	burst     int
	max       int
	now       func() time.Time

	mu      sync.Mutex // protects what follows
	clients map[string]*list.Element
	recent  *list.List // of *visitor, the latest in front
}

type visitor struct {
	name   string
	bucket *rate.Limiter
}

// NewLimiter returns a Limiter that remembers nobody yet.
func NewLimiter(c LimiterConfig) (*Limiter, error) {
	if c.PerSecond < 0 || c.Burst < 0 || c.MaxClients < 0 {
		return nil, errors.New("limits must not be negative")
	}
	l := &Limiter{perSecond: 50, burst: 100, max: 1024, now: time.Now, clients: map[string]*list.Element{}, recent: list.New()}
	if c.PerSecond > 0 {
		l.perSecond = rate.Limit(c.PerSecond)
	}
	if c.Burst > 0 {
		l.burst = c.Burst
	}
	if c.MaxClients > 0 {
		l.max = c.MaxClients
	}
	if c.Now != nil {
		l.now = c.Now
	}
	return l, nil
}

// Allow counts a visit of the client and returns zero, or refuses it and tells
// how long to wait. A refused visit costs nothing.
func (l *Limiter) Allow(client string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	visit := l.bucket(client).ReserveN(now, 1)
	wait = visit.DelayFrom(now)
	if wait > 0 {
		visit.CancelAt(now)
	}
	return wait
}

func (l *Limiter) bucket(client string) *rate.Limiter {
	if known, ok := l.clients[client]; ok {
		l.recent.MoveToFront(known)
		return known.Value.(*visitor).bucket
	}
	if l.recent.Len() >= l.max {
		oldest := l.recent.Back()
		delete(l.clients, oldest.Value.(*visitor).name)
		l.recent.Remove(oldest)
	}
	v := &visitor{name: client, bucket: rate.NewLimiter(l.perSecond, l.burst)}
	l.clients[client] = l.recent.PushFront(v)
	return v.bucket
}
