package strictxml

import (
	"bytes"
	"unicode/utf8"
)

// The namespaces bound by Namespaces in XML 1.0, clause 3.
const (
	xmlNamespace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsNamespace = "http://www.w3.org/2000/xmlns/"
)

func (s *Scanner) startTag() (*Token, error) {
	s.pos++ // <
	qname, prefix, local, err := s.name()
	if err != nil {
		return nil, err
	}
	if len(s.open) == 0 && s.elements > 0 {
		return nil, s.fail(Malformed, "second root element")
	}
	if s.elements++; s.elements > s.limits.Elements {
		return nil, s.fail(TooLarge, "too many elements")
	}
	if len(s.open) == s.limits.Depth {
		return nil, s.fail(TooLarge, "elements nested too deep")
	}
	outside := len(s.bindings)
	if err := s.attributes(); err != nil {
		return nil, err
	}
	if err := s.checkToken(s.pos - s.begin); err != nil {
		return nil, err
	}
	space, ok := s.lookup(prefix)
	if !ok {
		return nil, s.fail(Malformed, "element prefix without declaration")
	}
	if err := s.resolveAttributes(); err != nil {
		return nil, err
	}
	s.open = append(s.open, element{qname: qname, space: space, local: local, bindings: outside})
	s.token = Token{Kind: Start, Space: space, Local: local, Attrs: s.attrs}
	return &s.token, nil
}

func (s *Scanner) endTag() (*Token, error) {
	s.pos += len("</")
	if len(s.open) == 0 {
		return nil, s.fail(Malformed, "end tag without element")
	}
	qname := s.open[len(s.open)-1].qname
	if !bytes.HasPrefix(s.data[s.pos:], qname) {
		return nil, s.fail(Malformed, "end tag of another element")
	}
	s.pos += len(qname)
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != '>' {
		return nil, s.fail(Malformed, "end tag of another element")
	}
	s.pos++
	if err := s.checkToken(s.pos - s.begin); err != nil {
		return nil, err
	}
	return s.closeElement(), nil
}

func (s *Scanner) closeElement() *Token {
	top := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	s.bindings = s.bindings[:top.bindings]
	s.token = Token{Kind: End, Space: top.space, Local: top.local}
	return &s.token
}

// attributes reads to the end of the start tag. Declarations go to s.bindings, the others to s.attrs.
func (s *Scanner) attributes() error {
	s.attrs = s.attrs[:0]
	outside := len(s.bindings)
	for count := 0; ; count++ {
		spaced := s.space()
		if s.pos >= len(s.data) {
			return s.fail(Malformed, "tag without end")
		}
		switch s.data[s.pos] {
		case '>':
			s.pos++
			return nil
		case '/':
			if s.pos+1 >= len(s.data) || s.data[s.pos+1] != '>' {
				return s.fail(Malformed, "/ inside a tag")
			}
			s.pos += 2
			s.emptyClose = true
			return nil
		}
		if !spaced {
			return s.fail(Malformed, "no white space before an attribute")
		}
		if count == s.limits.Attributes {
			return s.fail(TooLarge, "too many attributes")
		}
		if err := s.attribute(outside); err != nil {
			return err
		}
	}
}

func (s *Scanner) attribute(outside int) error {
	_, prefix, local, err := s.name()
	if err != nil {
		return err
	}
	s.space()
	if s.pos >= len(s.data) || s.data[s.pos] != '=' {
		return s.fail(Malformed, "attribute without value")
	}
	s.pos++
	s.space()
	value, err := s.quoted()
	if err != nil {
		return err
	}
	switch {
	case string(prefix) == "xmlns":
		return s.declare(local, value, outside)
	case len(prefix) == 0 && string(local) == "xmlns":
		return s.declare(nil, value, outside)
	}
	s.attrs = append(s.attrs, Attr{Local: local, Value: value, prefix: prefix})
	return nil
}

func (s *Scanner) quoted() ([]byte, error) {
	if s.pos >= len(s.data) || s.data[s.pos] != '"' && s.data[s.pos] != '\'' {
		return nil, s.fail(Malformed, "attribute value without quotes")
	}
	quote := s.data[s.pos]
	length := bytes.IndexByte(s.data[s.pos+1:], quote)
	if length < 0 {
		return nil, s.fail(Malformed, "attribute value without end")
	}
	if err := s.checkToken(length); err != nil {
		return nil, err
	}
	raw := s.data[s.pos+1 : s.pos+1+length]
	if bytes.IndexByte(raw, '<') >= 0 {
		return nil, s.fail(Malformed, "< in an attribute value")
	}
	value, err := s.resolve(raw, true)
	if err != nil {
		return nil, err
	}
	s.pos += length + 2
	return value, nil
}

// declare adds a namespace declaration (Namespaces in XML 1.0, clauses 2.2, 3 and 5).
func (s *Scanner) declare(prefix, value []byte, outside int) error {
	for _, own := range s.bindings[outside:] {
		if bytes.Equal(own.prefix, prefix) {
			return s.fail(Malformed, "namespace declared twice")
		}
	}
	space := string(value)
	isXML := string(prefix) == "xml"
	switch {
	case string(prefix) == "xmlns" || space == xmlnsNamespace,
		isXML != (space == xmlNamespace):
		return s.fail(Malformed, "reserved namespace or prefix")
	case len(prefix) > 0 && space == "":
		return s.fail(Malformed, "prefix declared as nothing")
	case isXML:
		return nil // it is bound already
	}
	if len(s.bindings) == s.limits.Namespaces {
		return s.fail(TooLarge, "too many namespace declarations")
	}
	s.bindings = append(s.bindings, binding{prefix, space})
	return nil
}

// resolveAttributes finds the attributes' namespaces and refuses repetitions (Namespaces in XML 1.0, clause 6.3).
func (s *Scanner) resolveAttributes() error {
	for i := range s.attrs {
		attr := &s.attrs[i]
		if len(attr.prefix) > 0 {
			space, ok := s.lookup(attr.prefix)
			if !ok {
				return s.fail(Malformed, "attribute prefix without declaration")
			}
			attr.Space = space
		}
		for _, earlier := range s.attrs[:i] {
			if bytes.Equal(earlier.Local, attr.Local) && earlier.Space == attr.Space {
				return s.fail(Malformed, "attribute given twice")
			}
		}
	}
	return nil
}

func (s *Scanner) lookup(prefix []byte) (string, bool) {
	for i := len(s.bindings) - 1; i >= 0; i-- {
		if bytes.Equal(s.bindings[i].prefix, prefix) {
			return s.bindings[i].space, true
		}
	}
	switch string(prefix) {
	case "":
		return "", true
	case "xml":
		return xmlNamespace, true
	}
	return "", false
}

// name reads a qualified name (Namespaces in XML 1.0, production 7).
func (s *Scanner) name() (qname, prefix, local []byte, err error) {
	rest := s.data[s.pos:]
	colon, end := -1, 0
	for end < len(rest) {
		b := rest[end]
		if isLetter(b) { // most are
			end++
			continue
		}
		if b == ':' {
			if colon >= 0 || end == 0 {
				return nil, nil, nil, s.fail(Malformed, "colon in a name")
			}
			colon = end
			end++
			continue
		}
		first := end == 0 || end == colon+1 && colon >= 0
		size := nameCharacter(rest[end:], first)
		if size == 0 {
			break
		}
		end += size
	}
	if end == 0 || end == colon+1 {
		return nil, nil, nil, s.fail(Malformed, "name expected")
	}
	if err := s.checkToken(end); err != nil {
		return nil, nil, nil, err
	}
	s.pos += end
	qname, local = rest[:end], rest[colon+1:end]
	if colon > 0 {
		prefix = rest[:colon]
	}
	return qname, prefix, local, nil
}

// space skips white space and reports whether there was any.
func (s *Scanner) space() bool {
	begin := s.pos
	for s.pos < len(s.data) && isSpace(s.data[s.pos]) {
		s.pos++
	}
	return s.pos > begin
}

// nameCharacter returns the length of the name character at the beginning of the text, or 0.
func nameCharacter(text []byte, first bool) int {
	switch b := text[0]; {
	case isLetter(b):
		return 1
	case '0' <= b && b <= '9', b == '-', b == '.':
		if first {
			return 0
		}
		return 1
	case b < utf8.RuneSelf:
		return 0
	}
	r, size := utf8.DecodeRune(text)
	if isNameStart(r) || !first && (r == 0xB7 || 0x300 <= r && r <= 0x36F || 0x203F <= r && r <= 0x2040) {
		return size
	}
	return 0
}

// isLetter is production 4 of XML 1.0 in ASCII, without the colon.
func isLetter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || b == '_'
}

// isNameStart is production 4 of XML 1.0 beyond ASCII.
func isNameStart(r rune) bool {
	switch {
	case 0xC0 <= r && r <= 0x2FF:
		return r != 0xD7 && r != 0xF7
	case 0x370 <= r && r <= 0x1FFF:
		return r != 0x37E
	case 0x200C <= r && r <= 0x200D, 0x2070 <= r && r <= 0x218F, 0x2C00 <= r && r <= 0x2FEF,
		0x3001 <= r && r <= 0xD7FF, 0xF900 <= r && r <= 0xFDCF, 0xFDF0 <= r && r <= 0xFFFD,
		0x10000 <= r && r <= 0xEFFFF:
		return true
	}
	return false
}

// IsName reports whether the text can be the local name of an element (Namespaces in XML 1.0, production 4).
func IsName(text string) bool {
	rest := []byte(text)
	for first := true; len(rest) > 0; first = false {
		size := nameCharacter(rest, first)
		if size == 0 {
			return false
		}
		rest = rest[size:]
	}
	return text != ""
}
