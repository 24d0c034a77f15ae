// Package cpu tells which of the instructions that the assembly of the neighbouring packages uses this processor has.
package cpu
