// The service and the two security servers in memory which the clients of this folder call. It prints their addresses
// and ends with its standard input.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

const description = `{"openapi":"3.0.3","info":{"title":"Persons","version":"1"},"servers":[{"url":"http://10.0.0.1/"}],"paths":{}}`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	handler, err := xroad.NewRESTHandler(xroad.RESTConfig{OpenAPI: []byte(description), Operations: operations()})
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	provider := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = provider.Serve(listener) }() // ends with the program
	base := "http://" + listener.Addr().String()
	id := func(code string) xroad.ServiceID {
		return xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: code}
	}
	client := xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"}
	ready := map[string]string{"provider": base}
	for name, dialect := range map[string]xroadtest.Dialect{"uxp": xroadtest.UXP, "xroad": xroadtest.XRoad} {
		server, err := xroadtest.New(xroadtest.Config{Dialect: dialect, Services: []xroadtest.Service{
			{ID: id("Persons_v1"), URL: base + "/persons", Clients: []xroad.ClientID{client}, REST: true, OpenAPI: base + "/openapi.json"},
			{ID: id("Closed_v1"), URL: base + "/closed", REST: true},
		}})
		if err != nil {
			return err
		}
		defer server.Close()
		ready[name] = server.URL
	}
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// operations tell what they were asked.
func operations() []xroad.RESTOperation {
	tell := func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
		h := r.Header
		out := map[string]any{
			"dialect": h.Dialect.String(), "client": h.Client.String(), "id": h.ID, "user": h.UserID.Reveal(), "issue": h.Issue,
			"purposes": h.PurposeIDs, "subject": h.SubjectID.Reveal(), "transaction": h.TransactionID,
			"method": r.Method, "path": r.PathValue("name"), "q": r.Query.Get("q"),
		}
		if h.Service != nil {
			out["service"] = h.Service.String()
		}
		if len(r.Body) > 0 {
			var in struct {
				Name string `json:"name"`
			}
			if err := r.DecodeJSON(&in); err != nil {
				return nil, err
			}
			out["name"] = in.Name
		}
		if r.PathValue("name") == "nobody" {
			return nil, &xroad.RESTError{Status: http.StatusNotFound, Code: "Client.NoPerson", Text: "Особу не знайдено."}
		}
		status := http.StatusOK
		if r.Method == http.MethodPost {
			status = http.StatusCreated
		}
		return xroad.RESTJSON(status, out)
	}
	var all []xroad.RESTOperation
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		for _, path := range []string{"/persons", "/persons/{name}"} {
			all = append(all, xroad.RESTOperation{Name: "Persons_v1", Method: method, Path: path, Handle: tell})
		}
	}
	return append(all, xroad.RESTOperation{Name: "Closed_v1", Method: http.MethodGet, Path: "/closed", Handle: tell})
}
