package xroad

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Config is what a [Handler] is made of. Zero limits and times stand for the defaults given.
type Config struct {
	Operations []Operation
	WSDL       *WSDL // served on GET ?wsdl, with headers declared on ?wsdl=headers; nil serves none

	Limits        Limits
	Timeout       time.Duration // for an operation; 50 s, below the 60 s after which a security server gives up
	ReadTimeout   time.Duration // for a request's body; 30 s
	WriteTimeout  time.Duration // for a response; 30 s
	MaxConcurrent int           // requests in work; 64. More are refused at once
	MaxBuffered   int64         // bytes of all bodies held together; 32 MiB

	// Observe is called after every request, if not nil. Exchanges in parallel call it in parallel.
	Observe func(context.Context, Exchange)
	// Now tells the time for Exchange and Request; time.Now if nil.
	Now func() time.Time
}

// Handler answers X-Road requests over HTTP.
//
// Every answer has status 200 or 500, because a security server turns any other into an error of its own and hides
// what we said: faults, unknown paths and methods, time-outs, overload and shutdown included. For this to hold it must
// not stand behind an http.ServeMux, which redirects. [Guard] sees to what net/http answers by itself before a handler
// is called.
//
// The bodies of requests have MaxBuffered bytes of memory together, whatever comes, and what is made of them some times
// as much: a quarter is for those above 64 KiB, which wait until there is room for one of the largest size, the rest for the
// others, which are refused when there is none. A request has its place among the MaxConcurrent when it has been read, so
// that senders who do not come to an end keep nobody out.
//
// Path and query of a POST do not matter, nor does SOAPAction, nor Accept.
type Handler struct {
	config     Config
	operations operations
	capacity   *capacity
}

// NewHandler checks the configuration.
func NewHandler(config Config) (*Handler, error) {
	all, err := newOperations(config.Operations)
	if err != nil {
		return nil, fmt.Errorf("new handler: %w", err)
	}
	if config.WSDL != nil {
		for _, headers := range []bool{false, true} {
			if _, err := config.WSDL.Marshal("http://localhost/", headers); err != nil {
				return nil, fmt.Errorf("new handler: %w", err)
			}
		}
	}
	config.Limits = config.Limits.withDefaults()
	setDefault(&config.Timeout, 50*time.Second)
	setDefault(&config.ReadTimeout, 30*time.Second)
	setDefault(&config.WriteTimeout, 30*time.Second)
	setDefault(&config.MaxConcurrent, 64)
	setDefault(&config.MaxBuffered, 32<<20)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Handler{
		config: config, operations: all,
		capacity: newCapacity(config.MaxConcurrent, config.MaxBuffered, config.Limits.Size),
	}, nil
}

func setDefault[T time.Duration | int | int64](value *T, standard T) {
	if *value <= 0 {
		*value = standard
	}
}

// Shutdown refuses new requests, with a fault, and returns when those in work are done or the context ends. It is
// called before the Shutdown of the http.Server, and once.
func (h *Handler) Shutdown(ctx context.Context) error {
	return h.capacity.shutdown(ctx)
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	// A writer without deadlines, as in tests, leaves the time-outs to its server. The deadline is set before anything
	// is answered, because net/http reads what is left of a body first.
	_ = control.SetReadDeadline(time.Now().Add(h.config.ReadTimeout))
	call := &call{
		handler: h, control: control, w: w, r: r,
		exchange: Exchange{
			Received:      h.config.Now(),
			TraceID:       newTraceID(),
			TransactionID: fitForLog(r.Header.Get(UXP.transactionField())),
		},
	}
	call.serve()
}

// Exchange is what there is to log and count about a request. It holds no personal data, unless an operation put
// some into its error: the user's identifier is left out, and so are path and query.
type Exchange struct {
	Received      time.Time
	Duration      time.Duration
	WSDL          bool   // the description was asked for
	Operation     string // empty if none was found
	Version       Version
	TraceID       string
	TransactionID string
	MessageID     string // clipped, like the next two
	Client        string
	Service       string
	Status        int    // 200 or 500
	FaultCode     string // empty if the answer was no fault
	Err           error  // the cause of the fault, or why the answer could not be delivered
	Size          int    // bytes of the answer's body
}

// call is the work on one request.
type call struct {
	handler  *Handler
	control  *http.ResponseController
	w        http.ResponseWriter
	r        *http.Request
	exchange Exchange

	contentType string // of a response
}

func (c *call) serve() {
	answer, err := c.answer()
	status, contentType := http.StatusOK, c.contentType
	if err != nil {
		fault := c.asFault(err)
		status, contentType, answer = http.StatusInternalServerError, fault.Version.ContentType(), fault.Marshal()
		c.exchange.Version, c.exchange.FaultCode, c.exchange.Err = fault.Version, fault.dottedCode(), fault.Err
	} else if c.exchange.WSDL {
		contentType = SOAP11.ContentType()
	}
	c.send(status, contentType, answer)
	c.exchange.Duration = c.handler.config.Now().Sub(c.exchange.Received)
	if observe := c.handler.config.Observe; observe != nil {
		observe(c.r.Context(), c.exchange)
	}
}

// answer returns the body of a successful answer.
func (c *call) answer() (body []byte, err error) {
	defer func() {
		if value := recover(); value != nil {
			body, err = nil, panicError(value)
		}
	}()
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		if headers, ok := wantsWSDL(c.r.URL); ok && c.handler.config.WSDL != nil {
			c.exchange.WSDL = true
			return c.handler.config.WSDL.Marshal(c.address(), headers)
		}
	}
	if c.r.Method != http.MethodPost {
		return nil, &Fault{Code: CodeInvalidHTTPMethod, Text: "Сервіс приймає лише запити POST.",
			Err: errors.New("method is not POST")}
	}
	if c.handler.capacity.closing.Load() {
		return nil, busy(c.askedVersion(), nil, errors.New("shutting down"))
	}
	held := c.handler.capacity.hold()
	defer held.release()
	operation, request, err := c.read(held)
	if err != nil {
		return nil, err
	}
	c.exchange.Operation = operation.Name
	if !held.place() {
		return nil, busy(request.Version, request.Header, errors.New("too many requests in work, or shutting down"))
	}
	return c.run(held, operation, request)
}

// askedVersion is the version to answer in while the envelope has not told.
func (c *call) askedVersion() Version {
	return announcedVersion(c.r.Header.Get("Content-Type"))
}

func busy(version Version, header *Header, err error) *Fault {
	return &Fault{Code: CodeBusy, Text: "Сервіс перевантажений, спробуйте пізніше.", Version: version, Header: header, Err: err}
}

// read reads the message within the time for it and finds the operation, which says whether it wants attachments.
func (c *call) read(held *hold) (operation *Operation, request *Package, err error) {
	limits := c.handler.config.Limits
	body := &heldReader{c.r.Body, held, time.Now().Add(c.handler.config.ReadTimeout)}
	request, err = readPackage(body, c.r.Header.Get("Content-Type"), limits, func(in *incoming) (*Message, bool, error) {
		message, err := in.parse(&parser{version: in.version}, limits)
		if err != nil {
			return nil, false, err
		}
		c.note(message.Version, message.Header)
		operation, err = c.handler.operations.find(message)
		return message, err == nil && operation.Attachments, err
	})
	var fault *Fault
	switch {
	case err == nil:
		// From here on net/http reads from the connection to see the client leave; a deadline would look like that.
		_ = c.control.SetReadDeadline(time.Time{})
		return operation, request, nil
	case errors.As(err, &fault):
		if fault.Code == CodeTooLarge {
			c.w.Header().Set("Connection", "close") // the rest of the body is not worth reading
		}
		c.note(fault.Version, fault.Header)
		return nil, nil, fault
	}
	c.w.Header().Set("Connection", "close")
	if errors.Is(err, errNoRoom) {
		return nil, nil, busy(c.askedVersion(), nil, err)
	}
	text := "Запит не вдалося прочитати."
	if errors.Is(err, os.ErrDeadlineExceeded) {
		text = "Запит не надійшов вчасно."
	}
	return nil, nil, &Fault{Code: CodeInvalidRequest, Text: text, Version: c.askedVersion(), Err: err}
}

// note keeps what is known of the message for the observer.
func (c *call) note(version Version, header *Header) {
	c.exchange.Version = version
	if header != nil {
		c.exchange.MessageID = clip(header.ID)
		c.exchange.Client = clip(header.Client.String())
		c.exchange.Service = clip(header.Service.String())
	}
}

// asFault returns the fault to send for an error.
func (c *call) asFault(err error) *Fault {
	var fault *Fault
	if !errors.As(err, &fault) {
		fault = internalError(err)
	}
	if fault.Detail == "" {
		fault.Detail = c.exchange.TraceID
	}
	return fault
}

// send writes the answer. Whether it arrives is the observer's to know.
func (c *call) send(status int, contentType string, body []byte) {
	header := c.w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if c.handler.capacity.closing.Load() {
		header.Set("Connection", "close")
	}
	c.exchange.Status, c.exchange.Size = status, len(body)

	_ = c.control.SetWriteDeadline(time.Now().Add(c.handler.config.WriteTimeout))
	c.w.WriteHeader(status)
	_, err := c.w.Write(body)
	if c.r.Method == http.MethodHead {
		err = nil // net/http says that there is no body
	}
	if err == nil {
		if err = c.control.Flush(); errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
	}
	if err != nil && c.exchange.Err == nil {
		c.exchange.Err = fmt.Errorf("send answer: %w", err)
	}
}

// wantsWSDL recognises the query ?wsdl, in any case, and its variant with headers.
func wantsWSDL(target *url.URL) (headers, ok bool) {
	for name, values := range target.Query() {
		if strings.EqualFold(name, "wsdl") {
			return strings.EqualFold(values[0], "headers"), true
		}
	}
	return false, false
}

// address is where the client found us, unless the configuration knows better.
func (c *call) address() string {
	if address := c.handler.config.WSDL.Address; address != "" {
		return address
	}
	address := url.URL{Scheme: "http", Host: c.r.Host, Path: c.r.URL.Path}
	if c.r.TLS != nil {
		address.Scheme = "https"
	}
	if address.Host == "" { // HTTP/1.0 asks without one
		if local, ok := c.r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
			address.Host = local.String()
		}
	}
	if address.Path == "" {
		address.Path = "/"
	}
	return address.String()
}

func newTraceID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
