package xroad_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

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
		"multipart with a strange header": withType(`multipart/related; boundary="MIME_boundary"`, func(body string) string {
			return string(multipartMessage("Content-Type: text/xml\r\nUA1234567890\r\n\r\n" + body))
		}),
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
