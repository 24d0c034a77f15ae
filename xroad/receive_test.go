package xroad_test

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// faultCodes is the table of what security servers and services answer, in the spelling of X-Road before its
// snake_case, and what a consumer makes of it: the kind, whether an idempotent call and any call is repeated, and
// whether the service certainly did nothing.
var faultCodes = []struct {
	code               string
	kind               error
	reads, always, not bool
}{
	{"Client", xroad.ErrRefused, false, false, false},
	{"Client.MissingHeaderField", xroad.ErrRefused, false, false, false},
	{"Client.InvalidSoap", xroad.ErrRefused, false, false, false},
	{"Client.InvalidContentType", xroad.ErrRefused, false, false, false},
	{"Client.InconsistentHeaders", xroad.ErrRefused, false, false, false},
	{"Client.SslAuthenticationFailed", xroad.ErrRefused, false, false, false},
	{"MustUnderstand", xroad.ErrRefused, false, false, false},
	{"VersionMismatch", xroad.ErrRefused, false, false, false},
	{"DataEncodingUnknown", xroad.ErrRefused, false, false, false},

	{"Server.ClientProxy.NetworkError", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.IOError", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.LoggingFailed.TimestampingFailed", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.OutdatedGlobalConf", xroad.ErrUnavailable, true, false, false},
	{"Server.ClientProxy.SslAuthenticationFailed", xroad.ErrUnavailable, true, true, true},
	{"Server.ClientProxy.UnknownMember", xroad.ErrConfiguration, false, false, true},

	{"Server.ServerProxy.AccessDenied", xroad.ErrAccessDenied, false, false, true},
	{"Server.ServerProxy.UnknownService", xroad.ErrConfiguration, false, false, true},
	{"Server.ServerProxy.ServiceDisabled", xroad.ErrUnavailable, false, false, true},

	{"Server.ServerProxy.ServiceFailed", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.HttpError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.NetworkError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.IOError", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.UnknownHost", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.MissingBody", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.ServiceFailed.InvalidContentType", xroad.ErrServiceFailed, true, false, false},
	{"Server.ServerProxy.LoggingFailed", xroad.ErrServiceFailed, false, false, false},

	{"Server", xroad.ErrServiceFault, false, false, false},
	{"Server.Sad", xroad.ErrServiceFault, false, false, false},
	{"Server.ClientProxyish", xroad.ErrServiceFault, false, false, false},
	{"Clientele", xroad.ErrServiceFault, false, false, false},
	{"E1001", xroad.ErrServiceFault, false, false, false},
	{"", xroad.ErrServiceFault, false, false, false},
}

// snake spells a code as the newest X-Road does: server.serverproxy.service_failed.http_error.
func snake(code string) string {
	var out strings.Builder
	for i, r := range strings.NewReplacer("ClientProxy", "Clientproxy", "ServerProxy", "Serverproxy", "IOError", "IoError").Replace(code) {
		if 'A' <= r && r <= 'Z' && i > 0 && code[i-1] != '.' {
			out.WriteByte('_')
		}
		out.WriteRune(r)
	}
	return strings.ToLower(out.String())
}

// rawFault writes a fault as others do: the code bare, with a prefix, or in a subcode of SOAP 1.2.
func rawFault(r received, code string) string {
	if r.Version == xroad.SOAP12 {
		bare := strings.ToLower(strings.ReplaceAll(code[strings.IndexByte(code, ':')+1:], "_", ""))
		value, subcode := "Receiver", `<s:Subcode><s:Value>`+code+`</s:Value></s:Subcode>`
		switch {
		case bare == "mustunderstand", bare == "versionmismatch", bare == "dataencodingunknown":
			value, subcode = code, ""
		case bare == "client", strings.HasPrefix(bare, "client."):
			value = "s:Sender"
		}
		return `<s:Envelope xmlns:s="` + ns12 + `"><s:Body><s:Fault><s:Code><s:Value>` + value + `</s:Value>` + subcode +
			`</s:Code><s:Reason><s:Text xml:lang="en">Sad</s:Text><s:Text xml:lang="uk">Сумно</s:Text></s:Reason>` +
			`<s:Detail><faultDetail xmlns="">c7b2-11</faultDetail></s:Detail></s:Fault></s:Body></s:Envelope>`
	}
	return `<s:Envelope xmlns:s="` + ns11 + `"><s:Body><s:Fault><faultcode>` + code + `</faultcode><faultstring>Сумно</faultstring>` +
		`<faultactor/><detail><faultDetail xmlns="">c7b2-11</faultDetail></detail></s:Fault></s:Body></s:Envelope>`
}

// TestFaultCodes sends every code in both spellings and versions, with either status, to calls that may be repeated and
// to those which may not.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	for _, test := range faultCodes {
		for i, code := range []string{test.code, "soap:" + test.code, snake(test.code)} {
			for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
				for _, idempotent := range []bool{false, true} {
					name := fmt.Sprintf("%s/%s/idempotent=%t", code, version, idempotent)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						status := []int{http.StatusInternalServerError, http.StatusOK}[i%2]
						server := newStandIn(t, func(r received) reply {
							return reply{status: status, contentType: r.Version.ContentType(), body: rawFault(r, code)}
						})
						client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
							c.Targets[0].Idempotent, c.Targets[0].Version, c.Attempts = idempotent, version, 2
						})
						_, err := client.Call(t.Context(), testCall())
						failed := checkKind(t, err, test.kind)
						want := 1
						if test.always || test.reads && idempotent {
							want = 2
						}
						sent := server.requests()
						if len(sent) != want || failed.Attempts != want || failed.Undelivered != test.not {
							t.Errorf("%d messages, want %d; %+v", len(sent), want, failed)
						}
						if want == 2 && sent[0].Header.ID == sent[1].Header.ID {
							t.Error("id repeated")
						}
						if failed.Fault.Text != "Сумно" || failed.Fault.Detail != "c7b2-11" || failed.Status != status {
							t.Errorf("%+v", failed.Fault)
						}
						if version == xroad.SOAP11 && failed.Fault.Code != strings.TrimPrefix(code, "soap:") {
							t.Errorf("code %s", failed.Fault.Code)
						}
					})
				}
			}
		}
	}
}

// TestSampleFaults reads faults of other programs.
func TestSampleFaults(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		code string
		kind error
	}{
		"xr-fault.xml":                 {"CODE", xroad.ErrServiceFault},
		"xr-customsoapenv.answer":      {"Server.CODE", xroad.ErrServiceFault},
		"xr-faulty-fault.answer":       {"Server", xroad.ErrServiceFault},
		"xrd4j-fault-client-error.xml": {"Client", xroad.ErrRefused},
	} {
		body := string(sample(t, name))
		for form, out := range map[string]reply{
			"bare":      {contentType: "text/xml", body: body},
			"multipart": {contentType: `multipart/related; boundary="MIME_boundary"`, body: string(multipartMessage("Content-Type: text/xml\r\n\r\n" + body))},
		} {
			for _, status := range []int{http.StatusOK, http.StatusInternalServerError} {
				out.status = status
				server := newStandIn(t, func(received) reply { return out })
				_, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
				if failed := checkKind(t, err, want.kind); failed.Fault.Code != want.code {
					t.Errorf("%s, %s: %v", name, form, err)
				}
			}
		}
	}
}

// TestSampleAnswers replays responses that passed real security servers.
func TestSampleAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		contentType, id, user string
		client                xroad.ClientID
		target                xroad.Target
		hash                  string
	}{
		"uxp-response.xml": {"text/xml; charset=utf-8", "832c9883-8d41-406c-bcc3-a7429f0bbbb2", "anystringid",
			xroad.ClientID{Instance: "test1", Class: "GOV", Member: "00000088", Subsystem: "SUB_CLIENT"},
			xroad.Target{Service: xroad.ServiceID{Instance: "test1", Class: "GOV", Member: "00000088", Subsystem: "SUB_SERVICE", Service: "getPersonaList"},
				Namespace: "http://spring.io/guides/gs-producing-web-service", Element: "getPersonaListRequest"},
			"RQCdnfM00kok4TKPL9NDHw3dwAx8GTtXaCbMtdUqKb0="},
	} {
		body := string(sample(t, name))
		server := newStandIn(t, func(r received) reply {
			return reply{status: 200, contentType: test.contentType, body: strings.ReplaceAll(body, test.id, r.Header.ID)}
		})
		client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
			c.Client, c.Targets = test.client, []xroad.Target{test.target}
		})
		answer, err := client.Call(t.Context(), xroad.Call{Service: test.target.Service, UserID: test.user})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var out struct {
			People []struct {
				Last string `xml:"lastName"`
			} `xml:"personaXml"`
		}
		if err := answer.Body.Decode(&out); err != nil || len(out.People) != 2 || out.People[1].Last != "Шевченко" {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
		if answer.RequestHash == nil || answer.RequestHash.Value != test.hash || len(answer.Dropped) != 0 {
			t.Errorf("%s: %+v", name, answer)
		}
	}
}

// edit changes the body of a good answer, and requires that it did.
func edit(old, replacement string) func(received) reply {
	return func(r received) reply {
		out := good(r)
		if !strings.Contains(out.body, old) {
			panic("nothing to change: " + old)
		}
		out.body = strings.Replace(out.body, old, replacement, 1)
		return out
	}
}

func withType(contentType string, wrap func(string) string) func(received) reply {
	return func(r received) reply {
		out := good(r)
		out.contentType, out.body = contentType, wrap(out.body)
		return out
	}
}

func TestAcceptedResponses(t *testing.T) {
	t.Parallel()
	same := func(body string) string { return body }
	attachment := "Content-Type: application/octet-stream\r\n\r\n\x00\x01"
	for name, test := range map[string]struct {
		answer  func(received) reply
		dropped []string
	}{
		"usual":                  {good, nil},
		"media type in capitals": {withType("TEXT/XML; Charset=UTF-8", same), nil},
		"no charset":             {withType("text/xml", same), nil},
		"SOAP 1.2 media type":    {withType("application/soap+xml", same), nil},
		"multipart": {withType(`multipart/related; boundary="MIME_boundary"`, func(body string) string {
			return string(multipartMessage("Content-Type: text/xml\r\n\r\n"+body, attachment))
		}), nil},
		"multipart with start": {withType(`multipart/related; start="<a>"; boundary="MIME_boundary"`, func(body string) string {
			return string(multipartMessage(attachment, "Content-Id: <a>\r\nContent-Type: application/xop+xml; type=\"text/xml\"\r\n\r\n"+body))
		}), nil},
		"base64 part": {withType(`multipart/related; boundary="MIME_boundary"`, func(body string) string {
			return string(multipartMessage("Content-Type: text/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(body))))
		}), nil},
		"UTF-16": {withType("text/xml; charset=utf-16", func(body string) string {
			return string(utf16Bytes("\uFEFF"+strings.Replace(body, ` encoding="UTF-8"`, "", 1), binary.BigEndian))
		}), nil},
		"windows-1251": {withType("text/xml; charset=windows-1251", func(body string) string {
			return strings.NewReplacer("Вітаю", "\xC2\xB3\xF2\xE0\xFE", "№", "\xB9", ` encoding="UTF-8"`, "").Replace(body)
		}), nil},
		"byte order mark": {withType("text/xml", func(body string) string { return "\uFEFF" + body }), nil},
		"CDATA":           {edit("Вітаю", "Ві<![CDATA[таю]]>"), nil},
		"comments":        {edit("Вітаю", "<!-- a -->Ві<!-- b -->таю"), nil},
		"unknown field":   {edit("</soap:Header>", `<z:a xmlns:z="urn:z"/></soap:Header>`), nil},
		"dropped user":    {edit("<xroad:userId>UA1234567890</xroad:userId>", ""), []string{"userId"}},
		"dropped issue":   {edit("<xroad:issue>№ 1</xroad:issue>", ""), []string{"issue"}},
		"dropped party": {edit("<repr:representedParty><repr:partyCode>12345678</repr:partyCode></repr:representedParty>", ""),
			[]string{"representedParty"}},
		"security server added": {edit("</soap:Header>", `<xroad:securityServer id:objectType="SERVER"><id:xRoadInstance>a</id:xRoadInstance>`+
			`<id:memberClass>b</id:memberClass><id:memberCode>c</id:memberCode><id:serverCode>d</id:serverCode></xroad:securityServer></soap:Header>`), nil},
		"other minor version": {edit("4.0<", "4.1<"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newStandIn(t, test.answer)
			call := testCall()
			call.Issue, call.RepresentedParty = "№ 1", &xroad.RepresentedParty{Code: "12345678"}
			answer, err := newTestClient(t, server.URL, nil).Call(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			var out testResponse
			if err := answer.Body.Decode(&out); err != nil || out.Greeting != "Вітаю" {
				t.Errorf("%+v, %v", out, err)
			}
			if diff := cmp.Diff(test.dropped, answer.Dropped); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func withStatus(status int) func(received) reply {
	return func(r received) reply {
		out := good(r)
		out.status = status
		return out
	}
}

// responseDefects is what an answer may have wrong with it.
func responseDefects() map[string]func(received) reply {
	list := map[string]func(received) reply{
		"other id":           edit("<xroad:id>", "<xroad:id>0"),
		"other client":       edit("20_EIS_cons", "21_EIS_cons"),
		"member as client":   edit(`"SUBSYSTEM"><id:xRoadInstance>SEVDEIR-TEST</id:xRoadInstance><id:memberClass>GOV</id:memberClass><id:memberCode>42032422</id:memberCode><id:subsystemCode>20_EIS_cons</id:subsystemCode>`, `"MEMBER"><id:xRoadInstance>SEVDEIR-TEST</id:xRoadInstance><id:memberClass>GOV</id:memberClass><id:memberCode>42032422</id:memberCode>`),
		"other service":      edit("<id:serviceCode>OpName_v1", "<id:serviceCode>OpName_v10"),
		"version of service": edit("</id:serviceCode>", "</id:serviceCode><id:serviceVersion>v1</id:serviceVersion>"),
		"other user":         edit("UA1234567890", "UA1234567891"),
		"issue of another":   edit("</soap:Header>", "<xroad:issue>a</xroad:issue></soap:Header>"),
		"party of another":   edit("</soap:Header>", `<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"><r:partyCode>1</r:partyCode></r:representedParty></soap:Header>`),
		"no id":              edit("xroad:id>", "xroad:id2>"),
		"id twice":           edit("<xroad:protocolVersion>", "<xroad:id>a</xroad:id><xroad:protocolVersion>"),
		"no version":         edit("<xroad:protocolVersion>4.0</xroad:protocolVersion>", ""),
		"version 3":          edit("4.0<", "3.0<"),
		"hash twice":         edit("</soap:Header>", strings.Repeat(`<xroad:requestHash>a</xroad:requestHash>`, 2)+"</soap:Header>"),
		"endless hash":       edit("</soap:Header>", `<xroad:requestHash>`+strings.Repeat("a<!-- -->", 300)+"</xroad:requestHash></soap:Header>"),
		"element in hash":    edit("</soap:Header>", `<xroad:requestHash><a/></xroad:requestHash></soap:Header>`),
		"other element": func(r received) reply {
			out := good(r)
			out.body = strings.ReplaceAll(out.body, "OpName_v1Response", "OpName_v1Result")
			return out
		},
		"request sent back":     func(r received) reply { return reply{status: 200, contentType: "text/xml", body: string(r.body)} },
		"other namespace":       edit(testNamespace, testNamespace+"2"),
		"fault of another SOAP": edit("<OpName_v1Response", `<Fault xmlns="`+ns12+`"/><OpName_v1Response`),
		"empty body": func(r received) reply {
			out := good(r)
			out.body = out.body[:strings.Index(out.body, "<OpName")] + "</soap:Body></soap:Envelope>"
			return out
		},
		"two elements": edit("</soap:Body>", "<a/></soap:Body>"),
		"no header": func(received) reply {
			return reply{status: 200, contentType: "text/xml", body: `<e:Envelope xmlns:e="` + ns11 + `"><e:Body><a/></e:Body></e:Envelope>`}
		},
		"document type":   edit("<soap:Envelope", `<!DOCTYPE a [<!ENTITY b "c">]><soap:Envelope`),
		"cut XML":         edit("</soap:Envelope>", ""),
		"bad encoding":    edit("Вітаю", "\xFF"),
		"no content type": withType("", func(s string) string { return s }),
		"HTML": func(received) reply {
			return reply{status: 200, contentType: "text/html", body: "<html>Bad gateway</html>"}
		},
		"HTML with 500": func(received) reply {
			return reply{status: 500, contentType: "text/html", body: "<html>Bad gateway</html>"}
		},
		"JSON": func(received) reply {
			return reply{status: 500, contentType: "application/json", body: `{"type":"Server"}`}
		},
		"empty":       func(received) reply { return reply{status: 200, contentType: "text/xml"} },
		"binary type": withType("application/octet-stream", func(s string) string { return s }),
		"multipart without envelope": func(received) reply {
			return reply{status: 200, contentType: `multipart/related; boundary="MIME_boundary"`, body: string(multipartMessage("Content-Type: image/png\r\n\r\na"))}
		},
		"encoded content": func(r received) reply {
			out := good(r)
			out.header = map[string]string{"Content-Encoding": "gzip"}
			return out
		},
		"beyond the size": edit("Вітаю", strings.Repeat("a", 20_000)),
		"fault to another message": func(r received) reply {
			out := faulty(xroad.Fault{Code: "Server.Sad"})(r)
			out.body = strings.ReplaceAll(out.body, r.Header.ID, "another")
			return out
		},
		"redirect": func(r received) reply {
			out := withStatus(http.StatusTemporaryRedirect)(r)
			out.header = map[string]string{"Location": "/elsewhere"}
			return out
		},
		"answer with 500": withStatus(http.StatusInternalServerError),
	}
	for _, status := range []int{201, 202, 203, 206, 302, 400, 401, 403, 404, 413, 415, 429, 502, 503, 504} {
		list[fmt.Sprintf("status %d", status)] = withStatus(status)
	}
	return list
}

func TestResponseDefects(t *testing.T) {
	t.Parallel()
	for name, answer := range responseDefects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newStandIn(t, answer)
			client := newTestClient(t, server.URL, func(c *xroad.ClientConfig) {
				c.Targets[0].Idempotent, c.Limits.Size = true, 10_000
			})
			_, err := client.Call(t.Context(), testCall())
			failed := checkKind(t, err, xroad.ErrResponse)
			if failed.Undelivered || failed.Attempts != 1 || len(server.requests()) != 1 || failed.Status == 0 {
				t.Errorf("%+v, %d messages", failed, len(server.requests()))
			}
			if strings.Contains(err.Error(), "UA1234567890") || strings.Contains(err.Error(), "Client.") {
				t.Errorf("error says %v", err)
			}
		})
	}
}

// TestHeaderFault reads the fault that UXP puts into the fields of an HTTP response with a body of another kind.
func TestHeaderFault(t *testing.T) {
	t.Parallel()
	for _, status := range []int{500, 403} {
		server := newStandIn(t, func(received) reply {
			return reply{status: status, contentType: "application/json", body: `{}`, header: map[string]string{
				"Uxp-FaultCode": "Server.ServerProxy.AccessDenied", "Uxp-FaultString": "Request is not allowed"}}
		})
		_, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
		if failed := checkKind(t, err, xroad.ErrAccessDenied); failed.Fault.Text != "Request is not allowed" {
			t.Errorf("%+v", failed.Fault)
		}
	}
}

// TestFaultsHideData sends back in a fault whatever the request told, and what it did not.
func TestFaultsHideData(t *testing.T) {
	t.Parallel()
	type person struct {
		Name   string `xml:"name"`
		Number string `xml:"number,attr"`
	}
	server := newStandIn(t, faulty(xroad.Fault{Code: "Server.NotFound",
		Text:   "Особу ШЕВЧЕНКО  (шевченко, Ab-12, UA1234567890, Справа 7) з РНОКПП 3404106605, УНЗР 19320303-80660, 03.03.1932, АА123456 не знайдено\x07: код 404",
		Detail: "3404106605"}))
	client := newTestClient(t, server.URL, nil)
	call := testCall()
	call.Issue, call.Payload = "Справа 7", person{"Шевченко", "Ab-12"}
	_, err := client.Call(t.Context(), call)
	failed := checkKind(t, err, xroad.ErrServiceFault)
	const want = "Особу …  (…, …, …, …) з РНОКПП …, УНЗР …, …, АА… не знайдено\uFFFD: код 404"
	if failed.Fault.Text != want {
		t.Errorf("text %q", failed.Fault.Text)
	}
	if failed.Fault.Detail != "" {
		t.Errorf("detail %q", failed.Fault.Detail)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Error("failed", "err", err, "wrapped", fmt.Errorf("ask: %w", err))
	fmt.Fprintf(&log, "%v %+v %s", err, err, err)
	if strings.Contains(log.String(), "Особу") || !strings.Contains(log.String(), "Server.NotFound") {
		t.Errorf("logged %s", &log)
	}
}

// TestLongFault bounds what is kept of a fault.
func TestLongFault(t *testing.T) {
	t.Parallel()
	server := newStandIn(t, func(r received) reply {
		return reply{status: 500, contentType: "text/xml", body: strings.ReplaceAll(rawFault(r, "Server."+strings.Repeat("a", 5000)), "Сумно", strings.Repeat("Ї ", 5000))}
	})
	_, err := newTestClient(t, server.URL, nil).Call(t.Context(), testCall())
	failed := checkKind(t, err, xroad.ErrServiceFault)
	if len(failed.Fault.Code) > 200 || len(failed.Fault.Text) > 1000 || len(failed.Fault.Text) < 990 {
		t.Errorf("%d, %d", len(failed.Fault.Code), len(failed.Fault.Text))
	}
	if errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
