package xroad_test

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

// nasty is text that a careless writer or reader changes.
func nasty() map[string]string {
	return map[string]string{
		"markup":        `<>&"'`,
		"entity":        "&amp;lt;",
		"CDATA":         "]]> <![CDATA[x]]>",
		"Cyrillic":      "Ґанок їжака, №5 — «так»",
		"line breaks":   "a\nb\r\nc\rd\te",
		"spaces":        "  a  b  ",
		"only spaces":   " \n ",
		"no text":       "",
		"beyond BMP":    "😀",
		"long":          strings.Repeat("Ї&<", 1000),
		"apostrophes":   "Мар'яна, Мар’яна, Марʼяна",
		"combining":     "и\u0306",
		"separators":    "a\u0085b\u2028c",
		"comment":       "<!-- x -->",
		"zero width":    "\u200B\uFEFF",
		"bidirectional": "\u202Ex",
	}
}

func TestHeaderRoundTrip(t *testing.T) {
	t.Parallel()
	for name, value := range nasty() {
		code := "code"
		if !strings.ContainsAny(value, "/\n\r\t\u0085") && value != "" {
			code = value
		}
		header := &xroad.Header{
			Client:           xroad.ClientID{Instance: code, Class: "GOV", Member: "0"},
			Service:          xroad.ServiceID{Instance: "a", Class: "b", Member: "c", Subsystem: code, Service: "d", Version: "e"},
			ID:               "x" + value,
			UserID:           &value,
			Issue:            &value,
			ProtocolVersion:  "4.0",
			RepresentedParty: &xroad.RepresentedParty{Class: &value, Code: value},
			SecurityServer:   &xroad.SecurityServerID{Instance: "a", Class: "b", Member: "c", Server: code},
		}
		for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
			response, err := xroad.MarshalResponse(version, header, xml.Name{Space: "urn:a", Local: "a"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			message, err := xroad.ReadMessage(strings.NewReader(string(response)), version.ContentType(), xroad.Limits{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !message.Header.Equal(header) {
				t.Errorf("%s: %+v became %+v", name, header, message.Header)
			}
			if got := independent(t, response).soap("Header").child(xroad.NamespaceXRoad, "issue").Text; got != value {
				t.Errorf("%s: encoding/xml reads %q", name, got)
			}
		}
	}
}

func TestPresenceIsKept(t *testing.T) {
	t.Parallel()
	empty := ""
	header := &xroad.Header{
		Client:  xroad.ClientID{Instance: "a", Class: "b", Member: "c"},
		Service: xroad.ServiceID{Instance: "a", Class: "b", Member: "c", Service: "d"},
		ID:      "1", Issue: &empty, ProtocolVersion: "4.0",
	}
	response, err := xroad.MarshalResponse(xroad.SOAP11, header, xml.Name{Space: "urn:a", Local: "a"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	fields := independent(t, response).soap("Header")
	if fields.child(xroad.NamespaceXRoad, "userId") != nil || fields.child(xroad.NamespaceXRoad, "issue") == nil {
		t.Errorf("%s", response)
	}
	if fields.child(xroad.NamespaceXRoad, "client").attr(xroad.NamespaceIdentifiers, "objectType") != "MEMBER" {
		t.Errorf("%s", response)
	}
}

type person struct {
	XMLName xml.Name `xml:"ignored"`
	Name    string   `xml:"name"`
	Note    *string  `xml:"note,omitempty"`
}

func TestMarshalPayload(t *testing.T) {
	t.Parallel()
	name := xml.Name{Space: "urn:ns", Local: "Op_v1Response"}
	for label, text := range nasty() {
		response, err := xroad.MarshalResponse(xroad.SOAP11, nil, name, person{Name: text})
		if err != nil {
			t.Fatal(err)
		}
		body := independent(t, response).soap("Body")
		element := body.child("urn:ns", "Op_v1Response")
		if len(body.Nodes) != 1 || element == nil || element.child("urn:ns", "name") == nil {
			t.Fatalf("%s: %s", label, response)
		}
		if got := element.child("urn:ns", "name").Text; got != text {
			t.Errorf("%s: %q became %q", label, text, got)
		}
	}
	for _, payload := range []any{nil, (*person)(nil), struct{}{}, ""} {
		response, err := xroad.MarshalResponse(xroad.SOAP11, nil, name, payload)
		if err != nil {
			t.Fatal(err)
		}
		if body := independent(t, response).soap("Body"); len(body.Nodes) != 1 || body.Nodes[0].XMLName != name {
			t.Errorf("%#v: %s", payload, response)
		}
	}
	for _, payload := range []any{[]person{{}, {}}, &[]string{"a"}, make(chan int), map[string]string{}} {
		if response, err := xroad.MarshalResponse(xroad.SOAP11, nil, name, payload); err == nil {
			t.Errorf("%T written as %s", payload, response)
		}
	}
}

func TestFaultMarshal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code, want11, want12 string
	}{
		{"Client.MissingHeader", "soap:Client.MissingHeader", "soap:Sender xroad:Client.MissingHeader"},
		{"Server.Busy", "soap:Server.Busy", "soap:Receiver xroad:Server.Busy"},
		{"Client", "soap:Client", "soap:Sender"},
		{"", "soap:Server", "soap:Receiver"},
		{"DatabaseDown", "soap:Server.DatabaseDown", "soap:Receiver xroad:Server.DatabaseDown"},
		{"Clients", "soap:Server.Clients", "soap:Receiver xroad:Server.Clients"},
		{"Server.<b> \n:Їx", "soap:Server.bx", "soap:Receiver xroad:Server.bx"},
		{"MustUnderstand", "soap:MustUnderstand", "soap:MustUnderstand"},
		{"VersionMismatch", "soap:VersionMismatch", "soap:VersionMismatch"},
	}
	for _, test := range tests {
		for version, want := range map[xroad.Version]string{xroad.SOAP11: test.want11, xroad.SOAP12: test.want12} {
			fault := &xroad.Fault{Code: test.code, Text: `Помилка <&> "1"`, Detail: "a<b", Version: version, Err: errors.New("secret")}
			message := fault.Marshal()
			code, text, detail := faultOf(t, independent(t, message))
			if diff := cmp.Diff([]string{want, fault.Text, fault.Detail}, []string{code, text, detail}); diff != "" {
				t.Errorf("%s in SOAP %s: %s", test.code, version, diff)
			}
			if strings.Contains(string(message), "secret") {
				t.Errorf("cause was sent: %s", message)
			}
		}
	}
}

// TestFaultNamespaces checks that prefixes in fault codes, which are text to a parser, mean what they should.
func TestFaultNamespaces(t *testing.T) {
	t.Parallel()
	for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
		root := independent(t, (&xroad.Fault{Code: "Client.A", Version: version}).Marshal())
		if root.attr("xmlns", "soap") != version.Namespace() || root.attr("xmlns", "xroad") != xroad.NamespaceXRoad {
			t.Errorf("SOAP %s: %+v", version, root.Attrs)
		}
		if root.attr("", "xmlns") != "" {
			t.Errorf("SOAP %s: a default namespace would swallow faultcode", version)
		}
	}
}

func TestFaultError(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	fault := &xroad.Fault{Code: "Server.A", Text: "text for people", Err: cause}
	if !errors.Is(fault, cause) || fault.Error() != "Server.A: cause" || xroad.NewFault("Client.A", "text").Error() != "Client.A" {
		t.Errorf("%v", fault)
	}
	if fault.Client() || !xroad.NewFault("Client.A", "").Client() || xroad.NewFault("ClientA", "").Client() {
		t.Error("fault blames the wrong side")
	}
}
