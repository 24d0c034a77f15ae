package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// authority is one authority with whoever it certified, all of which both sides know.
type authority struct {
	*cmstest.Authority
	folder  string
	signers []*cmstest.Identity
	tsa     *cmstest.Identity
	ocsp    *cmstest.Identity
	// signed, stamped, stated: a signature is made, stamped, and then the lists are issued.
	signed, stamped, stated time.Time
	lists                   []*pki.CRL
}

func newAuthority(folder string, now time.Time) (*authority, error) {
	now = now.UTC().Truncate(time.Second)
	inner, err := openAuthority(now)
	if err != nil {
		return nil, err
	}
	a := &authority{
		Authority: inner, folder: folder,
		signed: now.Add(-3 * time.Minute), stamped: now.Add(-2 * time.Minute), stated: now.Add(-time.Minute),
	}
	validity := pki.Validity{NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(1, 0, 0)}
	if a.tsa, err = certify(a.CA, newP256, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.TSATemplate(pki.Organization{Name: "Довідка: випробування", Unit: "TSP-сервер"}, key, validity)
	}); err != nil {
		return nil, err
	}
	if a.ocsp, err = certify(a.CA, newP256, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.OCSPTemplate(pki.Organization{Name: "Довідка: випробування", Unit: "OCSP-сервер"}, key, validity)
	}); err != nil {
		return nil, err
	}
	for i, newKey := range []func() (crypto.Signer, error){
		newP256,
		func() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) },
		func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) },
		func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 3072) },
		newP256,
	} {
		who, err := certify(a.CA, newKey, func(key pki.PublicKeyInfo) (pki.Template, error) {
			return pki.PersonTemplate(pki.Person{Surname: "ТЕСТЕНКО", GivenName: fmt.Sprint("Тест ", i), DRFO: "3000000014"}, key, validity)
		})
		if err != nil {
			return nil, err
		}
		a.signers = append(a.signers, who)
	}
	for _, issue := range []func(time.Time) (*pki.CRL, error){a.CRL, a.RootCRL} {
		list, err := issue(a.stated)
		if err != nil {
			return nil, err
		}
		a.lists = append(a.lists, list)
	}
	return a, a.write()
}

// openAuthority makes a root and a provider below it.
func openAuthority(now time.Time) (*cmstest.Authority, error) {
	first, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		return nil, err
	}
	provider, err := certify(first.Root, newP256, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.CATemplate(pki.Organization{Name: "Довідка: випробування", Unit: "КНЕДП"}, key, pki.Validity{
			NotBefore: now.AddDate(0, 0, -1), NotAfter: now.AddDate(5, 0, 0),
		})
	})
	if err != nil {
		return nil, err
	}
	return cmstest.OpenAuthority(first.Root, provider, now)
}

func newP256() (crypto.Signer, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) }

// listURL stands in the certificates because DSS embeds no statement about one without
// such an address. Nobody asks there.
const listURL = "http://127.0.0.1:9/ca.crl"

// certify makes a key and certifies it.
func certify(issuer *cmstest.Identity, newKey func() (crypto.Signer, error), template func(pki.PublicKeyInfo) (pki.Template, error)) (*cmstest.Identity, error) {
	key, err := newKey()
	if err != nil {
		return nil, err
	}
	raw, err := pki.MarshalPublicKeyInfo(key.Public())
	if err != nil {
		return nil, err
	}
	info, err := pki.ParsePublicKeyInfo(raw)
	if err != nil {
		return nil, err
	}
	t, err := template(info)
	if err != nil {
		return nil, err
	}
	t.CRLURL = listURL
	c, err := pki.CreateCertificate(t, issuer.Certificate, issuer.Key)
	if err != nil {
		return nil, err
	}
	return &cmstest.Identity{Key: key, Certificate: c}, nil
}

// write puts down what the other side needs.
func (a *authority) write() error {
	files := map[string][]byte{
		"root.cer": a.Root.Certificate.Raw, "ca.cer": a.CA.Certificate.Raw, "ca.crl": a.lists[0].Raw, "root.crl": a.lists[1].Raw,
	}
	for name, who := range map[string]*cmstest.Identity{"tsa": a.tsa} {
		if err := addIdentity(files, name, who); err != nil {
			return err
		}
	}
	for i, who := range a.signers {
		if err := addIdentity(files, signerName(i), who); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(a.folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

func signerName(i int) string { return fmt.Sprint("signer", i) }

func addIdentity(files map[string][]byte, name string, who *cmstest.Identity) error {
	key, err := x509.MarshalPKCS8PrivateKey(who.Key)
	files[name+".key"], files[name+".cer"] = key, who.Certificate.Raw
	return err
}

// stamp returns a time-stamping service whose clock stands at a time.
func (a *authority) stamp(at time.Time) func(string, []byte) ([]byte, error) {
	return func(oid string, digest []byte) ([]byte, error) { return a.tsa.Stamp(at, oid, digest) }
}

// longTerm is everything for signatures that prove themselves; with responses there are
// such about the signers besides the lists.
func (a *authority) longTerm(withResponses bool) (*cms.LongTerm, error) {
	l := &cms.LongTerm{
		Anchors: []*pki.Certificate{a.Root.Certificate}, Certificates: []*pki.Certificate{a.CA.Certificate, a.tsa.Certificate},
		CRLs: a.lists, Time: a.stated,
	}
	if !withResponses {
		return l, nil
	}
	for _, who := range a.signers {
		id, err := pki.NewCertID(who.Certificate, a.CA.Certificate, "")
		if err != nil {
			return nil, err
		}
		raw, err := pki.CreateOCSPResponse(pki.OCSPResponseTemplate{
			ProducedAt: a.stated, Certificates: []*pki.Certificate{a.ocsp.Certificate},
			Responses: []pki.SingleResponse{{CertID: id, State: pki.StateGood, ThisUpdate: a.stated, NextUpdate: a.stated.Add(time.Hour)}},
		}, a.ocsp.Certificate, a.ocsp.Key)
		if err != nil {
			return nil, err
		}
		response, err := pki.ParseOCSPResponse(raw)
		if err != nil {
			return nil, err
		}
		l.OCSPs = append(l.OCSPs, response)
	}
	return l, nil
}

// options are those with which a signature verifies; without lists it has to bring
// them along.
func (a *authority) options(withLists bool) cms.VerifyOptions {
	opts := cms.VerifyOptions{Anchors: []*pki.Certificate{a.Root.Certificate}, Time: time.Now()}
	if withLists {
		opts.Intermediates, opts.CRLs = []*pki.Certificate{a.CA.Certificate}, a.lists
	}
	return opts
}
