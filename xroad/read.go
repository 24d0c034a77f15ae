package xroad

import (
	"errors"
	"io"
	"strings"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// parser reads one envelope.
type parser struct {
	scanner *strictxml.Scanner
	version Version
	header  *Header // complete and fit to be echoed, or nil

	keepHash   bool         // requestHash is looked for, which only a response may have
	hash       *RequestHash // nil if absent
	passHeader bool         // the header is passed over, as far as it is XML
}

func (p *parser) fail(code, text string, err error) *Fault {
	return &Fault{Code: code, Text: text, Version: p.version, Header: p.header, Err: err}
}

// xmlFault words an error of the scanner.
func (p *parser) xmlFault(err error) *Fault {
	var refused *strictxml.Error
	if errors.As(err, &refused) {
		switch refused.Reason {
		case strictxml.TooLarge:
			return p.fail(CodeTooLarge, "Структура XML перевищує дозволені межі.", err)
		case strictxml.Forbidden:
			return p.fail(CodeInvalidXML, "DOCTYPE, сутності та інструкції обробки в XML не дозволені.", err)
		case strictxml.Malformed:
		}
	}
	return p.fail(CodeInvalidXML, "Повідомлення не є правильним XML.", err)
}

// invalidSOAP is for an envelope that breaks SOAP itself.
func (p *parser) invalidSOAP(reason string) *Fault {
	return p.fail(CodeInvalidSOAP, "Повідомлення не є правильним конвертом SOAP.", errors.New(reason))
}

// next returns the next start or end tag and refuses text before it.
func (p *parser) next() (*strictxml.Token, error) {
	for {
		token, err := p.scanner.Next()
		if err != nil {
			return nil, p.xmlFault(err)
		}
		if token.Kind != strictxml.Text {
			return token, nil
		}
		if !strictxml.Blank(token.Text) {
			return nil, p.invalidSOAP("text between elements")
		}
	}
}

// envelope reads the whole document (SOAP 1.1, clause 4; SOAP 1.2 part 1, clause 5.1).
func (p *parser) envelope() (*Message, error) {
	token, err := p.next()
	if err != nil {
		return nil, err
	}
	switch {
	case token.Is(NamespaceSOAP11, "Envelope"):
		p.version = SOAP11
	case token.Is(NamespaceSOAP12, "Envelope"):
		p.version = SOAP12
	case string(token.Local) == "Envelope":
		return nil, p.fail(CodeVersionMismatch, "Версія SOAP не підтримується.", errors.New("unknown envelope namespace"))
	default:
		return nil, p.invalidSOAP("root element is not an envelope")
	}
	var body *Body
	for {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		switch {
		case token.Kind == strictxml.End:
			return p.finish(body)
		case token.Is(p.version.Namespace(), "Header") && p.header == nil && body == nil:
			if p.passHeader {
				if err := p.scanner.Skip(); err != nil {
					return nil, p.xmlFault(err)
				}
				continue
			}
			if err := p.readHeader(); err != nil {
				return nil, err
			}
		case token.Is(p.version.Namespace(), "Body") && body == nil:
			if p.header == nil && !p.passHeader {
				return nil, p.missingHeader()
			}
			if body, err = p.readBody(); err != nil {
				return nil, err
			}
		default:
			return nil, p.invalidSOAP("unexpected child of the envelope")
		}
	}
}

func (p *parser) missingHeader() *Fault {
	return p.fail(CodeMissingHeader, "Повідомлення не має заголовка SOAP.", errors.New("no header"))
}

// finish checks what is left when the envelope has ended.
func (p *parser) finish(body *Body) (*Message, error) {
	if p.header == nil && !p.passHeader {
		return nil, p.missingHeader()
	}
	if body == nil {
		return nil, p.fail(CodeMissingBody, "Повідомлення не має тіла SOAP.", errors.New("no body"))
	}
	if _, err := p.scanner.Next(); !errors.Is(err, io.EOF) {
		return nil, p.xmlFault(err)
	}
	return &Message{Version: p.version, Header: p.header, Body: body}, nil
}

// readBody reads the one child of the body.
func (p *parser) readBody() (*Body, error) {
	invalid := func(reason string) *Fault {
		return p.fail(CodeInvalidBody, "Тіло SOAP повинно містити рівно один елемент.", errors.New(reason))
	}
	token, err := p.next()
	if err != nil {
		return nil, err
	}
	if token.Kind == strictxml.End {
		return nil, invalid("empty body")
	}
	body := &Body{}
	body.Name.Space, body.Name.Local = token.Space, string(token.Local)
	if body.Raw, err = p.scanner.Subtree(); err != nil {
		return nil, p.xmlFault(err)
	}
	if token, err = p.next(); err != nil {
		return nil, err
	}
	if token.Kind != strictxml.End {
		return nil, invalid("more than one element in the body")
	}
	return body, nil
}

// readHeader reads the SOAP header. Only a complete one is kept for the echo: a security server that compares half a
// header with its own would report that and hide our fault.
func (p *parser) readHeader() error {
	header := &Header{order: make([]field, 0, fieldCount)}
	var seen [fieldCount]bool
	understood := true
	for {
		token, err := p.next()
		if err != nil {
			return err
		}
		if token.Kind == strictxml.End {
			return p.checkHeader(header, seen, understood)
		}
		f, known := fieldOf(token.Space, token.Local)
		if !known && p.keepHash && token.Is(NamespaceXRoad, "requestHash") {
			if err := p.readHash(token); err != nil {
				return err
			}
			continue
		}
		if !known {
			understood = understood && !p.mustUnderstand(token)
			if err := p.scanner.Skip(); err != nil {
				return p.xmlFault(err)
			}
			continue
		}
		if seen[f] {
			return p.fail(CodeDuplicateHeaderField, "Поле заголовка "+f.String()+" повторюється.",
				errors.New("duplicate header field "+f.String()))
		}
		seen[f] = true
		header.order = append(header.order, f)
		if err := p.readField(header, f, token); err != nil {
			return err
		}
	}
}

// checkHeader decides about a header that was read to its end. An id may be empty, as X-Road's own tests have one.
func (p *parser) checkHeader(header *Header, seen [fieldCount]bool, understood bool) error {
	for _, f := range []field{fieldClient, fieldService, fieldID, fieldProtocolVersion} {
		if !seen[f] {
			return p.fail(CodeMissingHeaderField, "У заголовку бракує поля "+f.String()+".",
				errors.New("missing header field "+f.String()))
		}
	}
	p.header = header
	if !understood {
		return p.fail(CodeMustUnderstand, "Обов'язковий елемент заголовка SOAP не підтримується.",
			errors.New("unknown header element must be understood"))
	}
	if !isProtocolVersion(header.ProtocolVersion) {
		return p.fail(CodeInvalidProtocolVersion, "Версія протоколу повідомлень не підтримується, очікується 4.0.",
			errors.New("protocol version is not 4.x"))
	}
	return nil
}

// mustUnderstand reports whether an unknown header element is addressed to us and may not be ignored (SOAP 1.1,
// clauses 4.2.2 and 4.2.3; SOAP 1.2 part 1, clauses 2.2 and 5.2).
func (p *parser) mustUnderstand(token *strictxml.Token) bool {
	space := p.version.Namespace()
	value, _ := token.Attr(space, "mustUnderstand")
	if must := strings.TrimSpace(string(value)); must != "1" && must != "true" {
		return false
	}
	attribute := "actor"
	if p.version == SOAP12 {
		attribute = "role"
	}
	switch actor, _ := token.Attr(space, attribute); string(actor) {
	case "", "http://schemas.xmlsoap.org/soap/actor/next",
		NamespaceSOAP12 + "/role/next", NamespaceSOAP12 + "/role/ultimateReceiver":
		return true
	}
	return false
}
