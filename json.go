package dovidka

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Errors of CheckJSON.
var (
	ErrNotJSON     = errors.New("not JSON")
	ErrJSONKey     = errors.New("a key stands twice in one JSON object")
	ErrJSONTooDeep = errors.New("JSON nests too deep")
)

// jsonObject is an object or, with keys nil, an array that is open.
type jsonObject struct {
	keys    map[string]bool
	wantKey bool
}

// CheckJSON looks at the form of a JSON text before anything is read out of it:
// UTF-8, one value, no deeper than depth, and no key twice in one object, for
// readers disagree on which of the two counts (RFC 8259, clause 4).
func CheckJSON(data []byte, depth int) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("%w: not UTF-8", ErrNotJSON)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var open []jsonObject
	for first := true; first || len(open) > 0; first = false {
		token, err := dec.Token()
		if err != nil {
			return fmt.Errorf("%w near byte %d", ErrNotJSON, dec.InputOffset())
		}
		top := len(open) - 1
		if key, ok := token.(string); ok && top >= 0 && open[top].wantKey {
			key = foldKey(key)
			if open[top].keys[key] {
				return ErrJSONKey
			}
			open[top].keys[key] = true
			open[top].wantKey = false
			continue
		}
		if top >= 0 && open[top].keys != nil {
			open[top].wantKey = true // after this value, or after the object it opens
		}
		switch token {
		case json.Delim('{'):
			open = append(open, jsonObject{keys: map[string]bool{}, wantKey: true})
		case json.Delim('['):
			open = append(open, jsonObject{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) > depth {
			return ErrJSONTooDeep
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one value", ErrNotJSON)
	}
	return nil
}

// foldKey returns one spelling for all keys that encoding/json takes for the
// same field. It pays no heed to case, by Unicode's simple folding: ſ is s.
func foldKey(key string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, key)
}

// DecodeStrict reads exactly one JSON value without unknown fields. Its errors
// name a field or a position, never a value.
func DecodeStrict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return plainJSONError(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// plainJSONError keeps what encoding/json says of places and types and drops
// what it quotes of the input.
func plainJSONError(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return &FieldError{kind.Field, errors.New("another type is expected")}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON ends too early")
	default:
		return errors.New("JSON holds a field or a value that is not expected")
	}
}
