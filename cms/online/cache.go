package online

import (
	"container/list"
	"sync"
	"time"
)

// CacheStats is what a cache has done so far.
type CacheStats struct {
	Hits, Misses, Evictions uint64
	Entries                 int
	Size                    int64 // of all entries: bytes of lists, number of responses
	// Saved is how long the exchanges took that were not made again.
	Saved time.Duration
}

// cache keeps what was used last, up to a size.
type cache[K comparable, V any] struct {
	limit int64

	mu      sync.Mutex // protects what follows
	entries map[K]*list.Element
	order   *list.List // of *cached, the last used first
	stats   CacheStats
}

type cached[K comparable, V any] struct {
	key   K
	value V
	size  int64
	took  time.Duration
}

func newCache[K comparable, V any](limit int64) *cache[K, V] {
	return &cache[K, V]{limit: limit, entries: map[K]*list.Element{}, order: list.New()}
}

// get returns what is kept if it is good enough still; only then it is a hit.
func (c *cache[K, V]) get(key K, fresh func(V) bool) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		if one := e.Value.(*cached[K, V]); fresh(one.value) {
			c.order.MoveToFront(e)
			c.stats.Hits++
			c.stats.Saved += one.took
			return one.value, true
		}
	}
	c.stats.Misses++
	var none V
	return none, false
}

// peek returns what is kept, however old, and counts nothing.
func (c *cache[K, V]) peek(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		return e.Value.(*cached[K, V]).value, true
	}
	var none V
	return none, false
}

// put keeps a value which took some time to get; one larger than the whole cache is
// not kept.
func (c *cache[K, V]) put(key K, value V, size int64, took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		c.remove(e)
	}
	if size > c.limit {
		return
	}
	c.entries[key] = c.order.PushFront(&cached[K, V]{key, value, size, took})
	c.stats.Size += size
	for c.stats.Size > c.limit {
		c.remove(c.order.Back())
		c.stats.Evictions++
	}
}

// remove takes an entry out; the caller holds the lock.
func (c *cache[K, V]) remove(e *list.Element) {
	out := c.order.Remove(e).(*cached[K, V])
	delete(c.entries, out.key)
	c.stats.Size -= out.size
}

func (c *cache[K, V]) counted() CacheStats {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.stats
	s.Entries = len(c.entries)
	return s
}
