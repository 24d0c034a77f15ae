package xroad

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"unicode/utf8"
)

// DecodeJSON stores the body in the value by the rules of encoding/json, but strictly: one JSON value in UTF-8, no field
// which the value has no place for or whose letters differ in case, no field twice, no more than 64 levels. Who
// monitors the bus must read the same as the operation does. What does not fit is a [*Fault].
func (r *RESTRequest) DecodeJSON(value any) error {
	if media, parameters := parseMediaType(r.ContentType); media != "" {
		charset := strings.ToLower(parameters["charset"])
		if media != "application/json" && !strings.HasSuffix(media, "+json") || charset != "" && charset != "utf-8" && charset != "utf8" {
			return &Fault{Code: CodeInvalidContentType, Text: "Тип вмісту не є JSON в UTF-8.", Err: errors.New("media type is not JSON in UTF-8")}
		}
	}
	data := bytes.TrimPrefix(r.Body, []byte("\xEF\xBB\xBF"))
	target := reflect.TypeOf(value)
	if target == nil || target.Kind() != reflect.Pointer {
		return errors.New("decode body: value is not a pointer")
	}
	if !utf8.Valid(data) {
		return invalidBody("Вміст запиту не є JSON в UTF-8.", errors.New("body is not UTF-8"))
	}
	walker := &jsonWalker{decoder: json.NewDecoder(bytes.NewReader(data))}
	walker.decoder.UseNumber()
	if err := walker.value(target.Elem(), 0); err != nil {
		return err
	}
	if _, err := walker.decoder.Token(); !errors.Is(err, io.EOF) {
		return invalidBody("Вміст запиту не є одним значенням JSON.", errors.New("more than one JSON value"))
	}
	if err := json.Unmarshal(data, value); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return invalidBody("Поле"+named(kind.Field)+" має інший тип, ніж у схемі.", fmt.Errorf("field%s has another type", named(kind.Field)))
		}
		return invalidBody("Вміст запиту не відповідає схемі операції.", hideValue(err))
	}
	return nil
}

// jsonWalker compares a JSON text with a Go type before it is decoded.
type jsonWalker struct {
	decoder *json.Decoder
}

// value checks the next value against a type; nil stands for any.
func (w *jsonWalker) value(t reflect.Type, depth int) error {
	const deepest = 64
	token, err := w.decoder.Token()
	switch {
	case err != nil:
		return invalidBody("Вміст запиту не є правильним JSON.", fmt.Errorf("not JSON near byte %d", w.decoder.InputOffset()))
	case depth > deepest:
		return invalidBody("Вміст запиту має забагато рівнів.", errors.New("JSON nests too deep"))
	}
	switch token {
	case json.Delim('{'):
		return w.object(t, depth+1)
	case json.Delim('['):
		inner := base(t)
		if inner != nil && (inner.Kind() == reflect.Slice || inner.Kind() == reflect.Array) {
			inner = inner.Elem()
		} else {
			inner = nil
		}
		for w.decoder.More() {
			if err := w.value(inner, depth+1); err != nil {
				return err
			}
		}
		return w.end()
	}
	return nil
}

// object checks the members of an object whose brace was read.
func (w *jsonWalker) object(t reflect.Type, depth int) error {
	inner := base(t)
	var members map[string]reflect.Type // nil if there may be any
	if inner != nil && inner.Kind() == reflect.Struct {
		members = map[string]reflect.Type{}
		addMembers(members, inner)
	}
	seen := map[string]bool{}
	for w.decoder.More() {
		token, err := w.decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return invalidBody("Вміст запиту не є правильним JSON.", fmt.Errorf("not JSON near byte %d", w.decoder.InputOffset()))
		}
		if seen[name] {
			return invalidBody("Поле"+named(name)+" повторюється.", errors.New("repeated field"))
		}
		seen[name] = true
		var next reflect.Type
		switch {
		case members != nil:
			if next, ok = members[name]; !ok {
				return invalidBody("Поле"+named(name)+" не передбачено схемою.", errors.New("unexpected field"))
			}
		case inner != nil && inner.Kind() == reflect.Map:
			next = inner.Elem()
		}
		if err := w.value(next, depth); err != nil {
			return err
		}
	}
	return w.end()
}

// end reads the closing delimiter.
func (w *jsonWalker) end() error {
	if _, err := w.decoder.Token(); err != nil {
		return invalidBody("Вміст запиту не є правильним JSON.", fmt.Errorf("not JSON near byte %d", w.decoder.InputOffset()))
	}
	return nil
}

// named returns the name of a field or an element after a space, or nothing if it could be data: objects may be keyed by
// numbers of people. It is for the sender only, who may have put anything there.
func named(field string) string {
	const longest = 64
	for _, r := range field {
		if (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '.' {
			return ""
		}
	}
	if field == "" || len(field) > longest {
		return ""
	}
	return " " + field
}

// base returns the type behind pointers, or nil if it decodes itself or holds anything.
func base(t reflect.Type) reflect.Type {
	for ; t != nil; t = t.Elem() {
		for _, itself := range []reflect.Type{reflect.TypeFor[json.Unmarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()} {
			if t.Implements(itself) || reflect.PointerTo(t).Implements(itself) {
				return nil
			}
		}
		if t.Kind() == reflect.Interface {
			return nil
		}
		if t.Kind() != reflect.Pointer {
			return t
		}
	}
	return nil
}

// addMembers lists what encoding/json stores in a struct, by name.
func addMembers(members map[string]reflect.Type, t reflect.Type) {
	for i := range t.NumField() {
		field := t.Field(i)
		tag := field.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		if inner := base(field.Type); field.Anonymous && name == "" && tag != "-" && inner != nil && inner.Kind() == reflect.Struct {
			addMembers(members, inner)
			continue
		}
		if tag == "-" || !field.IsExported() {
			continue
		}
		if name == "" {
			name = field.Name
		}
		members[name] = field.Type
	}
}
