package pki_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki"
)

// The certificate of a seal is followed up to the national root, which is pinned.
func ExampleBuildChain() {
	read := func(name string) *pki.Certificate {
		raw, err := os.ReadFile("testdata/real/diia/" + name)
		if err != nil {
			panic(err)
		}
		c, err := pki.ParseCertificate(raw)
		if err != nil {
			panic(err)
		}
		return c
	}
	seal := read("diia-test-sign-7775603.cer")

	chain, err := pki.BuildChain(seal, pki.ChainOptions{
		Anchors:       []*pki.Certificate{read("CAO-05E19E2CD92EA2990100000001000000C1000000.cer")},
		Intermediates: []*pki.Certificate{read("diia-CA-05E19E2CD92EA2990100000001000000E1000000.cer")},
		Time:          time.Date(2023, 9, 20, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		panic(err)
	}
	holder, err := seal.Identity()
	if err != nil {
		panic(err)
	}
	fmt.Println(len(chain), holder.IsSeal, holder.EDRPOU.Reveal())
	// Output: 3 true 43395033
}

// The status of a certificate is what the statements at hand, once checked, say of it.
func ExampleCheckStatus() {
	read := func(name string) []byte {
		raw, err := os.ReadFile("testdata/synthetic/" + name)
		if err != nil {
			panic(err)
		}
		return raw
	}
	user, err := pki.ParseCertificate(read("pki/user.cer"))
	if err != nil {
		panic(err)
	}
	issuer, err := pki.ParseCertificate(read("pki/ca.cer"))
	if err != nil {
		panic(err)
	}
	list, err := pki.ParseCRL(read("crl/revoked.crl"))
	if err != nil {
		panic(err)
	}

	status := pki.CheckStatus(user, issuer, pki.StatusSources{CRLs: []*pki.CRL{list}},
		pki.StatusOptions{Time: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)})
	fmt.Println(status.Reason, status.RevokedAt.Format(time.DateOnly))
	// Output: revoked 2025-02-01
}

// A published bundle serves as a pool: issuers are found in it, and no trust is.
func ExampleNewPool() {
	bundle, err := os.ReadFile("../cms/testdata/real/CACertificates.Test.p7b")
	if err != nil {
		panic(err)
	}
	certificates, err := cms.Certificates(bundle)
	if err != nil {
		panic(err)
	}
	pool := pki.NewPool(certificates...)

	last := certificates[len(certificates)-1]
	for _, issuer := range pool.Issuers(last) {
		fmt.Println(issuer.Subject.First(pki.OIDCommonName))
	}
	_, err = pki.BuildChain(last, pki.ChainOptions{Pool: pool, Time: last.NotBefore.Add(time.Hour)})
	var failure *pki.ChainError
	fmt.Println(errors.As(err, &failure), failure.Reason)
	// Output:
	// Central certification authority (ROOT TEST)
	// true anchor_untrusted
}
