package registry

import (
	"iter"
	"time"

	"github.com/dovidka/dovidka"
)

// GenerateOptions tells what population to invent.
type GenerateOptions struct {
	// Seed decides everything: the same options give the same rows.
	Seed uint64
	// Persons is the number of people. Duplicates of them come on top, and a
	// last household may add a few.
	Persons int
	// Day is the day on which the population is seen; DefaultDay when zero.
	Day dovidka.Date
}

// DefaultDay is a fixed day, so that the rows of a seed do not change from one
// day to the next.
func DefaultDay() dovidka.Date { return dovidka.Date{Year: 2026, Month: time.September, Day: 1} }

// Generate invents a population that looks like Ukraine's as the registry holds
// it: ages, names and numbers of the usual shape, and the irregularities in
// proportions that make them common enough to be met in a few thousand people.
// Nobody in it lives. The rows come as a stream; memory does not grow with the
// number of persons beyond what keeps numbers from repeating.
func Generate(o GenerateOptions) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		g := newGenerator(o, yield)
		g.providers()
		for g.persons < o.Persons && !g.stopped {
			g.household()
		}
	}
}

// generator invents one population.
type generator struct {
	*random
	day     dovidka.Date
	persons int
	want    int
	numbers *numbers
	doctors []doctor
	// previous is somebody generated before, for pairs that were declined.
	previous dovidka.ID

	yield   func(Row) bool
	stopped bool
}

func newGenerator(o GenerateOptions, yield func(Row) bool) *generator {
	if o.Day.IsZero() {
		o.Day = DefaultDay()
	}
	g := &generator{random: newRandom(o.Seed, 0), day: o.Day, want: o.Persons, numbers: newNumbers(), yield: yield}
	for _, s := range Samples() {
		g.numbers.reserve(s.RNOKPP.Reveal(), s.UNZR.Reveal())
	}
	return g
}

func (g *generator) emit(row Row) {
	if !g.stopped {
		g.stopped = !g.yield(row)
	}
}

// citizen is a person being invented.
type citizen struct {
	Person
	born dovidka.Date
	// died is zero for the living.
	died       dovidka.Date
	male       string // the family's surname in its two forms
	female     string
	duplicates []*Person // the oldest duplicate last
}

// Five-year groups of adults, the first of two years and the last of fifteen,
// with weights after the pyramid of the 2020s: few in their twenties, many
// around forty and sixty.
var (
	ageFrom    = []int{18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 100}
	ageWeights = []int{7, 18, 20, 27, 33, 32, 29, 27, 26, 28, 24, 19, 9, 11, 6}
)

// household invents an adult and, at the usual ages, children of his or hers.
func (g *generator) household() {
	group := g.weighted(ageWeights)
	age := g.between(ageFrom[group], ageFrom[group+1]-1)
	gender := dovidka.GenderFemale
	if women := 510 + max(0, age-40)*4; !g.chance(women) {
		gender = dovidka.GenderMale
	}
	male, female := g.familyName()
	adult := g.citizen(gender, g.birthday(age), male, female, pick(g.random, maleNames))
	g.settle(adult)
	if age < 20 || age > 50 || !adult.died.IsZero() {
		return
	}
	father := pick(g.random, maleNames)
	if gender == dovidka.GenderMale {
		father = fatherNamed(adult.FirstName)
	}
	for range g.weighted([]int{65, 25, 8, 2}) {
		if g.persons >= g.want {
			return
		}
		if childAge := g.between(0, min(17, age-18)); age-childAge <= 45 {
			g.child(adult, childAge, father)
		}
	}
}

func fatherNamed(name string) givenName {
	for _, n := range maleNames {
		if n.name == name {
			return n
		}
	}
	return maleNames[0]
}

// birthday returns a day on which somebody who is of the age now was born.
func (g *generator) birthday(age int) dovidka.Date {
	return addDays(g.day.AddYears(-age), -g.below(365))
}

func (g *generator) child(parent *citizen, age int, father givenName) {
	gender := dovidka.GenderFemale
	if g.chance(515) {
		gender = dovidka.GenderMale
	}
	child := g.citizen(gender, g.birthday(age), parent.male, parent.female, father)
	g.settle(child)
	g.confidant(child, parent)
}

// confidant writes the relationship of a child with a parent, not always in force.
func (g *generator) confidant(child, parent *citizen) {
	inserted := g.moment(g.within(child.born, g.day))
	c := &Confidant{
		ID: g.id(), PersonID: child.ID, ConfidantPersonID: parent.ID, RelationType: "PRIMARY", IsActive: true,
		VerificationStatus: Verified, InsertedAt: inserted, UpdatedAt: inserted,
	}
	switch g.weighted([]int{88, 4, 4, 2, 2}) {
	case 0:
		if g.chance(300) {
			c.ActiveTo = child.born.AddYears(ageOfMajority).String()
		}
	case 1:
		c.ActiveTo = addDays(g.day, -g.between(1, 700)).String()
	case 2:
		c.VerificationStatus = pick(g.random, []string{NotVerified, "VERIFICATION_NEEDED", "IN_REVIEW"})
	case 3:
		c.IsActive = false
	case 4:
		return
	}
	g.emit(c)
}

// settle writes the citizen with the duplicates and declarations.
func (g *generator) settle(c *citizen) {
	g.persons++
	g.emit(&c.Person)
	g.merges(c)
	g.declarations(c)
	g.previous = c.ID
}

// merges writes the duplicates: a chain, mostly of one.
func (g *generator) merges(c *citizen) {
	master := c.ID
	for _, d := range c.duplicates {
		g.emit(d)
		g.pair(master, d.ID, PairMerged)
		master = d.ID
	}
	switch {
	case len(c.duplicates) > 0 && g.chance(10):
		// A merge that was once made the other way round: a cycle.
		g.pair(master, c.ID, PairMerged)
	case g.previous != "" && g.chance(3):
		// Somebody took two people for one, and somebody else did not.
		g.pair(c.ID, g.previous, PairDeclined)
	}
}

func (g *generator) pair(master, merged dovidka.ID, status string) {
	at := g.moment(addDays(g.day, -g.between(30, 900)))
	g.emit(&MergedPair{ID: g.id(), MasterPersonID: master, MergePersonID: merged, Status: status, InsertedAt: at, UpdatedAt: at})
}

// within returns a day of the span, its ends included.
func (g *generator) within(from, to dovidka.Date) dovidka.Date {
	return addDays(from, g.below(max(0, daysBetween(from, to))+1))
}
