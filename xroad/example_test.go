package xroad_test

import (
	"context"
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
