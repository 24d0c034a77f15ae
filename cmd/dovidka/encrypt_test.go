package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

const envelopes = "../../cms/enveloped/testdata"

// desk is a folder with a person's keys: one to sign and one to decrypt with.
type desk struct{ dir string }

func (d desk) path(name string) string { return filepath.Join(d.dir, name) }

func newDesk(t *testing.T, family cmstest.Family) desk {
	t.Helper()
	d := desk{t.TempDir()}
	now := time.Now()
	authority, err := cmstest.NewAuthority(family, now)
	if err != nil {
		t.Fatal(err)
	}
	person := pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"}
	signing, err := authority.Issue(person)
	if err != nil {
		t.Fatal(err)
	}
	decrypting, err := authority.IssueForEncryption(person)
	if err != nil {
		t.Fatal(err)
	}
	clean, err := authority.CRL(now)
	if err != nil {
		t.Fatal(err)
	}
	authority.Revoke(decrypting.Certificate, now.Add(-time.Minute), 1)
	revoking, err := authority.CRL(now)
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]keystore.Key, 0, 2)
	for _, i := range []*cmstest.Identity{signing, decrypting} {
		keys = append(keys, keystore.Key{Signer: i.Key, Certificates: [][]byte{i.Certificate.Raw}})
	}
	store, err := keystore.EncodePFX(keys, []byte("secret"), keystore.PFXOptions{Iterations: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"keys.p12": store, "password": []byte("secret\n"), "wrong": []byte("secrets\n"), "letter.txt": []byte("Лист, який ніхто не прочитає.\n"),
		"signing.cer": signing.Certificate.Raw, "decrypting.cer": decrypting.Certificate.Raw,
		"clean.crl": clean.Raw, "revoking.crl": revoking.Raw,
		"root.cer": authority.Root.Certificate.Raw, "ca.cer": authority.CA.Certificate.Raw,
	} {
		if err := os.WriteFile(d.path(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestEncryptAndDecrypt(t *testing.T) {
	t.Parallel()
	for family, schemes := range map[cmstest.Family][]string{
		cmstest.DSTU: {"", "kalyna-cofactor", "kalyna-standard", "gost-cofactor", "gost-standard"},
		cmstest.EC:   {"", "aes-256-gcm", "aes-128-gcm", "aes-256-cbc", "aes-128-cbc"},
	} {
		d := newDesk(t, family)
		for _, scheme := range schemes {
			args := []string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--out", d.path("out" + scheme + ".p7e"),
				"--trust", d.path("root.cer"), "--intermediate", d.path("ca.cer"), "--crl", d.path("clean.crl")}
			if scheme != "" {
				args = append(args, "--scheme", scheme)
			}
			if code, stdout, stderr := execute(t, args...); code != 0 || !strings.Contains(stdout, "encrypted for 1") || stderr != "" {
				t.Fatalf("%s: exit %d: %s%s", scheme, code, stdout, stderr)
			}
			code, stdout, stderr := execute(t, "decrypt", d.path("out"+scheme+".p7e"), "--key", d.path("keys.p12"), "--password-file", d.path("password"))
			if code != 0 || !strings.Contains(stdout, "decrypted") || !strings.Contains(stderr, "nothing proves who") {
				t.Fatalf("%s: exit %d: %s%s", scheme, code, stdout, stderr)
			}
			if got := slurp(t, d.path("out"+scheme)); !bytes.Equal(got, slurp(t, d.path("letter.txt"))) {
				t.Errorf("%s: %q", scheme, got)
			}
		}
	}
}

// TestSignThenEncrypt is the way a document should go.
func TestSignThenEncrypt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, cmstest.DSTU)
	key := []string{"--key", d.path("keys.p12"), "--password-file", d.path("password")}
	for _, step := range [][]string{
		append([]string{"sign", d.path("letter.txt")}, key...),
		{"encrypt", d.path("letter.txt.p7s"), "--to", d.path("decrypting.cer")},
		append([]string{"decrypt", d.path("letter.txt.p7s.p7e"), "--out", d.path("again.p7s")}, key...),
	} {
		code, _, stderr := execute(t, step...)
		if code != 0 {
			t.Fatalf("%s: exit %d: %s", step[0], code, stderr)
		}
		if step[0] == "decrypt" && !strings.Contains(stderr, "dovidka verify") {
			t.Errorf("%s", stderr)
		}
	}
	code, stdout, _ := execute(t, "verify", d.path("again.p7s"), "--trust", d.path("root.cer"), "--intermediate", d.path("ca.cer"), "--no-revocation")
	if code != 0 || !strings.Contains(stdout, "ТЕСТЕНКО") && !strings.Contains(stdout, "Тестенко") {
		t.Errorf("exit %d: %s", code, stdout)
	}
}

// TestDecryptContainersOfOthers opens what other programs made.
func TestDecryptContainersOfOthers(t *testing.T) {
	t.Parallel()
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("testpassword\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store := func(name string) string { return filepath.Join("../../pki/keystore/testdata", name) }
	in := func(name string) string { return filepath.Join(envelopes, name) }
	for name, c := range map[string]struct {
		args []string
		want string // file with the content, or the content
	}{
		"UAPKI, tried":       {[]string{in("uapki/kalyna-std.p7e"), "--key", store("uapki/test-diia.p12"), "--password-file", password}, in("uapki/kalyna-std.txt")},
		"UAPKI, certificate": {[]string{in("uapki/gost-cofactor.p7e"), "--key", store("uapki/test-diia.p12"), "--password-file", password, "--cert", store("uapki/diia-test-kep-7775604.cer")}, in("uapki/gost-cofactor.txt")},
		"jkurwa":             {[]string{in("jkurwa/enc_message.p7"), "--key", store("jkurwa/Key40A0.cer"), "--originator", in("jkurwa/SELF_SIGNED_ENC_6929.cer")}, "123"},
		"jkurwa, framed":     {[]string{in("jkurwa/enc_message.transport"), "--key", store("jkurwa/Key40A0.cer")}, "123"},
		"OpenSSL, RSA":       {[]string{in("openssl/rsa-pkcs1.cms"), "--key", in("openssl/rsa.key")}, in("openssl/content.txt")},
	} {
		code, stdout, stderr := execute(t, append([]string{"decrypt", "--out", "-"}, c.args...)...)
		want := c.want
		if strings.Contains(want, "/") {
			want = string(slurp(t, want))
		}
		if code != 0 || stdout != want {
			t.Errorf("%s: exit %d: %q %s", name, code, stdout, stderr)
		}
	}
}

func TestEncryptionRefuses(t *testing.T) {
	t.Parallel()
	d, other := newDesk(t, cmstest.DSTU), newDesk(t, cmstest.EC)
	if code, _, stderr := execute(t, "encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer")); code != 0 || !strings.Contains(stderr, "--trust") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	container := slurp(t, d.path("letter.txt.p7e"))
	// In the wrapped key, which stands before the cipher's parameters and the content:
	// what is changed in the latter nobody can notice.
	container[len(container)-len(slurp(t, d.path("letter.txt")))-100] ^= 1
	both := append(slurp(t, d.path("decrypting.cer")), slurp(t, other.path("decrypting.cer"))...)
	for name, data := range map[string][]byte{"damaged.p7e": container, "both.cer": both} {
		if err := os.WriteFile(d.path(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := []string{"--key", d.path("keys.p12"), "--password-file", d.path("password"), "--out", d.path("out")}
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
	}{
		"a signer's certificate": {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("signing.cer"), "--out", d.path("out")}, exitRefused, "does not allow keyAgreement"},
		"an authority":           {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("root.cer"), "--out", d.path("out")}, exitRefused, "authority"},
		"another root":           {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--trust", other.path("root.cer"), "--out", d.path("out")}, exitRefused, "decrypting.cer"},
		"revoked":                {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--trust", d.path("root.cer"), "--intermediate", d.path("ca.cer"), "--crl", d.path("revoking.crl"), "--out", d.path("out")}, exitRefused, "revoked"},
		"another's list":         {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--trust", d.path("root.cer"), "--intermediate", d.path("ca.cer"), "--crl", other.path("clean.crl"), "--out", d.path("out")}, exitRefused, "status"},
		"two families":           {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--to", other.path("decrypting.cer"), "--out", d.path("out")}, exitRefused, "another kind"},
		"another scheme":         {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--scheme", "aes-256-gcm", "--out", d.path("out")}, exitRefused, "another kind"},
		"no scheme":              {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer"), "--scheme", "rot13", "--out", d.path("out")}, exitUsage, "rot13"},
		"nobody":                 {[]string{"encrypt", d.path("letter.txt")}, exitUsage, "--to"},
		"no certificate":         {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("letter.txt"), "--out", d.path("out")}, exitUsage, "--to"},
		"already there":          {[]string{"encrypt", d.path("letter.txt"), "--to", d.path("decrypting.cer")}, exitUsage, "--force"},
		"another password":       {[]string{"decrypt", d.path("letter.txt.p7e"), "--key", d.path("keys.p12"), "--password-file", d.path("wrong"), "--out", d.path("out")}, exitRefused, "password does not open"},
		"another key":            {[]string{"decrypt", d.path("letter.txt.p7e"), "--key", other.path("keys.p12"), "--password-file", other.path("password"), "--out", d.path("out")}, exitRefused, "not encrypted for this key"},
		"damaged":                {append([]string{"decrypt", d.path("damaged.p7e")}, key...), exitRefused, "damaged.p7e"},
		"no container":           {append([]string{"decrypt", d.path("letter.txt")}, key...), exitRefused, "letter.txt"},
		"not encrypted":          {append([]string{"decrypt", filepath.Join(envelopes, "jkurwa/message.transport")}, key...), exitRefused, "not encrypted"},
		"no name for it":         {[]string{"decrypt", d.path("letter.txt"), "--key", d.path("keys.p12")}, exitUsage, "--out"},
		"a password given":       {append([]string{"decrypt", d.path("letter.txt.p7e"), "--password", "secret"}, key...), exitUsage, "--password"},
		"no key":                 {[]string{"decrypt", d.path("letter.txt.p7e")}, exitUsage, "--key"},
	} {
		code, stdout, stderr := execute(t, c.args...)
		if code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%s: exit %d: %s%s", name, code, stdout, stderr)
		}
		if _, err := os.Stat(d.path("out")); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}

func slurp(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
