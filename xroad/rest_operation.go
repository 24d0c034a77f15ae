package xroad

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// RESTOperation is something that a service offers in REST. A service may have several, which differ by method and path.
type RESTOperation struct {
	Name   string // the service code, as in GetDeclarations_v1
	Method string // GET, which serves HEAD too, POST, PUT, PATCH or DELETE
	// Path is what the address of the service, as it is known to the security server, and the rest of the path that a
	// client gives make together, as in /declarations/{id}: braces hold the name of a whole step. A slash at the end of a
	// request's path does not matter.
	Path string
	// Handle answers a request. A [*RESTError] or a [*Fault] is sent to the caller; any other error is told to the
	// observer only and sent as an internal error. The context ends when the caller has gone or the time is up.
	Handle func(ctx context.Context, request *RESTRequest) (*RESTResponse, error)
}

// RESTRequest is a call on its way to an operation.
type RESTRequest struct {
	Header      *RESTHeader
	Method      string
	Query       url.Values // the message's own parameters, queryId and userId, included. May hold personal data
	ContentType string
	Body        []byte
	TraceID     string            // ours, told to the caller in errors
	Received    time.Time         // when the HTTP request arrived
	Peer        *x509.Certificate // of the security server; nil without mutual TLS. Verified by the TLS configuration

	path map[string]string
}

// PathValue returns the step of the path that stands in the place of {name}, decoded.
func (r *RESTRequest) PathValue(name string) string { return r.path[name] }

// Format shows which call it is and nothing of what it says.
func (r RESTRequest) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "REST request %s, trace %s", r.Method, r.TraceID)
}

// LogValue shows what Format does.
func (r RESTRequest) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(r)) }

// RESTResponse is what an operation answers. A status that redirects is taken for a defect of the operation: clients of
// the bus cannot follow.
type RESTResponse struct {
	Status      int // 200 if zero
	ContentType string
	Body        []byte
	// Header holds further fields, such as Location of what was made. Those of the bus (Uxp-*, X-Road-*) are left out: they
	// are the security server's to set (PR-REST, clause 4.3), as are those of the connection.
	Header http.Header
}

// RESTJSON returns a response whose body is the value in JSON.
func RESTJSON(status int, value any) (*RESTResponse, error) {
	body, err := marshalJSON(value)
	if err != nil {
		return nil, fmt.Errorf("encode response: %w", err)
	}
	return &RESTResponse{Status: status, ContentType: "application/json; charset=utf-8", Body: body}, nil
}

// route is an operation with its path taken apart.
type route struct {
	*RESTOperation
	steps []string // of the pattern
}

func newRoutes(list []RESTOperation) ([]route, error) {
	if len(list) == 0 {
		return nil, errors.New("no operations")
	}
	var all []route
	for i := range list {
		operation := list[i]
		r := route{&operation, strings.Split(strings.TrimSuffix(operation.Path, "/"), "/")}
		switch {
		case checkCode(operation.Name) != nil:
			return nil, fmt.Errorf("operation %q: not a service code", operation.Name)
		case !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, operation.Method):
			return nil, fmt.Errorf("operation %s: method %q is none of GET, POST, PUT, PATCH and DELETE, in capitals", operation.Name, operation.Method)
		case operation.Path == "" || operation.Path[0] != '/':
			return nil, fmt.Errorf("operation %s: path does not begin with a slash", operation.Name)
		case operation.Handle == nil:
			return nil, fmt.Errorf("operation %s: no handler", operation.Name)
		}
		for _, other := range all {
			if other.Method == r.Method && other.overlaps(r.steps) {
				return nil, fmt.Errorf("operation %s: %s %s is taken by %s", operation.Name, r.Method, r.Path, other.Name)
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// variable returns the name in the braces of a step.
func variable(step string) (string, bool) {
	if len(step) > 2 && step[0] == '{' && step[len(step)-1] == '}' {
		return step[1 : len(step)-1], true
	}
	return "", false
}

// overlaps reports whether some path fits both patterns.
func (r *route) overlaps(steps []string) bool {
	if len(steps) != len(r.steps) {
		return false
	}
	for i, step := range steps {
		_, a := variable(step)
		_, b := variable(r.steps[i])
		if !a && !b && step != r.steps[i] {
			return false
		}
	}
	return true
}

// match compares a path, divided but not decoded, and returns the values in it.
func (r *route) match(steps []string) (map[string]string, bool) {
	if len(steps) != len(r.steps) {
		return nil, false
	}
	values := map[string]string{}
	for i, step := range steps {
		decoded, err := url.PathUnescape(step)
		if err != nil {
			return nil, false
		}
		if name, ok := variable(r.steps[i]); ok && decoded != "" {
			values[name] = decoded
		} else if ok || decoded != r.steps[i] {
			return nil, false
		}
	}
	return values, true
}

// find returns the operation for a request. Where the path is known and the method is not, it returns the methods.
func (h *RESTHandler) find(r *http.Request) (*RESTOperation, map[string]string, []string) {
	steps := strings.Split(strings.TrimSuffix(r.URL.EscapedPath(), "/"), "/")
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var allowed []string
	for i := range h.routes {
		values, ok := h.routes[i].match(steps)
		switch {
		case !ok:
		case h.routes[i].Method == method:
			return h.routes[i].RESTOperation, values, nil
		default:
			allowed = append(allowed, h.routes[i].Method)
			if h.routes[i].Method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
		}
	}
	return nil, nil, allowed
}
