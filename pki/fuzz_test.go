package pki_test

import (
	"bytes"
	"testing"

	"github.com/dovidka/dovidka/pki"
)

// seed adds every file of the patterns to the corpus.
func seed(f *testing.F, patterns ...string) {
	f.Helper()
	for _, p := range patterns {
		for _, name := range files(f, p) {
			f.Add(read(f, name))
		}
	}
}

func FuzzCertificate(f *testing.F) {
	seed(f, "synthetic/pki/*.cer", "real/*/*.cer")
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := pki.ParseCertificate(in)
		if err != nil {
			return
		}
		if !bytes.Equal(c.Raw, in) || !bytes.Contains(in, c.RawTBS) || !bytes.Contains(in, c.RawKey) {
			t.Error("certificate does not keep its bytes")
		}
		if id, err := c.Identity(); err == nil && id.IsSeal && id.IsPerson() {
			t.Error("both a seal and a person")
		}
		if (c.KeyError() == nil) != (c.PublicKey.Key != nil) {
			t.Error("neither a key nor an error")
		}
	})
}

func FuzzCRL(f *testing.F) {
	seed(f, "synthetic/crl/*.crl", "real/*.crl", "real/cryptonite/*.crl")
	f.Fuzz(func(t *testing.T, in []byte) {
		if l, err := pki.ParseCRL(in); err == nil && !bytes.Equal(l.Raw, in) {
			t.Error("list does not keep its bytes")
		}
	})
}

func FuzzOCSPResponse(f *testing.F) {
	seed(f, "synthetic/ocsp/*.ocsp", "real/*.ocsp")
	user, ca := certificate(f, "synthetic/pki/user.cer"), certificate(f, "synthetic/pki/ca.cer")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := pki.ParseOCSPResponse(in)
		if err != nil {
			return
		}
		again, err := pki.ParseBasicOCSPResponse(r.Raw)
		if err != nil || len(again.Responses) != len(r.Responses) {
			t.Errorf("inner response reads differently: %v", err)
		}
		pki.CheckStatus(user, ca, pki.StatusSources{OCSPs: []*pki.OCSPResponse{r}}, pki.StatusOptions{Time: issueTime})
	})
}

func FuzzPublicKeyInfo(f *testing.F) {
	for _, p := range []string{"synthetic/pki/*.cer", "real/*/*.cer"} {
		for _, name := range files(f, p) {
			f.Add(certificate(f, name).RawKey)
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		info, err := pki.ParsePublicKeyInfo(in)
		if err != nil {
			return
		}
		out, err := info.Marshal()
		if err != nil {
			return // big-endian keys are read only
		}
		again, err := pki.ParsePublicKeyInfo(out)
		if err != nil || again.AlgorithmOID != info.AlgorithmOID || !again.SBox.Equal(info.SBox) {
			t.Errorf("key does not survive writing: %v", err)
		}
	})
}

func FuzzDSTUParameters(f *testing.F) {
	for _, params := range dstuParameters() {
		f.Add(params)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		curve, sbox, err := pki.ParseDSTUParameters(in)
		if err != nil {
			return
		}
		c, s, err := pki.ParseDSTUParameters(pki.MarshalDSTUParameters(curve, sbox))
		if err != nil || c != curve || !s.Equal(sbox) {
			t.Errorf("parameters do not survive writing: %v", err)
		}
	})
}
