package cmstest

import (
	"math/big"
	"slices"
	"time"

	"github.com/dovidka/dovidka/pki"
)

// Lifetimes of lists.
const (
	crlLifetime   = 7 * 24 * time.Hour
	deltaLifetime = 2 * time.Hour
)

// Revoke puts a certificate on the lists issued from now on: on the root's if the
// root issued it, else on the provider's. The reasons are those of RFC 5280, clause
// 5.3.1; pki.RevocationHold blocks.
func (a *Authority) Revoke(c *pki.Certificate, at time.Time, reason int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := &a.revoked
	if c.Issuer.Equal(a.Root.Certificate.Subject) {
		list = &a.rootRevoked
	}
	*list = append(*list, pki.RevokedCertificate{
		SerialNumber: new(big.Int).Set(c.SerialNumber),
		Revocation:   pki.Revocation{Time: at.UTC().Truncate(time.Second), Reason: reason},
	})
}

// CRL issues a full list of the provider, valid for a week.
func (a *Authority) CRL(now time.Time) (*pki.CRL, error) { return a.list(a.CA, now, nil) }

// DeltaCRL issues a list that completes a full one, valid for two hours.
func (a *Authority) DeltaCRL(base *pki.CRL, now time.Time) (*pki.CRL, error) {
	return a.list(a.CA, now, base)
}

// RootCRL issues a full list of the root, valid for a week.
func (a *Authority) RootCRL(now time.Time) (*pki.CRL, error) { return a.list(a.Root, now, nil) }

func (a *Authority) list(issuer *Identity, now time.Time, base *pki.CRL) (*pki.CRL, error) {
	now = now.UTC().Truncate(time.Second)
	a.mu.Lock()
	// Numbers go on growing after the authority was opened anew.
	a.lists = max(a.lists+1, now.Unix())
	t := pki.CRLTemplate{Number: big.NewInt(a.lists), ThisUpdate: now, NextUpdate: now.Add(crlLifetime), Revoked: slices.Clone(a.revoked)}
	if issuer == a.Root {
		t.Revoked = slices.Clone(a.rootRevoked)
	}
	a.mu.Unlock()
	if base != nil {
		t.BaseNumber, t.NextUpdate = base.Number, now.Add(deltaLifetime)
	}
	return pki.CreateCRL(t, issuer.Certificate, issuer.Key)
}

// statusOf is what the authority knows of one of its provider's certificates.
func (a *Authority) statusOf(serial *big.Int) (pki.Revocation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range a.revoked {
		if r.SerialNumber.Cmp(serial) == 0 {
			return r.Revocation, true
		}
	}
	return pki.Revocation{}, false
}
