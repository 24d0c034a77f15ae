package strictxml

import (
	"bytes"
	"unicode/utf8"
)

// text reads character data up to the next markup. It returns no token for the white space around the root element.
func (s *Scanner) text(rest []byte) (*Token, error) {
	end := bytes.IndexByte(rest, '<')
	if end < 0 {
		end = len(rest)
	}
	raw := rest[:end]
	if err := s.checkToken(len(raw)); err != nil {
		return nil, err
	}
	if len(s.open) == 0 {
		if !Blank(raw) {
			return nil, s.fail(Malformed, "text outside the root element")
		}
		s.pos += end
		return nil, nil
	}
	if bytes.Contains(raw, []byte("]]>")) { // XML 1.0, production 14
		return nil, s.fail(Malformed, "]]> in text")
	}
	text, err := s.resolve(raw, false)
	if err != nil {
		return nil, err
	}
	s.pos += end
	s.token = Token{Kind: Text, Text: text}
	return &s.token, nil
}

func (s *Scanner) cdata(rest []byte) (*Token, error) {
	const open, closing = "<![CDATA[", "]]>"
	if len(s.open) == 0 {
		return nil, s.fail(Malformed, "CDATA section outside the root element")
	}
	length := bytes.Index(rest[len(open):], []byte(closing))
	if length < 0 {
		return nil, s.fail(Malformed, "CDATA section without end")
	}
	if err := s.checkToken(length); err != nil {
		return nil, err
	}
	raw := rest[len(open) : len(open)+length]
	if bytes.IndexByte(raw, '\r') >= 0 {
		raw = normaliseLineEnds(raw)
	}
	s.pos += len(open) + length + len(closing)
	s.token = Token{Kind: Text, Text: raw}
	return &s.token, nil
}

func (s *Scanner) comment(rest []byte) error {
	const open = "<!--"
	length := bytes.Index(rest[len(open):], []byte("--"))
	if length < 0 {
		return s.fail(Malformed, "comment without end")
	}
	if err := s.checkToken(length); err != nil {
		return err
	}
	end := len(open) + length + len("--")
	if end >= len(rest) || rest[end] != '>' { // XML 1.0, production 15
		return s.fail(Malformed, "-- inside a comment")
	}
	s.pos += end + 1
	return nil
}

// resolve replaces references and normalises line ends, in attributes all white space (XML 1.0, clauses 2.11, 3.3.3,
// 4.4). It returns its argument when there is nothing to do, which is the usual case.
func (s *Scanner) resolve(raw []byte, attribute bool) ([]byte, error) {
	special := "&\r"
	if attribute {
		special = "&\r\n\t"
	}
	if !bytes.ContainsAny(raw, special) {
		return raw, nil
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; {
		case b == '&':
			semicolon := bytes.IndexByte(raw[i:], ';')
			if semicolon < 0 {
				return nil, s.fail(Malformed, "& without ;")
			}
			var err error
			if out, err = s.reference(out, raw[i+1:i+semicolon]); err != nil {
				return nil, err
			}
			i += semicolon
		case b == '\r':
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
			out = append(out, lineEnd(attribute))
		case b == '\n' || b == '\t' && attribute:
			if b == '\n' {
				b = lineEnd(attribute)
			} else {
				b = ' '
			}
			out = append(out, b)
		default:
			out = append(out, b)
		}
	}
	return out, nil
}

func lineEnd(attribute bool) byte {
	if attribute {
		return ' '
	}
	return '\n'
}

func normaliseLineEnds(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// reference appends what a reference, given without & and ;, stands for.
func (s *Scanner) reference(out, name []byte) ([]byte, error) {
	switch string(name) {
	case "lt":
		return append(out, '<'), nil
	case "gt":
		return append(out, '>'), nil
	case "amp":
		return append(out, '&'), nil
	case "quot":
		return append(out, '"'), nil
	case "apos":
		return append(out, '\''), nil
	}
	if len(name) == 0 || name[0] != '#' {
		return nil, s.fail(Forbidden, "entity reference")
	}
	r, ok := characterReference(name[1:])
	if !ok {
		return nil, s.fail(Malformed, "character reference")
	}
	return utf8.AppendRune(out, r), nil
}

// characterReference parses the digits of production 66 and checks the character against production 2.
func characterReference(digits []byte) (rune, bool) {
	base := rune(10)
	if len(digits) > 0 && digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	if len(digits) == 0 {
		return 0, false
	}
	var r rune
	for _, d := range digits {
		var v rune
		switch {
		case '0' <= d && d <= '9':
			v = rune(d - '0')
		case base == 16 && 'a' <= d|0x20 && d|0x20 <= 'f':
			v = rune(d|0x20-'a') + 10
		default:
			return 0, false
		}
		if r = r*base + v; r > utf8.MaxRune {
			return 0, false
		}
	}
	if r < ' ' {
		return r, r == '\t' || r == '\n' || r == '\r'
	}
	return r, utf8.ValidRune(r) && r != 0xFFFE && r != 0xFFFF
}

// writeAttributeValue escapes a value for a place between double quotes.
func writeAttributeValue(out *bytes.Buffer, value string) {
	for i := range len(value) {
		switch b := value[i]; b {
		case '&':
			out.WriteString("&amp;")
		case '<':
			out.WriteString("&lt;")
		case '"':
			out.WriteString("&quot;")
		case '\t':
			out.WriteString("&#x9;")
		case '\n':
			out.WriteString("&#xA;")
		case '\r':
			out.WriteString("&#xD;")
		default:
			out.WriteByte(b)
		}
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }
