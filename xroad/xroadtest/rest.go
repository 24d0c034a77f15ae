package xroadtest

import (
	"bytes"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

// restPath recognises a REST call and returns what is left of its path: /restapi[/path] in UXP, /r1/service[/path] in
// X-Road.
func (c *Config) restPath(r *http.Request) (string, bool) {
	root := "/r1"
	if c.Dialect == UXP {
		root = "/restapi"
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), root)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// exchangeREST does with a REST call what a security server does. It returns nil for a connection to be cut.
func (s *Server) exchangeREST(r *http.Request, path string, e *Exchange) *answer {
	switch e.Fault {
	case Down:
		return nil
	case Slow:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return nil
	}
	path, refused := s.identify(r, path, e)
	if code, ok := e.Fault.code(); ok {
		refused = &refusal{code, errors.New("as the test wants it")}
	}
	if refused != nil {
		return s.refusalREST(r, refused, e)
	}
	if e.Fault == ErrorPage || e.Fault == Redirect {
		return &answer{rest: true}
	}
	c := &restCall{header: s.outbound(r, e), id: newUUID(), target: r.URL.EscapedPath()}
	if r.URL.RawQuery != "" {
		c.query = "?" + r.URL.RawQuery
	}
	if s.config.Dialect == XRoad {
		c.header.Set("X-Road-Request-Id", c.id)
	}
	a, refused := s.metaREST(r, e)
	if a == nil && refused == nil {
		a, refused = s.askREST(r, path, c, e)
	}
	if r.Context().Err() != nil {
		return nil
	}
	if refused != nil {
		return s.refusalREST(r, refused, e)
	}
	if a = s.spoilREST(r, a, e); s.config.Dialect == XRoad && a.code == "" {
		s.mark(a, c, r.Method, e)
	}
	if e.Forwarded > 0 {
		s.archive.keep(e, true, serialize(fmt.Sprintf("%d\r\n%s", a.status, http.StatusText(a.status)), a.header, a.body))
	}
	return a
}

// restCall is a call as it is passed on.
type restCall struct {
	header        http.Header
	target, query string // as they came
	body          []byte
	id            string // X-Road-Request-Id
}

// askREST passes a call on to its provider.
func (s *Server) askREST(r *http.Request, path string, c *restCall, e *Exchange) (*answer, *refusal) {
	service, refused := s.permit(e.Client, e.Service)
	if refused != nil {
		return nil, refused
	}
	var err error
	c.body, err = io.ReadAll(io.LimitReader(r.Body, s.config.Limits.Size+1))
	if err != nil || int64(len(c.body)) > s.config.Limits.Size {
		return nil, refuse(string(ClientNetworkError), "request cannot be read, or is beyond the size limit")
	}
	s.archive.keep(e, false, serialize(r.Method+"\r\n"+c.target+c.query, c.header, c.body))
	out := request{method: r.Method, address: joinPath(service.URL, path) + c.query, header: c.header, body: c.body}
	got, refused := s.pass(r.Context(), service, out, e)
	if refused != nil {
		return nil, refused
	}
	return &answer{rest: true, status: got.status, contentType: got.contentType, body: got.body, header: endToEnd(got.header)}, nil
}

// joinPath puts a path after an address with one slash between them, if the path has one.
func joinPath(address, path string) string {
	if path == "" {
		return address
	}
	return strings.TrimSuffix(address, "/") + path
}

// outbound returns the header fields for the provider. Those of the other family are user-defined fields to a security
// server and go through as they came. X-Road does not name the service, and gives the message an identifier if it has
// none (PR-REST, clause 4.3).
func (s *Server) outbound(r *http.Request, e *Exchange) http.Header {
	header := endToEnd(r.Header)
	if s.config.Dialect == XRoad {
		header.Del("X-Road-Request-Hash")
		header.Set("X-Road-Id", e.ID)
	}
	return header
}

// spoilREST changes an answer in ways that there are in REST as in SOAP.
func (s *Server) spoilREST(r *http.Request, a *answer, e *Exchange) *answer {
	switch e.Fault {
	case FaultAsSuccess:
		a = s.refusalREST(r, &refusal{string(HTTPError), errors.New("server responded with HTTP status 404")}, e)
		a.status = http.StatusOK
	case Deep:
		const levels = 100_000
		a.contentType, a.body = "application/json", []byte(strings.Repeat("[", levels)+strings.Repeat("]", levels))
	case NotUTF8:
		a.body = append([]byte("\xFF"), a.body...)
	}
	return a
}

// mark adds the fields that X-Road adds to an answer, wrong ones if the test wants it. What the provider said in their
// place is dropped, but for X-Road-Service, which X-Road adds to the provider's.
func (s *Server) mark(a *answer, c *restCall, method string, e *Exchange) {
	id, client, service := e.ID, e.Client, e.Service
	switch e.Fault {
	case OtherID:
		id = newUUID()
	case OtherClient:
		client.Subsystem += "2"
	case OtherService:
		service.Subsystem += "2"
	}
	for name, value := range map[string]string{
		"X-Road-Id": id, "X-Road-Client": escapePath(client.Instance, client.Class, client.Member, client.Subsystem),
		"X-Road-Request-Id": c.id, "X-Road-Request-Hash": c.hash(method),
	} {
		a.header.Set(name, value)
	}
	a.header.Add("X-Road-Service", escapePath(service.Instance, service.Class, service.Member, service.Subsystem, service.Service))
	if e.Fault == NoHeader {
		maps.DeleteFunc(a.header, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Road-") })
	}
}

func escapePath(parts ...string) string {
	var escaped []string
	for _, part := range parts {
		if part != "" {
			escaped = append(escaped, url.PathEscape(part))
		}
	}
	return strings.Join(escaped, "/")
}

// hash is SHA512(SHA512(headers) + SHA512(body)), or SHA512(headers) without a body (PR-REST, clause 4.3), over the
// call as X-Road writes it.
func (c *restCall) hash(method string) string {
	head := sha512.Sum512(serialize(method+"\r\n"+c.target+c.query, c.header, nil))
	if len(c.body) > 0 {
		body := sha512.Sum512(c.body)
		head = sha512.Sum512(slices.Concat(head[:], body[:]))
	}
	return base64.StdEncoding.EncodeToString(head[:])
}

// serialize writes a message in REST as X-Road signs it: what begins it, the header fields, here in the order of their
// names, and the body, after an empty line if there is any.
func serialize(first string, header http.Header, body []byte) []byte {
	var out bytes.Buffer
	out.WriteString(first + "\r\n")
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			out.WriteString(name + ":" + value + "\r\n")
		}
	}
	if len(body) > 0 {
		out.WriteString("\r\n")
		out.Write(body)
	}
	return out.Bytes()
}

// identify reads who calls what, from the fields of its own family only, and returns the path for the provider.
func (s *Server) identify(r *http.Request, path string, e *Exchange) (string, *refusal) {
	family := "Uxp-"
	if s.config.Dialect == XRoad {
		family = "X-Road-"
	}
	own := &http.Request{Header: http.Header{}, URL: r.URL}
	for name, values := range r.Header {
		if strings.HasPrefix(name, family) {
			own.Header[name] = values
		}
	}
	if s.config.Dialect == XRoad {
		const parts = 5 // X-Road's services have no version in REST
		steps := strings.SplitN(strings.TrimPrefix(path, "/"), "/", parts+1)
		own.Header.Set("X-Road-Service", strings.Join(steps[:min(parts, len(steps))], "/"))
		if path = ""; len(steps) > parts {
			path = "/" + steps[parts]
		}
	}
	header, err := xroad.ReadRESTHeader(own)
	if err != nil {
		return "", &refusal{"Client.BadRequest", err}
	}
	if header.Service == nil {
		return "", refuse("Client.BadRequest", "no service")
	}
	e.ID, e.Client, e.Service = header.ID, header.Client, *header.Service
	if e.ID == "" && s.config.Dialect == XRoad {
		e.ID = e.Client.Instance + "-" + newUUID()
	}
	return path, nil
}

// endToEnd returns the header fields that security servers pass on (RFC 9110, clause 7.6.1, and those they make
// themselves).
func endToEnd(header http.Header) http.Header {
	passed := header.Clone()
	drop := []string{
		"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
		"Transfer-Encoding", "Upgrade", "Host", "User-Agent", "Server", "Expect", "Content-Length", "Accept-Encoding",
	}
	for _, value := range header.Values("Connection") {
		for name := range strings.SplitSeq(value, ",") {
			drop = append(drop, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	maps.DeleteFunc(passed, func(name string, _ []string) bool { return slices.Contains(drop, name) })
	return passed
}

// refusalREST words a refusal for REST: 400 if the call is to blame, else 500, in XML where X-Road is asked for it
// (PR-REST, clause 4.6). That UXP has the same body, and its header fields, are inferred.
func (s *Server) refusalREST(r *http.Request, refused *refusal, e *Exchange) *answer {
	e.Err = refused.err
	code := s.config.spell(refused.code)
	a := &answer{rest: true, status: http.StatusInternalServerError, code: code, header: http.Header{}}
	if strings.HasPrefix(strings.ToLower(refused.code), "client.") {
		a.status = http.StatusBadRequest
	}
	a.contentType, a.body = errorBody(s.errorType(r), code, refused.err.Error(), newUUID())
	switch {
	case s.config.BareErrors:
	case s.config.Dialect == UXP:
		a.header.Set("Uxp-Faultcode", code)
		a.header.Set("Uxp-Faultstring", strings.Join(strings.Fields(refused.err.Error()), " "))
	default:
		a.header.Set("X-Road-Error", code)
	}
	return a
}

// errorType is the media type which X-Road chooses for an error.
func (s *Server) errorType(r *http.Request) string {
	if s.config.Dialect == XRoad {
		for _, value := range r.Header.Values("Accept") {
			for one := range strings.SplitSeq(value, ",") {
				media, _, _ := strings.Cut(one, ";")
				switch media = strings.ToLower(strings.TrimSpace(media)); media {
				case "text/*":
					return "text/xml"
				case "text/xml", "application/xml":
					return media
				}
			}
		}
	}
	return "application/json"
}

func errorBody(media, code, text, detail string) (contentType string, body []byte) {
	if media != "application/json" {
		return media + ";charset=utf-8", []byte(xmlDeclaration + "\n<error><type>" + escape(code) + "</type><message>" + escape(text) +
			"</message><detail>" + escape(detail) + "</detail></error>\n")
	}
	body, err := json.Marshal(map[string]string{"type": code, "message": text, "detail": detail})
	if err != nil { // strings only
		panic(err)
	}
	return media + ";charset=utf-8", body
}
