package xroadtest

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// element returns requestHash over an envelope.
func (d *Digest) element(envelope []byte) string {
	h := d.New()
	h.Write(envelope)
	return `<xroad:requestHash xmlns:xroad="` + xroad.NamespaceXRoad + `" algorithmId="` + escape(d.URI) + `">` +
		base64.StdEncoding.EncodeToString(h.Sum(nil)) + `</xroad:requestHash>`
}

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder does not fail
	return out.String()
}

// marshal writes a message as UXP wrote the one that was recorded: the fields in the order of its own, requestHash
// after the id.
func marshal(m *xroad.Message, hash string) []byte {
	return assemble(m.Version, marshalHeader(m.Header, hash), m.Body.Raw)
}

// assemble puts an envelope together. A header that is empty is left out.
func assemble(version xroad.Version, header string, body []byte) []byte {
	var out bytes.Buffer
	out.WriteString(xml.Header + `<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + version.Namespace() + `" xmlns:xroad="` +
		xroad.NamespaceXRoad + `" xmlns:id="` + xroad.NamespaceIdentifiers + `">`)
	if header != "" {
		out.WriteString("<SOAP-ENV:Header>" + header + "</SOAP-ENV:Header>")
	}
	out.WriteString("<SOAP-ENV:Body>")
	declaration, err := strictxml.ParseDeclaration(body)
	if err == nil {
		body = body[declaration.Length:]
	}
	out.Write(body)
	out.WriteString("</SOAP-ENV:Body></SOAP-ENV:Envelope>")
	return out.Bytes()
}

func marshalHeader(h *xroad.Header, hash string) string {
	var out strings.Builder
	element := func(name, text string) { out.WriteString("<" + name + ">" + escape(text) + "</" + name + ">") }
	optional := func(name string, text *string) {
		if text != nil {
			element(name, *text)
		}
	}
	identifier := func(name, kind string, pairs ...string) {
		out.WriteString("<xroad:" + name + ` id:objectType="` + kind + `">`)
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i+1] != "" {
				element("id:"+pairs[i], pairs[i+1])
			}
		}
		out.WriteString("</xroad:" + name + ">")
	}
	optional("xroad:userId", h.UserID)
	client, kind := h.Client, "SUBSYSTEM"
	if client.Subsystem == "" {
		kind = "MEMBER"
	}
	identifier("client", kind, "xRoadInstance", client.Instance, "memberClass", client.Class, "memberCode", client.Member,
		"subsystemCode", client.Subsystem)
	service := h.Service
	identifier("service", "SERVICE", "xRoadInstance", service.Instance, "memberClass", service.Class, "memberCode", service.Member,
		"subsystemCode", service.Subsystem, "serviceCode", service.Service, "serviceVersion", service.Version)
	if server := h.SecurityServer; server != nil {
		identifier("securityServer", "SERVER", "xRoadInstance", server.Instance, "memberClass", server.Class,
			"memberCode", server.Member, "serverCode", server.Server)
	}
	optional("xroad:issue", h.Issue)
	if party := h.RepresentedParty; party != nil {
		out.WriteString(`<repr:representedParty xmlns:repr="` + xroad.NamespaceRepresentation + `">`)
		optional("repr:partyClass", party.Class)
		element("repr:partyCode", party.Code)
		out.WriteString("</repr:representedParty>")
	}
	element("xroad:protocolVersion", h.ProtocolVersion)
	element("xroad:id", h.ID)
	out.WriteString(hash)
	return out.String()
}

// marshalFault writes a fault as security servers do: the code without a prefix, an actor without content, a UUID in
// the detail. How UXP writes one in SOAP 1.2 is inferred from that version's rules.
func marshalFault(version xroad.Version, code, text, detail string) []byte {
	detail = `<faultDetail xmlns="">` + escape(detail) + `</faultDetail>`
	if version == xroad.SOAP12 {
		value := "Receiver"
		if strings.HasPrefix(strings.ToLower(code), "client") {
			value = "Sender"
		}
		return assemble(version, "", []byte(`<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:`+value+
			`</SOAP-ENV:Value><SOAP-ENV:Subcode><SOAP-ENV:Value>xroad:`+escape(code)+
			`</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang="en">`+escape(text)+
			`</SOAP-ENV:Text></SOAP-ENV:Reason><SOAP-ENV:Detail>`+detail+`</SOAP-ENV:Detail></SOAP-ENV:Fault>`))
	}
	return assemble(version, "", []byte(`<SOAP-ENV:Fault><faultcode>`+escape(code)+`</faultcode><faultstring>`+escape(text)+
		`</faultstring><faultactor></faultactor><detail>`+detail+`</detail></SOAP-ENV:Fault>`))
}

// spliceHash puts requestHash right after the id and takes out one that the provider may have put there. The envelope
// was read before; only UTF-8 can be cut like this.
func spliceHash(envelope []byte, hash string) ([]byte, error) {
	decoder := xml.NewDecoder(bytes.NewReader(envelope))
	const inHeader = 3 // Envelope, Header, field
	var out bytes.Buffer
	written, depth, begin, done := int64(0), 0, int64(0), false
	for {
		offset := decoder.InputOffset()
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) && done {
			out.Write(envelope[written:])
			return out.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth == inHeader {
				begin = offset
			}
		case xml.EndElement:
			depth--
			if depth != inHeader-1 || token.Name.Space != xroad.NamespaceXRoad {
				continue
			}
			switch end := decoder.InputOffset(); token.Name.Local {
			case "id":
				out.Write(envelope[written:end])
				out.WriteString(hash)
				written, done = end, true
			case "requestHash":
				out.Write(envelope[written:begin])
				written = end
			}
		}
	}
}

// readFault recognises a fault, with or without header, in UTF-8. Others are not seen as such: the reader for messages
// decides about them.
func readFault(envelope []byte) (code string, version xroad.Version, ok bool) {
	const megabyte = 1 << 20
	envelope = bytes.TrimPrefix(envelope, []byte("\xEF\xBB\xBF"))
	scanner, err := strictxml.NewScanner(envelope, strictxml.Limits{Depth: 64, Elements: 10_000, Attributes: 64, Namespaces: 256, Token: megabyte})
	if err != nil {
		return "", 0, false
	}
	depth, inBody, inFault, inCode := 0, false, false, false
	for {
		token, err := scanner.Next()
		if errors.Is(err, io.EOF) {
			return strings.TrimSpace(code), version, ok
		}
		if err != nil {
			return "", 0, false
		}
		switch token.Kind {
		case strictxml.Start:
			depth++
			space := version.Namespace()
			switch {
			case depth == 1 && token.Is(xroad.NamespaceSOAP12, "Envelope"):
				version = xroad.SOAP12
			case depth == 1 && !token.Is(xroad.NamespaceSOAP11, "Envelope"):
				return "", 0, false
			case depth == 2:
				inBody = token.Is(space, "Body")
			case depth == 3:
				inFault = inBody && token.Is(space, "Fault")
				ok = ok || inFault
			case inFault && (depth == 4 && token.Is("", "faultcode") || token.Is(xroad.NamespaceSOAP12, "Value")):
				inCode, code = true, "" // the last value is the subcode, which tells more
			}
		case strictxml.End:
			depth--
			inCode = false
			inFault = inFault && depth >= 3
		case strictxml.Text:
			if inCode {
				code += string(token.Text)
			}
		}
	}
}
