package xroad

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RESTConfig is what a [RESTHandler] is made of. Zero limits and times stand for the defaults given.
type RESTConfig struct {
	Operations []RESTOperation
	// OpenAPI is the description, in JSON or YAML, which the security server reads on GET OpenAPIPath. None is served if
	// it is empty.
	OpenAPI     []byte
	OpenAPIPath string // /openapi.json if empty

	Size          int64         // bytes of a request's body; 10 MiB, above which security servers fail too
	Timeout       time.Duration // for an operation; 50 s, below the 60 s after which a security server gives up
	ReadTimeout   time.Duration // for a request's body; 30 s
	WriteTimeout  time.Duration // for a response; 30 s
	MaxConcurrent int           // requests in work; 64. More are refused at once
	MaxBuffered   int64         // bytes of all bodies held together; 32 MiB

	// Observe is called after every request, if not nil. Exchanges in parallel call it in parallel.
	Observe func(context.Context, RESTExchange)
	// Now tells the time for RESTExchange and RESTRequest; time.Now if nil.
	Now func() time.Time
}

// RESTHandler answers calls in REST over HTTP, as [Handler] answers those in SOAP.
//
// The path decides which operation is called. Where the header names a service its code has to be the operation's,
// because access on the bus is granted by service. Every failure, of the operation or before it, is the JSON object of
// [RESTError]. There are no redirects. Unknown header fields and parameters of the query are left alone.
//
// A response carries none of the fields of the bus: the provider's security server adds X-Road-Client, -Service, -Id,
// -Request-Id and -Request-Hash itself, replaces those that a provider sets, and has X-Road-Error for its own errors
// (PR-REST, clause 4.3).
type RESTHandler struct {
	config   RESTConfig
	routes   []route
	capacity *capacity
}

// NewRESTHandler checks the configuration.
func NewRESTHandler(config RESTConfig) (*RESTHandler, error) {
	routes, err := newRoutes(config.Operations)
	if err != nil {
		return nil, fmt.Errorf("new REST handler: %w", err)
	}
	if config.OpenAPIPath == "" {
		config.OpenAPIPath = "/openapi.json"
	}
	if config.OpenAPIPath[0] != '/' {
		return nil, errors.New("new REST handler: path of the description does not begin with a slash")
	}
	if config.Size <= 0 {
		config.Size = 10 << 20
	}
	setDefault(&config.Timeout, 50*time.Second)
	setDefault(&config.ReadTimeout, 30*time.Second)
	setDefault(&config.WriteTimeout, 30*time.Second)
	setDefault(&config.MaxConcurrent, 64)
	setDefault(&config.MaxBuffered, 32<<20)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &RESTHandler{
		config: config, routes: routes, capacity: newCapacity(config.MaxConcurrent, config.MaxBuffered, config.Size),
	}, nil
}

// Shutdown refuses new requests and returns when those in work are done or the context ends. It is called before the
// Shutdown of the http.Server, and once.
func (h *RESTHandler) Shutdown(ctx context.Context) error {
	return h.capacity.shutdown(ctx)
}

// RESTExchange is what there is to log and count about a request. It holds no personal data, unless an operation put
// some into its error: user and subject are left out, and so are path and query.
type RESTExchange struct {
	Received      time.Time
	Duration      time.Duration
	OpenAPI       bool   // the description was asked for
	Operation     string // the service code; empty if no operation was found
	Pattern       string // of the operation's path, as the operation has it; empty if none was found
	Method        string
	Dialect       Dialect
	TraceID       string
	TransactionID string
	MessageID     string // clipped, like the next two
	Client        string
	Service       string // as named in the header; empty if it is not
	PurposeIDs    []string
	Status        int
	Code          string // of the error; empty if the operation answered
	Err           error  // the cause of the error, or why the answer could not be delivered
	Size          int    // bytes of the answer's body
}

// restCall is the work on one request.
type restCall struct {
	handler  *RESTHandler
	control  *http.ResponseController
	w        http.ResponseWriter
	r        *http.Request
	exchange RESTExchange
	allowed  []string // methods, if the one asked for is not among them
}

// ServeHTTP implements http.Handler.
func (h *RESTHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	// As in Handler: a writer without deadlines leaves the time-outs to its server.
	_ = control.SetReadDeadline(time.Now().Add(h.config.ReadTimeout))
	c := &restCall{
		handler: h, control: control, w: w, r: r,
		exchange: RESTExchange{Received: h.config.Now(), TraceID: newTraceID(), Method: knownMethod(r.Method)},
	}
	response, err := c.answer()
	if err != nil {
		response = c.refuse(err)
	}
	c.send(response)
	c.exchange.Duration = h.config.Now().Sub(c.exchange.Received)
	if h.config.Observe != nil {
		h.config.Observe(r.Context(), c.exchange)
	}
}

// knownMethod keeps what a client invents out of logs and counters.
func knownMethod(method string) string {
	known := []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}
	if slices.Contains(known, method) {
		return method
	}
	return "other"
}

// answer finds the operation and lets it work.
func (c *restCall) answer() (response *RESTResponse, err error) {
	defer func() {
		if value := recover(); value != nil {
			response, err = nil, panicError(value)
		}
	}()
	config := &c.handler.config
	if c.r.URL.Path == config.OpenAPIPath && len(config.OpenAPI) > 0 && (c.r.Method == http.MethodGet || c.r.Method == http.MethodHead) {
		c.exchange.OpenAPI = true
		return &RESTResponse{Status: http.StatusOK, ContentType: descriptionType(config.OpenAPI), Body: config.OpenAPI}, nil
	}
	operation, path, allowed := c.handler.find(c.r)
	switch c.allowed = allowed; {
	case operation == nil && allowed == nil:
		return nil, &Fault{Code: CodeUnknownOperation, Text: "Сервіс не має такої операції.", Err: errors.New("path belongs to no operation")}
	case operation == nil:
		return nil, &Fault{Code: CodeInvalidHTTPMethod, Text: "Операція не приймає такого методу HTTP.", Err: errors.New("method belongs to no operation")}
	}
	c.exchange.Operation, c.exchange.Pattern = operation.Name, operation.Path
	header, err := ReadRESTHeader(c.r)
	if err != nil {
		return nil, err
	}
	c.note(header)
	if header.Service != nil && header.Service.Service != operation.Name {
		return nil, &Fault{Code: CodeInconsistentHeaders, Text: "Код сервісу в заголовку не відповідає адресі запиту.",
			Err: errors.New("path and service code name different operations")}
	}
	if c.handler.capacity.closing.Load() {
		return nil, busy(SOAP11, nil, errors.New("shutting down"))
	}
	held := c.handler.capacity.hold()
	defer held.release()
	body, err := c.read(held)
	if err != nil {
		return nil, err
	}
	if !held.place() {
		return nil, busy(SOAP11, nil, errors.New("too many requests in work, or shutting down"))
	}
	request := &RESTRequest{
		Header: header, Method: c.r.Method, Query: c.r.URL.Query(), ContentType: c.r.Header.Get("Content-Type"), Body: body,
		TraceID: c.exchange.TraceID, Received: c.exchange.Received, path: path,
	}
	if c.r.TLS != nil && len(c.r.TLS.PeerCertificates) > 0 {
		request.Peer = c.r.TLS.PeerCertificates[0]
	}
	return c.run(held, operation, request)
}

// descriptionType tells JSON from YAML.
func descriptionType(document []byte) string {
	if strings.HasPrefix(strings.TrimSpace(string(document[:min(len(document), 64)])), "{") {
		return "application/json; charset=utf-8"
	}
	return "application/yaml; charset=utf-8"
}

// note keeps what is known of the call for the observer.
func (c *restCall) note(header *RESTHeader) {
	c.exchange.Dialect, c.exchange.TransactionID, c.exchange.PurposeIDs = header.Dialect, header.TransactionID, header.PurposeIDs
	c.exchange.MessageID, c.exchange.Client = clip(header.ID), clip(header.Client.String())
	if header.Service != nil {
		c.exchange.Service = clip(header.Service.String())
	}
}

// read reads the body within its bounds.
func (c *restCall) read(held *hold) ([]byte, error) {
	limit := c.handler.config.Size
	tooLarge := &Fault{Code: CodeTooLarge, Text: "Запит завеликий.", Err: errors.New("request beyond size limit")}
	if encoding := c.r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		c.w.Header().Set("Connection", "close")
		return nil, &Fault{Code: CodeInvalidContentType, Text: "Стиснені запити не приймаються.", Err: errors.New("content encoding")}
	}
	if c.r.ContentLength > limit {
		c.w.Header().Set("Connection", "close") // the body is not worth reading
		return nil, tooLarge
	}
	room := &heldReader{c.r.Body, held, time.Now().Add(c.handler.config.ReadTimeout)}
	body, err := io.ReadAll(io.LimitReader(room, limit+1))
	switch {
	case err == nil && int64(len(body)) <= limit:
		// From here on net/http reads from the connection to see the client leave; a deadline would look like that.
		_ = c.control.SetReadDeadline(time.Time{})
		return body, nil
	case err == nil:
		c.w.Header().Set("Connection", "close")
		return nil, tooLarge
	}
	c.w.Header().Set("Connection", "close")
	if errors.Is(err, errNoRoom) {
		return nil, busy(SOAP11, nil, err)
	}
	text := "Запит не вдалося прочитати."
	if errors.Is(err, os.ErrDeadlineExceeded) {
		text = "Запит не надійшов вчасно."
	}
	return nil, &Fault{Code: CodeInvalidRequest, Text: text, Err: err}
}

// run lets the operation work. It does not wait longer than the time allowed, whatever the operation does.
func (c *restCall) run(held *hold, operation *RESTOperation, request *RESTRequest) (*RESTResponse, error) {
	ctx, cancel := context.WithTimeout(c.r.Context(), c.handler.config.Timeout)
	defer cancel()
	response, err := withinTime(ctx, held, func() (*RESTResponse, error) { return operation.respond(ctx, request) })
	var fault *Fault
	var given *RESTError
	if ctx.Err() != nil && errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &fault) && !errors.As(err, &given) {
		return nil, &Fault{Code: CodeTimeout, Text: "Сервіс не встиг відповісти, спробуйте пізніше.", Err: err}
	}
	return response, err
}

// respond calls the operation and checks its answer. A panic is an error like any other.
func (o *RESTOperation) respond(ctx context.Context, request *RESTRequest) (response *RESTResponse, err error) {
	defer func() {
		if value := recover(); value != nil {
			response, err = nil, panicError(value)
		}
	}()
	response, err = o.Handle(ctx, request)
	switch {
	case err != nil:
		return nil, err
	case response == nil:
		return nil, errors.New("operation returned no response")
	case response.Status != 0 && (response.Status < 200 || response.Status > 599 || response.Status/100 == 3):
		return nil, fmt.Errorf("operation returned status %d", response.Status)
	}
	return response, nil
}

// refuse words an error as a response.
func (c *restCall) refuse(err error) *RESTResponse {
	failed := asRESTError(err)
	if failed.Detail == "" {
		failed.Detail = c.exchange.TraceID
	}
	c.exchange.Code, c.exchange.Err = failed.Code, failed.Err
	response := &RESTResponse{Status: failed.Status, ContentType: "application/json; charset=utf-8", Body: failed.marshal(), Header: http.Header{}}
	if failed.Status == http.StatusMethodNotAllowed && len(c.allowed) > 0 {
		response.Header.Set("Allow", strings.Join(c.allowed, ", "))
	}
	if failed.Code == CodeBusy {
		response.Header.Set("Retry-After", "1")
	}
	return response
}

// send writes the answer. Whether it arrives is the observer's to know.
func (c *restCall) send(response *RESTResponse) {
	header := c.w.Header()
	for name, values := range response.Header {
		if ownField(name) {
			header[http.CanonicalHeaderKey(name)] = values
		}
	}
	body, status := response.Body, response.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status == http.StatusNoContent || status == http.StatusResetContent {
		body = nil
	} else {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if len(body) > 0 {
		header.Set("Content-Type", response.ContentType)
	}
	if !c.exchange.OpenAPI {
		header.Set("Cache-Control", "no-store") // it may be about a person
	}
	header.Set("X-Content-Type-Options", "nosniff")
	if c.handler.capacity.closing.Load() {
		header.Set("Connection", "close")
	}
	c.exchange.Status, c.exchange.Size = status, len(body)

	_ = c.control.SetWriteDeadline(time.Now().Add(c.handler.config.WriteTimeout))
	c.w.WriteHeader(status)
	_, err := c.w.Write(body)
	if c.r.Method == http.MethodHead || len(body) == 0 {
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
	_ = c.control.SetWriteDeadline(time.Time{}) // the connection may go on to another handler
}

// ownField reports whether an operation may set a field of the response.
func ownField(name string) bool {
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"Content-Length", "Content-Type", "Content-Encoding", "Server":
		return false
	}
	return !strings.HasPrefix(name, "Uxp-") && !strings.HasPrefix(name, "X-Road-")
}
