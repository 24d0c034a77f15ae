package verifier_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/internal/verifier"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/czo"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/trustlist/trustlisttest"
)

// listWorld is a world in which a list in a file says whom to believe.
type listWorld struct {
	*world
	operator *cmstest.Identity
	path     string
	log      bytes.Buffer
	now      time.Time
	lists    verifier.TrustListsConfig
	written  int
}

func newListWorld(t *testing.T) *listWorld {
	t.Helper()
	w := &listWorld{world: newWorld(t, cmstest.EC), path: filepath.Join(t.TempDir(), "list.xml"), now: now}
	var err error
	if w.operator, err = w.authority.Seal(pki.Organization{Name: "Засвідчувальний орган"}); err != nil {
		t.Fatal(err)
	}
	w.lists = verifier.TrustListsConfig{
		Lists:     []verifier.TrustListFile{{Path: w.path, Signers: []*pki.Certificate{w.operator.Certificate}}},
		TestRoots: true, Logger: slog.New(slog.NewTextHandler(&w.log, nil)), Now: func() time.Time { return w.now },
	}
	return w
}

// write puts a list into the file, in which the provider has a status since yesterday.
func (w *listWorld) write(t *testing.T, signer *cmstest.Identity, sequence int, status string) {
	t.Helper()
	signed, err := trustlisttest.Signer{Key: signer.Key, Certificate: signer.Certificate, Time: w.now}.Sign(trustlisttest.Template{
		Territory: "UA", SequenceNumber: sequence, IssueDate: w.now.Add(-time.Minute), NextUpdate: w.now.AddDate(0, 1, 0),
		Providers: []trustlisttest.Provider{{Name: "КНЕДП", Services: []trustlisttest.Service{{{
			Type: trustlist.TypeCAQCUA, Status: status, From: now.Add(-2 * time.Hour), Certificate: w.authority.CA.Certificate,
		}}}}},
	}.XML())
	if err != nil {
		t.Fatal(err)
	}
	w.put(t, signed)
}

func (w *listWorld) put(t *testing.T, data []byte) {
	t.Helper()
	if err := os.WriteFile(w.path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	// Two writes may fall into one tick of the file system's clock.
	w.written++
	at := now.Add(time.Duration(w.written) * time.Second)
	if err := os.Chtimes(w.path, at, at); err != nil {
		t.Fatal(err)
	}
}

func (w *listWorld) service(t *testing.T) *verifier.Service {
	t.Helper()
	lists, err := verifier.NewTrustLists(w.lists)
	if err != nil {
		t.Fatal(err)
	}
	return w.serviceOf(t, lists)
}

func (w *listWorld) serviceOf(t *testing.T, lists *verifier.TrustLists) *verifier.Service {
	t.Helper()
	cfg := w.config
	cfg.Anchors, cfg.Intermediates, cfg.Services, cfg.Now = nil, nil, lists.Services, func() time.Time { return w.now }
	s, err := verifier.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTrustListsFollowTheirFiles: a new list counts once it verifies and is not older;
// whatever else is put in its place leaves things as they were.
func TestTrustListsFollowTheirFiles(t *testing.T) {
	t.Parallel()
	w := newListWorld(t)
	stranger, err := w.authority.Seal(pki.Organization{Name: "Хтось інший"})
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, w.operator, 5, trustlist.StatusGrantedUA)
	lists, err := verifier.NewTrustLists(w.lists)
	if err != nil {
		t.Fatal(err)
	}
	s := w.serviceOf(t, lists)
	req := dovidka.Request{Container: sign(t, w.issue(t, person), statement, false)}

	const withdrawn = trustlist.StatusWithdrawn
	for _, step := range []struct {
		name     string
		change   func()
		refused  bool // the signature
		log      string
		sequence int  // of the list in use
		unused   bool // what the file holds
	}{
		{"granted", func() {}, false, "trust list is in use", 5, false},
		{"signed by somebody else", func() { w.write(t, stranger, 6, withdrawn) }, false, "new trust list is refused", 5, true},
		{"not XML", func() { w.put(t, []byte("nonsense")) }, false, "new trust list is refused", 5, true},
		{"an older one", func() { w.write(t, w.operator, 4, withdrawn) }, false, "sequence number is lower", 5, true},
		{"lost", func() {
			if err := os.Remove(w.path); err != nil {
				t.Fatal(err)
			}
		}, false, "cannot be read", 5, true},
		{"withdrawn", func() { w.write(t, w.operator, 6, withdrawn) }, true, "sequence_number=6", 6, false},
		{"granted again", func() { w.write(t, w.operator, 7, trustlist.StatusGrantedUA) }, false, "sequence_number=7", 7, false},
	} {
		step.change()
		_, err := s.Verify(t.Context(), req)
		if step.refused {
			wantFault(t, err, dovidka.CodeSignatureUntrusted, pki.ReasonServiceNotGranted)
		} else if err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if err := s.Ready(t.Context()); err != nil {
			t.Errorf("%s: %v", step.name, err)
		}
		if !strings.Contains(w.log.String(), step.log) {
			t.Errorf("%s: the log does not say %q: %s", step.name, step.log, w.log.String())
		}
		got := lists.States()
		if len(got) != 1 || got[0].SequenceNumber != step.sequence || got[0].Refused != step.unused || got[0].File != "list.xml" {
			t.Errorf("%s: %+v", step.name, got)
		}
		w.log.Reset()
	}
}

// TestStaleTrustList: past its next update a list is not used, unless it is to be.
func TestStaleTrustList(t *testing.T) {
	t.Parallel()
	for name, accept := range map[string]bool{"refuse": false, "accept": true} {
		w := newListWorld(t)
		w.lists.AcceptStale = accept
		w.write(t, w.operator, 1, trustlist.StatusGrantedUA)
		w.now = now.AddDate(0, 1, 1)
		w.config.CRLs = func() ([]*pki.CRL, error) {
			list, err := w.authority.CRL(w.now)
			return []*pki.CRL{list}, err
		}
		s := w.service(t)
		_, err := s.Verify(t.Context(), dovidka.Request{Container: sign(t, w.issue(t, person), statement, false)})
		ready := s.Ready(t.Context())
		if accept {
			if err != nil || ready != nil {
				t.Errorf("%s: %v, %v", name, err, ready)
			}
			continue
		}
		wantFault(t, err, dovidka.CodeStorageUnavailable, "")
		if ready == nil || !strings.Contains(ready.Error(), "list.xml") {
			t.Errorf("%s: ready: %v", name, ready)
		}
	}
}

// TestTrustListsThatCannotBe: what does not verify at the start stops it.
func TestTrustListsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(w *listWorld)
		want   error
	}{
		"no file":        {func(w *listWorld) { w.lists.Lists[0].Path += "x" }, os.ErrNotExist},
		"no signer":      {func(w *listWorld) { w.lists.Lists[0].Signers = nil }, trustlist.ErrSigner},
		"another signer": {func(w *listWorld) { w.lists.Lists[0].Signers = []*pki.Certificate{w.authority.Root.Certificate} }, trustlist.ErrSigner},
		"for tests":      {func(w *listWorld) { w.lists.TestRoots = false }, czo.ErrTest},
		"by fingerprint": {func(w *listWorld) {
			w.lists.Lists[0].Signers, w.lists.Lists[0].Fingerprints = nil, [][sha256.Size]byte{w.operator.Certificate.Fingerprint()}
		}, nil},
	} {
		w := newListWorld(t)
		w.write(t, w.operator, 1, trustlist.StatusGrantedUA)
		test.change(w)
		if _, err := verifier.NewTrustLists(w.lists); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	if _, err := verifier.NewTrustLists(verifier.TrustListsConfig{}); err == nil {
		t.Error("no lists are lists")
	}
}

// TestTestRootIsRefused: a root for tests is no anchor unless it is said to be one.
func TestTestRootIsRefused(t *testing.T) {
	t.Parallel()
	cfg := newWorld(t, cmstest.EC).config
	cfg.TestRoots = false
	if _, err := verifier.New(cfg); !errors.Is(err, czo.ErrTest) {
		t.Errorf("%v, want %v", err, czo.ErrTest)
	}
}
