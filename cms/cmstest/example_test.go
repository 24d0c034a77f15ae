package cmstest_test

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/online"
	"github.com/dovidka/dovidka/pki"
)

// A test has somebody sign, and sees what happens when the certificate is revoked.
func ExampleAuthority() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.EC, now)
	check(err)
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", GivenName: "Тест", DRFO: "3000000014"})
	check(err)
	p7s, err := who.Sign([]byte("document"), now, false)
	check(err)
	for range 2 {
		opts, err := authority.VerifyOptions(now.Add(time.Minute))
		check(err)
		result, err := cms.Verify(p7s, opts)
		check(err)
		fmt.Println(result.Outcome)
		authority.Revoke(who.Certificate, now, 1)
	}
	// Output:
	// valid
	// invalid: revoked
}

// A program that verifies signatures is tested with a responder that fails in one way
// after another. What it sees is a stable reason.
func ExampleService_Misbehave() {
	authority, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	check(err)
	services, err := authority.Serve(cmstest.ServeConfig{})
	check(err)
	defer services.Close()
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	check(err)
	p7s, err := who.Sign([]byte("document"), time.Now(), false)
	check(err)

	for _, fault := range []cmstest.Fault{cmstest.WrongKey, cmstest.Stale, cmstest.ServerError, cmstest.Sound} {
		services.OCSP.Misbehave(fault)
		// A client remembers answers, so each gets its own.
		client, err := online.New(online.Config{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
		check(err)
		opts := services.Options(time.Now())
		opts.Statuses = client
		result, err := cms.VerifyContext(context.Background(), p7s, opts)
		check(err)
		fmt.Println(result.Outcome)
		check(client.Close())
	}
	// Output:
	// indeterminate: status_source_untrusted
	// indeterminate: status_stale
	// indeterminate: status_unavailable
	// valid
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
