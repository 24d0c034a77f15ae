package diia

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

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

// checkJSON words what is wrong with the form of a body.
func checkJSON(data []byte) error {
	err := dovidka.CheckJSON(data, maxJSONDepth)
	detail := detailJSON
	switch {
	case err == nil:
		return nil
	case errors.Is(err, dovidka.ErrJSONKey):
		detail = detailDuplicate
	case errors.Is(err, dovidka.ErrJSONTooDeep):
		detail = detailDepth
	}
	return &refusal{code: dovidka.CodeMalformed, detail: detail, err: err}
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
