package trustlist_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

// madeTime is a time at which the lists in testdata/made are in force.
var madeTime = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	return must[[]byte](t)(os.ReadFile(path))
}

func certificate(t testing.TB, path string) *pki.Certificate {
	t.Helper()
	return must[*pki.Certificate](t)(pki.ParseCertificate(readFile(t, path)))
}

func madeLists(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/made/*.xml")
	if err != nil || len(paths) < 5 {
		t.Fatalf("%d lists: %v", len(paths), err)
	}
	return paths
}

// TestListsSignedByOthers reads lists that xmlsec1 and EU DSS signed.
func TestListsSignedByOthers(t *testing.T) {
	t.Parallel()
	ca := certificate(t, "../testdata/synthetic/pki/ca.cer")
	root := certificate(t, "../testdata/synthetic/pki/root.cer")
	for _, path := range madeLists(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			key := strings.FieldsFunc(filepath.Base(path), func(r rune) bool { return r == '-' || r == '.' })[1]
			if key == "pss" {
				key = "rsa"
			}
			raw := readFile(t, path)
			opts := trustlist.Options{Signers: []*pki.Certificate{certificate(t, "testdata/made/"+key+".cer")}, Time: madeTime}
			list := must[*trustlist.List](t)(trustlist.Read(raw, opts))
			services := pki.NewServices(list.Services()...)
			for at, want := range map[string]bool{
				"2024-12-31": false, "2025-01-01": true, "2025-07-31": true, "2025-08-01": false, "2026-01-31": false, "2026-02-01": true, "2027-01-01": true,
			} {
				if services.GrantedAt(ca, must[time.Time](t)(time.Parse(time.DateOnly, at))) != want {
					t.Errorf("granted at %s: not %v", at, want)
				}
			}
			if !services.RefusedAt(root, madeTime) || len(list.Faults()) != 0 {
				t.Errorf("the other service: %v", list.Faults())
			}
			if s := list.Scheme; s.SequenceNumber != 17 || s.Territory != "UA" || !s.Pointers[0].Certificates[0].Equal(root) || s.Pointers[0].Territory != "EU" {
				t.Errorf("%+v", s)
			}
			changed := bytes.Replace(raw, []byte("/withdrawn"), []byte("/granted"), 1)
			if _, err := trustlist.Read(changed, opts); !errors.Is(err, xmldsig.ErrDigest) {
				t.Errorf("changed: %v", err)
			}
		})
	}
}

// listsVariable names a folder with published lists (*.xml), which may not be copied
// into the repository.
const listsVariable = "DOVIDKA_TRUST_LISTS"

// TestPublishedLists reads lists in force somewhere once, each with its own signer
// pinned: that they are read at all is what is asked here.
func TestPublishedLists(t *testing.T) {
	t.Parallel()
	folder := os.Getenv(listsVariable)
	if folder == "" {
		t.Skipf("no published lists: name a folder of them in %s", listsVariable)
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.xml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no lists in %s: %v", listsVariable, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			raw := readFile(t, path)
			doc := must[*xmldsig.Document](t)(xmldsig.Parse(raw, xmldsig.Limits{}))
			all := func(*pki.Certificate) bool { return true }
			signature := must[*xmldsig.Signature](t)(xmldsig.VerifyEnveloped(doc, xmldsig.Options{Pinned: all}))
			list := must[*trustlist.List](t)(trustlist.Read(raw, trustlist.Options{
				Signers: []*pki.Certificate{signature.Certificate}, Time: time.Now(),
			}))
			t.Logf("%s %d: %d authorities, %d faults", list.Scheme.Territory, list.Scheme.SequenceNumber, len(list.Services()), len(list.Faults()))
		})
	}
}
