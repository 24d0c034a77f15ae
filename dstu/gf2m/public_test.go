package gf2m

import (
	"testing"
	"unsafe"
)

// TestPublicTablesAreBounded holds the tables to what the documentation says of them.
func TestPublicTablesAreBounded(t *testing.T) {
	t.Parallel()
	for _, p := range fields {
		f, err := NewField(p.m, p.inner...)
		if err != nil {
			t.Fatal(err)
		}
		public, limit := f.NewPublic(), 670<<10
		if p.m <= 257 {
			limit = 340 << 10
		}
		size := 0
		for _, table := range append(public.powers, public.halfTrace) {
			size += len(table) * int(unsafe.Sizeof(table[0]))
		}
		if size == 0 || size > limit {
			t.Errorf("m = %d: tables of %d bytes, want at most %d", p.m, size, limit)
		}
	}
}
