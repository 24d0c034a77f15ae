// Package strictxml reads the XML that strangers send: one document held in memory, XML 1.0 (fifth edition) with
// Namespaces in XML 1.0, no document type, no processing instructions, no entities but the five predefined ones, and
// a bound on everything that can be repeated or nested.
//
// It exists because encoding/xml is lenient where a protocol boundary must not be: it accepts repeated attributes,
// undeclared prefixes, several root elements and text around them, attributes without white space between, an XML
// declaration anywhere, and has no limits. Whatever this package accepts, encoding/xml reads to the same effect or, where
// a name has letters that only the fifth edition allows, refuses; so a value may be checked here and decoded there.
package strictxml

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// Limits bounds a document. Every value must be positive.
type Limits struct {
	Depth      int // elements open at once
	Elements   int // elements in all
	Attributes int // attributes, namespace declarations included, on one element
	Namespaces int // namespace declarations in scope at once
	Token      int // bytes of one tag, text, CDATA section or comment
}

// Reason says what is wrong with a document, as far as a caller decides by it.
type Reason uint8

// The reasons for refusing a document.
const (
	Malformed Reason = iota + 1 // not well-formed XML, or not namespace-well-formed
	Forbidden                   // well-formed perhaps, but a construct that is not accepted here
	TooLarge                    // beyond a limit
)

// Error is a refused document. Its text names the rule and the place, never the content.
type Error struct {
	Reason Reason
	Offset int // in bytes of the UTF-8 document
	Text   string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("xml, byte %d: %s", e.Offset, e.Text) }

// Kind is the kind of a token.
type Kind uint8

// The kinds of tokens. An empty-element tag yields Start and End. Comments yield nothing. A CDATA section is Text.
const (
	Start Kind = iota + 1
	End
	Text
)

// Attr is an attribute which is not a namespace declaration.
type Attr struct {
	Space string
	Local []byte
	Value []byte // references resolved, white space normalised (XML 1.0, clause 3.3.3)

	prefix []byte
}

// Token is a piece of the document. The token and its Attrs are overwritten by the next call of the scanner that made
// it; the names and texts are not.
type Token struct {
	Kind  Kind
	Space string
	Local []byte
	Attrs []Attr
	Text  []byte // references resolved, line ends normalised (XML 1.0, clause 2.11)
}

// Is reports whether the token's name is the given one.
func (t *Token) Is(space, local string) bool { return string(t.Local) == local && t.Space == space }

// Attr returns the value of the named attribute.
func (t *Token) Attr(space, local string) ([]byte, bool) {
	for i := range t.Attrs {
		if string(t.Attrs[i].Local) == local && t.Attrs[i].Space == space {
			return t.Attrs[i].Value, true
		}
	}
	return nil, false
}

// Blank reports whether a text consists of white space only (XML 1.0, production 3).
func Blank(text []byte) bool {
	for _, b := range text {
		if !isSpace(b) {
			return false
		}
	}
	return true
}

// Scanner splits a document into tokens and checks it on the way.
type Scanner struct {
	data   []byte
	pos    int
	limits Limits

	open       []element
	bindings   []binding
	elements   int
	emptyClose bool // the last Start came from an empty-element tag, its End is due
	begin      int  // where the markup of the last token begins

	token Token
	attrs []Attr
}

type element struct {
	qname    []byte
	space    string
	local    []byte
	bindings int // declarations in scope outside this element
}

type binding struct {
	prefix []byte
	space  string
}

// NewScanner checks the characters and the XML declaration of a UTF-8 document without byte order mark.
func NewScanner(data []byte, limits Limits) (*Scanner, error) {
	s := &Scanner{
		data: data, limits: limits,
		// An envelope with its header fits in without growing.
		open: make([]element, 0, 8), bindings: make([]binding, 0, 8), attrs: make([]Attr, 0, 2),
	}
	if err := s.checkCharacters(); err != nil {
		return nil, err
	}
	declaration, err := ParseDeclaration(data)
	if err != nil {
		return nil, err
	}
	s.pos = declaration.Length
	return s, nil
}

// IsText reports whether a text has only characters that XML has (production 2 of XML 1.0), escaped or not.
func IsText(text string) bool {
	return (&Scanner{data: []byte(text)}).checkCharacters() == nil
}

// checkCharacters enforces production 2 of XML 1.0 for the whole document at once, so that no token has to.
func (s *Scanner) checkCharacters() error {
	if !utf8.Valid(s.data) {
		return &Error{Malformed, 0, "not UTF-8"}
	}
	for i := 0; i < len(s.data); i++ {
		if i+8 <= len(s.data) && plain(binary.LittleEndian.Uint64(s.data[i:])) {
			i += 7
			continue
		}
		b := s.data[i]
		if b < ' ' && !isSpace(b) {
			return &Error{Malformed, i, "control character"}
		}
		if b == 0xEF && s.data[i+1] == 0xBF && s.data[i+2] >= 0xBE { // U+FFFE, U+FFFF
			return &Error{Malformed, i, "character not allowed in XML"}
		}
	}
	return nil
}

// plain reports whether none of eight bytes is a control character or begins a sequence of three. It may be wrong in
// saying no, which costs a closer look.
func plain(eight uint64) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	below := (eight - ones*' ') &^ eight & tops // bytes below space have borrowed
	long := eight & (eight << 1) & (eight << 2) & tops
	return below|long == 0
}

// Next returns the next token, or io.EOF after the end of a complete document.
func (s *Scanner) Next() (*Token, error) {
	if s.emptyClose {
		s.emptyClose = false
		return s.closeElement(), nil
	}
	for s.pos < len(s.data) {
		s.begin = s.pos
		rest := s.data[s.pos:]
		switch {
		case rest[0] != '<':
			token, err := s.text(rest)
			if token != nil || err != nil {
				return token, err
			}
		case bytes.HasPrefix(rest, []byte("</")):
			return s.endTag()
		case bytes.HasPrefix(rest, []byte("<!--")):
			if err := s.comment(rest); err != nil {
				return nil, err
			}
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			return s.cdata(rest)
		case bytes.HasPrefix(rest, []byte("<!")):
			return nil, s.fail(Forbidden, "document type or other declaration")
		case bytes.HasPrefix(rest, []byte("<?")):
			return nil, s.fail(Forbidden, "processing instruction")
		default:
			return s.startTag()
		}
	}
	if len(s.open) > 0 {
		return nil, s.fail(Malformed, "document ends inside an element")
	}
	if s.elements == 0 {
		return nil, s.fail(Malformed, "no root element")
	}
	return nil, io.EOF
}

// Span returns where the markup of the last token begins and ends, in bytes of the document. An empty-element tag is
// the markup of both its Start and its End.
func (s *Scanner) Span() (begin, end int) { return s.begin, s.pos }

// Skip consumes the rest of the element whose Start was returned last.
func (s *Scanner) Skip() error {
	for depth := 1; depth > 0; {
		token, err := s.Next()
		if err != nil {
			return err
		}
		switch token.Kind {
		case Start:
			depth++
		case End:
			depth--
		case Text:
		}
	}
	return nil
}

// Subtree consumes the rest of the element whose Start was returned last and returns its text as a document of its
// own: the bytes as they came, with every namespace declaration of the surroundings added to the start tag.
func (s *Scanner) Subtree() ([]byte, error) {
	top := s.open[len(s.open)-1]
	begin := s.begin
	afterName := begin + 1 + len(top.qname)

	var declarations bytes.Buffer
	for i := top.bindings - 1; i >= 0; i-- {
		outer := s.bindings[i]
		if outer.space == "" && len(outer.prefix) == 0 || s.shadowed(i) {
			continue
		}
		declarations.WriteString(" xmlns")
		if len(outer.prefix) > 0 {
			declarations.WriteByte(':')
			declarations.Write(outer.prefix)
		}
		declarations.WriteString(`="`)
		writeAttributeValue(&declarations, outer.space)
		declarations.WriteByte('"')
	}
	if err := s.Skip(); err != nil {
		return nil, err
	}
	return slices.Concat(s.data[begin:afterName], declarations.Bytes(), s.data[afterName:s.pos]), nil
}

// shadowed reports whether a later declaration in scope has the prefix of the one given.
func (s *Scanner) shadowed(index int) bool {
	for _, later := range s.bindings[index+1:] {
		if bytes.Equal(later.prefix, s.bindings[index].prefix) {
			return true
		}
	}
	return false
}

func (s *Scanner) fail(reason Reason, text string) error { return &Error{reason, s.pos, text} }

// checkToken bounds the markup between the token's beginning and the given length.
func (s *Scanner) checkToken(length int) error {
	if length > s.limits.Token {
		return s.fail(TooLarge, "token too long")
	}
	return nil
}
