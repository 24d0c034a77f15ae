package disclosure_test

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
)

// place gives the JSON at a path in a Bundle, or nothing. The path begins with
// a type of resources and a number among those of the type.
func place(t *testing.T, bundle []byte, path string) string {
	t.Helper()
	steps := strings.Split(path, ".")
	var all struct {
		Entry []struct{ Resource json.RawMessage }
	}
	if err := json.Unmarshal(bundle, &all); err != nil {
		t.Fatal(err)
	}
	var here json.RawMessage
	number := steps[1]
	for _, entry := range all.Entry {
		if !bytes.HasPrefix(entry.Resource, []byte(`{"resourceType":"`+steps[0]+`"`)) {
			continue
		}
		if number == "0" {
			here = entry.Resource
			break
		}
		number = strconv.Itoa(int(number[0]-'0') - 1)
	}
	for _, step := range steps[2:] {
		here = member(here, step)
	}
	return string(here)
}

// member gives a member of an object, an item of a list, or the value of the
// extension with this name.
func member(value json.RawMessage, step string) json.RawMessage {
	if name, ok := strings.CutPrefix(step, "@"); ok {
		var extensions []map[string]json.RawMessage
		if json.Unmarshal(value, &extensions) != nil {
			return nil
		}
		for _, x := range extensions {
			if string(x["url"]) == `"`+canonical+`/StructureDefinition/`+name+`"` {
				delete(x, "url")
				for _, v := range x {
					return v
				}
			}
		}
		return nil
	}
	if n, err := strconv.Atoi(step); err == nil {
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil || n >= len(list) {
			return nil
		}
		return list[n]
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(value, &object) != nil {
		return nil
	}
	return object[step]
}

type rule struct {
	name   string
	start  func(testing.TB) dovidka.Declaration
	change func(*dovidka.Record, *dovidka.Declaration)
	// want is what stands at each path; nothing for what must not be there.
	want map[string]string
}

func testRules(t *testing.T, rules []rule) {
	t.Helper()
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			record := dovidka.Record{Patient: somebody(t), Declarations: []dovidka.Declaration{r.start(t)}, AsOf: asOf}
			if r.change != nil {
				r.change(&record, &record.Declarations[0])
			}
			bundle := compose(t, record, requestID)
			got := make(map[string]string)
			for path := range r.want {
				got[path] = place(t, bundle, path)
			}
			if diff := cmp.Diff(r.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkBundle(t, record, requestID, bundle)
		})
	}
}

// Where in a Bundle the first declaration says what.
const (
	status    = "EpisodeOfCare.0.status"
	period    = "EpisodeOfCare.0.period"
	original  = "EpisodeOfCare.0.extension.@declaration-status.code"
	why       = "EpisodeOfCare.0.extension.@declaration-status-reason"
	planned   = "EpisodeOfCare.0.extension.@declaration-end-date"
	history   = "EpisodeOfCare.0.statusHistory"
	doctor    = "EpisodeOfCare.0.careManager"
	provider  = "EpisodeOfCare.0.managingOrganization"
	whose     = "EpisodeOfCare.0.patient"
	general   = "Patient.0.generalPractitioner"
	profile   = "EpisodeOfCare.0.meta.profile.0"
	isProfile = `"` + canonical + `/StructureDefinition/ua-declaration"`
)

func TestBundleStatus(t *testing.T) {
	t.Parallel()
	testRules(t, []rule{
		{"in force", inForce, nil, map[string]string{
			status: `"active"`, original: `"active"`, period: `{"start":"2024-05-14"}`, planned: `"2064-05-13"`, profile: isProfile,
			general: `[{"reference":"PractitionerRole/5b7e0c52-3f63-4f0a-8f6e-7a1d2c3b4e55","type":"PractitionerRole","display":"Приклад Дарина Олегівна"}]`,
		}},
		{"pending", pending, nil, map[string]string{
			status: `"planned"`, original: `"pending_verification"`, period: `{"start":"2024-06-03"}`, general: "",
		}},
		{"terminated", terminated, nil, map[string]string{
			status: `"finished"`, original: `"terminated"`, period: `{"start":"2018-08-02","end":"2024-02-29"}`, planned: `"2058-08-01"`, general: "",
		}},
		{"closed: on the planned day, not when the job ran", closed, nil, map[string]string{
			status: `"finished"`, original: `"closed"`, period: `{"start":"2018-03-01","end":"2023-02-28"}`,
		}},
		{"rejected", rejected, nil, map[string]string{
			status: `"cancelled"`, original: `"rejected"`, period: `{"start":"2021-01-11","end":"2021-01-14"}`,
		}},
		{"expired but active", expired, nil, map[string]string{
			status: `"finished"`, original: `"active"`, period: `{"start":"2019-03-01","end":"2024-02-29"}`, general: "",
			history: `[{"status":"active","period":{"start":"2019-03-01","end":"2024-02-29"}},{"status":"finished","period":{"start":"2024-02-29"}}]`,
		}},
		{"the last day is still in force", expired, func(r *dovidka.Record, d *dovidka.Declaration) {
			d.PlannedEnd = on(2024, time.June, 10)
		}, map[string]string{status: `"active"`, period: `{"start":"2019-03-01"}`}},
		{"in Kyiv the next day has begun", expired, func(r *dovidka.Record, d *dovidka.Declaration) {
			d.PlannedEnd, r.AsOf = on(2024, time.June, 10), time.Date(2024, time.June, 10, 21, 30, 0, 0, time.UTC)
		}, map[string]string{status: `"finished"`, period: `{"start":"2019-03-01","end":"2024-06-10"}`}},
		{"not begun", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Start = on(2024, time.June, 11) }, map[string]string{
			status: `"planned"`, original: `"active"`, period: `{"start":"2024-06-11"}`, general: "",
			history: `[{"status":"planned","period":{"start":"2024-05-14"}}]`,
		}},
		{"of unknown status", ofUnknownStatus, nil, map[string]string{
			status: `"finished"`, original: `"suspended"`, period: `{"start":"2018-02-05","end":"2023-10-01"}`, history: "", profile: isProfile,
			"EpisodeOfCare.0.extension.@declaration-status": `{"system":"` + canonical + `/CodeSystem/declaration-status","code":"suspended"}`,
		}},
		{"status that is no code", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Status = "on  hold" }, map[string]string{
			status: `"finished"`, profile: "",
			"EpisodeOfCare.0.extension.@declaration-status": `{"system":"` + canonical + `/CodeSystem/declaration-status","display":"on  hold"}`,
		}},
		{"without a history: the day of the last change", terminated, func(_ *dovidka.Record, d *dovidka.Declaration) { d.History = nil }, map[string]string{
			period: `{"start":"2018-08-02","end":"2024-02-29"}`, history: "",
		}},
		{"the day in Kyiv", terminated, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History[1].At = time.Date(2024, time.February, 29, 22, 0, 0, 0, time.UTC)
		}, map[string]string{period: `{"start":"2018-08-02","end":"2024-03-01"}`}},
		{"never before the start", terminated, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History[1].At = time.Date(2018, time.August, 1, 9, 0, 0, 0, time.UTC)
		}, map[string]string{period: `{"start":"2018-08-02","end":"2018-08-02"}`}},
		{"nobody knows when it ended", terminated, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History, d.UpdatedAt = nil, time.Time{}
		}, map[string]string{period: `{"start":"2018-08-02","end":"2024-06-10"}`}},
		{"two in force", inForce, func(r *dovidka.Record, d *dovidka.Declaration) {
			second := *d
			second.ID, second.EmployeeID, second.Employee = "2", "3", nil
			r.Declarations = append(r.Declarations, second, *d)
		}, map[string]string{
			"EpisodeOfCare.2": "", "Patient.0.generalPractitioner.0.display": `"Приклад Дарина Олегівна"`,
			"Patient.0.generalPractitioner.1": `{"reference":"PractitionerRole/3","type":"PractitionerRole"}`, "Patient.0.generalPractitioner.2": "",
		}},
	})
}

func TestBundleStatusHistory(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2024, time.May, day, 9, 0, 0, 0, time.UTC) }
	was := func(s dovidka.Status, at time.Time) dovidka.StatusChange {
		return dovidka.StatusChange{Status: s, At: at}
	}
	testRules(t, []rule{
		{"neighbours become one", terminated, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History = []dovidka.StatusChange{was("active", at(1)), was("active", at(2)), was("terminated", at(3)), was("closed", at(4)), was("terminated", at(5))}
		}, map[string]string{history: `[{"status":"active","period":{"start":"2024-05-01","end":"2024-05-03"}},{"status":"finished","period":{"start":"2024-05-03"}}]`}},
		{"out of order", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History = []dovidka.StatusChange{was("active", at(14)), was("pending_verification", at(13))}
		}, map[string]string{history: `[{"status":"planned","period":{"start":"2024-05-13","end":"2024-05-14"}},{"status":"active","period":{"start":"2024-05-14"}}]`}},
		{"one row behind", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History, d.UpdatedAt = []dovidka.StatusChange{was("pending_verification", at(13))}, at(15)
		}, map[string]string{history: `[{"status":"planned","period":{"start":"2024-05-13","end":"2024-05-15"}},{"status":"active","period":{"start":"2024-05-15"}}]`}},
		{"rows without a time or a status", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.History = []dovidka.StatusChange{was("pending_verification", time.Time{}), was("", at(13)), was("active", at(14))}
		}, map[string]string{history: `[{"status":"active","period":{"start":"2024-05-14"}}]`}},
	})
}

func TestBundleDeclaration(t *testing.T) {
	t.Parallel()
	because := func(reason string) func(*dovidka.Record, *dovidka.Declaration) {
		return func(_ *dovidka.Record, d *dovidka.Declaration) { d.Reason = reason }
	}
	code := func(code string) string {
		return `{"coding":[{"system":"` + canonical + `/CodeSystem/declaration-status-reason","code":"` + code + `"}]`
	}
	testRules(t, []rule{
		{"without a reason", inForce, nil, map[string]string{why: ""}},
		{"a known reason, whatever its case", terminated, because("auto_merge"), map[string]string{why: code("auto_merge") + `,"text":"Об’єднання записів"}`}},
		{"a reason nobody told us of", terminated, because("auto_NEW"), map[string]string{why: code("auto_NEW") + `}`}},
		{"a reason that is no code", terminated, because(" moved  away "), map[string]string{why: `{"text":"moved  away"}`}},
		{"overlimit is told when known", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Overlimit = new(true) }, map[string]string{
			"EpisodeOfCare.0.extension.@declaration-overlimit": `true`,
		}},
		{"overlimit is unknown", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Overlimit = nil }, map[string]string{
			"EpisodeOfCare.0.extension.@declaration-overlimit": "",
		}},
		{"signed at", inForce, nil, map[string]string{"EpisodeOfCare.0.extension.@declaration-signed-at": `"2024-05-14T09:30:00Z"`}},
		{"never signed", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.SignedAt = time.Time{} }, map[string]string{
			"EpisodeOfCare.0.extension.@declaration-signed-at": "", profile: isProfile,
		}},
		{"number", inForce, nil, map[string]string{
			"EpisodeOfCare.0.identifier": `[{"use":"official","system":"` + canonical + `/sid/declaration-number","value":"0001-20MH-K800"}]`,
		}},
		{"without a planned end it keeps no profile", pending, func(_ *dovidka.Record, d *dovidka.Declaration) { d.PlannedEnd = dovidka.Date{} }, map[string]string{
			planned: "", profile: "",
		}},
		{"an impossible start", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Start = on(2023, time.February, 29) }, map[string]string{
			period: "", profile: "",
		}},
		{"another scope", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Scope = "dentist" }, map[string]string{
			"EpisodeOfCare.0.type": `[{"coding":[{"system":"` + canonical + `/CodeSystem/declaration-scope","code":"dentist"}]}]`,
		}},
		{"no scope", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Scope = "" }, map[string]string{
			"EpisodeOfCare.0.type.0.coding.0.code": `"family_doctor"`, "EpisodeOfCare.0.type.0.coding.1.code": `"124"`,
		}},
		{"of a duplicate", ofDuplicate, func(r *dovidka.Record, _ *dovidka.Declaration) {
			r.Patient.Merged = []dovidka.ID{duplicateID, duplicateID, patientID, ""}
		}, map[string]string{
			whose:            `{"reference":"Patient/e3b1c2d4-a5f6-4789-8abc-def012345678"}`,
			"Patient.0.link": `[{"other":{"reference":"Patient/f4c2d3e5-b607-489a-9bcd-ef0123456789"},"type":"replaces"}]`, "Patient.1": "",
		}},
		{"missing references", unresolved, nil, map[string]string{
			doctor:   `{"reference":"PractitionerRole/f2f2f2f2-4444-4555-8666-777788889999","type":"PractitionerRole"}`,
			provider: `{"reference":"Organization/d0d0d0d0-2222-4333-8444-555566667777"}`,
			"EpisodeOfCare.0.extension.@declaration-division": `{"reference":"Location/e1e1e1e1-3333-4444-8555-666677778888"}`,
			profile: isProfile, "PractitionerRole.0": "", "Organization.0": "", "Location.0": "",
		}},
		{"unfit ids", inForce, func(r *dovidka.Record, d *dovidka.Declaration) {
			d.ID, d.EmployeeID, d.Employee = "under_score", "", nil
		}, map[string]string{"EpisodeOfCare.0.id": `"a44d2448-43df-5f0f-8e44-758501f19946"`, doctor: "", profile: ""}},
	})
}

func TestBundlePeopleAndPlaces(t *testing.T) {
	t.Parallel()
	testRules(t, []rule{
		{"patient", inForce, nil, map[string]string{
			"Patient.0.name":   `[{"use":"official","text":"Вигаданий Остап Ігорович","family":"Вигаданий","given":["Остап","Ігорович"]}]`,
			"Patient.0.gender": `"male"`, "Patient.0.birthDate": `"1984-03-17"`, "Patient.0.active": `true`,
			"Patient.0.identifier": "", "Patient.0.telecom": "", "Patient.0.address": "", "Patient.0.deceasedDateTime": "",
		}},
		{"patient of whom little is known", inForce, func(r *dovidka.Record, _ *dovidka.Declaration) {
			r.Patient.Gender, r.Patient.BirthDate, r.Patient.Name = "OTHER", dovidka.BirthDate{}, dovidka.PersonName{Given: " "}
		}, map[string]string{"Patient.0.name": "", "Patient.0.gender": "", "Patient.0.birthDate": "", "Patient.0.meta.profile": ""}},
		{"dead", inForce, func(r *dovidka.Record, _ *dovidka.Declaration) { r.Patient.DeathDate = on(2024, time.June, 1) }, map[string]string{
			"Patient.0.deceasedDateTime": `"2024-06-01"`, "Patient.0.active": `false`,
		}},
		{"dismissed doctor", terminated, nil, map[string]string{
			"PractitionerRole.0.active": `false`, "PractitionerRole.0.period": `{"start":"2018-04-01","end":"2024-02-29"}`,
			"PractitionerRole.0.practitioner": `{"reference":"Practitioner/88b1c2d3-e4f5-4607-9829-3a4b5c6d7e8f","display":"Зразок Семен"}`,
			"Practitioner.0.name":             `[{"use":"official","text":"Зразок Семен","family":"Зразок","given":["Семен"]}]`, "Practitioner.0.identifier": "",
		}},
		{"doctor's name is gone", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Employee.Party = nil }, map[string]string{
			doctor:                            `{"reference":"PractitionerRole/5b7e0c52-3f63-4f0a-8f6e-7a1d2c3b4e55","type":"PractitionerRole"}`,
			"PractitionerRole.0.practitioner": `{"reference":"Practitioner/2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901"}`, "Practitioner.0": "",
			"PractitionerRole.0.meta.profile": `["` + canonical + `/StructureDefinition/ua-practitioner-role"]`,
		}},
		{"position and specialities nobody told us of", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.Employee.Position, d.Employee.Specialities = "P26", []string{"FAMILY_DOCTOR", "a  b", ""}
		}, map[string]string{
			"PractitionerRole.0.code":                          `[{"coding":[{"system":"` + canonical + `/CodeSystem/position","code":"P26"}]}]`,
			"PractitionerRole.0.specialty.0.coding.0.code":     `"FAMILY_DOCTOR"`,
			"PractitionerRole.0.specialty.1":                   `{"text":"a  b"}`,
			"PractitionerRole.0.specialty.2":                   "",
			"PractitionerRole.0.specialty.0.coding.0.display":  `"Сімейний лікар"`,
			"PractitionerRole.0.location.0.display":            `"Амбулаторія № 1"`,
			"PractitionerRole.0.organization.display":          `"КНП «Центр ПМСД Прикладний»"`,
			"EpisodeOfCare.0.managingOrganization.display":     `"КНП «Центр ПМСД Прикладний»"`,
			"EpisodeOfCare.0.extension.@declaration-division":  `{"reference":"Location/1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a51","display":"Амбулаторія № 1"}`,
			"EpisodeOfCare.0.meta.lastUpdated":                 `"2024-05-14T09:30:02.417Z"`,
			"EpisodeOfCare.0.type.0.coding.0.system":           `"` + canonical + `/CodeSystem/declaration-scope"`,
			"EpisodeOfCare.0.extension.@declaration-overlimit": `false`,
		}},
		{"provider", inForce, nil, map[string]string{
			"Organization.0.identifier": `[{"use":"official","system":"urn:oid:1.2.804.2.1.1.1.11.1.4.2.1","value":"40000001"}]`,
			"Organization.0.alias":      `["ЦПМСД Прикладний","КНП «Центр ПМСД Прикладний»"]`, "Organization.0.active": `true`,
			"Organization.0.telecom": `[{"system":"phone","value":"+380440000002","use":"work"},{"system":"email","value":"info@clinic.example.test","use":"work"}]`,
		}},
		{"closed provider and place", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.LegalEntity.Status, d.Division.Status = "CLOSED", "INACTIVE"
		}, map[string]string{"Organization.0.active": `false`, "Location.0.status": `"inactive"`}},
		{"sole proprietor", atSoleProprietor, nil, map[string]string{
			"Organization.0.identifier": "", "Organization.0.name": `"ФОП Приклад Дарина Олегівна"`,
			"Organization.0.telecom": `[{"system":"phone","value":"+380500000002","use":"mobile"}]`,
		}},
		{"sole proprietor with a code of eight digits", atSoleProprietor, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.LegalEntity.EDRPOU, _ = dovidka.ParseEDRPOU("12345678")
		}, map[string]string{"Organization.0.identifier": ""}},
		{"provider whose code is a passport typed in Latin letters", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.LegalEntity.EDRPOU, _ = dovidka.ParseEDRPOU("AP123456")
		}, map[string]string{"Organization.0.identifier": ""}},
		{"nameless provider", atSoleProprietor, func(_ *dovidka.Record, d *dovidka.Declaration) { d.LegalEntity.Name = "" }, map[string]string{
			"Organization.0": "", provider: `{"reference":"Organization/d1a2b3c4-2222-4333-8444-555566667777"}`, profile: isProfile,
		}},
		{"address in a village", atSoleProprietor, nil, map[string]string{
			"Location.0.address.text": `"23700, ВІННИЦЬКА обл., ГАЙСИНСЬКИЙ р-н, Вигадане, пров. Тихий, 3, кв. 2"`,
			"Location.0.address.line": `["пров. Тихий, 3, кв. 2"]`, "Location.0.address.city": `"Вигадане"`,
			"Location.0.address.state": `"ВІННИЦЬКА"`, "Location.0.address.district": `"ГАЙСИНСЬКИЙ"`,
			"Location.0.address._city.extension.0.valueCoding": `{"system":"` + canonical + `/sid/settlement","code":"4a3b2c1d-0e9f-4876-a543-210fedcba987"}`,
		}},
		{"address in Kyiv", inForce, nil, map[string]string{"Location.0.address.text": `"02000, Київ, вул. Вигадана, 15"`}},
		{"street of an unknown kind", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) {
			d.Division.Address.StreetType, d.LegalEntity.Address.StreetType = "GARDEN_ROW", "пасаж"
		}, map[string]string{"Location.0.address.line": `["Вигадана, 15"]`, "Organization.0.address.0.line": `["пасаж Вигадана, 15"]`}},
		{"no address", inForce, func(_ *dovidka.Record, d *dovidka.Declaration) { d.Division.Address = dovidka.Address{} }, map[string]string{
			"Location.0.address": "", "Location.0.name": `"Амбулаторія № 1"`,
		}},
	})
}
