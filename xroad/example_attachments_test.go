package xroad_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/dovidka/dovidka/xroad"
)

// A register takes a scanned document and answers with its certificate. The request refers to the document by an
// element of the type swaRef.
func Example_attachments() {
	const namespace = "http://example.gov.ua/trembita/ns"
	type request struct {
		Name     string `xml:"name"`
		Document string `xml:"document"` // of the type swaRef
	}
	handler, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{{
		Name: "Register_v1", Namespace: namespace, Attachments: true,
		Handle: func(_ context.Context, r *xroad.Request) (any, error) {
			var in request
			if err := r.Body.DecodeStrict(&in); err != nil {
				return nil, err
			}
			document := r.Attachments.Find(in.Document)
			if document == nil {
				return nil, xroad.NewFault(xroad.CodeInvalidBody, "Немає долученого документа.")
			}
			fmt.Println(in.Name, document.MediaType, len(document.Content))
			return xroad.Reply{Payload: nil, Attachments: xroad.Attachments{
				{MediaType: "text/plain; charset=utf-8", FileName: "свідоцтво.txt", Content: []byte("Зареєстровано")},
			}}, nil
		},
	}}})
	if err != nil {
		panic(err)
	}
	securityServer := httptest.NewServer(handler) // the register itself here
	defer securityServer.Close()

	service := xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "Register_v1"}
	client, err := xroad.NewClient(xroad.ClientConfig{
		Client: xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"},
		URL:    securityServer.URL, PlainHTTP: true,
		Targets: []xroad.Target{{Service: service, Namespace: namespace, Attachments: true}},
	})
	if err != nil {
		panic(err)
	}
	defer client.Close()

	document := xroad.Attachment{ID: "scan-1", MediaType: "application/pdf", FileName: "scan.pdf", Content: []byte("%PDF-1.7")}
	answer, err := client.Call(context.Background(), xroad.Call{
		Service:     service,
		Payload:     request{Name: "Їжак", Document: document.Reference()},
		Attachments: xroad.Attachments{document},
	})
	if err != nil {
		panic(err)
	}
	for _, a := range answer.Attachments {
		fmt.Println(a.FileName, string(a.Content))
	}
	// Output:
	// Їжак application/pdf 8
	// свідоцтво.txt Зареєстровано
}
