package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/trustlist/trustlisttest"
)

func TestTrustIsRequired(t *testing.T) {
	t.Parallel()
	if err := (VerifierConfig{StaleTrustLists: staleRefuse}).checkTrust(); err == nil || !strings.Contains(err.Error(), "verifier.anchors, verifier.trust_lists") {
		t.Error(err)
	}
}

// TestTrustListsHaveNames: logs and metrics tell lists apart by the names of their files.
func TestTrustListsHaveNames(t *testing.T) {
	t.Parallel()
	cfg := VerifierConfig{StaleTrustLists: staleRefuse}
	for _, path := range []string{"ua/list.xml", "eu/list.xml"} {
		cfg.TrustLists = append(cfg.TrustLists, TrustListConfig{File: path, Signers: []string{"signer.cer"}})
	}
	if err := cfg.checkTrust(); err == nil || !strings.Contains(err.Error(), "list.xml") {
		t.Errorf("two lists of one name: %v", err)
	}
	cfg.TrustLists[1].File = "eu/other.xml"
	if err := cfg.checkTrust(); err != nil {
		t.Error(err)
	}
}

func TestFingerprints(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256(nil)
	plain := hex.EncodeToString(sum[:])
	var pairs []string
	for i := 0; i < len(plain); i += 2 {
		pairs = append(pairs, strings.ToUpper(plain[i:i+2]))
	}
	got, err := parseFingerprints([]string{plain, strings.Join(pairs, ":"), strings.Join(pairs, " ")})
	if err != nil || len(got) != 3 || got[0] != sum || got[1] != sum || got[2] != sum {
		t.Errorf("%x %v", got, err)
	}
	for _, text := range []string{"", "00", plain + "00", strings.Repeat("x", 64)} {
		if _, err := parseFingerprints([]string{text}); err == nil {
			t.Errorf("%q is a fingerprint", text)
		}
	}
}

// authorityFiles are the certificate of a root and a signed list that grants its
// provider, in files.
type authorityFiles struct {
	*cmstest.Authority
	root, list, signer, crl string
	fingerprint             string
}

func newAuthorityFiles(t *testing.T, family cmstest.Family, nextUpdate time.Time) authorityFiles {
	t.Helper()
	now := time.Now()
	a, err := cmstest.NewAuthority(family, now)
	if err != nil {
		t.Fatal(err)
	}
	operator, err := a.Seal(pki.Organization{Name: "Засвідчувальний орган"})
	if err != nil {
		t.Fatal(err)
	}
	document := trustlisttest.Template{
		Territory: "UA", SequenceNumber: 1, IssueDate: now.Add(-time.Hour), NextUpdate: nextUpdate,
		Providers: []trustlisttest.Provider{{Name: "КНЕДП", Services: []trustlisttest.Service{{{
			Type: trustlist.TypeCAQCUA, Status: trustlist.StatusGrantedUA, From: now.Add(-time.Hour), Certificate: a.CA.Certificate,
		}}}}},
	}.XML()
	signed, err := trustlisttest.Signer{Key: operator.Key, Certificate: operator.Certificate, Time: now}.Sign(document)
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.CRL(now)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sum := operator.Certificate.Fingerprint()
	return authorityFiles{
		a, write("root.cer", a.Root.Certificate.Raw), write("list.xml", signed), write("signer.cer", operator.Certificate.Raw),
		write("list.crl", list.Raw), hex.EncodeToString(sum[:]),
	}
}

// TestTestRootStopsTheStart: nothing starts with a root for tests unless it is said to
// be wanted, and then it is said loudly each time.
func TestTestRootStopsTheStart(t *testing.T) {
	t.Parallel()
	files := newAuthorityFiles(t, cmstest.EC, time.Now().Add(time.Hour))
	lists := []TrustListConfig{{File: files.list, Signers: []string{files.signer}}}
	for name, cfg := range map[string]VerifierConfig{
		"anchor":     {Anchors: []string{files.root}, Certificates: 1},
		"trust list": {TrustLists: lists, Certificates: 1},
	} {
		log := slog.New(slog.DiscardHandler)
		if _, _, err := newVerifier(cfg, time.Minute, prometheus.NewRegistry(), log); err == nil || !strings.Contains(err.Error(), "verifier.test_roots") {
			t.Errorf("%s: %v", name, err)
		}
		cfg.TestRoots = true
		metrics := prometheus.NewRegistry()
		if _, _, err := newVerifier(cfg, time.Minute, metrics, log); err != nil {
			t.Errorf("%s, wanted: %v", name, err)
		}
		shown := httptest.NewRecorder()
		promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}).ServeHTTP(shown, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
		for _, want := range []string{`sequence_number{file="list.xml",territory="UA"} 1`, `refused{file="list.xml",territory="UA"} 0`, "next_update_timestamp_seconds{"} {
			if strings.Contains(shown.Body.String(), "dovidka_trust_list_"+want) != (name == "trust list") {
				t.Errorf("%s: metrics: %s\n%s", name, want, shown.Body)
			}
		}
		var out bytes.Buffer
		cfg.warnOfTrust(slog.New(slog.NewTextHandler(&out, nil)))
		if !strings.Contains(out.String(), "level=WARN") || !strings.Contains(out.String(), "ROOTS FOR TESTS") {
			t.Errorf("%s: no warning: %s", name, out.String())
		}
	}
}

// TestVerifyWithTrustList: with a list, and nothing else, a signature is as good as the
// list and its signer are.
func TestVerifyWithTrustList(t *testing.T) {
	t.Parallel()
	files := newAuthorityFiles(t, cmstest.DSTU, time.Now().Add(time.Hour))
	stale := newAuthorityFiles(t, cmstest.DSTU, time.Now().Add(-time.Minute))
	signed := func(f authorityFiles) string {
		who, err := f.Issue(pki.Person{Surname: "Вигаданий", GivenName: "Остап", DRFO: "3000000014"})
		if err != nil {
			t.Fatal(err)
		}
		container, err := who.Sign([]byte("текст"), time.Now().Add(-3*time.Hour), false)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "text.p7s")
		if err := os.WriteFile(path, container, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	before := time.Now().Add(-2 * time.Hour).UTC().Format(time.RFC3339)
	for name, tc := range map[string]struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		"granted":                {[]string{"--crl", files.crl, "--trust-list", files.list, "--trust-list-signer", files.signer, signed(files)}, 0, "Остап", ""},
		"before it was granted":  {[]string{"--at", before, "--no-revocation", "--trust-list", files.list, "--trust-list-signer", files.signer, signed(files)}, exitIndeterminate, "service_not_granted", ""},
		"no list":                {[]string{"--crl", files.crl, signed(files)}, exitIndeterminate, "issuer_unknown", ""},
		"another authority":      {[]string{"--crl", stale.crl, "--trust-list", files.list, "--trust-list-signer", files.signer, signed(stale)}, exitInvalid, "issuer_imitated", ""},
		"nobody named as signer": {[]string{"--trust-list", files.list, signed(files)}, exitUsage, "", "--trust-list-signer"},
		"another signer":         {[]string{"--trust-list", files.list, "--trust-list-signer", files.root, signed(files)}, exitUsage, "", "not signed by whom it has to be"},
		"not a list":             {[]string{"--trust-list", files.root, "--trust-list-signer", files.signer, signed(files)}, exitUsage, "", "root.cer"},
		"stale":                  {[]string{"--crl", stale.crl, "--trust-list", stale.list, "--trust-list-signer", stale.signer, signed(stale)}, exitIndeterminate, "issuer_unknown", "another list had to follow"},
	} {
		code, stdout, stderr := execute(t, append([]string{"verify", "--offline"}, tc.args...)...)
		if code != tc.code || !strings.Contains(stdout, tc.stdout) || !strings.Contains(stderr, tc.stderr) {
			t.Errorf("%s: exit %d, want %d\n%s\n%s", name, code, tc.code, stdout, stderr)
		}
	}
}
