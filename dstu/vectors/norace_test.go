//go:build !race

package vectors_test

const everyCurve = true
