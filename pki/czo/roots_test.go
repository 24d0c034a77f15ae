package czo_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
)

// dataVariable names the folder of the whole collection of test data; the bundle of all
// authorities may not be copied into the repository.
const dataVariable = "DOVIDKA_KEP_TESTDATA"

var write = flag.Bool("write", false, "write roots.txt from the bundles")

func bundle(t *testing.T, path string) []*pki.Certificate {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all, err := cms.Certificates(raw)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wholeBundle(t *testing.T) []*pki.Certificate {
	t.Helper()
	root := os.Getenv(dataVariable)
	if root == "" {
		t.Skipf("CACertificates-2025.p7b may not be copied into the repository: name the collection in %s", dataVariable)
	}
	all := bundle(t, filepath.Join(root, "real/trust/CACertificates-2025.p7b"))
	if len(all) != 771 {
		t.Fatalf("%d certificates, want 771", len(all))
	}
	return all
}

func testBundle(t *testing.T) []*pki.Certificate {
	t.Helper()
	return bundle(t, "../../cms/testdata/real/CACertificates.Test.p7b")
}

func TestRoots(t *testing.T) {
	t.Parallel()
	count := map[czo.Kind]int{}
	for _, r := range czo.Roots() {
		count[r.Kind]++
		if r.Name == "" || r.Number == "" || r.NotAfter.Before(r.NotBefore) {
			t.Errorf("%+v", r)
		}
	}
	if diff := cmp.Diff(map[czo.Kind]int{czo.Central: 7, czo.Banking: 3, czo.Test: 22}, count); diff != "" {
		t.Error(diff)
	}
}

// TestTestBundle: of the bundle of tests every certificate is for tests and none a root
// of production; its roots are the three known.
func TestTestBundle(t *testing.T) {
	t.Parallel()
	roots := 0
	for _, c := range testBundle(t) {
		if !czo.IsTest(c) || czo.IsProduction(c) {
			t.Errorf("%s is not for tests", c.Subject.Reveal())
		}
		if _, known := czo.Lookup(c); known {
			roots++
		}
		if err := czo.RefuseTests(c); !errors.Is(err, czo.ErrTest) || !strings.Contains(err.Error(), fmt.Sprintf("%x", c.Fingerprint())) {
			t.Error(err)
		}
	}
	if roots != 3 {
		t.Errorf("%d roots, want 3", roots)
	}
}

// TestWholeBundle derives the table anew from the bundle of all authorities.
func TestWholeBundle(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, c := range append(wholeBundle(t), testBundle(t)...) {
		switch err := c.CheckIssuedBy(c); {
		case !c.IsSelfIssued():
			continue
		case err != nil:
			// Nothing signed with SHA-1 is verified; the bundle has one such root.
			if !errors.Is(err, pki.ErrUnsupportedAlgorithm) || c.Subject.First(pki.OIDSerialNumber) != "UA-00032106-2016" {
				t.Errorf("%s: %v", c.Subject.Reveal(), err)
			}
			continue
		case c.Subject.First(pki.OIDSerialNumber) == "UA-08803498-1131":
			continue // of a body's own authority
		}
		lines = append(lines, line(t, c))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) }) // by kind, key and time
	got := strings.Join(slices.Compact(lines), "")
	if *write {
		if err := os.WriteFile("roots.txt", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("roots.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func line(t *testing.T, c *pki.Certificate) string {
	t.Helper()
	subject := c.Subject.Reveal()
	kind := czo.Central
	switch lower := strings.ToLower(subject); {
	case strings.Contains(lower, "test"), strings.Contains(lower, "тест"):
		kind = czo.Test
	case strings.Contains(subject, "UA-00032106-"):
		kind = czo.Banking
	}
	key := ""
	switch c.PublicKey.Key.(type) {
	case *dstu4145.PublicKey:
		key = "DSTU 4145"
	case *ecdsa.PublicKey:
		key = "ECDSA"
	case *rsa.PublicKey:
		key = "RSA"
	}
	return fmt.Sprintf("%x\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Fingerprint(), kind, key, c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339),
		c.Subject.First(pki.OIDSerialNumber), c.Subject.First(pki.OIDCommonName), c.Subject.First(pki.OIDOrganization))
}

// TestWholeBundleAsPool builds the chains of all certificates of the bundle from the
// bundle as a pool, with the roots of production pinned: nothing that is for tests is
// trusted, and all that is not comes out under a root.
func TestWholeBundleAsPool(t *testing.T) {
	t.Parallel()
	all := wholeBundle(t)
	pool := pki.NewPool(all...)
	if n := len(pool.Certificates()); n != len(all) {
		t.Fatalf("%d of %d in the pool", n, len(all))
	}
	var anchors []*pki.Certificate
	for _, c := range all {
		if czo.IsProduction(c) {
			anchors = append(anchors, c)
		}
	}
	trusted := 0
	for _, c := range all {
		_, err := pki.BuildChain(c, pki.ChainOptions{Anchors: anchors, Pool: pool, Time: c.NotBefore.Add(time.Hour)})
		if err != nil {
			continue
		}
		trusted++
		if czo.IsTest(c) {
			t.Errorf("%s is for tests and trusted", c.Subject.Reveal())
		}
	}
	if trusted < 500 {
		t.Errorf("only %d chains", trusted)
	}
	t.Logf("%d of %d certificates come out under %d roots", trusted, len(all), len(anchors))
}

// TestOwnWords: what says that it is for tests is believed.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	a, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if !czo.IsTest(a.Root.Certificate) || !czo.IsTest(a.CA.Certificate) {
		t.Error("the authority for tests and the demonstration is not recognised")
	}
	for name, want := range map[string]bool{
		"Центральний засвідчувальний орган": false, "Атестаційний центр": false, "Протест": false, "Contest Authority": false, "Latest": false,
		"ТЕСТОВИЙ ЦСК": true, "АЦСК (ТЕСТ)": true, "Test CA": true, "КНЕДП TEST": true, "ROOT-TEST": true, "Для випробувань": true, "Лише для випробування": true,
	} {
		c, err := a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			return pki.CATemplate(pki.Organization{Name: name}, key, pki.Validity{NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)})
		})
		if err != nil {
			t.Fatal(err)
		}
		own, err := pki.CreateCertificate(must(pki.RootTemplate(pki.Organization{Name: name}, c.Certificate.PublicKey, pki.Validity{
			NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour),
		})), nil, c.Key)
		if err != nil {
			t.Fatal(err)
		}
		if czo.IsTest(own) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
