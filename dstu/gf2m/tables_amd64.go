//go:build !purego

package gf2m

// assembledTables says whether there is assembly for tables.
const assembledTables = true

// lookup sets q to the entry index of count entries and reads all of them, count > 0.
//
//go:noescape
func lookup(q, table *AffinePoint, count int, index uint64)

// apply adds up the entries that the first count digits of four bits of x choose, one in each [16][8]uint64 from table
// on, count > 0.
//
//go:noescape
func apply(z *[8]uint64, table *[16][8]uint64, x *Element, count int)
