package pki_test

import (
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/dovidka/dovidka/cms/cmstest"
	"github.com/dovidka/dovidka/pki"
)

var serviceDay = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func serviceAuthority(t testing.TB) (a *cmstest.Authority, person *pki.Certificate) {
	t.Helper()
	a, err := cmstest.NewAuthority(cmstest.EC, serviceDay.AddDate(0, 0, -10))
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Issue(pki.Person{Surname: "Приклад", GivenName: "Ганна", DRFO: "3000000014"})
	if err != nil {
		t.Fatal(err)
	}
	return a, who.Certificate
}

// TestServicesEndChains: a service is trusted in the times in which a list grants
// it, and at no other, even below a pinned root.
func TestServicesEndChains(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	ca, root := a.CA.Certificate, a.Root.Certificate
	day := func(n int) time.Time { return serviceDay.AddDate(0, 0, n) }
	withdrawn := []pki.Interval{{From: day(-5), Until: day(0)}}
	for name, tc := range map[string]struct {
		granted         []pki.Interval
		anchors, others []*pki.Certificate
		at              time.Time
		want            pki.Reason
		length          int
	}{
		"granted":                     {granted: []pki.Interval{{From: day(-5)}}, at: day(0), length: 2},
		"from its first moment":       {granted: withdrawn, at: day(-5), length: 2},
		"before its first":            {granted: withdrawn, at: day(-5).Add(-time.Second), want: pki.ReasonServiceNotGranted},
		"withdrawn later":             {granted: withdrawn, at: day(0).Add(-time.Second), length: 2},
		"withdrawn":                   {granted: withdrawn, at: day(0), want: pki.ReasonServiceNotGranted},
		"granted again":               {granted: append([]pki.Interval{{From: day(2)}}, withdrawn...), at: day(3), length: 2},
		"between two grants":          {granted: append([]pki.Interval{{From: day(2)}}, withdrawn...), at: day(1), want: pki.ReasonServiceNotGranted},
		"never granted":               {at: day(0), want: pki.ReasonServiceNotGranted},
		"withdrawn below a root":      {granted: withdrawn, anchors: []*pki.Certificate{root}, at: day(0), want: pki.ReasonServiceNotGranted},
		"withdrawn below but granted": {granted: withdrawn, anchors: []*pki.Certificate{root}, at: day(-1), length: 2},
		"withdrawn and pinned itself": {granted: withdrawn, anchors: []*pki.Certificate{ca}, at: day(0), length: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			services := pki.NewServices(pki.Service{Certificate: ca, Granted: tc.granted})
			chain, err := pki.BuildChain(person, pki.ChainOptions{
				Anchors: tc.anchors, Services: services, Intermediates: tc.others, Time: tc.at,
			})
			checkChainEnd(t, chain, err, tc.length, tc.want)
		})
	}
}

func checkChainEnd(t *testing.T, chain []*pki.Certificate, err error, length int, want pki.Reason) {
	t.Helper()
	var failure *pki.ChainError
	switch {
	case want == pki.ReasonNone && (err != nil || len(chain) != length):
		t.Errorf("%d certificates, %v; want %d", len(chain), err, length)
	case want != pki.ReasonNone && (!errors.As(err, &failure) || failure.Reason != want || failure.Conclusive):
		t.Errorf("%v, want %s, inconclusive", err, want)
	}
}

// TestServiceUnderAnotherCertificate: a second certificate of a service's key, with the
// same name, stands below a pinned root as long as the service is granted, and ends no
// chain: who made it up could have written anything into it.
func TestServiceUnderAnotherCertificate(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	ca, root := a.CA.Certificate, a.Root.Certificate
	tmpl, err := pki.CATemplate(pki.Organization{
		Name: ca.Subject.First(pki.OIDOrganization), Unit: ca.Subject.First(pki.OIDOrganizationalUnit), Locality: ca.Subject.First(pki.OIDLocality),
	}, ca.PublicKey, pki.Validity{NotBefore: ca.NotBefore, NotAfter: ca.NotAfter})
	if err != nil {
		t.Fatal(err)
	}
	again, err := pki.CreateCertificate(tmpl, root, a.Root.Key)
	if err != nil || !again.Subject.Equal(ca.Subject) || again.Equal(ca) {
		t.Fatalf("no second certificate: %v", err)
	}
	chain := []*pki.Certificate{again}
	refused := pki.NewServices(pki.Service{Certificate: ca, Granted: []pki.Interval{{From: serviceDay.AddDate(0, 0, -5), Until: serviceDay}}})
	if !refused.RefusedAt(again, serviceDay) || refused.GrantedAt(again, serviceDay.AddDate(0, 0, -1)) || refused.RefusedAt(again, serviceDay.AddDate(0, 0, -1)) {
		t.Error("the key is not judged, or the certificate is")
	}
	built, err := pki.BuildChain(person, pki.ChainOptions{
		Anchors: []*pki.Certificate{root}, Services: refused, Intermediates: chain, Time: serviceDay,
	})
	checkChainEnd(t, built, err, 0, pki.ReasonServiceNotGranted)
}

// TestServicesOfTwoLists: one list's word is enough.
func TestServicesOfTwoLists(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	services := pki.NewServices(
		pki.Service{Certificate: a.CA.Certificate},
		pki.Service{Certificate: a.CA.Certificate, Granted: []pki.Interval{{From: serviceDay}}},
	)
	if n := len(services.Certificates()); n != 1 {
		t.Errorf("%d certificates", n)
	}
	chain, err := pki.BuildChain(person, pki.ChainOptions{Services: services, Time: serviceDay})
	checkChainEnd(t, chain, err, 2, pki.ReasonNone)
	var none *pki.Services
	if none.RefusedAt(person, serviceDay) || none.GrantedAt(person, serviceDay) || none.Certificates() != nil {
		t.Error("no services name one")
	}
}

// TestPool finds the issuer among many others by its name, and whatever else a
// signature names a certificate by.
func TestPool(t *testing.T) {
	t.Parallel()
	a, person := serviceAuthority(t)
	ca, root := a.CA.Certificate, a.Root.Certificate
	other, _ := serviceAuthority(t) // of the same names
	pool := pki.NewPool(other.CA.Certificate, ca, nil, root, ca, other.Root.Certificate)
	if n := len(pool.Certificates()); n != 4 {
		t.Fatalf("%d certificates, want 4", n)
	}
	chain, err := pki.BuildChain(person, pki.ChainOptions{Anchors: []*pki.Certificate{root}, Pool: pool, Time: serviceDay})
	checkChainEnd(t, chain, err, 3, pki.ReasonNone)
	_, err = pki.BuildChain(person, pki.ChainOptions{Pool: pool, Time: serviceDay})
	checkChainEnd(t, nil, err, 0, pki.ReasonAnchorUntrusted)

	only := func(what string, got []*pki.Certificate, want *pki.Certificate) {
		t.Helper()
		if len(got) != 1 || !got[0].Equal(want) {
			t.Errorf("%s: %d certificates", what, len(got))
		}
	}
	only("issuer", pool.Issuers(person), ca)
	only("number", pool.Numbered(ca.Issuer, ca.SerialNumber), ca)
	only("key identifier", pool.WithKeyID(ca.SubjectKeyID), ca)
	if got := pool.IssuedBy(root); len(got) != 4 { // the names of both authorities are equal
		t.Errorf("%d issued", len(got))
	}
	if pool.Numbered(ca.Issuer, big.NewInt(1)) != nil || pool.Numbered(ca.Subject, ca.SerialNumber) != nil || pool.WithKeyID(nil) != nil {
		t.Error("found what is not there")
	}
	var none *pki.Pool
	if none.Issuers(person) != nil || none.IssuedBy(root) != nil || none.Certificates() != nil || none.WithKeyID(ca.SubjectKeyID) != nil {
		t.Error("an empty pool finds")
	}
}

// BenchmarkBuildChainPool builds a chain of three with so many certificates beside,
// each of an authority of its own.
func BenchmarkBuildChainPool(b *testing.B) {
	a, person := serviceAuthority(b)
	for _, n := range []int{0, 771, 5000} {
		certificates := []*pki.Certificate{a.CA.Certificate}
		for i := range n {
			certificates = append(certificates, namedCertificate(b, a, fmt.Sprintf("КНЕДП %d", i)))
		}
		for form, opts := range map[string]pki.ChainOptions{
			"pool": {Pool: pki.NewPool(certificates...)}, "list": {Intermediates: certificates},
		} {
			opts.Anchors, opts.Time = []*pki.Certificate{a.Root.Certificate}, serviceDay
			b.Run(fmt.Sprintf("%s/%d", form, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := pki.BuildChain(person, opts); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func namedCertificate(b *testing.B, a *cmstest.Authority, name string) *pki.Certificate {
	b.Helper()
	t, err := pki.CATemplate(pki.Organization{Name: name}, a.CA.Certificate.PublicKey, pki.Validity{
		NotBefore: a.CA.Certificate.NotBefore, NotAfter: a.CA.Certificate.NotAfter,
	})
	if err != nil {
		b.Fatal(err)
	}
	c, err := pki.CreateCertificate(t, a.Root.Certificate, a.Root.Key)
	if err != nil {
		b.Fatal(err)
	}
	return c
}
