package ehealth_test

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/cms/ehealth"
	"github.com/dovidka/dovidka/pki"
)

func Example() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	if err != nil {
		panic(err)
	}
	doctor, err := authority.Issue(pki.Person{Surname: "Вигадана", GivenName: "Зоряна Петрівна", DRFO: "3000000014"})
	if err != nil {
		panic(err)
	}
	container, err := doctor.Sign([]byte(`{"tax_id": "3000000014"}`), now, false)
	if err != nil {
		panic(err)
	}
	opts, err := authority.VerifyOptions(now)
	if err != nil {
		panic(err)
	}

	result, err := cms.Verify(container, opts)
	if err != nil {
		panic(err)
	}
	answer, err := ehealth.FromCMS(result)
	if err != nil {
		panic(err)
	}
	accepted, err := answer.Require(1, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(accepted.Content))
	fmt.Println(ehealth.SameDRFO(accepted.Signer.DRFO, pki.NewPersonal("3000000014")))
	// Output:
	// {"tax_id": "3000000014"}
	// true
}
