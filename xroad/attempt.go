package xroad

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"sync/atomic"
	"time"
)

// Attempt is what there is to log and count about one message of a call. It holds no personal data.
type Attempt struct {
	Began         time.Time
	Duration      time.Duration
	Number        int // 1 for the first message of a call
	Service       ServiceID
	MessageID     string
	TransactionID string
	RequestHash   *RequestHash
	Status        int // of HTTP; 0 without response
	FaultCode     string
	Dropped       []string // optional header fields that were not returned
	Err           error    // a *CallError, or nil
}

// work is a call on its way.
type work struct {
	target     *target
	call       Call
	element    []byte // of the body
	repeatable bool   // may be sent twice
	exchange   func(context.Context, *work, *Attempt) (*Answer, *CallError)
	rest       *restWork // nil in SOAP
	last       time.Time // when the last repetition may begin
	sent       int       // messages

	packaging *packaging // nil for a bare envelope
}

// attempt sends one message if it may and reads the answer.
func (c *Client) attempt(ctx context.Context, w *work) (*Answer, *CallError) {
	held := verdict{kind: ErrUnavailable, undelivered: true}
	waiting, cancel := context.WithDeadline(ctx, w.last)
	defer cancel()
	if err := c.gate.enter(waiting); err != nil {
		return nil, failure(held, "wait for other calls: %w", err)
	}
	defer c.gate.leave()
	link, err := c.link.ask()
	if err != nil {
		return nil, failure(held, "security server: %w", err)
	}
	service, err := w.target.breaker.ask()
	if err != nil {
		link(resultUnknown)
		return nil, failure(held, "service: %w", err)
	}
	w.sent++
	record := Attempt{Began: c.config.Now(), Number: w.sent, Service: w.target.Service, MessageID: newMessageID()}
	answer, failed := w.exchange(ctx, w, &record)
	link(linkResult(failed))
	service(serviceResult(failed))
	if failed != nil {
		failed.MessageID, failed.TransactionID = record.MessageID, record.TransactionID
		failed.RequestHash, failed.Status = record.RequestHash, record.Status
		record.Err = failed
	}
	record.Duration = c.config.Now().Sub(record.Began)
	if c.config.Observe != nil {
		c.config.Observe(ctx, record)
	}
	return answer, failed
}

// linkResult is what an exchange says about the security server.
func linkResult(failed *CallError) result {
	switch {
	case failed != nil && failed.link:
		return resultFailed
	case failed == nil || failed.Status != 0:
		return resultWorked
	}
	return resultUnknown
}

// serviceResult is what an exchange says about the service.
func serviceResult(failed *CallError) result {
	switch {
	case failed != nil && failed.verdict.failing:
		return resultFailed
	case failed == nil || failed.Fault != nil:
		return resultWorked
	}
	return resultUnknown
}

// exchange is one HTTP exchange with the security server.
func (c *Client) exchange(ctx context.Context, w *work, record *Attempt) (*Answer, *CallError) {
	header := w.header(c.config.Client, record.MessageID)
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	body, contentType := w.message(header)
	request, err := http.NewRequestWithContext(traced, http.MethodPost, w.target.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, failure(verdict{kind: ErrRefused, undelivered: true}, "make request: %w", err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("User-Agent", "") // sends none
	if w.target.Version == SOAP11 {
		request.Header["SOAPAction"] = []string{`"` + w.target.Action + `"`} // Set would spell it Soapaction
	}
	// Below http.Client, which would follow redirects.
	answer, err := c.roundTripper(w.target).RoundTrip(request)
	if err != nil {
		return nil, networkFailure(ctx, err, connected.Load())
	}
	defer answer.Body.Close()
	record.Status, record.TransactionID = answer.StatusCode, fitForLog(answer.Header.Get(UXP.transactionField()))
	return c.receive(ctx, w, header, answer, record)
}

func (c *Client) roundTripper(t *target) http.RoundTripper {
	if t.url.Scheme == "https" {
		return c.keyring.current()
	}
	return c.plain
}

// networkFailure judges an exchange without a complete response. Only before there is a connection is it certain that
// nothing was delivered.
func networkFailure(ctx context.Context, err error, connected bool) *CallError {
	if connected {
		err = hideReceived(err)
	}
	v := verdict{kind: ErrUnavailable, undelivered: !connected}
	switch cause := context.Cause(ctx); {
	case errors.Is(err, errNotPinned), isAlert(err):
		v.kind = ErrConfiguration
		return failure(v, "connect to security server: %w", err)
	case errors.Is(cause, errNoAnswer):
		v.failing = connected
		failed := failure(v, "security server: %w", cause)
		failed.link = !connected
		return failed
	case cause != nil: // the caller has gone, or the client is being closed
		return failure(v, "call was ended: %w", cause)
	}
	v.again = reads
	if !connected {
		v.again = always
	}
	failed := failure(v, "reach security server: %w", err)
	failed.link = true
	return failed
}

// hideReceived keeps of an error after a connection was made what cannot quote what came over it, as net/http does
// when it does not understand a response.
func hideReceived(err error) error {
	for _, plain := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, os.ErrDeadlineExceeded} {
		if errors.Is(err, plain) {
			return plain
		}
	}
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation
	}
	return fmt.Errorf("response is not HTTP, or the connection broke (%T)", err)
}

// isAlert recognises that the other side ended a connection in TLS, as security servers do to a certificate which they
// were not given. crypto/tls marks such errors by nothing else.
func isAlert(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "remote error"
}

// header makes the header of a message.
func (w *work) header(client ClientID, id string) *Header {
	h := &Header{Client: client, Service: w.target.Service, ID: id, ProtocolVersion: "4.0",
		RepresentedParty: w.call.RepresentedParty}
	if w.call.UserID != "" {
		h.UserID = &w.call.UserID
	}
	if w.call.Issue != "" {
		h.Issue = &w.call.Issue
	}
	return h
}

// pack decides how the message goes out.
func (w *work) pack() error {
	if len(w.call.Attachments) == 0 && !w.target.MTOM {
		return nil
	}
	var err error
	if w.packaging, err = newPackaging(w.target.Version, w.call.Attachments); err != nil {
		return err
	}
	w.packaging.action = w.target.Action
	if w.target.MTOM {
		w.element, err = w.packaging.optimise(w.element)
	}
	return err
}

// size is what the payload and the attachments have.
func (w *work) size() int64 {
	size := int64(len(w.element))
	if w.packaging != nil {
		size += w.packaging.size()
	}
	return size
}

// message returns the body of a request and its Content-Type.
func (w *work) message(header *Header) (body []byte, contentType string) {
	envelope := marshalEnvelope(w.target.Version, header, w.element)
	if w.packaging != nil {
		return w.packaging.marshal(envelope)
	}
	return envelope, w.target.contentType
}

// newMessageID returns a random UUID (RFC 9562, clause 5.4).
func newMessageID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[6], id[8] = id[6]&0x0F|0x40, id[8]&0x3F|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}
