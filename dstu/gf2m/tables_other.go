//go:build purego || !amd64

package gf2m

// assembledTables says whether there is assembly for tables.
const assembledTables = false

func lookup(*AffinePoint, *AffinePoint, int, uint64) {
	panic("gf2m: this build has no assembly for tables")
}

func apply(*[8]uint64, *[16][8]uint64, *Element, int) {
	panic("gf2m: this build has no assembly for tables")
}
