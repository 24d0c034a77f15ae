package xmldsig_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// TestCanonicalFormsOfLibxml2 compares with what xmllint wrote.
func TestCanonicalFormsOfLibxml2(t *testing.T) {
	t.Parallel()
	inputs := glob(t, "testdata/c14n/*.xml")
	for _, path := range inputs {
		for form, m := range map[string]xmldsig.Canonicalization{
			"inclusive": {Comments: true}, "exclusive": {Comments: true, Exclusive: true},
		} {
			t.Run(filepath.Base(path)+" "+form, func(t *testing.T) {
				t.Parallel()
				want := read(t, strings.TrimSuffix(path, "xml")+form)
				doc := parse(t, read(t, path))
				got := canonical(t, m, doc)
				if diff := cmp.Diff(string(want), string(got)); diff != "" {
					t.Error(diff)
				}
				again := canonical(t, m, parse(t, got))
				if !bytes.Equal(again, got) {
					t.Error("the canonical form has another canonical form")
				}
			})
		}
	}
}

// TestWithoutComments: the forms without comments are those with comments of the
// document from which they were taken.
func TestWithoutComments(t *testing.T) {
	t.Parallel()
	const with = `<a x="1"><!-- c --><b>t<!--c-->u</b></a>`
	const without = `<a x="1"><b>tu</b></a>`
	for _, exclusive := range []bool{true, false} {
		m := xmldsig.Canonicalization{Exclusive: exclusive}
		if got := canonical(t, m, parse(t, []byte("<!--x-->"+with+"<!--y-->"))); string(got) != without {
			t.Errorf("%s", got)
		}
	}
}

func canonical(t testing.TB, m xmldsig.Canonicalization, d *xmldsig.Document) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := m.WriteDocument(&out, d); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func parse(t testing.TB, raw []byte) *xmldsig.Document {
	t.Helper()
	d, err := xmldsig.Parse(raw, xmldsig.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil || len(list) == 0 {
		t.Fatalf("no file %s: %v", pattern, err)
	}
	return list
}

func read(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
