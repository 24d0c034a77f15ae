package registry

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka"
)

// Sample is an invented citizen with a part in a demonstration. Samples are the
// same whatever the seed and the day.
type Sample struct {
	// Key names the sample in commands and file names.
	Key       string
	Name      dovidka.PersonName
	Gender    dovidka.Gender
	BirthDate dovidka.BirthDate
	RNOKPP    dovidka.RNOKPP
	UNZR      dovidka.UNZR
	// Role tells what the sample shows.
	Role string
	// ChildOf is the key of the parent, for one who does not sign.
	ChildOf string
}

// Keys of the samples.
const (
	SampleAdult     = "ostap"
	SampleParent    = "solomiia"
	SampleChild     = "zoriana"
	SampleAmbiguous = "mykola"
	SampleEmpty     = "iryna"
	SampleUnknown   = "bohdan"
)

// Samples returns the sample citizens. SampleRows writes all of them but the
// unknown one into a registry; Generate gives their numbers to nobody else.
func Samples() []Sample {
	return []Sample{
		sample(SampleAdult, "Вигаданий", "Остап", "Ігорович", dovidka.GenderMale, "1984-03-17", "3075751279", "19840317-01234", "",
			"an adult with a declaration in force and earlier ones, the oldest under a merged duplicate"),
		sample(SampleParent, "Зразкова-В'юн", "Соломія", "Тарасівна", dovidka.GenderFemale, "1990-11-05", "3318172225", "19901105-00482", "",
			"a parent, who may ask for her child's declarations"),
		sample(SampleChild, "Зразкова-В'юн", "Зоряна", "Андріївна", dovidka.GenderFemale, "2021-06-02", "4434895760", "20210602-00361", SampleParent,
			"a child under 14"),
		sample(SampleAmbiguous, "Двійник", "Микола", "Петрович", dovidka.GenderMale, "1975-01-30", "2742302275", "19750130-00713", "",
			"a person whose РНОКПП two active persons share"),
		sample(SampleEmpty, "Тиха", "Ірина", "Олегівна", dovidka.GenderFemale, "1968-07-21", "2503924181", "19680721-00925", "",
			"a person without declarations"),
		sample(SampleUnknown, "Мандрівний", "Богдан", "Романович", dovidka.GenderMale, "1995-09-09", "3495069015", "19950909-00157", "",
			"a person whom the registry does not know"),
	}
}

func sample(key, family, given, patronymic string, g dovidka.Gender, born, rnokpp, unzr, parent, role string) Sample {
	s := Sample{
		Key: key, Gender: g, Role: role, ChildOf: parent, BirthDate: dovidka.NewBirthDate(dateOf(born)),
		Name: dovidka.PersonName{Family: family, Given: given, Patronymic: patronymic},
	}
	// Constants: a test proves that they can be read.
	s.RNOKPP, _ = dovidka.ParseRNOKPP(rnokpp)
	s.UNZR, _ = dovidka.ParseUNZR(unzr)
	return s
}

// SampleRows returns the rows of the sample citizens, with the doctors,
// divisions and provider their declarations name.
func SampleRows() []Row {
	w := &sampleRows{random: newRandom(0x64_6f_76_69_64_6b_61, 1), samples: make(map[string]*Person)}
	w.clinic()
	for _, s := range Samples() {
		if s.Key != SampleUnknown {
			w.person(s)
		}
	}
	w.adult()
	w.family()
	w.ambiguous()
	return w.rows
}

// sampleRows writes the rows. Its random source has a seed of its own, so the
// ids never change.
type sampleRows struct {
	*random
	rows     []Row
	samples  map[string]*Person
	provider *LegalEntity
	division *Division
	// The doctors: one in office, one dismissed, one for children.
	current, former, children *Employee
}

func (w *sampleRows) add(row Row) { w.rows = append(w.rows, row) }

func day(year int, month time.Month, d int) dovidka.Date {
	return dovidka.Date{Year: year, Month: month, Day: d}
}

func at(d dovidka.Date, hour, minute int) time.Time {
	return midnight(d).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func (w *sampleRows) clinic() {
	updated := at(day(2024, time.January, 15), 9, 0)
	address := &dovidka.AddressJSON{
		Type: "RESIDENCE", Country: "UA", Area: "ВІННИЦЬКА", Region: "ГАЙСИНСЬКИЙ", Settlement: "Вигаданівка",
		SettlementID: string(w.id()), StreetType: "STREET", Street: "Вигадана", Building: "15", Zip: "23700",
	}
	phones := []dovidka.PhoneJSON{{Type: "LAND_LINE", Number: "+380800000001"}}
	w.provider = &LegalEntity{
		ID: w.id(), Name: "Комунальне некомерційне підприємство «Центр ПМСД Прикладний»", ShortName: "ЦПМСД Прикладний",
		PublicName: "КНП «Центр ПМСД Прикладний»", EDRPOU: "40000001", LegalEntityType: "PRIMARY_CARE", LegalForm: "150",
		Status: "ACTIVE", Phones: phones, Email: "clinic@example.com", Address: address, UpdatedAt: updated,
	}
	w.add(w.provider)
	w.division = &Division{
		ID: w.id(), LegalEntityID: w.provider.ID, Name: "Амбулаторія № 1", DivisionType: "AMBULANT_CLINIC", Status: "ACTIVE",
		Phones: phones, Email: "clinic@example.com", Address: address, UpdatedAt: updated,
	}
	w.add(w.division)
	w.current = w.doctor("Приклад", "Дарина", "Олегівна", dovidka.GenderFemale, "P7", familyDoctor, dovidka.Date{})
	w.former = w.doctor("Зразок", "Семен", "", dovidka.GenderMale, "P10", therapist, day(2024, time.February, 29))
	w.children = w.doctor("Ґанджа", "Леся", "Юріївна", dovidka.GenderFemale, "P9", paediatrician, dovidka.Date{})
}

func (w *sampleRows) doctor(family, given, patronymic string, g dovidka.Gender, position, speciality string, left dovidka.Date) *Employee {
	p := &Party{ID: w.id(), LastName: family, FirstName: given, SecondName: patronymic, Gender: g, UpdatedAt: at(day(2024, time.March, 1), 8, 0)}
	w.add(p)
	e := &Employee{
		ID: w.id(), PartyID: p.ID, LegalEntityID: w.provider.ID, DivisionID: w.division.ID, Position: position, EmployeeType: "DOCTOR",
		Status: "APPROVED", StartDate: "2017-07-03", EndDate: left.String(), Specialities: []string{speciality}, UpdatedAt: p.UpdatedAt,
	}
	if !left.IsZero() {
		e.Status = "DISMISSED"
	}
	w.add(e)
	return e
}

func (w *sampleRows) person(s Sample) {
	p := &Person{
		ID: w.id(), LastName: s.Name.Family, FirstName: s.Name.Given, SecondName: s.Name.Patronymic, BirthDate: s.BirthDate.Reveal(),
		Gender: s.Gender, TaxID: s.RNOKPP.Reveal(), UNZR: s.UNZR.Reveal(), Status: PersonActive, IsActive: true,
		VerificationStatus: Verified, InsertedAt: at(day(2021, time.June, 20), 7, 10), UpdatedAt: at(day(2024, time.May, 14), 9, 29),
		Documents: []PersonDocument{{Type: dovidka.DocumentNationalID, Number: fmt.Sprintf("%09d", 11+len(w.samples)), IssuedAt: "2019-04-02", ExpirationDate: "2029-04-02"}},
	}
	if s.ChildOf != "" {
		// Typed with Latin letters, as often happens.
		p.Documents = []PersonDocument{{Type: dovidka.DocumentBirthCertificate, Number: "I-AM№000021", IssuedAt: "2021-06-15"}}
	}
	w.samples[s.Key] = p
	w.add(p)
}

// declaration writes one that came into force at the moment.
func (w *sampleRows) declaration(person dovidka.ID, e *Employee, number string, signed time.Time, planned dovidka.Date) *Declaration {
	no := false
	d := &Declaration{
		ID: w.id(), DeclarationNumber: number, DeclarationRequestID: w.id(), PersonID: person, EmployeeID: e.ID,
		DivisionID: e.DivisionID, LegalEntityID: e.LegalEntityID, Scope: "family_doctor",
		StartDate: dovidka.DateOf(signed).String(), EndDate: planned.String(), SignedAt: signed, Status: dovidka.StatusActive,
		IsActive: true, Overlimit: &no, InsertedAt: signed.Add(2417 * time.Millisecond), UpdatedAt: signed.Add(2417 * time.Millisecond),
	}
	if number == "" {
		d.DeclarationNumber = string(d.ID)
	}
	d.History = []StatusRow{{dovidka.StatusActive, d.InsertedAt}}
	w.add(d)
	return d
}

// adult tells a story: signed before March 2018 and entered twice, merged;
// then a doctor who left; now another.
func (w *sampleRows) adult() {
	p := w.samples[SampleAdult]
	p.InsertedAt = at(day(2018, time.August, 2), 7, 10)
	merged := at(day(2021, time.March, 9), 22, 5)
	duplicate := *p
	duplicate.ID, duplicate.TaxID, duplicate.UNZR, duplicate.NoTaxID = w.id(), "", "", true
	duplicate.Status = PersonInactive
	duplicate.Documents = []PersonDocument{{Type: dovidka.DocumentPassport, Number: "AP000017", IssuedAt: "2000-04-11"}}
	duplicate.InsertedAt, duplicate.UpdatedAt = at(day(2018, time.February, 6), 9, 0), merged
	w.add(&duplicate)
	w.add(&MergedPair{
		ID: w.id(), MasterPersonID: p.ID, MergePersonID: duplicate.ID, Status: PairMerged, InsertedAt: merged, UpdatedAt: merged,
	})
	oldest := w.declaration(duplicate.ID, w.former, "", at(day(2018, time.February, 6), 9, 3), day(2058, time.February, 5))
	end(oldest, dovidka.StatusTerminated, "AUTO_MERGE", merged)
	before := w.declaration(p.ID, w.former, "0001-0H2M-4400", at(day(2018, time.August, 2), 7, 11), day(2058, time.August, 1))
	end(before, dovidka.StatusTerminated, "manual_employee_deactivate", at(day(2024, time.February, 29), 21, 0))
	w.declaration(p.ID, w.current, "0001-20MH-K800", at(day(2024, time.May, 14), 9, 30), day(2064, time.May, 13))
}

func (w *sampleRows) family() {
	parent, child := w.samples[SampleParent], w.samples[SampleChild]
	confirmed := at(day(2021, time.June, 20), 7, 15)
	w.add(&Confidant{
		ID: w.id(), PersonID: child.ID, ConfidantPersonID: parent.ID, RelationType: "PRIMARY", IsActive: true,
		VerificationStatus: Verified, InsertedAt: confirmed, UpdatedAt: confirmed,
	})
	w.declaration(parent.ID, w.current, "0001-3M5P-2A00", at(day(2022, time.October, 4), 11, 20), day(2062, time.October, 3))
	w.declaration(child.ID, w.children, "0001-7H8T-2A00", at(day(2021, time.June, 21), 8, 0), day(2039, time.June, 1))
}

func (w *sampleRows) ambiguous() {
	p := w.samples[SampleAmbiguous]
	twin := *p
	twin.ID, twin.UNZR = w.id(), ""
	twin.Documents = []PersonDocument{{Type: dovidka.DocumentPassport, Number: "МТ000018", IssuedAt: "1996-02-07"}}
	w.add(&twin)
	w.declaration(p.ID, w.current, "0001-9K9K-2A00", at(day(2023, time.April, 18), 12, 45), day(2063, time.April, 17))
	w.declaration(twin.ID, w.former, "0001-4X4X-2A00", at(day(2019, time.September, 2), 8, 30), day(2059, time.September, 1))
}
