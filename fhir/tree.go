package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"
)

// Bounds of a document of any size.
const (
	maxDepth   = 32      // objects and lists in each other
	maxValues  = 1 << 18 // of any kind in one document
	maxMembers = 128     // of one object
)

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
	if !utf8.Valid(data) {
		return nil, &Error{Problem: "not UTF-8"}
	}
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
