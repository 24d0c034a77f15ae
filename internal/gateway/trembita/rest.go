package trembita

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/xroad"
)

// RESTService is the service code that all operations in REST share: those of
// the SOAP door have codes of their own, and in one subsystem no two services
// may have the same.
const RESTService = "Declarations_v1"

// RESTBase is where the operations in REST begin: the address of the service for
// the security server.
const RESTBase = "/rest/v1"

// pollAfter is after how many seconds to ask again for what is under way.
const pollAfter = 2

// NewREST checks the configuration and returns the operations of New in REST,
// with the same outcomes: a refusal too has the status 200, and 202 says that
// the outcome is to come. What could not be processed is an error of package
// xroad, whose status is that of the other REST door.
func NewREST(c Config) (*xroad.RESTHandler, error) {
	d, err := newDoor(&c)
	if err != nil {
		return nil, err
	}
	return xroad.NewRESTHandler(xroad.RESTConfig{
		Operations: d.restOperations(), OpenAPI: c.OpenAPI, OpenAPIPath: RESTBase + "/openapi.yaml",
		Size: c.Limits.Size, Timeout: c.Timeout, MaxConcurrent: c.MaxConcurrent, MaxBuffered: buffered * c.Limits.Size,
		Now: c.Now, Observe: observeREST,
	})
}

// Split gives what begins with RESTBase to the one handler and the rest to the
// other.
func Split(rest, soap http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if inREST(r) {
			rest.ServeHTTP(w, r)
			return
		}
		soap.ServeHTTP(w, r)
	})
}

func inREST(r *http.Request) bool {
	return r.URL.Path == RESTBase || strings.HasPrefix(r.URL.Path, RESTBase+"/")
}

func (d *door) restOperations() []xroad.RESTOperation {
	o := d.offer()
	fetch := func(r *xroad.RESTRequest, in *ResultRequest) error {
		in.RequestID = r.PathValue("id")
		return nil
	}
	return []xroad.RESTOperation{
		{Name: RESTService, Method: http.MethodPost, Path: RESTBase + "/declarations", Handle: overREST(d, o.byPurpose, body)},
		{Name: RESTService, Method: http.MethodPost, Path: RESTBase + "/declaration-status", Handle: overREST(d, o.status, body)},
		{Name: RESTService, Method: http.MethodPost, Path: RESTBase + "/signed-declarations", Handle: overREST(d, o.declarations, body)},
		{Name: RESTService, Method: http.MethodPost, Path: RESTBase + "/declaration-requests", Handle: overREST(d, o.submit, body)},
		{Name: RESTService, Method: http.MethodGet, Path: RESTBase + "/declaration-requests/{id}", Handle: overREST(d, o.result, fetch)},
	}
}

// body reads a payload from the body of a request.
func body[In any](r *xroad.RESTRequest, in *In) error { return r.DecodeJSON(in) }

// overREST makes of an operation what package xroad calls for a request in REST.
func overREST[In any, R payload](d *door, o operation[In, R], read func(*xroad.RESTRequest, *In) error,
) func(context.Context, *xroad.RESTRequest) (*xroad.RESTResponse, error) {
	return func(ctx context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
		header := r.Header
		a := arrival{
			client: header.Client, id: header.ID, transactionID: header.TransactionID, userID: header.UserID.Reveal(),
			subject: header.SubjectID, received: r.Received,
			decode: func(value any) error {
				in := value.(*In) //nolint:forcetypeassert // serve decodes into the operation's own
				if err := read(r, in); err != nil {
					return err
				}
				return declare(in, header.PurposeIDs)
			},
		}
		if header.Service != nil {
			a.service = header.Service.String()
		}
		out, err := serve(ctx, d, a, o)
		if err != nil {
			return nil, restError(err)
		}
		status := http.StatusOK
		if code := out.code(); code == ResultAccepted || code == ResultPending {
			status = http.StatusAccepted
		}
		response, err := xroad.RESTJSON(status, out)
		if err == nil && status == http.StatusAccepted {
			response.Header = http.Header{"Retry-After": {strconv.Itoa(pollAfter)}}
		}
		return response, err
	}
}

// declare takes the purpose of the header into the payload. A message with
// several would be one of which nobody can say what its data were given for.
func declare(in any, purposes []string) error {
	p := in.(purposed) //nolint:forcetypeassert // all are, and a test calls each
	if len(purposes) > 1 || len(purposes) == 0 && p.byLaw() {
		return unusable(&dovidka.FieldError{Field: "Uxp-Purpose-Ids", Err: errors.New("one purpose is expected")})
	}
	if len(purposes) == 1 {
		p.declare(purposes[0])
	}
	return nil
}

// restError gives a fault the status of its code.
func restError(err error) error {
	var fault *xroad.Fault
	var known *dovidka.Fault
	if !errors.As(err, &fault) || !errors.As(fault.Err, &known) {
		return err
	}
	return &xroad.RESTError{Status: gateway.REST(known.Code).Status, Code: fault.Code, Text: fault.Text, Err: known}
}
