package diia

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dovidka/dovidka"
)

// mediaType returns the media type of the body without its parameters. A
// compressed body is refused: what it unpacks to has no bound in its length.
func mediaType(h http.Header) (string, error) {
	name, parameters, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset := parameters["charset"]
	encoding := h.Get("Content-Encoding")
	if err != nil || len(h.Values("Content-Type")) > 1 || charset != "" && !strings.EqualFold(charset, "utf-8") ||
		encoding != "" && !strings.EqualFold(encoding, "identity") {
		return "", unsupported()
	}
	return name, nil
}

func unsupported() error {
	return &refusal{code: dovidka.CodeMalformed, status: http.StatusUnsupportedMediaType, detail: detailMediaType}
}

// read takes a body of at most limit bytes, in limited time.
func (d *door) read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, &refusal{code: dovidka.CodeTooLarge}
	}
	// The connection counts by the machine's clock. A recorder of tests has no
	// deadlines; every real connection has. The server lifts the deadline when
	// the body has ended, so it does not cancel the work that follows.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(d.limits.BodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refusal{code: dovidka.CodeTooLarge}
	case err != nil:
		return nil, &refusal{code: dovidka.CodeMalformed, detail: detailBody, err: errors.New("the body did not arrive whole or in time")}
	}
	return body, nil
}

// checkJSON looks at the form of a JSON text before anything is read out of it:
// UTF-8, one value, not too deep, and no key twice in one object, for readers
// disagree on which of the two counts.
func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		return &refusal{code: dovidka.CodeMalformed, detail: detailJSON, err: errors.New("not UTF-8")}
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	type object struct {
		keys    map[string]bool // nil for an array
		wantKey bool
	}
	var open []object
	for first := true; first || len(open) > 0; first = false {
		token, err := dec.Token()
		if err != nil {
			return &refusal{code: dovidka.CodeMalformed, detail: detailJSON, err: fmt.Errorf("not JSON near byte %d", dec.InputOffset())}
		}
		top := len(open) - 1
		if key, ok := token.(string); ok && top >= 0 && open[top].wantKey {
			// encoding/json pays no heed to the case of keys, so neither may we.
			key = strings.ToLower(key)
			if open[top].keys[key] {
				return &refusal{code: dovidka.CodeMalformed, detail: detailDuplicate}
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
			open = append(open, object{keys: map[string]bool{}, wantKey: true})
		case json.Delim('['):
			open = append(open, object{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
		if len(open) > maxJSONDepth {
			return &refusal{code: dovidka.CodeMalformed, detail: detailDepth}
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return &refusal{code: dovidka.CodeMalformed, detail: detailJSON, err: errors.New("more than one JSON value")}
	}
	return nil
}

// decodeObject reads one object of a body that checkJSON has passed. at is the
// object's place in the body, empty for the body itself.
func decodeObject(data []byte, at string, into any) error {
	if !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return invalid(at, "Потрібен об’єкт")
	}
	err := dovidka.DecodeStrict(data, into)
	var field *dovidka.FieldError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &field):
		return invalid(strings.Trim(at+"."+field.Field, "."), "Значення має бути іншого типу")
	default: // the form is right, so it is a field nobody knows
		r := invalid(at, "Є невідоме поле")
		r.detail = detailUnknownName
		return r
	}
}

// invalid refuses the value of one field. The message is for people and never
// repeats the value.
func invalid(field, message string) *refusal {
	if field == "" {
		field = "(body)"
	}
	return &refusal{code: dovidka.CodeInvalid, fields: []fieldJSON{{field, message}}}
}
