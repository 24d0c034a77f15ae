package asic_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/pki"
)

const synthetic = "../testdata/synthetic"

type syntheticCase struct {
	ID            string    `json:"id"`
	File          string    `json:"file"`
	Trust         []string  `json:"trust"`
	Intermediates []string  `json:"intermediates"`
	CRLs          []string  `json:"crls"`
	Time          time.Time `json:"validation_time"`
	Expect        string    `json:"expect"`
}

func loadCases(t testing.TB) []syntheticCase {
	t.Helper()
	var file struct {
		Cases []syntheticCase `json:"asic_cases"`
	}
	if err := json.Unmarshal(readFile(t, "cases.json"), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) == 0 {
		t.Fatal("cases.json has no cases")
	}
	return file.Cases
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(synthetic, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (c syntheticCase) options(t testing.TB) cms.VerifyOptions {
	t.Helper()
	certificates := func(names []string) (out []*pki.Certificate) {
		for _, n := range names {
			cert, err := pki.ParseCertificate(readFile(t, n))
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, cert)
		}
		return out
	}
	opts := cms.VerifyOptions{Anchors: certificates(c.Trust), Intermediates: certificates(c.Intermediates), Time: c.Time}
	for _, n := range c.CRLs {
		l, err := pki.ParseCRL(readFile(t, n))
		if err != nil {
			t.Fatal(err)
		}
		opts.CRLs = append(opts.CRLs, l)
	}
	return opts
}

// reasons are the stable codes of every case which is not valid.
var reasons = map[string]cms.Reason{
	"a10-doc-modified":        asic.ReasonDigest,
	"a12-unsigned-extra-file": asic.ReasonUnsignedFile,
	"a13-missing-file":        asic.ReasonMissingFile,
	"a15-path-traversal":      asic.ReasonZIP,
	"a18-no-mimetype":         asic.ReasonMimetype,
	"a19-mimetype-other":      asic.ReasonMimetype,
	"a21-manifest-doctype":    asic.ReasonManifest,
	"a22-zip-bomb":            cms.ReasonLimit,
	"a24-truncated-zip":       asic.ReasonZIP,
	"a25-prepended-data":      asic.ReasonZIP,
}

func TestSyntheticCases(t *testing.T) {
	t.Parallel()
	for _, c := range loadCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			r, err := asic.Verify(readFile(t, c.File), c.options(t), asic.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Verdict) != c.Expect || r.Reason != reasons[c.ID] {
				t.Errorf("%v, want %s: %s", r.Outcome, c.Expect, reasons[c.ID])
			}
			if r.Verdict == cms.Valid && (len(r.Documents) != 1 || len(r.Signatures) != 1 || len(r.Documents[0].Content) == 0) {
				t.Errorf("%d documents, %d signatures", len(r.Documents), len(r.Signatures))
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	var opts cms.VerifyOptions
	for _, c := range loadCases(f) {
		opts = c.options(f)
		if raw := readFile(f, c.File); len(raw) < 64<<10 {
			f.Add(raw)
		}
	}
	limits := asic.Limits{Size: 64 << 10, Unpacked: 1 << 20}
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := asic.Verify(in, opts, limits)
		if err != nil {
			t.Fatalf("bad input is an error of the options: %v", err)
		}
		if r.Verdict == cms.Valid && (len(r.Documents) == 0 || len(r.Signatures) == 0) {
			t.Fatal("valid without documents or signatures")
		}
	})
}
