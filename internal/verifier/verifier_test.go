package verifier_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/internal/verifier"
	"github.com/dovidka/dovidka/pki"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

const statement = `{"the":"statement"}`

var person = pki.Person{Surname: "Вигаданий", GivenName: "Остап Ігорович", DRFO: "3075751279", UNZR: "19840317-01234"}

// world is an authority and a verifier that believes it.
type world struct {
	authority *cmstest.Authority
	config    verifier.Config
}

func newWorld(t *testing.T, family cmstest.Family) *world {
	t.Helper()
	a, err := cmstest.NewAuthority(family, now)
	if err != nil {
		t.Fatal(err)
	}
	return &world{a, verifier.Config{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Intermediates: []*pki.Certificate{a.CA.Certificate}, TestRoots: true,
		CRLs: func() ([]*pki.CRL, error) {
			list, err := a.CRL(now)
			return []*pki.CRL{list}, err
		},
		Now: func() time.Time { return now },
	}}
}

func (w *world) issue(t *testing.T, p pki.Person) *cmstest.Identity {
	t.Helper()
	id, err := w.authority.Issue(p)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func sign(t *testing.T, id *cmstest.Identity, content string, detached bool) []byte {
	t.Helper()
	der, err := id.Sign([]byte(content), now, detached)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func (w *world) verify(t *testing.T, req dovidka.Request) (dovidka.Requester, error) {
	t.Helper()
	s, err := verifier.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	return s.Verify(t.Context(), req)
}

func wantFault(t *testing.T, err error, code dovidka.Code, reason cms.Reason) {
	t.Helper()
	fault := dovidka.FaultOf(err)
	if fault == nil || fault.Code != code || reason != "" && fault.Reason != string(reason) {
		t.Errorf("got %v, want code %s, reason %q", err, code, reason)
	}
}

func TestPersonIsRead(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU 4145": cmstest.DSTU, "ECDSA": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family)
			id := w.issue(t, person)
			attached, detached := sign(t, id, statement, false), sign(t, id, statement, true)
			for form, req := range map[string]dovidka.Request{
				"attached":                          {Container: attached},
				"attached, content sent along":      {Container: attached, Content: []byte(statement)},
				"attached, content expected":        {Container: attached, Expected: []byte(statement)},
				"detached, content sent along":      {Container: detached, Content: []byte(statement)},
				"detached, content known from here": {Container: detached, Expected: []byte(statement)},
			} {
				got, err := w.verify(t, req)
				if err != nil {
					t.Errorf("%s: %v", form, err)
					continue
				}
				if got.RNOKPP.Reveal() != person.DRFO || got.UNZR.Reveal() != person.UNZR || got.Name.Surname() != person.Surname ||
					got.Name.Given() != person.GivenName || string(got.Content) != statement || got.Status != "good" ||
					got.ContainerDigest != sha256.Sum256(req.Container) || got.Certificate.Serial == "" || got.Certificate.Issuer == "" {
					t.Errorf("%s: the requester is not who signed", form)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.DSTU)
	good := w.issue(t, person)
	stranger := newWorld(t, cmstest.DSTU).issue(t, person)
	seal, err := w.authority.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001"})
	if err != nil {
		t.Fatal(err)
	}
	nobody := person
	nobody.DRFO, nobody.UNZR = "", ""
	onlyUNZR := person
	onlyUNZR.DRFO = ""
	revoked := w.issue(t, person)
	w.authority.Revoke(revoked.Certificate, now.Add(-time.Hour), 1)

	flipped := sign(t, good, statement, false)
	flipped[len(flipped)-1] ^= 1
	attached, detached := sign(t, good, statement, false), sign(t, good, statement, true)
	for name, test := range map[string]struct {
		req    dovidka.Request
		code   dovidka.Code
		reason cms.Reason
	}{
		"nothing":                   {dovidka.Request{}, dovidka.CodeSignatureMalformed, ""},
		"no container":              {dovidka.Request{Container: []byte("hello")}, dovidka.CodeSignatureMalformed, ""},
		"bytes after the container": {dovidka.Request{Container: append(sign(t, good, statement, false), 0)}, dovidka.CodeSignatureMalformed, cms.ReasonTrailingData},
		"detached without content":  {dovidka.Request{Container: detached}, dovidka.CodeSignatureMalformed, cms.ReasonContentMissing},
		"attached and another sent along": {
			dovidka.Request{Container: attached, Content: []byte("other")}, dovidka.CodeSignatureMismatch, cms.ReasonContentDiffers,
		},
		"detached over other content": {
			dovidka.Request{Container: detached, Expected: []byte("other")}, dovidka.CodeSignatureInvalid, cms.ReasonDigestMismatch,
		},
		"one bit":              {dovidka.Request{Container: flipped}, dovidka.CodeSignatureInvalid, cms.ReasonSignature},
		"another authority":    {dovidka.Request{Container: sign(t, stranger, statement, false)}, dovidka.CodeSignatureUntrusted, ""},
		"a seal":               {dovidka.Request{Container: sign(t, seal, statement, false)}, dovidka.CodeSignerNotPerson, cms.ReasonNoPerson},
		"nobody's certificate": {dovidka.Request{Container: sign(t, w.issue(t, nobody), statement, false)}, dovidka.CodeSignerNotIdentified, ""},
		"УНЗР alone":           {dovidka.Request{Container: sign(t, w.issue(t, onlyUNZR), statement, false)}, dovidka.CodeSignerNotIdentified, ""},
		"a revoked key":        {dovidka.Request{Container: sign(t, revoked, statement, false)}, dovidka.CodeSignatureInvalid, pki.ReasonRevoked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := w.verify(t, test.req)
			wantFault(t, err, test.code, test.reason)
			for _, private := range []string{person.DRFO, person.UNZR, person.Surname, "Остап"} {
				if strings.Contains(fmt.Sprintf("%v %+v", err, dovidka.FaultOf(err)), private) {
					t.Error("the fault names the person")
				}
			}
		})
	}
}

func TestPassportInPlaceOfNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.DSTU)
	p := person
	p.DRFO = "АВ123456"
	got, err := w.verify(t, dovidka.Request{Container: sign(t, w.issue(t, p), statement, false)})
	if err != nil {
		t.Fatal(err)
	}
	want, err := dovidka.ParseDocument(dovidka.DocumentPassport, "АВ123456")
	if err != nil {
		t.Fatal(err)
	}
	if !got.RNOKPP.IsZero() || got.Document != want {
		t.Error("the document is not who signed")
	}
}

func TestUnknownRevocationIsARefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	req := dovidka.Request{Container: sign(t, w.issue(t, person), statement, false)}
	w.config.CRLs = nil
	_, err := w.verify(t, req)
	wantFault(t, err, dovidka.CodeSignatureIndeterminate, pki.ReasonStatusNoSource)

	w.config.Revocation = cms.RevocationNotChecked
	got, err := w.verify(t, req)
	if err != nil || got.Status != "not-checked" {
		t.Errorf("status %q, error %v", got.Status, err)
	}
}

// TestListsThatCannotBeReadAreNoVerdict: the request is tried again when they
// can be, as with every neighbour that fails.
func TestListsThatCannotBeReadAreNoVerdict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	w.config.CRLs = verifier.CRLFiles([]string{filepath.Join(t.TempDir(), "list.crl")}, 0)
	_, err := w.verify(t, dovidka.Request{Container: sign(t, w.issue(t, person), statement, false)})
	wantFault(t, err, dovidka.CodeStorageUnavailable, "")
}

// silent never finds out anything before its time is over.
type silent struct{}

func (silent) Statements(ctx context.Context, _ cms.StatusQuery) cms.Statements {
	<-ctx.Done()
	return cms.Statements{Reason: pki.ReasonStatusDown}
}

// TestAskingHasABudget: whoever is asked and does not answer costs that and no more.
func TestAskingHasABudget(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	w.config.CRLs, w.config.Statuses = nil, silent{}
	if _, err := verifier.New(w.config); err == nil {
		t.Error("asking without a budget")
	}
	w.config.Budget = 5 * time.Second
	container := sign(t, w.issue(t, person), statement, false)
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		_, err := w.verify(t, dovidka.Request{Container: container})
		wantFault(t, err, dovidka.CodeSignatureIndeterminate, pki.ReasonStatusDown)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}

func TestReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	for name, test := range map[string]struct {
		change func(*verifier.Config)
		ready  bool
	}{
		"a fresh list":           {func(*verifier.Config) {}, true},
		"no list":                {func(c *verifier.Config) { c.CRLs = nil }, false},
		"no list, none required": {func(c *verifier.Config) { c.CRLs, c.Revocation = nil, cms.RevocationIfAvailable }, true},
		"no list, but asking":    {func(c *verifier.Config) { c.CRLs, c.Statuses, c.Budget = nil, silent{}, time.Second }, true},
		"a stale list":           {func(c *verifier.Config) { c.Now = func() time.Time { return now.AddDate(1, 0, 0) } }, false},
	} {
		cfg := w.config
		test.change(&cfg)
		s, err := verifier.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Ready(t.Context()); (err == nil) != test.ready {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCRLFilesFollowTheirFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	path := filepath.Join(t.TempDir(), "list.crl")
	write := func(at time.Time) {
		list, err := w.authority.CRL(at)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, list.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
		// The clock of the file system may be coarse.
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	lists := verifier.CRLFiles([]string{path}, 0)
	if _, err := lists(); err == nil {
		t.Error("a list that is not there was passed over")
	}
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		write(at)
		got, err := lists()
		if err != nil || len(got) != 1 || !got[0].ThisUpdate.Equal(at) {
			t.Fatalf("list of %s: %v, error %v", at, got, err)
		}
	}
	if err := os.WriteFile(path, []byte("no list"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lists(); err == nil {
		t.Error("a broken list was passed over")
	}
}

// TestCRLFilesFailTogether: a list that was read while another could not be is
// not taken for one that has not changed since.
func TestCRLFilesFailTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	folder := t.TempDir()
	first, second := filepath.Join(folder, "first.crl"), filepath.Join(folder, "second.crl")
	write := func(path string, at time.Time) {
		list, err := w.authority.CRL(at)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, list.Raw, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	lists := verifier.CRLFiles([]string{first, second}, 0)
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		write(first, at) // the second is being replaced
		if _, err := lists(); err == nil {
			t.Fatal("a list that is not there was passed over")
		}
		write(second, at)
		got, err := lists()
		if err != nil || len(got) != 2 {
			t.Fatalf("%d lists, error %v", len(got), err)
		}
		for i, l := range got {
			if l == nil || !l.ThisUpdate.Equal(at) {
				t.Errorf("list %d is not that of %s", i+1, at)
			}
		}
		if err := os.Remove(second); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRequesterHidesItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, cmstest.EC)
	got, err := w.verify(t, dovidka.Request{Container: sign(t, w.issue(t, person), statement, false)})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("who", "requester", got)
	text := log.String() + fmt.Sprintf("%v %+v %#v %s", got, got, got, got)
	for _, private := range []string{person.DRFO, person.UNZR, person.Surname, "Остап"} {
		if strings.Contains(text, private) {
			t.Errorf("a log line holds the person: %s", private)
		}
	}
}
