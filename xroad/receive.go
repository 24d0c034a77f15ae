package xroad

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// receive reads the response and holds it against the request.
func (c *Client) receive(ctx context.Context, w *work, sent *Header, answer *http.Response, record *Attempt) (*Answer, *CallError) {
	if status := answer.StatusCode; status != http.StatusOK && status != http.StatusInternalServerError {
		failed := statusFailure(w, answer)
		failed.link = failed.Fault == nil && status >= http.StatusInternalServerError
		return nil, note(failed, record)
	}
	if encoding := answer.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, badResponse("response has a content encoding, which was not asked for")
	}
	got, err := readResponse(answer.Body, answer.Header.Get("Content-Type"), c.config.Limits, w.target.Attachments)
	if err != nil {
		return nil, note(unreadable(ctx, w, answer, err), record)
	}
	record.RequestHash = got.hash
	if got.header != nil {
		if failed := compare(sent, got.header); failed != nil {
			return nil, failed
		}
		record.Dropped = dropped(sent, got.header)
	}
	switch {
	case got.fault != nil:
		return nil, note(got.fault.asCallError(w), record)
	case answer.StatusCode != http.StatusOK:
		return nil, badResponse("status is 500, but the body is no fault")
	case got.body.Name != w.target.response:
		return nil, badResponse("body is neither a fault nor the element of the response")
	}
	return &Answer{
		Message:     Message{Version: got.version, Header: got.header, Body: got.body},
		Attachments: got.attachments, Dropped: record.Dropped, Attempts: w.sent,
		MessageID: record.MessageID, TransactionID: record.TransactionID, RequestHash: got.hash,
	}, nil
}

// note keeps the fault's code for the observer.
func note(failed *CallError, record *Attempt) *CallError {
	if failed.Fault != nil {
		record.FaultCode = failed.Fault.Code
	}
	return failed
}

// unreadable judges a response that was not read: cut off, late, or not a SOAP message within the limits.
func unreadable(ctx context.Context, w *work, answer *http.Response, err error) *CallError {
	var own *Fault
	if !errors.As(err, &own) {
		return networkFailure(ctx, err, true)
	}
	if failed := headerFault(w, answer.Header); failed != nil {
		return failed
	}
	return badResponse("read response: %w", own.Err) // without the code, which would read as if somebody had sent it
}

// statusFailure judges a response whose status a security server does not use for SOAP.
func statusFailure(w *work, answer *http.Response) *CallError {
	if failed := headerFault(w, answer.Header); failed != nil {
		return failed
	}
	return badResponse("status is %d", answer.StatusCode)
}

// headerFault returns the fault that UXP tells in the fields of an HTTP response whose body is no message, if it does.
func headerFault(w *work, header http.Header) *CallError {
	code := localCode(header.Get("Uxp-Faultcode"))
	if code == "" {
		return nil
	}
	return (&remoteFault{code: code, text: header.Get("Uxp-Faultstring")}).asCallError(w)
}

// compare checks what ties a response to its request: X-Road fails an exchange whose values differ. A field which
// is absent is another matter, see dropped.
func compare(sent, got *Header) *CallError {
	for _, field := range []struct {
		f     field
		equal bool
	}{
		{fieldID, sent.ID == got.ID},
		{fieldClient, sent.Client == got.Client},
		{fieldService, sent.Service == got.Service},
		{fieldUserID, returned(sent.UserID, got.UserID)},
		{fieldIssue, returned(sent.Issue, got.Issue)},
		{fieldRepresentedParty, got.RepresentedParty == nil || sent.RepresentedParty.equal(got.RepresentedParty)},
	} {
		if !field.equal {
			return badResponse("header field %s is not that of the request", field.f)
		}
	}
	return nil
}

// returned compares an optional text. What was not sent may come back empty, from programs that know no absence.
func returned(sent, got *string) bool {
	return got == nil || equalOptional(sent, got) || sent == nil && *got == ""
}

// dropped lists the optional fields that were sent and did not come back.
func dropped(sent, got *Header) []string {
	var names []string
	if sent.UserID != nil && got.UserID == nil {
		names = append(names, fieldUserID.String())
	}
	if sent.Issue != nil && got.Issue == nil {
		names = append(names, fieldIssue.String())
	}
	if sent.RepresentedParty != nil && got.RepresentedParty == nil {
		names = append(names, fieldRepresentedParty.String())
	}
	return names
}
