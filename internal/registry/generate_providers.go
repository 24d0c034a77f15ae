package registry

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// doctor is a post that declarations name.
type doctor struct {
	employee, division, provider dovidka.ID
	speciality                   string
	// left is zero for a post that is held.
	left   dovidka.Date
	reason string // why declarations ended with the post
}

// Specialities of primary care.
const (
	familyDoctor  = "FAMILY_DOCTOR"
	therapist     = "THERAPIST"
	paediatrician = "PEDIATRICIAN"
)

// providers invents the doctors for the population, one for some twelve hundred
// people as in life, with their divisions and providers.
func (g *generator) providers() {
	doctors := max(60, g.want/1200)
	for len(g.doctors) < doctors && !g.stopped {
		g.provider()
	}
}

func (g *generator) provider() {
	home := pick(g.random, places)
	l := &LegalEntity{
		ID: g.id(), LegalEntityType: pick(g.random, []string{"PRIMARY_CARE", "PRIMARY_CARE", "MSP"}), Status: "ACTIVE",
		Email: "info@example.com", UpdatedAt: g.moment(g.lately()),
	}
	n := g.between(1, 9)
	switch g.weighted([]int{80, 12, 8}) {
	case 0:
		l.LegalForm, l.EDRPOU = "150", "4"+g.digits(7)
		l.Name = fmt.Sprintf("Комунальне некомерційне підприємство «Центр первинної медико-санітарної допомоги № %d» (%s)", n, home.name)
		l.ShortName = fmt.Sprintf("КНП «ЦПМСД № %d»", n)
		if g.chance(400) {
			l.PublicName = fmt.Sprintf("Центр сімейної медицини № %d, %s", n, home.name)
		}
	case 1:
		l.LegalForm, l.EDRPOU = "240", "3"+g.digits(7)
		l.Name = fmt.Sprintf("Товариство з обмеженою відповідальністю «Медичний центр „%s“»", home.name)
		l.ShortName = fmt.Sprintf("ТОВ «МЦ „%s“»", home.name)
	case 2:
		// A sole proprietor: the code is a personal number, the name a person's.
		l.LegalForm = "910"
		born := addDays(g.day, -g.between(30*365, 65*365))
		male, female := g.familyName()
		name := g.fullName(dovidka.GenderFemale, male, female, pick(g.random, maleNames))
		l.EDRPOU, _ = g.numbers.rnokpp(born, dovidka.GenderFemale)
		l.Name, l.ShortName = "ФОП "+name.Full(), "ФОП "+name.Family
	}
	closed := dovidka.Date{}
	reason := ""
	switch g.weighted([]int{92, 3, 3, 2}) {
	case 1:
		l.Status, closed, reason = "CLOSED", g.lately(), "AUTO_DEACTIVATION_LEGAL_ENTITY"
	case 2:
		l.Status, closed, reason = "REORGANIZED", g.lately(), "auto_reorganization"
	case 3:
		l.Status = "SUSPENDED"
	}
	l.Address = g.address(home)
	l.Phones = g.phones()
	g.emit(l)
	for i := range g.between(1, 4) {
		g.division(l, home, i+1, closed, reason)
	}
}

func (g *generator) division(l *LegalEntity, at place, n int, closed dovidka.Date, reason string) {
	v := &Division{
		ID: g.id(), LegalEntityID: l.ID, Status: "ACTIVE", Email: l.Email, Phones: g.phones(), Address: g.address(at),
		UpdatedAt: g.moment(g.lately()),
	}
	switch g.weighted([]int{60, 30, 10}) {
	case 0:
		v.DivisionType, v.Name = "AMBULANT_CLINIC", fmt.Sprintf("Амбулаторія загальної практики - сімейної медицини № %d", n)
	case 1:
		v.DivisionType, v.Name = "CLINIC", fmt.Sprintf("Поліклінічне відділення № %d", n)
	case 2:
		v.DivisionType, v.Name = "FAP", "Фельдшерсько-акушерський пункт, "+at.name
	}
	if !closed.IsZero() || g.chance(50) {
		v.Status = "INACTIVE"
	}
	g.emit(v)
	for range g.between(2, 5) {
		g.doctor(l, v, closed, reason)
	}
}

func (g *generator) doctor(l *LegalEntity, v *Division, closed dovidka.Date, reason string) {
	gender := dovidka.GenderFemale
	if g.chance(220) {
		gender = dovidka.GenderMale
	}
	born := g.birthday(g.between(26, 72))
	male, female := g.familyName()
	name := g.fullName(gender, male, female, pick(g.random, maleNames))
	p := &Party{
		ID: g.id(), LastName: name.Family, FirstName: name.Given, SecondName: name.Patronymic, Gender: gender,
		UpdatedAt: g.moment(g.lately()),
	}
	if number, ok := g.numbers.rnokpp(born, gender); ok && !g.chance(80) {
		p.TaxID = number
	} else {
		// A doctor without a tax number has a document's in its place.
		p.TaxID, p.NoTaxID = g.passport(born).Number, true
	}
	g.emit(p)
	d := doctor{
		employee: g.id(), division: v.ID, provider: l.ID, left: closed, reason: reason,
	}
	started := g.within(dovidka.Date{Year: 2017, Month: time.July, Day: 1}, dovidka.Date{Year: 2019, Month: time.December, Day: 31})
	e := &Employee{
		ID: d.employee, PartyID: p.ID, LegalEntityID: l.ID, DivisionID: v.ID, EmployeeType: "DOCTOR", Status: "APPROVED",
		StartDate: started.String(), UpdatedAt: g.moment(g.lately()),
	}
	switch g.weighted([]int{60, 20, 20}) {
	case 0:
		d.speciality, e.Position = familyDoctor, pick(g.random, []string{"P7", "P7", "P7", "P2", "P26"})
	case 1:
		d.speciality, e.Position = therapist, pick(g.random, []string{"P10", "P11"})
	case 2:
		d.speciality, e.Position = paediatrician, pick(g.random, []string{"P8", "P9"})
	}
	e.Specialities = []string{d.speciality}
	if g.chance(100) && d.speciality != therapist {
		e.Specialities = append(e.Specialities, therapist)
	}
	if closed.IsZero() && g.chance(120) {
		d.left, d.reason = g.lately(), "manual_employee_deactivate"
	}
	if !d.left.IsZero() {
		e.Status, e.EndDate = "DISMISSED", d.left.String()
	}
	if g.chance(5) {
		// The party is gone: the employee stays, without a name.
		e.PartyID = g.id()
	}
	g.emit(e)
	g.doctors = append(g.doctors, d)
}

// lately returns a day of the last years.
func (g *generator) lately() dovidka.Date { return addDays(g.day, -g.between(20, 1000)) }

func (g *generator) phones() []dovidka.PhoneJSON {
	// 800 numbers belong to nobody in particular.
	out := []dovidka.PhoneJSON{{Type: "LAND_LINE", Number: "+380800" + g.digits(6)}}
	if g.chance(300) {
		out = append(out, dovidka.PhoneJSON{Type: "MOBILE", Number: "+380500000" + g.digits(3)})
	}
	return out
}

func (g *generator) address(p place) *dovidka.AddressJSON {
	return &dovidka.AddressJSON{
		Type: "RESIDENCE", Country: "UA", Area: p.area, Region: p.region, Settlement: p.name, SettlementID: string(g.id()),
		StreetType: "STREET", Street: pick(g.random, streets), Building: fmt.Sprint(g.between(1, 150)), Zip: fmt.Sprintf("%05d", g.between(1000, 99999)),
	}
}
