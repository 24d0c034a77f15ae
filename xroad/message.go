package xroad

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"

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
}

func (l Limits) withDefaults() Limits {
	if l.Size <= 0 {
		l.Size = 10 << 20
	}
	for value, standard := range map[*int]int{&l.Depth: 64, &l.Elements: 100_000, &l.Attributes: 64, &l.Token: 1 << 20} {
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
// multipart message (SOAP Messages with Attachments, XOP); attachments are passed over.
//
// A message that is wrong is a [*Fault], with the header to echo if it could be read completely. Any other error is
// the reader's own.
func ReadMessage(r io.Reader, contentType string, limits Limits) (*Message, error) {
	limits = limits.withDefaults()
	found, err := readEnvelope(r, contentType, limits)
	if err != nil {
		return nil, err
	}
	return parseMessage(found.data, found.parameters["charset"], found.version, limits)
}

// readEnvelope reads an HTTP body to its end and finds the envelope in it.
func readEnvelope(r io.Reader, contentType string, limits Limits) (*root, error) {
	data, err := io.ReadAll(io.LimitReader(r, limits.Size+1))
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	if int64(len(data)) > limits.Size {
		return nil, &Fault{Code: CodeTooLarge, Text: "Повідомлення завелике.", Err: errors.New("message beyond size limit")}
	}
	media, parameters := parseMediaType(contentType)
	switch media {
	case "text/xml":
		return &root{data, parameters, SOAP11}, nil
	case "application/soap+xml":
		return &root{data, parameters, SOAP12}, nil
	case "multipart/related":
		found, err := readRoot(data, parameters)
		if err != nil {
			return nil, invalidContentType("Повідомлення multipart не містить конверта SOAP.", err)
		}
		return found, nil
	}
	return nil, invalidContentType("Тип вмісту не є повідомленням SOAP.", errors.New("media type is not SOAP"))
}

// parseMessage reads an envelope. The version is the one to answer in when the envelope does not tell.
func parseMessage(data []byte, charset string, version Version, limits Limits) (*Message, error) {
	return (&parser{version: version}).parse(data, charset, limits)
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

// parseMediaType is mime.ParseMediaType, forgiving about parameters: they are dropped when they cannot be read, as when
// a client gives charset twice. Some clients put single quotes around values.
func parseMediaType(value string) (string, map[string]string) {
	media, parameters, err := mime.ParseMediaType(value)
	if err != nil {
		bare, _, _ := strings.Cut(value, ";")
		return strings.ToLower(strings.TrimSpace(bare)), nil
	}
	for name, value := range parameters {
		parameters[name] = strings.Trim(value, "'")
	}
	return media, parameters
}
