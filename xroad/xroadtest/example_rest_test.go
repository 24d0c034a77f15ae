package xroadtest_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// A service in REST behind a security server as Trembita has it, a client in front, and the signed containers of what
// they said to each other.
func Example_rest() {
	handler, err := xroad.NewRESTHandler(xroad.RESTConfig{Operations: []xroad.RESTOperation{{
		Name: "GetPet_v1", Method: http.MethodGet, Path: "/pets/{id}",
		Handle: func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			return xroad.RESTJSON(http.StatusOK, map[string]string{"id": r.PathValue("id"), "for": r.Header.Client.Subsystem})
		},
	}}})
	if err != nil {
		panic(err)
	}
	ours := xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
	service := xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "GetPet_v1"}
	server, err := xroadtest.New(xroadtest.Config{Dialect: xroadtest.UXP, Services: []xroadtest.Service{
		{ID: service, Handler: handler, Clients: []xroad.ClientID{ours}, REST: true},
	}})
	if err != nil {
		panic(err)
	}
	defer server.Close()
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client: ours, URL: server.URL, PlainHTTP: true, RESTTargets: []xroad.RESTTarget{{Service: service}},
	})
	if err != nil {
		panic(err)
	}
	defer client.Close()

	server.MisbehaveNext(xroadtest.NetworkError) // the client tries again
	answer, err := client.CallREST(context.Background(), xroad.RESTCall{Service: service, Path: "/pets/1124"})
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Status, string(answer.Body), answer.Attempts)

	archive, err := client.Signature(context.Background(), answer.MessageID)
	if err != nil {
		panic(err)
	}
	containers, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic(err)
	}
	for _, container := range containers.File {
		fmt.Println(strings.Split(strings.TrimPrefix(container.Name, answer.MessageID+"-"), "-")[0])
	}
	// Output:
	// 200 {"for":"20_EIS_cons","id":"1124"} 2
	// request
	// response
}
