//go:build race

package vectors_test

// everyCurve: the race detector slows the model, which has one goroutine a curve, twentyfold; two curves are enough.
const everyCurve = false
