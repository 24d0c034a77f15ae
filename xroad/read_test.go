package xroad_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

func wrapBase64(text string) string {
	encoded := base64.StdEncoding.EncodeToString([]byte(text))
	var out strings.Builder
	for len(encoded) > 76 {
		out.WriteString(encoded[:76] + "\r\n")
		encoded = encoded[76:]
	}
	return out.String() + encoded
}

// TestReadAccepted reads every accepted form and writes its header back. What encoding/xml reads in the request must be
// what it reads in the response.
func TestReadAccepted(t *testing.T) {
	t.Parallel()
	for _, in := range accepted() {
		t.Run(in.name, func(t *testing.T) {
			t.Parallel()
			message, err := xroad.ReadMessage(bytes.NewReader(in.body), in.contentType, xroad.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			header := *message.Header
			if header.ID == "" {
				header.ID = "an empty one is read, but is not to be written"
			}
			if err := header.Validate(); err != nil {
				t.Errorf("header: %v", err)
			}
			if message.Body.Name.Local != testService || message.Body.Name.Space != testNamespace {
				t.Errorf("body %v", message.Body.Name)
			}
			plain := in.plain
			if plain == "" {
				plain = string(in.body)
			}
			checkEcho(t, []byte(plain), message)
		})
	}
}

func checkEcho(t *testing.T, request []byte, message *xroad.Message) {
	t.Helper()
	response, err := xroad.MarshalResponse(message.Version, message.Header, message.Body.Name, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := headerLines(independent(t, request))
	if len(want) < 4 {
		t.Fatalf("independent reader found %d fields", len(want))
	}
	if diff := cmp.Diff(want, headerLines(independent(t, response))); diff != "" {
		t.Errorf("request has -, response has +:\n%s", diff)
	}
	if bytes.Contains(response, []byte("requestHash")) {
		t.Error("request hash echoed")
	}
	again, err := xroad.ReadMessage(bytes.NewReader(response), message.Version.ContentType(), xroad.Limits{})
	if err != nil {
		t.Fatalf("read own response: %v", err)
	}
	if !again.Header.Equal(message.Header) {
		t.Errorf("header changed: %s", cmp.Diff(message.Header, again.Header))
	}
}

func TestReadHeader(t *testing.T) {
	t.Parallel()
	message, err := xroad.ReadMessage(strings.NewReader(envelope(partyField+issueField+allFields+serverField, testPayload)),
		"text/xml", xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	user, issue, class := "UA1234567890", "№ 12/3", "COM"
	want := &xroad.Header{
		Client:  xroad.ClientID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "00000088", Subsystem: "20_EIS_cons"},
		Service: xroad.ServiceID{Instance: "SEVDEIR-TEST", Class: "GOV", Member: "42032422", Subsystem: "42_NHSU_prod", Service: "OpName_v1"},
		ID:      "5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11", UserID: &user, Issue: &issue, ProtocolVersion: "4.0",
		RepresentedParty: &xroad.RepresentedParty{Class: &class, Code: "123 & 456"},
		SecurityServer:   &xroad.SecurityServerID{Instance: "EE", Class: "GOV", Member: "1", Server: "ss1"},
	}
	if diff := cmp.Diff(want, message.Header); diff != "" { // by Header.Equal
		t.Errorf("want -, got +:\n%s", diff)
	}
	if *message.Header.UserID != user || message.Header.RepresentedParty.Code != "123 & 456" {
		t.Errorf("header %+v", message.Header)
	}
	if message.Version != xroad.SOAP11 {
		t.Errorf("version %v", message.Version)
	}
}

func TestReadSOAP12(t *testing.T) {
	t.Parallel()
	request := strings.ReplaceAll(envelope(allFields, testPayload), ns11, ns12)
	message, err := xroad.ReadMessage(strings.NewReader(request), `application/soap+xml;charset=UTF-8;action="urn:a"`, xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if message.Version != xroad.SOAP12 {
		t.Errorf("version %v", message.Version)
	}
	checkEcho(t, []byte(request), message)
}

// refused is a message and the code it gets. echo tells whether the header was complete, so that the fault has it.
type refused struct {
	input
	code string
	echo bool
}

func refusals() []refused {
	one := func(name, body, code string, echo bool) refused {
		return refused{input{name: name, contentType: "text/xml; charset=utf-8", body: []byte(body)}, code, echo}
	}
	typed := func(name, contentType string, body []byte, code string) refused {
		return refused{input{name: name, contentType: contentType, body: body}, code, false}
	}
	usual := envelope(allFields, testPayload)
	const related = "multipart/related; boundary=MIME_boundary"
	const wrongType, badXML, badSOAP = xroad.CodeInvalidContentType, xroad.CodeInvalidXML, xroad.CodeInvalidSOAP
	const badClient, badService = xroad.CodeInvalidClientIdentifier, xroad.CodeInvalidServiceIdentifier
	const missing, twice, badField = xroad.CodeMissingHeaderField, xroad.CodeDuplicateHeaderField, xroad.CodeInvalidHeaderField
	list := []refused{
		one("no header", strings.Replace(usual, "<e:Header>"+allFields+"</e:Header>", "", 1), xroad.CodeMissingHeader, false),
		one("neither header nor body", `<e:Envelope xmlns:e="`+ns11+`"/>`, xroad.CodeMissingHeader, false),
		one("empty header", envelope("", testPayload), missing, false),
		one("two headers", with("<e:Body>", "<e:Header/><e:Body>"), badSOAP, true),
		one("header after body", `<e:Envelope xmlns:e="`+ns11+`"><e:Body>`+testPayload+`</e:Body><e:Header>`+allFields+`</e:Header></e:Envelope>`, xroad.CodeMissingHeader, false),
		one("no body", with("<e:Body>"+testPayload+"</e:Body>", ""), xroad.CodeMissingBody, true),
		one("two bodies", with("</e:Body>", "</e:Body><e:Body>"+testPayload+"</e:Body>"), badSOAP, true),
		one("empty body", envelope(allFields, ""), xroad.CodeInvalidBody, true),
		one("blank body", envelope(allFields, " <!-- --> "), xroad.CodeInvalidBody, true),
		one("two elements in body", envelope(allFields, testPayload+testPayload), xroad.CodeInvalidBody, true),
		one("text in body", envelope(allFields, "x"+testPayload), badSOAP, true),
		one("text after body element", envelope(allFields, testPayload+"x"), badSOAP, true),
		one("text in header", envelope("x"+allFields, testPayload), badSOAP, false),
		one("unknown child of envelope", with("<e:Body>", "<e:Tail/><e:Body>"), badSOAP, true),
		one("something after the body", with("</e:Body>", "</e:Body><a/>"), badSOAP, true),
		one("body of the other version", strings.NewReplacer("<e:Body>", `<f:Body xmlns:f="`+ns12+`">`, "</e:Body>", "</f:Body>").Replace(usual), badSOAP, true),
		one("unknown envelope namespace", strings.ReplaceAll(usual, ns11, "urn:soap"), xroad.CodeVersionMismatch, false),
		one("not an envelope", testPayload, badSOAP, false),
		one("envelope in no namespace", strings.NewReplacer("e:", "").Replace(envelope("", "")), xroad.CodeVersionMismatch, false),

		one("no client", envelope(without(clientField), testPayload), missing, false),
		one("no service", envelope(without(serviceField), testPayload), missing, false),
		one("no id", envelope(without(idField), testPayload), missing, false),
		one("no protocolVersion", envelope(without(versionField), testPayload), missing, false),
		one("fields in another namespace", strings.ReplaceAll(usual, "http://x-road.eu/xsd/xroad.xsd", "urn:x"), missing, false),
		one("version 3", with(">4.0<", ">3.1<"), xroad.CodeInvalidProtocolVersion, true),
		one("version 40", with(">4.0<", ">40<"), xroad.CodeInvalidProtocolVersion, true),
		one("empty version", with(">4.0<", "><"), xroad.CodeInvalidProtocolVersion, true),
		one("element in id", with("5b0c0d5e", "<a/>5b0c0d5e"), badField, false),

		one("client without objectType", with(` i:objectType="SUBSYSTEM"`, ""), badClient, false),
		one("objectType in no namespace", with(`i:objectType="SUBSYSTEM"`, `objectType="SUBSYSTEM"`), badClient, false),
		one("client as service", with("SUBSYSTEM", "SERVICE"), badClient, false),
		one("member with subsystem", with("SUBSYSTEM", "MEMBER"), badClient, false),
		one("subsystem without subsystem", with(`<i:subsystemCode>20_EIS_cons</i:subsystemCode>`, ""), badClient, false),
		one("empty subsystem", with(`20_EIS_cons`, ""), badClient, false),
		one("no member code", with(`<i:memberCode>00000088</i:memberCode>`, ""), badClient, false),
		one("member code twice", with(`<i:memberCode>00000088</i:memberCode>`, `<i:memberCode>1</i:memberCode><i:memberCode>1</i:memberCode>`), badClient, false),
		one("member code in another namespace", with(`<i:memberCode>00000088</i:memberCode>`, `<x:memberCode>1</x:memberCode>`), badClient, false),
		one("slash in a code", with("00000088", "0/8"), badClient, false),
		one("line break in a code", with("00000088", "0\n8"), badClient, false),
		one("service code in client", with("20_EIS_cons</i:subsystemCode>", "20</i:subsystemCode><i:serviceCode>a</i:serviceCode>"), badClient, false),
		one("text in client", with("<i:xRoadInstance>", "x<i:xRoadInstance>"), badSOAP, false),
		one("service without objectType", with(` i:objectType="SERVICE"`, ""), badService, false),
		one("service as subsystem", with("SERVICE", "SUBSYSTEM"), badService, false),
		one("no service code", with(`<i:serviceCode>OpName_v1</i:serviceCode>`, ""), badService, false),
		one("empty service version", with(`</i:serviceCode>`, `</i:serviceCode><i:serviceVersion/>`), badService, false),
		one("security server of wrong type", envelope(allFields+strings.Replace(serverField, "SERVER", "SERVICE", 1), testPayload), badField, false),
		one("represented party without code", envelope(allFields+`<r:representedParty xmlns:r="http://x-road.eu/xsd/representation.xsd"/>`, testPayload), badField, false),
		one("must understand", envelope(`<z:a xmlns:z="urn:z" e:mustUnderstand="1"/>`+allFields, testPayload), xroad.CodeMustUnderstand, true),
		one("must understand, as next", envelope(`<z:a xmlns:z="urn:z" e:mustUnderstand="1" e:actor="http://schemas.xmlsoap.org/soap/actor/next"/>`+allFields, testPayload), xroad.CodeMustUnderstand, true),

		one("document type", "<!DOCTYPE a>"+usual, badXML, false),
		one("external entity", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>`+with("UA1234567890", "&x;"), badXML, false),
		one("entity bomb", `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>`+with("UA1234567890", "&b;"), badXML, false),
		one("undeclared entity", with("UA1234567890", "&nbsp;"), badXML, false),
		one("processing instruction", "<?a b?>"+usual, badXML, false),
		one("cut off", usual[:len(usual)-20], badXML, true),
		one("cut off in header", usual[:400], badXML, false),
		one("nothing", "", badXML, false),
		one("text", "hello", badXML, false),
		one("something after the envelope", usual+"x", badXML, true),
		one("malformed payload", envelope(allFields, "<p:OpName_v1>"), badXML, true),
		one("repeated attribute", with("<e:Body>", `<e:Body a="1" a="2">`), badXML, true),
		one("not UTF-8", with("UA1234567890", "\xAF"), badXML, false),
		typed("unknown declared encoding", "text/xml", []byte(`<?xml version="1.0" encoding="x-unknown"?>`+usual), badXML),
		typed("unknown encoding", "text/xml; charset=koi8-f", []byte(usual), badXML),
		typed("not windows-1251", "text/xml; charset=windows-1251", []byte(with("UA1234567890", "\x98")), badXML),
		typed("not ASCII", "text/xml; charset=us-ascii", []byte(usual), badXML),
		typed("half a UTF-16 character", "text/xml; charset=utf-16", []byte("\xFE\xFF\x00<\x00"), badXML),
		typed("lone surrogate", "text/xml; charset=utf-16", []byte("\xFE\xFF\xD8\x00\x00<"), badXML),

		typed("no content type", "", []byte(usual), wrongType),
		typed("JSON", "application/json", []byte("{}"), wrongType),
		typed("HTML", "text/html", []byte(usual), wrongType),
		typed("plain XML", "application/xml", []byte(usual), wrongType),
		typed("unreadable type", ";;;", []byte(usual), wrongType),
		typed("multipart/mixed", "multipart/mixed; boundary=MIME_boundary", multipartMessage("Content-Type: text/xml\r\n\r\n"+usual), wrongType),
		typed("multipart without boundary", "multipart/related", multipartMessage("Content-Type: text/xml\r\n\r\n"+usual), wrongType),
		typed("multipart without parts", related, []byte("--MIME_boundary--\r\n"), wrongType),
		typed("multipart of other boundary", related, []byte("--other\r\nContent-Type: text/xml\r\n\r\n"+usual+"\r\n--other--\r\n"), wrongType),
		typed("multipart without envelope", related, multipartMessage("Content-Type: text/plain\r\n\r\nx"), wrongType),
		typed("multipart cut off", related, []byte("--MIME_boundary\r\nContent-Type: text/xml\r\n\r\n"+usual), wrongType),
		typed("multipart without the part of start", related+"; start=a", multipartMessage("Content-Type: text/xml\r\n\r\n"+usual), wrongType),
		typed("part of unknown transfer encoding", related, multipartMessage("Content-Type: text/xml\r\nContent-Transfer-Encoding: x\r\n\r\n"+usual), wrongType),
		typed("part of broken base64", related, multipartMessage("Content-Type: text/xml\r\nContent-Transfer-Encoding: base64\r\n\r\n!"), wrongType),
	}
	for _, field := range []string{clientField, serviceField, idField, userField, versionField} {
		name := field[3:strings.IndexByte(field, ' ')]
		list = append(list, one("repeated "+name, envelope(allFields+field, testPayload), twice, false))
	}
	return append(list, one("repeated issue", envelope(issueField+allFields+issueField, testPayload), twice, false))
}

func TestReadRefused(t *testing.T) {
	t.Parallel()
	for _, test := range refusals() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := xroad.ReadMessage(bytes.NewReader(test.body), test.contentType, xroad.Limits{})
			var fault *xroad.Fault
			if !errors.As(err, &fault) {
				t.Fatalf("error %v, want a fault", err)
			}
			if fault.Code != test.code {
				t.Errorf("%v, want code %s", fault, test.code)
			}
			if fault.Text == "" || fault.Err == nil {
				t.Errorf("fault without text or cause: %+v", fault)
			}
			if (fault.Header != nil) != test.echo {
				t.Errorf("header %v, want it there: %t", fault.Header, test.echo)
			}
		})
	}
}

func TestReadLimits(t *testing.T) {
	t.Parallel()
	inPayload := func(content string) string {
		return envelope(allFields, strings.Replace(testPayload, "Їжак", content, 1))
	}
	tests := map[string]string{
		"size":       inPayload(strings.Repeat("<a/> ", 10_000)),
		"depth":      inPayload(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)),
		"elements":   inPayload(strings.Repeat("<a/>", 200)),
		"attributes": inPayload("<a " + strings.Repeat("a='' ", 50) + "/>"),
		"token":      inPayload(strings.Repeat("x", 2000)),
		"header":     envelope(strings.Repeat("<a>", 100)+strings.Repeat("</a>", 100)+allFields, testPayload),
	}
	for name, request := range tests {
		limits := xroad.Limits{Size: 20_000, Depth: 20, Elements: 100, Attributes: 20, Token: 1000}
		_, err := xroad.ReadMessage(strings.NewReader(request), "text/xml", limits)
		var fault *xroad.Fault
		if !errors.As(err, &fault) || fault.Code != xroad.CodeTooLarge {
			t.Errorf("%s: error %v, want %s", name, err, xroad.CodeTooLarge)
		}
		if _, err := xroad.ReadMessage(strings.NewReader(envelope(allFields, testPayload)), "text/xml", limits); err != nil {
			t.Errorf("%s: the usual message: %v", name, err)
		}
	}
}

// TestReadHugeAttributes has the message of 100,000 attributes refused without work in their number.
func TestReadHugeAttributes(t *testing.T) { // not parallel, it counts allocations
	request := []byte(envelope(allFields, "<a "+strings.Repeat("a='' ", 100_000)+"/>"))
	allocated := testing.AllocsPerRun(3, func() {
		if _, err := xroad.ReadMessage(bytes.NewReader(request), "text/xml", xroad.Limits{}); err == nil {
			t.Error("accepted")
		}
	})
	if allocated > 200 {
		t.Errorf("%v allocations", allocated)
	}
}

func TestReadStopsAtLimit(t *testing.T) {
	t.Parallel()
	endless := &countingReader{}
	_, err := xroad.ReadMessage(endless, "text/xml", xroad.Limits{Size: 1 << 20})
	var fault *xroad.Fault
	if !errors.As(err, &fault) || fault.Code != xroad.CodeTooLarge {
		t.Errorf("error %v", err)
	}
	if endless.read > 1<<20+1 {
		t.Errorf("%d bytes read", endless.read)
	}
}

type countingReader struct{ read int }

func (r *countingReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	r.read += len(p)
	return len(p), nil
}

func TestReadError(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection lost")
	_, err := xroad.ReadMessage(io.MultiReader(strings.NewReader("<a"), iotest.ErrReader(broken)), "text/xml", xroad.Limits{})
	var fault *xroad.Fault
	if !errors.Is(err, broken) || errors.As(err, &fault) {
		t.Errorf("error %v, want the reader's own", err)
	}
}

func FuzzReadMessage(f *testing.F) {
	for _, in := range accepted() {
		f.Add(in.body, in.contentType)
	}
	for _, in := range refusals() {
		f.Add(in.body, in.contentType)
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		message, err := xroad.ReadMessage(bytes.NewReader(body), contentType, xroad.Limits{})
		if err != nil {
			var fault *xroad.Fault
			if !errors.As(err, &fault) {
				t.Fatalf("error %v is no fault", err)
			}
			independent(t, fault.Marshal())
			return
		}
		response, err := xroad.MarshalResponse(message.Version, message.Header, message.Body.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := xroad.ReadMessage(bytes.NewReader(response), message.Version.ContentType(), xroad.Limits{})
		if err != nil {
			t.Fatalf("own response %q: %v", response, err)
		}
		if !again.Header.Equal(message.Header) {
			t.Fatalf("header changed: %+v, %+v", message.Header, again.Header)
		}
	})
}
