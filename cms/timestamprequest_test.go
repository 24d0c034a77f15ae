package cms_test

import (
	"bytes"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

const opensslStamps = "testdata/openssl/tsp"

// TestTimeStampRequests reads requests that others made and writes the same bytes.
func TestTimeStampRequests(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct{ digest, policy string }{
		opensslStamps + "/tsq.der":                 {pki.OIDSHA256, ""},
		"testdata/real/cryptonite/tsp_request.der": {pki.OIDGOST34311, cms.OIDStampPolicyDSTU},
	} {
		raw := readFile(t, name)
		r, err := cms.ParseTimeStampRequest(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.DigestOID != want.digest || len(r.Digest) != 32 || r.Policy != want.policy || r.Nonce == nil || !r.Certificate {
			t.Errorf("%s: %+v", name, r)
		}
		out, err := r.Marshal()
		if err != nil || !bytes.Equal(out, raw) {
			t.Errorf("%s: written as %x, error %v", name, out, err)
		}
	}
}

// TestTimeStampResponses reads what OpenSSL answers to its own request.
func TestTimeStampResponses(t *testing.T) {
	t.Parallel()
	request, err := cms.ParseTimeStampRequest(readFile(t, opensslStamps, "tsq.der"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := cms.ParseTimeStampResponse(readFile(t, opensslStamps, "tsr.der"))
	if err != nil {
		t.Fatal(err)
	}
	ts, err := request.Check(token)
	if err != nil {
		t.Fatal(err)
	}
	root, err := pki.ParseCertificate(readFile(t, opensslStamps, "root.cer"))
	if err != nil {
		t.Fatal(err)
	}
	trust := cms.VerifyOptions{Anchors: []*pki.Certificate{root}, Time: ts.Time.Add(time.Second), Revocation: cms.RevocationNotChecked}
	if o, err := ts.Verify(trust); err != nil || o.Verdict != cms.Valid {
		t.Errorf("token of OpenSSL: %v, error %v", o, err)
	}
	trust.Anchors = nil
	if o, err := ts.Verify(trust); err != nil || o != (cms.Outcome{Verdict: cms.Indeterminate, Reason: cms.ReasonStampUntrusted}) {
		t.Errorf("nobody trusted: %v, error %v", o, err)
	}
	for name, change := range map[string]func(*cms.TimeStampRequest){
		"another digest": func(r *cms.TimeStampRequest) { r.Digest = make([]byte, 32) },
		"another hash":   func(r *cms.TimeStampRequest) { r.DigestOID = pki.OIDGOST34311 },
		"another nonce":  func(r *cms.TimeStampRequest) { r.Nonce = big.NewInt(1) },
		"another policy": func(r *cms.TimeStampRequest) { r.Policy = cms.OIDStampPolicyDSTU },
	} {
		other := *request
		change(&other)
		if _, err := other.Check(token); !errors.Is(err, cms.ErrOtherStamp) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var refusal *cms.TimeStampRefusal
	if _, err := cms.ParseTimeStampResponse(readFile(t, opensslStamps, "denied.der")); !errors.As(err, &refusal) ||
		*refusal != (cms.TimeStampRefusal{Status: 2, Failure: 0}) { // badAlg
		t.Errorf("a refusal of OpenSSL: %v", err)
	}
	for _, failure := range []uint{0, 2, 14, 15, 16, 17, 25} {
		_, err := cms.ParseTimeStampResponse(cms.CreateTimeStampRefusal(failure))
		if !errors.As(err, &refusal) || refusal.Failure != int(failure) {
			t.Errorf("refusal %d: %v", failure, err)
		}
	}
}

func FuzzTimeStampRequest(f *testing.F) {
	seed(f, opensslStamps+"/tsq.der", "testdata/real/cryptonite/tsp_request.der")
	f.Fuzz(func(t *testing.T, in []byte) {
		r, err := cms.ParseTimeStampRequest(in)
		if err != nil {
			return
		}
		out, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if again, err := cms.ParseTimeStampRequest(out); err != nil || !bytes.Equal(again.Digest, r.Digest) || again.Policy != r.Policy {
			t.Errorf("request does not survive writing: %v", err)
		}
	})
}

func FuzzTimeStampResponse(f *testing.F) {
	seed(f, opensslStamps+"/*.der")
	f.Fuzz(func(t *testing.T, in []byte) {
		token, err := cms.ParseTimeStampResponse(in)
		if err == nil && len(token) == 0 {
			t.Error("granted without a token")
		}
		if err == nil {
			_, _ = cms.ParseTimeStamp(token)
		}
	})
}
