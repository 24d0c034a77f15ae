package registry

import (
	"fmt"
	"strings"
	"time"

	"github.com/dovidka/dovidka"
)

var latinTyped = strings.NewReplacer(
	"А", "A", "В", "B", "Е", "E", "К", "K", "М", "M", "Н", "H", "О", "O", "Р", "P", "С", "C", "Т", "T", "І", "I", "Х", "X",
)

// citizen invents a person and, for some, duplicates.
func (g *generator) citizen(gender dovidka.Gender, born dovidka.Date, male, female string, father givenName) *citizen {
	age, _ := dovidka.NewBirthDate(born).AgeOn(g.day)
	name := g.fullName(gender, male, female, father)
	inserted := g.moment(g.within(later(born, dovidka.Date{Year: 2017, Month: time.September, Day: 1}), g.day))
	c := &citizen{born: born, male: male, female: female, Person: Person{
		ID: g.id(), LastName: name.Family, FirstName: name.Given, SecondName: name.Patronymic,
		BirthDate: born.String(), Gender: gender, Status: PersonActive, IsActive: true, VerificationStatus: Verified,
		InsertedAt: inserted, UpdatedAt: inserted,
	}}
	if g.chance(5) {
		c.SecondName = "" // people without a patronymic exist
	}
	if g.chance(40) {
		c.VerificationStatus = pick(g.random, []string{"VERIFICATION_NEEDED", "CHANGES_NEEDED", NotVerified, "IN_REVIEW"})
	}
	g.taxNumber(c, age)
	g.documents(c, age)
	if age >= 50 && g.chance(15+(age-50)/2) || g.chance(1) {
		g.bury(c)
	} else if age >= ageOfMajority && g.chance(60) {
		g.duplicate(c)
	}
	return c
}

func later(a, b dovidka.Date) dovidka.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// taxNumber gives a РНОКПП to most adults and some children.
func (g *generator) taxNumber(c *citizen, age int) {
	has := 985
	if age < ageOfSigning {
		has = 350
	} else if age < ageOfMajority {
		has = 850
	}
	number, ok := "", false
	if g.chance(has) {
		number, ok = g.numbers.rnokpp(c.born, c.Gender)
	}
	if !ok {
		c.NoTaxID = true
		return
	}
	c.TaxID = number
	if g.chance(3) {
		c.TaxID, c.InvalidTaxID = breakCheckDigit(number), true
	}
}

// documents gives the papers of the person's age.
func (g *generator) documents(c *citizen, age int) {
	if age < ageOfMajority {
		c.Documents = append(c.Documents, g.birthCertificate(c.born))
	}
	switch {
	case age < ageOfSigning:
		if g.chance(400) {
			c.UNZR = g.numbers.unzrOf(c.born)
		}
	case age < 30 || g.chance(450):
		c.Documents = append(c.Documents, g.identityCard(c.born))
		c.UNZR = g.numbers.unzrOf(c.born)
	default:
		c.Documents = append(c.Documents, g.passport(c.born))
		if g.chance(200) {
			c.UNZR = g.numbers.unzrOf(c.born)
		}
	}
}

func (g *generator) birthCertificate(born dovidka.Date) PersonDocument {
	letters, n := series(g.numbers.document())
	number := fmt.Sprintf("І-%s№%06d", letters, n)
	if g.chance(250) {
		number = latinTyped.Replace(number)
	}
	return PersonDocument{Type: dovidka.DocumentBirthCertificate, Number: number, IssuedAt: addDays(born, g.between(3, 30)).String()}
}

func (g *generator) identityCard(born dovidka.Date) PersonDocument {
	issued := g.within(later(born.AddYears(ageOfSigning), dovidka.Date{Year: 2016, Month: time.January, Day: 4}), g.day)
	return PersonDocument{
		Type: dovidka.DocumentNationalID, Number: fmt.Sprintf("%09d", g.numbers.document()),
		IssuedAt: issued.String(), ExpirationDate: issued.AddYears(10).String(),
	}
}

// passport gives a booklet, whose series is typed in Latin now and then, or in
// lower case.
func (g *generator) passport(born dovidka.Date) PersonDocument {
	letters, n := series(g.numbers.document())
	number := fmt.Sprintf("%s%06d", letters, n)
	switch g.weighted([]int{88, 10, 2}) {
	case 1:
		number = latinTyped.Replace(number)
	case 2:
		number = strings.ToLower(number)
	}
	issued := g.within(later(born.AddYears(16), dovidka.Date{Year: 1994, Month: time.June, Day: 26}), dovidka.Date{Year: 2016, Month: time.October, Day: 31})
	return PersonDocument{Type: dovidka.DocumentPassport, Number: number, IssuedAt: issued.String()}
}

// bury makes the person one of the death register.
func (g *generator) bury(c *citizen) {
	c.died = g.within(addDays(g.day, -1500), addDays(g.day, -10))
	if c.died.Before(c.born) {
		c.died = c.born
	}
	c.DeathDate = c.died.String()
	// The register's flag may come before the person is closed.
	if !g.chance(50) {
		c.Status, c.IsActive = PersonInactive, false
	}
	c.UpdatedAt = g.moment(addDays(c.died, g.between(1, 9)))
}

// duplicate gives the person a chain of one to three merged duplicates or, for
// a few, a second active row with the same РНОКПП that nobody has merged yet.
func (g *generator) duplicate(c *citizen) {
	if c.TaxID != "" && g.chance(20) {
		twin := g.copyOf(c)
		twin.Status = PersonActive
		g.emit(twin)
		return
	}
	for range 1 + g.weighted([]int{80, 15, 5}) {
		c.duplicates = append(c.duplicates, g.copyOf(c))
	}
}

// copyOf makes a merged duplicate: the same human being entered once more,
// often without the number or with the name as somebody heard it.
func (g *generator) copyOf(c *citizen) *Person {
	d := c.Person
	d.ID = g.id()
	d.Status = PersonInactive // and is_active stays true
	d.Documents = nil
	switch g.weighted([]int{40, 40, 20}) {
	case 0:
		d.Documents = c.Documents
	case 1:
		d.TaxID, d.UNZR, d.NoTaxID = "", "", true
		d.Documents = append(d.Documents, g.passport(c.born))
	case 2:
		d.SecondName = ""
	}
	d.InsertedAt = g.moment(g.within(dovidka.Date{Year: 2017, Month: time.September, Day: 1}, addDays(g.day, -400)))
	return &d
}
