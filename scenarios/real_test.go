package scenarios

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// dataVariable names the folder of the whole collection of test data, of which
// the repository holds only what its licences allow. Its README lists the files.
const dataVariable = "DOVIDKA_KEP_TESTDATA"

// copies are the places in the repository of folders of the collection.
var copies = []struct{ from, to string }{
	{"real/cms/", "../cms/testdata/real/"},
	{"real/trust/", "../cms/testdata/real/"},
	{"real/certs/", "../pki/testdata/real/"},
	{"real/crl/", "../pki/testdata/real/"},
	{"real/ocsp/", "../pki/testdata/real/"},
	{"real/pki-cryptonite/", "../pki/testdata/real/cryptonite/"},
	{"real/pki-cryptonite/", "../pki/keystore/testdata/cryptonite/"},
	{"real/keys/jkurwa/", "../pki/keystore/testdata/jkurwa/"},
	{"real/keys/test-", "../pki/keystore/testdata/uapki/test-"},
	{"real/keys/Key-6", "../pki/keystore/testdata/dstu-engine/Key-6"},
	{"real/keys/STORE", "../pki/keystore/testdata/jkurwa/STORE"},
	{"real/keys/ecdsa", "../pki/keystore/testdata/cryptonite/ecdsa"},
}

// realFile returns where a file of the collection is to be had, or skips the test
// and says why.
func realFile(t *testing.T, name string) string {
	t.Helper()
	if root := os.Getenv(dataVariable); root != "" {
		return filepath.Join(root, filepath.FromSlash(name))
	}
	for _, c := range copies {
		if rest, ok := strings.CutPrefix(name, c.from); ok {
			if _, err := os.Stat(c.to + rest); err == nil {
				return c.to + rest
			}
		}
	}
	t.Skipf("%s may not be copied into the repository: name the collection in %s", name, dataVariable)
	return ""
}

// mathematics are the checks that need the container alone.
var mathematics = []string{"signed_attributes", "signing_certificate", "algorithms", "message_digest", "signature"}

// realContainers are the signed files of the collection with what is known about
// each: its mathematics hold, and the chain ends where the certificates at hand do.
var realContainers = []struct {
	file   string
	flags  []string // names of files begin with real/
	exit   int
	reason string
	signer map[string]any // fields of the only signer
	passed []string       // checks besides the mathematics
	level  string
}{
	{
		file: "real/cms/diia-test/attached-bes.p7s", flags: diia("2023-09-19T18:30:00Z"), level: "BES",
		signer: diiaSeal, passed: []string{"key_usage", "signing_time", "chain", "identity"},
	},
	{
		file: "real/cms/diia-test/detached.p7s", flags: append(diia("2023-09-19T18:30:00Z"), "--content", "real/cms/diia-test/content.dat"),
		level: "BES", signer: diiaSeal, passed: []string{"key_usage", "signing_time", "chain", "identity"},
	},
	{
		file: "real/cms/diia-test/detached.p7s", flags: diia("2023-09-19T18:30:00Z"), exit: 2, reason: "content_missing",
	},
	{ // its certificate has expired since, its time-stamp proves that it was made before
		file: "real/cms/diia-test/cades-t.p7s", flags: diia("2025-06-01T00:00:00Z"), level: "T", signer: diiaSeal,
		passed: []string{"key_usage", "content_time_stamp", "signature_time_stamp", "signing_time", "chain", "identity"},
	},
	{
		file: "real/cms/diia-test/attached-bes.p7s", flags: diia("2025-06-01T00:00:00Z"), exit: 1, reason: "expired",
	},
	{ // a delta list alone says nothing about who is not on it
		file: "real/cms/diia-test/attached-bes.p7s", exit: 2, reason: "status_other",
		flags: append(slices.DeleteFunc(diia("2023-09-19T18:30:00Z"), func(s string) bool { return s == "--no-revocation" }),
			"--crl", "real/crl/diia-delta-2023-09-19.crl"),
		passed: []string{"chain"},
	},
	{
		file: "real/cms/dps-test/cms-nested-octet-signature.pem", flags: []string{"--at", "2021-06-01T00:00:00Z"},
		exit: 2, reason: "time_stamp_certificate_missing", passed: []string{"key_usage", "signing_time"}, level: "BES",
	},
	{ // the bundle has the certificates, and no trust is taken from it
		file: "real/cms/dps-test/cms-nested-octet-signature.pem", exit: 2, reason: "time_stamp_untrusted",
		flags: []string{"--at", "2021-06-01T00:00:00Z", "--intermediate", "real/trust/CACertificates-2025.p7b"}, level: "BES",
	},
	{
		file: "real/cms/cryptonite/test_cms.p7s", flags: []string{"--at", "2016-12-01T00:00:00Z"}, exit: 1, reason: "expired", level: "BES",
	},
	{file: "real/cms/cryptonite/ecdsa-one-signer.p7s", flags: []string{"--at", "2016-12-01T00:00:00Z"}, exit: 1, reason: "key_usage", level: "BES"},
	{
		file: "real/cms/jkurwa/message.p7", flags: []string{"--at", "2023-01-01T00:00:00Z"}, exit: 1, reason: "issuer_not_ca", level: "BES",
		passed: []string{"key_usage"},
	},
	{
		file: "real/cms/jkurwa/message_detached.p7", flags: []string{"--at", "2023-01-01T00:00:00Z", "--content", "123"}, exit: 1,
		reason: "issuer_not_ca", level: "BES", passed: []string{"key_usage"},
	},
}

var diiaSeal = map[string]any{"cn": "ДП ДІЯ (Тестування)", "edrpou": "43395033", "is_stamp": true}

// diia are the flags that trust the national root of 2020 and know the provider.
func diia(at string) []string {
	return []string{
		"--at", at, "--no-revocation", "--trust", "real/certs/diia/CAO-05E19E2CD92EA2990100000001000000C1000000.cer",
		"--intermediate", "real/certs/diia/diia-CA-05E19E2CD92EA2990100000001000000E1000000.cer",
		"--intermediate", "real/certs/diia/diia-2023-tsp-05E19E2CD92EA29902000000010000004A010000.cer",
	}
}

func TestVerifyRealContainers(t *testing.T) {
	t.Parallel()
	for _, c := range realContainers {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			t.Parallel()
			args := []string{"verify", "--json", "--offline", realFile(t, c.file)}
			for _, flag := range c.flags {
				switch {
				case flag == "123":
					flag = filepath.Join(t.TempDir(), "content")
					if err := os.WriteFile(flag, []byte("123"), 0o600); err != nil {
						t.Fatal(err)
					}
				case strings.HasPrefix(flag, "real/"):
					flag = realFile(t, flag)
				}
				args = append(args, flag)
			}
			code, got := verifyJSON(t, args...)
			if code != c.exit || got.Reason != c.reason || got.Level != c.level && c.level != "" {
				t.Errorf("exit %d, %q, level %q; want %d, %q, %q", code, got.Reason, got.Level, c.exit, c.reason, c.level)
			}
			checkSigner(t, c.signer, got.Signers)
			if c.level != "" {
				checkPassed(t, append(slices.Clone(mathematics), c.passed...), got.Signers)
			}
		})
	}
}

// checkPassed looks for checks of the only signer that passed.
func checkPassed(t *testing.T, want []string, signers []map[string]any) {
	t.Helper()
	if len(signers) != 1 {
		t.Fatalf("%d signers", len(signers))
	}
	passed := map[string]bool{}
	list, _ := signers[0]["checks"].([]any)
	for _, one := range list {
		check, _ := one.(map[string]any)
		name, _ := check["name"].(string)
		passed[name] = check["status"] == "passed"
	}
	for _, name := range want {
		if !passed[name] {
			t.Errorf("%s did not pass: %v", name, list)
		}
	}
}

// notSigned are files of the collection that are no signed documents, and the word for
// it; none may be taken for one.
var notSigned = map[string]string{
	"real/trust/CACertificates-2025.p7b":             "limit_exceeded",
	"real/trust/CACertificates.Test.p7b":             "no_signers",
	"real/enveloped/diia-test/kalyna-cofactor.p7e":   "not_signed_data",
	"real/enveloped/diia-test/kalyna-std.p7e":        "not_signed_data",
	"real/enveloped/diia-test/gost-cofactor.p7e":     "not_signed_data",
	"real/enveloped/diia-test/gost-std.p7e":          "not_signed_data",
	"real/enveloped/jkurwa/enc_message.p7":           "not_signed_data",
	"real/enveloped/jkurwa/clear_message.transport":  "malformed",
	"real/enveloped/jkurwa/enc_message.transport":    "trailing_data",
	"real/enveloped/jkurwa/message.transport":        "trailing_data",
	"real/pki-cryptonite/ocsp_request.der":           "malformed",
	"real/pki-cryptonite/tsp_request.der":            "malformed",
	"real/enveloped/diia-test/kalyna-cofactor.txt":   "malformed",
	"real/enveloped/diia-test/kalyna-std.txt":        "malformed",
	"real/enveloped/diia-test/gost-cofactor.txt":     "malformed",
	"real/enveloped/diia-test/gost-std.txt":          "malformed",
	"real/cms/diia-test/content.dat":                 "malformed",
	"real/pki-cryptonite/root_private_key_ba.dat":    "malformed",
	"real/pki-cryptonite/userfiz_private_key_ba.dat": "trailing_data",
	"real/pki-cryptonite/userur_private_key_ba.dat":  "malformed",
	"real/pki-cryptonite/ocsp_private_key_ba.dat":    "malformed",
}

func TestVerifyWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	for name, reason := range notSigned {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			if code, got := verifyJSON(t, "verify", "--json", realFile(t, name)); code != 1 || got.Reason != reason {
				t.Errorf("exit %d, %q, want %q", code, got.Reason, reason)
			}
		})
	}
}

var readmeRow = regexp.MustCompile(`(?m)^\| (real/[^ ]+) \|`)

// TestCollectionIsCovered: every file that the collection's README lists is used by
// a test here.
func TestCollectionIsCovered(t *testing.T) {
	t.Parallel()
	root := os.Getenv(dataVariable)
	if root == "" {
		t.Skipf("%s does not name the collection", dataVariable)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for _, c := range realContainers {
		covered[c.file] = true
		for _, flag := range c.flags {
			covered[flag] = true
		}
	}
	for name := range notSigned {
		covered[name] = true
	}
	for name := range realCertificates {
		covered[name] = true
	}
	for name := range realStatements {
		covered[name] = true
	}
	for _, c := range realKeys {
		covered[c.file] = true
	}
	covered["real/ocsp/revoked.ocsp"] = true
	rows := readmeRow.FindAllStringSubmatch(string(text), -1)
	if len(rows) < 50 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		if !covered[row[1]] {
			t.Errorf("%s is not used", row[1])
		}
	}
}
