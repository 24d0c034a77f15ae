package trembita_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// roots are the elements that our operations exchange, and the Go types of
// their payloads.
func roots() map[string]reflect.Type {
	declarations := reflect.TypeFor[trembita.GetDeclarationsResponse]()
	return map[string]reflect.Type{
		"GetDeclarations_v1":                   reflect.TypeFor[trembita.SignedRequest](),
		"GetDeclarations_v1Response":           declarations,
		"GetDeclarationsByPurpose_v1":          reflect.TypeFor[trembita.Inquiry](),
		"GetDeclarationsByPurpose_v1Response":  declarations,
		"GetDeclarationStatus_v1":              reflect.TypeFor[trembita.StatusInquiry](),
		"GetDeclarationStatus_v1Response":      reflect.TypeFor[trembita.StatusResponse](),
		"SubmitDeclarationsRequest_v1":         reflect.TypeFor[trembita.Submission](),
		"SubmitDeclarationsRequest_v1Response": reflect.TypeFor[trembita.SubmissionResponse](),
		"GetDeclarationsResult_v1":             reflect.TypeFor[trembita.ResultRequest](),
		"GetDeclarationsResult_v1Response":     declarations,
	}
}

// particle is a child element as the schema or as a Go field has it.
type particle struct {
	name             string
	optional, repeat bool
	kind             string // a built-in type's Go kind, or "struct"
}

// xsd is the schema as encoding/xml alone reads it.
type xsd struct {
	elements, types map[string]*node
	used            map[string]bool
}

func readSchema(t *testing.T) *xsd {
	t.Helper()
	data, err := os.ReadFile("schema.xsd")
	if err != nil {
		t.Fatal(err)
	}
	out := &xsd{elements: map[string]*node{}, types: map[string]*node{}, used: map[string]bool{}}
	for _, n := range read(t, data).Nodes {
		target := out.types
		if n.XMLName.Local == "element" {
			target = out.elements
		}
		name := n.attr("name")
		if name == "" || target[name] != nil {
			t.Errorf("<%s name=%q> stands twice or has no name", n.XMLName.Local, name)
		}
		target[name] = &n
	}
	return out
}

func (n *node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// kinds are the Go kinds of what is built in. Dates, moments and binary are
// text in Go; the examples show that they are written well.
var kinds = map[string]string{
	"xs:string": "string", "xs:date": "string", "xs:dateTime": "string", "xs:base64Binary": "string",
	"xs:boolean": "bool", "xs:int": "int", "xs:long": "int64",
}

// particles lists the children of a complex type, in order.
func (x *xsd) particles(t *testing.T, typeName string) (list []particle, children map[string]string) {
	t.Helper()
	n := x.types[typeName]
	if n == nil || n.XMLName.Local != "complexType" {
		t.Fatalf("there is no complex type %s", typeName)
	}
	x.used[typeName] = true
	children = map[string]string{}
	var walk func(parent *node, choice bool)
	walk = func(parent *node, choice bool) {
		for _, c := range parent.Nodes {
			if c.XMLName.Local == "sequence" || c.XMLName.Local == "choice" {
				if len(c.Attrs) > 0 {
					t.Errorf("%s: a group that may be absent or come again", typeName)
				}
				walk(&c, choice || c.XMLName.Local == "choice")
				continue
			}
			if c.XMLName.Local == "annotation" {
				continue
			}
			name, target := c.attr("name"), c.attr("type")
			if c.XMLName.Local != "element" || name == "" || target == "" || c.at("complexType") != nil || c.at("simpleType") != nil {
				t.Errorf("%s: <%s name=%q type=%q>: only elements with a name and the name of a type are expected", typeName, c.XMLName.Local, name, target)
				continue
			}
			p := particle{name: name, optional: choice || c.attr("minOccurs") == "0", repeat: c.attr("maxOccurs") != ""}
			for key, want := range map[string]string{"minOccurs": "0", "maxOccurs": "unbounded"} {
				if v := c.attr(key); v != "" && v != want {
					t.Errorf("%s/%s: %s=%q", typeName, name, key, v)
				}
			}
			p.kind, children[name] = x.kind(t, target)
			list = append(list, p)
		}
	}
	walk(n, false)
	return list, children
}

// kind resolves a type's name to a Go kind and, for a complex type, its name.
func (x *xsd) kind(t *testing.T, target string) (kind, complexType string) {
	t.Helper()
	if kind := kinds[target]; kind != "" {
		return kind, ""
	}
	name := strings.TrimPrefix(target, "tns:")
	switch n := x.types[name]; {
	case n == nil:
		t.Errorf("there is no type %s", target)
	case n.XMLName.Local == "complexType":
		return "struct", name
	default:
		x.used[name] = true
		kind, _ := x.kind(t, n.at("restriction").attr("base"))
		return kind, ""
	}
	return "", ""
}

// fields lists the fields of a payload type as encoding/xml writes them, with
// those of embedded types in their place.
func fields(t *testing.T, kind reflect.Type) (list []particle, children map[string]reflect.Type) {
	t.Helper()
	children = map[string]reflect.Type{}
	for i := range kind.NumField() {
		f := kind.Field(i)
		if f.Anonymous {
			more, deeper := fields(t, f.Type)
			list = append(list, more...)
			for name, child := range deeper {
				children[name] = child
			}
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("xml"), ",")
		if name == "" || options != "" && options != "omitempty" {
			t.Errorf("%s.%s: tag %q", kind, f.Name, f.Tag)
		}
		p := particle{name: name, optional: options == "omitempty"}
		of := f.Type
		switch of.Kind() {
		case reflect.Pointer:
			p.optional, of = true, of.Elem()
		case reflect.Slice:
			p.optional, p.repeat, of = true, true, of.Elem()
		}
		if p.kind = of.Kind().String(); p.kind == "struct" {
			children[name] = of
		}
		list = append(list, p)
	}
	return list, children
}

// TestSchemaIsThePayload walks the Go types and the schema together: names,
// order, occurrence and types must be the same in both, and neither may have
// anything that the other lacks.
func TestSchemaIsThePayload(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	walked := map[reflect.Type]string{}
	var walk func(path, typeName string, kind reflect.Type)
	walk = func(path, typeName string, kind reflect.Type) {
		if before, ok := walked[kind]; ok {
			if before != typeName {
				t.Errorf("%s: %s is both %s and %s", path, kind, before, typeName)
			}
			return
		}
		walked[kind] = typeName
		want, schemaChildren := schema.particles(t, typeName)
		got, goChildren := fields(t, kind)
		if !slices.Equal(want, got) {
			t.Errorf("%s: %s and %s differ:\nschema %+v\nGo     %+v", path, typeName, kind, want, got)
			return
		}
		for name, child := range goChildren {
			walk(path+"/"+name, schemaChildren[name], child)
		}
	}
	for name, kind := range roots() {
		n := schema.elements[name]
		if n == nil {
			t.Errorf("the schema has no element %s", name)
			continue
		}
		walk(name, strings.TrimPrefix(n.attr("type"), "tns:"), kind)
	}
	for name := range schema.elements {
		if roots()[name] == nil {
			t.Errorf("no operation has the element %s", name)
		}
	}
	for name := range schema.types {
		if !schema.used[name] {
			t.Errorf("the type %s is not used", name)
		}
	}
	for _, name := range payloadTypes(t) {
		found := name == "Outcome" // embedded
		for kind := range walked {
			found = found || kind.Name() == name
		}
		if !found {
			t.Errorf("the schema has nothing for the Go type %s", name)
		}
	}
	if len(walked) < 15 {
		t.Errorf("only %d types were compared", len(walked))
	}
}

// payloadTypes lists the package's exported structs with XML tags, out of its
// source.
func payloadTypes(t *testing.T) []string {
	t.Helper()
	var out []string
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || !spec.Name.IsExported() {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok && slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
				return f.Tag != nil && strings.Contains(f.Tag.Value, "xml:")
			}) {
				out = append(out, spec.Name.Name)
			}
			return true
		})
	}
	if len(out) < 15 {
		t.Fatalf("only %v were found", out)
	}
	return out
}

// TestSchemaForGenerators keeps what code generators stumble over out of the
// schema, and everything explained.
func TestSchemaForGenerators(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	seen := map[string]string{}
	unique := func(kind, name string) {
		// XJC and others drop underscores and raise letters to make names of classes.
		folded := kind + strings.ToLower(strings.ReplaceAll(name, "_", ""))
		if other, ok := seen[folded]; ok && other != name {
			t.Errorf("%s and %s become one name", other, name)
		}
		seen[folded] = name
	}
	binary, documented := 0, 0
	var walk func(path string, n *node)
	walk = func(path string, n *node) {
		name := n.attr("name")
		path += "/" + name
		switch n.XMLName.Local {
		case "any", "anyAttribute", "import", "include", "attribute", "extension", "group":
			t.Errorf("%s: xs:%s", path, n.XMLName.Local)
		case "element", "complexType", "simpleType":
			if name == "" {
				t.Errorf("%s: an anonymous %s", path, n.XMLName.Local)
			}
			if n.at("annotation", "documentation") == nil || strings.TrimSpace(n.text("annotation", "documentation")) == "" {
				t.Errorf("%s is not explained", path)
			}
			documented++
		}
		if n.attr("type") == "xs:base64Binary" {
			binary++
			if name != "signature" {
				t.Errorf("%s: base64 is for signatures only", path)
			}
		}
		for _, c := range n.Nodes {
			walk(path, &c)
		}
	}
	for name, n := range schema.elements {
		unique("class", name)
		walk("", n)
	}
	for name, n := range schema.types {
		unique("class", name)
		walk("", n)
	}
	if binary != 2 || documented < 80 {
		t.Errorf("%d binary fields, %d explained", binary, documented)
	}
	for _, operation := range trembita.Description("").Operations {
		unique("operation", operation.Name)
		if schema.elements[operation.Name] == nil || schema.elements[operation.Name+"Response"] == nil {
			t.Errorf("%s has no elements", operation.Name)
		}
		schema.wrapped(t, operation.Name)
		if operation.Title == "" || operation.Notes == "" {
			t.Errorf("%s is not described", operation.Name)
		}
	}
	if n := len(trembita.Description("").Operations); n*2 != len(schema.elements) {
		t.Errorf("%d operations, %d elements", n, len(schema.elements))
	}
}

// wrapped looks for what keeps wsimport from making one method's parameters of
// what the request and the answer have inside: one name with two types.
func (x *xsd) wrapped(t *testing.T, operation string) {
	t.Helper()
	types := map[string]string{}
	var walk func(n *node)
	walk = func(n *node) {
		if n.XMLName.Local == "element" {
			name, target := n.attr("name"), n.attr("type")
			if other, ok := types[name]; ok && other != target {
				t.Errorf("%s: %s is %s and %s", operation, name, other, target)
			}
			types[name] = target
		}
		for _, c := range n.Nodes {
			walk(&c)
		}
	}
	for _, name := range []string{operation, operation + "Response"} {
		walk(x.types[strings.TrimPrefix(x.elements[name].attr("type"), "tns:")])
	}
	if len(types) < 5 {
		t.Errorf("%s: only %v", operation, types)
	}
}
