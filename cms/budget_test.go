package cms_test

import (
	"bytes"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/der"
)

// TestBudgetHidesNoRevocation: statements without worth, as many as use up what is spent
// on statements, do not keep a revocation out of sight, whosever it is.
func TestBudgetHidesNoRevocation(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, cmstest.EC)
	who, lost, tsa := must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.Issue(citizen)), must[*cmstest.Identity](t)(a.TSA())
	before := must[*pki.CRL](t)(a.CRL(signedAt))
	root := must[*pki.CRL](t)(a.RootCRL(signedAt))
	a.Revoke(lost.Certificate, signedAt.Add(-time.Hour), 1)
	a.Revoke(tsa.Certificate, signedAt.Add(-time.Hour), 1)
	a.Revoke(a.CA.Certificate, signedAt.Add(-time.Hour), 1)
	after, rootAfter := must[*pki.CRL](t)(a.CRL(signedAt)), must[*pki.CRL](t)(a.RootCRL(signedAt))
	plain := func(who *cmstest.Identity) []byte {
		return must[[]byte](t)(who.Sign([]byte("document"), signedAt, false))
	}
	for name, tc := range map[string]struct {
		container []byte
		policy    cms.Revocation
		lists     []*pki.CRL
		about     *pki.Certificate
		issuer    *cmstest.Identity
		reason    cms.Reason
	}{
		"signer":               {plain(lost), cms.RevocationRequired, []*pki.CRL{after, root}, lost.Certificate, a.CA, pki.ReasonRevoked},
		"signer, if available": {plain(lost), cms.RevocationIfAvailable, []*pki.CRL{after, root}, lost.Certificate, a.CA, pki.ReasonRevoked},
		"authority":            {plain(who), cms.RevocationRequired, []*pki.CRL{before, rootAfter}, a.CA.Certificate, a.Root, pki.ReasonIssuerRevoked},
		"service":              {stamped(t, who, tsa, signedAt), cms.RevocationRequired, []*pki.CRL{after, root}, tsa.Certificate, a.CA, cms.ReasonStampRevoked},
	} {
		opts := cms.VerifyOptions{
			Anchors: []*pki.Certificate{a.Root.Certificate}, Intermediates: []*pki.Certificate{a.CA.Certificate}, Time: signedAt, Revocation: tc.policy,
		}
		given, found := opts, opts
		given.CRLs, found.Statuses = tc.lists, asking(tc.lists)
		hidden := must[[]byte](t)(cms.Change(tc.container, worthless(t, tc.about, tc.issuer)))
		for how, opts := range map[string]cms.VerifyOptions{"given": given, "found": found} {
			if r := must[*cms.Result](t)(cms.Verify(tc.container, opts)); r.Outcome != invalid(tc.reason) {
				t.Errorf("%s, %s: %v", name, how, r.Outcome)
			}
			if r := must[*cms.Result](t)(cms.Verify(hidden, opts)); r.Verdict == cms.Valid || r.MayAuthorise().Verdict == cms.Valid {
				t.Errorf("%s, %s, hidden: %v, now %v", name, how, r.Outcome, r.MayAuthorise())
			}
		}
	}
}

// worthless puts responses about a certificate in, with certificates that could be their
// responder's by all but the signature.
func worthless(t *testing.T, about *pki.Certificate, issuer *cmstest.Identity) func(*cms.Parts) {
	t.Helper()
	key := must[*cmstest.Identity](t)(newAuthority(t, cmstest.EC).OCSP())
	template := must[pki.Template](t)(pki.OCSPTemplate(pki.Organization{Name: "OCSP"}, key.Certificate.PublicKey, pki.Validity{
		NotBefore: signedAt.AddDate(0, 0, -1), NotAfter: signedAt.AddDate(1, 0, 0),
	}))
	responder := must[*pki.Certificate](t)(pki.CreateCertificate(template, issuer.Certificate, issuer.Key))
	id := must[pki.CertID](t)(pki.NewCertID(about, issuer.Certificate, ""))
	return func(p *cms.Parts) {
		for i := range 16 {
			raw := bytes.Clone(responder.Raw)
			raw[len(raw)-1-i] ^= 0xff
			p.Add([]*pki.Certificate{must[*pki.Certificate](t)(pki.ParseCertificate(raw))}, nil)
			response := must[[]byte](t)(pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
				ProducedAt: signedAt.Add(-time.Duration(i) * time.Second),
				Responses:  []pki.SingleResponse{{CertID: id, State: pki.StateGood, ThisUpdate: signedAt}},
			}, responder, key.Key))
			var b cryptobyte.Builder
			explicit(1, func(b *cryptobyte.Builder) {
				der.AddOID(b, "1.3.6.1.5.5.7.48.1.1")
				b.AddBytes(must[*pki.OCSPResponse](t)(pki.ParseOCSPResponse(response)).Raw)
			})(&b)
			p.AddStatement(b.BytesOrPanic())
		}
	}
}
