package fhir

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of what is read from others. A person has a few declarations; a
// bundle of some hundreds with all they point to fits ten times over.
const (
	MaxBundleBytes     = 8 << 20
	MaxParametersBytes = 64 << 10

	maxDepth   = 32      // objects and lists in each other
	maxValues  = 1 << 18 // of any kind in one document
	maxMembers = 128     // of one object
)

// ParseBundle reads a bundle. Elements that R4 has and this package has not
// are passed over, and so are unknown ones; resources of other types are an
// error, because a result shown in part would be taken for the whole. Whatever
// is returned can be written by [Marshal].
func ParseBundle(data []byte) (*Bundle, error) {
	var b Bundle
	if err := parse(data, MaxBundleBytes, &b, false); err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	return &b, nil
}

// ParseParameters reads the input of an operation. Here an element passed over
// would be a wish ignored, so anything unknown is an error.
func ParseParameters(data []byte) (*Parameters, error) {
	var p Parameters
	if err := parse(data, MaxParametersBytes, &p, true); err != nil {
		return nil, fmt.Errorf("read parameters: %w", err)
	}
	return &p, nil
}

func parse(data []byte, limit int, into Resource, strict bool) error {
	if len(data) > limit {
		return &Error{Problem: "longer than " + strconv.Itoa(limit) + " bytes"}
	}
	if !utf8.Valid(data) {
		return &Error{Problem: "not UTF-8"}
	}
	tree, err := readTree(data)
	if err != nil {
		return err
	}
	object, ok := tree.(*jsonObject)
	if !ok {
		return &Error{Problem: "not an object"}
	}
	d := decoder{strict: strict}
	if err := d.resource(object, into); err != nil {
		return err
	}
	// Writing checks what reading does not: mandatory elements, forms of codes.
	_, err = Marshal(into)
	return err
}

// jsonObject is an object in the order in which it came.
type jsonObject struct {
	names  []string
	values []any // string, json.Number, bool, *jsonObject or []any
}

func (o *jsonObject) get(name string) any {
	for i, n := range o.names {
		if n == name {
			return o.values[i]
		}
	}
	return nil
}

// treeReader builds the values of a document within the bounds above.
type treeReader struct {
	dec    *json.Decoder
	values int
}

// readTree reads one JSON document in which, as FHIR wants it, there is no
// null and nothing is empty, and in which no object has a name twice.
func readTree(data []byte) (any, error) {
	r := treeReader{dec: json.NewDecoder(bytes.NewReader(data))}
	r.dec.UseNumber()
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, r.fail("something after the end")
	}
	return v, nil
}

func (r *treeReader) value(depth int) (any, error) {
	token, err := r.dec.Token()
	if err != nil {
		// The decoder's own text may quote the document.
		return nil, r.fail("not JSON")
	}
	if r.values++; r.values > maxValues {
		return nil, r.fail("too many values")
	}
	if depth > maxDepth {
		return nil, r.fail("nested too deeply")
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return r.object(depth)
		}
		return r.list(depth)
	case nil:
		return nil, r.fail("null")
	case string:
		if t == "" {
			return nil, r.fail("empty string")
		}
	}
	return token, nil
}

func (r *treeReader) object(depth int) (any, error) {
	o := new(jsonObject)
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, r.fail("not JSON")
		}
		name, _ := token.(string) // the decoder takes nothing else here
		if o.get(name) != nil {
			return nil, r.fail("a name twice in an object")
		}
		if len(o.names) == maxMembers {
			return nil, r.fail("too many members in an object")
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		o.names, o.values = append(o.names, name), append(o.values, v)
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(o.names) == 0 {
		return nil, r.fail("empty object")
	}
	return o, nil
}

func (r *treeReader) list(depth int) (any, error) {
	var items []any
	for r.dec.More() {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	if err := r.end(); err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return nil, r.fail("empty list")
	}
	return items, nil
}

func (r *treeReader) end() error {
	if _, err := r.dec.Token(); err != nil {
		return r.fail("not JSON")
	}
	return nil
}

func (r *treeReader) fail(problem string) error {
	return &Error{Problem: problem + ", near byte " + strconv.FormatInt(r.dec.InputOffset(), 10)}
}

// decoder moves a tree into our structs by the names in their tags.
type decoder struct {
	strict bool // refuse what we do not know
	path   []string
}

// newResource gives an empty resource of a type, nil if we do not know it.
func newResource(resourceType string) Resource {
	for _, r := range []Resource{
		new(EpisodeOfCare), new(Patient), new(RelatedPerson), new(Practitioner),
		new(PractitionerRole), new(Organization), new(Location), new(Bundle),
		new(OperationOutcome), new(Provenance), new(AuditEvent), new(Consent), new(Parameters),
	} {
		if r.ResourceType() == resourceType {
			return r
		}
	}
	return nil
}

func (d *decoder) resource(o *jsonObject, into Resource) error {
	if o.get("resourceType") != into.ResourceType() {
		return d.fail("not the resource type " + into.ResourceType())
	}
	d.path = append(d.path, into.ResourceType())
	err := d.object(o, reflect.ValueOf(into).Elem(), true)
	d.path = d.path[:len(d.path)-1]
	return err
}

// object fills a struct. Members of ours are found by the json tag; value[x]
// takes any member that newValue knows.
func (d *decoder) object(o *jsonObject, v reflect.Value, isResource bool) error {
	for i, name := range o.names {
		if isResource && name == "resourceType" {
			continue
		}
		field := fieldNamed(v, name)
		if !field.IsValid() {
			if d.strict {
				return d.fail("element that is not known here") // whose name may be anything
			}
			continue
		}
		d.path = append(d.path, name)
		if err := d.member(name, o.values[i], field); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
	}
	return nil
}

func fieldNamed(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("json")
		if tag == name || tag == "value[x]" && newValue(name) != nil {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}

func (d *decoder) member(name string, value any, field reflect.Value) error {
	switch field.Addr().Interface().(type) {
	case *Value:
		if !field.IsNil() {
			return d.fail("a second value")
		}
		v := reflect.ValueOf(newValue(name)).Elem()
		if err := d.value(value, v); err != nil {
			return err
		}
		field.Set(v)
		return nil
	case *Resource:
		return d.contained(value, field)
	case *[]Extension:
		if strings.HasPrefix(name, "_") {
			var e element
			if err := d.value(value, reflect.ValueOf(&e).Elem()); err != nil {
				return err
			}
			field.Set(reflect.ValueOf(e.Extension))
			return nil
		}
	}
	return d.value(value, field)
}

func (d *decoder) contained(value any, field reflect.Value) error {
	o, ok := value.(*jsonObject)
	if !ok {
		return d.fail("not an object")
	}
	resourceType, _ := o.get("resourceType").(string)
	r := newResource(resourceType)
	if r == nil {
		return d.fail("resource type that is not known here")
	}
	if err := d.resource(o, r); err != nil {
		return err
	}
	field.Set(reflect.ValueOf(r))
	return nil
}

func (d *decoder) value(value any, v reflect.Value) error {
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		s, isString := value.(string)
		if !isString || text.UnmarshalText([]byte(s)) != nil {
			return d.fail("not a date or time")
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(value, v.Elem())
	case reflect.Struct:
		o, ok := value.(*jsonObject)
		if !ok {
			return d.fail("not an object")
		}
		return d.object(o, v, false)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return d.base64(value, v)
		}
		return d.list(value, v)
	}
	return d.primitive(value, v)
}

func (d *decoder) primitive(value any, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[Decimal]() {
			n, ok := value.(json.Number)
			if !ok {
				return d.fail("not a number")
			}
			v.SetString(n.String())
			return nil
		}
		s, ok := value.(string)
		if !ok {
			return d.fail("not a string")
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := value.(bool)
		if !ok {
			return d.fail("not a boolean")
		}
		v.SetBool(b)
	case reflect.Int64:
		n, ok := value.(json.Number)
		if !ok {
			return d.fail("not a number")
		}
		i, err := n.Int64()
		if err != nil {
			return d.fail("not a whole number")
		}
		v.SetInt(i)
	default:
		return d.fail("element of no type of ours")
	}
	return nil
}

func (d *decoder) base64(value any, v reflect.Value) error {
	s, ok := value.(string)
	if !ok {
		return d.fail("not a string")
	}
	data, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil {
		return d.fail("not base64")
	}
	v.SetBytes(data)
	return nil
}

func (d *decoder) list(value any, v reflect.Value) error {
	items, ok := value.([]any)
	if !ok {
		return d.fail("not a list")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		d.path = append(d.path, "["+strconv.Itoa(i)+"]")
		if err := d.value(item, v.Index(i)); err != nil {
			return err
		}
		d.path = d.path[:len(d.path)-1]
	}
	return nil
}

func (d *decoder) fail(problem string) error {
	path := strings.ReplaceAll(strings.Join(d.path, "."), ".[", "[")
	return &Error{Path: path, Problem: problem}
}
