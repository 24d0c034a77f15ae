package cms_test

import (
	"encoding/pem"
	"slices"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// mathematics are the checks which need nothing but the container.
var mathematics = []string{
	cms.CheckSignedAttributes, cms.CheckSigningCertificate, cms.CheckAlgorithms, cms.CheckMessageDigest, cms.CheckSignature,
}

// TestRealContainers verifies containers made by other programs. The issuers of most
// of their certificates are not to be had, so that the chain ends differently.
func TestRealContainers(t *testing.T) {
	t.Parallel()
	anchor := newAuthority(t, cmstest.EC).Root.Certificate
	cases := map[string]struct {
		file    string
		content []byte
		also    []string // other checks that must pass
		chain   cms.Reason
		remark  cms.Reason
	}{
		"cryptonite DSTU":       {file: "cryptonite/test_cms.p7s", chain: pki.ReasonIssuerUnknown},
		"cryptonite ECDSA":      {file: "cryptonite/ecdsa-one-signer.p7s", chain: pki.ReasonCertificateForged}, // names itself as issuer,
		"nested OCTET STRING":   {file: "dps-test/cms-nested-octet-signature.pem", also: []string{cms.CheckKeyUsage}, chain: pki.ReasonIssuerUnknown},
		"jkurwa attached":       {file: "jkurwa/message.p7", chain: pki.ReasonIssuerNotCA, remark: cms.ReasonAttributeOrder},
		"jkurwa detached":       {file: "jkurwa/message_detached.p7", content: []byte("123"), chain: pki.ReasonIssuerNotCA, remark: cms.ReasonAttributeOrder},
		"jkurwa other content":  {file: "jkurwa/message_detached.p7", content: []byte("124"), chain: pki.ReasonIssuerNotCA, remark: cms.ReasonAttributeOrder},
		"jkurwa empty content":  {file: "jkurwa/message_detached.p7", content: []byte{}, chain: pki.ReasonIssuerNotCA, remark: cms.ReasonAttributeOrder},
		"jkurwa both, the same": {file: "jkurwa/message.p7", content: []byte("123"), chain: pki.ReasonIssuerNotCA, remark: cms.ReasonAttributeOrder},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := readFile(t, "testdata/real", tc.file)
			if block, _ := pem.Decode(raw); block != nil {
				raw = block.Bytes
			}
			sd := must[*cms.SignedData](t)(cms.Parse(raw, cms.Limits{}))
			r := must[*cms.Result](t)(cms.Verify(raw, cms.VerifyOptions{
				Content: tc.content, Anchors: []*pki.Certificate{anchor}, Time: sd.Certificates[0].NotAfter.Add(-time.Hour),
				Revocation: cms.RevocationNotChecked,
			}))
			if len(r.Signers) != 1 {
				t.Fatalf("%v: %d signers", r.Outcome, len(r.Signers))
			}
			s := r.Signers[0]
			wantDigest := cms.Passed
			if tc.content != nil && string(tc.content) != "123" {
				wantDigest = cms.Failed
			}
			for _, check := range slices.Concat(mathematics, tc.also) {
				want := cms.Passed
				if check == cms.CheckMessageDigest {
					want = wantDigest
				}
				if got, _ := s.Find(check); got.Status != want || check == cms.CheckSignature && got.Reason != tc.remark {
					t.Errorf("%+v, want %s", got, want)
				}
			}
			if got, _ := s.Find(cms.CheckChain); got.Reason != tc.chain {
				t.Errorf("chain: %+v, want %s", got, tc.chain)
			}
		})
	}
}

func TestOpenSSLContainers(t *testing.T) {
	t.Parallel()
	root := certificates(t, "testdata/openssl", []string{"root.cer"})
	content := readFile(t, "testdata/openssl", "content.txt")
	cases := map[string]struct {
		detached bool
		want     cms.Outcome
	}{
		"p256.p7s":  {want: cms.Outcome{Verdict: cms.Valid}},
		"p384.p7s":  {detached: true, want: cms.Outcome{Verdict: cms.Valid}},
		"p521.p7s":  {want: cms.Outcome{Verdict: cms.Valid}}, // BER, indefinite lengths
		"rsa.p7s":   {want: cms.Outcome{Verdict: cms.Valid}},
		"pss.p7s":   {want: cms.Outcome{Verdict: cms.Valid}},
		"keyid.p7s": {want: cms.Outcome{Verdict: cms.Valid}},
		"weak.p7s":  {want: cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonKeyWeak}},
		"sha1.p7s":  {want: cms.Outcome{Verdict: cms.Invalid, Reason: pki.ReasonAlgorithmRejected}}, // digest and signing-certificate
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts := cms.VerifyOptions{Anchors: root, Time: root[0].NotBefore.AddDate(1, 0, 0), Revocation: cms.RevocationIfAvailable}
			if tc.detached {
				opts.Content = content
			}
			r := must[*cms.Result](t)(cms.Verify(readFile(t, "testdata/openssl", name), opts))
			if r.Outcome != tc.want {
				t.Fatalf("%v, want %v: %+v", r.Outcome, tc.want, r.Signers)
			}
			if r.Verdict == cms.Valid && (string(r.Content) != string(content) || r.Signers[0].Identity.DRFO.Reveal() != citizen.DRFO) {
				t.Error("content or signer lost")
			}
		})
	}
}

// TestBundle: every certificate of a published bundle has a key we take, and every
// root in it verifies.
func TestBundle(t *testing.T) {
	t.Parallel()
	all := must[[]*pki.Certificate](t)(cms.Certificates(readFile(t, "testdata/real/CACertificates.Test.p7b")))
	if len(all) != 19 {
		t.Fatalf("%d certificates, want 19", len(all))
	}
	var roots []*pki.Certificate
	for _, c := range all {
		if c.KeyError() != nil || len(c.UnknownCritical) != 0 {
			t.Errorf("%v: %v %v", c, c.KeyError(), c.UnknownCritical)
		}
		if !c.IsSelfIssued() {
			continue
		}
		roots = append(roots, c)
		if err := c.CheckIssuedBy(c); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
	for _, c := range all {
		if _, err := pki.BuildChain(c, pki.ChainOptions{
			Anchors: roots, Intermediates: all, Time: c.NotBefore.Add(time.Hour),
		}); err != nil {
			t.Error(err)
		}
	}
}
