package trustlist

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/xmldsig"
)

func seeds(f *testing.F) {
	f.Helper()
	paths, err := filepath.Glob("testdata/made/*.xml")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no lists: %v", err)
	}
	for _, path := range append(paths, "testdata/unsigned.xml") {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
}

// FuzzList reads lists past the signature: a signer may err, or be somebody else's.
func FuzzList(f *testing.F) {
	seeds(f)
	at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, in []byte) {
		doc, err := xmldsig.Parse(in, xmldsig.Limits{Size: 1 << 16})
		if err != nil {
			return
		}
		list, err := readList(doc.Root)
		if err != nil {
			return
		}
		list.Faults()
		list.Stale(at)
		for _, s := range list.Services() {
			for i, g := range s.Granted {
				if !g.Until.IsZero() && !g.From.Before(g.Until) || i > 0 && s.Granted[i-1].From.Before(g.Until) {
					t.Errorf("times in disorder: %v", s.Granted)
				}
			}
			pki.NewServices(s).GrantedAt(s.Certificate, at)
		}
	})
}

// FuzzRead: nobody is pinned, so that nothing is ever read.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		list, err := Read(in, Options{Time: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Limits: xmldsig.Limits{Size: 1 << 16}})
		if err == nil || list != nil {
			t.Errorf("%v, %v", list, err)
		}
	})
}
