// Package dudect looks for running times that depend on a secret, by statistics: the operation is timed many times on a
// fixed secret and on random ones in random order, and Welch's test tells whether the two lots of times can have the same
// mean (Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?", 2017).
//
// It is for the measurements of docs/constant-time.md, which people start; a test never depends on time.
package dudect

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Suspicious is the value of t from which on the two lots are taken to differ: dudect's own threshold for a leak beyond
// doubt is 10, and 4.5 for one to look into.
const (
	Suspicious = 4.5
	Leak       = 10
)

// Result is what a measurement found.
type Result struct {
	Measurements int
	T            float64 // the largest |t| of all crops
	Crop         float64 // the share of measurements that it was found in
	Mean         time.Duration
}

// Measure times run on count inputs, about half of which are made with fixed set. Input must do the same work for both
// classes, and is not timed.
func Measure[T any](count int, input func(fixed bool) T, run func(T)) Result {
	const batch = 2000
	times, classes := make([]float64, 0, count), make([]bool, 0, count)
	inputs := make([]T, batch)
	fixed := make([]bool, batch)
	for len(times) < count {
		for i := range inputs {
			fixed[i] = rand.IntN(2) == 0
			inputs[i] = input(fixed[i])
		}
		for i := range inputs {
			begin := time.Now()
			run(inputs[i])
			elapsed := time.Since(begin)
			if i > batch/10 { // the caches have settled
				times, classes = append(times, float64(elapsed)), append(classes, fixed[i])
			}
		}
	}
	return analyse(times, classes)
}

// analyse runs Welch's test on all times, and on those below each of several percentiles: interrupts make the upper
// ones noisy, and a leak shows in the lower.
func analyse(times []float64, classes []bool) Result {
	sorted := slices.Sorted(slices.Values(times))
	result := Result{Measurements: len(times)}
	total := 0.0
	for _, v := range times {
		total += v
	}
	result.Mean = time.Duration(total / float64(len(times)))
	for _, share := range []float64{1, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1} {
		limit := sorted[int(share*float64(len(sorted)-1))]
		var lots [2]lot
		for i, v := range times {
			if v <= limit {
				which := 0
				if classes[i] {
					which = 1
				}
				lots[which].add(v)
			}
		}
		if t := welch(&lots[0], &lots[1]); t > result.T {
			result.T, result.Crop = t, share
		}
	}
	return result
}

// lot is a running mean and variance (Welford).
type lot struct{ n, mean, squares float64 }

func (l *lot) add(v float64) {
	l.n++
	delta := v - l.mean
	l.mean += delta / l.n
	l.squares += delta * (v - l.mean)
}

// welch is |t| of two lots, 0 if there is too little to tell.
func welch(a, b *lot) float64 {
	if a.n < 100 || b.n < 100 {
		return 0
	}
	spread := a.squares/(a.n-1)/a.n + b.squares/(b.n-1)/b.n
	difference := math.Abs(a.mean - b.mean)
	if spread == 0 {
		if difference == 0 {
			return 0
		}
		return math.Inf(1)
	}
	return difference / math.Sqrt(spread)
}
