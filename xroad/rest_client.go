package xroad

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"
)

// RESTTarget is a service in REST that may be called.
type RESTTarget struct {
	Service ServiceID // without version in X-Road, whose paths have none
	URL     string    // the root of a security server, if not the client's
	// Idempotent says that requests of every method may be sent twice, as those of a search by POST. Otherwise that holds
	// of GET and HEAD only.
	Idempotent bool
	// Timeout is what the security server allows the service; 60 s. Ours is longer, so that its error arrives.
	Timeout time.Duration
}

// RESTCall is a request in REST to be sent.
type RESTCall struct {
	Service ServiceID
	Method  string // HEAD, GET, DELETE, POST, PUT or PATCH; GET if empty
	// Path is what follows the service in the path, encoded as in a URL; empty or beginning with a slash. Path and query
	// stand in logs on the way: personal data belong into the body or the fields below.
	Path  string
	Query url.Values
	// Header holds further fields, such as Accept. Those of the bus and of the connection cannot be set.
	Header      http.Header
	ContentType string
	Body        []byte

	UserID           string // who caused the request, as in UA1234567890; absent if empty. Personal data
	Issue            string // absent if empty
	RepresentedParty *RepresentedParty
	SecurityServer   *SecurityServerID
	PurposeIDs       []string // registered purposes for which personal data are asked
	SubjectID        string   // whose data are asked, if the body does not tell. Personal data
}

// RESTAnswer is what the service answered, with whatever status: the security server's errors are not among them.
type RESTAnswer struct {
	Status   int
	Header   http.Header
	Body     []byte
	Attempts int // messages sent

	// These are for the record of the exchange: with them the signed containers can be fetched, see [Client.Signature].
	MessageID     string
	TransactionID string       // X-Road: of the request (X-Road-Request-Id); empty if the security server gives none
	RequestHash   *RequestHash // nil if absent
}

// DecodeJSON stores the body in the value by the rules of encoding/json: fields that the value has no place for are
// ignored. The error does not quote.
func (a *RESTAnswer) DecodeJSON(value any) error {
	if err := json.Unmarshal(bytes.TrimPrefix(a.Body, []byte("\xEF\xBB\xBF")), value); err != nil {
		return fmt.Errorf("decode answer: %w", hideValue(err))
	}
	return nil
}

// restWork is what a call in REST adds to work.
type restWork struct {
	call    RESTCall
	dialect Dialect
	url     string
	header  http.Header // but for the message's identifier
	answer  *RESTAnswer
}

// CallREST sends the request in the dialect of the security server, again if the failure, the method and the target
// permit, and returns what the service answered. Any error is a [*CallError]; a status of the service's own is none. It
// takes no longer than the target's timeout and the grace together.
//
// What comes from a security server and not from the service is told by X-Road-Error or Uxp-Faultcode; where UXP should
// not send that, by a body which is an error of a security server in JSON or XML, or a page of HTML without any field of
// the bus. X-Road always gives X-Road-Id to what it passes on, so that an answer without it came from something on the
// way.
func (c *Client) CallREST(ctx context.Context, call RESTCall) (*RESTAnswer, error) {
	if !c.begin() {
		return nil, failure(verdict{kind: ErrUnavailable, undelivered: true}, "client is closed")
	}
	defer c.calls.Done()
	w, refused := c.prepareREST(call)
	if refused != nil {
		return nil, refused
	}
	if _, failed := c.carry(ctx, w); failed != nil {
		return nil, failed
	}
	return w.rest.answer, nil
}

func (c *Client) addRESTTargets() error {
	for _, given := range c.config.RESTTargets {
		t := &target{Target: Target{Service: given.Service, Idempotent: given.Idempotent, Timeout: given.Timeout}, breaker: c.newBreaker()}
		err := given.Service.Validate()
		if err == nil && c.config.Dialect == XRoad && given.Service.Version != "" {
			err = errors.New("a version, which X-Road does not have in REST")
		}
		if err == nil && hasDots(given.Service.encode()) {
			err = errors.New("a code of dots, which paths cannot hold")
		}
		address := firstOf(given.URL, c.config.URL)
		if err == nil {
			t.url, err = c.parseURL(address)
		}
		switch {
		case err != nil:
			return fmt.Errorf("target %s in REST: %w", given.Service, err)
		case c.restTargets[given.Service] != nil:
			return fmt.Errorf("target %s in REST: given twice", given.Service)
		}
		setDefault(&t.Timeout, 60*time.Second)
		c.restTargets[given.Service] = t
	}
	return nil
}

// hasDots reports whether a path has a step that means another one.
func hasDots(path string) bool {
	for step := range strings.SplitSeq(path, "/") {
		if decoded, err := url.PathUnescape(step); err != nil || decoded == "." || decoded == ".." {
			return true
		}
	}
	return false
}

// prepareREST checks a call and makes what all its messages have in common.
func (c *Client) prepareREST(call RESTCall) (*work, *CallError) {
	t := c.restTargets[call.Service]
	if t == nil {
		return nil, failure(verdict{kind: ErrConfiguration, undelivered: true}, "%s is not among ClientConfig.RESTTargets", call.Service)
	}
	if call.Method == "" {
		call.Method = http.MethodGet
	}
	if err := call.check(c.config.Limits.Size); err != nil {
		return nil, failure(verdict{kind: ErrRefused, undelivered: true}, "%w", err)
	}
	header := call.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	about := RESTHeader{
		Dialect: c.config.Dialect, Client: c.config.Client, UserID: NewPersonal(call.UserID), Issue: call.Issue,
		RepresentedParty: call.RepresentedParty, SecurityServer: call.SecurityServer,
		PurposeIDs: call.PurposeIDs, SubjectID: NewPersonal(call.SubjectID),
	}
	address := *t.url
	path := strings.TrimSuffix(address.EscapedPath(), "/")
	if c.config.Dialect == XRoad {
		path += "/r1/" + call.Service.encode()
	} else {
		path += "/restapi"
		about.Service = &call.Service
	}
	about.Write(header)
	if call.ContentType != "" {
		header.Set("Content-Type", call.ContentType)
	}
	header.Set("User-Agent", "") // sends none
	address.Path, address.RawPath, address.RawQuery = "", "", ""
	whole := strings.TrimSuffix(address.String(), "/") + path + call.Path
	if len(call.Query) > 0 {
		whole += "?" + call.Query.Encode()
	}
	return &work{
		target: t, call: Call{UserID: call.UserID, Issue: call.Issue, RepresentedParty: call.RepresentedParty},
		repeatable: t.Idempotent || call.Method == http.MethodGet || call.Method == http.MethodHead,
		rest:       &restWork{call: call, dialect: c.config.Dialect, url: whole, header: header},
		exchange:   c.exchangeREST,
	}, nil
}

// check finds out whether the call can be written. Its errors do not quote.
func (call *RESTCall) check(size int64) error {
	if !slices.Contains([]string{http.MethodHead, http.MethodGet, http.MethodDelete, http.MethodPost, http.MethodPut, http.MethodPatch}, call.Method) {
		return errors.New("method is none of HEAD, GET, DELETE, POST, PUT and PATCH, in capitals")
	}
	if path := call.Path; path != "" {
		parsed, err := url.ParseRequestURI(path)
		if err != nil || path[0] != '/' || parsed.RawQuery != "" || strings.ContainsAny(path, "?#") || parsed.EscapedPath() != path || hasDots(path) {
			return errors.New("path does not begin with a slash, is not encoded, or has steps of dots")
		}
	}
	if int64(len(call.Body)) > size {
		return errors.New("request is larger than the size limit")
	}
	for name, values := range call.Header {
		if !isToken(name) || !ownField(name) || slices.Contains([]string{"Host", "User-Agent", "Accept-Encoding", "Expect"}, http.CanonicalHeaderKey(name)) {
			return errors.New("header holds a field that cannot be set")
		}
		for _, value := range values {
			if strings.ContainsFunc(value, unicode.IsControl) {
				return errors.New("header holds a field with a control character")
			}
		}
	}
	texts := []string{call.UserID, call.Issue, call.SubjectID, call.ContentType}
	for _, text := range texts {
		if checkValue(text, longestText) != nil || text != strings.TrimSpace(text) {
			return errors.New("userId, issue, subject or content type is not fit for a header field")
		}
	}
	if party := call.RepresentedParty; party != nil {
		if checkCode(party.Code) != nil || party.Class != nil && checkCode(*party.Class) != nil {
			return errors.New("represented party is not an identifier")
		}
	}
	if server := call.SecurityServer; server != nil && server.Validate() != nil {
		return errors.New("security server is not an identifier")
	}
	for _, id := range call.PurposeIDs {
		if id == "" || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf-1 || strings.ContainsRune(`,;"`, r) }) {
			return errors.New("a purpose is not an identifier")
		}
	}
	return nil
}

// isToken reports whether a text can be the name of a field (RFC 9110, clause 5.6.2).
func isToken(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}

// exchangeREST is one HTTP exchange with the security server.
func (c *Client) exchangeREST(ctx context.Context, w *work, record *Attempt) (*Answer, *CallError) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	request, err := http.NewRequestWithContext(traced, w.rest.call.Method, w.rest.url, bytes.NewReader(w.rest.call.Body))
	if err != nil {
		return nil, failure(verdict{kind: ErrRefused, undelivered: true}, "request cannot be made (%T)", err)
	}
	request.Header = w.rest.header.Clone()
	if w.rest.dialect == XRoad {
		request.Header.Set("X-Road-Id", record.MessageID)
	} else {
		request.Header.Set("Uxp-QueryID", record.MessageID)
	}
	answer, err := c.roundTripper(w.target).RoundTrip(request)
	if err != nil {
		return nil, networkFailure(ctx, err, connected.Load())
	}
	defer answer.Body.Close()
	record.Status = answer.StatusCode
	record.TransactionID = fitForLog(answer.Header.Get(w.rest.dialect.transactionField()))
	return nil, c.receiveREST(ctx, w, answer, record)
}

// values lists what a call in REST tells about people, apart from what work has.
func (r *restWork) values() []string {
	all := []string{r.call.SubjectID}
	for step := range strings.SplitSeq(r.call.Path, "/") {
		if decoded, err := url.PathUnescape(step); err == nil {
			all = append(all, decoded)
		}
	}
	parameters := r.call.Query
	if media, _ := parseMediaType(r.call.ContentType); media == "application/x-www-form-urlencoded" {
		if form, err := url.ParseQuery(string(r.call.Body)); err == nil {
			for _, values := range form {
				all = append(all, values...)
			}
		}
	}
	for _, values := range parameters {
		all = append(all, values...)
	}
	decoder := json.NewDecoder(bytes.NewReader(r.call.Body))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return all // the end, or no JSON
		}
		switch token := token.(type) {
		case string:
			all = append(all, token)
		case json.Number:
			all = append(all, token.String())
		}
	}
}
