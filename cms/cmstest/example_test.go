package cmstest_test

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

// A test has somebody sign, and sees what happens when the certificate is revoked.
func ExampleAuthority() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	if err != nil {
		panic(err)
	}
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	if err != nil {
		panic(err)
	}
	p7s, err := who.Sign([]byte("document"), now, false)
	if err != nil {
		panic(err)
	}
	for range 2 {
		opts, err := authority.VerifyOptions(now.Add(time.Minute))
		if err != nil {
			panic(err)
		}
		result, err := cms.Verify(p7s, opts)
		if err != nil {
			panic(err)
		}
		fmt.Println(result.Outcome)
		authority.Revoke(who.Certificate, now, 1)
	}
	// Output:
	// valid
	// invalid: revoked
}
