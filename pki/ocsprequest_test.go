package pki_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// TestOCSPRequestsAsOpenSSLWritesThem compares whole requests, byte for byte.
func TestOCSPRequestsAsOpenSSLWritesThem(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "openssl/user.cer"), certificate(t, "openssl/ca.cer")
	asked, err := pki.ParseOCSPRequest(read(t, "openssl/req-nonce.der"))
	if err != nil || len(asked.Nonce) != 16 {
		t.Fatalf("nonce of %d bytes, error %v", len(asked.Nonce), err)
	}
	for file, template := range map[string]pki.OCSPRequestTemplate{
		"req-sha1.der":   {Certificate: user, Issuer: ca},
		"req-sha256.der": {Certificate: user, Issuer: ca, Digest: pki.OIDSHA256},
		"req-nonce.der":  {Certificate: user, Issuer: ca, Nonce: asked.Nonce},
	} {
		got, err := pki.CreateOCSPRequest(template)
		if err != nil || !bytes.Equal(got, read(t, "openssl/"+file)) {
			t.Errorf("%s: %x, error %v", file, got, err)
		}
	}
	response := ocsp(t, "openssl/resp.der")
	st := pki.CheckStatus(user, ca, pki.StatusSources{OCSPs: []*pki.OCSPResponse{response}},
		pki.StatusOptions{Time: response.ProducedAt, Nonce: asked.Nonce})
	if st.State != pki.StateGood {
		t.Errorf("answer of OpenSSL: %+v", st)
	}
}

// TestRealOCSPRequest reads a signed request of a Ukrainian client and names the same
// certificate in the same way.
func TestRealOCSPRequest(t *testing.T) {
	t.Parallel()
	r, err := pki.ParseOCSPRequest(read(t, "real/cryptonite/ocsp_request.der"))
	if err != nil {
		t.Fatal(err)
	}
	root := certificate(t, "real/cryptonite/root_certificate.cer")
	if len(r.Certificates) != 1 || len(r.Nonce) != 20 {
		t.Fatalf("%d certificates, nonce of %d bytes", len(r.Certificates), len(r.Nonce))
	}
	found := false
	for _, name := range files(t, "real/cryptonite/*.cer") {
		c := certificate(t, name)
		concerned := r.Certificates[0].Concerns(c, root)
		if concerned != (c.SerialNumber.Cmp(r.Certificates[0].Serial) == 0) {
			t.Errorf("%s: concerned %v", name, concerned)
		}
		if !concerned {
			continue
		}
		found = true
		raw, err := pki.CreateOCSPRequest(pki.OCSPRequestTemplate{Certificate: c, Issuer: root, Nonce: r.Nonce})
		if err != nil {
			t.Fatal(err)
		}
		ours, err := pki.ParseOCSPRequest(raw)
		if err != nil || len(ours.Certificates) != 1 || ours.Certificates[0].HashOID != pki.OIDGOST34311 ||
			!ours.Certificates[0].Concerns(c, root) || !bytes.Equal(ours.Nonce, r.Nonce) {
			t.Errorf("our request reads as %+v, error %v", ours, err)
		}
	}
	if !found {
		t.Error("the request concerns no certificate at hand")
	}
}

// TestCreatedOCSPResponses makes what the synthetic responder made, and one of each
// state.
func TestCreatedOCSPResponses(t *testing.T) {
	t.Parallel()
	user, ca := certificate(t, "synthetic/pki/user.cer"), certificate(t, "synthetic/pki/ca.cer")
	at := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	id, err := pki.NewCertID(user, ca, "")
	if err != nil {
		t.Fatal(err)
	}
	theirs := ocsp(t, "synthetic/ocsp/good.ocsp").Responses[0]
	if id.HashOID != theirs.HashOID || !bytes.Equal(id.IssuerKeyHash, theirs.IssuerKeyHash) || !bytes.Equal(id.IssuerNameHash, theirs.IssuerNameHash) {
		t.Error("the identifier is not that of another implementation")
	}
	for state, reason := range map[pki.State]pki.Reason{
		pki.StateGood: pki.ReasonNone, pki.StateRevoked: pki.ReasonOnHold, pki.StateUnknown: pki.ReasonStatusUnknown,
	} {
		raw, err := pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
			ProducedAt: at, Nonce: []byte("nonce"),
			Responses: []pki.SingleResponse{{
				CertID: id, State: state, ThisUpdate: at, NextUpdate: at.Add(time.Hour),
				Revocation: pki.Revocation{Time: at.Add(-time.Hour), Reason: pki.RevocationHold},
			}},
		}, ca, syntheticKey(t, "ca_private_key_d_hex"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := pki.ParseOCSPResponse(raw)
		if err != nil {
			t.Fatal(err)
		}
		st := pki.CheckStatus(user, ca, pki.StatusSources{OCSPs: []*pki.OCSPResponse{r}}, pki.StatusOptions{Time: at, Nonce: []byte("nonce")})
		if st.State != state || st.Reason != reason || !r.Responses[0].NextUpdate.Equal(at.Add(time.Hour)) {
			t.Errorf("state %v reads as %+v", state, st)
		}
	}
	if _, err := pki.ParseOCSPResponse(pki.CreateOCSPRefusal(pki.OCSPTryLater)); err == nil {
		t.Error("a refusal is taken for an answer")
	}
}

func FuzzOCSPRequest(f *testing.F) {
	seed(f, "openssl/req-*.der", "real/cryptonite/ocsp_request.der")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := pki.ParseOCSPRequest(in)
		if err == nil && !bytes.Equal(r.Raw, in) {
			t.Error("request does not keep its bytes")
		}
	})
}
