package cmstest

import "github.com/dovidka/dovidka/pki"

// IssueForEncryption makes a key and a certificate with which others encrypt for a
// person, which is another than that for signatures (order 1401-12).
func (a *Authority) IssueForEncryption(p pki.Person) (*Identity, error) {
	return a.issue(a.CA, func(key pki.PublicKeyInfo) (pki.Template, error) {
		t, err := pki.PersonTemplate(p, key, a.validity)
		t.KeyUsage = pki.KeyUsageKeyAgreement
		return t, err
	})
}
