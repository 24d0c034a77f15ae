package czo_test

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/pki/czo"
)

// The roots of the central certification authority that are in force on a day.
func ExampleRoots() {
	day := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, r := range czo.Roots() {
		if r.Kind == czo.Central && day.After(r.NotBefore) && day.Before(r.NotAfter) {
			fmt.Printf("%x… %s, %s, until %s\n", r.Fingerprint[:4], r.Number, r.Key, r.NotAfter.Format(time.DateOnly))
		}
	}
	// Output:
	// ec3524a1… UA-00015622-2017, DSTU 4145, until 2027-09-22
	// 96b44a35… UA-43220851-2020, DSTU 4145, until 2030-01-16
	// f5dc4b0b… UA-00015622-256, ECDSA, until 2027-12-20
	// 944f1e01… UA-43220851-256, ECDSA, until 2030-01-21
	// 1be62bf6… UA-00015622-4096, RSA, until 2027-12-20
	// 1745d0a3… UA-43220851-4096, RSA, until 2030-01-21
}

// Who starts a service refuses to do so with roots under which anybody can be anyone.
func ExampleRefuseTests() {
	raw, err := os.ReadFile("../../cms/testdata/real/CACertificates.Test.p7b")
	if err != nil {
		panic(err)
	}
	bundle, err := cms.Certificates(raw)
	if err != nil {
		panic(err)
	}
	err = czo.RefuseTests(bundle...)
	fmt.Println(len(bundle), errors.Is(err, czo.ErrTest))
	// Output: 19 true
}
