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

// A file that another program made is judged by what it shows: the signature is right,
// who stamped the content is not to be found out, and the certificate had expired.
func ExampleVerify_foreign() {
	p7s, err := os.ReadFile("testdata/real/cryptonite/test_cms.p7s")
	if err != nil {
		panic(err)
	}
	result, err := cms.Verify(p7s, cms.VerifyOptions{Time: time.Date(2016, 7, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		panic(err)
	}
	for _, check := range result.Signers[0].Checks {
		fmt.Println(check.Status, check.Name)
	}
	fmt.Println(result.Outcome)
	// Output:
	// passed signed_attributes
	// passed signing_certificate
	// passed algorithms
	// passed message_digest
	// passed signature
	// passed key_usage
	// unknown content_time_stamp
	// failed chain
	// invalid: expired
}

// A signature is made to last: time-stamped, then given the certificates and statements
// that a verification needs, then time-stamped with all of that. Years later the root is
// enough.
func ExampleExtend() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		panic(err)
	}
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	if err != nil {
		panic(err)
	}
	service, err := authority.TSA()
	if err != nil {
		panic(err)
	}
	stampAt := func(at time.Time) func(string, []byte) ([]byte, error) {
		return func(digestOID string, digest []byte) ([]byte, error) { return service.Stamp(at, digestOID, digest) }
	}
	p7s, err := cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: now, TimeStamp: stampAt(now),
	})
	if err != nil {
		panic(err)
	}

	// The lists are issued after the time-stamp, so that they would know of a revocation.
	stated := now.Add(time.Hour)
	list, err := authority.CRL(stated)
	if err != nil {
		panic(err)
	}
	rootList, err := authority.RootCRL(stated)
	if err != nil {
		panic(err)
	}
	anchors := []*pki.Certificate{authority.Root.Certificate}
	p7s, err = cms.Extend(p7s, cms.ExtendOptions{
		LongTerm: &cms.LongTerm{
			Anchors: anchors, Certificates: []*pki.Certificate{authority.CA.Certificate}, CRLs: []*pki.CRL{list, rootList}, Time: stated,
		},
		ArchiveTimeStamp: stampAt(stated),
	})
	if err != nil {
		panic(err)
	}

	result, err := cms.Verify(p7s, cms.VerifyOptions{Anchors: anchors, Time: now.AddDate(9, 0, 0)})
	if err != nil {
		panic(err)
	}
	signer := result.Signers[0]
	fmt.Println(result.Outcome, signer.Level, signer.TrustedTime.Format(time.DateOnly))
	// Output: valid LTA 2026-03-01
}

// A clerk signs beside a citizen, over the same document.
func ExampleAddSignature() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	if err != nil {
		panic(err)
	}
	citizen, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	if err != nil {
		panic(err)
	}
	clerk, err := authority.Issue(pki.Person{Surname: "Писаренко", DRFO: "3000000020"})
	if err != nil {
		panic(err)
	}
	p7s, err := citizen.Sign([]byte("application"), now, false)
	if err != nil {
		panic(err)
	}
	p7s, err = cms.AddSignature(p7s, nil, cms.SignOptions{Signer: clerk.Key, Certificate: clerk.Certificate, SigningTime: now})
	if err != nil {
		panic(err)
	}

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	if err != nil {
		panic(err)
	}
	result, err := cms.Verify(p7s, opts)
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Outcome, len(result.Signers), result.MayAuthorise())
	// Output: valid 2 invalid: several_persons
}
