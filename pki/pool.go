package pki

import "math/big"

// Pool is a set of certificates in which the wanted ones are found without going
// through all: the published bundles hold hundreds. No trust comes from being in
// one. A Pool never changes and may be used by many at once; a nil Pool is empty.
type Pool struct {
	all       []*Certificate
	bySubject map[string][]*Certificate
	byIssuer  map[string][]*Certificate
	bySerial  map[string][]*Certificate // issuer and serial number
	byKeyID   map[string][]*Certificate
}

// NewPool makes a pool of certificates; repeated ones count once.
func NewPool(certificates ...*Certificate) *Pool {
	p := &Pool{
		bySubject: map[string][]*Certificate{}, byIssuer: map[string][]*Certificate{},
		bySerial: map[string][]*Certificate{}, byKeyID: map[string][]*Certificate{},
	}
	seen := map[fingerprint]bool{}
	for _, c := range certificates {
		if c == nil || seen[c.fingerprint] {
			continue
		}
		seen[c.fingerprint] = true
		p.all = append(p.all, c)
		add := func(index map[string][]*Certificate, key string) { index[key] = append(index[key], c) }
		add(p.bySubject, c.Subject.key())
		add(p.byIssuer, c.Issuer.key())
		add(p.bySerial, numberKey(c.Issuer, c.SerialNumber))
		if len(c.SubjectKeyID) > 0 {
			add(p.byKeyID, string(c.SubjectKeyID))
		}
	}
	return p
}

// key is the name's encoding.
func (n Name) key() string {
	if n.der == nil {
		return ""
	}
	return *n.der
}

func numberKey(issuer Name, serial *big.Int) string {
	return issuer.key() + serial.Text(36)
}

// Certificates returns all of them, in the order given.
func (p *Pool) Certificates() []*Certificate {
	if p == nil {
		return nil
	}
	return p.all[:len(p.all):len(p.all)]
}

// Issuers returns those that may have issued c, going by its issuer's name and,
// where both state one, key identifier. Nothing has been verified.
func (p *Pool) Issuers(c *Certificate) []*Certificate {
	if p == nil {
		return nil
	}
	var out []*Certificate
	for _, candidate := range p.named(c.Issuer) {
		if candidate.mayHaveIssued(c) {
			out = append(out, candidate)
		}
	}
	return out
}

// named returns those with a subject.
func (p *Pool) named(subject Name) []*Certificate {
	if p == nil {
		return nil
	}
	return p.bySubject[subject.key()]
}

// IssuedBy returns those that name the issuer as theirs. Nothing has been verified.
func (p *Pool) IssuedBy(issuer *Certificate) []*Certificate {
	if p == nil {
		return nil
	}
	return p.byIssuer[issuer.Subject.key()]
}

// Numbered returns those with an issuer and a serial number: the form in which
// signatures name a certificate. Of several, one must be chosen by other marks.
func (p *Pool) Numbered(issuer Name, serial *big.Int) []*Certificate {
	if p == nil || serial == nil {
		return nil
	}
	var out []*Certificate
	for _, c := range p.bySerial[numberKey(issuer, serial)] {
		if c.SerialNumber.Cmp(serial) == 0 && c.Issuer.Equal(issuer) {
			out = append(out, c)
		}
	}
	return out
}

// WithKeyID returns those with a subject key identifier.
func (p *Pool) WithKeyID(id []byte) []*Certificate {
	if p == nil || len(id) == 0 {
		return nil
	}
	return p.byKeyID[string(id)]
}
