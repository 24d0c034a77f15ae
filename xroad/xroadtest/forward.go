package xroadtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// request is what a provider is asked.
type request struct {
	method, address string
	header          http.Header
	body            []byte
}

// reply is what a provider said.
type reply struct {
	status      int
	contentType string
	header      http.Header
	body        []byte
}

// ask forwards a message and judges the reply.
func (s *Server) ask(r *http.Request, service *Service, message *xroad.Message, sent *parcel, e *Exchange) (*answer, *refusal) {
	out := request{method: http.MethodPost, address: service.URL, body: sent.body(), header: http.Header{
		"Content-Type": {sent.contentType},
		"Soapaction":   {r.Header.Get("Soapaction")}, // sent empty if it was absent
	}}
	got, refused := s.pass(r.Context(), service, out, e)
	if refused != nil {
		return nil, refused
	}
	return s.judge(message, sent, got)
}

// pass asks the provider within the time that the service has.
func (s *Server) pass(ctx context.Context, service *Service, out request, e *Exchange) (*reply, *refusal) {
	timeout := service.Timeout
	if timeout <= 0 {
		timeout = 60 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	times := 1
	if e.Fault == Twice {
		times = 2
	}
	var got *reply
	for range times {
		e.Forwarded++
		var err error
		if got, err = s.forward(ctx, service, out, e); err != nil {
			return nil, failed(networkCode(err), fmt.Errorf("ask provider: %w", err))
		}
		e.Provider = got.status
	}
	if int64(len(got.body)) > s.config.Limits.Size {
		return nil, failed("IOError", errors.New("response beyond size limit"))
	}
	return got, nil
}

// networkCode is the last part of the code that X-Road gives an error of the connection.
func networkCode(err error) string {
	var name *net.DNSError
	if errors.As(err, &name) {
		return "UnknownHost"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "IOError"
	}
	return "NetworkError"
}

// forward sends a request to the provider as the dialect has it.
func (s *Server) forward(ctx context.Context, service *Service, out request, e *Exchange) (*reply, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	content := newOutgoing(ctx, out.body, e.Fault)
	switch {
	case e.Fault == GiveUp && service.Handler != nil:
		content.done = cancel
	case e.Fault == GiveUp:
		// The connection is left when the message is on it, not before.
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	}
	address := out.address
	if service.Handler != nil {
		address = "http://provider.invalid/" + strings.TrimPrefix(address, "/")
	}
	request, err := http.NewRequestWithContext(ctx, out.method, address, content)
	if err != nil {
		return nil, err
	}
	request.Header = out.header.Clone()
	request.ContentLength = -1 // chunked
	switch {
	case len(out.body) == 0 && out.method != http.MethodPost:
		request.Body, request.ContentLength = http.NoBody, 0
	case s.config.Dialect == UXP && e.Fault != EndlessRequest:
		request.ContentLength = int64(len(out.body)) // inferred
	}
	if s.config.Dialect == UXP {
		request.Header.Set("Uxp-Transaction-Id", e.TransactionID)
	}
	request.Header.Set("Accept-Encoding", "")
	request.Header.Set("User-Agent", "Apache-HttpClient/4.5 (Java/11)")
	if service.Handler != nil {
		return s.call(service.Handler, request)
	}
	response, err := s.clients[service.ID].Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	if e.Fault == GiveUp { // the answer was faster than the leaving
		return nil, context.Canceled
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, s.config.Limits.Size+1))
	if err != nil {
		return nil, err
	}
	return &reply{response.StatusCode, response.Header.Get("Content-Type"), response.Header, answer}, nil
}

// outgoing is a body that may end otherwise than well.
type outgoing struct {
	io.Reader
	end   error  // instead of io.EOF, if not nil
	done  func() // called at the end, if not nil
	left  chan struct{}
	leave sync.Once // closes left
}

func newOutgoing(ctx context.Context, body []byte, fault Fault) *outgoing {
	content := &outgoing{Reader: bytes.NewReader(body), left: make(chan struct{})}
	half := bytes.NewReader(body[:len(body)/2])
	switch fault {
	case CutRequest:
		content.Reader, content.end = half, errors.New("cut by the test")
	case SlowRequest:
		content.Reader = io.MultiReader(half, silence{ctx, content.left})
	case EndlessRequest:
		content.Reader = io.MultiReader(content.Reader, spaces{})
	}
	return content
}

// silence ends, without a byte, when nobody reads any more.
type silence struct {
	ctx  context.Context
	left <-chan struct{}
}

// Read implements io.Reader.
func (s silence) Read([]byte) (int, error) {
	select {
	case <-s.left:
	case <-s.ctx.Done():
	}
	return 0, io.ErrUnexpectedEOF
}

// spaces do not end.
type spaces struct{}

// Read implements io.Reader.
func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func (o *outgoing) Read(p []byte) (int, error) {
	n, err := o.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		if o.done != nil {
			o.done()
		}
		if o.end != nil {
			err = o.end
		}
	}
	return n, err
}

// Close implements io.Closer.
func (o *outgoing) Close() error {
	o.leave.Do(func() { close(o.left) })
	return nil
}

// call lets a provider in this process answer.
func (s *Server) call(handler http.Handler, request *http.Request) (*reply, error) {
	request.RequestURI = request.URL.RequestURI()
	w := &recorder{header: http.Header{}, limit: s.config.Limits.Size + 1}
	cut := false
	func() {
		defer func() {
			switch value := recover(); value {
			case nil:
			case http.ErrAbortHandler:
				cut = true
			default:
				panic(value)
			}
		}()
		handler.ServeHTTP(w, request)
	}()
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	if cut {
		return nil, io.ErrUnexpectedEOF
	}
	w.WriteHeader(http.StatusOK)
	return &reply{w.status, w.sent.Get("Content-Type"), w.sent, w.body.Bytes()}, nil
}

// recorder keeps an answer, up to a limit.
type recorder struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
	limit        int64
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status, w.sent = status, maps.Clone(w.header)
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if int64(w.body.Len()+len(p)) > w.limit {
		p = p[:w.limit-int64(w.body.Len())]
		_, _ = w.body.Write(p)
		return len(p), io.ErrShortWrite
	}
	return w.body.Write(p)
}
