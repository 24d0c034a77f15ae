package fhir_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dovidka/dovidka/fhir"
)

// episode is a declaration as an answer has it.
func episode() *fhir.EpisodeOfCare {
	const own = "https://registry.example.test/fhir"
	signed := fhir.DateTimeOn(fhir.Date{Year: 2024, Month: time.May, Day: 14})
	return &fhir.EpisodeOfCare{
		ID: "0a5f3a0e-6c1b-4b0e-9d5e-2f1f7c9a4b11",
		Meta: fhir.Meta{
			VersionID:   "3",
			LastUpdated: fhir.InstantOf(time.Date(2024, 5, 14, 9, 30, 2, 417e6, time.UTC)),
			Profile:     []string{own + "/StructureDefinition/ua-declaration"},
		},
		Extension: []fhir.Extension{
			{URL: own + "/StructureDefinition/declaration-status", Value: fhir.Coding{System: own + "/CodeSystem/declaration-status", Code: "active"}},
			{URL: own + "/StructureDefinition/declaration-signed-at", Value: fhir.DateTimeOf(time.Date(2024, 5, 14, 9, 30, 0, 0, time.UTC))},
			{URL: own + "/StructureDefinition/declaration-end-date", Value: fhir.Date{Year: 2064, Month: 5, Day: 13}},
			{URL: own + "/StructureDefinition/declaration-division", Value: fhir.ReferenceTo("Location", "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a51", "Амбулаторія № 1")},
			{URL: own + "/StructureDefinition/declaration-overlimit", Value: fhir.Boolean(false)},
		},
		Identifier: []fhir.Identifier{{Use: fhir.IdentifierOfficial, System: own + "/sid/declaration-number", Value: "0001-20MH-K800"}},
		Status:     fhir.EpisodeActive,
		StatusHistory: []fhir.EpisodeStatusHistory{
			{Status: fhir.EpisodePlanned, Period: fhir.Period{Start: signed, End: signed}},
			{Status: fhir.EpisodeActive, Period: fhir.Period{Start: signed}},
		},
		Type: []fhir.CodeableConcept{{Coding: []fhir.Coding{
			{System: own + "/CodeSystem/declaration-scope", Code: "family_doctor"},
			{System: fhir.SystemServiceType, Code: "124", Display: "General Practice"},
		}}},
		Patient:              fhir.ReferenceTo("Patient", "e3b1c2d4-a5f6-4789-8abc-def012345678", ""),
		ManagingOrganization: fhir.ReferenceTo("Organization", "c0ffee00-1111-4222-8333-444455556666", "КНП «Центр ПМСД Прикладний»"),
		Period:               fhir.Period{Start: signed},
		CareManager:          fhir.ReferenceTo("PractitionerRole", "5b7e0c52-3f63-4f0a-8f6e-7a1d2c3b4e55", "Приклад Дарина Олегівна"),
	}
}

func ExampleMarshal() {
	bundle := &fhir.Bundle{
		Type:      fhir.Collection,
		Timestamp: fhir.InstantOf(time.Date(2024, 6, 10, 12, 0, 1, 0, time.UTC)),
		Entry: []fhir.BundleEntry{
			fhir.NewEntry("https://registry.example.test/fhir", &fhir.Patient{
				ID:        "1",
				Active:    new(true),
				Name:      []fhir.HumanName{{Use: fhir.NameOfficial, Family: "Вигаданий", Given: []string{"Остап", "Ігорович"}}},
				BirthDate: fhir.Date{Year: 1984, Month: time.March, Day: 17},
			}),
		},
	}
	data, err := fhir.Marshal(bundle)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", data)
	// Output:
	// {"resourceType":"Bundle","type":"collection","timestamp":"2024-06-10T12:00:01.000Z","entry":[{"fullUrl":"https://registry.example.test/fhir/Patient/1","resource":{"resourceType":"Patient","id":"1","active":true,"name":[{"use":"official","family":"Вигаданий","given":["Остап","Ігорович"]}],"birthDate":"1984-03-17"}}]}
}

func ExampleMarshal_refused() {
	_, err := fhir.Marshal(&fhir.EpisodeOfCare{Status: fhir.EpisodeActive})
	fmt.Println(err)
	// Output:
	// fhir: EpisodeOfCare.patient: required element is missing
}

func ExampleParseBundle() {
	bundle, err := fhir.ParseBundle([]byte(`{"resourceType":"Bundle","type":"collection","entry":[
		{"resource":{"resourceType":"Patient","id":"1","birthDate":"1984-03-17"}},
		{"resource":{"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/1"},"period":{"start":"2024-05-14"}}}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, entry := range bundle.Entry {
		switch r := entry.Resource.(type) {
		case *fhir.Patient:
			fmt.Println("patient born", r.BirthDate)
		case *fhir.EpisodeOfCare:
			fmt.Println("declaration", r.Status, "since", r.Period.Start)
		}
	}
	// Output:
	// patient born 1984-03-17
	// declaration active since 2024-05-14
}

func BenchmarkMarshalEpisodeOfCare(b *testing.B) {
	e := episode()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Marshal(e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendEpisodeOfCare(b *testing.B) {
	e := episode()
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Append(buf, e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseEpisodeOfCare(b *testing.B) {
	data, err := fhir.Marshal(episode())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := fhir.Parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
