package scenarios

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// syntheticData is described in the README of cms/testdata.
const syntheticData = "../cms/testdata/synthetic"

// verifyCase is a line of cases.json.
type verifyCase struct {
	ID            string         `json:"id"`
	File          string         `json:"file"`
	Content       string         `json:"content"`
	Level         string         `json:"level"`
	Trust         []string       `json:"trust"`
	Intermediates []string       `json:"intermediates"`
	CRLs          []string       `json:"crls"`
	OCSPs         []string       `json:"ocsps"`
	Time          string         `json:"validation_time"`
	Expect        string         `json:"expect"`
	Signer        map[string]any `json:"signer"`
}

func (c verifyCase) args() []string {
	args := []string{"verify", "--json", "--offline", "--at", c.Time}
	each := func(flag string, names []string) {
		for _, n := range names {
			args = append(args, flag, filepath.Join(syntheticData, n))
		}
	}
	each("--trust", c.Trust)
	each("--intermediate", c.Intermediates)
	each("--crl", c.CRLs)
	each("--ocsp", c.OCSPs)
	if c.Content != "" {
		each("--content", []string{c.Content})
	}
	return append(args, filepath.Join(syntheticData, c.File))
}

// exits of verify.
var verdictExits = map[string]int{"valid": 0, "invalid": 1, "indeterminate": 2}

// verifyAnswer is what verify --json prints, as a reader who knows the names has it.
type verifyAnswer struct {
	Verdict string           `json:"verdict"`
	Reason  string           `json:"reason"`
	Format  string           `json:"format"`
	Level   string           `json:"level"`
	Now     *verifyNow       `json:"may_authorise"`
	Checks  []verifyCheck    `json:"checks"`
	Signers []map[string]any `json:"signers"`
}

type verifyNow struct{ Verdict, Reason string }

type verifyCheck struct{ Name, Status, Reason string }

// runCommand runs a command line and returns its exit code and output.
func runCommand(t *testing.T, command ...string) (code int, stdout, stderr []byte) {
	t.Helper()
	var out, diag bytes.Buffer
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stdout, cmd.Stderr = &out, &diag
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if bytes.Contains(diag.Bytes(), []byte("goroutine ")) {
		t.Errorf("%v: it crashed: %s", command, diag.Bytes())
	}
	return cmd.ProcessState.ExitCode(), out.Bytes(), diag.Bytes()
}

// verifyJSON runs verify --json and checks what holds for every answer.
func verifyJSON(t *testing.T, args ...string) (int, verifyAnswer) {
	t.Helper()
	return verifyJSONWith(t, []string{binary()}, args...)
}

func verifyJSONWith(t *testing.T, program []string, args ...string) (int, verifyAnswer) {
	t.Helper()
	code, stdout, stderr := runCommand(t, slices.Concat(program, args)...)
	var got verifyAnswer
	if err := json.Unmarshal(stdout, &got); err != nil {
		t.Fatalf("exit %d: %v: %q %s", code, err, stdout, stderr)
	}
	if want, known := verdictExits[got.Verdict]; !known || code != want {
		t.Errorf("exit %d with the verdict %q", code, got.Verdict)
	}
	if (got.Reason == "") != (got.Verdict == "valid") {
		t.Errorf("verdict %q, reason %q", got.Verdict, got.Reason)
	}
	for _, s := range got.Signers {
		for _, name := range []string{
			"common_name", "surname", "given_name", "drfo", "unzr", "edrpou", "is_stamp", "signing_time", "trusted_time", "checks",
		} {
			if _, there := s[name]; !there {
				t.Errorf("a signer without %q", name)
			}
		}
	}
	return code, got
}

// TestVerifyCases drives the binary by the fields of cases.json.
func TestVerifyCases(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(syntheticData, "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		CMS  []verifyCase `json:"cases"`
		ASiC []verifyCase `json:"asic_cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.CMS) == 0 || len(file.ASiC) == 0 {
		t.Fatal("cases.json has no cases")
	}
	for format, cases := range map[string][]verifyCase{"cms": file.CMS, "asic": file.ASiC} {
		for _, c := range cases {
			t.Run(c.ID, func(t *testing.T) {
				t.Parallel()
				code, got := verifyJSON(t, c.args()...)
				if got.Verdict != c.Expect || got.Format != format {
					t.Errorf("exit %d, %s %s: %s; want %s", code, got.Format, got.Verdict, got.Reason, c.Expect)
				}
				if c.Expect == "valid" && c.Level != "" && got.Level != c.Level {
					t.Errorf("level %q, want %q", got.Level, c.Level)
				}
				checkSigner(t, c.Signer, got.Signers)
				checkNow(t, c.ID, got)
			})
		}
	}
}

// checkNow: who signed well then may not authorise now for that alone.
func checkNow(t *testing.T, id string, got verifyAnswer) {
	t.Helper()
	if got.Format == "asic" {
		if got.Now != nil {
			t.Error("ASiC authorises")
		}
		return
	}
	want := map[string]verifyNow{
		"p11-seal": {"invalid", "no_person"}, "p14-revoked-after-timestamp": {"invalid", "revoked"}, "p01-bes-attached": {"valid", ""},
	}
	switch outcome, known := want[id]; {
	case got.Now == nil:
		t.Error("nothing about now")
	case known && *got.Now != outcome, got.Verdict != "valid" && got.Now.Verdict == "valid":
		t.Errorf("now %+v", *got.Now)
	}
}

// checkSigner compares what a case says about its signer, if it does.
func checkSigner(t *testing.T, want map[string]any, signers []map[string]any) {
	t.Helper()
	if want == nil {
		return
	}
	if len(signers) != 1 {
		t.Fatalf("%d signers", len(signers))
	}
	names := map[string]string{"cn": "common_name", "drfo": "drfo", "unzr": "unzr", "edrpou": "edrpou", "is_stamp": "is_stamp"}
	for field, value := range want {
		if name, ok := names[field]; !ok || signers[0][name] != value {
			t.Errorf("%s: %v, want %v", field, signers[0][name], value)
		}
	}
	for _, name := range []string{"drfo", "unzr", "edrpou"} {
		if _, stated := want[name]; !stated && signers[0][name] != nil {
			t.Errorf("%s out of nowhere", name)
		}
	}
}

// TestVerifyArmour: the same container in every dress that mail and browsers put on.
func TestVerifyArmour(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(syntheticData, "cms/p01-bes-attached.p7s"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := os.ReadFile(filepath.Join(syntheticData, "asic/a01-asice.asice"))
	if err != nil {
		t.Fatal(err)
	}
	folded := func(data []byte, newline string) string {
		text := base64.StdEncoding.EncodeToString(data)
		out := ""
		for len(text) > 64 {
			out += text[:64] + newline
			text = text[64:]
		}
		return out + text + newline
	}
	for name, dress := range map[string]string{
		"base64":                       base64.StdEncoding.EncodeToString(raw),
		"base64 in lines":              folded(raw, "\n"),
		"base64 in lines of Windows":   folded(raw, "\r\n"),
		"a mark, spaces, base64":       "\xef\xbb\xbf \t\r\n" + base64.StdEncoding.EncodeToString(raw) + "\r\n \n",
		"PEM":                          "-----BEGIN CMS-----\n" + folded(raw, "\n") + "-----END CMS-----\n",
		"PEM of another name":          "-----BEGIN PKCS7-----\r\n" + folded(raw, "\r\n") + "-----END PKCS7-----\r\n",
		"a mark, a line of words, PEM": "\xef\xbb\xbfПідпис:\n-----BEGIN CMS-----\n" + folded(raw, "\n") + "-----END CMS-----\n",
		"ASiC in base64":               base64.StdEncoding.EncodeToString(archive),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "container.txt")
			if err := os.WriteFile(path, []byte(dress), 0o600); err != nil {
				t.Fatal(err)
			}
			in := func(name string) string { return filepath.Join(syntheticData, name) }
			code, got := verifyJSON(t, "verify", "--json", "--offline", "--at", "2025-06-01T00:00:00Z", "--trust", in("pki/root.cer"),
				"--intermediate", in("pki/ca.cer"), "--crl", in("crl/empty.crl"), path)
			if code != 0 {
				t.Errorf("exit %d: %s", code, got.Reason)
			}
		})
	}
}
