package xroadtest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// element is an element of a document that is written back with the prefixes it came with: attributes of WSDL and XML
// Schema hold qualified names, which no other prefix would fit.
type element struct {
	prefix, local string
	attrs         []xml.Attr // Name.Space is the prefix
	scope         *scope
	children      []any // *element or string
}

// scope is a namespace declaration with those around it.
type scope struct {
	outer         *scope
	prefix, space string
}

func (s *scope) resolve(prefix string) string {
	for ; s != nil; s = s.outer {
		if s.prefix == prefix {
			return s.space
		}
	}
	return ""
}

// readDocument reads a document within limits. Comments are dropped.
func readDocument(data []byte) (*element, error) {
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if err := checkDocument(data); err != nil {
		return nil, err
	}
	decoder := xml.NewDecoder(bytes.NewReader(data))
	top := &element{}
	open := []*element{top}
	for {
		token, err := decoder.RawToken()
		last := open[len(open)-1]
		switch {
		case errors.Is(err, io.EOF) && len(open) == 1 && len(top.children) == 1:
			return top.children[0].(*element), nil
		case err != nil:
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			child := newElement(token, last.scope)
			last.children = append(last.children, child)
			open = append(open, child)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 1 {
				last.children = append(last.children, string(token))
			}
		}
	}
}

// checkDocument refuses what is not well-formed or too large, so that the lenient decoder may read it.
func checkDocument(data []byte) error {
	scanner, err := strictxml.NewScanner(data, strictxml.Limits{
		Depth: 64, Elements: 100_000, Attributes: 64, Namespaces: 256, Token: 1 << 20,
	})
	for err == nil {
		_, err = scanner.Next()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func newElement(token xml.StartElement, outer *scope) *element {
	e := &element{prefix: token.Name.Space, local: token.Name.Local, attrs: slices.Clone(token.Attr), scope: outer}
	for _, a := range e.attrs {
		if a.Name.Space == "xmlns" {
			e.scope = &scope{e.scope, a.Name.Local, a.Value}
		} else if a.Name.Space == "" && a.Name.Local == "xmlns" {
			e.scope = &scope{e.scope, "", a.Value}
		}
	}
	return e
}

// is reports whether the element has a name.
func (e *element) is(space, local string) bool {
	return e.local == local && e.scope.resolve(e.prefix) == space
}

// attr returns the value of an attribute without namespace.
func (e *element) attr(local string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "" && a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// setAttr changes an attribute without namespace or adds it.
func (e *element) setAttr(local, value string) {
	for i := range e.attrs {
		if e.attrs[i].Name.Space == "" && e.attrs[i].Name.Local == local {
			e.attrs[i].Value = value
			return
		}
	}
	e.attrs = append(e.attrs, xml.Attr{Name: xml.Name{Local: local}, Value: value})
}

// qualified resolves the qualified name in an attribute.
func (e *element) qualified(local string) xml.Name {
	prefix, name, found := strings.Cut(e.attr(local), ":")
	if !found {
		prefix, name = "", prefix
	}
	return xml.Name{Space: e.scope.resolve(prefix), Local: name}
}

// all returns the children of a name.
func (e *element) all(space, local string) []*element {
	var found []*element
	for _, child := range e.children {
		if child, ok := child.(*element); ok && child.is(space, local) {
			found = append(found, child)
		}
	}
	return found
}

// remove takes out the children that the function says.
func (e *element) remove(which func(*element) bool) {
	e.children = slices.DeleteFunc(e.children, func(child any) bool {
		inner, ok := child.(*element)
		return ok && which(inner)
	})
}

// prefixOf returns a prefix that stands for a namespace in the whole element, declaring one like that given if there
// is none.
func (e *element) prefixOf(space, like string) string {
	for _, a := range e.attrs {
		if a.Name.Space == "xmlns" && a.Value == space {
			return a.Name.Local
		}
	}
	prefix := like
	for i := 2; e.scope.resolve(prefix) != ""; i++ {
		prefix = fmt.Sprintf("%s%d", like, i)
	}
	e.attrs = append(e.attrs, xml.Attr{Name: xml.Name{Space: "xmlns", Local: prefix}, Value: space})
	e.scope = &scope{e.scope, prefix, space}
	return prefix
}

// write writes the element.
func (e *element) write(out *bytes.Buffer) {
	// Unlike xml.EscapeText, this leaves line breaks as they are.
	textEscaper := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	name := join(e.prefix, e.local)
	out.WriteString("<" + name)
	for _, a := range e.attrs {
		out.WriteString(" " + join(a.Name.Space, a.Name.Local) + `="` + escape(a.Value) + `"`)
	}
	if len(e.children) == 0 {
		out.WriteString("/>")
		return
	}
	out.WriteString(">")
	for _, child := range e.children {
		switch child := child.(type) {
		case *element:
			child.write(out)
		case string:
			out.WriteString(textEscaper.Replace(child))
		}
	}
	out.WriteString("</" + name + ">")
}

func join(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}
