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

func ExampleNewHandler() {
	const namespace = "http://example.gov.ua/trembita/ns"
	handler, err := xroad.NewHandler(xroad.Config{
		Operations: []xroad.Operation{{
			Name:      "OpName_v1",
			Namespace: namespace,
			Handle: func(_ context.Context, r *xroad.Request) (any, error) {
				var in struct {
					Name string `xml:"name"`
				}
				if err := r.Body.DecodeStrict(&in); err != nil {
					return nil, err // already a fault
				}
				return struct {
					Greeting string `xml:"greeting"`
				}{"Вітаю, " + in.Name}, nil
			},
		}},
	})
	if err != nil {
		panic(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(envelope(allFields, testPayload)))
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, request)

	_, body, _ := strings.Cut(response.Body.String(), "<soap:Body>")
	fmt.Println(response.Code, strings.TrimSuffix(body, "</soap:Body></soap:Envelope>"))
	// Output:
	// 200 <OpName_v1Response xmlns="http://example.gov.ua/trembita/ns"><greeting>Вітаю, Їжак</greeting></OpName_v1Response>
}

func ExampleClient_Call() {
	const namespace = "http://example.gov.ua/trembita/ns"
	// In the place of the security server there is the service itself here.
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "OpName_v1", Namespace: namespace,
		Handle: func(_ context.Context, r *xroad.Request) (any, error) {
			if *r.Header.UserID == "UA0" {
				return nil, xroad.NewFault("Server.Closed", "Реєстр зачинено")
			}
			return struct {
				Greeting string `xml:"greeting"`
			}{"Вітаю"}, nil
		},
	}}})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(handler)
	defer server.Close()

	subsystem, err := xroad.ParseClientID("SEVDEIR-TEST/GOV/00000088/20_EIS_cons")
	if err != nil {
		panic(err)
	}
	service, err := xroad.ParseServiceID("SEVDEIR-TEST/GOV/42032422/42_NHSU_prod/OpName_v1")
	if err != nil {
		panic(err)
	}
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client:    subsystem,
		URL:       server.URL,
		PlainHTTP: true, // else TLS names the files with our certificate and those of the security server
		Targets:   []xroad.Target{{Service: service, Namespace: namespace, Idempotent: true}},
	})
	if err != nil {
		panic(err)
	}
	defer client.Close()

	for _, user := range []string{"UA1234567890", "UA0"} {
		answer, err := client.Call(context.Background(), xroad.Call{Service: service, UserID: user, Payload: struct {
			Name string `xml:"name"`
		}{"Їжак"}})
		var failed *xroad.CallError
		switch {
		case errors.Is(err, xroad.ErrServiceFault) && errors.As(err, &failed):
			fmt.Println(failed.Fault.Code, failed.Fault.Text)
			continue
		case err != nil:
			panic(err)
		}
		var out struct {
			Greeting string `xml:"greeting"`
		}
		if err := answer.Body.Decode(&out); err != nil {
			panic(err)
		}
		fmt.Println(out.Greeting)
	}
	// Output:
	// Вітаю
	// Server.Closed Реєстр зачинено
}
