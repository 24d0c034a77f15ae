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

// signingWorld is an authority with its services, and a person's key in files.
type signingWorld struct {
	services *cmstest.Services
	dir      string
}

func (w *signingWorld) file(name string) string { return filepath.Join(w.dir, name) }

func newSigningWorld(t *testing.T, family cmstest.Family) *signingWorld {
	t.Helper()
	a, err := cmstest.NewAuthority(family, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := &signingWorld{dir: t.TempDir()}
	if w.services, err = a.Serve(cmstest.ServeConfig{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.services.Close(); err != nil {
			t.Error(err)
		}
	})
	person, err := a.Issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.CRL(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := keystore.EncodePFX([]keystore.Key{{Signer: person.Key, Certificates: [][]byte{person.Certificate.Raw}}}, []byte("secret"), keystore.PFXOptions{Iterations: 100})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"key.p12": pfx, "password": []byte("secret\n"), "document": []byte("document"), "root.cer": a.Root.Certificate.Raw, "ca.cer": a.CA.Certificate.Raw,
		"list.crl": list.Raw,
	} {
		if err := os.WriteFile(w.file(name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *signingWorld) sign(t *testing.T, args ...string) (int, string) {
	t.Helper()
	code, _, stderr := execute(t, append([]string{"sign", w.file("document"), "--key", w.file("key.p12"), "--password-file", w.file("password"), "--force"}, args...)...)
	return code, stderr
}

// TestSignWithTimeStamp: the signature is CAdES-T, in every form of container.
func TestSignWithTimeStamp(t *testing.T) {
	t.Parallel()
	for name, family := range map[string]cmstest.Family{"DSTU": cmstest.DSTU, "EC": cmstest.EC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSigningWorld(t, family)
			for _, form := range [][]string{nil, {"--detached"}, {"--asic", "e"}, {"--asic", "s"}} {
				if code, stderr := w.sign(t, append(form, "--tsa", w.services.TSP.URL, "--out", w.file("signed"))...); code != 0 || stderr != "" {
					t.Fatalf("%v: exit %d: %s", form, code, stderr)
				}
				args := []string{"verify", "--offline", w.file("signed"), "--trust", w.file("root.cer"), "--intermediate", w.file("ca.cer"), "--crl", w.file("list.crl")}
				if len(form) == 1 {
					args = append(args, "--content", w.file("document"))
				}
				if code, stdout, stderr := execute(t, args...); code != 0 || !strings.Contains(stdout, "CAdES T, valid") || !strings.Contains(stdout, "existed by") {
					t.Errorf("%v: exit %d: %s%s", form, code, stdout, stderr)
				}
			}
		})
	}
}

// TestSignWithoutTimeStamp: a service that does not stamp what it should leaves no
// signature behind.
func TestSignWithoutTimeStamp(t *testing.T) {
	t.Parallel()
	w := newSigningWorld(t, cmstest.EC)
	for _, fault := range []cmstest.Fault{cmstest.Down, cmstest.ServerError, cmstest.Malformed, cmstest.OtherImprint, cmstest.WrongNonce, cmstest.Denied, cmstest.Future} {
		w.services.TSP.Misbehave(fault)
		if code, stderr := w.sign(t, "--tsa", w.services.TSP.URL, "--out", w.file("signed")); code != exitFailed || !strings.Contains(stderr, "time-stamp") {
			t.Errorf("%s: exit %d: %s", fault, code, stderr)
		}
	}
	if code, _, stderr := execute(t, "sign", "/dev/zero", "--key", w.file("key.p12"), "--password-file", w.file("password")); code != exitUsage || !strings.Contains(stderr, "--out") {
		t.Errorf("a device: exit %d: %s", code, stderr)
	}
	for _, address := range []string{"ftp://127.0.0.1/tsp", "nonsense", "http://"} {
		if code, stderr := w.sign(t, "--tsa", address, "--out", w.file("signed")); code != exitUsage || !strings.Contains(stderr, "--tsa") {
			t.Errorf("%s: exit %d: %s", address, code, stderr)
		}
	}
	if _, err := os.Stat(w.file("signed")); err == nil {
		t.Error("something was written")
	}
	if left, err := filepath.Glob(w.file(".*")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestSignChoosesTheKey of two keys and several certificates.
func TestSignChoosesTheKey(t *testing.T) {
	t.Parallel()
	in := func(name string) string { return filepath.Join("../../pki/keystore/testdata", name) }
	cert := func(name string) string { return filepath.Join("../../pki/testdata/real/diia", name) }
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	signing, err := os.ReadFile(cert("diia-test-sign-7775603.cer"))
	if err != nil {
		t.Fatal(err)
	}
	encryption, err := os.ReadFile(cert("diia-test-kep-7775604.cer"))
	if err != nil {
		t.Fatal(err)
	}
	var both bytes.Buffer
	for _, raw := range [][]byte{encryption, signing} {
		c, err := pki.ParseCertificate(raw)
		if err != nil {
			t.Fatal(err)
		}
		if err := pemCertificate(&both, c); err != nil {
			t.Fatal(err)
		}
	}
	document, password := file("document", "document"), file("password", "testpassword")
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"the certificate of the second key": {[]string{"--cert", cert("diia-test-kep-7775604.cer")}, exitRefused, "for encryption and not for signing"},
		"of another key":                    {[]string{"--cert", cert("diia-CA-05E19E2CD92EA2990100000001000000E1000000.cer")}, exitFailed, "no certificate there is of a key"},
		"none":                              {nil, exitFailed, "name it with --cert"},
		"no certificate":                    {[]string{"--cert", document}, exitUsage, "--cert"},
		"both":                              {[]string{"--cert", file("both.pem", both.String())}, 0, "expired"},
	} {
		args := append([]string{"seal", document, "--key", in("uapki/test-diia.p12"), "--password-file", password, "--out", filepath.Join(dir, "out"), "--force"}, c.args...)
		if code, _, stderr := execute(t, args...); code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: exit %d: %s", name, code, stderr)
		}
	}
}
