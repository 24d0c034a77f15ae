package cms_test

import (
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/dstu/gost28147"
	"github.com/dovidka/dovidka/pki"
)

// TestSubstitutionBlocks: every accepted block makes signatures which verify, be the
// digest of the document made with it or, as some producers do, with №1.
func TestSubstitutionBlocks(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.DSTU)
	opts := verifyOptions(t, a, signedAt.Add(time.Minute))
	blocks := []*gost28147.SBox{gost28147.TestSBox()}
	for n := 1; n <= 10; n++ {
		blocks = append(blocks, must[*gost28147.SBox](t)(gost28147.NumberedSBox(n)))
	}
	for i, block := range blocks {
		who := must[*cmstest.Identity](t)(a.Custom(func(key pki.PublicKeyInfo) (pki.Template, error) {
			key.SBox = block
			return pki.PersonTemplate(citizen, key, pki.Validity{NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(1, 0, 0)})
		}))
		if !who.Certificate.PublicKey.SBox.Equal(block) {
			t.Fatalf("block %d is lost", i)
		}
		f := newForgery(who).useGOST()
		for name, p7s := range map[string][]byte{
			"own": must[[]byte](t)(who.Sign([]byte("document"), signedAt, false)),
			"№1":  f.marshal(t),
		} {
			if r := must[*cms.Result](t)(cms.Verify(p7s, opts)); r.Verdict != cms.Valid {
				t.Errorf("block %d, digest with %s: %v", i, name, r.Outcome)
			}
		}
		f.content = []byte("another document")
		want := cms.Outcome{Verdict: cms.Invalid, Reason: cms.ReasonDigestMismatch}
		if r := must[*cms.Result](t)(cms.Verify(f.marshal(t), opts)); r.Outcome != want {
			t.Errorf("block %d, another document: %v, want %v", i, r.Outcome, want)
		}
	}
}
