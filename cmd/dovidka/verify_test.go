package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/ehealth"
)

// synthetic is described in the README of cms/testdata.
const synthetic = "../../cms/testdata/synthetic"

// execute runs a command line and returns its exit code and output.
func execute(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, diag bytes.Buffer
	code = run(t.Context(), args, &out, &diag)
	return code, out.String(), diag.String()
}

// TestVerifyContainersOfOthers runs the command on what other programs made.
func TestVerifyContainersOfOthers(t *testing.T) {
	t.Parallel()
	data := func(name string) string { return filepath.Join("../../cms/testdata", name) }
	content := filepath.Join(t.TempDir(), "content")
	if err := os.WriteFile(content, []byte("123"), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl := []string{"--trust", data("openssl/root.cer"), "--no-revocation"}
	root := []string{"--trust", filepath.Join(synthetic, "pki/root.cer"), "--no-revocation"}
	for name, tc := range map[string]struct {
		args   []string
		code   int
		reason string
	}{
		"ECDSA P-256":            {append(openssl, data("openssl/p256.p7s")), 0, ""},
		"ECDSA P-384, detached":  {append(openssl, "--content", data("openssl/content.txt"), data("openssl/p384.p7s")), 0, ""},
		"without its content":    {append(openssl, data("openssl/p384.p7s")), exitIndeterminate, "content_missing"},
		"ECDSA P-521":            {append(openssl, data("openssl/p521.p7s")), 0, ""},
		"RSA":                    {append(openssl, data("openssl/rsa.p7s")), 0, ""},
		"RSA-PSS":                {append(openssl, data("openssl/pss.p7s")), 0, ""},
		"by key identifier":      {append(openssl, data("openssl/keyid.p7s")), 0, ""},
		"RSA of 1024 bits":       {append(openssl, data("openssl/weak.p7s")), exitInvalid, "key_weak"},
		"SHA-1":                  {append(openssl, data("openssl/sha1.p7s")), exitInvalid, "algorithm_rejected"},
		"status wanted":          {[]string{"--trust", data("openssl/root.cer"), data("openssl/p256.p7s")}, exitIndeterminate, "status_no_source"},
		"nobody trusted":         {[]string{data("openssl/p256.p7s")}, exitIndeterminate, "issuer_unknown"},
		"PEM, nested signature":  {append(root, "--at", "2021-06-01T00:00:00Z", data("real/dps-test/cms-nested-octet-signature.pem")), exitIndeterminate, "time_stamp_certificate_missing"},
		"signed after expiry":    {append(root, data("real/cryptonite/test_cms.p7s")), exitInvalid, "expired"},
		"self-signed":            {append(root, "--at", "2023-01-01T00:00:00Z", data("real/jkurwa/message.p7")), exitInvalid, "issuer_not_ca"},
		"self-signed, detached":  {append(root, "--at", "2023-01-01T00:00:00Z", "--content", content, data("real/jkurwa/message_detached.p7")), exitInvalid, "issuer_not_ca"},
		"bundle of certificates": {append(root, data("real/CACertificates.Test.p7b")), exitInvalid, "no_signers"},
	} {
		code, stdout, stderr := execute(t, append([]string{"verify", "--json", "--at", "2027-01-01T00:00:00Z"}, tc.args...)...)
		var got struct{ Verdict, Reason string }
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Errorf("%s: exit %d: %s", name, code, stderr)
			continue
		}
		if code != tc.code || got.Reason != tc.reason {
			t.Errorf("%s: exit %d, %+v, want %d %q", name, code, got, tc.code, tc.reason)
		}
	}
}

// TestVerifyTellsWhoClaims: a seal is read by people who trust nobody yet; what
// its certificate claims is shown as a claim, and only when the signature is its
// key's.
func TestVerifyTellsWhoClaims(t *testing.T) {
	t.Parallel()
	in := func(name string) string { return filepath.Join(synthetic, "cms", name) }
	at := []string{"verify", "--at", "2025-06-01T00:00:00Z"}
	code, stdout, _ := execute(t, append(at, in("p11-seal.p7s"))...)
	if code != exitIndeterminate || !strings.Contains(stdout, "Sealed by, as the certificate claims") || !strings.Contains(stdout, "signed at     2025-03-01T12:00:00Z") {
		t.Errorf("exit %d:\n%s", code, stdout)
	}
	code, stdout, _ = execute(t, append(at, in("n02-signature-bit-flip.p7s"))...)
	if code != exitInvalid || strings.Contains(stdout, "claims") {
		t.Errorf("a broken signature: exit %d:\n%s", code, stdout)
	}
}

func TestVerifyUsage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signed, root := filepath.Join(synthetic, "cms/p01-bes-attached.p7s"), filepath.Join(synthetic, "pki/root.cer")
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	asice, junk := filepath.Join(synthetic, "asic/a01-asice.asice"), file("junk", "junk")
	for name, args := range map[string][]string{
		"no arguments":        {},
		"no file":             {"--trust", root},
		"file missing":        {"--trust", root, filepath.Join(dir, "missing")},
		"a folder":            {"--trust", root, dir},
		"a device":            {"--trust", root, "/dev/zero"},
		"content a device":    {"--trust", root, "--content", "/dev/zero", signed},
		"trust a device":      {"--trust", "/dev/zero", signed},
		"list a device":       {"--trust", root, "--crl", "/dev/zero", signed},
		"a pipe of nobody":    {"--trust", root, pipe},
		"two files":           {"--trust", root, signed, signed},
		"unknown flag":        {"--trust", root, "--trusted", signed},
		"time":                {"--trust", root, "--at", "yesterday", signed},
		"trust is junk":       {"--trust", junk, signed},
		"trust is empty":      {"--trust", file("empty", ""), signed},
		"list missing":        {"--trust", root, "--crl", filepath.Join(dir, "missing"), signed},
		"content beside ASiC": {"--trust", root, "--content", junk, asice},
	} {
		code, stdout, stderr := execute(t, append([]string{"verify"}, args...)...)
		if code != exitUsage || stdout != "" || stderr == "" {
			t.Errorf("%s: exit %d, %q, %q", name, code, stdout, stderr)
		}
	}
}

// TestVerifyWarnsOfUselessEvidence: a statement that cannot be read decides nothing.
func TestVerifyWarnsOfUselessEvidence(t *testing.T) {
	t.Parallel()
	junk := filepath.Join(t.TempDir(), "junk")
	if err := os.WriteFile(junk, []byte("junk"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(synthetic, name) }
	root, err := os.ReadFile(in("pki/root.cer"))
	if err != nil {
		t.Fatal(err)
	}
	comma := filepath.Join(t.TempDir(), "one, two.cer") // commas do not part names
	if err := os.WriteFile(comma, root, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"verify", "--trust", comma, "--intermediate", in("pki/ca.cer"), "--intermediate", junk, "--crl", in("crl/empty.crl"),
		"--crl", junk, "--ocsp", junk, "--at", "2025-06-01T00:00:00Z", in("cms/p01-bes-attached.p7s"),
	}
	code, stdout, stderr := execute(t, args...)
	if code != 0 || strings.Count(stderr, "junk is not used") != 3 {
		t.Errorf("exit %d: %s", code, stderr)
	}
	want := []string{"VALID", "Verified for 2025-06-01T00:00:00Z", "", "Signed by: ТЕСТЕНКО ТЕСТ ТЕСТОВИЧ"}
	if diff := cmp.Diff(want, strings.Split(stdout, "\n")[:4]); diff != "" {
		t.Errorf("for people (-want +got):\n%s", diff)
	}
}

// TestPrintable: a stranger's words do not move the cursor nor turn the text.
func TestPrintable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := &page{w: &out}
	p.line("%s: %s", "ТОВ «Ґанок»\u00a0— №\u20091", "\x1b[2J\u009b2J\u202egp\u2028x\r\n\u200f")
	if want := "ТОВ «Ґанок»\u00a0— №\u20091: \ufffd[2J\ufffd2J\ufffdgp\ufffdx\ufffd\ufffd\ufffd\n"; p.err != nil || out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// TestVerifyEHealth: the names, the messages and the exit codes.
func TestVerifyEHealth(t *testing.T) {
	t.Parallel()
	in := func(name string) string { return filepath.Join(synthetic, name) }
	trust := []string{"--trust", in("pki/root.cer"), "--intermediate", in("pki/ca.cer"), "--crl", in("crl/empty.crl"), "--at", "2025-06-01T00:00:00Z"}
	for file, want := range map[string]struct {
		code    int
		message string
		stamp   bool
		drfo    string
	}{
		"cms/p01-bes-attached.p7s":       {0, "", false, "3000000014"},
		"cms/p11-seal.p7s":               {0, "", true, ""},
		"cms/p06-two-signers.p7s":        {exitInvalid, "envelope contains 2 signatures instead of 1", false, ""},
		"cms/n02-signature-bit-flip.p7s": {exitInvalid, ehealth.Message(cms.ReasonSignature), false, ""},
		"cms/n94-empty.p7s":              {exitInvalid, "error processing signed data", false, ""},
		"cms/n85-no-cert.p7s":            {exitIndeterminate, "retrieving certificate from signed data container failed", false, ""},
		"asic/a01-asice.asice":           {0, "", false, "3000000014"},
		"asic/a10-doc-modified.asice":    {exitInvalid, "error processing signed data", false, ""},
	} {
		code, stdout, stderr := execute(t, append([]string{"verify", "--ehealth", in(file)}, trust...)...)
		var got struct {
			Content    json.RawMessage
			Signatures []struct {
				Signer  struct{ DRFO string }
				IsValid bool   `json:"is_valid"`
				IsStamp bool   `json:"is_stamp"`
				Message string `json:"validation_error_message"`
			}
		}
		if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got.Signatures) != 1 {
			t.Errorf("%s: %v %q %s", file, err, stdout, stderr)
			continue
		}
		s := got.Signatures[0]
		if code != want.code || s.Message != want.message || s.IsValid != (want.message == "") || s.IsStamp != want.stamp || s.Signer.DRFO != want.drfo {
			t.Errorf("%s: exit %d, %+v, want %+v", file, code, s, want)
		}
		if s.IsValid && (len(got.Content) == 0 || got.Content[0] != '{') {
			t.Errorf("%s: content %s", file, got.Content)
		}
	}
	if code, stdout, stderr := execute(t, "verify", "--ehealth", "--json", in("cms/p01-bes-attached.p7s")); code != exitUsage || stdout != "" || stderr == "" {
		t.Errorf("two forms: exit %d: %s%s", code, stdout, stderr)
	}
}
