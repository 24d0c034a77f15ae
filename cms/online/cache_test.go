package online

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCacheKeepsWhatWasUsedLast(t *testing.T) {
	t.Parallel()
	c := newCache[string, int](10)
	good := func(int) bool { return true }
	for i, key := range []string{"a", "b", "c"} {
		c.put(key, i, 3, time.Second)
	}
	if _, ok := c.get("a", good); !ok {
		t.Error("a is gone")
	}
	c.put("d", 3, 3, time.Second) // no room: b was used least
	c.put("huge", 4, 11, time.Second)
	if _, ok := c.get("b", good); ok {
		t.Error("b is still there")
	}
	if _, ok := c.get("a", func(int) bool { return false }); ok {
		t.Error("a stale entry was given")
	}
	c.put("a", 7, 1, time.Second)
	if v, _ := c.peek("a"); v != 7 {
		t.Error("a was not replaced")
	}
	want := CacheStats{Hits: 1, Misses: 2, Evictions: 1, Entries: 3, Size: 7, Saved: time.Second}
	if diff := cmp.Diff(want, c.counted()); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}
