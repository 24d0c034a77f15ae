package xroad_test

import (
	"context"
	"encoding/xml"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

const testSchema = `    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
        targetNamespace="http://example.gov.ua/trembita/ns">
      <xs:element name="OpName_v1"><xs:complexType><xs:sequence>
        <xs:element name="name" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="OpName_v1Response"><xs:complexType><xs:sequence>
        <xs:element name="greeting" type="xs:string"/>
      </xs:sequence></xs:complexType></xs:element>
    </xs:schema>`

func testWSDL() *xroad.WSDL {
	return &xroad.WSDL{
		Name: "Greeting", Namespace: testNamespace, Schemas: []string{testSchema},
		Operations: []xroad.WSDLOperation{{Name: testService, Title: "Вітання <&>", Notes: "Примітка"}},
	}
}

const (
	wsdlNS = "http://schemas.xmlsoap.org/wsdl/"
	soapNS = "http://schemas.xmlsoap.org/wsdl/soap/"
	xsdNS  = "http://www.w3.org/2001/XMLSchema"
)

func parse(t *testing.T, document []byte) *node {
	t.Helper()
	root := &node{}
	if err := xml.Unmarshal(document, root); err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	return root
}

// headerParts lists the header parts that a binding declares for its first operation, in their order.
func headerParts(root *node, direction string) []string {
	var parts []string
	for _, child := range root.child(wsdlNS, "binding").child(wsdlNS, "operation").child(wsdlNS, direction).Nodes {
		if child.XMLName == (xml.Name{Space: soapNS, Local: "header"}) {
			parts = append(parts, child.attr("", "part"))
		}
	}
	return parts
}

// TestWSDLAgainstUXP compares our description with one that a UXP security server has decorated: the header parts are
// the same, in the same order, on input and output.
func TestWSDLAgainstUXP(t *testing.T) {
	t.Parallel()
	uxp := parse(t, sample(t, "uxp-decorated.wsdl"))
	document, err := testWSDL().Marshal("http://a/", true)
	if err != nil {
		t.Fatal(err)
	}
	ours := parse(t, document)
	for _, direction := range []string{"input", "output"} {
		want := headerParts(uxp, direction)
		if len(want) != 5 {
			t.Fatalf("sample declares %v", want)
		}
		if diff := cmp.Diff(want, headerParts(ours, direction)); diff != "" {
			t.Errorf("%s: %s", direction, diff)
		}
	}
	declared := map[string]bool{}
	for _, part := range ours.child(wsdlNS, "message").Nodes {
		declared[part.attr("", "element")] = true
	}
	for _, part := range uxp.child(wsdlNS, "message").Nodes {
		if !declared[part.attr("", "element")] {
			t.Errorf("no part for %s", part.attr("", "element"))
		}
	}
	// PHP's SoapClient takes the namespace of a referenced attribute from the form of its declaration.
	for _, schema := range ours.child(wsdlNS, "types").Nodes {
		if schema.attr("", "targetNamespace") == xroad.NamespaceIdentifiers && schema.attr("", "attributeFormDefault") != "qualified" {
			t.Error("objectType would be written without its namespace")
		}
	}
	binding := ours.child(wsdlNS, "binding").child(soapNS, "binding")
	if want := uxp.child(wsdlNS, "binding").child(soapNS, "binding"); binding.attr("", "style") != want.attr("", "style") ||
		binding.attr("", "transport") != want.attr("", "transport") {
		t.Errorf("binding %+v", binding)
	}
}

func TestWSDLBare(t *testing.T) {
	t.Parallel()
	document, err := testWSDL().Marshal("http://a/?b=1&c=2", false)
	if err != nil {
		t.Fatal(err)
	}
	root := parse(t, document)
	if parts := headerParts(root, "input"); parts != nil {
		t.Errorf("header parts %v", parts)
	}
	if root.attr("xmlns", "xroad") != xroad.NamespaceXRoad || root.attr("xmlns", "id") != xroad.NamespaceIdentifiers {
		t.Error("clients that print header elements with the prefixes xroad and id need them declared")
	}
	if bytes := string(document); strings.Contains(bytes, "import") || strings.Contains(bytes, "schemaLocation") {
		t.Error("not self-contained")
	}
	operation := root.child(wsdlNS, "portType").child(wsdlNS, "operation")
	if title := operation.child(wsdlNS, "documentation").child(xroad.NamespaceXRoad, "title"); title.Text != "Вітання <&>" {
		t.Errorf("title %q", title.Text)
	}
	if name := root.child(wsdlNS, "binding").child(wsdlNS, "operation").attr("", "name"); name != testService {
		t.Errorf("service code %q", name)
	}
	if address := root.child(wsdlNS, "service").child(wsdlNS, "port").child(soapNS, "address").attr("", "location"); address != "http://a/?b=1&c=2" {
		t.Errorf("address %q", address)
	}
	if root.child(wsdlNS, "types").child(xsdNS, "schema").child(xsdNS, "element").attr("", "name") != testService {
		t.Error("schema is not inline")
	}
}

func TestWSDLChecks(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*xroad.WSDL){
		"no name":            func(w *xroad.WSDL) { w.Name = "" },
		"no namespace":       func(w *xroad.WSDL) { w.Namespace = "" },
		"no operations":      func(w *xroad.WSDL) { w.Operations = nil },
		"operation not name": func(w *xroad.WSDL) { w.Operations[0].Name = "a b" },
		"no schema":          func(w *xroad.WSDL) { w.Schemas = nil },
		"other namespace":    func(w *xroad.WSDL) { w.Namespace = "urn:other" },
		"no response":        func(w *xroad.WSDL) { w.Schemas[0] = strings.Replace(w.Schemas[0], "_v1Response", "_v2", 1) },
		"import elsewhere": func(w *xroad.WSDL) {
			w.Schemas[0] = strings.Replace(w.Schemas[0], "<xs:element", `<xs:import namespace="a" schemaLocation="b"/><xs:element`, 1)
		},
		"not a schema":    func(w *xroad.WSDL) { w.Schemas[0] = "<a/>" },
		"not XML":         func(w *xroad.WSDL) { w.Schemas[0] = "<a>" },
		"XML declaration": func(w *xroad.WSDL) { w.Schemas[0] = `<?xml version="1.0"?>` + strings.TrimSpace(w.Schemas[0]) },
	} {
		description := testWSDL()
		change(description)
		if _, err := description.Marshal("http://a/", true); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if _, err := xroad.NewHandler(xroad.Config{Operations: []xroad.Operation{operation(greet)}, WSDL: description}); err == nil {
			t.Errorf("%s: accepted by NewHandler", name)
		}
	}
}

// TestServeWSDLWithoutHost asks as HTTP/1.0 may.
func TestServeWSDLWithoutHost(t *testing.T) {
	t.Parallel()
	request := httptest.NewRequest(http.MethodGet, "/?wsdl", nil)
	request.Host, request.Proto, request.ProtoMinor = "", "HTTP/1.0", 0
	local := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 8444}
	request = request.WithContext(context.WithValue(request.Context(), http.LocalAddrContextKey, local))
	response := httptest.NewRecorder()
	newHandler(t, xroad.Config{WSDL: testWSDL()}).ServeHTTP(response, request)
	root := parse(t, response.Body.Bytes())
	if got := root.child(wsdlNS, "service").child(wsdlNS, "port").child(soapNS, "address").attr("", "location"); got != "http://192.0.2.1:8444/" {
		t.Errorf("address %s", got)
	}
}

func TestServeWSDL(t *testing.T) {
	t.Parallel()
	seen := &recorder{}
	handler := newHandler(t, xroad.Config{WSDL: testWSDL(), Observe: seen.observe})
	fixed := testWSDL()
	fixed.Address = "https://fixed/"
	for _, test := range []struct {
		handler         http.Handler
		target, address string
		parts           int
	}{
		{handler, "http://host:81/soap?wsdl", "http://host:81/soap", 0},
		{handler, "https://host/?WSDL", "https://host/", 0},
		{handler, "http://host?wsdl=headers", "http://host/", 5},
		{newHandler(t, xroad.Config{WSDL: fixed}), "http://host/?wsdl", "https://fixed/", 0},
	} {
		response := httptest.NewRecorder()
		test.handler.ServeHTTP(response, httptest.NewRequest(http.MethodGet, test.target, nil))
		root := parse(t, response.Body.Bytes())
		address := root.child(wsdlNS, "service").child(wsdlNS, "port").child(soapNS, "address").attr("", "location")
		if response.Code != http.StatusOK || address != test.address || len(headerParts(root, "output")) != test.parts {
			t.Errorf("%s: %d, address %s, %v", test.target, response.Code, address, headerParts(root, "output"))
		}
	}
	if !seen.last(t).WSDL {
		t.Errorf("observed %+v", seen.last(t))
	}
	none := httptest.NewRecorder()
	newHandler(t, xroad.Config{}).ServeHTTP(none, httptest.NewRequest(http.MethodGet, "/?wsdl", nil))
	checkFault(t, none, xroad.CodeInvalidHTTPMethod)
}
