package cms_test

import (
	"context"
	"crypto"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// A document is signed with the key in a file that an authority handed out. A Key-6.dat
// is opened in the same way; its certificate is in a file of its own.
func ExampleSign() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	check(err)
	pfx, err := handOut(authority, []byte("password"))
	check(err)

	store, err := keystore.Open(pfx, []byte("password"))
	check(err)
	for _, key := range store.Keys {
		if key.Usage&keystore.UsageSignature == 0 {
			continue // the other key of the file is for encryption
		}
		certificate, err := pki.ParseCertificate(key.Certificates[0])
		check(err)
		p7s, err := cms.Sign([]byte("document"), cms.SignOptions{Signer: key.Signer, Certificate: certificate, SigningTime: now})
		check(err)

		opts, err := authority.VerifyOptions(now.Add(time.Minute))
		check(err)
		result, err := cms.Verify(p7s, opts)
		check(err)
		fmt.Println(result.Outcome, result.Signers[0].Identity.Surname.Reveal())
	}
	// Output: valid Тестенко
}

// handOut makes a container with a key for signatures and one for encryption.
func handOut(authority *cmstest.Authority, password []byte) ([]byte, error) {
	var keys []keystore.Key
	for _, issue := range []func(pki.Person) (*cmstest.Identity, error){authority.Issue, authority.IssueForEncryption} {
		who, err := issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
		if err != nil {
			return nil, err
		}
		keys = append(keys, keystore.Key{Signer: who.Key, Certificates: [][]byte{who.Certificate.Raw}})
	}
	return keystore.EncodePFX(keys, password, keystore.PFXOptions{})
}

// device stands for a key that never leaves its hardware: it takes a digest to the
// device and brings the signature back.
type device struct {
	certificate *pki.Certificate
	sign        func(digest []byte) ([]byte, error)
}

func (d device) Public() crypto.PublicKey { return d.certificate.PublicKey.Key }

func (d device) Sign(_ io.Reader, digest []byte, _ crypto.SignerOpts) ([]byte, error) {
	return d.sign(digest)
}

// The key may be in a device: whatever is a crypto.Signer signs. What it returns is
// verified before it is used.
func ExampleSign_device() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	check(err)
	inside, err := authority.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001"})
	check(err)

	hsm := device{certificate: inside.Certificate, sign: func(digest []byte) ([]byte, error) {
		return inside.Key.Sign(nil, digest, nil) // r‖s, each half least significant byte first
	}}
	p7s, err := cms.Sign([]byte("answer"), cms.SignOptions{Signer: hsm, Certificate: hsm.certificate, SigningTime: now})
	check(err)

	hsm.sign = func([]byte) ([]byte, error) { return make([]byte, 64), nil }
	_, err = cms.Sign([]byte("answer"), cms.SignOptions{Signer: hsm, Certificate: hsm.certificate, SigningTime: now})
	fmt.Println(len(p7s) > 0, err)
	// Output: true cms: sign: result: pki: signature does not verify
}

// Services of an authority make a signature last: it is time-stamped, what the
// authority states about it is gathered and put in, and all of that is time-stamped.
func ExampleCollectLongTerm() {
	authority, err := cmstest.NewAuthority(cmstest.DSTU, time.Now())
	check(err)
	services, err := authority.Serve(cmstest.ServeConfig{})
	check(err)
	defer services.Close()
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	check(err)
	client, err := online.New(online.Config{
		// The services of this example listen on this machine; real ones do not.
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	check(err)
	defer client.Close()
	trust := services.Options(time.Now()) // the root, and the authority's certificate below it
	stamper, err := client.Stamper(online.StamperConfig{URL: services.TSP.URL, Trust: trust})
	check(err)

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stamp := stamper.TimeStamp(ctx)
	p7s, err := cms.Sign([]byte("document"), cms.SignOptions{
		Signer: who.Key, Certificate: who.Certificate, SigningTime: time.Now(), TimeStamp: stamp,
	})
	check(err)
	trust.Statuses, trust.Time = client, time.Now()
	material, err := cms.CollectLongTerm(ctx, p7s, trust)
	check(err)
	p7s, err = cms.Extend(p7s, cms.ExtendOptions{LongTerm: material, ArchiveTimeStamp: stamp})
	check(err)

	// Years later nobody answers any more, and the root is enough.
	result, err := cms.Verify(p7s, cms.VerifyOptions{Anchors: trust.Anchors, Time: time.Now().AddDate(9, 0, 0)})
	check(err)
	fmt.Println(result.Outcome, result.Signers[0].Level)
	// Output: valid LTA
}
