package xroad_test

import (
	"context"
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
