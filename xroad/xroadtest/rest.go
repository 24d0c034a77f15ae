package xroadtest

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
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
		return s.refusalREST(refused, e)
	}
	if e.Fault == ErrorPage || e.Fault == Redirect {
		return &answer{rest: true}
	}
	service, refused := s.permit(e.Client, e.Service)
	if refused != nil {
		return s.refusalREST(refused, e)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, s.config.Limits.Size+1))
	if err != nil || int64(len(body)) > s.config.Limits.Size {
		return s.refusalREST(refuse(string(ClientNetworkError), "request cannot be read, or is beyond the size limit"), e)
	}
	out := request{method: r.Method, address: strings.TrimSuffix(service.URL, "/") + path, header: endToEnd(r.Header), body: body}
	if r.URL.RawQuery != "" {
		out.address += "?" + r.URL.RawQuery
	}
	requestID := newUUID()
	if s.config.Dialect == XRoad {
		out.header.Set("X-Road-Id", e.ID)
		out.header.Set("X-Road-Request-Id", requestID)
		out.header.Set("X-Road-Service", e.Service.String())
	}
	got, refused := s.pass(r.Context(), service, out, e)
	if r.Context().Err() != nil {
		return nil
	}
	if refused != nil {
		return s.refusalREST(refused, e)
	}
	a := &answer{rest: true, status: got.status, contentType: got.contentType, body: got.body, header: endToEnd(got.header)}
	if s.config.Dialect == XRoad {
		sum := sha512.Sum512(body)
		for name, value := range map[string]string{
			"X-Road-Id": e.ID, "X-Road-Client": e.Client.String(), "X-Road-Service": e.Service.String(),
			"X-Road-Request-Id": requestID, "X-Road-Request-Hash": base64.StdEncoding.EncodeToString(sum[:]),
		} {
			a.header.Set(name, value)
		}
	}
	return a
}

// identify reads who calls what, and returns the path for the provider.
func (s *Server) identify(r *http.Request, path string, e *Exchange) (string, *refusal) {
	family, service := "Uxp-", r.Header.Get("Uxp-Service")
	if s.config.Dialect == XRoad {
		family = "X-Road-"
		const parts = 5 // X-Road's services have no version in REST
		steps := strings.SplitN(strings.TrimPrefix(path, "/"), "/", parts+1)
		service, path = strings.Join(steps[:min(parts, len(steps))], "/"), ""
		if len(steps) > parts {
			path = "/" + steps[parts]
		}
	}
	for _, name := range []string{"QueryID", "Id"} {
		if e.ID == "" {
			e.ID = r.Header.Get(family + name)
		}
	}
	if e.ID == "" && s.config.Dialect == XRoad {
		e.ID = newUUID()
	}
	var err error
	if e.Client, err = xroad.ParseClientID(r.Header.Get(family + "Client")); err != nil {
		return "", &refusal{"Client.BadRequest", fmt.Errorf("%sClient: %w", family, err)}
	}
	if e.Service, err = xroad.ParseServiceID(service); err != nil {
		return "", &refusal{"Client.BadRequest", fmt.Errorf("service: %w", err)}
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

// refusalREST words a refusal for REST: 400 if the call is to blame, else 500. That UXP has the same body, and its
// header fields, are inferred.
func (s *Server) refusalREST(refused *refusal, e *Exchange) *answer {
	e.Err = refused.err
	code := s.config.spell(refused.code)
	body, err := json.Marshal(map[string]string{"type": code, "message": refused.err.Error(), "detail": newUUID()})
	if err != nil { // strings only
		panic(err)
	}
	a := &answer{rest: true, status: http.StatusInternalServerError, contentType: "application/json", body: body, code: code, header: http.Header{}}
	if strings.HasPrefix(refused.code, "Client.") {
		a.status = http.StatusBadRequest
	}
	if s.config.Dialect == UXP {
		a.header.Set("Uxp-Faultcode", code)
		a.header.Set("Uxp-Faultstring", strings.Join(strings.Fields(refused.err.Error()), " "))
	} else {
		a.header.Set("X-Road-Error", code)
	}
	return a
}
