package dudect

import (
	"math/rand/v2"
	"testing"
)

// TestAnalyse gives the statistics times that were made up: nothing here is measured.
func TestAnalyse(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	made := func(shift float64, share int) Result {
		var times []float64
		var classes []bool
		for i := range 40000 {
			v := 1000 + 20*random.NormFloat64()
			if i%100 == 0 {
				v += 50000 * random.Float64() // interrupts
			}
			fixed := random.IntN(2) == 0
			if fixed && random.IntN(100) < share {
				v += shift
			}
			times, classes = append(times, v), append(classes, fixed)
		}
		return analyse(times, classes)
	}
	if r := made(0, 100); r.T > Suspicious {
		t.Errorf("equal lots give t = %v", r.T)
	}
	if r := made(5, 100); r.T < Leak {
		t.Errorf("a quarter of a standard deviation gives t = %v only", r.T)
	}
	if r := made(-5, 100); r.T < Leak {
		t.Errorf("and in the other direction %v", r.T)
	}
	if r := made(40, 20); r.T < Leak {
		t.Errorf("a difference in every fifth measurement gives t = %v only", r.T)
	}
}

// TestWelch compares with the textbook's formula worked out for two small lots, repeated to be large enough.
func TestWelch(t *testing.T) {
	t.Parallel()
	var a, b lot
	for range 100 {
		for _, v := range []float64{1, 2, 3, 4} {
			a.add(v)
		}
		for _, v := range []float64{2, 4, 6, 8} {
			b.add(v)
		}
	}
	// Means 2.5 and 5, sums of squares 500 and 2000 in 400 each: 2.5/√(500/399/400 + 2000/399/400).
	if got, want := welch(&a, &b), 19.975; got < want-0.001 || got > want+0.001 {
		t.Errorf("t = %v, want %v", got, want)
	}
	if got := welch(&lot{n: 5}, &b); got != 0 {
		t.Errorf("five measurements give t = %v", got)
	}
}

// TestMeasure makes sure that both classes are asked for and every input is run.
func TestMeasure(t *testing.T) {
	t.Parallel()
	classes, runs := map[bool]int{}, 0
	r := Measure(5000, func(fixed bool) bool { classes[fixed]++; return fixed }, func(bool) { runs++ })
	if runs != classes[true]+classes[false] || classes[true] < 2000 || classes[false] < 2000 || r.Measurements < 5000 {
		t.Errorf("%d runs of %v, %d measurements", runs, classes, r.Measurements)
	}
}
