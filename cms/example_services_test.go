package cms_test

import (
	"fmt"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/trustlist"
	"github.com/dovidka/dovidka/pki/trustlist/trustlisttest"
)

// Trust comes from a list: who signs the list is pinned, and the authorities that it
// grants take the place of roots.
func ExampleVerifyOptions_services() {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	authority, err := cmstest.NewAuthority(cmstest.DSTU, now)
	check(err)
	operator, err := cmstest.NewAuthority(cmstest.EC, now)
	check(err)
	xml := publish(operator.Root, authority.CA.Certificate, now)

	list, err := trustlist.Read(xml, trustlist.Options{Signers: []*pki.Certificate{operator.Root.Certificate}, Time: now})
	check(err)
	for _, fault := range list.Faults() {
		fmt.Println(fault.Provider, "is not trusted:", fault.Err)
	}
	services := pki.NewServices(list.Services()...)

	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	check(err)
	p7s, err := who.Sign([]byte("document"), now, false)
	check(err)
	revoked, err := authority.CRL(now)
	check(err)
	result, err := cms.Verify(p7s, cms.VerifyOptions{Services: services, CRLs: []*pki.CRL{revoked}, Time: now.Add(time.Minute)})
	check(err)
	fmt.Println(list.Scheme.Territory, result.Outcome)
	// Output: UA valid
}

// publish makes the list of a scheme operator.
func publish(operator *cmstest.Identity, authority *pki.Certificate, now time.Time) []byte {
	document := trustlisttest.Template{
		Territory: "UA", SequenceNumber: 1, IssueDate: now.Add(-time.Hour), NextUpdate: now.AddDate(0, 6, 0),
		Providers: []trustlisttest.Provider{{Name: "КНЕДП", Services: []trustlisttest.Service{{{
			Type: trustlist.TypeCAQCUA, Status: trustlist.StatusGrantedUA, From: now.AddDate(0, 0, -1), Certificate: authority,
		}}}}},
	}.XML()
	signed, err := trustlisttest.Signer{Key: operator.Key, Certificate: operator.Certificate, Time: now}.Sign(document)
	check(err)
	return signed
}
