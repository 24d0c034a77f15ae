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
	check(err)
	person, err := authority.Issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	check(err)
	p7s, err := person.Sign([]byte("request"), now, false)
	check(err)

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	check(err)
	result, err := cms.Verify(p7s, opts)
	check(err)
	who := result.Signers[0].Identity
	fmt.Println(result.MayAuthorise(), string(result.Content))
	fmt.Println(who.DRFO, who.DRFO.Reveal())
	// Output:
	// valid request
	// [personal] 3000000014
}

// A file that another program, EU DSS, made to last brings all that a verification needs,
// even years later, but for the root.
func ExampleVerify_file() {
	p7s, err := os.ReadFile("testdata/dss/lta.p7s")
	check(err)
	raw, err := os.ReadFile("testdata/dss/root.cer")
	check(err)
	root, err := pki.ParseCertificate(raw)
	check(err)
	result, err := cms.Verify(p7s, cms.VerifyOptions{Anchors: []*pki.Certificate{root}, Time: time.Date(2034, 1, 1, 0, 0, 0, 0, time.UTC)})
	check(err)
	signer := result.Signers[0]
	fmt.Println(result.Outcome, signer.Level, signer.Identity.CommonName.Reveal())
	// Output: valid LTA ТЕСТЕНКО Тест 0
}

// Where a file brings nothing, what it needs is read from files: the certificate of the
// authority and its list of revoked certificates.
func ExampleVerify_lists() {
	const dir = "testdata/synthetic/"
	read := func(name string) []byte {
		raw, err := os.ReadFile(dir + name)
		check(err)
		return raw
	}
	root, err := pki.ParseCertificate(read("pki/root.cer"))
	check(err)
	authority, err := pki.ParseCertificate(read("pki/ca.cer"))
	check(err)
	list, err := pki.ParseCRL(read("crl/empty.crl"))
	check(err)
	result, err := cms.Verify(read("cms/p02-bes-detached.p7s"), cms.VerifyOptions{
		Content:       read("content.json"),
		Anchors:       []*pki.Certificate{root},
		Intermediates: []*pki.Certificate{authority},
		CRLs:          []*pki.CRL{list},
		Time:          time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC),
	})
	check(err)
	signer := result.Signers[0]
	fmt.Println(result.Outcome, signer.Level, signer.Identity.DRFO.Reveal(), signer.CheckedState.Source)
	// Output: valid BES 3000000014 crl
}

// Without a list, and with the leave to do without, the result says that nobody knows
// whether the certificate was revoked.
func ExampleRevocation() {
	p7s, err := os.ReadFile("testdata/openssl/p256.p7s")
	check(err)
	raw, err := os.ReadFile("testdata/openssl/root.cer")
	check(err)
	root, err := pki.ParseCertificate(raw)
	check(err)
	for _, policy := range []cms.Revocation{cms.RevocationRequired, cms.RevocationIfAvailable} {
		result, err := cms.Verify(p7s, cms.VerifyOptions{
			Anchors: []*pki.Certificate{root}, Time: root.NotBefore.AddDate(1, 0, 0), Revocation: policy,
		})
		check(err)
		revocation, _ := result.Signers[0].Find(cms.CheckRevocation)
		fmt.Println(result.Outcome, "-", revocation.Status, revocation.Reason)
	}
	// Output:
	// indeterminate: status_no_source - unknown status_no_source
	// valid - passed status_no_source
}

// A file that another program made is judged by what it shows: the signature is right,
// who stamped the content is not to be found out, and the certificate had expired.
func ExampleVerify_foreign() {
	p7s, err := os.ReadFile("testdata/real/cryptonite/test_cms.p7s")
	check(err)
	result, err := cms.Verify(p7s, cms.VerifyOptions{Time: time.Date(2016, 7, 1, 0, 0, 0, 0, time.UTC)})
	check(err)
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
	check(err)
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	check(err)
	service, err := authority.TSA()
	check(err)
	stampAt := func(at time.Time) func(string, []byte) ([]byte, error) {
		return func(digestOID string, digest []byte) ([]byte, error) { return service.Stamp(at, digestOID, digest) }
	}
	p7s, err := cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: now, TimeStamp: stampAt(now),
	})
	check(err)

	// The lists are issued after the time-stamp, so that they would know of a revocation.
	stated := now.Add(time.Hour)
	list, err := authority.CRL(stated)
	check(err)
	rootList, err := authority.RootCRL(stated)
	check(err)
	anchors := []*pki.Certificate{authority.Root.Certificate}
	p7s, err = cms.Extend(p7s, cms.ExtendOptions{
		LongTerm: &cms.LongTerm{
			Anchors: anchors, Certificates: []*pki.Certificate{authority.CA.Certificate}, CRLs: []*pki.CRL{list, rootList}, Time: stated,
		},
		ArchiveTimeStamp: stampAt(stated),
	})
	check(err)

	result, err := cms.Verify(p7s, cms.VerifyOptions{Anchors: anchors, Time: now.AddDate(9, 0, 0)})
	check(err)
	signer := result.Signers[0]
	fmt.Println(result.Outcome, signer.Level, signer.TrustedTime.Format(time.DateOnly))
	// Output: valid LTA 2026-03-01
}

// A clerk signs beside a citizen, over the same document.
func ExampleAddSignature() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	check(err)
	citizen, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	check(err)
	clerk, err := authority.Issue(pki.Person{Surname: "Писаренко", DRFO: "3000000020"})
	check(err)
	p7s, err := citizen.Sign([]byte("application"), now, false)
	check(err)
	p7s, err = cms.AddSignature(p7s, nil, cms.SignOptions{Signer: clerk.Key, Certificate: clerk.Certificate, SigningTime: now})
	check(err)

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	check(err)
	result, err := cms.Verify(p7s, opts)
	check(err)
	fmt.Println(result.Outcome, len(result.Signers), result.MayAuthorise())
	// Output: valid 2 invalid: several_persons
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
