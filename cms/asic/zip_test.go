package asic_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
)

// TestZIPHasOneReading bends a good container in the ways in which two readers come
// to see different documents.
func TestZIPHasOneReading(t *testing.T) {
	t.Parallel()
	good := readFile(t, "asic/a01-asice.asice")
	opts := loadCases(t)[0].options(t)
	central := int(binary.LittleEndian.Uint32(good[len(good)-6:]))
	second := bytes.Index(good[central+4:], []byte("PK\x01\x02")) + central + 4
	cases := map[string]func([]byte) []byte{
		"data after the end":           func(b []byte) []byte { return append(b, 0) },
		"data before the beginning":    func(b []byte) []byte { return append([]byte("%PDF"), b...) },
		"comment":                      func(b []byte) []byte { b[len(b)-2] = 1; return append(b, 'x') },
		"other name in local header":   func(b []byte) []byte { i := bytes.Index(b, []byte("doc.json")); b[i] = 'D'; return b },
		"other name in the directory":  func(b []byte) []byte { b[second+46] = 'D'; return b },
		"other method in local header": func(b []byte) []byte { b[8] = 8; return b },
		"other size in local header":   func(b []byte) []byte { b[22]++; return b },
		"encrypted":                    func(b []byte) []byte { b[central+8] |= 1; b[6] |= 1; return b },
		"fewer files than there are":   func(b []byte) []byte { b[len(b)-12]--; b[len(b)-14]--; return b },
		"checksum":                     func(b []byte) []byte { b[central+16]++; b[14]++; return b },
		"cut":                          func(b []byte) []byte { return b[:len(b)-1] },
		"empty":                        func([]byte) []byte { return nil },
	}
	for name, bend := range cases {
		r, err := asic.Verify(bend(bytes.Clone(good)), opts, asic.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if want := (cms.Outcome{Verdict: cms.Invalid, Reason: asic.ReasonZIP}); r.Outcome != want {
			t.Errorf("%s: %v, want %v", name, r.Outcome, want)
		}
	}
}

// TestStreamedZIP: writers which do not know sizes beforehand append them, and names
// may be refused whoever wrote them.
func TestStreamedZIP(t *testing.T) {
	t.Parallel()
	source, err := zip.NewReader(bytes.NewReader(readFile(t, "asic/a01-asice.asice")), int64(len(readFile(t, "asic/a01-asice.asice"))))
	if err != nil {
		t.Fatal(err)
	}
	opts := loadCases(t)[0].options(t)
	for extra, want := range map[string]cms.Reason{
		"":                  cms.ReasonNone,
		"DOC.JSON":          asic.ReasonZIP,
		"../x":              asic.ReasonZIP,
		"/x":                asic.ReasonZIP,
		`a\b`:               asic.ReasonZIP,
		"META-INF/other":    asic.ReasonUnexpectedFile,
		"folder/other.json": asic.ReasonUnsignedFile,
	} {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for _, f := range source.File {
			write(t, w, f.Name, read(t, f), f.Method)
		}
		if extra != "" {
			write(t, w, extra, []byte("x"), zip.Deflate)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		r, err := asic.Verify(out.Bytes(), opts, asic.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Reason != want {
			t.Errorf("with %q: %v, want %q", extra, r.Outcome, want)
		}
	}
}

func read(t *testing.T, f *zip.File) []byte {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t *testing.T, w *zip.Writer, name string, content []byte, method uint16) {
	t.Helper()
	f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
}
