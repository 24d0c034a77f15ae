package xroad

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"
)

// language is that of the texts in faults (SOAP 1.2 part 1, clause 5.4.2.1, demands that it be told).
const language = "uk"

// MarshalResponse returns the response message with the request's header and one element in the body: the payload
// under the given name, encoded by the rules of encoding/xml. Fields without a namespace of their own fall into the
// name's, as a schema with elementFormDefault="qualified" wants them. A nil payload makes an empty element.
func MarshalResponse(version Version, header *Header, name xml.Name, payload any) ([]byte, error) {
	element, err := marshalPayload(name, payload)
	if err != nil {
		return nil, fmt.Errorf("marshal response: %w", err)
	}
	return marshalEnvelope(version, header, element), nil
}

func marshalEnvelope(version Version, header *Header, element []byte) []byte {
	out := newEnvelope(len(element))
	openEnvelope(out, version, header)
	out.Write(element)
	closeEnvelope(out)
	return out.Bytes()
}

// newEnvelope has room for the usual header and so much more.
func newEnvelope(size int) *bytes.Buffer {
	const usual = 1536
	return bytes.NewBuffer(make([]byte, 0, usual+size))
}

func marshalPayload(name xml.Name, payload any) ([]byte, error) {
	value := reflect.ValueOf(payload)
	for value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	var out bytes.Buffer
	if !value.IsValid() { // nil, typed or not, which encoding/xml would leave out altogether
		writeStart(&out, name.Local, "xmlns", name.Space)
		writeEnd(&out, name.Local)
		return out.Bytes(), nil
	}
	if kind := value.Kind(); (kind == reflect.Slice || kind == reflect.Array) && value.Type().Elem().Kind() != reflect.Uint8 {
		return nil, errors.New("a list would make several elements, wrap it in a struct")
	}
	encoder := xml.NewEncoder(&out)
	if err := encoder.EncodeElement(payload, xml.StartElement{Name: name}); err != nil {
		return nil, err
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// openEnvelope writes everything before the body's child. All namespaces are declared on the envelope: there are
// clients which copy header elements as text.
func openEnvelope(out *bytes.Buffer, version Version, header *Header) {
	out.WriteString(xml.Header)
	out.WriteString(`<soap:Envelope xmlns:soap="` + version.Namespace() +
		`" xmlns:xroad="` + NamespaceXRoad + `" xmlns:id="` + NamespaceIdentifiers + `"`)
	if header != nil && header.RepresentedParty != nil {
		out.WriteString(` xmlns:repr="` + NamespaceRepresentation + `"`)
	}
	out.WriteString(`>`)
	if header != nil {
		out.WriteString(`<soap:Header>`)
		for _, f := range header.fields() {
			writeField(out, header, f)
		}
		out.WriteString(`</soap:Header>`)
	}
	out.WriteString(`<soap:Body>`)
}

func closeEnvelope(out *bytes.Buffer) {
	out.WriteString(`</soap:Body></soap:Envelope>`)
}

// writeField writes a field if it is present.
func writeField(out *bytes.Buffer, h *Header, f field) {
	switch f {
	case fieldClient:
		id := h.Client
		writeIdentifier(out, "xroad:client", clientObjectType(id), "id:xRoadInstance", id.Instance, "id:memberClass", id.Class,
			"id:memberCode", id.Member, "id:subsystemCode", id.Subsystem)
	case fieldService:
		id := h.Service
		writeIdentifier(out, "xroad:service", "SERVICE", "id:xRoadInstance", id.Instance, "id:memberClass", id.Class, "id:memberCode", id.Member,
			"id:subsystemCode", id.Subsystem, "id:serviceCode", id.Service, "id:serviceVersion", id.Version)
	case fieldSecurityServer:
		if id := h.SecurityServer; id != nil {
			writeIdentifier(out, "xroad:securityServer", "SERVER", "id:xRoadInstance", id.Instance, "id:memberClass", id.Class,
				"id:memberCode", id.Member, "id:serverCode", id.Server)
		}
	case fieldID:
		writeElement(out, "xroad:id", h.ID)
	case fieldProtocolVersion:
		writeElement(out, "xroad:protocolVersion", h.ProtocolVersion)
	case fieldUserID:
		writeOptional(out, "xroad:userId", h.UserID)
	case fieldIssue:
		writeOptional(out, "xroad:issue", h.Issue)
	case fieldRepresentedParty:
		if party := h.RepresentedParty; party != nil {
			out.WriteString("<repr:representedParty>")
			writeOptional(out, "repr:partyClass", party.Class)
			writeElement(out, "repr:partyCode", party.Code)
			out.WriteString("</repr:representedParty>")
		}
	}
}

// writeIdentifier writes the pairs of code name and code; empty codes are absent ones.
func writeIdentifier(out *bytes.Buffer, name, objectType string, pairs ...string) {
	writeStart(out, name, "id:objectType", objectType)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			writeElement(out, pairs[i], pairs[i+1])
		}
	}
	writeEnd(out, name)
}

func writeOptional(out *bytes.Buffer, name string, value *string) {
	if value != nil {
		writeElement(out, name, *value)
	}
}

func writeElement(out *bytes.Buffer, name, text string) {
	out.WriteByte('<')
	out.WriteString(name)
	out.WriteByte('>')
	writeText(out, text)
	writeEnd(out, name)
}

// writeStart writes a start tag with one attribute.
func writeStart(out *bytes.Buffer, name, attribute, value string) {
	out.WriteByte('<')
	out.WriteString(name)
	out.WriteByte(' ')
	out.WriteString(attribute)
	out.WriteString(`="`)
	writeText(out, value)
	out.WriteString(`">`)
}

func writeEnd(out *bytes.Buffer, name string) {
	out.WriteString("</")
	out.WriteString(name)
	out.WriteByte('>')
}

// writeText escapes text so that it is read back unchanged, carriage returns included.
func writeText(out *bytes.Buffer, text string) {
	for i := range len(text) {
		switch b := text[i]; {
		case b < ' ', b >= utf8.RuneSelf, b == '&', b == '<', b == '>', b == '"', b == '\'':
			_ = xml.EscapeText(out, []byte(text)) // a bytes.Buffer does not fail
			return
		}
	}
	out.WriteString(text)
}

// Marshal returns the fault as a message of its SOAP version, with its header if there is one.
func (f *Fault) Marshal() []byte {
	out := newEnvelope(len(f.Text))
	openEnvelope(out, f.Version, f.Header)
	if f.Version == SOAP12 {
		f.write12(out)
	} else {
		f.write11(out)
	}
	closeEnvelope(out)
	return out.Bytes()
}

// write11 writes SOAP 1.1, clause 4.4. The children have no namespace, and no namespace is in force by default.
func (f *Fault) write11(out *bytes.Buffer) {
	out.WriteString("<soap:Fault>")
	writeElement(out, "faultcode", "soap:"+f.dottedCode())
	writeElement(out, "faultstring", f.Text)
	if f.Detail != "" {
		out.WriteString("<detail>")
		writeElement(out, "faultDetail", f.Detail) // the element in which security servers put theirs
		out.WriteString("</detail>")
	}
	out.WriteString("</soap:Fault>")
}

// write12 writes SOAP 1.2 part 1, clause 5.4. There the dotted code has its place in a subcode.
func (f *Fault) write12(out *bytes.Buffer) {
	value, dotted := "Receiver", f.dottedCode()
	switch {
	case dotted == CodeMustUnderstand || dotted == CodeVersionMismatch:
		value, dotted = dotted, ""
	case f.Client():
		value = "Sender"
	}
	out.WriteString("<soap:Fault><soap:Code>")
	writeElement(out, "soap:Value", "soap:"+value)
	if strings.Contains(dotted, ".") {
		out.WriteString("<soap:Subcode>")
		writeElement(out, "soap:Value", "xroad:"+dotted)
		out.WriteString("</soap:Subcode>")
	}
	out.WriteString(`</soap:Code><soap:Reason><soap:Text xml:lang="` + language + `">`)
	writeText(out, f.Text)
	out.WriteString("</soap:Text></soap:Reason>")
	if f.Detail != "" {
		out.WriteString("<soap:Detail>")
		writeElement(out, "faultDetail", f.Detail)
		out.WriteString("</soap:Detail>")
	}
	out.WriteString("</soap:Fault>")
}

// dottedCode returns the code in the form that SOAP defines: one of its own names first, and nothing that could not
// stand in a qualified name.
func (f *Fault) dottedCode() string {
	clean := cleanCode(f.Code)
	switch {
	case f.Client(), clean == "Server", strings.HasPrefix(clean, "Server."):
		return clean
	case clean == "":
		return "Server"
	}
	return "Server." + clean
}

// cleanCode leaves out of a fault code what could not stand in a qualified name.
func cleanCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (r == '.' || r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			return r
		}
		return -1
	}, code)
}
