// Package fhir_test replays the FHIR contract: the examples are what our own
// types read and write, and what they point to is defined beside them.
package fhir_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
)

const canonical = "https://ehealth.gov.ua/fhir"

// examples gives the example files by name.
func examples(t *testing.T) map[string][]byte {
	t.Helper()
	return files(t, filepath.Join("examples", "*.json"))
}

func files(t *testing.T, pattern string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	found := make(map[string][]byte, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(path)] = data
	}
	return found
}

// Not only the meaning comes back but every byte, order included: this is what
// gets signed.
func TestExamplesComeBack(t *testing.T) {
	t.Parallel()
	for name, data := range examples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := fhir.Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(name, r.ResourceType()+"-") {
				t.Errorf("is a %s", r.ResourceType())
			}
			got, err := fhir.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := json.Compact(&want, data); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), string(got)); diff != "" {
				t.Errorf("changed (-example +written):\n%s", diff)
			}
		})
	}
}

// every gives all resources of all examples, those of bundles included.
func every(t *testing.T) map[string]fhir.Resource {
	t.Helper()
	found := make(map[string]fhir.Resource)
	for name, data := range examples(t) {
		r, err := fhir.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		found[name] = r
		if bundle, ok := r.(*fhir.Bundle); ok {
			for i, entry := range bundle.Entry {
				found[fmt.Sprintf("%s entry %d", name, i)] = entry.Resource
			}
		}
	}
	return found
}

func TestEveryTypeHasAnExample(t *testing.T) {
	t.Parallel()
	missing := []string{
		"AuditEvent", "Bundle", "Consent", "EpisodeOfCare", "Location", "OperationOutcome", "Organization",
		"Parameters", "Patient", "Practitioner", "PractitionerRole", "Provenance", "RelatedPerson",
	}
	for _, r := range every(t) {
		missing = slices.DeleteFunc(missing, func(s string) bool { return s == r.ResourceType() })
	}
	if len(missing) > 0 {
		t.Errorf("no example of %v", missing)
	}
}

// The invariants uad-1, uad-2 and per-1, and the one-to-one mapping of the
// known statuses.
func TestDeclarationsKeepTheInvariants(t *testing.T) {
	t.Parallel()
	statuses := make(map[string]bool)
	for name, r := range every(t) {
		e, ok := r.(*fhir.EpisodeOfCare)
		if !ok {
			continue
		}
		start, end := e.Period.Start.String(), ""
		if !e.Period.End.IsZero() {
			end = e.Period.End.String()
		}
		switch e.Status {
		case fhir.EpisodeFinished, fhir.EpisodeCancelled:
			if end == "" || end < start {
				t.Errorf("%s: ended, but from %s to %q", name, start, end)
			}
		case fhir.EpisodeActive, fhir.EpisodePlanned:
			if end != "" {
				t.Errorf("%s: not ended, but it has an end", name)
			}
		default:
			t.Errorf("%s: status %s is none of ours", name, e.Status)
		}
		original := declarationStatus(t, e)
		statuses[original] = true
		want, known := map[string][]fhir.EpisodeStatus{
			"active":               {fhir.EpisodeActive, fhir.EpisodeFinished}, // finished: expired
			"pending_verification": {fhir.EpisodePlanned},
			"terminated":           {fhir.EpisodeFinished},
			"closed":               {fhir.EpisodeFinished},
			"rejected":             {fhir.EpisodeCancelled},
		}[original]
		if known && !slices.Contains(want, e.Status) {
			t.Errorf("%s: %s became %s", name, original, e.Status)
		}
	}
	if len(statuses) < 5 {
		t.Errorf("only the statuses %v have examples", statuses)
	}
}

func declarationStatus(t *testing.T, e *fhir.EpisodeOfCare) string {
	t.Helper()
	for _, extension := range e.Extension {
		if coding, ok := extension.Value.(fhir.Coding); ok && extension.URL == canonical+"/StructureDefinition/declaration-status" {
			return coding.Code
		}
	}
	t.Fatalf("declaration %s has no status of the register", e.ID)
	return ""
}

// Whatever has our canonical base in an example is defined beside it.
func TestCanonicalAddressesAreDefined(t *testing.T) {
	t.Parallel()
	defined := make(map[string]bool)
	codes := make(map[string][]string)
	for name, data := range files(t, filepath.Join("definitions", "*.json")) {
		var definition struct {
			URL     string
			Content string
			Concept []struct{ Code string }
		}
		if err := json.Unmarshal(data, &definition); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defined[definition.URL] = true
		if definition.Content == "complete" {
			for _, concept := range definition.Concept {
				codes[definition.URL] = append(codes[definition.URL], concept.Code)
			}
		}
	}
	address := regexp.MustCompile(`"(` + regexp.QuoteMeta(canonical) + `/(?:StructureDefinition|CodeSystem)/[^"]*)"`)
	found := 0
	for name, data := range examples(t) {
		for _, match := range address.FindAllSubmatch(data, -1) {
			found++
			if !defined[string(match[1])] {
				t.Errorf("%s: %s is not defined", name, match[1])
			}
		}
	}
	if found == 0 {
		t.Error("no address was found in the examples")
	}

	var want []string
	for _, code := range dovidka.Codes() {
		want = append(want, string(code))
	}
	got := codes[canonical+"/CodeSystem/outcome"]
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the code system of outcomes is not the domain's (-domain +code system):\n%s", diff)
	}
}

// Inside a whole answer every reference to what an answer carries leads to an
// entry; what the register itself does not have any more stays a mere id.
func TestAnswerIsWhole(t *testing.T) {
	t.Parallel()
	data := examples(t)["Bundle-answer.json"]
	bundle, err := fhir.ParseBundle(data)
	if err != nil {
		t.Fatal(err)
	}
	entries := make(map[string]bool)
	for _, entry := range bundle.Entry {
		entries[entry.Resource.ResourceType()+"/"+entry.Resource.ResourceID()] = true
	}
	reference := regexp.MustCompile(`"reference": "([^"]+)"`)
	var missing []string
	for _, match := range reference.FindAllSubmatch(data, -1) {
		if !entries[string(match[1])] {
			missing = append(missing, string(match[1]))
		}
	}
	// The merged record itself is not given out: its declarations are the survivor's now.
	want := []string{"Patient/f4c2d3e5-b607-489a-9bcd-ef0123456789"}
	if diff := cmp.Diff(want, missing); diff != "" {
		t.Errorf("references that lead nowhere (-want +got):\n%s", diff)
	}
}
