//go:build purego || !amd64

package gf2m

// The functions that are assembly on amd64. Nothing calls them here, no field has use == wide.

func doubleN257(*Point, int) { panic("gf2m: this build has no assembly for points") }

func add257(*Point, *AffinePoint, uint64) { panic("gf2m: this build has no assembly for points") }

func doubleN431(*Point, int) { panic("gf2m: this build has no assembly for points") }

func add431(*Point, *AffinePoint, uint64) { panic("gf2m: this build has no assembly for points") }
