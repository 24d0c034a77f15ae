package asic_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// A container is verified with a pinned root and the authority's certificate and list.
func ExampleVerify() {
	const dir = "../testdata/synthetic/"
	read := func(name string) []byte {
		b, err := os.ReadFile(dir + name)
		check(err)
		return b
	}
	root, err := pki.ParseCertificate(read("pki/root.cer"))
	check(err)
	authority, err := pki.ParseCertificate(read("pki/ca.cer"))
	check(err)
	list, err := pki.ParseCRL(read("crl/empty.crl"))
	if err != nil {
		panic(err)
	}

	result, err := asic.Verify(read("asic/a01-asice.asice"), cms.VerifyOptions{
		Anchors:       []*pki.Certificate{root},
		Intermediates: []*pki.Certificate{authority},
		CRLs:          []*pki.CRL{list},
		Time:          time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC),
	}, asic.Limits{})
	check(err)
	signer := result.Signatures[0].Result.Signers[0]
	fmt.Println(result.Verdict, result.Documents[0].Name, signer.Identity.CommonName.Reveal())
	// Output: valid doc.json ТЕСТЕНКО ТЕСТ ТЕСТОВИЧ
}

// Two people sign two documents, one after the other.
func ExampleSign() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	check(err)
	var file []byte
	for _, surname := range []string{"Перша", "Друга"} {
		who, err := authority.Issue(pki.Person{Surname: surname})
		check(err)
		opts := cms.SignOptions{Signer: who.Key, Certificate: who.Certificate, SigningTime: now}
		if file == nil {
			file, err = asic.Sign(asic.Extended, []asic.Document{
				{Name: "договір.txt", Content: []byte("contract")}, {Name: "додаток.txt", Content: []byte("annex")},
			}, opts)
		} else {
			file, err = asic.AddSignature(file, opts)
		}
		check(err)
	}

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	check(err)
	result, err := asic.Verify(file, opts, asic.Limits{})
	check(err)
	fmt.Println(result.Verdict, len(result.Documents))
	for _, s := range result.Signatures {
		fmt.Println(s.Manifest, s.Result.Signers[0].Identity.Surname.Reveal())
	}
	// Output:
	// valid 2
	// META-INF/ASiCManifest001.xml Перша
	// META-INF/ASiCManifest002.xml Друга
}

// The signatures of a container are made to last: time-stamped, given what the authority
// states about them, and time-stamped with that. Years later the root is enough.
func ExampleExtend() {
	authority, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	check(err)
	services, err := authority.Serve(cmstest.ServeConfig{})
	check(err)
	defer services.Close()
	client, err := online.New(online.Config{
		// The services of this example listen on this machine; real ones do not.
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	check(err)
	defer client.Close()
	trust := services.Options(time.Now())
	stamper, err := client.Stamper(online.StamperConfig{URL: services.TSP.URL, Trust: trust})
	check(err)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()

	var file []byte
	for _, surname := range []string{"Перша", "Друга"} {
		who, err := authority.Issue(pki.Person{Surname: surname})
		check(err)
		opts := cms.SignOptions{
			Signer: who.Key, Certificate: who.Certificate, SigningTime: time.Now(), TimeStamp: stamper.TimeStamp(ctx),
		}
		if file == nil {
			file, err = asic.Sign(asic.Extended, []asic.Document{{Name: "договір.txt", Content: []byte("contract")}}, opts)
		} else {
			file, err = asic.AddSignature(file, opts)
		}
		check(err)
	}
	trust.Statuses, trust.Time = client, time.Now()
	material, err := asic.CollectLongTerm(ctx, file, trust)
	check(err)
	file, err = asic.Extend(file, time.Now(), cms.ExtendOptions{LongTerm: material, ArchiveTimeStamp: stamper.TimeStamp(ctx)})
	check(err)

	result, err := asic.Verify(file, cms.VerifyOptions{Anchors: trust.Anchors, Time: time.Now().AddDate(9, 0, 0)}, asic.Limits{})
	check(err)
	for _, s := range result.Signatures {
		signer := s.Result.Signers[0]
		fmt.Println(s.Result.Outcome, signer.Level, signer.Identity.Surname.Reveal())
	}
	// Output:
	// valid LTA Перша
	// valid LTA Друга
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
