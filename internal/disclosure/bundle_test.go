package disclosure_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/fhir"
	"github.com/dovidka/dovidka/internal/disclosure"
)

var update = flag.Bool("update", false, "rewrite golden files")

// contract is where the examples of the FHIR contract are. Its whole answers
// are what Bundle writes, so the contract cannot promise anything else.
var contract = filepath.Join("..", "..", "api", "fhir")

var examples = map[string]dovidka.ID{
	"answer":             requestID,
	"historical":         "c24f5e6d-7081-4293-b4a5-b6c7d8e9fa0b",
	"missing-references": "b13e4d5c-6f70-4182-a394-a5b6c7d8e9fa",
	"no-declarations":    "a02d3c4b-5e6f-4071-9283-94a5b6c7d8e9",
}

func compose(t testing.TB, record dovidka.Record, request dovidka.ID) []byte {
	t.Helper()
	data, err := disclosure.Bundle(record, request)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The golden files are indented for people; the bytes are compared compact.
// conformance/fhir/run.sh puts them before four validators.
func TestBundleGolden(t *testing.T) {
	t.Parallel()
	for name, record := range records(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, request := filepath.Join("testdata", "bundle", name+".json"), requestID
			if id, ok := examples[name]; ok {
				path, request = filepath.Join(contract, "examples", "Bundle-"+name+".json"), id
			}
			got := compose(t, record, request)
			if *update {
				var indented bytes.Buffer
				if err := json.Indent(&indented, got, "", "  "); err != nil {
					t.Fatal(err)
				}
				indented.WriteByte('\n')
				if err := os.WriteFile(path, indented.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want bytes.Buffer
			if err := json.Compact(&want, golden); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), string(got)); diff != "" {
				t.Errorf("%s (-golden +got):\n%s", path, diff)
			}
			checkBundle(t, record, request, got)
		})
	}
}

// Every whole answer in the contract is rendered here, and every golden file
// has its record.
func TestBundleGoldenFilesHaveRecords(t *testing.T) {
	t.Parallel()
	all := records(t)
	for pattern, prefix := range map[string]string{
		filepath.Join(contract, "examples", "Bundle-*.json"): "Bundle-", filepath.Join("testdata", "bundle", "*.json"): "",
	} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, path := range paths {
			name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), prefix), ".json")
			if _, ok := all[name]; !ok {
				t.Errorf("%s has no record", path)
			}
		}
	}
}

func TestBundleRefusesWhatIsNotAnAnswer(t *testing.T) {
	t.Parallel()
	record := records(t)["answer"]
	for _, id := range []dovidka.ID{"", "7", "{" + requestID + "}", "urn:uuid:" + requestID, "9F1C2B3A-4D5E-4F60-8172-839405A6B7C8"} {
		if _, err := disclosure.Bundle(record, id); err == nil {
			t.Errorf("request id %q was taken", id)
		}
	}
	unread := records(t)["answer"]
	unread.AsOf = unread.AsOf.AddDate(-2024, -5, -10)
	if _, err := disclosure.Bundle(unread, requestID); err == nil {
		t.Error("a record of no time was taken")
	}
}

// Each answer has its own id, and the same one when composed again.
func TestBundleID(t *testing.T) {
	t.Parallel()
	id := func(record dovidka.Record, request dovidka.ID) string {
		data, err := disclosure.Bundle(record, request)
		if err != nil {
			t.Fatal(err)
		}
		bundle, err := fhir.ParseBundle(data)
		if err != nil {
			t.Fatal(err)
		}
		return bundle.ID
	}
	record := records(t)["answer"]
	first := id(record, requestID)
	if again := id(record, requestID); again != first {
		t.Errorf("composed again: %s, then %s", first, again)
	}
	if other := id(record, patientID); other == first {
		t.Error("two requests, one id")
	}
	record.AsOf = record.AsOf.Add(1e6)
	if later := id(record, requestID); later == first {
		t.Error("two answers to one request, one id")
	}
}

// Nothing that identifies a person in another register leaves, nor what
// officials write to each other.
func TestBundleDoesNotTell(t *testing.T) {
	t.Parallel()
	for name, record := range records(t) {
		data := string(compose(t, record, requestID))
		for _, secret := range []string{"3075751279", "19840317-01234", "4215602049", "службова записка", fhir.SystemTaxID, fhir.SystemDemographyID} {
			if strings.Contains(data, secret) {
				t.Errorf("%s tells %s", name, secret)
			}
		}
	}
}

// The words beside the codes are those of the contract's code systems: all of
// them and no others.
func TestBundleNamesAreTheContracts(t *testing.T) {
	t.Parallel()
	for file, names := range disclosure.Names() {
		data, err := os.ReadFile(filepath.Join(contract, "definitions", "CodeSystem-"+file+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var system struct {
			URL     string
			Concept []struct{ Code, Display string }
		}
		if err := json.Unmarshal(data, &system); err != nil {
			t.Fatal(err)
		}
		want := make(map[string]string)
		for _, c := range system.Concept {
			code := c.Code
			if file == "declaration-status-reason" {
				code = strings.ToLower(code)
			}
			want[code] = c.Display
		}
		if diff := cmp.Diff(want, names); diff != "" || len(want) == 0 {
			t.Errorf("%s (-contract +ours):\n%s", system.URL, diff)
		}
	}
}

func BenchmarkBundle(b *testing.B) {
	for _, name := range []string{"answer", "no-declarations"} {
		b.Run(name, func(b *testing.B) {
			record := records(b)[name]
			b.SetBytes(int64(len(compose(b, record, requestID))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := disclosure.Bundle(record, requestID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
