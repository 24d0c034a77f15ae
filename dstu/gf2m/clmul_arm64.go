//go:build !purego

package gf2m

import "github.com/dovidka/dovidka/dstu/internal/cpu"

// best returns the quickest implementation that this processor has the instructions for.
func best() implementation {
	if cpu.CarrylessMultiply() {
		return clmul
	}
	return portable
}

// mul257 sets z to x·y in GF(2^257).
//
//go:noescape
func mul257(z, x, y *Element)

// squareN257 sets z to x^(2^n) in GF(2^257), n > 0.
//
//go:noescape
func squareN257(z, x *Element, n int)

// product sets c to the product of x and y without reduction.
//
//go:noescape
func product(c *[2 * MaxWords]uint64, x, y *Element)

// spreadAll sets c to the square of x without reduction.
//
//go:noescape
func spreadAll(c *[2 * MaxWords]uint64, x *Element)
