package xroadtest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// A service in REST, and its consumer, under every fault. After an error that is not Undelivered the consumer of a service
// like this one has to find out what became of the request before it asks again.
func ExampleFaults() {
	handler, err := xroad.NewRESTHandler(xroad.RESTConfig{Operations: []xroad.RESTOperation{{
		Name: "SubmitPermit_v1", Method: http.MethodPost, Path: "/permits",
		Handle: func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			return xroad.RESTJSON(http.StatusCreated, map[string]string{"number": "17"})
		},
	}}})
	if err != nil {
		panic(err)
	}
	ours := xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
	service := xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "SubmitPermit_v1"}
	server, err := xroadtest.New(xroadtest.Config{Dialect: xroadtest.UXP, Services: []xroadtest.Service{
		{ID: service, Handler: handler, Clients: []xroad.ClientID{ours}, REST: true},
	}})
	if err != nil {
		panic(err)
	}
	defer func() { _ = server.Close() }()
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client: ours, URL: server.URL, PlainHTTP: true, Dialect: xroad.UXP,
		RESTTargets: []xroad.RESTTarget{{Service: service, Timeout: 100 * time.Millisecond}},
		Grace:       100 * time.Millisecond, Backoff: time.Millisecond, Failures: 1000,
	})
	if err != nil {
		panic(err)
	}
	defer func() { _ = client.Close() }()

	for _, fault := range xroadtest.Faults() {
		server.Misbehave(fault)
		answer, err := client.CallREST(context.Background(), xroad.RESTCall{Service: service, Method: http.MethodPost, Path: "/permits"})
		var permit struct{ Number string }
		var failed *xroad.CallError
		switch {
		case err == nil && answer.Status == http.StatusCreated && answer.DecodeJSON(&permit) == nil:
		case err == nil: // an answer that is none, or another status of the service's
		case !errors.As(err, &failed):
			fmt.Println(fault, "brought another error:", err)
		case errors.Is(err, xroad.ErrAccessDenied) && !failed.Undelivered:
			fmt.Println(fault, "was delivered without access")
		}
	}
	fmt.Println(len(xroadtest.Faults()) > 50)
	// Output: true
}
