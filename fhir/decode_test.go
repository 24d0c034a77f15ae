package fhir_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/fhir"
)

// every is an empty resource of every type.
func every() []fhir.Resource {
	return []fhir.Resource{
		new(fhir.AuditEvent), new(fhir.Bundle), new(fhir.Consent), new(fhir.EpisodeOfCare), new(fhir.Location),
		new(fhir.OperationOutcome), new(fhir.Organization), new(fhir.Parameters), new(fhir.Patient),
		new(fhir.Practitioner), new(fhir.PractitionerRole), new(fhir.Provenance), new(fhir.RelatedPerson),
	}
}

// filler puts a value into every field, so that a field forgotten in writing or
// in reading shows. Values that can be one of several take turns.
type filler struct{ turn int }

func (f *filler) fill(t *testing.T, v reflect.Value, depth int) {
	t.Helper()
	switch p := v.Addr().Interface().(type) {
	case *fhir.Date:
		*p = fhir.Date{Year: 2024, Month: 2, Day: 29}
		return
	case *fhir.DateTime:
		*p = fhir.DateTimeOf(time.Date(2024, 5, 14, 9, 30, 0, 0, time.UTC))
		return
	case *fhir.Instant:
		*p = fhir.InstantOf(time.Date(2024, 5, 14, 9, 30, 0, 7e6, time.UTC))
		return
	case *fhir.Decimal:
		*p = "30.520"
		return
	case *fhir.Value:
		values := []fhir.Value{
			new(fhir.Boolean), new(fhir.Code), new(fhir.Date), new(fhir.DateTime), new(fhir.Coding),
			new(fhir.CodeableConcept), new(fhir.Identifier), new(fhir.Reference),
		}
		f.turn++
		value := reflect.ValueOf(values[f.turn%len(values)]).Elem()
		f.fill(t, value, depth+1)
		v.Set(value)
		return
	case *fhir.Resource:
		patient := &fhir.Patient{ID: "1"}
		v.Set(reflect.ValueOf(patient))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(7)
	case reflect.Pointer:
		if depth > 6 && v.Type().Elem().Kind() == reflect.Struct {
			return // Identifier.assigner.identifier.assigner ...
		}
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem(), depth+1)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte{0, 0xff, 1})
			return
		}
		n := 2
		if v.Type() == reflect.TypeFor[[]fhir.BundleEntry]() {
			n = 1 // addresses may not repeat
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range v.Len() {
			f.fill(t, v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f.fill(t, v.Field(i), depth+1)
		}
	default:
		t.Fatalf("no value for %s", v.Type())
	}
}

// full gives a resource without an empty field.
func full(t *testing.T, r fhir.Resource, turn int) fhir.Resource {
	t.Helper()
	f := filler{turn: turn}
	f.fill(t, reflect.ValueOf(r).Elem(), 0)
	if a, ok := r.(*fhir.AuditEvent); ok {
		a.Entity[0].Query, a.Entity[1].Name = nil, "" // sev-1: one of the two
	}
	return r
}

func TestEveryElementSurvives(t *testing.T) {
	t.Parallel()
	for turn := range 8 { // as many as there are kinds of values
		for _, r := range every() {
			want := full(t, r, turn)
			data, err := fhir.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			got, err := fhir.Parse(data)
			if err != nil {
				t.Fatalf("%s: %v", data, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s changed (-want +got):\n%s", r.ResourceType(), diff)
			}
		}
	}
}

func TestMarshalIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, r := range every() {
		first, err := fhir.Marshal(full(t, r, 0))
		if err != nil {
			t.Fatal(err)
		}
		second, err := fhir.Marshal(r)
		if err != nil || !bytes.Equal(first, second) {
			t.Errorf("%s: two different forms", r.ResourceType())
		}
		if !bytes.HasPrefix(first, []byte(`{"resourceType":"`+r.ResourceType()+`"`)) {
			t.Errorf("%s does not begin with its type", first)
		}
	}
}

func TestParseBundlePassesOverWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	got, err := fhir.ParseBundle([]byte(`{
		"type": "searchset", "total": 1, "link": [{"relation": "self", "url": "urn:x"}],
		"entry": [{
			"search": {"mode": "match"}, "fullUrl": "urn:uuid:9f1c2b3a-4d5e-4f60-8172-839405a6b7c8",
			"resource": {
				"id": "1", "status": "active", "patient": {"reference": "Patient/1", "_reference": {"id": "a"}},
				"extension": [{"url": "urn:a", "valueString": "new"}, {"url": "urn:b", "valueBoolean": true}, {"url": "urn:c", "extension": [{"url": "d", "valueCode": "e"}]}],
				"ID": "2", "value[x]": 1,
				"resourceType": "EpisodeOfCare"
			}
		}],
		"resourceType": "Bundle"
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &fhir.Bundle{Type: "searchset", Entry: []fhir.BundleEntry{{
		FullURL: "urn:uuid:9f1c2b3a-4d5e-4f60-8172-839405a6b7c8",
		Resource: &fhir.EpisodeOfCare{
			ID: "1", Status: fhir.EpisodeActive, Patient: fhir.Reference{Reference: "Patient/1"},
			Extension: []fhir.Extension{{URL: "urn:b", Value: fhir.Boolean(true)}},
		},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestParseBundleRefuses(t *testing.T) {
	t.Parallel()
	resource := func(s string) string {
		return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":` + s + `}]}`
	}
	tests := map[string]string{
		"nothing":               ``,
		"no JSON":               `{`,
		"two documents":         `{"resourceType":"Bundle","type":"collection"}{}`,
		"a list":                `[]`,
		"a string":              `"Bundle"`,
		"no type":               `{"type":"collection"}`,
		"another type":          `{"resourceType":"Patient"}`,
		"unknown resource":      resource(`{"resourceType":"Observation","id":"1"}`),
		"resource is a string":  resource(`"Patient"`),
		"null":                  `{"resourceType":"Bundle","type":"collection","entry":null}`,
		"empty list":            `{"resourceType":"Bundle","type":"collection","entry":[]}`,
		"empty object":          resource(`{}`),
		"empty string":          resource(`{"resourceType":"Patient","id":""}`),
		"a name twice":          resource(`{"resourceType":"Patient","id":"1","id":"2"}`),
		"false twice":           resource(`{"resourceType":"Patient","active":false,"active":true}`),
		"list of a single":      resource(`{"resourceType":"Patient","id":["1"]}`),
		"single of a list":      resource(`{"resourceType":"Patient","name":{"family":"x"}}`),
		"number for a string":   resource(`{"resourceType":"Patient","gender":1}`),
		"string for a boolean":  resource(`{"resourceType":"Patient","active":"true"}`),
		"string for a decimal":  resource(`{"resourceType":"Location","position":{"longitude":"1","latitude":1}}`),
		"fraction for a size":   resource(`{"resourceType":"Consent","sourceAttachment":{"size":1.5}}`),
		"impossible date":       resource(`{"resourceType":"Patient","birthDate":"2024-13-02"}`),
		"broken base64":         resource(`{"resourceType":"Consent","sourceAttachment":{"data":"AB="}}`),
		"mandatory one missing": resource(`{"resourceType":"EpisodeOfCare","status":"active"}`),
		"two values":            resource(`{"resourceType":"Parameters","parameter":[{"name":"a","valueCode":"b","valueBoolean":true}]}`),
		"not UTF-8":             resource("{\"resourceType\":\"Patient\",\"gender\":\"\xff\"}"),
		"too deep":              strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40),
		"too deep, unfinished":  strings.Repeat(`[`, 1<<20),
		"too many values":       `[` + strings.Repeat(`1,`, 1<<18) + `1]`,
		"too long":              `"` + strings.Repeat(`a`, fhir.MaxBundleBytes) + `"`,
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var wrong *fhir.Error
			if got, err := fhir.ParseBundle([]byte(in)); !errors.As(err, &wrong) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestParseParameters(t *testing.T) {
	t.Parallel()
	got, err := fhir.ParseParameters([]byte(`{"resourceType":"Parameters","parameter":[
		{"name":"identifier","valueIdentifier":{"system":"urn:oid:1.2.804.2.1.1.1.11.1.4.1.1","value":"3075751279"}},
		{"name":"status","valueCode":"active"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	want := &fhir.Parameters{Parameter: []fhir.Parameter{
		{Name: "identifier", Value: fhir.Identifier{System: fhir.SystemTaxID, Value: "3075751279"}},
		{Name: "status", Value: fhir.Code("active")},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for name, in := range map[string]string{
		"unknown element":       `{"resourceType":"Parameters","contained":[{"resourceType":"Patient"}]}`,
		"unknown of a part":     `{"resourceType":"Parameters","parameter":[{"name":"a","valueCode":"b","note":"c"}]}`,
		"unknown of a value":    `{"resourceType":"Parameters","parameter":[{"name":"a","valueIdentifier":{"value":"b","_value":{"id":"c"}}}]}`,
		"another case":          `{"resourceType":"Parameters","parameter":[{"Name":"a","valueCode":"b"}]}`,
		"unknown kind of value": `{"resourceType":"Parameters","parameter":[{"name":"a","valueInteger":1}]}`,
		"the name of a choice":  `{"resourceType":"Parameters","parameter":[{"name":"a","value[x]":1}]}`,
		"no value":              `{"resourceType":"Parameters","parameter":[{"name":"a"}]}`,
		"no name":               `{"resourceType":"Parameters","parameter":[{"valueCode":"b"}]}`,
		"another type":          `{"resourceType":"Patient","id":"1"}`,
		"too long":              `{"resourceType":"Parameters","parameter":[{"name":"` + strings.Repeat("a", fhir.MaxParametersBytes) + `"}]}`,
	} {
		if got, err := fhir.ParseParameters([]byte(in)); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// FuzzParse: whatever parses can be written, and what was written is a fixed
// point of reading and writing.
func FuzzParse(f *testing.F) {
	for _, r := range []fhir.Resource{
		episode(),
		&fhir.Bundle{Type: fhir.Collection, Entry: []fhir.BundleEntry{fhir.NewEntry(base, episode())}},
		&fhir.Location{Position: fhir.Position{Longitude: "3.0e+1", Latitude: "-0.5"}},
		&fhir.Parameters{Parameter: []fhir.Parameter{{Name: "status", Value: fhir.Code("active")}}},
	} {
		data, err := fhir.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"resourceType":"Patient","name":[{"family":"\ud800\u0000<&>"}],"value[x]":{"a":[1,true]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := fhir.Parse(data)
		if err != nil {
			return
		}
		first, err := fhir.Marshal(r)
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := fhir.Parse(first)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%s", err, first)
		}
		second, err := fhir.Marshal(again)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("not a fixed point: %v\n%s\n%s", err, first, second)
		}
	})
}

func FuzzParseParameters(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Parameters","parameter":[{"name":"identifier","valueIdentifier":{"system":"urn:x","value":"1"}},{"name":"status","valueCode":"active"}]}`))
	f.Add([]byte(`{"resourceType":"Parameters","id":"1","parameter":[{"name":"x","valueReference":{"identifier":{"assigner":{"display":"y"}}}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := fhir.ParseParameters(data)
		if err != nil {
			return
		}
		if _, err := fhir.Marshal(p); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
	})
}
