package xroad

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// run lets the operation work on the message and returns the encoded response. It does not wait longer than the time
// allowed, whatever the operation does.
func (c *call) run(held *hold, operation *Operation, message *Package) ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.r.Context(), c.handler.config.Timeout)
	defer cancel()
	header := *message.Header
	request := &Request{
		Version:       message.Version,
		Header:        &header,
		Body:          message.Body,
		Attachments:   message.Attachments,
		TransactionID: c.exchange.TransactionID,
		TraceID:       c.exchange.TraceID,
		Received:      c.exchange.Received,
		optimised:     message.optimised,
	}
	if c.r.TLS != nil && len(c.r.TLS.PeerCertificates) > 0 {
		request.Peer = c.r.TLS.PeerCertificates[0]
	}
	type encoded struct {
		body        []byte
		contentType string
	}
	response, err := withinTime(ctx, held, func() (out encoded, err error) {
		out.body, out.contentType, err = operation.respond(ctx, request, message.Header)
		return out, err
	})
	if err != nil {
		return nil, outcome(ctx, err, &message.Message)
	}
	c.contentType = response.contentType
	return response.body, nil
}

// withinTime returns what the work comes to, or the context's error when that ends before. The work goes on then, and what
// the request holds is not given back until it is done.
func withinTime[T any](ctx context.Context, held *hold, work func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	held.share()
	go func() {
		defer held.release()
		value, err := work()
		results <- result{value, err}
	}()
	var r result
	select {
	case r = <-results:
	case <-ctx.Done():
		r.err = ctx.Err()
	}
	return r.value, r.err
}

// respond calls the operation and encodes its answer. A panic in either is an error like any other.
func (o *Operation) respond(ctx context.Context, request *Request, header *Header) (response []byte, contentType string, err error) {
	defer func() {
		if value := recover(); value != nil {
			response, err = nil, panicError(value)
		}
	}()
	version, optimised := request.Version, request.optimised && o.MTOM // before the operation can change them
	answer, err := o.Handle(ctx, request)
	if err != nil {
		return nil, "", err
	}
	reply := Reply{Payload: answer}
	switch given := answer.(type) {
	case Reply:
		reply = given
	case *Reply:
		if reply = (Reply{}); given != nil {
			reply = *given
		}
	}
	element, err := marshalPayload(o.response(), reply.Payload)
	if err != nil {
		return nil, "", fmt.Errorf("marshal response: %w", err)
	}
	if len(reply.Attachments) == 0 && !optimised {
		return marshalEnvelope(version, header, element), version.ContentType(), nil
	}
	p, err := newPackaging(version, reply.Attachments)
	if err == nil && optimised {
		element, err = p.optimise(element)
	}
	if err != nil {
		return nil, "", fmt.Errorf("attach to response: %w", err)
	}
	response, contentType = p.marshal(marshalEnvelope(version, header, element))
	return response, contentType, nil
}

// panicError keeps the stack and, of the value, only what cannot be data.
func panicError(value any) error {
	reason := fmt.Sprintf("%T", value)
	if err, ok := value.(runtime.Error); ok {
		reason = err.Error()
	}
	return fmt.Errorf("panic: %s\n%s", reason, debug.Stack())
}

// outcome turns the error of an operation into the fault that tells as much as the caller may know.
func outcome(ctx context.Context, err error, message *Message) *Fault {
	fault := internalError(err)
	var given *Fault
	switch {
	case errors.As(err, &given) && given != nil:
		*fault = *given          // a copy: the operation may return the same one again
		if err != error(given) { //nolint:errorlint // not the same one: it was wrapped on the way
			fault.Err = err
		}
	case ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded):
		fault.Code, fault.Text = CodeTimeout, "Сервіс не встиг відповісти, спробуйте пізніше."
	}
	fault.Version, fault.Header = message.Version, message.Header
	return fault
}

func internalError(err error) *Fault {
	return &Fault{Code: CodeInternalError, Text: "Внутрішня помилка сервісу.", Err: err}
}
