package keystore_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/dstu/gost34311"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

const (
	cyrillic = "пароль-Їжак"

	idDiiaSign  = "5bc6c06ee1e00c1700e92aa7a9ad75f82d3cb7a9b66e3a98023209b24513315c"
	idDiiaAgree = "6b1b77c0d1a1b60473a98dd6d4fe5302742aede101daa21f2c83a67ccdedb782"
	idIITSign   = "7e9e345dd2cfd91ebadbe23c22eb9fac6bef65552ed42f56f9bac4aac5cb2d06"
	idIITAgree  = "7cebcd9412612324209f4cd81cd16a7a9a0ba05a75ad05d38bae9a7483d8f719"
	id40A0      = "55af7e791487b790028ed158e13474b9d1e9a2bd19cc4fea71fecbcdf8c884ec"
)

// containers are files which other software made.
var containers = []struct {
	file     string
	password string
	format   keystore.Format
	// ids are the identifiers of the DSTU keys; for others the type of the key.
	ids          []string
	certificates int
	// open marks a container without encryption.
	open bool
}{
	{file: "uapki/test-diia.p12", password: "testpassword", format: keystore.FormatPFX, ids: []string{idDiiaSign, idDiiaAgree}},
	{file: "uapki/test-rsa.jks", password: "testpassword", format: keystore.FormatJKS, ids: []string{"rsa"}},
	{file: "dstu-engine/Key-6.dat", password: "tect4", format: keystore.FormatIIT, ids: []string{idIITSign, idIITAgree}},
	{file: "jkurwa/STORE_A040.dat", password: "password", format: keystore.FormatEncryptedPKCS8, ids: []string{id40A0}},
	{file: "jkurwa/Key40A0.cer", format: keystore.FormatPKCS8, ids: []string{id40A0}, open: true},
	{file: "jkurwa/Key6929.cer", format: keystore.FormatPKCS8, ids: []string{"d7515418db444e652d731adf6020ba8f5860b2595ba77c32422ddb7b7fb9e884"}, open: true},
	{file: "jkurwa/KeyE54B.cer", format: keystore.FormatPKCS8, ids: []string{"b512af5538ee97d10ac22b2117ba5f79ee944e957e5292a7ab73e430f5811895"}, open: true},
	{file: "jkurwa/PRIV1.cer", format: keystore.FormatPKCS8, ids: []string{"89fb24e249459747834f9c62719ee9e1616728f3b58dd2819d7d1995298f6fc9"}, open: true},
	{file: "cryptonite/ecdsa-aes256.p12", password: "123456", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},

	{file: "openssl/chain.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 2},
	{file: "openssl/cyrillic-password.p12", password: cyrillic, format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/3des-sha1.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/2des-cyrillic.p12", password: cyrillic, format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/nomac.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/empty-password.p12", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/unencrypted.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/pkcs8-aes-128-cbc.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-aes-192-cbc.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-aes-256-cbc.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-des3.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-prf-sha1.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-prf-sha224.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-prf-sha256.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/pkcs8-prf-sha512.der", password: "secret", format: keystore.FormatEncryptedPKCS8, ids: []string{"ecdsa"}},
	{file: "openssl/mac-sha224.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/mac-sha384.p12", password: "secret", format: keystore.FormatPFX, ids: []string{"ecdsa"}, certificates: 1},
	{file: "openssl/rsa-pkcs8-encrypted.pem", password: "secret", format: keystore.FormatPEM, ids: []string{"rsa"}},
	{file: "openssl/rsa-pkcs8.pem", format: keystore.FormatPEM, ids: []string{"rsa"}, open: true},
	{file: "openssl/rsa-pkcs1.pem", format: keystore.FormatPEM, ids: []string{"rsa"}, open: true},
	{file: "openssl/rsa-pkcs1.der", format: keystore.FormatPKCS1, ids: []string{"rsa"}, open: true},
	{file: "openssl/ec.pem", format: keystore.FormatPEM, ids: []string{"ecdsa"}, open: true},
	{file: "openssl/ec-sec1.der", format: keystore.FormatSEC1, ids: []string{"ecdsa"}, open: true},
	{file: "openssl/ec-pkcs8.der", format: keystore.FormatPKCS8, ids: []string{"ecdsa"}, open: true},

	{file: "java/cyrillic.jks", password: cyrillic, format: keystore.FormatJKS, ids: []string{"ecdsa"}, certificates: 2},
	{file: "java/two-passwords.jks", password: "keysecret", format: keystore.FormatJKS, ids: []string{"ecdsa"}, certificates: 1},
	{file: "java/java.p12", password: "javasecret", format: keystore.FormatPFX, ids: []string{"rsa"}, certificates: 1},
}

func TestOpenContainersOfOthers(t *testing.T) {
	t.Parallel()
	for _, c := range containers {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			s, err := keystore.Open(read(t, c.file), []byte(c.password))
			if err != nil {
				t.Fatal(err)
			}
			if s.Format != c.format {
				t.Errorf("format %q, want %q", s.Format, c.format)
			}
			var got []string
			for _, k := range s.Keys {
				got = append(got, describe(t, k))
				signs(t, k)
			}
			if diff := cmp.Diff(c.ids, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
			if len(s.Certificates) != c.certificates {
				t.Errorf("%d certificates, want %d", len(s.Certificates), c.certificates)
			}
		})
	}
}

func TestWrongPassword(t *testing.T) {
	t.Parallel()
	for _, c := range containers {
		if c.open {
			continue
		}
		for _, password := range []string{"no such password", c.password + "x", "пароль", ""} {
			if password == c.password {
				continue
			}
			t.Run(c.file+"/"+password, func(t *testing.T) {
				t.Parallel()
				s, err := keystore.Open(read(t, c.file), []byte(password))
				if !errors.Is(err, keystore.ErrPassword) || s != nil {
					t.Errorf("error %v, want ErrPassword", err)
				}
				if err != nil && len(password) > 4 && strings.Contains(err.Error(), password) {
					t.Error("the error quotes the password")
				}
			})
		}
	}
	// A store without a key has only its digest to tell.
	if _, err := keystore.Open(read(t, "java/trusted-only.jks"), []byte("other")); !errors.Is(err, keystore.ErrPassword) {
		t.Errorf("error %v, want ErrPassword", err)
	}
	if _, err := keystore.Open(read(t, "java/trusted-only.jks"), []byte("storesecret")); !errors.Is(err, keystore.ErrFormat) {
		t.Errorf("error %v, want ErrFormat: there is no key", err)
	}
	// The password of the store opens no key that has another one.
	if _, err := keystore.Open(read(t, "java/two-passwords.jks"), []byte("storesecret")); !errors.Is(err, keystore.ErrPassword) {
		t.Errorf("error %v, want ErrPassword", err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file string
		want error
	}{
		{"openssl/legacy-rc2.p12", keystore.ErrUnsupported},
		{"openssl/pkcs8-scrypt.der", keystore.ErrUnsupported},
		{"openssl/ec-rfc1421.pem", keystore.ErrUnsupported},
		{"openssl/pkcs8-pbes1.der", keystore.ErrUnsupported},
		{"openssl/ed25519.pem", keystore.ErrUnsupported},
		{"openssl/x448.pem", keystore.ErrUnsupported},
		{"openssl/rsa-1024.pem", keystore.ErrUnsupported},
		{"openssl/p224.pem", keystore.ErrUnsupported},
		{"openssl/ec-cert.pem", keystore.ErrFormat}, // no key
		{"uapki/diia-test-sign-7775603.cer", keystore.ErrFormat},
		{"cryptonite/root_private_key_ba.dat", keystore.ErrFormat},
		{"README.md", keystore.ErrFormat},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			if _, err := keystore.Open(read(t, c.file), []byte("secret")); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// Every way of cutting a container short is an error of this package, never a panic
// and never an empty store.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"dstu-engine/Key-6.dat", "jkurwa/Key40A0.cer", "openssl/ec-sec1.der", "java/two-passwords.jks"} {
		whole := read(t, file)
		for n := range whole {
			_, err := keystore.Open(whole[:n], []byte("tect4"))
			if !errors.Is(err, keystore.ErrFormat) && !errors.Is(err, keystore.ErrPassword) && !errors.Is(err, keystore.ErrLimit) {
				t.Fatalf("%s cut to %d bytes: %v", file, n, err)
			}
		}
		if _, err := keystore.Open(append(whole, 0), []byte("keysecret")); err == nil {
			t.Errorf("%s with a byte too many opens", file)
		}
	}
}

func TestUsageOfTheTwoKeysOfIIT(t *testing.T) {
	t.Parallel()
	s := open(t, "dstu-engine/Key-6.dat", "tect4")
	if s.Keys[0].Usage != keystore.UsageSignature || s.Keys[1].Usage != keystore.UsageAgreement {
		t.Errorf("usages %v, %v", s.Keys[0].Usage, s.Keys[1].Usage)
	}
	if got := s.Keys[1].Signer.(*dstu4145.PrivateKey).Curve(); got != dstu4145.M431() {
		t.Errorf("second key on curve %s", got.Name())
	}
}

// The certificates which were issued for keys of the containers have the same public key.
func TestKeysBelongToCertificates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, password string
		key            int
		certificate    string
	}{
		{"uapki/test-diia.p12", "testpassword", 0, "uapki/diia-test-sign-7775603.cer"},
		{"uapki/test-diia.p12", "testpassword", 1, "uapki/diia-test-kep-7775604.cer"},
	} {
		key := open(t, c.file, c.password).Keys[c.key]
		cert := certificate(t, c.certificate)
		if !key.Signer.Public().(*dstu4145.PublicKey).Equal(cert.PublicKey.Key) {
			t.Errorf("%s key %d does not belong to %s", c.file, c.key, c.certificate)
		}
		if id, _ := key.ID(); !cmp.Equal(id, cert.SubjectKeyID) {
			t.Errorf("%s: key %x, certificate %x", c.file, id, cert.SubjectKeyID)
		}
		if !key.SBox.Equal(cert.PublicKey.SBox) {
			t.Errorf("%s: substitution block differs from the certificate's", c.file)
		}
	}
}

func TestAttributesAndChain(t *testing.T) {
	t.Parallel()
	k := open(t, "openssl/chain.p12", "secret").Keys[0]
	if k.FriendlyName != "Ключ лікарні" || len(k.LocalKeyID) != 20 {
		t.Errorf("name %q, local key id %x", k.FriendlyName, k.LocalKeyID)
	}
	want := [][]byte{pemBytes(t, "openssl/leaf.pem"), pemBytes(t, "openssl/ca-cert.pem")}
	if diff := cmp.Diff(want, k.Certificates); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
	if k := open(t, "openssl/3des-sha1.p12", "secret").Keys[0]; k.Usage != keystore.UsageSignature {
		t.Errorf("usage %v, want that of the certificate", k.Usage)
	}
	if k := open(t, "java/cyrillic.jks", cyrillic).Keys[0]; k.FriendlyName != "signer" || len(k.Certificates) != 1 {
		t.Errorf("alias %q, %d certificates", k.FriendlyName, len(k.Certificates))
	}
	diia := open(t, "uapki/test-diia.p12", "testpassword").Keys[0]
	if hex.EncodeToString(diia.LocalKeyID) != idDiiaSign {
		t.Errorf("local key id %x", diia.LocalKeyID)
	}
}

// A PEM file with the key and its certificate behind each other, as servers have it.
func TestPEMWithCertificate(t *testing.T) {
	t.Parallel()
	file := append(read(t, "openssl/ca-cert.pem"), read(t, "openssl/leaf.pem")...)
	s, err := keystore.Open(append(file, read(t, "openssl/ec.pem")...), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]byte{pemBytes(t, "openssl/leaf.pem"), pemBytes(t, "openssl/ca-cert.pem")}
	if diff := cmp.Diff(want, s.Keys[0].Certificates); diff != "" {
		t.Errorf("chain (-want +got):\n%s", diff)
	}
}

func TestKeyDoesNotPrintItself(t *testing.T) {
	t.Parallel()
	k := open(t, "openssl/ec.pem", "").Keys[0]
	d, err := k.Signer.(*ecdsa.PrivateKey).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%v %+v %#v %s %x %d %+v", k, k, k, k, k, &k, []keystore.Key{k})
	slog.New(slog.NewJSONHandler(&out, nil)).Info("key", "key", k, "keys", []keystore.Key{k})
	text, err := json.Marshal(k)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(text)
	number := fmt.Sprint(k.Signer.(*ecdsa.PrivateKey).D) //nolint:staticcheck // looks for the secret
	for _, secret := range []string{hex.EncodeToString(d), number, "D:", `"D"`} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("output shows %q: %s", secret, out.String())
		}
	}
}

// describe gives the identifier of a DSTU key and the kind of any other.
func describe(t *testing.T, k keystore.Key) string {
	t.Helper()
	switch k.Signer.(type) {
	case *ecdsa.PrivateKey:
		return "ecdsa"
	case *rsa.PrivateKey:
		return "rsa"
	}
	id, err := k.ID()
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(id)
}

// signs makes a signature and checks it with the public key.
func signs(t *testing.T, k keystore.Key) {
	t.Helper()
	digest := gost34311.Sum([]byte("data"))
	sig, err := k.Signer.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		t.Errorf("sign: %v", err)
		return
	}
	ok := false
	switch pub := k.Signer.Public().(type) {
	case *dstu4145.PublicKey:
		ok = dstu4145.Verify(pub, digest[:], sig)
	case *ecdsa.PublicKey:
		ok = ecdsa.VerifyASN1(pub, digest[:], sig)
	case *rsa.PublicKey:
		ok = rsa.VerifyPKCS1v15(pub, crypto.SHA256, digest[:], sig) == nil
	}
	if !ok {
		t.Error("the signature of the key does not verify")
	}
}

func open(t *testing.T, file, password string) *keystore.Store {
	t.Helper()
	s, err := keystore.Open(read(t, file), []byte(password))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return s
}

func certificate(t *testing.T, file string) *pki.Certificate {
	t.Helper()
	cert, err := pki.ParseCertificate(read(t, file))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return cert
}

func pemBytes(t *testing.T, file string) []byte {
	t.Helper()
	block, _ := pem.Decode(read(t, file))
	if block == nil {
		t.Fatalf("%s is not PEM", file)
	}
	return block.Bytes
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
