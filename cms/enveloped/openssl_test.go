package enveloped_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki/keystore"
)

// TestOpenSSLContainers opens what testdata/openssl/commands.sh made.
func TestOpenSSLContainers(t *testing.T) {
	t.Parallel()
	want := read(t, "testdata/openssl/content.txt")
	for name, c := range map[string]struct {
		to        []string
		integrity bool
	}{
		"p256-gcm":      {[]string{"P256"}, true},
		"p256-cbc":      {[]string{"P256"}, false},
		"p256-cofactor": {[]string{"P256"}, false},
		"p384-gcm":      {[]string{"P384"}, true},
		"p521-cbc":      {[]string{"P521"}, false},
		"keyid":         {[]string{"P256"}, false},
		"rsa-gcm":       {[]string{"rsa"}, true},
		"rsa-oaep-sha1": {[]string{"rsa"}, true},
		"rsa-pkcs1":     {[]string{"rsa"}, false},
		"rsa-keyid":     {[]string{"rsa"}, false},
		"several":       {[]string{"P256", "P384", "rsa"}, true},
		"stream":        {[]string{"P256"}, false},
		"password":      {[]string{"P256"}, false}, // also for whoever has a password or a secret key
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			container := read(t, "testdata/openssl", name+".cms")
			for _, to := range c.to {
				key := opensslKey(t, to)
				for way, opts := range map[string]enveloped.DecryptOptions{
					"by certificate": {Key: key.Signer, Certificate: certificate(t, "testdata/openssl", to+".cer")},
					"by trial":       {Key: key.Signer},
					"with integrity": {Key: key.Signer, RequireIntegrity: true},
				} {
					got, err := enveloped.Decrypt(container, opts)
					if opts.RequireIntegrity && !c.integrity {
						if !errors.Is(err, enveloped.ErrUnsupported) {
							t.Errorf("%s %s: %v", to, way, err)
						}
						continue
					}
					if err != nil || !bytes.Equal(got.Data, want) || got.Integrity != c.integrity {
						t.Errorf("%s %s: %+v, %v", to, way, got, err)
					}
				}
			}
		})
	}
}

// TestOpenSSLContainersForOthers: the reason depends on what is public alone.
func TestOpenSSLContainersForOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, key, certificate string
		want                   error
	}{
		"another certificate's":   {"p256-gcm", "P384", "P384", enveloped.ErrNotForKey},
		"another curve, by trial": {"p256-gcm", "P384", "", enveloped.ErrNotForKey},
		"another kind":            {"p256-gcm", "rsa", "rsa", enveloped.ErrNotForKey},
		"another kind, by trial":  {"p256-gcm", "rsa", "", enveloped.ErrNotForKey},
		"RSA for EC, by trial":    {"rsa-gcm", "P256", "", enveloped.ErrNotForKey},
		"Triple DES":              {"triple-des", "rsa", "rsa", enveloped.ErrUnsupported},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := enveloped.DecryptOptions{Key: opensslKey(t, c.key).Signer}
			if c.certificate != "" {
				opts.Certificate = certificate(t, "testdata/openssl", c.certificate+".cer")
			}
			got, err := enveloped.Decrypt(read(t, "testdata/openssl", c.file+".cms"), opts)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	opts := enveloped.DecryptOptions{Key: opensslKey(t, "P256").Signer, Certificate: certificate(t, "testdata/openssl/P384.cer")}
	if _, err := enveloped.Decrypt(read(t, "testdata/openssl/p256-gcm.cms"), opts); err == nil || !strings.Contains(err.Error(), "not that of the certificate") {
		t.Errorf("a key and a certificate of another: %v", err)
	}
}

// TestECDHKey takes a key as crypto/ecdh has it, which a device can stand in for.
func TestECDHKey(t *testing.T) {
	t.Parallel()
	key, err := opensslKey(t, "P256").Signer.(*ecdsa.PrivateKey).ECDH()
	if err != nil {
		t.Fatal(err)
	}
	got, err := enveloped.Decrypt(read(t, "testdata/openssl/p256-gcm.cms"), enveloped.DecryptOptions{Key: key})
	if err != nil || !bytes.Equal(got.Data, read(t, "testdata/openssl/content.txt")) {
		t.Error(err)
	}
}

func opensslKey(t testing.TB, name string) keystore.Key {
	t.Helper()
	store, err := keystore.Open(read(t, "testdata/openssl", name+".key"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return store.Keys[0]
}

// TestImplicitRejection: a key that was not encrypted as PKCS #1 v1.5 says fails like any
// other, in the padding of the content, or passes there by chance with other content.
func TestImplicitRejection(t *testing.T) {
	t.Parallel()
	container, content := read(t, "testdata/openssl/rsa-pkcs1.cms"), read(t, "testdata/openssl/content.txt")
	opts := enveloped.DecryptOptions{Key: opensslKey(t, "rsa").Signer}
	at := bytes.Index(container, []byte{0x04, 0x82, 0x01, 0x00}) // the header of 256 bytes
	if at < 0 {
		t.Fatal("no encrypted key")
	}
	refused := 0
	for i := at + 4; i < at+4+256; i += 2 {
		broken := bytes.Clone(container)
		broken[i] ^= 1
		switch got, err := enveloped.Decrypt(broken, opts); {
		case err == enveloped.ErrDecrypt: //nolint:errorlint // nothing may be wrapped around it
			refused++
		case err != nil || bytes.Equal(got.Data, content):
			t.Errorf("byte %d: %v", i, err)
		}
	}
	if refused < 100 {
		t.Errorf("%d of 128 were refused", refused)
	}
}
