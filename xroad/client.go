package xroad

import (
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// ClientConfig is what a [Client] is made of. Zero limits, times and numbers stand for the defaults given.
type ClientConfig struct {
	Client ClientID // who calls: our subsystem
	// URL is the address of our security server, normally its root.
	URL string
	TLS *ClientTLS // for https
	// PlainHTTP permits addresses with http, which are for isolated networks only.
	PlainHTTP bool
	// Targets are the services that may be called, in SOAP, and RESTTargets those in REST. No other is.
	Targets     []Target
	RESTTargets []RESTTarget
	// Dialect is whose security server ours is, which SOAP is the same for; UXP if zero.
	Dialect Dialect

	Limits Limits // of a request's size, and of a response
	// Grace is what a call may take beyond the time after which the security server gives up on the service; 10 s. In
	// it fall waiting for other calls, the network and repetitions.
	Grace         time.Duration
	MaxConcurrent int           // exchanges in work; 16
	MaxWaiting    int           // calls that wait for that; 64. More are refused at once
	Attempts      int           // messages of one call at most; 3. 1 repeats nothing
	Backoff       time.Duration // before the first repetition, doubled for each after it, and varied by chance; 250 ms
	Failures      int           // in a row, after which a service or the security server is left alone; 5
	Pause         time.Duration // for which it is; 30 s

	// Observe is called after every exchange with the security server, if not nil. Calls in parallel call it in parallel.
	Observe func(context.Context, Attempt)
	// Dial opens connections; by a net.Dialer if nil.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now tells the time for certificates, pauses and Attempt; time.Now if nil.
	Now func() time.Time
}

// Target is a service that may be called.
type Target struct {
	Service   ServiceID
	Namespace string  // of the elements in the bodies
	Element   string  // local name of the request's element; the service code if empty
	Response  string  // local name of the response's element; the service code with "Response" if empty
	Version   Version // of SOAP
	Action    string  // the SOAPAction in the service's description; may be empty
	URL       string  // from the service's description; the client's if empty. Served by the same security server
	// Idempotent says that the service may be called twice with one request, as those which only read. Others are
	// called again only when it is certain that the service never got the request.
	Idempotent bool
	// Timeout is what the security server allows the service; 60 s. Ours is longer, so that its fault arrives.
	Timeout time.Duration
	// MTOM has requests sent as SOAP 1.1 Binding for MTOM 1.0 or MTOM describe them: base64 texts of a kilobyte and more in
	// the payload travel as parts of their own, in three quarters of the bytes. Whoever reads MTOM reads the texts in
	// place too, so this is for services that insist, and for large documents. Answers are read either way.
	MTOM bool
	// Attachments says that the answers' attachments are wanted. They are else passed over and cost no memory.
	Attachments bool
	// Faults maps the fault codes that this service defines to errors of the caller's, which errors.Is then finds. The
	// codes of security servers, Server.ClientProxy and Server.ServerProxy, cannot be mapped.
	Faults map[string]error
}

// Call is a request to be sent.
type Call struct {
	Service          ServiceID
	UserID           string // who caused the request, as in UA1234567890; absent if empty. Personal data
	Issue            string // absent if empty
	RepresentedParty *RepresentedParty
	// Payload is encoded as by [MarshalResponse], under the name of the target's element.
	Payload     any
	Attachments Attachments // sent as parts after the envelope, in this sequence
}

// Answer is a response that is not a fault and passed all checks.
type Answer struct {
	Message
	Attachments Attachments // if the target wants them
	// Dropped names the optional header fields that the provider did not return. It should, but it is no failure.
	Dropped  []string
	Attempts int // messages sent

	// These three are for the record of the exchange: with them the signed containers can be fetched.
	MessageID     string
	TransactionID string       // empty if the security server gives none
	RequestHash   *RequestHash // nil if absent
}

// Client calls the services of others through our security server. It is safe for use by many goroutines, starts none
// of its own beyond those of net/http, and holds at most MaxConcurrent times the size limit of responses, twice that where they
// have attachments or include by XOP.
type Client struct {
	config      ClientConfig
	targets     map[ServiceID]*target
	restTargets map[ServiceID]*target
	keyring     *keyring        // nil without TLS
	plain       *http.Transport // nil unless permitted
	gate        *gate
	link        *breaker // the security server itself

	stopping context.Context
	stop     context.CancelFunc
	mu       sync.Mutex
	closed   bool           // guarded by mu
	calls    sync.WaitGroup // added to under mu, while not closed
}

// target is a Target with its defaults and its breaker.
type target struct {
	Target
	request, response xml.Name
	url               *url.URL
	contentType       string
	faults            map[string]error // by folded code
	breaker           *breaker
}

// NewClient checks the configuration and reads the certificates.
func NewClient(config ClientConfig) (*Client, error) {
	config.Limits = config.Limits.withDefaults()
	setDefault(&config.Grace, 10*time.Second)
	setDefault(&config.MaxConcurrent, 16)
	setDefault(&config.MaxWaiting, 64)
	setDefault(&config.Attempts, 3)
	setDefault(&config.Backoff, 250*time.Millisecond)
	setDefault(&config.Failures, 5)
	setDefault(&config.Pause, 30*time.Second)
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Dial == nil {
		config.Dial = (&net.Dialer{Timeout: 10 * time.Second}).DialContext
	}
	c := &Client{config: config, targets: map[ServiceID]*target{}, restTargets: map[ServiceID]*target{},
		gate: newGate(config.MaxConcurrent, config.MaxWaiting)}
	c.link = c.newBreaker()
	if err := c.addTargets(); err != nil {
		return nil, fmt.Errorf("new client: %w", err)
	}
	if config.PlainHTTP {
		c.plain = c.transport(nil)
	}
	if config.TLS != nil {
		var err error
		if c.keyring, err = newKeyring(*config.TLS, config.Now, c.transport); err != nil {
			return nil, fmt.Errorf("new client: %w", err)
		}
	}
	c.stopping, c.stop = context.WithCancel(context.Background())
	return c, nil
}

func (c *Client) newBreaker() *breaker {
	return &breaker{failures: c.config.Failures, pause: c.config.Pause, now: c.config.Now}
}

func (c *Client) addTargets() error {
	if err := c.config.Client.Validate(); err != nil {
		return fmt.Errorf("client identifier: %w", err)
	}
	if len(c.config.Targets) == 0 && len(c.config.RESTTargets) == 0 {
		return errors.New("no targets")
	}
	if c.config.Dialect > XRoad {
		return errors.New("unknown dialect")
	}
	for _, given := range c.config.Targets {
		t, err := c.newTarget(given)
		if err != nil {
			return fmt.Errorf("target %s: %w", given.Service, err)
		}
		if c.targets[given.Service] != nil {
			return fmt.Errorf("target %s: given twice", given.Service)
		}
		c.targets[given.Service] = t
	}
	return c.addRESTTargets()
}

func (c *Client) newTarget(given Target) (*target, error) {
	t := &target{Target: given, faults: map[string]error{}, breaker: c.newBreaker()}
	if err := given.Service.Validate(); err != nil {
		return nil, err
	}
	setDefault(&t.Timeout, 60*time.Second)
	t.request = xml.Name{Space: given.Namespace, Local: given.Element}
	if given.Element == "" {
		t.request.Local = given.Service.Service
	}
	t.response = xml.Name{Space: given.Namespace, Local: given.Response}
	if given.Response == "" {
		t.response.Local = given.Service.Service + "Response"
	}
	switch {
	case given.Namespace == "":
		return nil, errors.New("no namespace")
	case !strictxml.IsName(t.request.Local) || !strictxml.IsName(t.response.Local):
		return nil, errors.New("request or response is not the name of an element")
	case given.Version > SOAP12:
		return nil, errors.New("unknown version of SOAP")
	case strings.ContainsFunc(given.Action, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf-1 || r == '"' || r == '\\' }):
		return nil, errors.New("action is not a URI")
	}
	t.contentType = given.Version.ContentType()
	if given.Version == SOAP12 && given.Action != "" {
		t.contentType += `; action="` + given.Action + `"`
	}
	for code, mapped := range given.Faults {
		if mapped == nil || !judge(code).byService() {
			return nil, fmt.Errorf("fault %q: not a code of a service, or mapped to nothing", code)
		}
		t.faults[foldCode(code)] = mapped
	}
	address := given.URL
	if address == "" {
		address = c.config.URL
	}
	var err error
	t.url, err = c.parseURL(address)
	return t, err
}

func (c *Client) parseURL(text string) (*url.URL, error) {
	address, err := url.Parse(text)
	switch {
	case err != nil || address.Host == "" || address.User != nil || address.Fragment != "":
		return nil, errors.New("address of the security server is not a URL of http or https")
	case address.Scheme == "https" && c.config.TLS != nil, address.Scheme == "http" && c.config.PlainHTTP:
	case address.Scheme == "https":
		return nil, errors.New("https without TLS configuration")
	case address.Scheme == "http":
		return nil, errors.New("plain HTTP is not permitted by the configuration")
	default:
		return nil, errors.New("address of the security server is not a URL of http or https")
	}
	if address.Path == "" {
		address.Path = "/"
	}
	return address, nil
}

// Close ends the calls in work, returns when they have ended, and refuses all others.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	c.calls.Wait()
	if c.plain != nil {
		c.plain.CloseIdleConnections()
	}
	if c.keyring != nil {
		c.keyring.close()
	}
	return nil
}

func (c *Client) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.calls.Add(1)
	}
	return !c.closed
}

// errNoAnswer tells our own deadline from that of the caller.
var errNoAnswer = fmt.Errorf("no answer in time: %w", context.DeadlineExceeded)

// Call sends the request, again if the failure and the target permit, and returns the answer. Any error is a
// [*CallError]. It takes no longer than the target's timeout and the grace together.
func (c *Client) Call(ctx context.Context, call Call) (*Answer, error) {
	if !c.begin() {
		return nil, failure(verdict{kind: ErrUnavailable, undelivered: true}, "client is closed")
	}
	defer c.calls.Done()
	w, refused := c.prepare(call)
	if refused != nil {
		return nil, refused
	}
	answer, failed := c.carry(ctx, w)
	if failed != nil {
		return nil, failed
	}
	return answer, nil
}

// carry sends the messages of a call until one of them is answered or nothing is left to try.
func (c *Client) carry(ctx context.Context, w *work) (*Answer, *CallError) {
	ctx, cancel := context.WithTimeoutCause(ctx, w.target.Timeout+c.config.Grace, errNoAnswer)
	defer cancel()
	defer context.AfterFunc(c.stopping, cancel)()

	w.last = time.Now().Add(c.config.Grace)
	undelivered := true
	var before *CallError
	for {
		answer, failed := c.attempt(ctx, w)
		if failed == nil {
			return answer, nil
		}
		if failed.MessageID == "" && before != nil { // nothing was sent: what was before tells more
			return nil, before
		}
		undelivered = undelivered && failed.Undelivered
		failed.Undelivered, failed.Attempts = undelivered, w.sent
		if !c.again(ctx, w, failed) {
			return nil, failed
		}
		before = failed
	}
}

// prepare encodes what all messages of a call have in common.
func (c *Client) prepare(call Call) (*work, *CallError) {
	t := c.targets[call.Service]
	if t == nil {
		return nil, failure(verdict{kind: ErrConfiguration, undelivered: true}, "%s is not among ClientConfig.Targets", call.Service)
	}
	bad := verdict{kind: ErrRefused, undelivered: true}
	for _, text := range []string{call.UserID, call.Issue} {
		if !strictxml.IsText(text) {
			return nil, failure(bad, "userId or issue has characters that XML does not")
		}
	}
	if party := call.RepresentedParty; party != nil && (!strictxml.IsText(party.Code) || party.Class != nil && !strictxml.IsText(*party.Class)) {
		return nil, failure(bad, "representedParty has characters that XML does not")
	}
	element, err := marshalPayload(t.request, call.Payload)
	if err != nil {
		return nil, failure(bad, "encode payload: %w", err)
	}
	w := &work{target: t, call: call, element: element, repeatable: t.Idempotent, exchange: c.exchange}
	if err := w.pack(); err != nil {
		return nil, failure(bad, "attach: %w", err)
	}
	if w.size() > c.config.Limits.Size {
		return nil, failure(bad, "request is larger than the size limit")
	}
	return w, nil
}

// again waits before a repetition, if there is to be one. It is begun only while the security server's whole time for
// the service is left, so that its answer to that message arrives too.
func (c *Client) again(ctx context.Context, w *work, failed *CallError) bool {
	permitted := failed.verdict.again == always || failed.verdict.again == reads && w.repeatable
	if !permitted || w.sent >= c.config.Attempts {
		return false
	}
	wait := c.config.Backoff << (w.sent - 1)
	wait = wait/2 + rand.N(wait/2+1)
	if time.Now().Add(wait).After(w.last) {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// transport is how the security server is reached: HTTP/1.1, connections kept, no proxy, and nothing compressed.
func (c *Client) transport(config *tls.Config) *http.Transport {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Transport{
		DialContext:            c.config.Dial,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    10 * time.Second,
		DisableCompression:     true,
		MaxIdleConns:           c.config.MaxConcurrent,
		MaxIdleConnsPerHost:    c.config.MaxConcurrent,
		IdleConnTimeout:        20 * time.Second, // below X-Road's 30: a request on a connection that is just being closed would be lost
		MaxResponseHeaderBytes: 64 << 10,
		Protocols:              protocols,
	}
}
