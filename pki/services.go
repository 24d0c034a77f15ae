package pki

import "time"

// Service is an authority of a list of trusted services, with the times in which the
// list grants it. Package trustlist reads them.
type Service struct {
	Certificate *Certificate
	Granted     []Interval
}

// Interval is the time from From, which belongs to it, to Until, which does not. A
// zero Until means that no end is known.
type Interval struct{ From, Until time.Time }

// Contains reports whether a time is in the interval.
func (i Interval) Contains(t time.Time) bool {
	return !t.Before(i.From) && (i.Until.IsZero() || t.Before(i.Until))
}

// Services are the authorities that lists of trusted services name. One of them ends
// a chain at every time at which a list grants it, and at no other: a service whose
// grant was withdrawn keeps what it issued before for earlier times, and is refused
// for later ones even below a pinned root, unless it is pinned itself. Services never
// change and may be used by many at once; nil Services are none.
//
// What ends a chain is the listed certificate itself, byte for byte. What is refused is
// its key, whatever other certificate it has: lists name a service by its key (ETSI TS
// 119 612, clause 5.5.3).
type Services struct {
	pool    *Pool
	granted map[fingerprint][]Interval // by certificate
	keys    map[fingerprint][]Interval // by key
}

// NewServices puts the services of several lists together. What one of them grants is
// granted.
func NewServices(list ...Service) *Services {
	s := &Services{granted: map[fingerprint][]Interval{}, keys: map[fingerprint][]Interval{}}
	var certificates []*Certificate
	for _, one := range list {
		if one.Certificate == nil {
			continue
		}
		c := one.Certificate
		certificates = append(certificates, c)
		s.granted[c.fingerprint] = append(s.granted[c.fingerprint], one.Granted...)
		s.keys[c.keyFingerprint] = append(s.keys[c.keyFingerprint], one.Granted...)
	}
	s.pool = NewPool(certificates...)
	return s
}

// Certificates returns the certificates of all services, granted or not.
func (s *Services) Certificates() []*Certificate {
	if s == nil {
		return nil
	}
	return s.pool.Certificates()
}

// GrantedAt reports whether a list names the certificate and grants it at a time.
func (s *Services) GrantedAt(c *Certificate, at time.Time) bool {
	return s != nil && c != nil && containsTime(s.granted[c.fingerprint], at)
}

// RefusedAt reports whether a list names the certificate's key and none grants it at a
// time.
func (s *Services) RefusedAt(c *Certificate, at time.Time) bool {
	if s == nil || c == nil {
		return false
	}
	intervals, listed := s.keys[c.keyFingerprint]
	return listed && !containsTime(intervals, at)
}

func containsTime(intervals []Interval, at time.Time) bool {
	for _, i := range intervals {
		if i.Contains(at) {
			return true
		}
	}
	return false
}

func (s *Services) named(subject Name) []*Certificate {
	if s == nil {
		return nil
	}
	return s.pool.named(subject)
}
