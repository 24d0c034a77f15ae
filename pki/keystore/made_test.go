package keystore_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki/keystore"
)

// TestContainersOfUAPKI opens what UAPKI makes with other ciphers, pseudo-random
// functions and authentication codes than its usual ones. The identifier beside the key
// is UAPKI's.
func TestContainersOfUAPKI(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/uapki/made/*.p12")
	if err != nil || len(names) != 10 {
		t.Fatalf("%d containers, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			container := read(t, filepath.Join("uapki/made", filepath.Base(name)))
			s, err := keystore.Open(container, []byte("testpassword"))
			if err != nil {
				t.Fatal(err)
			}
			id, err := s.Keys[0].ID()
			if err != nil || len(s.Keys) != 1 || !bytes.Equal(id, s.Keys[0].LocalKeyID) {
				t.Errorf("%d keys, the first %x, by UAPKI %x, %v", len(s.Keys), id, s.Keys[0].LocalKeyID, err)
			}
			signs(t, s.Keys[0])
			for _, password := range []string{"testpassword1", "", "пароль"} {
				if _, err := keystore.Open(container, []byte(password)); !errors.Is(err, keystore.ErrPassword) {
					t.Errorf("with another password: %v", err)
				}
			}
			container[len(container)/2] ^= 1
			if _, err := keystore.Open(container, []byte("testpassword")); err == nil {
				t.Error("opens although it was changed")
			}
		})
	}
}

// TestCyrillicPasswordOfWindows: programs for Windows took the bytes of Windows-1251 for
// the password.
func TestCyrillicPasswordOfWindows(t *testing.T) {
	t.Parallel()
	const typed = "Ґанок, їжак і ’є №1"
	inWindows := []byte("\xa5\xe0\xed\xee\xea, \xbf\xe6\xe0\xea \xb3 \x92\xba \xb91")
	key := open(t, "uapki/test-diia.p12", "testpassword").Keys[0]
	pfx, err := keystore.EncodePFX([]keystore.Key{key}, inWindows, keystore.PFXOptions{Iterations: 100})
	if err != nil {
		t.Fatal(err)
	}
	p8, err := keystore.EncodePKCS8(key, inWindows, keystore.PKCS8Options{Iterations: 100})
	if err != nil {
		t.Fatal(err)
	}
	for name, container := range map[string][]byte{"PFX": pfx, "PKCS#8": p8} {
		s, err := keystore.Open(container, []byte(typed))
		if err != nil || !s.Keys[0].Signer.Public().(*dstu4145.PublicKey).Equal(key.Signer.Public()) {
			t.Errorf("%s: %v", name, err)
		}
		for _, other := range []string{typed + "1", "Ganok", "日本"} {
			if _, err := keystore.Open(container, []byte(other)); !errors.Is(err, keystore.ErrPassword) {
				t.Errorf("%s with %q: %v", name, other, err)
			}
		}
	}
}

// TestTwoPasswords: a Java key store has one password for itself and one for its keys.
func TestTwoPasswords(t *testing.T) {
	t.Parallel()
	container := read(t, "java/two-passwords.jks")
	s, err := keystore.OpenJKS(container, []byte("storesecret"), []byte("keysecret"))
	if err != nil || len(s.Keys) != 1 {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"keysecret", "keysecret"}, {"storesecret", "storesecret"}, {"", "keysecret"}, {"storesecret", ""}} {
		if _, err := keystore.OpenJKS(container, []byte(c[0]), []byte(c[1])); !errors.Is(err, keystore.ErrPassword) {
			t.Errorf("with %q and %q: %v", c[0], c[1], err)
		}
	}
	// What the keys' password does not notice, the store's does.
	at := bytes.Index(container, []byte("X.509")) + 40
	container[at] ^= 1
	if _, err := keystore.Open(container, []byte("keysecret")); err != nil {
		t.Fatalf("the change was meant for a certificate: %v", err)
	}
	if _, err := keystore.OpenJKS(container, []byte("storesecret"), []byte("keysecret")); !errors.Is(err, keystore.ErrPassword) {
		t.Errorf("a changed certificate: %v", err)
	}
	if _, err := keystore.OpenJKS(read(t, "java/java.p12"), []byte("javasecret"), []byte("javasecret")); !errors.Is(err, keystore.ErrFormat) {
		t.Errorf("another form: %v", err)
	}
}
