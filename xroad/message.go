package xroad

import (
	"errors"
	"io"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// Message is a request, or a response that is not a fault.
type Message struct {
	Version Version
	Header  *Header
	Body    *Body
}

// Limits bounds a message. A zero value stands for the default given.
type Limits struct {
	Size       int64 // bytes of the HTTP body; 10 MiB, above which security servers fail too
	Depth      int   // nested elements; 64
	Elements   int   // elements in all; 100,000
	Attributes int   // attributes of one element; 64
	Token      int   // bytes of one tag or text; 1 MiB

	// These are for multipart messages.
	Parts      int   // envelope included; 100
	PartHeader int   // bytes of the header of one part; 16 KiB
	Part       int64 // bytes of the content of one part, with its transfer encoding undone; as Size
}

func (l Limits) withDefaults() Limits {
	if l.Size <= 0 {
		l.Size = 10 << 20
	}
	if l.Part <= 0 {
		l.Part = l.Size
	}
	for value, standard := range map[*int]int{
		&l.Depth: 64, &l.Elements: 100_000, &l.Attributes: 64, &l.Token: 1 << 20, &l.Parts: 100, &l.PartHeader: 16 << 10,
	} {
		if *value <= 0 {
			*value = standard
		}
	}
	return l
}

func (l Limits) scanner() strictxml.Limits {
	const namespaces = 256 // no tool declares more than some twenty
	return strictxml.Limits{Depth: l.Depth, Elements: l.Elements, Attributes: l.Attributes, Namespaces: namespaces, Token: l.Token}
}

// ReadMessage reads a message from an HTTP body with the given Content-Type, either bare or as the root part of a
// multipart message; attachments are passed over, see [ReadPackage].
//
// A message that is wrong is a [*Fault], with the header to echo if it could be read completely. Any other error is
// the reader's own.
func ReadMessage(r io.Reader, contentType string, limits Limits) (*Message, error) {
	read, err := readWith(r, contentType, limits, false)
	if err != nil {
		return nil, err
	}
	return &read.Message, nil
}

// readEnvelope reads an HTTP body to its end or, if it is a multipart message, up to the end of its envelope.
func readEnvelope(r io.Reader, contentType string, limits Limits) (*incoming, error) {
	media, parameters := parseMediaType(contentType)
	if media == "multipart/related" {
		return readRoot(r, parameters, limits)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	in := &incoming{data: data, charset: parameters["charset"]}
	switch media {
	case "text/xml":
	case "application/soap+xml":
		in.version = SOAP12
	default:
		return nil, invalidContentType("Тип вмісту не є повідомленням SOAP.", errors.New("media type is not SOAP"))
	}
	return in, nil
}

// parse reads the envelope in an encoded document.
func (p *parser) parse(data []byte, charset string, limits Limits) (*Message, error) {
	text, err := decodeText(data, charset)
	if err != nil {
		return nil, p.fail(CodeInvalidXML, "Кодування повідомлення невідоме або не відповідає заявленому.", err)
	}
	p.scanner, err = strictxml.NewScanner(text, limits.scanner())
	if err != nil {
		return nil, p.xmlFault(err)
	}
	return p.envelope()
}

func invalidContentType(text string, err error) *Fault {
	return &Fault{Code: CodeInvalidContentType, Text: text, Err: err}
}
