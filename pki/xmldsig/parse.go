package xmldsig

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Errors of parsing.
var (
	// ErrSyntax: the bytes are no XML, or XML of a kind that is refused.
	ErrSyntax = errors.New("xmldsig: not the XML that is accepted")
	// ErrLimit: the document is larger or deeper than allowed.
	ErrLimit = errors.New("xmldsig: limit exceeded")
)

func syntax(what string) error { return fmt.Errorf("%w: %s", ErrSyntax, what) }

func limit(what string) error { return fmt.Errorf("%w: %s", ErrLimit, what) }

// Limits bound a document. Zero values mean the defaults.
type Limits struct {
	Size  int // bytes; 20 MiB
	Depth int // elements inside each other; 64
	// Nodes are elements, attributes, declarations of namespaces, texts and comments
	// together; 1,000,000.
	Nodes int
}

func (l Limits) withDefaults() Limits {
	if l.Size == 0 {
		l.Size = 20 << 20
	}
	if l.Depth == 0 {
		l.Depth = 64
	}
	if l.Nodes == 0 {
		l.Nodes = 1_000_000
	}
	return l
}

// Bounds of a single element; no list in use comes near.
const (
	maxAttributes = 64
	maxNameBytes  = 256
)

// Parse reads a document (XML 1.0, fifth edition; Namespaces in XML 1.0).
func Parse(raw []byte, limits Limits) (*Document, error) {
	limits = limits.withDefaults()
	if len(raw) > limits.Size {
		return nil, limit("size")
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	if err := checkCharacters(text); err != nil {
		return nil, err
	}
	if strings.Contains(text, "\r") { // XML 1.0, clause 2.11
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	p := &parser{in: text, limits: limits, doc: &Document{ids: map[string]*Element{}}, scope: map[string]string{"xml": namespaceXML}}
	if err := p.document(); err != nil {
		return nil, err
	}
	if err := p.doc.collectIDs(p.doc.Root); err != nil {
		return nil, err
	}
	return p.doc, nil
}

// checkCharacters wants UTF-8 and the characters of production 2.
func checkCharacters(text string) error {
	for i, r := range text {
		switch {
		case r == utf8.RuneError:
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return syntax("not UTF-8")
			}
		case !isCharacter(r):
			return syntax("a character that XML does not allow")
		}
	}
	return nil
}

func isCharacter(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r >= 0x20 && r <= 0xd7ff, r >= 0xe000 && r <= 0xfffd, r >= 0x10000 && r <= 0x10ffff:
		return true
	}
	return false
}

// parser reads the text once, from its start to its end.
type parser struct {
	in     string
	at     int
	limits Limits
	nodes  int
	doc    *Document
	open   []*Element        // elements not yet closed
	names  []string          // and their names as written
	scope  map[string]string // namespaces of the innermost, by prefix
	undo   [][]declaration   // what each open element hid in scope
}

func (p *parser) document() error {
	if err := p.xmlDeclaration(); err != nil {
		return err
	}
	for p.at < len(p.in) {
		if err := p.next(); err != nil {
			return err
		}
	}
	if p.doc.Root == nil || len(p.open) > 0 {
		return syntax("the document ends too early")
	}
	return nil
}

// xmlDeclaration reads <?xml …?> (production 23).
func (p *parser) xmlDeclaration() error {
	if !strings.HasPrefix(p.in, "<?xml") {
		return nil
	}
	inside, _, ok := strings.Cut(p.in[len("<?xml"):], "?>")
	if !ok {
		return syntax("XML declaration")
	}
	p.at = len("<?xml") + len(inside) + len("?>")
	head := &parser{in: inside}
	for i, want := range []string{"version", "encoding", "standalone"} {
		rest := head.at
		spaced := head.space()
		name := head.name()
		if name != want {
			if i == 0 {
				return syntax("XML declaration")
			}
			head.at = rest
			continue
		}
		value, err := head.quoted()
		if err != nil || !spaced {
			return syntax("XML declaration")
		}
		switch {
		case want == "version" && value != "1.0":
			return syntax("another version of XML than 1.0")
		case want == "encoding" && !strings.EqualFold(value, "UTF-8"):
			return syntax("another encoding than UTF-8")
		case want == "standalone" && value != "yes" && value != "no":
			return syntax("XML declaration")
		}
	}
	head.space()
	if head.at != len(inside) {
		return syntax("XML declaration")
	}
	return nil
}

// next reads one piece of markup or one stretch of text.
func (p *parser) next() error {
	rest := p.in[p.at:]
	switch {
	case strings.HasPrefix(rest, "<!--"):
		return p.comment()
	case strings.HasPrefix(rest, "<![CDATA["):
		return p.cdata()
	case strings.HasPrefix(rest, "<!"):
		return syntax("a document type or other declaration")
	case strings.HasPrefix(rest, "<?"):
		return syntax("a processing instruction")
	case strings.HasPrefix(rest, "</"):
		return p.endTag()
	case strings.HasPrefix(rest, "<"):
		return p.startTag()
	}
	return p.text()
}

func (p *parser) spend(n int) error {
	if p.nodes += n; p.nodes > p.limits.Nodes {
		return limit("number of nodes")
	}
	return nil
}

// add puts a text or comment into the innermost element.
func (p *parser) add(n Node) error {
	if err := p.spend(1); err != nil {
		return err
	}
	e := p.open[len(p.open)-1]
	e.Children = append(e.Children, n)
	return nil
}

func (p *parser) comment() error {
	text, _, ok := strings.Cut(p.in[p.at+len("<!--"):], "--")
	end := p.at + len("<!--") + len(text)
	if !ok || !strings.HasPrefix(p.in[end:], "-->") {
		return syntax("comment")
	}
	p.at = end + len("-->")
	switch {
	case len(p.open) > 0:
		return p.add(Node{Text: text, Comment: true})
	case p.doc.Root == nil:
		p.doc.before = append(p.doc.before, text)
	default:
		p.doc.after = append(p.doc.after, text)
	}
	return p.spend(1)
}

func (p *parser) cdata() error {
	text, _, ok := strings.Cut(p.in[p.at+len("<![CDATA["):], "]]>")
	if !ok || len(p.open) == 0 {
		return syntax("CDATA section")
	}
	p.at += len("<![CDATA[") + len(text) + len("]]>")
	return p.add(Node{Text: text})
}

func (p *parser) text() error {
	text, _, _ := strings.Cut(p.in[p.at:], "<")
	p.at += len(text)
	if len(p.open) == 0 {
		if strings.Trim(text, whitespace) != "" {
			return syntax("text outside the root")
		}
		return nil
	}
	if strings.Contains(text, "]]>") {
		return syntax("]]> in text")
	}
	text, err := expand(text)
	if err != nil {
		return err
	}
	return p.add(Node{Text: text})
}

// expand replaces references (productions 66 and 68).
func expand(text string) (string, error) {
	before, rest, found := strings.Cut(text, "&")
	if !found {
		return text, nil
	}
	var b strings.Builder
	b.Grow(len(text))
	for found {
		b.WriteString(before)
		name, after, ok := strings.Cut(rest, ";")
		if !ok {
			return "", syntax("a reference without its end")
		}
		r, err := referred(name)
		if err != nil {
			return "", err
		}
		b.WriteRune(r)
		before, rest, found = strings.Cut(after, "&")
	}
	b.WriteString(before)
	return b.String(), nil
}

func referred(name string) (rune, error) {
	switch name {
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "amp":
		return '&', nil
	case "apos":
		return '\'', nil
	case "quot":
		return '"', nil
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := rune(10)
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	if !ok || digits == "" {
		return 0, syntax("an entity")
	}
	var r rune
	for _, c := range digits {
		d := digit(c)
		if d >= base {
			return 0, syntax("a character reference")
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, syntax("a character reference")
		}
	}
	if !isCharacter(r) {
		return 0, syntax("a reference to a character that XML does not allow")
	}
	return r, nil
}

// digit returns 16 for what is none.
func digit(c rune) rune {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
