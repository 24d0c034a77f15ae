package diia

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// Disclosure is what stands behind the door.
type Disclosure interface {
	// Prepare returns what the citizen has to sign; the same ask again, the
	// same.
	Prepare(ctx context.Context, ask dovidka.Ask) (dovidka.Prepared, error)
	// Submit takes the signed request. Once it returns a Progress the request
	// is durable, whatever becomes of the caller.
	Submit(ctx context.Context, req dovidka.Request) (dovidka.Progress, error)
	// Progress tells how far the request is; an answer it gives out is recorded
	// as released. A request of another caller is as unknown as none.
	Progress(ctx context.Context, id dovidka.ID, caller dovidka.Caller) (dovidka.Progress, error)
}

// Limits bound one request. The zero values have defaults.
type Limits struct {
	RequestBytes   int64         // of the body that asks; 64 KiB
	ContainerBytes int64         // of the signature container; 1 MiB
	BodyTimeout    time.Duration // for a body to arrive; 10 s
	Budget         time.Duration // for the work behind the door; 8 s
}

// Config is what a Door needs.
type Config struct {
	Disclosure Disclosure
	// Clients are the systems that may call; an empty list admits nobody.
	Clients []Client
	// Pinned tells that the listener lets in certain certificates only, which
	// somebody has looked at.
	Pinned bool
	// InsecureClient names whoever calls over plain HTTP. Empty, as it should
	// be, plain HTTP admits nobody.
	InsecureClient string
	// Limiter bounds how often each client may come.
	Limiter *gateway.Limiter
	// ProcessCodes are the codes of Diia's ready screens that this deployment
	// of Diia is known to have: one it does not know spoils the answer there.
	ProcessCodes map[dovidka.Code]string
	Limits       Limits
	// Telemetry observes the requests.
	Telemetry *telemetry.HTTP
	// Contract is the OpenAPI document in YAML, given out as it is and as JSON.
	Contract []byte
	Now      func() time.Time // time.Now when nil
}

// door is the handler.
type door struct {
	disclosure   Disclosure
	clients      clients
	limiter      *gateway.Limiter
	processCodes map[dovidka.Code]string
	limits       Limits
	now          func() time.Time
	routes       []route
}

// The paths, by which logs and metrics name the routes too.
const (
	pathRequests     = "/api/v1/declaration-requests"
	pathRequest      = pathRequests + "/{id}"
	pathSignature    = pathRequest + "/signature"
	pathContractJSON = "/api/v1/openapi.json"
	pathContractYAML = "/api/v1/openapi.yaml"
)

// maxJSONDepth is more than any body of ours nests.
const maxJSONDepth = 8

// New checks the configuration and returns the door, observed.
func New(c Config) (http.Handler, error) {
	if c.Disclosure == nil || c.Limiter == nil || c.Telemetry == nil {
		return nil, errors.New("diia: disclosure, limiter and telemetry are required")
	}
	known, err := newClients(c.Clients, c.Pinned, c.InsecureClient)
	if err != nil {
		return nil, fmt.Errorf("diia: %w", err)
	}
	for code, processCode := range c.ProcessCodes {
		if !slices.Contains(dovidka.Codes(), code) || processCode == "" {
			return nil, fmt.Errorf("diia: process code of %q: an unknown reason or an empty code", code)
		}
	}
	contractJSON, err := contractAsJSON(c.Contract)
	if err != nil {
		return nil, fmt.Errorf("diia: %w", err)
	}
	d := &door{
		disclosure: c.Disclosure, clients: known, limiter: c.Limiter, processCodes: c.ProcessCodes, limits: c.Limits.orDefault(), now: c.Now,
	}
	if d.now == nil {
		d.now = time.Now
	}
	d.routes = []route{
		{pattern: pathRequests, methods: map[string]handle{http.MethodPost: d.prepare}},
		{pattern: pathRequest, methods: map[string]handle{http.MethodGet: d.progress}},
		{pattern: pathSignature, methods: map[string]handle{http.MethodPut: d.submit}},
		{pattern: pathContractJSON, open: true, methods: map[string]handle{http.MethodGet: document("application/json", contractJSON)}},
		{pattern: pathContractYAML, open: true, methods: map[string]handle{http.MethodGet: document("application/yaml", c.Contract)}},
	}
	return c.Telemetry.Middleware(string(dovidka.ChannelDiia), d.answerPanic, d), nil
}

func (l Limits) orDefault() Limits {
	if l.RequestBytes <= 0 {
		l.RequestBytes = 64 << 10
	}
	if l.ContainerBytes <= 0 {
		l.ContainerBytes = 1 << 20
	}
	if l.BodyTimeout <= 0 {
		l.BodyTimeout = 10 * time.Second
	}
	if l.Budget <= 0 {
		l.Budget = 8 * time.Second
	}
	return l
}

// handle serves one method of one route; its error is worded by the door.
type handle func(w http.ResponseWriter, r *http.Request, c call) error

// route is a path and its methods. http.ServeMux is not used: it answers
// unknown paths, wrong methods and unclean paths in words of its own.
type route struct {
	pattern string
	methods map[string]handle
	open    bool // to everybody: it tells nothing about anybody
}

// call is what the door knows of a request before its body.
type call struct {
	caller dovidka.Caller
	id     dovidka.ID // from the path; empty where the route has none
}

// ServeHTTP answers one request, in the same error object whatever goes wrong.
func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	requestID, idErr := requestID(r.Header)
	w.Header().Set("X-Request-ID", requestID)
	telemetry.FromContext(r.Context()).SetRequestID(requestID)
	if err := d.serve(w, r, requestID, idErr); err != nil {
		d.refuse(w, r, requestID, err)
	}
}

func (d *door) serve(w http.ResponseWriter, r *http.Request, requestID string, idErr error) error {
	event := telemetry.FromContext(r.Context())
	found, id, ok := d.find(r.URL.Path)
	if !ok {
		return &refusal{code: dovidka.CodeMalformed, status: http.StatusNotFound, detail: detailPath}
	}
	event.SetRoute(found.pattern)
	next, ok := found.methods[r.Method]
	if !ok {
		for method := range found.methods {
			w.Header().Add("Allow", method)
		}
		return &refusal{code: dovidka.CodeMalformed, status: http.StatusMethodNotAllowed, detail: detailMethod}
	}
	if found.open {
		return next(w, r, call{})
	}
	name, ok := d.clients.identify(r.TLS)
	if !ok {
		return &refusal{code: dovidka.CodeCallerUnknown}
	}
	event.SetCaller(name)
	if wait := d.limiter.Allow(name); wait > 0 {
		return &dovidka.Fault{Code: dovidka.CodeRateLimited, RetryAfter: wait}
	}
	if idErr != nil {
		return idErr
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.limits.Budget+d.limits.BodyTimeout)
	defer cancel()
	return next(w, r.WithContext(ctx), call{caller: dovidka.Caller{Name: name, MessageID: requestID}, id: id})
}

// find returns the route of a path and the id in it.
func (d *door) find(path string) (route, dovidka.ID, bool) {
	for _, candidate := range d.routes {
		before, after, hasID := strings.Cut(candidate.pattern, "{id}")
		if !hasID {
			if path == candidate.pattern {
				return candidate, "", true
			}
			continue
		}
		rest, ok := strings.CutPrefix(path, before)
		if !ok {
			continue
		}
		id, ok := strings.CutSuffix(rest, after)
		if ok && id != "" && !strings.Contains(id, "/") {
			return candidate, dovidka.ID(id), true
		}
	}
	return route{}, "", false
}

// requestID returns the caller's X-Request-ID, or a new one when there is none.
// One that is no UUID is an error, and is not repeated: a new one stands for it.
func requestID(h http.Header) (string, error) {
	values := h.Values("X-Request-ID")
	if len(values) == 0 {
		return uuid.NewString(), nil
	}
	id, ok := parseUUID(values[0])
	if !ok || len(values) > 1 {
		return uuid.NewString(), &refusal{code: dovidka.CodeMalformed, detail: detailRequestID}
	}
	return id, nil
}

// parseUUID reads the one written form, 8-4-4-4-12 hexadecimal digits, and
// returns it in lower case.
func parseUUID(s string) (string, bool) {
	if len(s) != 36 {
		return "", false
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return "", false
	}
	return u.String(), true
}
