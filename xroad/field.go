package xroad

import (
	"errors"
	"slices"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// readField reads the header field whose start tag is given.
func (p *parser) readField(h *Header, f field, start *strictxml.Token) error {
	switch f {
	case fieldClient:
		return p.readClient(h, start)
	case fieldService:
		return p.readService(h, start)
	case fieldSecurityServer:
		return p.readSecurityServer(h, start)
	case fieldRepresentedParty:
		return p.readRepresentedParty(h)
	}
	text, err := p.readText(f)
	if err != nil {
		return err
	}
	switch f {
	case fieldID:
		h.ID = text
	case fieldUserID:
		h.UserID = &text
	case fieldIssue:
		h.Issue = &text
	case fieldProtocolVersion:
		h.ProtocolVersion = text
	}
	return nil
}

// readText reads text up to the end of the field, in however many pieces it comes.
func (p *parser) readText(f field) (string, error) {
	var first []byte
	pieces := 0
	for {
		token, err := p.scanner.Next()
		if err != nil {
			return "", p.xmlFault(err)
		}
		switch token.Kind {
		case strictxml.End:
			return string(first), nil
		case strictxml.Start:
			return "", p.invalidField(f, "element inside text")
		case strictxml.Text:
			if pieces++; pieces == 1 {
				first = token.Text[:len(token.Text):len(token.Text)] // appending must copy: it may lie in the document
			} else {
				first = append(first, token.Text...)
			}
		}
	}
}

func (p *parser) invalidField(f field, reason string) *Fault {
	code := CodeInvalidHeaderField
	switch f {
	case fieldClient:
		code = CodeInvalidClientIdentifier
	case fieldService:
		code = CodeInvalidServiceIdentifier
	}
	return p.fail(code, "Поле заголовка "+f.String()+" має неправильний вміст.", errors.New(f.String()+": "+reason))
}

// code is a child element of a structured field and where its text goes.
type code struct {
	local string
	to    *string
}

// maxCodes is how many children a structured field has at most.
const maxCodes = 6

// readCodes reads the children of a structured field, in any order, each at most once. It returns which were there.
func (p *parser) readCodes(f field, space string, codes []code) (present [maxCodes]bool, err error) {
	for {
		token, err := p.next()
		if err != nil {
			return present, err
		}
		if token.Kind == strictxml.End {
			return present, nil
		}
		index := -1
		for i := range codes {
			if token.Is(space, codes[i].local) {
				index = i
			}
		}
		if index < 0 {
			return present, p.invalidField(f, "unknown child element")
		}
		if present[index] {
			return present, p.invalidField(f, "repeated child element "+codes[index].local)
		}
		present[index] = true
		if *codes[index].to, err = p.readText(f); err != nil {
			return present, err
		}
	}
}

// readIdentifier reads an identifier (PR-MESS, clause 2.1). The optional codes may be absent, but what is
// present may not be empty.
func (p *parser) readIdentifier(f field, codes []code, optional ...string) error {
	present, err := p.readCodes(f, NamespaceIdentifiers, codes)
	if err != nil {
		return err
	}
	for i, c := range codes {
		if !present[i] {
			if !slices.Contains(optional, c.local) {
				return p.invalidField(f, "no "+c.local)
			}
			continue
		}
		if err := checkCode(*c.to); err != nil {
			return p.invalidField(f, c.local+": "+err.Error())
		}
	}
	return nil
}

func objectType(start *strictxml.Token) string {
	value, _ := start.Attr(NamespaceIdentifiers, "objectType")
	return string(value)
}

func (p *parser) readClient(h *Header, start *strictxml.Token) error {
	kind := objectType(start)
	id := &h.Client
	err := p.readIdentifier(fieldClient, []code{
		{"xRoadInstance", &id.Instance}, {"memberClass", &id.Class}, {"memberCode", &id.Member},
		{"subsystemCode", &id.Subsystem},
	}, "subsystemCode")
	if err != nil {
		return err
	}
	if kind != clientObjectType(*id) {
		return p.invalidField(fieldClient, "objectType does not fit")
	}
	return nil
}

// clientObjectType is the type that goes with the presence of a subsystem.
func clientObjectType(id ClientID) string {
	if id.Subsystem == "" {
		return "MEMBER"
	}
	return "SUBSYSTEM"
}

func (p *parser) readService(h *Header, start *strictxml.Token) error {
	if objectType(start) != "SERVICE" {
		return p.invalidField(fieldService, "objectType is not SERVICE")
	}
	id := &h.Service
	return p.readIdentifier(fieldService, []code{
		{"xRoadInstance", &id.Instance}, {"memberClass", &id.Class}, {"memberCode", &id.Member},
		{"subsystemCode", &id.Subsystem}, {"serviceCode", &id.Service}, {"serviceVersion", &id.Version},
	}, "subsystemCode", "serviceVersion")
}

func (p *parser) readSecurityServer(h *Header, start *strictxml.Token) error {
	if objectType(start) != "SERVER" {
		return p.invalidField(fieldSecurityServer, "objectType is not SERVER")
	}
	id := &SecurityServerID{}
	h.SecurityServer = id
	return p.readIdentifier(fieldSecurityServer, []code{
		{"xRoadInstance", &id.Instance}, {"memberClass", &id.Class}, {"memberCode", &id.Member},
		{"serverCode", &id.Server},
	})
}

func (p *parser) readRepresentedParty(h *Header) error {
	party := &RepresentedParty{}
	h.RepresentedParty = party
	var class string
	present, err := p.readCodes(fieldRepresentedParty, NamespaceRepresentation, []code{
		{"partyClass", &class}, {"partyCode", &party.Code},
	})
	if err != nil {
		return err
	}
	if !present[1] {
		return p.invalidField(fieldRepresentedParty, "no partyCode")
	}
	if present[0] {
		party.Class = &class
	}
	return nil
}
