package enveloped_test

import (
	"path/filepath"
	"testing"

	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
)

func seeds(f *testing.F, patterns ...string) {
	f.Helper()
	for _, p := range patterns {
		names, err := filepath.Glob(p)
		if err != nil || len(names) == 0 {
			f.Fatalf("no files match %s: %v", p, err)
		}
		for _, n := range names {
			f.Add(read(f, n))
		}
	}
}

// FuzzDecrypt opens whatever comes with a key of each kind; where integrity is
// protected, only what somebody encrypted comes out.
func FuzzDecrypt(f *testing.F) {
	seeds(f, "testdata/uapki/*.p7e", "testdata/jkurwa/*.p7", "testdata/openssl/*.cms")
	document := string(read(f, "testdata/openssl/content.txt"))
	national := agreementKey(f, "uapki/test-diia.p12", "testpassword")
	static := agreementKey(f, "jkurwa/Key40A0.cer", "")
	keys := []enveloped.DecryptOptions{
		{Key: national.Signer, Certificate: certificate(f, containers, "uapki/diia-test-kep-7775604.cer")},
		{Key: static.Signer, Originators: []*pki.Certificate{certificate(f, "testdata/jkurwa/SELF_SIGNED_ENC_6929.cer")}},
		{Key: opensslKey(f, "P256").Signer}, {Key: opensslKey(f, "P521").Signer}, {Key: opensslKey(f, "rsa").Signer},
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, opts := range keys {
			opts.Limits = enveloped.Limits{Size: 64 << 10, Recipients: 8}
			got, err := enveloped.Decrypt(in, opts)
			if (got == nil) == (err == nil) {
				t.Fatalf("%+v, %v", got, err)
			}
			if err == nil && got.Integrity && string(got.Data) != document {
				t.Fatalf("forged %q", got.Data)
			}
			if err == nil && len(got.Data) > len(in) {
				t.Fatal("more came out than went in")
			}
		}
	})
}

func FuzzParseTransport(f *testing.F) {
	seeds(f, "testdata/jkurwa/*.transport")
	f.Fuzz(func(t *testing.T, in []byte) {
		if m, err := enveloped.ParseTransport(in); err == nil && (m.Kind == "" || len(m.Message) > len(in)) {
			t.Errorf("%+v", m)
		}
	})
}
