package cms_test

import (
	"path/filepath"
	"runtime"
	"slices"
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

// BenchmarkVerifyCAdESBES is the whole verification of a signature with DSTU 4145 by a
// signer never seen before, its authority and the revocation list being at hand.
func BenchmarkVerifyCAdESBES(b *testing.B) { benchmarkCase(b, "p01-bes-attached") }

// BenchmarkVerifyCAdEST is the same with time-stamps of the content and the signature.
func BenchmarkVerifyCAdEST(b *testing.B) { benchmarkCase(b, "p04-content-ts-and-signature-ts") }

func BenchmarkVerifyECDSA(b *testing.B) { benchmarkOpenSSL(b, "p256.p7s") }
func BenchmarkVerifyRSA(b *testing.B)   { benchmarkOpenSSL(b, "rsa.p7s") }

func benchmarkCase(b *testing.B, name string) {
	b.Helper()
	all := loadCases(b)
	i := slices.IndexFunc(all, func(c syntheticCase) bool { return c.ID == name })
	if i < 0 {
		b.Fatalf("there is no case %s", name)
	}
	benchmarkVerify(b, readFile(b, synthetic, all[i].File), all[i].options(b))
}

func benchmarkOpenSSL(b *testing.B, name string) {
	b.Helper()
	root := certificates(b, filepath.Join("testdata", "openssl"), []string{"root.cer"})
	benchmarkVerify(b, readFile(b, "testdata/openssl", name), cms.VerifyOptions{
		Anchors: root, Time: root[0].NotBefore.AddDate(1, 0, 0), Revocation: cms.RevocationNotChecked,
	})
}

func benchmarkVerify(b *testing.B, container []byte, opts cms.VerifyOptions) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		if r, err := cms.Verify(container, opts); err != nil || r.Verdict != cms.Valid {
			b.Fatal(r.Outcome, err)
		}
	}
}
