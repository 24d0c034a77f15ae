package xroad

import (
	"bytes"
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
	setDefault(&l.Size, 10<<20)
	setDefault(&l.Part, l.Size)
	setDefault(&l.Depth, 64)
	setDefault(&l.Elements, 100_000)
	setDefault(&l.Attributes, 64)
	setDefault(&l.Token, 1<<20)
	setDefault(&l.Parts, 100)
	setDefault(&l.PartHeader, 16<<10)
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
	data, err := readAll(r)
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

// readAll is io.ReadAll for messages, most of which are small.
func readAll(r io.Reader) ([]byte, error) {
	const usual = 4 << 10
	data := make([]byte, usual)
	for n := 0; ; {
		read, err := r.Read(data[n:])
		switch n += read; {
		case errors.Is(err, io.EOF):
			return data[:n], nil
		case err != nil:
			return nil, err
		case n == usual:
			return io.ReadAll(io.MultiReader(bytes.NewReader(data), r))
		}
	}
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
