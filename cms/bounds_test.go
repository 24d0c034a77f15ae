package cms_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/dovidka/dovidka/cms"
)

// TestMemoryIsBounded: a container of 20 kB costs less than 16 MiB, whatever is in
// it. It runs alone, as it counts what the whole program allocates.
func TestMemoryIsBounded(t *testing.T) {
	const small, most = 20 << 10, 16 << 20
	tried := 0
	for _, c := range loadCases(t) {
		raw, opts := readFile(t, synthetic, c.File), c.options(t)
		if len(raw) > small {
			continue
		}
		tried++
		if _, err := cms.Verify(raw, opts); err != nil { // tables are made once
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := cms.Verify(raw, opts); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%s: %d bytes allocated", c.ID, used)
		}
	}
	if tried == 0 {
		t.Fatal("no container is small")
	}
}

func BenchmarkVerify(b *testing.B) {
	for _, name := range []string{"p01-bes-attached", "p04-content-ts-and-signature-ts"} {
		var chosen syntheticCase
		for _, c := range loadCases(b) {
			if c.ID == name {
				chosen = c
			}
		}
		raw, opts := readFile(b, synthetic, chosen.File), chosen.options(b)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := cms.Verify(raw, opts); err != nil || r.Verdict != cms.Valid {
					b.Fatal(r.Outcome, err)
				}
			}
		})
	}
	for _, name := range []string{"p256.p7s", "rsa.p7s"} {
		raw, root := readFile(b, "testdata/openssl", name), certificates(b, filepath.Join("testdata", "openssl"), []string{"root.cer"})
		opts := cms.VerifyOptions{Anchors: root, Time: root[0].NotBefore.AddDate(1, 0, 0), Revocation: cms.RevocationNotChecked}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := cms.Verify(raw, opts); err != nil || r.Verdict != cms.Valid {
					b.Fatal(r.Outcome, err)
				}
			}
		})
	}
}
