package xroad

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// RequestHash is the digest of the request which the provider's security server puts into the response (PR-MESS,
// clause 2.3). It ties the two in the record of an exchange; nothing here can verify it, because it is made of the
// request as the security servers exchanged it.
type RequestHash struct {
	Algorithm string // URI
	Value     string // base64
}

// response is what a security server sent back: a message, or a fault.
type response struct {
	version Version
	header  *Header // nil only with a fault
	hash    *RequestHash
	body    *Body // nil with a fault
	fault   *remoteFault

	attachments Attachments
}

// remoteFault is a fault as it came, not yet fit to be told to anybody.
type remoteFault struct {
	code, text, detail string
	soap               bool // it came in an envelope, in REST
}

// readResponse reads an answer as [ReadPackage] does, keeping the attachments if they are wanted and it is no fault. A
// fault may lack the header, and one whose header is broken is still a fault, for which reason the envelope of such an
// answer is read again without it.
func readResponse(r io.Reader, contentType string, limits Limits, attachments bool) (*response, error) {
	out := &response{}
	read, err := readPackage(r, contentType, limits, func(in *incoming) (*Message, bool, error) {
		p := &parser{version: in.version, keepHash: true}
		message, err := in.parse(p, limits)
		if err != nil {
			var again error
			if message, again = in.parse(&parser{version: in.version, passHeader: true}, limits); again != nil || !isFault(message) {
				return nil, false, err
			}
		}
		out.hash = p.hash
		return message, attachments && !isFault(message), nil
	})
	if err != nil {
		return nil, err
	}
	out.version, out.header, out.body, out.attachments = read.Version, read.Header, read.Body, read.Attachments
	if isFault(&read.Message) {
		out.body = nil
		out.fault, err = readFault(read.Body)
	}
	return out, err
}

func isFault(m *Message) bool {
	return m.Body.Name == (xml.Name{Space: m.Version.Namespace(), Local: "Fault"})
}

// readHash reads the header field requestHash.
func (p *parser) readHash(start *strictxml.Token) error {
	algorithm, _ := start.Attr("", "algorithmId")
	hash := &RequestHash{Algorithm: string(algorithm)}
	invalid := func(reason string) error {
		return p.fail(CodeInvalidHeaderField, "Поле заголовка requestHash має неправильний вміст.", errors.New(reason))
	}
	if p.hash != nil {
		return invalid("requestHash comes twice")
	}
	for {
		token, err := p.scanner.Next()
		switch {
		case err != nil:
			return p.xmlFault(err)
		case token.Kind == strictxml.Start:
			return invalid("requestHash has an element inside")
		case token.Kind == strictxml.End:
			hash.Value = strings.TrimSpace(hash.Value)
			p.hash = hash
			return nil
		}
		const longest = 256 // 512 bits in base64 are 88
		if len(hash.Value)+len(token.Text) > longest || len(hash.Algorithm) > longest {
			return invalid("requestHash is too long")
		}
		hash.Value += string(token.Text)
	}
}

// faultElement is a fault of either version of SOAP. Names are matched in any namespace: SOAP 1.1 has the children of a
// fault in none, which not everybody heeds.
type faultElement struct {
	Code11   string      `xml:"faultcode"`
	Text11   string      `xml:"faultstring"`
	Detail11 faultDetail `xml:"detail"`
	Code12   faultCode   `xml:"Code"`
	Text12   []struct {
		Language string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		Text     string `xml:",chardata"`
	} `xml:"Reason>Text"`
	Detail12 faultDetail `xml:"Detail"`
}

type faultCode struct {
	Value   string     `xml:"Value"`
	Subcode *faultCode `xml:"Subcode"`
}

// faultDetail is the element of X-Road in the detail, or what is left of it when a security server has flattened it.
type faultDetail struct {
	Detail string `xml:"faultDetail"`
	Text   string `xml:",chardata"`
}

func readFault(body *Body) (*remoteFault, error) {
	var in faultElement
	if err := xml.Unmarshal(body.Raw, &in); err != nil {
		return nil, fmt.Errorf("read fault: %w", hideValue(err))
	}
	out := &remoteFault{code: localCode(in.Code11), text: in.Text11, detail: in.Detail11.value()}
	if body.Name.Space != NamespaceSOAP12 {
		return out, nil
	}
	out.code, out.detail = in.Code12.dotted(), in.Detail12.value()
	for i, reason := range in.Text12 {
		if i == 0 || reason.Language == language {
			out.text = reason.Text
		}
	}
	return out, nil
}

func (d faultDetail) value() string {
	return cmp.Or(strings.TrimSpace(d.Detail), strings.TrimSpace(d.Text))
}

// dotted returns the code as SOAP 1.1 would write it: the names of SOAP 1.2 are those of SOAP 1.1 again, and a subcode
// which is a whole code, as security servers have it, stands for itself.
func (c *faultCode) dotted() string {
	code := localCode(c.Value)
	switch code {
	case "Sender":
		code = "Client"
	case "Receiver":
		code = "Server"
	}
	for sub := c.Subcode; sub != nil; sub = sub.Subcode {
		switch local := localCode(sub.Value); {
		case local == "":
		case within(foldCode(local), "client"), within(foldCode(local), "server"):
			code = local
		default:
			code = clipTo(code+"."+local, longestCode)
		}
	}
	return code
}

const longestCode = 200

// localCode returns a qualified name without its prefix and without what has no place in a name.
func localCode(name string) string {
	name = name[strings.LastIndexByte(name, ':')+1:]
	return clipTo(cleanCode(name), longestCode)
}

func clipTo(text string, longest int) string {
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "")
}
