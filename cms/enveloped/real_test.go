package enveloped_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

const containers = "../../pki/keystore/testdata"

// TestUAPKIContainers opens what UAPKI made, one container a scheme.
func TestUAPKIContainers(t *testing.T) {
	t.Parallel()
	key := agreementKey(t, "uapki/test-diia.p12", "testpassword")
	cert := certificate(t, containers, "uapki/diia-test-kep-7775604.cer")
	for name, cipher := range map[string]string{
		"kalyna-cofactor": "1.2.804.2.1.1.1.1.1.3.3.2", "kalyna-std": "1.2.804.2.1.1.1.1.1.3.3.2",
		"gost-cofactor": "1.2.804.2.1.1.1.1.1.1.3", "gost-std": "1.2.804.2.1.1.1.1.1.1.3",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			container, want := read(t, "testdata/uapki", name+".p7e"), read(t, "testdata/uapki", name+".txt")
			for way, opts := range map[string]enveloped.DecryptOptions{
				"by certificate": {Key: key.Signer, Certificate: cert},
				"by trial":       {Key: key.Signer, SBox: key.SBox},
			} {
				got, err := enveloped.Decrypt(container, opts)
				if err != nil || !bytes.Equal(got.Data, want) || got.Cipher != cipher || got.Integrity || got.Originator != nil {
					t.Errorf("%s: %+v, %v", way, got, err)
				}
			}
			opts := enveloped.DecryptOptions{Key: key.Signer, Certificate: cert, RequireIntegrity: true}
			if _, err := enveloped.Decrypt(container, opts); !errors.Is(err, enveloped.ErrUnsupported) {
				t.Errorf("with integrity required: %v", err)
			}
		})
	}
}

// TestStaticOriginator opens a container of jkurwa, for which both sides have
// certificates.
func TestStaticOriginator(t *testing.T) {
	t.Parallel()
	container := read(t, "testdata/jkurwa/enc_message.p7")
	key := agreementKey(t, "jkurwa/Key40A0.cer", "")
	opts := enveloped.DecryptOptions{Key: key.Signer, Certificate: certificate(t, "testdata/jkurwa/SELF_SIGNED_ENC_40A0.cer")}
	if _, err := enveloped.Decrypt(container, opts); !errors.Is(err, enveloped.ErrOriginatorUnknown) {
		t.Errorf("without the originator's certificate: %v", err)
	}
	from := certificate(t, "testdata/jkurwa/SELF_SIGNED_ENC_6929.cer")
	opts.Originators = []*pki.Certificate{opts.Certificate, from}
	got, err := enveloped.Decrypt(container, opts)
	if err != nil || string(got.Data) != "123" || !from.Equal(got.Originator) {
		t.Fatalf("%+v, %v", got, err)
	}

	frame := read(t, "testdata/jkurwa/enc_message.transport")
	message, err := enveloped.ParseTransport(frame)
	if err != nil || message.Kind != enveloped.TransportEncrypted || !bytes.Equal(message.Message, container) {
		t.Fatalf("%+v, %v", message, err)
	}
	opts.Originators = message.Certificates
	if got, err = enveloped.Decrypt(message.Message, opts); err != nil || string(got.Data) != "123" {
		t.Errorf("framed: %+v, %v", got, err)
	}
}

func agreementKey(t testing.TB, file, password string) keystore.Key {
	t.Helper()
	store, err := keystore.Open(read(t, containers, file), []byte(password))
	if err != nil {
		t.Fatal(err)
	}
	return store.Keys[len(store.Keys)-1]
}

func certificate(t testing.TB, path ...string) *pki.Certificate {
	t.Helper()
	c, err := pki.ParseCertificate(read(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func read(t testing.TB, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var _ enveloped.AgreementKey = (*dstu4145.PrivateKey)(nil)
