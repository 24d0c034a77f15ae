package scenarios

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// shown is what certs show --json prints, as a reader who knows the names has it.
type shown struct {
	Files []struct {
		Format       string
		Certificates []shownCertificate
		Lists        []struct {
			Issuer     string
			Number     string
			Base       string    `json:"base_number"`
			ThisUpdate time.Time `json:"this_update"`
			Revoked    int
			Problems   []string
		} `json:"revocation_lists"`
		Answers []struct {
			Responder    string
			Responses    []struct{ Serial, Status string }
			Certificates []shownCertificate
		} `json:"ocsp_responses"`
	}
}

type shownCertificate struct {
	Kind, Serial, SHA256 string
	NotBefore            time.Time `json:"not_before"`
	NotAfter             time.Time `json:"not_after"`
	Key                  *struct{ Algorithm, Curve, DKE string }
	KeyID                string   `json:"subject_key_id"`
	GOSTKeyID            string   `json:"gost_key_id"`
	IsCA                 bool     `json:"is_ca"`
	CRL                  []string `json:"crl_urls"`
	OCSP                 []string `json:"ocsp_urls"`
	Issuers              []string `json:"ca_issuers_urls"`
	EDRPOU               string
	Policies             []string
	Problems             []string
}

func certsShow(t *testing.T, args ...string) shown {
	t.Helper()
	code, stdout, stderr := runCommand(t, append([]string{binary(), "certs", "show", "--json"}, args...)...)
	var got shown
	if err := json.Unmarshal(stdout, &got); err != nil || code != 0 {
		t.Fatalf("exit %d: %v: %s", code, err, stderr)
	}
	return got
}

// realCertificates are the certificates of the collection: what each is for, its
// curve, its substitution block, what is wrong with it while it is valid, and
// whether crypto/x509 refuses it.
var realCertificates = map[string]struct {
	kind, curve, dke, problem string
	peerless                  bool
}{
	"real/certs/diia/diia-test-sign-7775603.cer":                                        {"seal", "M257-PB", "№1", "", false},
	"real/certs/diia/diia-test-kep-7775604.cer":                                         {"encryption", "M431-PB", "№1", "", false},
	"real/certs/diia/diia-CA-05E19E2CD92EA2990100000001000000E1000000.cer":              {"authority", "M257-PB", "№1", "", false},
	"real/certs/diia/CAO-05E19E2CD92EA2990100000001000000C1000000.cer":                  {"root", "M431-PB", "№1", "", false},
	"real/certs/diia/diia-2023-tsp-05E19E2CD92EA29902000000010000004A010000.cer":        {"time-stamping", "M257-PB", "№1", "", false},
	"real/certs/diia/diia-ocsp-3ED5083160DBC59B0200000001000000202B0F00.cer":            {"ocsp", "M257-PB", "№1", "", false},
	"real/certs/jkurwa/SELF_SIGNED1.cer":                                                {"signature", "M257-PB", "№1", "", true},
	"real/certs/jkurwa/SELF_SIGNED_ENC1.cer":                                            {"encryption", "M431-PB", "№1", "", true},
	"real/certs/jkurwa/SELF_SIGNED_ENC_40A0.cer":                                        {"encryption", "M257-PB", "№1", "", true},
	"real/certs/jkurwa/SELF_SIGNED_ENC_6929.cer":                                        {"encryption", "M257-PB", "№1", "", true},
	"real/certs/jkurwa/SELF_SIGNED_ENC_E54B.cer":                                        {"encryption", "M431-PB", "№1", "", true},
	"real/certs/ehealth-trust/CA-Justice.cer":                                           {"authority", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/OCSP-Server_Justice.cer":                                  {"ocsp", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/TSP-Server_Justice.cer":                                   {"time-stamping", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CA-DFS.cer":                                               {"authority", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CA-OCSP-DFS.cer":                                          {"ocsp", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CA-TSP-DFS.cer":                                           {"time-stamping", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CA-IDDDFS-080218.cer":                                     {"authority", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/OCSP-IDDDFS-080218.cer":                                   {"ocsp", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/TSA-IDDDFS-140218.cer":                                    {"time-stamping", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CA-3004751DEF2C78AE010000000100000049000000.cer":          {"authority", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CAOCSPServer-D84EDA1BB9381E802000000010000001A000000.cer": {"ocsp", "M257-PB", "№1", "", false},
	"real/certs/ehealth-trust/CATSPServer-3004751DEF2C78AE02000000010000004A000000.cer": {"time-stamping", "M257-PB", "№1", "", false},
	"real/pki-cryptonite/root_certificate.cer":                                          {"root", "M257-PB", "№1", "algorithm_rejected issuer_key_usage", true},
	"real/pki-cryptonite/ocsp_certificate.cer":                                          {"ocsp", "M257-PB", "№1", "", false},
	"real/pki-cryptonite/userfiz_certificate.cer":                                       {"encryption", "M257-PB", "№1", "", false},
	"real/pki-cryptonite/userur_certificate.cer":                                        {"encryption", "M257-PB", "№1", "identity_malformed", false},
	"real/certs/old-dke/pfu_masterkey_2012.cer":                                         {"seal", "M257-PB", "test block of GOST 34.311", "", true},
	"real/certs/old-dke/masterkey_2011.cer":                                             {"authority", "M257-PB", "test block of GOST 34.311", "", false},
	"real/certs/old-dke/masterkey_tsp.cer":                                              {"time-stamping", "M257-PB", "test block of GOST 34.311", "", true},
	"real/certs/old-dke/masterkey_2012.cer":                                             {"authority", "M257-PB", "test block of GOST 34.311", "", false},
}

// TestShowRealCertificates compares with what crypto/x509 reads, and the identifier
// calculated from the key with the one that the authority wrote.
func TestShowRealCertificates(t *testing.T) {
	t.Parallel()
	for name, want := range realCertificates {
		t.Run(path.Base(name), func(t *testing.T) {
			t.Parallel()
			file := realFile(t, name)
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			at := validDuring(t, file)
			got := certsShow(t, "--at", at.Format(time.RFC3339), file)
			if len(got.Files) != 1 || len(got.Files[0].Certificates) != 1 {
				t.Fatalf("%+v", got)
			}
			c := got.Files[0].Certificates[0]
			sum := sha256.Sum256(raw)
			if c.SHA256 != hex.EncodeToString(sum[:]) {
				t.Errorf("SHA-256 %s", c.SHA256)
			}
			peer, err := x509.ParseCertificate(raw)
			if (err != nil) != want.peerless {
				t.Fatal(err)
			}
			if peer != nil && (c.Serial != hex.EncodeToString(peer.SerialNumber.Bytes()) ||
				!c.NotBefore.Equal(peer.NotBefore) || !c.NotAfter.Equal(peer.NotAfter) || c.IsCA != peer.IsCA ||
				c.KeyID != hex.EncodeToString(peer.SubjectKeyId) ||
				!slices.Equal(c.CRL, peer.CRLDistributionPoints) || !slices.Equal(c.OCSP, peer.OCSPServer) || !slices.Equal(c.Issuers, peer.IssuingCertificateURL)) {
				t.Errorf("%+v", c)
			}
			if c.GOSTKeyID != c.KeyID {
				t.Errorf("key id %s, calculated %s", c.KeyID, c.GOSTKeyID)
			}
			if c.Key == nil {
				t.Fatal("the key is refused")
			}
			if have := strings.Join(c.Problems, " "); c.Kind != want.kind || c.Key.Curve != want.curve || c.Key.DKE != want.dke || have != want.problem {
				t.Errorf("%s, %+v, problems %q; want %+v", c.Kind, *c.Key, have, want)
			}
		})
	}
}

// validDuring returns a time within the validity of the certificate.
func validDuring(t *testing.T, file string) time.Time {
	t.Helper()
	return certsShow(t, file).Files[0].Certificates[0].NotAfter.Add(-time.Hour).UTC()
}

// realStatements are lists and answers of the collection.
var realStatements = map[string]struct {
	number, base string
	revoked      int
}{
	"real/crl/czo-full-2016.crl":         {"17505", "", 33}, // of 35 entries two repeat another
	"real/crl/czo-delta-2016.crl":        {"17585", "17505", 0},
	"real/crl/diia-delta-2023-09-19.crl": {"704167", "698780", 0},
	"real/pki-cryptonite/full.crl":       {"291", "", 5},
	"real/pki-cryptonite/delta.crl":      {"292", "8961", 5},
}

func TestShowRealStatements(t *testing.T) {
	t.Parallel()
	for name, want := range realStatements {
		t.Run(path.Base(name), func(t *testing.T) {
			t.Parallel()
			got := certsShow(t, realFile(t, name))
			if len(got.Files) != 1 || len(got.Files[0].Lists) != 1 {
				t.Fatalf("%+v", got)
			}
			if l := got.Files[0].Lists[0]; l.Number != want.number || l.Base != want.base || l.Revoked != want.revoked || !slices.Equal(l.Problems, []string{"status_stale"}) {
				t.Errorf("%+v, want %+v", l, want)
			}
		})
	}
	t.Run("revoked.ocsp", func(t *testing.T) {
		t.Parallel()
		got := certsShow(t, realFile(t, "real/ocsp/revoked.ocsp"))
		if len(got.Files) != 1 || len(got.Files[0].Answers) != 1 {
			t.Fatalf("%+v", got)
		}
		if r := got.Files[0].Answers[0]; len(r.Responses) != 1 || r.Responses[0].Status != "revoked" || len(r.Certificates) != 2 {
			t.Errorf("%+v", r)
		}
	})
}

// TestShowBundles: every certificate of the published bundles is shown with its key.
func TestShowBundles(t *testing.T) {
	t.Parallel()
	for name, count := range map[string]int{"real/trust/CACertificates.Test.p7b": 19, "real/trust/CACertificates-2025.p7b": 771} {
		t.Run(path.Base(name), func(t *testing.T) {
			t.Parallel()
			got := certsShow(t, realFile(t, name))
			if len(got.Files) != 1 || got.Files[0].Format != "bundle" || len(got.Files[0].Certificates) != count {
				t.Fatalf("%d files", len(got.Files))
			}
			for _, c := range got.Files[0].Certificates {
				if c.Key == nil {
					t.Errorf("%s: its key is refused", c.SHA256)
				}
			}
			code, stdout, stderr := runCommand(t, binary(), "certs", "show", realFile(t, name))
			if lines := strings.Count(string(stdout), "\n"); code != 0 || lines != count+3 {
				t.Errorf("exit %d, %d lines: %s", code, lines, stderr)
			}
		})
	}
}

// realKeys are the key containers of the collection with their published passwords
// and the identifiers of their keys, by their beginnings.
var realKeys = []struct {
	file, password, format string
	keys                   []string // curve or algorithm, usage, identifier
}{
	{"real/keys/test-diia.p12", "testpassword", "PKCS#12", []string{"M257-PB  5bc6c06e", "M431-PB  6b1b77c0"}},
	{"real/keys/test-rsa.jks", "testpassword", "JKS", []string{"RSA  "}},
	{"real/keys/Key-6.dat", "tect4", "Key-6.dat", []string{"M257-PB signature 7e9e345d", "M431-PB agreement 7cebcd94"}},
	{"real/keys/STORE_A040.dat", "password", "encrypted PKCS#8", []string{"M257-PB  55af7e79"}},
	{"real/keys/ecdsa-aes256.p12", "123456", "PKCS#12", []string{"P-384  "}},
	{"real/keys/jkurwa/Key40A0.cer", "", "PKCS#8", []string{"M257-PB  55af7e79"}},
	{"real/keys/jkurwa/Key6929.cer", "", "PKCS#8", []string{"M257-PB  "}},
	{"real/keys/jkurwa/KeyE54B.cer", "", "PKCS#8", []string{"M431-PB  "}},
	{"real/keys/jkurwa/PRIV1.cer", "", "PKCS#8", []string{"M257-PB  "}},
}

func TestShowRealKeys(t *testing.T) {
	t.Parallel()
	for _, c := range realKeys {
		t.Run(path.Base(c.file), func(t *testing.T) {
			t.Parallel()
			args := []string{binary(), "keys", "show", "--json", realFile(t, c.file)}
			if c.password != "" {
				args = append(args, "--password-file", passwordFile(t, c.password))
			}
			code, stdout, stderr := runCommand(t, args...)
			var got struct {
				Format string
				Keys   []struct {
					Algorithm, Curve string
					Usage            []string
					ID               string `json:"key_id"`
				}
			}
			if err := json.Unmarshal(stdout, &got); err != nil || code != 0 || got.Format != c.format || len(got.Keys) != len(c.keys) {
				t.Fatalf("exit %d: %v: %s%s", code, err, stdout, stderr)
			}
			for i, k := range got.Keys {
				if k.Curve == "" {
					k.Curve = k.Algorithm
				}
				if have := strings.Join([]string{k.Curve, strings.Join(k.Usage, ","), k.ID}, " "); !strings.HasPrefix(have, c.keys[i]) {
					t.Errorf("%s, want %s", have, c.keys[i])
				}
			}
			if c.password == "" {
				return
			}
			args[len(args)-1] = passwordFile(t, "another")
			if code, stdout, stderr = runCommand(t, args...); code != 1 || len(stdout) != 0 || !strings.Contains(string(stderr), "the password does not open") {
				t.Errorf("with another password: exit %d: %s%s", code, stdout, stderr)
			}
		})
	}
}

func passwordFile(t *testing.T, password string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
