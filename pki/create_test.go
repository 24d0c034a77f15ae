package pki_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

func newDSTU(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := dstu4145.GenerateKey(dstu4145.M257(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newEC(t testing.TB) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keyInfo(t testing.TB, s crypto.Signer) pki.PublicKeyInfo {
	t.Helper()
	raw, err := pki.MarshalPublicKeyInfo(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	info, err := pki.ParsePublicKeyInfo(raw)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

type authority struct {
	root, ca *pki.Certificate
	caKey    crypto.Signer
}

var (
	issueTime = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	validity  = pki.Validity{NotBefore: issueTime, NotAfter: issueTime.AddDate(2, 0, 0)}
)

func newAuthority(t testing.TB, newKey func(testing.TB) crypto.Signer) authority {
	t.Helper()
	rootKey, caKey := newKey(t), newKey(t)
	template, err := pki.RootTemplate(pki.Organization{Name: "Корінь", EDRPOU: "00000001"}, keyInfo(t, rootKey), validity)
	if err != nil {
		t.Fatal(err)
	}
	root := issue(t, template, nil, rootKey)
	if template, err = pki.CATemplate(pki.Organization{Name: "КНЕДП", Locality: "Київ"}, keyInfo(t, caKey), validity); err != nil {
		t.Fatal(err)
	}
	return authority{root: root, ca: issue(t, template, root, rootKey), caKey: caKey}
}

func issue(t testing.TB, template pki.Template, issuer *pki.Certificate, key crypto.Signer) *pki.Certificate {
	t.Helper()
	c, err := pki.CreateCertificate(template, issuer, key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestIssuedCertificatesVerify(t *testing.T) {
	t.Parallel()
	person := pki.Person{Surname: "ТЕСТЕНКО", GivenName: "ТЕСТ", DRFO: "3000000014", UNZR: "19820219-00019"}
	for name, newKey := range map[string]func(testing.TB) crypto.Signer{"DSTU": newDSTU, "EC": newEC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAuthority(t, newKey)
			template, err := pki.PersonTemplate(person, keyInfo(t, newKey(t)), validity)
			if err != nil {
				t.Fatal(err)
			}
			template.CRLURL, template.OCSPURL, template.TSPURL = "http://ca.test/full.crl", "http://ocsp.test/", "http://tsp.test/"
			c := issue(t, template, a.ca, a.caKey)
			if _, err := pki.BuildChain(c, pki.ChainOptions{
				Anchors: []*pki.Certificate{a.root}, Intermediates: []*pki.Certificate{a.ca}, Time: issueTime.AddDate(1, 0, 0),
			}); err != nil {
				t.Fatal(err)
			}
			id, err := c.Identity()
			if err != nil || id.DRFO.Reveal() != person.DRFO || id.UNZR.Reveal() != person.UNZR || !id.IsPerson() {
				t.Errorf("identity lost: %v", err)
			}
			if len(c.CRLURLs) != 1 || len(c.OCSPURLs) != 1 || len(c.TSPURLs) != 1 || len(c.UnknownCritical) != 0 {
				t.Error("extensions lost")
			}
			std, err := x509.ParseCertificate(c.Raw)
			if err != nil {
				t.Fatalf("crypto/x509 does not parse it: %v", err)
			}
			if name == "EC" {
				parent, err := x509.ParseCertificate(a.ca.Raw)
				if err != nil {
					t.Fatal(err)
				}
				if err := std.CheckSignatureFrom(parent); err != nil {
					t.Errorf("crypto/x509 does not verify it: %v", err)
				}
			}
		})
	}
}

func TestIssuedRevocations(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, newDSTU)
	template, err := pki.SealTemplate(pki.Organization{Name: "ТОВ", EDRPOU: "12345678"}, keyInfo(t, newDSTU(t)), validity)
	if err != nil {
		t.Fatal(err)
	}
	c := issue(t, template, a.ca, a.caKey)
	now := issueTime.AddDate(0, 1, 0)
	list := func(number int64, base *big.Int, revoked ...pki.RevokedCertificate) *pki.CRL {
		l, err := pki.CreateCRL(pki.CRLTemplate{
			Number: big.NewInt(number), BaseNumber: base, Revoked: revoked,
			ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour),
		}, a.ca, a.caKey)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	entry := func(reason int) pki.RevokedCertificate {
		return pki.RevokedCertificate{SerialNumber: c.SerialNumber, Revocation: pki.Revocation{Time: now.Add(-48 * time.Hour), Reason: reason}}
	}
	full, held := list(10, nil), list(10, nil, entry(pki.RevocationHold))
	cases := map[string]struct {
		lists  []*pki.CRL
		state  pki.State
		reason pki.Reason
	}{
		"none":                {nil, pki.StateUnknown, pki.ReasonStatusNoSource},
		"good":                {[]*pki.CRL{full}, pki.StateGood, pki.ReasonNone},
		"revoked":             {[]*pki.CRL{list(10, nil, entry(1))}, pki.StateRevoked, pki.ReasonRevoked},
		"held":                {[]*pki.CRL{held}, pki.StateRevoked, pki.ReasonOnHold},
		"delta revokes":       {[]*pki.CRL{full, list(11, big.NewInt(10), entry(1))}, pki.StateRevoked, pki.ReasonRevoked},
		"delta lifts a hold":  {[]*pki.CRL{held, list(11, big.NewInt(10), entry(8))}, pki.StateGood, pki.ReasonNone},
		"delta lifts no more": {[]*pki.CRL{list(10, nil, entry(1)), list(11, big.NewInt(10), entry(8))}, pki.StateRevoked, pki.ReasonRevoked},
		"delta of a later full": {
			[]*pki.CRL{held, list(12, big.NewInt(11), entry(8))}, pki.StateRevoked, pki.ReasonOnHold,
		},
		"delta alone": {[]*pki.CRL{list(11, big.NewInt(10))}, pki.StateUnknown, pki.ReasonStatusOther},
	}
	for name, tc := range cases {
		got := pki.CheckStatus(c, a.ca, pki.StatusSources{CRLs: tc.lists}, pki.StatusOptions{Time: now})
		if got.State != tc.state || got.Reason != tc.reason {
			t.Errorf("%s: %v %q, want %v %q", name, got.State, got.Reason, tc.state, tc.reason)
		}
	}
	before := pki.CheckStatus(c, a.ca, pki.StatusSources{CRLs: []*pki.CRL{list(10, nil, entry(1))}},
		pki.StatusOptions{Time: now.Add(-72 * time.Hour), Now: now})
	if before.State != pki.StateGood || before.RevokedAt.IsZero() {
		t.Errorf("before its revocation: %+v", before)
	}
}

func TestChainRules(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, newEC)
	other := newAuthority(t, newEC) // same names, other keys
	// below issues through one more authority than a.ca may have below it.
	key := newEC(t)
	template, err := pki.CATemplate(pki.Organization{Name: "Нижчий"}, keyInfo(t, key), validity)
	if err != nil {
		t.Fatal(err)
	}
	middle := issue(t, template, a.ca, a.caKey)
	if template, err = pki.PersonTemplate(pki.Person{Surname: "Я"}, keyInfo(t, newEC(t)), validity); err != nil {
		t.Fatal(err)
	}
	below := issue(t, template, middle, key)
	leafKey := newEC(t)
	if template, err = pki.PersonTemplate(pki.Person{Surname: "Я", DRFO: "3000000014"}, keyInfo(t, leafKey), validity); err != nil {
		t.Fatal(err)
	}
	leaf := issue(t, template, a.ca, a.caKey)
	fake := issuedBy(t, other.caKey, other.ca)
	dstu := newAuthority(t, newDSTU) // the same names again
	strangeKey := newEC(t)
	if template, err = pki.RootTemplate(pki.Organization{Name: "Чужий"}, keyInfo(t, strangeKey), validity); err != nil {
		t.Fatal(err)
	}
	strange := issue(t, template, nil, strangeKey)
	stranger := issuedBy(t, strangeKey, strange)
	late := issueTime.AddDate(3, 0, 0)
	cases := map[string]struct {
		leaf *pki.Certificate
		pool []*pki.Certificate
		at   time.Time
		want pki.Reason
	}{
		"decoy first":      {leaf, []*pki.Certificate{other.ca, a.ca}, issueTime, pki.ReasonNone},
		"issuer missing":   {leaf, []*pki.Certificate{other.ca}, issueTime, pki.ReasonIssuerUnknown},
		"expired":          {leaf, []*pki.Certificate{a.ca}, late, pki.ReasonExpired},
		"not yet":          {leaf, []*pki.Certificate{a.ca}, issueTime.Add(-time.Second), pki.ReasonNotYetValid},
		"other root":       {stranger, []*pki.Certificate{strange}, issueTime, pki.ReasonAnchorUntrusted},
		"imitated root":    {other.ca, []*pki.Certificate{other.root}, issueTime, pki.ReasonIssuerImitated},
		"imitated CA":      {fake, []*pki.Certificate{a.ca}, issueTime, pki.ReasonIssuerImitated},
		"imitator at hand": {fake, []*pki.Certificate{other.ca, a.ca, other.root}, issueTime, pki.ReasonIssuerImitated},
		"key of a new kind": {
			issuedBy(t, dstu.caKey, dstu.ca), []*pki.Certificate{a.ca}, issueTime, pki.ReasonIssuerUnknown,
		},
		"issuer of issuer": {below, []*pki.Certificate{a.ca}, issueTime, pki.ReasonIssuerUnknown},
		"path length":      {below, []*pki.Certificate{a.ca, middle}, issueTime, pki.ReasonPathLen},
		"no CA":            {issuedBy(t, leafKey, leaf), []*pki.Certificate{a.ca, leaf}, issueTime, pki.ReasonIssuerNotCA},
	}
	for name, tc := range cases {
		_, err := pki.BuildChain(tc.leaf, pki.ChainOptions{Anchors: []*pki.Certificate{a.root}, Intermediates: tc.pool, Time: tc.at})
		var failure *pki.ChainError
		got := pki.ReasonNone
		if errors.As(err, &failure) {
			got = failure.Reason
		}
		if got != tc.want {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// issuedBy makes a certificate with the key of one that may not issue any.
func issuedBy(t testing.TB, key crypto.Signer, issuer *pki.Certificate) *pki.Certificate {
	t.Helper()
	template, err := pki.PersonTemplate(pki.Person{Surname: "Він"}, keyInfo(t, newEC(t)), validity)
	if err != nil {
		t.Fatal(err)
	}
	return issue(t, template, issuer, key)
}

// TestImitatedBelow: an authority may be imitated at any depth below its root.
func TestImitatedBelow(t *testing.T) {
	t.Parallel()
	rootKey, middleKey, caKey, falseKey := newEC(t), newEC(t), newEC(t), newEC(t)
	authority := func(name string, key crypto.Signer, issuer *pki.Certificate, issuerKey crypto.Signer) *pki.Certificate {
		template, err := pki.CATemplate(pki.Organization{Name: name}, keyInfo(t, key), validity)
		if err != nil {
			t.Fatal(err)
		}
		template.MaxPathLen = -1
		return issue(t, template, issuer, issuerKey)
	}
	root := authority("Корінь", rootKey, nil, rootKey)
	middle := authority("Проміжний", middleKey, root, rootKey)
	ca := authority("КНЕДП", caKey, middle, middleKey)
	imitation := authority("КНЕДП", falseKey, nil, falseKey)
	cases := map[string]struct {
		pool []*pki.Certificate
		want pki.Reason
	}{
		"with the way up":    {[]*pki.Certificate{imitation, ca, middle}, pki.ReasonIssuerImitated},
		"without the way up": {[]*pki.Certificate{imitation, ca}, pki.ReasonAnchorUntrusted},
	}
	for name, tc := range cases {
		_, err := pki.BuildChain(issuedBy(t, falseKey, imitation), pki.ChainOptions{
			Anchors: []*pki.Certificate{root}, Intermediates: tc.pool, Time: issueTime,
		})
		var failure *pki.ChainError
		if !errors.As(err, &failure) || failure.Reason != tc.want {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// TestNormalBasisNamed: an identifier that names a normal basis goes with a key in one.
func TestNormalBasisNamed(t *testing.T) {
	t.Parallel()
	key := newDSTU(t)
	data := []byte("дані")
	sum, err := pki.Sum(pki.OIDGOST34311, data)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := key.Sign(rand.Reader, sum, nil)
	if err != nil {
		t.Fatal(err)
	}
	for oid, want := range map[string]error{pki.OIDDSTU4145: nil, pki.OIDDSTU4145ONB: pki.ErrAlgorithmMismatch} {
		err := keyInfo(t, key).CheckSignature(pki.AlgorithmIdentifier{OID: oid}, pki.OIDGOST34311, data, signature)
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", oid, err, want)
		}
	}
}
