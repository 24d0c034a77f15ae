package xroad

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// receiveREST reads the response and tells the service's answer from the security server's errors.
func (c *Client) receiveREST(ctx context.Context, w *work, answer *http.Response, record *Attempt) *CallError {
	fields := answer.Header
	if answer.StatusCode < http.StatusOK { // the body is the connection, which would not end
		return badResponse("status is %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, c.config.Limits.Size+1))
	if err == nil && int64(len(body)) > c.config.Limits.Size {
		err = errTooLong
	}
	if fault := restFault(w.rest.dialect, answer, body); fault != nil && fault.code != "" {
		return note(fault.asCallError(w), record) // cut or not
	} else if fault != nil {
		return badResponse("security server tells of an error without a code")
	}
	if err == errTooLong { //nolint:errorlint // set above
		return badResponse("response is larger than the size limit")
	}
	if err != nil {
		return networkFailure(ctx, err, true)
	}
	if encoding := fields.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return badResponse("response has a content encoding, which was not asked for")
	}
	if failed := checkPassedOn(w, answer); failed != nil {
		return failed
	}
	if failed := compareREST(w, c.config.Client, record.MessageID, fields); failed != nil {
		return failed
	}
	record.RequestHash = restHash(fields.Get("X-Road-Request-Hash"))
	w.rest.answer = &RESTAnswer{
		Status: answer.StatusCode, Header: fields, Body: body, Attempts: w.sent,
		MessageID: record.MessageID, TransactionID: record.TransactionID, RequestHash: record.RequestHash,
	}
	return nil
}

var errTooLong = fmt.Errorf("response is larger than the size limit: %w", io.ErrShortBuffer)

// restFault returns the error of a security server, if that is what a response is. Its code is empty if nobody can read
// it.
func restFault(dialect Dialect, answer *http.Response, body []byte) *remoteFault {
	const longestError = 64 << 10 // of a body that is read as an error
	told := &remoteFault{}
	field := firstOf(answer.Header.Get("X-Road-Error"), answer.Header.Get("Uxp-Faultcode"))
	code := localCode(field)
	if field != "" {
		told.text = answer.Header.Get("Uxp-Faultstring")
	}
	var inside *remoteFault
	if len(body) <= longestError && (field != "" || answer.StatusCode >= http.StatusBadRequest) {
		inside = errorBody(answer.Header.Get("Content-Type"), body)
	}
	switch {
	case field != "":
		told.code = code
		if inside != nil && foldCode(inside.code) == foldCode(code) {
			told.text, told.detail = firstOf(inside.text, told.text), inside.detail
		}
		return told
	case inside == nil || dialect == XRoad && answer.Header.Get("X-Road-Id") != "":
		return nil // PR-REST, clause 4.6: without X-Road-Error it is the provider's
	case bySecurityServer(inside):
		return inside
	}
	return nil
}

// bySecurityServer reports whether an error that no header field marks can only be a security server's: a service may
// call its own errors Client.* in the same form, but not in an envelope of SOAP.
func bySecurityServer(f *remoteFault) bool {
	code := foldCode(f.code)
	return within(code, "server.clientproxy") || within(code, "server.serverproxy") || f.soap && within(code, "client")
}

// errorBody reads a body in one of the forms which security servers give their errors: an object or a document of type,
// message and detail (PR-REST, clause 4.6), or a fault of SOAP.
func errorBody(contentType string, body []byte) *remoteFault {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF")))
	switch {
	case bytes.HasPrefix(trimmed, []byte("{")):
		var in struct{ Type, Message, Detail string }
		if json.Unmarshal(trimmed, &in) != nil || in.Type == "" {
			return nil
		}
		return &remoteFault{code: localCode(in.Type), text: in.Message, detail: strings.TrimSpace(in.Detail)}
	case bytes.HasPrefix(trimmed, []byte("<")):
		return xmlError(contentType, trimmed)
	}
	return nil
}

func xmlError(contentType string, document []byte) *remoteFault {
	limits := Limits{}.withDefaults()
	if media, _ := parseMediaType(contentType); media == "multipart/related" {
		return nil
	}
	if got, err := readResponse(bytes.NewReader(document), "text/xml; charset=utf-8", limits, false); err == nil && got.fault != nil {
		got.fault.soap = true
		return got.fault
	}
	scanner, err := strictxml.NewScanner(document, limits.scanner())
	for err == nil { // encoding/xml would be lenient
		_, err = scanner.Next()
	}
	if err != io.EOF { //nolint:errorlint // as the scanner says it
		return nil
	}
	var in struct {
		XMLName xml.Name `xml:"error"`
		Type    string   `xml:"type"`
		Message string   `xml:"message"`
		Detail  string   `xml:"detail"`
	}
	if xml.Unmarshal(document, &in) != nil || in.Type == "" {
		return nil
	}
	return &remoteFault{code: localCode(in.Type), text: in.Message, detail: strings.TrimSpace(in.Detail)}
}

// checkPassedOn refuses what did not come over the bus.
func checkPassedOn(w *work, answer *http.Response) *CallError {
	media, _ := parseMediaType(answer.Header.Get("Content-Type"))
	passed := answer.Header.Get("X-Road-Id") != ""
	if w.rest.dialect == UXP {
		page := answer.StatusCode >= http.StatusMultipleChoices && (media == "text/html" || media == "application/xhtml+xml")
		passed = !page || answer.Header.Get("Uxp-Transaction-Id") != ""
	}
	if passed {
		return nil
	}
	failed := badResponse("status is %d, and nothing tells that it came over the bus", answer.StatusCode)
	failed.link = answer.StatusCode >= http.StatusInternalServerError
	return failed
}

// compareREST holds the header fields of a response against the request. What is absent is no failure: UXP is not known
// to send any. Of fields that come twice the last counts, because X-Road puts its own after the provider's.
func compareREST(w *work, client ClientID, id string, fields http.Header) *CallError {
	family := w.rest.dialect.family()
	names := []string{family + "Id"}
	if w.rest.dialect == UXP {
		names = append(names, "Uxp-QueryID")
	}
	in := &restReader{header: http.Header{}}
	for _, name := range append([]string{family + "Client", family + "Service"}, names...) {
		if values := fields.Values(name); len(values) > 0 {
			in.header.Set(name, values[len(values)-1])
		}
	}
	gotID, hasID := pick(in, CodeInvalidHeaderField, longestID, parsePlain, names...)
	gotClient, hasClient := pick(in, CodeInvalidHeaderField, longestIdentifier, parseClientPath, family+"Client")
	gotService, hasService := pick(in, CodeInvalidHeaderField, longestIdentifier, parseServicePath, family+"Service")
	switch {
	case in.fault != nil:
		return badResponse("%w", in.fault.Err)
	case hasID && gotID != id:
		return badResponse("header field %sId is not that of the request", family)
	case hasClient && gotClient != client:
		return badResponse("header field %sClient is not that of the request", family)
	case hasService && gotService != w.target.Service:
		return badResponse("header field %sService is not that of the request", family)
	}
	return nil
}

// restHash reads X-Road-Request-Hash, which is SHA-512 (PR-REST, clause 4.3).
func restHash(value string) *RequestHash {
	const longest = 256
	if _, err := base64.StdEncoding.DecodeString(value); value == "" || len(value) > longest || err != nil {
		return nil
	}
	return &RequestHash{Algorithm: "http://www.w3.org/2001/04/xmlenc#sha512", Value: value}
}
