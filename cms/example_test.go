package cms_test

import (
	"fmt"
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
