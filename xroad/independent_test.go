package xroad_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// node is an XML element read by encoding/xml alone, to check this package's reader and writer by something else.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func (n *node) child(space, local string) *node {
	for i := range n.Nodes {
		if n.Nodes[i].XMLName == (xml.Name{Space: space, Local: local}) {
			return &n.Nodes[i]
		}
	}
	return nil
}

func (n *node) attr(space, local string) string {
	for _, a := range n.Attrs {
		if a.Name == (xml.Name{Space: space, Local: local}) {
			return a.Value
		}
	}
	return ""
}

// independent reads an envelope in UTF-8, with or without byte order mark.
func independent(t *testing.T, document []byte) *node {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(document, []byte("\uFEFF"))))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	envelope := &node{}
	if err := decoder.Decode(envelope); err != nil {
		t.Fatalf("encoding/xml cannot read %.2000s: %v", document, err)
	}
	return envelope
}

const (
	ns11 = "http://schemas.xmlsoap.org/soap/envelope/"
	ns12 = "http://www.w3.org/2003/05/soap-envelope"
)

func (n *node) soap(local string) *node {
	if found := n.child(ns11, local); found != nil {
		return found
	}
	return n.child(ns12, local)
}

// headerLines lists the X-Road fields of an envelope's header in their sequence, as text to be compared.
func headerLines(envelope *node) []string {
	var lines []string
	header := envelope.soap("Header")
	if header == nil {
		return nil
	}
	for _, field := range header.Nodes {
		known := field.XMLName.Space == "http://x-road.eu/xsd/xroad.xsd" ||
			field.XMLName.Space == "http://x-road.eu/xsd/representation.xsd"
		if !known || strings.HasPrefix(field.XMLName.Local, "request") || strings.HasPrefix(field.XMLName.Local, "unknown") {
			continue
		}
		line := fmt.Sprintf("%s %s", field.XMLName, field.attr("http://x-road.eu/xsd/identifiers", "objectType"))
		if len(field.Nodes) == 0 {
			line += fmt.Sprintf(" %q", field.Text)
		}
		var parts []string
		for _, part := range field.Nodes {
			parts = append(parts, fmt.Sprintf("\n  %s %q", part.XMLName, part.Text))
		}
		slices.Sort(parts) // the schema has one order, in which they are written whatever it was
		lines = append(lines, line+strings.Join(parts, ""))
	}
	return lines
}

// faultOf returns code and text of a fault in either version of SOAP.
func faultOf(t *testing.T, envelope *node) (code, text, detail string) {
	t.Helper()
	body := envelope.soap("Body")
	if body == nil || len(body.Nodes) != 1 {
		t.Fatalf("no body with one child: %+v", envelope)
	}
	fault := &body.Nodes[0]
	if fault.XMLName.Local != "Fault" {
		t.Fatalf("body is %v, want a fault", fault.XMLName)
	}
	detailOf := func(n *node) string {
		if n == nil {
			return ""
		}
		return n.child("", "faultDetail").Text
	}
	if fault.XMLName.Space == ns11 {
		return fault.child("", "faultcode").Text, fault.child("", "faultstring").Text, detailOf(fault.child("", "detail"))
	}
	codeNode := fault.child(ns12, "Code")
	code = codeNode.child(ns12, "Value").Text
	if sub := codeNode.child(ns12, "Subcode"); sub != nil {
		code += " " + sub.child(ns12, "Value").Text
	}
	reason := fault.child(ns12, "Reason").child(ns12, "Text")
	if reason.attr("http://www.w3.org/XML/1998/namespace", "lang") != "uk" {
		t.Errorf("reason without language: %+v", reason)
	}
	return code, reason.Text, detailOf(fault.child(ns12, "Detail"))
}
