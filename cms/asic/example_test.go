package asic_test

import (
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/asic"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// A container is verified with a pinned root and the authority's certificate and list.
func ExampleVerify() {
	const dir = "../testdata/synthetic/"
	read := func(name string) []byte {
		b, err := os.ReadFile(dir + name)
		if err != nil {
			panic(err)
		}
		return b
	}
	root, err := pki.ParseCertificate(read("pki/root.cer"))
	if err != nil {
		panic(err)
	}
	authority, err := pki.ParseCertificate(read("pki/ca.cer"))
	if err != nil {
		panic(err)
	}
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
	if err != nil {
		panic(err)
	}
	signer := result.Signatures[0].Result.Signers[0]
	fmt.Println(result.Verdict, result.Documents[0].Name, signer.Identity.CommonName.Reveal())
	// Output: valid doc.json ТЕСТЕНКО ТЕСТ ТЕСТОВИЧ
}

// Two people sign two documents, one after the other.
func ExampleSign() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		panic(err)
	}
	var file []byte
	for _, surname := range []string{"Перша", "Друга"} {
		who, err := authority.Issue(pki.Person{Surname: surname})
		if err != nil {
			panic(err)
		}
		opts := cms.SignOptions{Signer: who.Key, Certificate: who.Certificate, SigningTime: now}
		if file == nil {
			file, err = asic.Sign(asic.Extended, []asic.Document{
				{Name: "договір.txt", Content: []byte("contract")}, {Name: "додаток.txt", Content: []byte("annex")},
			}, opts)
		} else {
			file, err = asic.AddSignature(file, opts)
		}
		if err != nil {
			panic(err)
		}
	}

	opts, err := authority.VerifyOptions(now.Add(time.Minute))
	if err != nil {
		panic(err)
	}
	result, err := asic.Verify(file, opts, asic.Limits{})
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Verdict, len(result.Documents))
	for _, s := range result.Signatures {
		fmt.Println(s.Manifest, s.Result.Signers[0].Identity.Surname.Reveal())
	}
	// Output:
	// valid 2
	// META-INF/ASiCManifest001.xml Перша
	// META-INF/ASiCManifest002.xml Друга
}
