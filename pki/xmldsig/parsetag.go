package xmldsig

import (
	"strings"
	"unicode/utf8"
)

// written is an attribute as it stands in the document.
type written struct{ name, value string }

// startTag reads a start tag or an empty element (productions 40 and 44).
func (p *parser) startTag() error {
	if p.doc.Root != nil && len(p.open) == 0 {
		return syntax("a second root")
	}
	if len(p.open) == p.limits.Depth {
		return limit("depth")
	}
	p.at++
	name := p.name()
	attributes, err := p.attributes()
	if err != nil {
		return err
	}
	e := &Element{}
	if len(p.open) == 0 {
		p.doc.Root = e
	} else {
		e.Parent = p.open[len(p.open)-1]
		e.Parent.Children = append(e.Parent.Children, Node{Element: e})
	}
	if err := p.spend(1 + len(attributes)); err != nil {
		return err
	}
	if err := p.resolve(e, name, attributes); err != nil {
		return err
	}
	p.open, p.names = append(p.open, e), append(p.names, name)
	if strings.HasPrefix(p.in[p.at:], "/>") {
		p.at += len("/>")
		p.close()
		return nil
	}
	p.at++ // attributes ended at "/>" or ">"
	return nil
}

// attributes reads up to the end of the tag.
func (p *parser) attributes() ([]written, error) {
	var out []written
	for {
		apart := p.space()
		rest := p.in[p.at:]
		if strings.HasPrefix(rest, ">") || strings.HasPrefix(rest, "/>") {
			return out, nil
		}
		name := p.name()
		if !apart || name == "" {
			return nil, syntax("tag")
		}
		value, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if strings.Contains(value, "<") {
			return nil, syntax("< in an attribute")
		}
		// White space becomes spaces unless it was written as a reference (clause 3.3.3).
		value, err = expand(strings.Map(spaced, value))
		if err != nil {
			return nil, err
		}
		for _, other := range out {
			if other.name == name {
				return nil, syntax("an attribute given twice")
			}
		}
		if len(out) == maxAttributes {
			return nil, limit("attributes of an element")
		}
		out = append(out, written{name, value})
	}
}

func spaced(r rune) rune {
	if r == '\t' || r == '\n' {
		return ' '
	}
	return r
}

// resolve gives names their namespaces (Namespaces in XML 1.0, clauses 3 to 6).
func (p *parser) resolve(e *Element, name string, attributes []written) error {
	var hidden []declaration
	for _, a := range attributes {
		prefix, isPrefixed := strings.CutPrefix(a.name, "xmlns:")
		if !isPrefixed && a.name != "xmlns" {
			continue
		}
		if !isPrefixed {
			prefix = ""
		}
		if err := checkDeclaration(prefix, isPrefixed, a.value); err != nil {
			return err
		}
		if prefix == "xml" {
			continue
		}
		e.declared = append(e.declared, declaration{prefix, a.value})
		hidden = append(hidden, declaration{prefix, p.scope[prefix]})
		p.scope[prefix] = a.value
	}
	p.undo = append(p.undo, hidden)
	var err error
	if e.Prefix, e.Local, err = splitName(name); err != nil {
		return err
	}
	if e.Space, err = p.namespace(e.Prefix); err != nil {
		return err
	}
	for _, a := range attributes {
		if a.name == "xmlns" || strings.HasPrefix(a.name, "xmlns:") {
			continue
		}
		out := Attribute{Value: a.value}
		if out.Prefix, out.Local, err = splitName(a.name); err != nil {
			return err
		}
		if out.Prefix != "" {
			if out.Space, err = p.namespace(out.Prefix); err != nil {
				return err
			}
		}
		for _, other := range e.Attributes {
			if other.Local == out.Local && other.Space == out.Space {
				return syntax("an attribute given twice")
			}
		}
		e.Attributes = append(e.Attributes, out)
	}
	return nil
}

func checkDeclaration(prefix string, isPrefixed bool, uri string) error {
	first, _ := utf8.DecodeRuneInString(prefix)
	switch {
	case isPrefixed && (prefix == "" || !isNameStart(first) || strings.Contains(prefix, ":") || prefix == "xmlns" || uri == ""),
		(prefix == "xml") != (uri == namespaceXML), uri == namespaceXMLNS:
		return syntax("declaration of a namespace")
	case uri != "" && !isAbsoluteURI(uri): // Canonical XML 1.0, clause 1.3
		return syntax("a namespace that is not an absolute URI")
	}
	return nil
}

// isAbsoluteURI reports whether a text begins with a scheme and has the characters of a
// URI (RFC 3986, clauses 2 and 3.1).
func isAbsoluteURI(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	if !ok || scheme == "" {
		return false
	}
	for i, c := range scheme {
		if !isLetter(c) && (i == 0 || !strings.ContainsRune("0123456789+-.", c)) {
			return false
		}
	}
	for i, c := range uri {
		switch {
		case c == '%':
			if len(uri) < i+3 || digit(rune(uri[i+1])) > 15 || digit(rune(uri[i+2])) > 15 {
				return false
			}
		case !isLetter(c) && !strings.ContainsRune("0123456789-._~:/?#[]@!$&'()*+,;=", c):
			return false
		}
	}
	return true
}

func isLetter(c rune) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func splitName(name string) (prefix, local string, err error) {
	prefix, local, found := strings.Cut(name, ":")
	if !found {
		prefix, local = "", name
	}
	first, _ := utf8.DecodeRuneInString(local)
	if local == "" || found && prefix == "" || strings.Contains(local, ":") || prefix == "xmlns" || !isNameStart(first) {
		return "", "", syntax("name")
	}
	return prefix, local, nil
}

func (p *parser) namespace(prefix string) (string, error) {
	uri, known := p.scope[prefix]
	if prefix != "" && (!known || uri == "") {
		return "", syntax("a prefix without a namespace")
	}
	return uri, nil
}

func (p *parser) endTag() error {
	p.at += len("</")
	name := p.name()
	p.space()
	if len(p.open) == 0 || name != p.names[len(p.names)-1] || !strings.HasPrefix(p.in[p.at:], ">") {
		return syntax("end tag")
	}
	p.at++
	p.close()
	return nil
}

func (p *parser) close() {
	last := len(p.open) - 1
	hidden := p.undo[last]
	for i := len(hidden) - 1; i >= 0; i-- {
		p.scope[hidden[i].prefix] = hidden[i].uri
	}
	p.open, p.names, p.undo = p.open[:last], p.names[:last], p.undo[:last]
}

func (p *parser) space() bool {
	rest := strings.TrimLeft(p.in[p.at:], whitespace)
	start := p.at
	p.at = len(p.in) - len(rest)
	return p.at > start
}

// name reads a name (production 5), or nothing.
func (p *parser) name() string {
	start := p.at
	for i, r := range p.in[start:] {
		if r != ':' && !isNameStart(r) && (i == 0 || !isNamePart(r)) || i > maxNameBytes {
			break
		}
		p.at = start + i + utf8.RuneLen(r)
	}
	return p.in[start:p.at]
}

// quoted reads what follows a name: ="value" (production 10).
func (p *parser) quoted() (string, error) {
	p.space()
	if !strings.HasPrefix(p.in[p.at:], "=") {
		return "", syntax("attribute")
	}
	p.at++
	p.space()
	if p.at == len(p.in) || p.in[p.at] != '"' && p.in[p.at] != '\'' {
		return "", syntax("attribute")
	}
	value, _, ok := strings.Cut(p.in[p.at+1:], p.in[p.at:p.at+1])
	if !ok {
		return "", syntax("attribute")
	}
	p.at += len(value) + 2
	return value, nil
}

// isNameStart is production 4, the colon apart.
func isNameStart(r rune) bool {
	switch {
	case r == '_', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z',
		0xc0 <= r && r <= 0xd6, 0xd8 <= r && r <= 0xf6, 0xf8 <= r && r <= 0x2ff,
		0x370 <= r && r <= 0x37d, 0x37f <= r && r <= 0x1fff, 0x200c <= r && r <= 0x200d,
		0x2070 <= r && r <= 0x218f, 0x2c00 <= r && r <= 0x2fef, 0x3001 <= r && r <= 0xd7ff,
		0xf900 <= r && r <= 0xfdcf, 0xfdf0 <= r && r <= 0xfffd, 0x10000 <= r && r <= 0xeffff:
		return true
	}
	return false
}

// isNamePart is what production 4a adds to that.
func isNamePart(r rune) bool {
	switch {
	case r == '-', r == '.', r == 0xb7, '0' <= r && r <= '9', 0x300 <= r && r <= 0x36f, 0x203f <= r && r <= 0x2040:
		return true
	}
	return false
}
