package xroad_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// TestRESTErrorForms recognises errors of security servers in every form, and leaves the service's own alone.
func TestRESTErrorForms(t *testing.T) {
	t.Parallel()
	const (
		uuid     = "c7b2f1e0-5a3b-4f0f-9e0e-0d7c3d1c8a11"
		failed   = "Server.ServerProxy.ServiceFailed.NetworkError"
		denied   = "server.serverproxy.access_denied"
		json     = "application/json;charset=utf-8"
		noID     = "X-Road-Id: "
		page     = "<html><body><h1>502 Bad Gateway</h1><br></body></html>"
		envelope = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>%s</faultcode>` +
			`<faultstring>Sad</faultstring><detail><faultDetail xmlns="">` + uuid + `</faultDetail></detail></e:Fault></e:Body></e:Envelope>`
	)
	object := func(code string) string { return `{"type":"` + code + `","message":"Sad","detail":"` + uuid + `"}` }
	document := func(code string) string {
		return `<?xml version="1.0" encoding="UTF-8"?><error><type>` + code + `</type><message>Sad</message><detail>` + uuid + `</detail></error>`
	}
	tests := map[string]struct {
		answer func(http.ResponseWriter, restSeen)
		uxp    error // nil for an answer
		xRoad  error
		code   string
	}{
		// The examples of PR-REST, clause 4.6.
		"category 1": {respond(405, json, `{"timestamp":"2019-03-21T09:45:19.904Z","status":405,"error":"Method Not Allowed","message":"Request method 'PUT' not supported","path":"/v3/pet/findByStatus"}`), nil, nil, ""},
		"category 2": {respond(500, json, object("Server.ServerProxy.NetworkError"), "X-Road-Error: Server.ServerProxy.NetworkError", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, "Server.ServerProxy.NetworkError"},
		"category 3": {respond(400, json, object("Client.BadRequest"), "X-Road-Error: Client.BadRequest", noID), xroad.ErrRefused, xroad.ErrRefused, "Client.BadRequest"},
		"category 4": {respond(500, json, object("Server.ClientProxy.OutdatedGlobalConf"), "X-Road-Error: Server.ClientProxy.OutdatedGlobalConf", noID), xroad.ErrUnavailable, xroad.ErrUnavailable, "Server.ClientProxy.OutdatedGlobalConf"},

		"XML, as Accept wants it": {respond(500, "text/xml;charset=utf-8", document(denied), "X-Road-Error: "+denied, noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"fields of UXP":           {respond(500, "text/plain", "Sad", "Uxp-Faultcode: "+denied, "Uxp-Faultstring: Sad", noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"with success":            {respond(200, json, object(failed), "Uxp-Faultcode: soap:"+failed, "Uxp-Faultstring: Sad", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"another body":            {respond(500, json, object("Other"), "Uxp-Faultcode: "+failed, "Uxp-Faultstring: Sad", noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"object only":             {respond(500, json, object(failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"object as text":          {respond(400, "text/plain", " \n"+object(denied), noID), xroad.ErrAccessDenied, xroad.ErrAccessDenied, denied},
		"XML only":                {respond(500, "application/xml", document(failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"fault of SOAP":           {respond(500, "text/xml", fmt.Sprintf(envelope, failed), noID), xroad.ErrServiceFailed, xroad.ErrServiceFailed, failed},
		"refusal in SOAP":         {respond(500, "text/xml", fmt.Sprintf(envelope, "SOAP-ENV:Client.BadRequest"), noID), xroad.ErrRefused, xroad.ErrRefused, "Client.BadRequest"},

		// What X-Road passed on is the service's, whatever it looks like.
		"object passed on":    {respond(500, json, object(failed), "Uxp-Transaction-Id: t"), xroad.ErrServiceFailed, nil, failed},
		"own refusal":         {respond(400, json, object("Client.InvalidBody")), nil, nil, ""},
		"own failure":         {respond(500, json, object("Server.InternalError")), nil, nil, ""},
		"own code":            {respond(404, json, object("NotFound")), nil, nil, ""},
		"own fault":           {respond(500, "text/xml", fmt.Sprintf(envelope, "Server.Sad")), nil, nil, ""},
		"own document":        {respond(500, "text/xml", document("Server.Sad")), nil, nil, ""},
		"broken document":     {respond(500, "text/xml", document(failed)[:100]), nil, nil, ""},
		"document type":       {respond(500, "text/xml", `<!DOCTYPE error [<!ENTITY a "b">]>`+document(failed)), nil, nil, ""},
		"own page":            {respond(404, "text/html", page, "Uxp-Transaction-Id: t"), nil, nil, ""},
		"good object":         {respond(200, json, object(failed)), nil, nil, ""},
		"redirect":            {respond(302, "text/plain", "", "Location: /elsewhere"), nil, nil, ""},
		"nothing":             {respond(204, "", ""), nil, nil, ""},
		"page on the way":     {respond(502, "text/html", page, noID), xroad.ErrResponse, xroad.ErrResponse, ""},
		"redirect on the way": {respond(301, "text/html", page, noID), xroad.ErrResponse, xroad.ErrResponse, ""},
		"not X-Road":          {respond(200, json, "{}", noID), nil, xroad.ErrResponse, ""},

		"last counts": {func(w http.ResponseWriter, _ restSeen) {
			w.Header().Add("X-Road-Service", "I/C/M/S/X")
			w.Header().Add("X-Road-Service", provided.String())
		}, nil, nil, ""},
		"no code":         {respond(500, json, "{}", "X-Road-Error: a:"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another id":      {respond(200, json, "{}", "X-Road-Id: a", "Uxp-QueryID: a"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another client":  {respond(200, json, "{}", "X-Road-Client: I/C/M", "Uxp-Client: I/C/M"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"another service": {respond(200, json, "{}", "X-Road-Service: I/C/M/S/X", "Uxp-Service: I/C/M/S/X"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"bad service":     {respond(200, json, "{}", "X-Road-Service: 3404106605", "Uxp-Service: 3404106605"), xroad.ErrResponse, xroad.ErrResponse, ""},
		"the same":        {respond(200, json, "{}", "X-Road-Client: "+consumer.String(), "Uxp-Service: "+provided.String()), nil, nil, ""},
		"too long":        {respond(200, json, strings.Repeat(" ", 1<<16+1)), xroad.ErrResponse, xroad.ErrResponse, ""},
		"compressed":      {respond(200, json, "{}", "Content-Encoding: gzip"), xroad.ErrResponse, xroad.ErrResponse, ""},
	}
	for name, test := range tests {
		for dialect, want := range map[xroad.Dialect]error{xroad.UXP: test.uxp, xroad.XRoad: test.xRoad} {
			t.Run(name+"/"+dialect.String(), func(t *testing.T) {
				t.Parallel()
				server := newRESTServer(t, test.answer)
				client := newRESTClient(t, server.URL, dialect, func(c *xroad.ClientConfig) { c.Limits.Size, c.Attempts = 1<<16, 1 })
				answer, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided})
				if want == nil {
					if err != nil || answer.Status == 0 {
						t.Errorf("%+v, %v", answer, err)
					}
					return
				}
				got := checkKind(t, err, want)
				if test.code == "" {
					if got.Fault != nil || strings.Contains(err.Error(), "3404106605") {
						t.Errorf("%v", err)
					}
					return
				}
				if got.Fault == nil || got.Fault.Code != test.code || got.Fault.Text != "Sad" || len(got.MessageID) != 36 {
					t.Errorf("%+v", got)
				}
				if detail := got.Fault.Detail; detail != uuid && name != "fields of UXP" && name != "another body" {
					t.Errorf("detail %q", detail)
				}
			})
		}
	}
}

// TestRESTFaultCodes sends every code of the table, and counts how often a call is made that reads, and one that does not.
func TestRESTFaultCodes(t *testing.T) {
	t.Parallel()
	for _, test := range faultCodes {
		if test.code == "" {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete, "idempotent POST"} {
			t.Run(test.code+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := newRESTServer(t, respond(500, "application/json", `{"type":"`+test.code+`","message":"Сумно"}`, "X-Road-Error: "+test.code))
				verb, idempotent := strings.CutPrefix(method, "idempotent ")
				client := newRESTClient(t, server.URL, xroad.XRoad, func(c *xroad.ClientConfig) { c.RESTTargets[0].Idempotent = idempotent })
				_, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided, Method: verb})
				failed := checkKind(t, err, test.kind)
				want := 1
				if reads := idempotent || verb == "GET" || verb == "HEAD"; test.always || test.reads && reads {
					want = 2
				}
				sent := server.requests()
				if len(sent) != want || failed.Attempts != want || failed.Undelivered != test.not {
					t.Errorf("%d requests, want %d; %+v", len(sent), want, failed)
				}
				if want == 2 && sent[0].header.Get("X-Road-Id") == sent[1].header.Get("X-Road-Id") {
					t.Error("id repeated")
				}
			})
		}
	}
}

// TestRESTFaultsHideData sends back in an error whatever the request told, and what it did not.
func TestRESTFaultsHideData(t *testing.T) {
	t.Parallel()
	server := newRESTServer(t, respond(500, "application/json", `{"type":"Server.ServerProxy.ServiceFailed","message":"Шевченко (Ab-12, хтось, справа 7, UA-one, su-bj, 3404106605): Петренко 42, поле x-y","detail":"Шевченко"}`,
		"X-Road-Error: Server.ServerProxy.ServiceFailed"))
	client := newRESTClient(t, server.URL, xroad.UXP, nil)
	call := xroad.RESTCall{
		Service: provided, Method: http.MethodPost, Path: "/persons/%D0%A5%D1%82%D0%BE%D1%81%D1%8C", Query: url.Values{"q": {"Ab-12"}}, ContentType: "application/json",
		Body: []byte(`{"name":"Шевченко","n":424242,"list":["Петренко"]}`), UserID: "UA-one", Issue: "Справа 7", SubjectID: "su-bj",
	}
	_, err := client.CallREST(t.Context(), call)
	failed := checkKind(t, err, xroad.ErrServiceFailed)
	if want := "… (…, …, …, …, …, …): … 42, поле x-y"; failed.Fault.Text != want || failed.Fault.Detail != "" {
		t.Errorf("%q, %q", failed.Fault.Text, failed.Fault.Detail)
	}
	call.ContentType, call.Body = "application/x-www-form-urlencoded", []byte("a=x-y")
	_, err = client.CallREST(t.Context(), call)
	if failed := checkKind(t, err, xroad.ErrServiceFailed); strings.Contains(failed.Fault.Text, "x-y") {
		t.Errorf("%q", failed.Fault.Text)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err)
	if strings.Contains(log.String(), "поле") {
		t.Error(&log)
	}
}

// FuzzRESTAnswer lets a security server say anything. Whatever it is, the answer belongs to the request, or the error is
// of one kind and within bounds.
func FuzzRESTAnswer(f *testing.F) {
	for _, seed := range []string{
		"HTTP/1.1 200 OK\r\nX-Road-Id: {id}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 500 Sad\r\nX-Road-Error: Server.ServerProxy.AccessDenied\r\n\r\n{\"type\":\"Server.ServerProxy.AccessDenied\",\"message\":\"a\",\"detail\":\"b\"}",
		"HTTP/1.1 500 Sad\r\nContent-Type: text/xml\r\n\r\n<error><type>Server.ClientProxy.IOError</type><message>a</message><detail>b</detail></error>",
		"HTTP/1.1 500 Sad\r\nUxp-Faultcode: a:Server.ClientProxy.IOError\r\nUxp-Faultstring: UA1234567890\r\n\r\n",
		"HTTP/1.1 502 Sad\r\nContent-Type: text/html\r\n\r\n<!DOCTYPE html><html>",
		"HTTP/1.1 500 Sad\r\n\r\n" + `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>Client.X</faultcode><faultstring>a</faultstring></e:Fault></e:Body></e:Envelope>`,
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, response []byte, xRoad bool) {
		dialect, sent := xroad.UXP, ""
		if xRoad {
			dialect = xroad.XRoad
		}
		client := newRESTClient(t, "http://ss/", dialect, func(c *xroad.ClientConfig) {
			c.Attempts, c.Limits = 1, xroad.Limits{Size: 1 << 16}
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				ours, theirs := net.Pipe()
				go func() {
					defer theirs.Close()
					buffer := make([]byte, 4096)
					n, _ := theirs.Read(buffer)
					_, rest, _ := strings.Cut(string(buffer[:n]), "X-Road-Id: ")
					id, _, _ := strings.Cut(rest, "\r")
					_, _ = theirs.Write(bytes.ReplaceAll(response, []byte("{id}"), []byte(id)))
				}()
				return ours, nil
			}
			c.Observe = func(_ context.Context, a xroad.Attempt) { sent = a.MessageID }
		})
		answer, err := client.CallREST(t.Context(), xroad.RESTCall{Service: provided, UserID: "UA1234567890"})
		if err == nil {
			if answer.MessageID != sent || answer.Status < 200 || xRoad && answer.Header.Get("X-Road-Id") != sent || answer.Header.Get("X-Road-Error") != "" {
				t.Errorf("%+v", answer)
			}
			return
		}
		checkAnyKind(t, err)
		var failed *xroad.CallError
		if !errors.As(err, &failed) {
			t.Fatal(err)
		}
		if strings.Contains(fmt.Sprint(err), "UA1234567890") || failed.Fault != nil && (strings.Contains(failed.Fault.Text, "UA1234567890") ||
			len(failed.Fault.Code)+len(failed.Fault.Text)+len(failed.Fault.Detail) > 1300) {
			t.Errorf("%v, %+v", err, failed.Fault)
		}
	})
}
