package fhir

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what is read from others. A person has a few declarations; a
// bundle of some hundreds with all they point to fits ten times over.
const (
	MaxBundleBytes     = 8 << 20
	MaxParametersBytes = 64 << 10
)

// Parse reads a resource of any type of this package. Elements that R4 has and
// the package has not are passed over, and so are unknown ones; what is
// returned can be written by [Marshal].
func Parse(data []byte) (Resource, error) {
	return parse(data, MaxBundleBytes, "", false)
}

// ParseBundle is [Parse] for a bundle. Resources of other types in it are an
// error, because a result shown in part would be taken for the whole.
func ParseBundle(data []byte) (*Bundle, error) {
	r, err := parse(data, MaxBundleBytes, "Bundle", false)
	if err != nil {
		return nil, err
	}
	return r.(*Bundle), nil
}

// ParseParameters reads the input of an operation. Here an element passed over
// would be a wish ignored, so anything unknown is an error.
func ParseParameters(data []byte) (*Parameters, error) {
	r, err := parse(data, MaxParametersBytes, "Parameters", true)
	if err != nil {
		return nil, err
	}
	return r.(*Parameters), nil
}

// parse reads a resource of the type wanted, of any if that is empty.
func parse(data []byte, limit int, wanted string, strict bool) (Resource, error) {
	if len(data) > limit {
		return nil, &Error{Problem: "longer than " + strconv.Itoa(limit) + " bytes"}
	}
	tree, err := readTree(data)
	if err != nil {
		return nil, err
	}
	d := decoder{strict: strict}
	r, err := d.resource(tree)
	if err != nil {
		return nil, err
	}
	if wanted != "" && r.ResourceType() != wanted {
		return nil, &Error{Problem: "not of type " + wanted}
	}
	// Writing checks what reading does not: mandatory elements, forms of codes.
	if _, err := Marshal(r); err != nil {
		return nil, err
	}
	return r, nil
}

// decoder moves a tree into our structs by the names in their tags.
type decoder struct {
	strict bool // refuse what we do not know
	path   []string
}

// newResource gives an empty resource of a type, nil if we do not know it.
func newResource(resourceType string) Resource {
	switch resourceType {
	case "AuditEvent":
		return new(AuditEvent)
	case "Bundle":
		return new(Bundle)
	case "Consent":
		return new(Consent)
	case "EpisodeOfCare":
		return new(EpisodeOfCare)
	case "Location":
		return new(Location)
	case "OperationOutcome":
		return new(OperationOutcome)
	case "Organization":
		return new(Organization)
	case "Parameters":
		return new(Parameters)
	case "Patient":
		return new(Patient)
	case "Practitioner":
		return new(Practitioner)
	case "PractitionerRole":
		return new(PractitionerRole)
	case "Provenance":
		return new(Provenance)
	case "RelatedPerson":
		return new(RelatedPerson)
	}
	return nil
}

func (d *decoder) resource(value any) (Resource, error) {
	o, ok := value.(*jsonObject)
	if !ok {
		return nil, d.fail("not an object")
	}
	resourceType, _ := o.get("resourceType").(string)
	r := newResource(resourceType)
	if r == nil {
		return nil, d.fail("resource type that is not known here")
	}
	if len(d.path) == 0 {
		d.path = append(d.path, resourceType)
	}
	return r, d.object(o, reflect.ValueOf(r).Elem(), true)
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

// choice is the tag of a field of type [Value]: any valueCode, valueDate ...
const choice = "value[x]"

func fieldNamed(v reflect.Value, name string) reflect.Value {
	t := v.Type()
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("json")
		if tag == choice && newValue(name) != nil || tag == name && tag != choice {
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
		r, err := d.resource(value)
		if err != nil {
			return err
		}
		field.Set(reflect.ValueOf(r))
		return nil
	case *[]Extension:
		return d.extensions(name, value, field)
	}
	return d.value(value, field)
}

// extensions reads those of an object, or, under a name with an underscore,
// those of a primitive value.
func (d *decoder) extensions(name string, value any, field reflect.Value) error {
	var e element
	into := reflect.ValueOf(&e).Elem()
	if !strings.HasPrefix(name, "_") {
		into = into.Field(0)
	}
	if err := d.value(value, into); err != nil {
		return err
	}
	if !d.strict {
		// An extension whose value is of a type we do not have is unknown as a whole.
		e.Extension = slices.DeleteFunc(e.Extension, func(e Extension) bool { return e.Value == nil })
	}
	field.Set(reflect.ValueOf(e.Extension))
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
