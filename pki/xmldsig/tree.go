package xmldsig

import "strings"

// Document is a parsed document. It never changes.
type Document struct {
	Root *Element

	before, after []string // comments outside the root
	ids           map[string]*Element
}

// Element is an element with what is inside it.
type Element struct {
	Space, Local string // namespace and local name
	Prefix       string
	Attributes   []Attribute
	Children     []Node
	Parent       *Element // nil of the root

	declared []declaration
}

// Attribute is an attribute which declares no namespace.
type Attribute struct {
	Space, Local string
	Prefix       string
	Value        string
}

// Node is one thing inside an element: an element, a text or a comment.
type Node struct {
	Element *Element // nil of text and comment
	Text    string
	Comment bool
}

// declaration is xmlns:prefix="uri"; the default namespace has no prefix.
type declaration struct{ prefix, uri string }

// The namespace of the prefix xml, and the one nobody may use.
const (
	namespaceXML   = "http://www.w3.org/XML/1998/namespace"
	namespaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// Is reports whether the element has the name.
func (e *Element) Is(space, local string) bool { return e.Local == local && e.Space == space }

// Attribute returns the value of an attribute without a namespace.
func (e *Element) Attribute(local string) (string, bool) {
	for _, a := range e.Attributes {
		if a.Space == "" && a.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

// Language returns the attribute xml:lang.
func (e *Element) Language() string {
	for _, a := range e.Attributes {
		if a.Space == namespaceXML && a.Local == "lang" {
			return a.Value
		}
	}
	return ""
}

// Elements returns the elements directly inside e. It reports false when there is
// text beside them.
func (e *Element) Elements() ([]*Element, bool) {
	var out []*Element
	for _, n := range e.Children {
		switch {
		case n.Element != nil:
			out = append(out, n.Element)
		case !n.Comment && strings.Trim(n.Text, whitespace) != "":
			return nil, false
		}
	}
	return out, true
}

// Text returns the text of an element that has nothing but text. Comments, which a
// signature does not cover, are left out and divide nothing.
func (e *Element) Text() (string, bool) {
	var only string
	var more strings.Builder
	texts := 0
	for _, n := range e.Children {
		switch {
		case n.Element != nil:
			return "", false
		case n.Comment:
		case texts == 0:
			only, texts = n.Text, 1
		default:
			if texts == 1 {
				more.WriteString(only)
			}
			more.WriteString(n.Text)
			texts++
		}
	}
	if texts > 1 {
		only = more.String()
	}
	return strings.Trim(only, whitespace), true
}

// whitespace is what XML calls white space (XML 1.0, production 3).
const whitespace = " \t\n\r"

// collectIDs finds every identifier of the document. An identifier given twice
// is refused: what a signature names by it must be one thing.
func (d *Document) collectIDs(e *Element) error {
	for _, a := range e.Attributes {
		own := a.Space == "" && strings.EqualFold(a.Local, "id")
		if !own && (a.Space != namespaceXML || a.Local != "id") {
			continue
		}
		if other, taken := d.ids[a.Value]; taken && other != e {
			return syntax("an identifier is given twice")
		}
		d.ids[a.Value] = e
	}
	for _, n := range e.Children {
		if n.Element != nil {
			if err := d.collectIDs(n.Element); err != nil {
				return err
			}
		}
	}
	return nil
}
