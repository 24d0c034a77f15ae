package xroad

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// RESTError is a failure that an operation answers with, under a status of its choice. Its JSON is an object of the
// three texts type, message and detail, which is the form of the errors of X-Road itself (PR-REST, clause 4.6), so that
// clients read one form.
//
// An operation may as well return a [*Fault]: those with a code of this package have the status of [Fault.HTTPStatus].
type RESTError struct {
	Status int    // 400 to 599
	Code   string // dotted, begins with Client or Server, as that of a [Fault]
	Text   string // for people, normally in Ukrainian; without personal data
	Detail string // one short text; the handler puts its trace identifier here when it is empty

	Err error // the cause, for our log; never sent
}

// Error implements error with status, code and cause. The text for people is left out.
func (e *RESTError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%d %s: %v", e.Status, e.Code, e.Err)
	}
	return fmt.Sprintf("%d %s", e.Status, e.Code)
}

// Unwrap returns the cause.
func (e *RESTError) Unwrap() error { return e.Err }

// HTTPStatus is the status for a fault in REST, where unlike in SOAP all statuses reach the client.
func (f *Fault) HTTPStatus() int {
	switch f.Code {
	case CodeUnknownOperation:
		return http.StatusNotFound
	case CodeInvalidHTTPMethod:
		return http.StatusMethodNotAllowed
	case CodeTooLarge:
		return http.StatusRequestEntityTooLarge
	case CodeInvalidContentType:
		return http.StatusUnsupportedMediaType
	case CodeBusy:
		return http.StatusServiceUnavailable
	case CodeTimeout:
		return http.StatusGatewayTimeout
	}
	if f.Client() {
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// asRESTError returns the answer to an error: what it says itself, or that something is broken.
func asRESTError(err error) *RESTError {
	var given *RESTError
	if errors.As(err, &given) && given != nil && given.Status >= 400 && given.Status <= 599 {
		out := *given            // a copy: the operation may return the same one again
		if err != error(given) { //nolint:errorlint // not the same one: it was wrapped on the way
			out.Err = err
		}
		return &out
	}
	var fault *Fault
	if !errors.As(err, &fault) || fault == nil {
		fault = internalError(err)
	}
	return &RESTError{Status: fault.HTTPStatus(), Code: fault.Code, Text: fault.Text, Detail: fault.Detail, Err: fault.Err}
}

// marshal returns the JSON of the error.
func (e *RESTError) marshal() []byte {
	body, err := marshalJSON(struct {
		Type    string `json:"type"`
		Message string `json:"message"`
		Detail  string `json:"detail"`
	}{e.Code, e.Text, e.Detail})
	if err != nil { // three texts
		panic(err)
	}
	return body
}

// marshalJSON encodes without the escapes for HTML, which would make texts unreadable.
func marshalJSON(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
