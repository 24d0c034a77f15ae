package online_test

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

// A signature is verified with what the authority's services say, within three seconds.
func ExampleClient() {
	authority, err := cmstest.NewAuthority(cmstest.DSTU, time.Now())
	if err != nil {
		panic(err)
	}
	services, err := authority.Serve(cmstest.ServeConfig{})
	if err != nil {
		panic(err)
	}
	defer services.Close()
	who, err := authority.Issue(pki.Person{Surname: "Тестенко", DRFO: "3000000014"})
	if err != nil {
		panic(err)
	}
	p7s, err := who.Sign([]byte("document"), time.Now(), false)
	if err != nil {
		panic(err)
	}

	client, err := online.New(online.Config{
		WhenDown: online.UseList,
		// The services of this example listen on this machine; real ones do not.
		Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	verify := func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		result, err := cms.VerifyContext(ctx, p7s, cms.VerifyOptions{
			Anchors:       []*pki.Certificate{authority.Root.Certificate},
			Intermediates: []*pki.Certificate{authority.CA.Certificate},
			Time:          time.Now(),
			Statuses:      client,
		})
		if err != nil {
			panic(err)
		}
		fmt.Println(result.Outcome)
	}
	verify()
	services.OCSP.Misbehave(cmstest.Down)
	verify() // the response is kept
	fmt.Println("asked", services.OCSP.Requests(), "times")
	// Output:
	// valid
	// valid
	// asked 1 times
}

// A signature gets a time-stamp from a service.
func ExampleClient_Stamper() {
	authority, err := cmstest.NewAuthority(cmstest.EC, time.Now())
	if err != nil {
		panic(err)
	}
	services, err := authority.Serve(cmstest.ServeConfig{})
	if err != nil {
		panic(err)
	}
	defer services.Close()
	seal, err := authority.Seal(pki.Organization{Name: "Установа", EDRPOU: "40000001"})
	if err != nil {
		panic(err)
	}

	client, err := online.New(online.Config{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		panic(err)
	}
	defer client.Close()
	stamper, err := client.Stamper(online.StamperConfig{URL: services.TSP.URL, Trust: services.Options(time.Now())})
	if err != nil {
		panic(err)
	}
	p7s, err := cms.Sign([]byte("answer"), cms.SignOptions{
		Signer: seal.Key, Certificate: seal.Certificate, SigningTime: time.Now(), TimeStamp: stamper.TimeStamp(context.Background()),
	})
	if err != nil {
		panic(err)
	}
	sd, err := cms.Parse(p7s, cms.Limits{})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(sd.Signers[0].UnsignedAttributes), "unsigned attribute")
	// Output:
	// 1 unsigned attribute
}
