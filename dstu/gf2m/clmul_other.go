//go:build purego || !(amd64 || arm64)

package gf2m

// best is the portable implementation: there is no assembly for this processor, or it is left out.
func best() implementation { return portable }

// The functions that are assembly elsewhere. No field asks for them here.

func mul257(z, x, y *Element) { mul257Portable(z, x, y) }

func squareN257(z, x *Element, n int) { squareN257Portable(z, x, n) }

func product(c *[2 * MaxWords]uint64, x, y *Element) { productPortable(c, x, y, MaxWords) }

func spreadAll(c *[2 * MaxWords]uint64, x *Element) { spreadAllPortable(c, x) }
