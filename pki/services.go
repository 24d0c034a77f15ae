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
type Services struct {
	pool    *Pool
	granted map[fingerprint][]Interval
}

// NewServices puts the services of several lists together. What one of them grants is
// granted.
func NewServices(list ...Service) *Services {
	s := &Services{granted: map[fingerprint][]Interval{}}
	var certificates []*Certificate
	for _, one := range list {
		if one.Certificate == nil {
			continue
		}
		certificates = append(certificates, one.Certificate)
		id := one.Certificate.fingerprint
		s.granted[id] = append(s.granted[id], one.Granted...)
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

// Lists reports whether a list names the certificate, granted or not.
func (s *Services) Lists(c *Certificate) bool {
	if s == nil || c == nil {
		return false
	}
	_, listed := s.granted[c.fingerprint]
	return listed
}

// GrantedAt reports whether a list grants the certificate at a time.
func (s *Services) GrantedAt(c *Certificate, at time.Time) bool {
	if s == nil || c == nil {
		return false
	}
	for _, i := range s.granted[c.fingerprint] {
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
