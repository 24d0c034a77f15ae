package xroad_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

func ExampleNewRESTHandler() {
	handler, err := xroad.NewRESTHandler(xroad.RESTConfig{
		OpenAPI: []byte(`{"openapi":"3.0.3"}`), // served on /openapi.json
		Operations: []xroad.RESTOperation{{
			Name: "GetPerson_v1", Method: http.MethodPost, Path: "/persons/search",
			Handle: func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
				var in struct {
					Name string `json:"name"`
				}
				if err := r.DecodeJSON(&in); err != nil {
					return nil, err // already a fault
				}
				if len(r.Header.PurposeIDs) == 0 {
					return nil, &xroad.RESTError{Status: http.StatusForbidden, Code: "Client.NoPurpose", Text: "Не вказано мети обробки."}
				}
				return xroad.RESTJSON(http.StatusOK, map[string]string{"greeting": "Вітаю, " + in.Name})
			},
		}},
	})
	if err != nil {
		panic(err)
	}
	for _, purposes := range []string{"9K9J65I75ILCLMPDUIRXS", ""} {
		request := httptest.NewRequest(http.MethodPost, "/persons/search", strings.NewReader(`{"name":"Їжак"}`))
		request.Header.Set("Uxp-Client", "SEVDEIR-TEST/GOV/00000001/SUB_1")
		request.Header.Set("Uxp-Service", "SEVDEIR-TEST/GOV/00000002/SUB_2/GetPerson_v1")
		request.Header.Set("Uxp-Purpose-Ids", purposes)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		body, _, _ := strings.Cut(response.Body.String(), `,"detail"`)
		fmt.Println(response.Code, body)
	}
	// Output:
	// 200 {"greeting":"Вітаю, Їжак"}
	// 403 {"type":"Client.NoPurpose","message":"Не вказано мети обробки."
}

func ExampleClient_CallREST() {
	// In the place of the security server there is something that answers as one does.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Road-Id", r.Header.Get("X-Road-Id"))
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/r1/INSTANCE/CLASS2/MEMBER2/SUBSYSTEM2/petstore/v2/pets/1124" {
			_, _ = fmt.Fprint(w, `{"name":"Siddu"}`)
			return
		}
		w.Header().Set("X-Road-Error", "Server.ServerProxy.AccessDenied")
		w.WriteHeader(http.StatusInternalServerError)
	}))
	defer server.Close()

	service := xroad.ServiceID{Instance: "INSTANCE", Class: "CLASS2", Member: "MEMBER2", Subsystem: "SUBSYSTEM2", Service: "petstore"}
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client:      xroad.ClientID{Instance: "INSTANCE", Class: "CLASS1", Member: "MEMBER1", Subsystem: "SUBSYSTEM1"},
		Dialect:     xroad.XRoad, // Trembita's is xroad.UXP
		URL:         server.URL,
		PlainHTTP:   true, // else TLS names the files with our certificate and those of the security server
		RESTTargets: []xroad.RESTTarget{{Service: service}},
	})
	if err != nil {
		panic(err)
	}
	defer client.Close()

	for _, path := range []string{"/v2/pets/1124", "/v2/users"} {
		answer, err := client.CallREST(context.Background(), xroad.RESTCall{Service: service, Path: path})
		switch {
		case errors.Is(err, xroad.ErrAccessDenied):
			fmt.Println(err)
			continue
		case err != nil:
			panic(err)
		}
		var pet struct{ Name string }
		if err := answer.DecodeJSON(&pet); err != nil {
			panic(err)
		}
		fmt.Println(answer.Status, pet.Name)
	}
	// Output:
	// 200 Siddu
	// xroad call: access denied: Server.ServerProxy.AccessDenied
}
