package registry

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/dovidka/dovidka"
)

// random is a source of choices that are the same for the same seed on every
// machine and in every release of Go: only PCG's own sequence is used, whose
// algorithm is fixed, never rand.Rand's methods, whose are not.
type random struct{ pcg *rand.PCG }

func newRandom(seed, stream uint64) *random { return &random{rand.NewPCG(seed, stream)} }

// below returns 0 ≤ n < limit. The bias of the remainder is of no matter here.
func (r *random) below(limit int) int { return int(r.pcg.Uint64() % uint64(limit)) }

// between returns from ≤ n ≤ to.
func (r *random) between(from, to int) int { return from + r.below(to-from+1) }

// chance is true n times of a thousand.
func (r *random) chance(n int) bool { return r.below(1000) < n }

func pick[T any](r *random, list []T) T { return list[r.below(len(list))] }

// weighted returns an index with the probability its weight has of the sum.
func (r *random) weighted(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := r.below(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// id returns a UUID of version 4.
func (r *random) id() dovidka.ID {
	high, low := r.pcg.Uint64(), r.pcg.Uint64()
	high = high&^0xf000 | 0x4000
	low = low&^(3<<62) | 2<<62
	return dovidka.ID(fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1)))
}

func (r *random) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.below(10))
	}
	return string(b)
}

// moment returns a time of the working day, to the microsecond.
func (r *random) moment(day dovidka.Date) time.Time {
	return midnight(day).Add(time.Duration(r.between(6*3600, 15*3600))*time.Second + time.Duration(r.below(1_000_000))*time.Microsecond)
}

func midnight(d dovidka.Date) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// addDays returns the day n days later.
func addDays(d dovidka.Date, n int) dovidka.Date {
	return dovidka.DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

func daysBetween(from, to dovidka.Date) int {
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

// numbers gives out numbers that identify people, each once.
type numbers struct {
	tax          map[taxKey]int
	unzr         map[dovidka.Date]int
	reserved     map[string]bool
	declarations uint64
	documents    int
}

type taxKey struct {
	born   dovidka.Date
	gender dovidka.Gender
}

func newNumbers() *numbers {
	return &numbers{tax: make(map[taxKey]int), unzr: make(map[dovidka.Date]int), reserved: make(map[string]bool)}
}

// reserve keeps numbers from being given out.
func (n *numbers) reserve(list ...string) {
	for _, s := range list {
		n.reserved[s] = true
	}
}

// rnokpp returns the next number of those born on the day, and false when the
// day's five thousand are given out. The first five digits count the days since
// 31 December 1899, the ninth is odd for men, the tenth is the check digit.
func (n *numbers) rnokpp(born dovidka.Date, g dovidka.Gender) (string, bool) {
	day := daysBetween(dovidka.Date{Year: 1899, Month: time.December, Day: 31}, born)
	for {
		k := n.tax[taxKey{born, g}]
		if k >= 5000 {
			return "", false
		}
		n.tax[taxKey{born, g}]++
		// A stride prime to 5000 keeps neighbours apart.
		serial := (k*1709 + day*31) % 5000 * 2
		if g == dovidka.GenderMale {
			serial++
		}
		if s, ok := withCheckDigit(fmt.Sprintf("%05d%04d", day, serial)); ok && !n.reserved[s] {
			return s, true
		}
	}
}

// withCheckDigit appends the digit that makes the number valid. Every number of
// a person born after 1899 has one or, where the weighted sum is negative, none.
func withCheckDigit(nine string) (string, bool) {
	for d := range 10 {
		s := nine + strconv.Itoa(d)
		if _, err := dovidka.ParseRNOKPP(s); err == nil {
			return s, true
		}
	}
	return "", false
}

// breakCheckDigit returns the number with another last digit.
func breakCheckDigit(s string) string {
	last := (s[9]-'0'+1)%10 + '0'
	return s[:9] + string(last)
}

// unzrOf returns the next record number of those born on the day.
func (n *numbers) unzrOf(born dovidka.Date) string {
	for {
		n.unzr[born]++
		s := fmt.Sprintf("%04d%02d%02d-%05d", born.Year, int(born.Month), born.Day, (n.unzr[born]*7919)%100000)
		if !n.reserved[s] {
			return s
		}
	}
}

// document returns the serial of the next document: no two are alike, and the
// first hundred numbers of every series are left to the samples.
func (n *numbers) document() int {
	n.documents++
	return firstDocument + n.documents
}

// series splits a serial into two letters and six digits.
func series(serial int) (letters string, number int) {
	const n = len(commonSeries)
	return string(commonSeries[serial%n]) + string(commonSeries[serial/n%n]), serial / (n * n) % 1_000_000
}

// commonSeries are the letters of the series below: those that look alike in
// both alphabets, which clerks type in either.
var commonSeries = [...]rune{'А', 'В', 'Е', 'К', 'М', 'Н', 'О', 'Р', 'С', 'Т', 'І', 'Х'}

const firstDocument = 100 * len(commonSeries) * len(commonSeries)

// declaration returns the next declaration number. The first ones of the real
// sequence are passed over.
func (n *numbers) declaration() string {
	n.declarations++
	return dovidka.FormatDeclarationNumber(16_000_000 + n.declarations*7).Reveal()
}
