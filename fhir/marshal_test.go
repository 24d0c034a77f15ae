package fhir_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/fhir"
)

const base = "https://declarations.example.test/fhir"

func TestMarshalWritesNothingEmpty(t *testing.T) {
	t.Parallel()
	patient := fhir.Reference{Reference: "Patient/1"}
	tests := map[string]struct {
		in   fhir.Resource
		want string
	}{
		"nothing but what is mandatory": {
			&fhir.EpisodeOfCare{Status: fhir.EpisodeActive, Patient: patient},
			`{"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/1"}}`,
		},
		"empty lists, strings, objects and lists of empty objects": {
			&fhir.Patient{
				ID:         "1",
				Identifier: []fhir.Identifier{},
				Name:       []fhir.HumanName{{Given: []string{"", ""}}},
				Telecom:    []fhir.ContactPoint{{}, {}},
			},
			`{"resourceType":"Patient","id":"1"}`,
		},
		"empty ones among others": {
			&fhir.Patient{Name: []fhir.HumanName{{}, {Given: []string{"", "Остап", ""}}, {}, {Family: "Вигаданий"}}},
			`{"resourceType":"Patient","name":[{"given":["Остап"]},{"family":"Вигаданий"}]}`,
		},
		"false is a value": {
			&fhir.Patient{Active: new(false)},
			`{"resourceType":"Patient","active":false}`,
		},
		"false is written where it is mandatory": {
			&fhir.AuditEvent{
				Type:     fhir.Coding{Code: "rest"},
				Recorded: fhir.InstantOf(time.Date(2024, 6, 10, 12, 0, 1, 0, time.UTC)),
				Agent:    []fhir.AuditAgent{{}},
				Source:   fhir.AuditSource{Observer: fhir.Reference{Display: "x"}},
			},
			`{"resourceType":"AuditEvent","type":{"code":"rest"},"recorded":"2024-06-10T12:00:01.000Z",` +
				`"agent":[{"requestor":false}],"source":{"observer":{"display":"x"}}}`,
		},
		"empty bundle": {
			&fhir.Bundle{Type: fhir.Collection, Entry: []fhir.BundleEntry{}},
			`{"resourceType":"Bundle","type":"collection"}`,
		},
		"id is written once, after the type": {
			&fhir.Bundle{Type: fhir.Collection, Entry: []fhir.BundleEntry{fhir.NewEntry(base+"/", &fhir.Patient{ID: "1"})}},
			`{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"` + base + `/Patient/1","resource":{"resourceType":"Patient","id":"1"}}]}`,
		},
		"decimals keep their digits": {
			&fhir.Location{Position: fhir.Position{Longitude: "30.52340", Latitude: "-0.0"}},
			`{"resourceType":"Location","position":{"longitude":30.52340,"latitude":-0.0}}`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fhir.Marshal(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// The strings of encoding/json are the judge of ours; the two differ where
// FHIR says so.
func TestMarshalStrings(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"Комунальне «Центр ПМСД»", `"\/`, "<a href='x'>&amp;</a>", "\u2028\u2029", "рядок\nдругий\r\tтретій", "𝄞", "\x7f",
	} {
		got, err := fhir.Marshal(&fhir.Organization{Name: s})
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Name string }
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%s: %v", got, err)
		}
		if back.Name != s {
			t.Errorf("%q came back as %q", s, back.Name)
		}
		if strings.Contains(string(got), `\u`) {
			t.Errorf("%s: escaped without need", got)
		}
	}
	for in, want := range map[string]string{
		"a\x00b": "a\uFFFDb", "a\xffb": "a\uFFFDb", "\x1f": "\uFFFD", "\xd0": "\uFFFD",
		"a\uFFFEb\uFFFF": "a\uFFFDb\uFFFD",
	} {
		got, err := fhir.Marshal(&fhir.Organization{Name: in})
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"resourceType":"Organization","name":"` + want + `"}`; string(got) != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

func TestMarshalRefuses(t *testing.T) {
	t.Parallel()
	episode := func(change func(*fhir.EpisodeOfCare)) fhir.Resource {
		e := &fhir.EpisodeOfCare{ID: "1", Status: fhir.EpisodeActive, Patient: fhir.ReferenceTo("Patient", "1", "")}
		change(e)
		return e
	}
	entry := func(entries ...fhir.BundleEntry) fhir.Resource {
		return &fhir.Bundle{Type: fhir.Collection, Entry: entries}
	}
	var none *fhir.Patient
	tests := []struct {
		in   fhir.Resource
		path string
	}{
		{nil, ""},
		{none, ""},
		{&fhir.Patient{ID: "FAMILY_DOCTOR"}, "Patient.id"},
		{&fhir.Patient{ID: strings.Repeat("a", 65)}, "Patient.id"},
		{&fhir.Patient{BirthDate: fhir.Date{Year: 2023, Month: 2, Day: 29}}, "Patient.birthDate"},
		{&fhir.Patient{BirthDate: fhir.Date{Year: 2023, Day: 1}}, "Patient.birthDate"},
		{&fhir.Patient{Telecom: []fhir.ContactPoint{{System: "phone", Value: "1"}, {Value: "2"}}}, "Patient.telecom[1].system"},
		{&fhir.Patient{Link: []fhir.PatientLink{{Type: fhir.LinkReplaces}}}, "Patient.link[0].other"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Status = "" }), "EpisodeOfCare.status"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Status = " active" }), "EpisodeOfCare.status"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Status = "act\x00ive" }), "EpisodeOfCare.status"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Patient = fhir.Reference{} }), "EpisodeOfCare.patient"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Extension = []fhir.Extension{{URL: "urn:x"}} }), "EpisodeOfCare.extension[0].value"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Extension = []fhir.Extension{{Value: fhir.Boolean(true)}} }), "EpisodeOfCare.extension[0].url"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Extension = []fhir.Extension{{URL: "urn:x", Value: fhir.Coding{}}} }), "EpisodeOfCare.extension[0].value"},
		{episode(func(e *fhir.EpisodeOfCare) { e.Identifier = []fhir.Identifier{{System: "a b"}} }), "EpisodeOfCare.identifier[0].system"},
		{&fhir.Organization{}, "Organization.name"},
		{&fhir.Location{Position: fhir.Position{Longitude: "30"}}, "Location.position.latitude"},
		{&fhir.Location{Position: fhir.Position{Longitude: "30,5", Latitude: "1"}}, "Location.position.longitude"},
		{&fhir.OperationOutcome{}, "OperationOutcome.issue"},
		{&fhir.Consent{}, "Consent.status"},
		{&fhir.Bundle{}, "Bundle.type"},
		{entry(fhir.BundleEntry{FullURL: base + "/Patient/2", Resource: &fhir.Patient{ID: "1"}}), "Bundle.entry[0].fullUrl"},
		{entry(fhir.NewEntry(base, &fhir.Patient{ID: "1"}), fhir.NewEntry(base, &fhir.Patient{ID: "1"})), "Bundle.entry[1].fullUrl"},
		{entry(fhir.NewEntry(base, &fhir.Patient{ID: "1/_history/1"})), "Bundle.entry[0].fullUrl"},
		{entry(fhir.BundleEntry{FullURL: base + "/Patient/2"}), "Bundle.entry[0].resource"},
		{entry(fhir.NewEntry(base, &fhir.Patient{ID: "1", BirthDate: fhir.Date{Year: 10000}})), "Bundle.entry[0].resource.birthDate"},
	}
	for _, tt := range tests {
		got, err := fhir.Append([]byte("before"), tt.in)
		var wrong *fhir.Error
		if !errors.As(err, &wrong) || wrong.Path != tt.path {
			t.Errorf("error %v, want one at %q", err, tt.path)
		}
		if string(got) != "before" {
			t.Errorf("%v: the buffer was changed to %q", err, got)
		}
	}
}

func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	_, err := fhir.Marshal(&fhir.Patient{Identifier: []fhir.Identifier{{System: "3075751279 "}}})
	if err == nil || strings.Contains(err.Error(), "3075751279") {
		t.Errorf("error %v: want one without the value", err)
	}
	for _, in := range []string{
		`{"resourceType":"Parameters","3075751279":"1"}`,
		`{"resourceType":"Parameters","parameter":[{"name":"identifier","value3075751279":"1"}]}`,
		`{"resourceType":"3075751279"}`,
		`{"resourceType":"Parameters","parameter":3075751279}`,
		`{"resourceType":"Parameters",3075751279}`,
		`{"resourceType":"Parameters","parameter":[{"name":"x","valueDate":"3075751279"}]}`,
	} {
		if _, err := fhir.ParseParameters([]byte(in)); err == nil || strings.Contains(err.Error(), "3075751279") {
			t.Errorf("error %v: want one without the value", err)
		}
	}
}

func TestValidForms(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s             string
		id, code, uri bool
	}{
		{"", false, false, false},
		{"0a5f3a0e-6c1b-4b0e-9d5e-2f1f7c9a4b11", true, true, true},
		{"FAMILY_DOCTOR", false, true, true},
		{"two words", false, true, false},
		{"two  spaces", false, false, false},
		{"ends ", false, false, false},
		{"no\u00a0break", false, true, false},
		{"тип", false, true, true},
		{"\x00", false, false, false},
		{"\xff", false, false, false},
		{strings.Repeat("x", 64), true, true, true},
		{strings.Repeat("x", 65), false, true, true},
	} {
		if got := fhir.ValidID(tt.s); got != tt.id {
			t.Errorf("ValidID(%q) = %v", tt.s, got)
		}
		if got := fhir.ValidCode(tt.s); got != tt.code {
			t.Errorf("ValidCode(%q) = %v", tt.s, got)
		}
		if got := fhir.ValidURI(tt.s); got != tt.uri {
			t.Errorf("ValidURI(%q) = %v", tt.s, got)
		}
	}
}
