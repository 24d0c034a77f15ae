package xroadtest_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// A consumer calls a service through the security server, which at last loses an answer.
func ExampleServer_Misbehave() {
	provider, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "OpName_v1", Namespace: "http://example.gov.ua/trembita/ns",
		Handle: func(context.Context, *xroad.Request) (any, error) { return struct{}{}, nil },
	}}})
	if err != nil {
		panic(err)
	}
	server, err := xroadtest.New(xroadtest.Config{
		Dialect: xroadtest.UXP,
		Services: []xroadtest.Service{{
			ID:      xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "OpName_v1"},
			Handler: provider, // or URL: where a provider listens
			Clients: []xroad.ClientID{{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}},
		}},
	})
	if err != nil {
		panic(err)
	}
	defer func() { _ = server.Close() }()

	for _, fault := range []xroadtest.Fault{xroadtest.Sound, xroadtest.AccessDenied, xroadtest.LostAnswer} {
		server.Misbehave(fault)
		response, err := http.Post(server.URL, "text/xml; charset=utf-8", strings.NewReader(envelope))
		if err != nil {
			fmt.Println("no answer")
			continue
		}
		fmt.Println(response.StatusCode)
		_ = response.Body.Close()
	}
	// Output:
	// 200
	// 500
	// no answer
}
