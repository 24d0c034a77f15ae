package keystore

import (
	"bytes"
	"crypto"

	"github.com/dovidka/dovidka/pki"
)

// addCertificate keeps a certificate as it came. It is looked into later and only as
// far as it helps to find its key: a container is not refused for the sake of a
// certificate which nobody can read.
func (o *opener) addCertificate(raw, localKeyID []byte) error {
	if err := o.entry(); err != nil {
		return err
	}
	if len(localKeyID) > 0 {
		if o.localKeyIDs == nil {
			o.localKeyIDs = make(map[int][]byte)
		}
		o.localKeyIDs[len(o.store.Certificates)] = bytes.Clone(localKeyID)
	}
	o.store.Certificates = append(o.store.Certificates, bytes.Clone(raw))
	return nil
}

// attachCertificates gives every key its own certificates and those of their issuers.
func (s *Store) attachCertificates(localKeyIDs map[int][]byte) {
	if len(s.Certificates) == 0 {
		return
	}
	pool := make([]*pki.Certificate, len(s.Certificates)) // nil where unreadable
	for i, raw := range s.Certificates {
		if cert, err := pki.ParseCertificate(raw); err == nil {
			pool[i] = cert
		}
	}
	for i := range s.Keys {
		k := &s.Keys[i]
		chain := ownCertificates(k.Signer.Public(), pool)
		for _, n := range chain {
			k.Usage |= usageOf(pool[n])
		}
		if len(chain) == 0 {
			chain = certificatesByID(k.LocalKeyID, localKeyIDs, len(pool))
		}
		for _, n := range withIssuers(chain, pool) {
			k.Certificates = append(k.Certificates, s.Certificates[n])
		}
	}
}

func ownCertificates(pub crypto.PublicKey, pool []*pki.Certificate) []int {
	key, ok := pub.(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil
	}
	var own []int
	for n, cert := range pool {
		if cert != nil && cert.PublicKey.Key != nil && key.Equal(cert.PublicKey.Key) {
			own = append(own, n)
		}
	}
	return own
}

func certificatesByID(id []byte, ids map[int][]byte, count int) []int {
	if len(id) == 0 {
		return nil
	}
	var own []int
	for n := range count {
		if bytes.Equal(ids[n], id) {
			own = append(own, n)
		}
	}
	return own
}

// withIssuers appends to chain the certificates whose subject is the issuer of one
// already in it, each once. Names prove nothing; whoever uses the chain verifies it.
func withIssuers(chain []int, pool []*pki.Certificate) []int {
	taken := make([]bool, len(pool))
	for _, n := range chain {
		taken[n] = true
	}
	for at := 0; at < len(chain); at++ {
		cert := pool[chain[at]]
		if cert == nil {
			continue
		}
		for n, issuer := range pool {
			if issuer != nil && !taken[n] && issuer.Subject.Equal(cert.Issuer) {
				taken[n] = true
				chain = append(chain, n)
			}
		}
	}
	return chain
}

func usageOf(cert *pki.Certificate) Usage {
	var u Usage
	if cert.KeyUsage&(pki.KeyUsageDigitalSignature|pki.KeyUsageNonRepudiation) != 0 {
		u |= UsageSignature
	}
	if cert.KeyUsage&pki.KeyUsageKeyAgreement != 0 {
		u |= UsageAgreement
	}
	return u
}
