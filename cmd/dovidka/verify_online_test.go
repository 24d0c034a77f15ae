package main

import (
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// TestVerifyAsks: the command asks whom a certificate names, unless told not to or
// told enough by files, and ends within its time when nobody answers.
func TestVerifyAsks(t *testing.T) {
	t.Parallel()
	a, err := cmstest.NewAuthority(cmstest.DSTU, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	services, err := a.Serve(cmstest.ServeConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer services.Close()
	good, err := a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	if err != nil {
		t.Fatal(err)
	}
	revoked, err := a.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.CRL(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	a.Revoke(revoked.Certificate, time.Now().Add(-time.Hour), 1)
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signed := func(name string, who *cmstest.Identity) string {
		p7s, err := who.Sign([]byte("document"), time.Now(), false)
		if err != nil {
			t.Fatal(err)
		}
		return file(name, p7s)
	}
	trust := []string{
		"--trust", file("root.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root.Certificate.Raw})),
		"--intermediate", file("ca.cer", a.CA.Certificate.Raw),
	}
	goodFile, revokedFile, listFile := signed("good.p7s", good), signed("revoked.p7s", revoked), file("list.crl", list.Raw)
	for _, step := range []struct {
		name   string
		args   []string
		fault  cmstest.Fault // of responder and lists
		code   int
		reason string
		asked  bool
	}{
		{"good", []string{goodFile}, cmstest.Sound, 0, "", true},
		{"revoked", []string{revokedFile}, cmstest.Sound, exitInvalid, "revoked", true},
		{"offline", []string{"--offline", goodFile}, cmstest.Sound, exitIndeterminate, "status_no_source", false},
		{"revocation does not matter", []string{"--no-revocation", goodFile}, cmstest.Sound, 0, "", false},
		{"a list says enough", []string{"--crl", listFile, goodFile}, cmstest.Slow, 0, "", false},
		{"nobody answers", []string{goodFile}, cmstest.Slow, exitIndeterminate, "status_unavailable", true},
		{"errors", []string{goodFile}, cmstest.ServerError, exitIndeterminate, "status_unavailable", true},
	} {
		before := services.OCSP.Requests()
		for _, s := range []*cmstest.Service{services.OCSP, services.CRL, services.RootCRL} {
			s.Misbehave(step.fault)
		}
		code, stdout, stderr := execute(t, append(append([]string{"verify", "--json"}, trust...), step.args...)...)
		var got struct{ Reason string }
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatalf("%s: exit %d: %s", step.name, code, stderr)
		}
		if code != step.code || got.Reason != step.reason || (services.OCSP.Requests() > before) != step.asked {
			t.Errorf("%s: exit %d, %q, asked %d times; want %d, %q", step.name, code, got.Reason, services.OCSP.Requests()-before, step.code, step.reason)
		}
	}
	// Nobody is asked about a certificate that nobody trusted vouches for.
	before := services.OCSP.Requests()
	if code, _, _ := execute(t, "verify", "--json", goodFile); code != exitIndeterminate || services.OCSP.Requests() != before {
		t.Errorf("without trust: exit %d, asked %d times", code, services.OCSP.Requests()-before)
	}
}
