package disclosure_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka"
)

// The people, places and numbers of the examples in api/fhir; all invented.
const (
	patientID   dovidka.ID = "e3b1c2d4-a5f6-4789-8abc-def012345678"
	duplicateID dovidka.ID = "f4c2d3e5-b607-489a-9bcd-ef0123456789"
	clinicID    dovidka.ID = "c0ffee00-1111-4222-8333-444455556666"
	placeID     dovidka.ID = "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a51"
	requestID   dovidka.ID = "9f1c2b3a-4d5e-4f60-8172-839405a6b7c8"
)

// asOf is when every record below was read.
var asOf = time.Date(2024, time.June, 10, 12, 0, 1, 248e6, time.UTC)

func on(year int, month time.Month, day int) dovidka.Date {
	return dovidka.Date{Year: year, Month: month, Day: day}
}

func moment(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func edrpou(t testing.TB, s string) dovidka.EDRPOU {
	t.Helper()
	code, err := dovidka.ParseEDRPOU(s)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func somebody(t testing.TB) dovidka.Patient {
	t.Helper()
	taxID, err := dovidka.ParseRNOKPP("3075751279")
	if err != nil {
		t.Fatal(err)
	}
	unzr, err := dovidka.ParseUNZR("19840317-01234")
	if err != nil {
		t.Fatal(err)
	}
	return dovidka.Patient{
		ID: patientID, Name: dovidka.PersonName{Family: "Вигаданий", Given: "Остап", Patronymic: "Ігорович"},
		BirthDate: dovidka.NewBirthDate(on(1984, time.March, 17)), Gender: dovidka.GenderMale, RNOKPP: taxID, UNZR: unzr,
		UpdatedAt: moment(t, "2024-05-14T09:29:00Z"),
	}
}

func clinic(t testing.TB) *dovidka.LegalEntity {
	t.Helper()
	return &dovidka.LegalEntity{
		ID: clinicID, Name: "Комунальне некомерційне підприємство «Центр первинної медико-санітарної допомоги Прикладний»",
		ShortName: "ЦПМСД Прикладний", PublicName: "КНП «Центр ПМСД Прикладний»", EDRPOU: edrpou(t, "40000001"),
		Type: "PRIMARY_CARE", LegalForm: "150", Status: "ACTIVE",
		Phones: []dovidka.Phone{{Type: "LAND_LINE", Number: "+380440000002"}}, Email: "info@clinic.example.test",
		Address: inKyiv(), UpdatedAt: moment(t, "2024-01-10T08:00:00Z"),
	}
}

func inKyiv() dovidka.Address {
	return dovidka.Address{
		Type: "RESIDENCE", Country: "UA", Area: "м. Київ", Settlement: "Київ", SettlementID: "adaa4abf-f530-461c-bcbf-a0ac210d955b",
		StreetType: "STREET", Street: "Вигадана", Building: "15", Zip: "02000",
	}
}

func ambulatory(t testing.TB) *dovidka.Division {
	t.Helper()
	return &dovidka.Division{
		ID: placeID, LegalEntityID: clinicID, Name: "Амбулаторія № 1", Type: "AMBULANT_CLINIC", Status: "ACTIVE",
		Phones: []dovidka.Phone{{Type: "LAND_LINE", Number: "+380440000001"}}, Address: inKyiv(),
		UpdatedAt: moment(t, "2024-01-10T08:00:00Z"),
	}
}

func familyDoctor(t testing.TB) *dovidka.Employee {
	t.Helper()
	return &dovidka.Employee{
		ID: "5b7e0c52-3f63-4f0a-8f6e-7a1d2c3b4e55", PartyID: "2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901",
		Party: &dovidka.Party{
			ID: "2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901", Gender: dovidka.GenderFemale,
			Name: dovidka.PersonName{Family: "Приклад", Given: "Дарина", Patronymic: "Олегівна"},
		},
		LegalEntityID: clinicID, DivisionID: placeID, Position: "P7", Type: "DOCTOR", Status: "APPROVED",
		StartDate: on(2018, time.April, 1), Specialities: []string{"FAMILY_DOCTOR"}, UpdatedAt: moment(t, "2024-01-10T08:00:00Z"),
	}
}

func dismissed(t testing.TB) *dovidka.Employee {
	t.Helper()
	return &dovidka.Employee{
		ID: "77a0b1c2-d3e4-45f6-8718-293a4b5c6d7e", PartyID: "88b1c2d3-e4f5-4607-9829-3a4b5c6d7e8f",
		Party: &dovidka.Party{
			ID: "88b1c2d3-e4f5-4607-9829-3a4b5c6d7e8f", Name: dovidka.PersonName{Family: "Зразок", Given: "Семен"},
		},
		LegalEntityID: clinicID, DivisionID: placeID, Position: "P10", Type: "DOCTOR", Status: "DISMISSED",
		StartDate: on(2018, time.April, 1), EndDate: on(2024, time.February, 29), Specialities: []string{"THERAPIST"},
		UpdatedAt: moment(t, "2024-03-01T08:00:00Z"),
	}
}

// declaration is one with the family doctor at the clinic, and in force.
func declaration(t testing.TB, id dovidka.ID, number string, signed string, years int) dovidka.Declaration {
	t.Helper()
	at := moment(t, signed)
	start := dovidka.DateOf(at.In(dovidka.Kyiv()))
	end := dovidka.DateOf(time.Date(start.Year+years, start.Month, start.Day-1, 0, 0, 0, 0, time.UTC))
	doctor, place, provider := familyDoctor(t), ambulatory(t), clinic(t)
	return dovidka.Declaration{
		ID: id, Number: dovidka.KeepDeclarationNumber(number), PersonID: patientID, Scope: "family_doctor",
		Start: start, PlannedEnd: end, SignedAt: at, Status: dovidka.StatusActive,
		History:    []dovidka.StatusChange{{Status: dovidka.StatusActive, At: at}},
		EmployeeID: doctor.ID, DivisionID: place.ID, LegalEntityID: provider.ID, Employee: doctor, Division: place, LegalEntity: provider,
		InsertedAt: at, UpdatedAt: at,
	}
}

// become adds a row to the history.
func become(t testing.TB, d *dovidka.Declaration, status dovidka.Status, reason, at string) {
	t.Helper()
	d.Status, d.Reason, d.UpdatedAt = status, reason, moment(t, at)
	d.History = append(d.History, dovidka.StatusChange{Status: status, At: d.UpdatedAt})
}

func inForce(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "0a5f3a0e-6c1b-4b0e-9d5e-2f1f7c9a4b11", "0001-20MH-K800", "2024-05-14T09:30:00Z", 40)
	d.Status, d.Overlimit = dovidka.StatusPending, new(false)
	d.History[0].Status = dovidka.StatusPending
	become(t, &d, dovidka.StatusActive, "", "2024-05-14T09:30:02.417Z")
	return d
}

func terminated(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "6d1f6a52-8c1e-4a35-9c39-0d8f5b7a6c21", "0001-0H2M-4400", "2018-08-02T07:11:40Z", 40)
	d.Employee = dismissed(t)
	d.EmployeeID = d.Employee.ID
	become(t, &d, dovidka.StatusTerminated, "manual_employee_deactivate", "2024-02-29T21:00:11Z")
	d.ReasonDescription = "службова записка 12"
	return d
}

func ofDuplicate(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "b26ebfa7-d163-4f8a-818e-52d3a0cfb176", "0001-4400-0000", "2018-10-10T09:00:00Z", 40)
	d.PersonID, d.Employee = duplicateID, dismissed(t)
	d.EmployeeID = d.Employee.ID
	become(t, &d, dovidka.StatusTerminated, "AUTO_MERGE", "2020-11-05T11:11:11.111Z")
	return d
}

func pending(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "8f3b8c74-ae30-4c57-9e5b-2fa07d9c8e43", "0001-0A00-0000", "2024-06-03T08:15:28Z", 40)
	d.History = nil
	become(t, &d, dovidka.StatusPending, "no_tax_id", "2024-06-03T08:15:30.25Z")
	return d
}

func expired(t testing.TB) dovidka.Declaration {
	t.Helper()
	return declaration(t, "7e2a7b63-9d2f-4b46-8d4a-1e9f6c8b7d32", "0001-A000-0000", "2019-03-01T10:00:00Z", 5)
}

func ofUnknownStatus(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "a15dae96-c052-4e79-b07d-41c29fbea065", "a15dae96-c052-4e79-b07d-41c29fbea065", "2018-02-05T09:00:00Z", 40)
	d.SignedAt, d.History = time.Time{}, nil
	d.Status, d.Reason, d.UpdatedAt = "suspended", "auto_NEW_TYPE", moment(t, "2023-10-01T06:00:00Z")
	return d
}

func rejected(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "904c9d85-bf41-4d68-af6c-30b18ead9f54", "0000-12H4-245D", "2021-01-11T12:00:00Z", 40)
	d.History[0].Status = dovidka.StatusPending
	become(t, &d, dovidka.StatusRejected, "offline", "2021-01-14T13:45:00.731Z")
	return d
}

func closed(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "b37fc0b8-e274-4a9b-929f-63e4b1d0c288", "0001-2000-0000", "2018-03-01T10:00:00Z", 5)
	become(t, &d, dovidka.StatusClosed, "", "2023-03-01T00:10:00+02:00")
	return d
}

// unresolved is one whose doctor, place and provider are gone.
func unresolved(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "c37fc0b8-e274-4a9b-929f-63e4b1d0c287", "0001-9800-0000", "2018-09-01T09:00:00Z", 40)
	d.History, d.Status, d.UpdatedAt = nil, dovidka.StatusTerminated, moment(t, "2019-09-01T09:00:00Z")
	d.EmployeeID, d.DivisionID, d.LegalEntityID = "f2f2f2f2-4444-4555-8666-777788889999", "e1e1e1e1-3333-4444-8555-666677778888", "d0d0d0d0-2222-4333-8444-555566667777"
	d.Employee, d.Division, d.LegalEntity = nil, nil, nil
	return d
}

// atSoleProprietor is with a doctor who is a ФОП in a village.
func atSoleProprietor(t testing.TB) dovidka.Declaration {
	t.Helper()
	d := declaration(t, "d48fd1c9-f385-4bac-83a0-74f5c2e1d399", "0001-K500-0000", "2022-11-01T09:00:00Z", 40)
	provider := &dovidka.LegalEntity{
		ID: "d1a2b3c4-2222-4333-8444-555566667777", Name: "ФОП Приклад Дарина Олегівна", EDRPOU: edrpou(t, "4215602049"),
		Type: "PRIMARY_CARE", LegalForm: "910", Status: "ACTIVE", Phones: []dovidka.Phone{{Type: "MOBILE", Number: "+380500000002"}},
		UpdatedAt: moment(t, "2022-10-01T08:00:00Z"),
	}
	place := &dovidka.Division{
		ID: "2a3f4e5d-6c7b-4891-9bac-1d2e3f4a5b62", LegalEntityID: provider.ID, Name: "Кабінет у с. Вигадане", Type: "CLINIC", Status: "ACTIVE",
		Email: "doctor@village.example.test", UpdatedAt: moment(t, "2022-10-01T08:00:00Z"),
		Address: dovidka.Address{
			Type: "RESIDENCE", Country: "UA", Area: "ВІННИЦЬКА", Region: "ГАЙСИНСЬКИЙ", Settlement: "Вигадане",
			SettlementID: "4a3b2c1d-0e9f-4876-a543-210fedcba987", StreetType: "LANE", Street: "Тихий", Building: "3", Apartment: "2", Zip: "23700",
		},
	}
	d.Employee.LegalEntityID, d.Employee.DivisionID = provider.ID, place.ID
	d.LegalEntity, d.LegalEntityID, d.Division, d.DivisionID = provider, provider.ID, place, place.ID
	return d
}

// ofChild ends on the day before the eighteenth birthday.
func ofChild(t testing.TB) dovidka.Record {
	t.Helper()
	d := declaration(t, "e59ae2da-0496-4cbd-94b1-8506d3f2e4aa", "0001-M600-0000", "2020-01-15T09:00:00Z", 40)
	d.PlannedEnd = on(2033, time.June, 1)
	d.Employee.Position, d.Employee.Specialities = "P9", []string{"PEDIATRICIAN"}
	return dovidka.Record{AsOf: asOf, Declarations: []dovidka.Declaration{d}, Patient: dovidka.Patient{
		ID: "aa11bb22-cc33-4d44-8e55-ff6677889900", Name: dovidka.PersonName{Family: "Вигадана", Given: "Соломія"},
		BirthDate: dovidka.NewBirthDate(on(2015, time.June, 2)), Gender: dovidka.GenderFemale,
	}}
}

// records are whole records by the name of their golden file.
func records(t testing.TB) map[string]dovidka.Record {
	t.Helper()
	of := func(list ...dovidka.Declaration) dovidka.Record {
		return dovidka.Record{Patient: somebody(t), Declarations: list, AsOf: asOf}
	}
	merged := of(inForce(t), terminated(t), ofDuplicate(t))
	merged.Patient.Merged = []dovidka.ID{duplicateID}
	dead := of(terminated(t))
	dead.Patient.DeathDate = on(2024, time.February, 28)
	unfit := of(inForce(t))
	unfit.Patient.ID = "patient 7"
	d := &unfit.Declarations[0]
	d.ID, d.LegalEntity.ID, d.LegalEntityID = "declaration_7", "ФОП/7", "ФОП/7"
	d.Employee.LegalEntityID, d.Division.LegalEntityID = "ФОП/7", "ФОП/7"
	d.Reason, d.Employee.Position = "moved  away", "head of  department"
	return map[string]dovidka.Record{
		"answer":             merged,
		"historical":         of(pending(t), expired(t), ofUnknownStatus(t), rejected(t)),
		"missing-references": of(unresolved(t)),
		"no-declarations":    of(),
		"closed":             of(closed(t)),
		"sole-proprietor":    of(atSoleProprietor(t), terminated(t)),
		"child":              ofChild(t),
		"dead":               dead,
		"unfit":              unfit,
	}
}
