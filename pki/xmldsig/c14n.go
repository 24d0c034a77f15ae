package xmldsig

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strings"
)

// Canonicalization is a way to write a document or a part of it so that equal
// content has equal bytes. The zero value is Canonical XML 1.0 without comments.
type Canonicalization struct {
	Exclusive bool // Exclusive XML Canonicalization 1.0
	Comments  bool
	// Prefixes is the InclusiveNamespaces PrefixList of the exclusive form; "#default"
	// stands for no prefix.
	Prefixes []string
}

// The names of the canonicalisations.
const (
	AlgorithmC14N             = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	AlgorithmC14NComments     = AlgorithmC14N + "#WithComments"
	AlgorithmExclusive        = "http://www.w3.org/2001/10/xml-exc-c14n#"
	AlgorithmExclusiveComment = AlgorithmExclusive + "WithComments"
)

func canonicalizationOf(uri string) (Canonicalization, bool) {
	switch uri {
	case AlgorithmC14N:
		return Canonicalization{}, true
	case AlgorithmC14NComments:
		return Canonicalization{Comments: true}, true
	case AlgorithmExclusive:
		return Canonicalization{Exclusive: true}, true
	case AlgorithmExclusiveComment:
		return Canonicalization{Exclusive: true, Comments: true}, true
	}
	return Canonicalization{}, false
}

// WriteDocument writes the whole document.
func (m Canonicalization) WriteDocument(w io.Writer, d *Document) error {
	out := bufio.NewWriter(w)
	if m.Comments {
		for _, text := range d.before {
			writeAll(out, "<!--", text, "-->\n")
		}
	}
	m.write(out, d.Root, nil)
	if m.Comments {
		for _, text := range d.after {
			writeAll(out, "\n<!--", text, "-->")
		}
	}
	return out.Flush()
}

// WriteElement writes an element and what is inside it, but for the element
// without, if there is one: what the transform enveloped-signature leaves.
func (m Canonicalization) WriteElement(w io.Writer, e, without *Element) error {
	out := bufio.NewWriter(w)
	m.write(out, e, without)
	return out.Flush()
}

func (m Canonicalization) write(w *bufio.Writer, apex, without *Element) {
	c := &canonicalizer{Canonicalization: m, w: w, without: without, scope: map[string]string{}, rendered: map[string]string{}}
	c.element(apex, true)
}

// writeAll writes; a failed write shows when the writer is flushed.
func writeAll(w *bufio.Writer, parts ...string) {
	for _, s := range parts {
		_, _ = w.WriteString(s)
	}
}

// canonicalizer walks one subtree.
type canonicalizer struct {
	Canonicalization
	w       *bufio.Writer
	without *Element
	// scope are the namespaces in scope of the element being written, rendered those
	// in scope of the output, by prefix.
	scope, rendered map[string]string
}

func (c *canonicalizer) element(e *Element, apex bool) {
	if e == c.without {
		return
	}
	declared := e.declared
	if apex {
		declared = inScope(e)
	}
	hidden := replace(c.scope, declared)
	render := c.toRender(e, declared)
	unrendered := replace(c.rendered, render)

	writeAll(c.w, "<")
	c.name(e.Prefix, e.Local)
	for _, d := range render {
		if d.prefix == "" {
			writeAll(c.w, ` xmlns="`)
		} else {
			writeAll(c.w, ` xmlns:`, d.prefix, `="`)
		}
		writeAll(c.w, attributeEscapes.Replace(d.uri), `"`)
	}
	for _, a := range c.attributes(e, apex) {
		writeAll(c.w, " ")
		c.name(a.Prefix, a.Local)
		writeAll(c.w, `="`, attributeEscapes.Replace(a.Value), `"`)
	}
	writeAll(c.w, ">")
	for _, n := range e.Children {
		switch {
		case n.Element != nil:
			c.element(n.Element, false)
		case !n.Comment:
			writeAll(c.w, textEscapes.Replace(n.Text))
		case c.Comments:
			writeAll(c.w, "<!--", n.Text, "-->")
		}
	}
	writeAll(c.w, "</")
	c.name(e.Prefix, e.Local)
	writeAll(c.w, ">")

	restore(c.rendered, unrendered)
	restore(c.scope, hidden)
}

func (c *canonicalizer) name(prefix, local string) {
	if prefix != "" {
		writeAll(c.w, prefix, ":")
	}
	writeAll(c.w, local)
}

// inScope lists every namespace in scope of an element.
func inScope(e *Element) []declaration {
	var out []declaration
	seen := map[string]bool{}
	for ; e != nil; e = e.Parent {
		for _, d := range e.declared {
			if !seen[d.prefix] {
				seen[d.prefix] = true
				out = append(out, d)
			}
		}
	}
	return out
}

// toRender lists, in order, the declarations which the element's start tag gets:
// of those candidates the ones which differ from what the output has in scope.
// Candidates are all namespaces in scope, of which declared holds those that can
// differ (Canonical XML 1.0, clause 2.3), or, in the exclusive form, the ones which
// the element or its attributes use and the ones listed (clause 3).
func (c *canonicalizer) toRender(e *Element, declared []declaration) []declaration {
	var out []declaration
	consider := func(prefix string) {
		uri := c.scope[prefix]
		if old, ok := c.rendered[prefix]; prefix == "xml" || old == uri && (ok || uri == "") {
			return
		}
		for _, d := range out {
			if d.prefix == prefix {
				return
			}
		}
		out = append(out, declaration{prefix, uri})
	}
	for _, d := range declared {
		if !c.Exclusive || c.listed(d.prefix) {
			consider(d.prefix)
		}
	}
	if c.Exclusive {
		consider(e.Prefix)
		for _, a := range e.Attributes {
			if a.Prefix != "" {
				consider(a.Prefix)
			}
		}
	}
	slices.SortFunc(out, func(a, b declaration) int { return cmp.Compare(a.prefix, b.prefix) })
	return out
}

func (c *canonicalizer) listed(prefix string) bool {
	if prefix == "" {
		prefix = "#default"
	}
	return slices.Contains(c.Prefixes, prefix)
}

// attributes lists an element's attributes in order. The first element of the
// inclusive form inherits attributes of the namespace xml from those around it
// (Canonical XML 1.0, clause 2.4).
func (c *canonicalizer) attributes(e *Element, apex bool) []Attribute {
	out := slices.Clone(e.Attributes)
	if apex && !c.Exclusive {
		for outer := e.Parent; outer != nil; outer = outer.Parent {
			for _, a := range outer.Attributes {
				if a.Space == namespaceXML && !slices.ContainsFunc(out, func(o Attribute) bool {
					return o.Space == a.Space && o.Local == a.Local
				}) {
					out = append(out, a)
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b Attribute) int {
		return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Local, b.Local))
	})
	return out
}

// replaced is an entry of a map as it was.
type replaced struct {
	declaration
	had bool
}

func replace(scope map[string]string, by []declaration) []replaced {
	var out []replaced
	for _, d := range by {
		uri, had := scope[d.prefix]
		out = append(out, replaced{declaration{d.prefix, uri}, had})
		scope[d.prefix] = d.uri
	}
	return out
}

func restore(scope map[string]string, was []replaced) {
	for _, r := range slices.Backward(was) {
		if r.had {
			scope[r.prefix] = r.uri
		} else {
			delete(scope, r.prefix)
		}
	}
}

// The characters which are written as references (Canonical XML 1.0, clause 2.3).
var (
	textEscapes      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	attributeEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)
