package cms_test

import (
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// A citizen signs a request; the service that gets it finds out who it was.
func ExampleVerify() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	person, err := authority.Issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	if err != nil {
		fmt.Println(err)
		return
	}
	p7s, err := person.Sign([]byte("request"), now, false)
	if err != nil {
		fmt.Println(err)
		return
	}

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := cms.Verify(p7s, opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	who := result.Signers[0].Identity
	fmt.Println(result.MayAuthorise(), string(result.Content))
	fmt.Println(who.DRFO, who.DRFO.Reveal())
	// Output:
	// valid request
	// [personal] 3000000014
}

// A file is verified with a pinned root; nobody has a list of what it revoked.
func ExampleVerify_file() {
	p7s, err := os.ReadFile("testdata/openssl/p256.p7s")
	if err != nil {
		panic(err)
	}
	raw, err := os.ReadFile("testdata/openssl/root.cer")
	if err != nil {
		panic(err)
	}
	root, err := pki.ParseCertificate(raw)
	if err != nil {
		panic(err)
	}

	result, err := cms.Verify(p7s, cms.VerifyOptions{
		Anchors: []*pki.Certificate{root}, Time: root.NotBefore.AddDate(1, 0, 0), Revocation: cms.RevocationIfAvailable,
	})
	if err != nil {
		panic(err)
	}
	signer := result.Signers[0]
	revocation, _ := signer.Find(cms.CheckRevocation)
	fmt.Println(result.Outcome, signer.Level, signer.Identity.DRFO.Reveal(), len(result.Content))
	fmt.Println(revocation.Status, revocation.Reason)
	// Output:
	// valid BES 3000000014 21
	// passed status_no_source
}
