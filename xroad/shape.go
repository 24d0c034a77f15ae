package xroad

import (
	"encoding"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// shape is what an element may contain if it is to be decoded into some Go type: the rules of encoding/xml turned
// around.
type shape struct {
	open     bool // anything may be inside
	text     bool
	children []child
}

type child struct {
	space, local string // an empty space matches that of the elements around and none; with encoding/xml it matches any
	repeated     bool
	in           reflect.Type // nil for an element on the way of an a>b path
	path         shape        // what is below that element
}

// checkShape compares a document with the type of the value.
func checkShape(raw []byte, value any) error {
	t := reflect.TypeOf(value)
	if t == nil || t.Kind() != reflect.Pointer {
		return errors.New("decode body: value is not a pointer")
	}
	// Raw was read within limits, which also bounds it here.
	scanner, err := strictxml.NewScanner(raw, strictxml.Limits{
		Depth: len(raw), Elements: len(raw), Attributes: len(raw), Namespaces: len(raw), Token: len(raw),
	})
	if err != nil {
		return invalidBody("Вміст запиту не є правильним XML.", err)
	}
	token, err := scanner.Next()
	for err == nil && token.Kind != strictxml.Start {
		token, err = scanner.Next()
	}
	if err != nil {
		return invalidBody("Вміст запиту не є правильним XML.", err)
	}
	return checkElement(scanner, around{body: token.Space, parent: token.Space, name: string(token.Local)}, shapeOf(t.Elem()))
}

// around is where an element stands.
type around struct {
	body, parent string // namespaces of the body and of the element around
	name         string
}

// checkElement checks the content of the element whose start tag was read last. A name that the sender made up is told to
// the sender, if at all, and not to our log.
func checkElement(scanner *strictxml.Scanner, in around, s shape) error {
	if s.open {
		return skip(scanner)
	}
	seen := make([]bool, len(s.children))
	for {
		token, err := scanner.Next()
		if err != nil {
			return shapeXMLFault(err)
		}
		switch token.Kind {
		case strictxml.End:
			return nil
		case strictxml.Text:
			if !s.text && !strictxml.Blank(token.Text) {
				return invalidBody("Елемент "+in.name+" містить текст, якого схема не передбачає.",
					fmt.Errorf("text in element %.64q", in.name))
			}
		case strictxml.Start:
			inner, space := string(token.Local), token.Space
			index := s.find(token, in)
			if index < 0 {
				return invalidBody("Елемент"+named(inner)+" не передбачено схемою.", fmt.Errorf("unexpected element in %.64q", in.name))
			}
			if seen[index] && !s.children[index].repeated {
				return invalidBody("Елемент "+clip(inner)+" повторюється.", fmt.Errorf("repeated element %.64q", inner))
			}
			seen[index] = true
			below := s.children[index].path
			if s.children[index].in != nil {
				below = shapeOf(s.children[index].in)
			}
			if isNil(token) {
				below = shape{} // what is said to be nothing must not say something
			}
			if err := checkElement(scanner, around{body: in.body, parent: space, name: inner}, below); err != nil {
				return err
			}
		}
	}
}

func skip(scanner *strictxml.Scanner) error {
	if err := scanner.Skip(); err != nil {
		return shapeXMLFault(err)
	}
	return nil
}

func shapeXMLFault(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return invalidBody("Вміст запиту не є правильним XML.", err)
}

// clip bounds a name which the sender chose before it goes into a text.
func clip(name string) string {
	const longest = 64
	if len(name) <= longest {
		return name
	}
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return name
}

// isNil reports whether an element is marked as having no value (XML Schema part 1, clause 2.6.2).
func isNil(token *strictxml.Token) bool {
	value, _ := token.Attr("http://www.w3.org/2001/XMLSchema-instance", "nil")
	marked := strings.TrimSpace(string(value))
	return marked == "true" || marked == "1"
}

// find returns the index of the child for an element, preferring one that names the namespace, or -1. An element of a
// third namespace is another one, whatever its local name: who reads the message by its schema does not see it either.
func (s shape) find(token *strictxml.Token, in around) int {
	found := -1
	for i, c := range s.children {
		if c.local != string(token.Local) {
			continue
		}
		if c.space == token.Space {
			return i
		}
		if c.space == "" && (token.Space == "" || token.Space == in.parent || token.Space == in.body) {
			found = i
		}
	}
	return found
}

// shapeOf derives the shape of a type.
func shapeOf(t reflect.Type) shape {
	for t.Kind() == reflect.Pointer {
		if open, text := opaque(t); open || text {
			return shape{open: open, text: text}
		}
		t = t.Elem()
	}
	if open, text := opaque(reflect.PointerTo(t)); open || text {
		return shape{open: open, text: text}
	}
	switch t.Kind() {
	case reflect.Struct:
		var s shape
		s.addFields(t)
		return s
	case reflect.Interface:
		return shape{open: true}
	}
	return shape{text: true}
}

// opaque reports whether the type decodes itself, and from what.
func opaque(t reflect.Type) (open, text bool) {
	if t.Implements(reflect.TypeFor[xml.Unmarshaler]()) {
		return true, false
	}
	return false, t.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// addFields adds the fields of a struct by their tags (package encoding/xml, Marshal and Unmarshal).
func (s *shape) addFields(t reflect.Type) {
	for f := range t.Fields() {
		tag := f.Tag.Get("xml")
		if tag == "-" || f.Name == "XMLName" {
			continue
		}
		embedded := f.Type
		if embedded.Kind() == reflect.Pointer {
			embedded = embedded.Elem()
		}
		if f.Anonymous && tag == "" && embedded.Kind() == reflect.Struct {
			s.addFields(embedded)
			continue
		}
		if !f.IsExported() {
			continue
		}
		name, flags, _ := strings.Cut(tag, ",")
		switch flags, _, _ = strings.Cut(flags, ",omitempty"); flags {
		case "attr", "any,attr", "comment":
		case "chardata", "cdata":
			s.text = true
		case "innerxml", "any":
			s.open = true
		default:
			s.addElement(f, name)
		}
	}
}

// addElement adds the element, or the path of elements, that a field is decoded from.
func (s *shape) addElement(f reflect.StructField, name string) {
	space := ""
	if i := strings.LastIndexByte(name, ' '); i >= 0 {
		space, name = name[:i], name[i+1:]
	}
	if name == "" {
		space, name = elementName(f)
	}
	t, repeated := f.Type, false
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		t, repeated = t.Elem(), true
	}
	path := strings.Split(name, ">")
	if path[0] == "" { // ">b" stands for the field's name
		path[0] = f.Name
	}
	at := s
	for _, step := range path[:len(path)-1] {
		at = at.step(space, step)
	}
	at.children = append(at.children, child{space: space, local: path[len(path)-1], repeated: repeated, in: t})
}

// step returns the shape of an element on a path, shared by the fields whose paths go through it.
func (s *shape) step(space, local string) *shape {
	for i := range s.children {
		if c := &s.children[i]; c.in == nil && c.local == local && c.space == space {
			return &c.path
		}
	}
	s.children = append(s.children, child{space: space, local: local, repeated: true})
	return &s.children[len(s.children)-1].path
}

// elementName is the name of a field whose tag gives none: that of its type's XMLName, else its own.
func elementName(f reflect.StructField) (space, local string) {
	t := f.Type
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() == reflect.Struct {
		if named, ok := t.FieldByName("XMLName"); ok {
			tag, _, _ := strings.Cut(named.Tag.Get("xml"), ",")
			if i := strings.LastIndexByte(tag, ' '); i >= 0 {
				space, tag = tag[:i], tag[i+1:]
			}
			if tag != "" {
				return space, tag
			}
		}
	}
	return "", f.Name
}
