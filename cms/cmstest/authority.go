// Package cmstest is a certificate authority in memory, for tests and for the
// demonstration: a root, a provider of trust services below it, whatever people
// and organisations need to sign, and the services that certificates speak of.
//
// [NewAuthority] makes one of either family. [Authority.Serve] starts its OCSP
// responder, its time-stamping service and its revocation lists over HTTP; what is
// issued from then on carries their addresses, and any of them can be made to
// misbehave ([Service.Misbehave]).
//
// Its certificates have the profile of qualified Ukrainian ones and are worth
// nothing: nobody pins its root but who made it.
package cmstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/dstu/dstu4145"
	"github.com/dovidka/dovidka/pki"
)

// Family is a family of signature algorithms.
type Family int

// The families which are in use in Ukraine side by side.
const (
	DSTU Family = iota // DSTU 4145 with GOST 34.311
	EC                 // ECDSA P-256 with SHA-256
)

// Identity is a key with its certificate.
type Identity struct {
	Key         crypto.Signer
	Certificate *pki.Certificate
}

// Sign signs content as CAdES-BES at a time.
func (i *Identity) Sign(content []byte, at time.Time, detached bool) ([]byte, error) {
	return cms.Sign(content, cms.SignOptions{
		Signer: i.Key, Certificate: i.Certificate, SigningTime: at, Detached: detached,
	})
}

// Stamp makes a time-stamp token, as a time-stamping service would; it fits
// cms.SignOptions.TimeStamp when at is bound.
func (i *Identity) Stamp(at time.Time, digestOID string, digest []byte) ([]byte, error) {
	return i.stamp(&cms.TimeStampRequest{DigestOID: digestOID, Digest: digest}, at)
}

func (i *Identity) stamp(r *cms.TimeStampRequest, at time.Time) ([]byte, error) {
	policy := r.Policy
	if policy == "" {
		policy = cms.OIDStampPolicyInternational
		if _, ok := i.Key.Public().(*dstu4145.PublicKey); ok {
			policy = cms.OIDStampPolicyDSTU
		}
	}
	return cms.CreateTimeStamp(cms.TimeStampTemplate{
		Policy: policy, DigestOID: r.DigestOID, Digest: r.Digest, SerialNumber: big.NewInt(at.UnixNano()), Time: at.Truncate(time.Second),
		Nonce: r.Nonce,
	}, cms.SignOptions{Signer: i.Key, Certificate: i.Certificate})
}

// Authority issues certificates and keeps account of those revoked. It is safe for
// concurrent use.
type Authority struct {
	Root *Identity
	CA   *Identity

	family   Family
	validity pki.Validity

	mu          sync.Mutex
	revoked     []pki.RevokedCertificate // guarded by mu
	rootRevoked []pki.RevokedCertificate // by the root; guarded by mu
	lists       int64                    // number of the last CRL; guarded by mu
	urls        urls                     // of what is issued; guarded by mu
}

// urls are where services of the authority listen; those not set are left out of
// certificates.
type urls struct{ ocsp, tsp, crl, delta, rootCRL string }

// Lifetimes of what the authority issues.
const (
	caYears   = 10
	leafYears = 2
)

// NewAuthority makes an authority whose certificates are valid from a day before now.
func NewAuthority(family Family, now time.Time) (*Authority, error) {
	a := &Authority{family: family, validity: leafValidity(now)}
	from := a.validity.NotBefore
	long := pki.Validity{NotBefore: from, NotAfter: from.AddDate(caYears, 0, 0)}
	var err error
	owner := pki.Organization{Name: "Довідка: випробування", Unit: "Центральний засвідчувальний орган", Locality: "Київ"}
	if a.Root, err = a.issue(nil, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.RootTemplate(owner, key, long)
	}); err != nil {
		return nil, err
	}
	owner.Unit = "КНЕДП"
	a.CA, err = a.issue(a.Root, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.CATemplate(owner, key, long)
	})
	return a, err
}

// OpenAuthority goes on with the root and the provider of an authority made earlier,
// whose keys the caller kept. What was revoked is to be revoked again.
func OpenAuthority(root, ca *Identity, now time.Time) (*Authority, error) {
	if err := ca.Certificate.CheckIssuedBy(root.Certificate); err != nil {
		return nil, fmt.Errorf("open authority: %w", err)
	}
	family := EC
	if _, ok := ca.Key.Public().(*dstu4145.PublicKey); ok {
		family = DSTU
	}
	return &Authority{Root: root, CA: ca, family: family, validity: leafValidity(now)}, nil
}

func leafValidity(now time.Time) pki.Validity {
	from := now.UTC().Truncate(time.Second).AddDate(0, 0, -1)
	return pki.Validity{NotBefore: from, NotAfter: from.AddDate(leafYears, 0, 0)}
}

// Issue makes a key and a certificate for a person's signature.
func (a *Authority) Issue(p pki.Person) (*Identity, error) {
	return a.issue(a.CA, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.PersonTemplate(p, key, a.validity)
	})
}

// IssueFor makes a certificate for the public key of a person who keeps the private
// one: what a request for a certificate leads to.
func (a *Authority) IssueFor(p pki.Person, key crypto.PublicKey) (*pki.Certificate, error) {
	info, err := publicKeyInfo(key)
	if err != nil {
		return nil, err
	}
	t, err := pki.PersonTemplate(p, info, a.validity)
	if err != nil {
		return nil, err
	}
	a.address(&t, a.CA)
	return pki.CreateCertificate(t, a.CA.Certificate, a.CA.Key)
}

// Seal makes a key and a certificate for an organisation's seal.
func (a *Authority) Seal(o pki.Organization) (*Identity, error) {
	return a.issue(a.CA, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.SealTemplate(o, key, a.validity)
	})
}

// TSA makes a key and a certificate for a time-stamping service.
func (a *Authority) TSA() (*Identity, error) {
	return a.issue(a.CA, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.TSATemplate(pki.Organization{Name: "Довідка: випробування", Unit: "TSP-сервер"}, key, a.validity)
	})
}

// OCSP makes a key and a certificate for a service that states the status of certificates.
func (a *Authority) OCSP() (*Identity, error) {
	return a.issue(a.CA, func(key pki.PublicKeyInfo) (pki.Template, error) {
		return pki.OCSPTemplate(pki.Organization{Name: "Довідка: випробування", Unit: "OCSP-сервер"}, key, a.validity)
	})
}

// Custom makes a key and issues what template says, for tests of what a sound
// authority would not issue.
func (a *Authority) Custom(template func(key pki.PublicKeyInfo) (pki.Template, error)) (*Identity, error) {
	return a.issue(a.CA, template)
}

func (a *Authority) issue(issuer *Identity, template func(pki.PublicKeyInfo) (pki.Template, error)) (*Identity, error) {
	key, err := a.newKey()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	info, err := publicKeyInfo(key.Public())
	if err != nil {
		return nil, err
	}
	t, err := template(info)
	if err != nil {
		return nil, err
	}
	signer, parent := key, (*pki.Certificate)(nil)
	if issuer != nil {
		signer, parent = issuer.Key, issuer.Certificate
		a.address(&t, issuer)
	}
	c, err := pki.CreateCertificate(t, parent, signer)
	if err != nil {
		return nil, err
	}
	return &Identity{Key: key, Certificate: c}, nil
}

// address says in a certificate where to ask about it.
func (a *Authority) address(t *pki.Template, issuer *Identity) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if issuer == a.Root {
		t.CRLURL = a.urls.rootCRL
		return
	}
	t.CRLURL, t.DeltaCRLURL, t.OCSPURL, t.TSPURL = a.urls.crl, a.urls.delta, a.urls.ocsp, a.urls.tsp
}

func (a *Authority) newKey() (crypto.Signer, error) {
	if a.family == EC {
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return dstu4145.GenerateKey(dstu4145.M257(), rand.Reader)
}

func publicKeyInfo(key crypto.PublicKey) (pki.PublicKeyInfo, error) {
	raw, err := pki.MarshalPublicKeyInfo(key)
	if err != nil {
		return pki.PublicKeyInfo{}, err
	}
	return pki.ParsePublicKeyInfo(raw)
}

// VerifyOptions are options with which everything issued here verifies at a time,
// with a CRL of that time.
func (a *Authority) VerifyOptions(now time.Time) (cms.VerifyOptions, error) {
	crl, err := a.CRL(now)
	if err != nil {
		return cms.VerifyOptions{}, err
	}
	return cms.VerifyOptions{
		Anchors:       []*pki.Certificate{a.Root.Certificate},
		Intermediates: []*pki.Certificate{a.CA.Certificate},
		CRLs:          []*pki.CRL{crl},
		Time:          now,
	}, nil
}
