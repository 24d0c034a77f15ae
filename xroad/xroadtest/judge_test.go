package xroadtest_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// answering is a provider that always says the same.
func answering(status int, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

// changed is the right response but for one text.
func changed(t *testing.T, old, replacement string) string {
	t.Helper()
	right := strings.ReplaceAll(envelope, "p:OpName_v1", "p:OpName_v1Response")
	if !strings.Contains(right, old) {
		t.Fatalf("nothing to change: %s", old)
	}
	return strings.Replace(right, old, replacement, 1)
}

// TestJudge lets providers err in every way that X-Road's own tests know, and a few more.
func TestJudge(t *testing.T) {
	t.Parallel()
	const failed, inconsistent = "Server.ServerProxy.ServiceFailed.", "Server.ClientProxy.ServiceFailed.InconsistentResponse"
	right := changed(t, "x", "x")
	fault := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Server.Own</faultcode><faultstring>x</faultstring></s:Fault></s:Body></s:Envelope>`
	tests := []struct {
		name, contentType, body string
		status                  int
		code                    string
	}{
		{"right", "text/xml", right, 200, ""},
		{"right, with 500", "text/xml", right, 500, ""},
		{"byte order mark", "text/xml", "\uFEFF" + right, 200, ""},
		{"own requestHash before the id", "text/xml", changed(t, "<x:id>", `<x:requestHash algorithmId="urn:a">b</x:requestHash><x:id>`), 200, ""},
		{"own requestHash after the id", "text/xml", changed(t, "</x:id>", `</x:id><x:requestHash algorithmId="urn:a">b</x:requestHash>`), 200, ""},
		{"multipart", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + right + "\r\n--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n", 200, ""},
		{"multipart with nothing but the envelope", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + right + "\r\n--b--\r\n", 200, ""},
		{"part without type", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + right + "\r\n--b\r\n\r\nx\r\n--b--\r\n", 200, failed + "InvalidContentType"},
		{"part within a part without type", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + right + "\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n", 200, failed + "InvalidContentType"},
		{"envelope after another part", `multipart/related; boundary="b"; start=a`, "--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b\r\nContent-Type: text/xml\r\nContent-ID: a\r\n\r\n" + right + "\r\n--b--\r\n", 200, failed + "InvalidContentType"},
		{"envelope in base64", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\nContent-Transfer-Encoding: base64\r\n\r\nPGE+\r\n--b--\r\n", 200, failed + "InvalidXml"},
		{"cut in a part", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + right, 200, failed + "MimeParsingFailed"},
		{"fault in a part", `multipart/related; boundary="b"`, "--b\r\nContent-Type: text/xml\r\n\r\n" + fault + "\r\n--b--\r\n", 500, "s:Server.Own"},
		{"windows-1251", "text/xml; charset=windows-1251", strings.NewReplacer("Ї", "\xAF", "ж", "\xE6", "а", "\xE0", "к", "\xEA").Replace(right), 200, ""},
		{"fault", "text/xml", fault, 500, "s:Server.Own"},
		{"fault with 200", "text/xml", fault, 200, "s:Server.Own"},
		{"201", "text/xml", right, 201, failed + "HttpError"},
		{"redirect", "text/xml", right, 302, failed + "HttpError"},
		{"404", "text/html", "no", 404, failed + "HttpError"},
		{"no type", "", right, 200, failed + "InvalidContentType"},
		{"HTML", "text/html", "<html>", 200, failed + "InvalidContentType"},
		{"SOAP 1.2", "application/soap+xml", strings.ReplaceAll(right, xroad.NamespaceSOAP11, xroad.NamespaceSOAP12), 200, failed + "InvalidContentType"},
		{"no XML", "text/xml", "hello", 200, failed + "InvalidXml"},
		{"nothing", "text/xml", "", 200, failed + "InvalidXml"},
		{"no body", "text/xml", changed(t, right[strings.Index(right, "<e:Body>"):], "</e:Envelope>"), 200, failed + "MissingBody"},
		{"no header", "text/xml", changed(t, right[strings.Index(right, "<e:Header>"):strings.Index(right, "<e:Body>")], ""), 200, failed + "MissingHeader"},
		{"no id", "text/xml", changed(t, "<x:id>5b0c0d5e</x:id>", ""), 200, failed + "MissingHeaderField"},
		{"other boundary", `multipart/related; boundary="b"`, "--c\r\nContent-Type: text/xml\r\n\r\n" + right + "\r\n--c--\r\n", 200, failed + "InvalidMessage"},
		{"other element", "text/xml", strings.ReplaceAll(right, "p:OpName_v1Response", "p:OtherResponse"), 200, failed + "InconsistentHeaders"},
		{"other id", "text/xml", changed(t, "5b0c0d5e", "5b0c0d5f"), 200, inconsistent},
		{"other client", "text/xml", changed(t, "20_EIS_cons", "20_EIS_test"), 200, inconsistent},
		{"other provider", "text/xml", changed(t, "42_NHSU_prod", "42_NHSU_test"), 200, inconsistent},
		{"other user", "text/xml", changed(t, "Їжак</x:userId>", "їжак</x:userId>"), 200, inconsistent},
		{"trimmed issue", "text/xml", changed(t, "<x:issue>a b</x:issue>", "<x:issue>ab</x:issue>"), 200, inconsistent},
		{"no user", "text/xml", changed(t, "<x:userId>UA&lt;Їжак</x:userId>", ""), 200, inconsistent},
		{"added party", "text/xml", changed(t, "<x:issue>", `<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyCode>1</r:partyCode></r:representedParty><x:issue>`), 200, inconsistent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, xroadtest.Config{}, answering(test.status, test.contentType, test.body))
			response, body, err := post(t, server.URL, "text/xml", envelope)
			if err != nil {
				t.Fatal(err)
			}
			if test.code != "" {
				if got := code(t, response, body); got != test.code {
					t.Errorf("%s, want %s", got, test.code)
				}
				return
			}
			if response.StatusCode != http.StatusOK || bytes.Count(body, []byte("<xroad:requestHash")) != 1 || bytes.Contains(body, []byte("urn:a")) {
				t.Errorf("%d %s", response.StatusCode, body)
			}
			if _, err := xroad.ReadMessage(bytes.NewReader(body), response.Header.Get("Content-Type"), xroad.Limits{}); err != nil {
				t.Errorf("%v in %s", err, body)
			}
		})
	}
}

func TestUXPRegenerates(t *testing.T) {
	t.Parallel()
	wrong := changed(t, "5b0c0d5e", "5b0c0d5f")
	for overlook, want := range map[bool]int{true: 200, false: 500} {
		server := start(t, xroadtest.Config{Dialect: xroadtest.UXP, OverlookHeaders: overlook}, answering(200, "text/xml", wrong))
		response, body, err := post(t, server.URL, "text/xml", envelope)
		if err != nil || response.StatusCode != want || bytes.Contains(body, []byte("5b0c0d5f")) {
			t.Errorf("%v %v %s", response, err, body)
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	var others []xroadtest.Service
	for _, name := range []string{"Disabled_v1", "Nobody_v1"} {
		id := service()
		id.Service = name
		others = append(others, xroadtest.Service{ID: id, Handler: provider(t), Clients: []xroad.ClientID{client()}, Disabled: name == "Disabled_v1"})
	}
	others[1].Clients = nil
	server := start(t, xroadtest.Config{Services: append(others, xroadtest.Service{ID: service(), URL: "http://127.0.0.1:1/", Clients: []xroad.ClientID{client()}})}, nil)
	replace := func(old, replacement string) string { return strings.ReplaceAll(envelope, old, replacement) }
	tests := []struct{ name, contentType, body, code string }{
		{"JSON", "application/json", "{}", "Client.InvalidContentType"},
		{"SOAP 1.2", "application/soap+xml", replace(xroad.NamespaceSOAP11, xroad.NamespaceSOAP12), "Client.InvalidContentType"},
		{"no id", "text/xml", replace("<x:id>5b0c0d5e</x:id>", ""), "Client.MissingHeaderField"},
		{"two elements", "text/xml", replace("<e:Body>", "<e:Body><a/>"), "Client.InvalidBody"},
		{"other element", "text/xml", replace("p:OpName_v1", "p:Other"), "Client.InconsistentHeaders"},
		{"other member", "text/xml", replace("42032422", "42032423"), "Server.ClientProxy.UnknownMember"},
		{"other service", "text/xml", replace("OpName_v1", "OpName_v2"), "Server.ServerProxy.UnknownService"},
		{"other client", "text/xml", replace("20_EIS_cons", "20_EIS_test"), "Server.ServerProxy.AccessDenied"},
		{"nobody's service", "text/xml", replace("OpName_v1", "Nobody_v1"), "Server.ServerProxy.AccessDenied"},
		{"disabled service", "text/xml", replace("OpName_v1", "Disabled_v1"), "Server.ServerProxy.ServiceDisabled"},
		{"provider away", "text/xml", envelope, "Server.ServerProxy.ServiceFailed.NetworkError"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			response, body, err := post(t, server.URL, test.contentType, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if got := code(t, response, body); got != test.code {
				t.Errorf("%s, want %s", got, test.code)
			}
			if detail := parse(t, body).Body.Fault.Detail; len(detail) != 36 {
				t.Errorf("detail %q", detail)
			}
		})
	}
}
