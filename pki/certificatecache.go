package pki

import (
	"bytes"
	"container/list"
	"crypto/sha256"
	"sync"
)

// CertificateCache keeps certificates that were found good, so that those which come
// again and again, in every time-stamp and with every request of a person, are parsed
// and verified once: a certificate remembers whose signature on it was good, and its
// key has tables which make further verifications quicker. It is bounded and may be
// used by many at once. A nil cache keeps nothing.
//
// A certificate is found by all its bytes, among which are the curve, the substitution
// block and the key.
type CertificateCache struct {
	limit int

	mu      sync.Mutex // protects what follows
	entries map[fingerprint]*list.Element
	order   *list.List // of *Certificate, the last used first
	stats   CertificateCacheStats
}

// CertificateCacheStats is what a cache has done so far.
type CertificateCacheStats struct {
	Hits, Misses, Evictions uint64
	Entries                 int
}

// NewCertificateCache makes a cache for so many certificates. One takes some ten
// kilobytes.
func NewCertificateCache(certificates int) *CertificateCache {
	return &CertificateCache{limit: certificates, entries: map[fingerprint]*list.Element{}, order: list.New()}
}

// Parse returns the certificate that is kept, or parses one, which is not kept yet:
// anybody can send certificates that are worth nothing.
func (c *CertificateCache) Parse(raw []byte) (*Certificate, error) {
	if c == nil {
		return ParseCertificate(raw)
	}
	if kept := c.find(sha256.Sum256(raw)); kept != nil && bytes.Equal(kept.Raw, raw) {
		return kept, nil
	}
	return ParseCertificate(raw)
}

func (c *CertificateCache) find(key fingerprint) *Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		c.stats.Misses++
		return nil
	}
	c.stats.Hits++
	c.order.MoveToFront(e)
	return e.Value.(*Certificate)
}

// Keep keeps certificates of a chain that was verified.
func (c *CertificateCache) Keep(chain ...*Certificate) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range chain {
		if _, ok := c.entries[one.fingerprint]; ok {
			continue
		}
		c.entries[one.fingerprint] = c.order.PushFront(one)
		if len(c.entries) > c.limit {
			last := c.order.Remove(c.order.Back()).(*Certificate)
			delete(c.entries, last.fingerprint)
			c.stats.Evictions++
		}
	}
}

// Stats counts.
func (c *CertificateCache) Stats() CertificateCacheStats {
	if c == nil {
		return CertificateCacheStats{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := c.stats
	out.Entries = len(c.entries)
	return out
}
