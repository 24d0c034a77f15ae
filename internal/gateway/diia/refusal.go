package diia

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
)

// Details of refusals that the door itself makes. They are part of the public
// contract, like the codes they refine.
const (
	detailPath        = "path-not-found"
	detailMethod      = "method-not-allowed"
	detailRequestID   = "request-id-not-uuid"
	detailMediaType   = "unsupported-media-type"
	detailAccept      = "not-acceptable"
	detailBody        = "body-not-received"
	detailJSON        = "not-json"
	detailDepth       = "json-too-deep"
	detailDuplicate   = "json-key-twice"
	detailUnknownName = "unknown-field"
)

// refusal is a fault the door finds in a request's form, with what only HTTP
// can say of it.
type refusal struct {
	code   dovidka.Code
	status int    // instead of the code's own, when not zero
	detail string // refines the code
	fields []fieldJSON
	err    error // for logs
}

// Error returns the code, its detail and the cause.
func (r *refusal) Error() string {
	if r.err != nil {
		return fmt.Sprintf("%s (%s): %v", r.code, r.detail, r.err)
	}
	return fmt.Sprintf("%s (%s)", r.code, r.detail)
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.err }

// errorJSON is the error object of the contract.
type errorJSON struct {
	Error errorBodyJSON `json:"error"`
}

type errorBodyJSON struct {
	Reason      dovidka.Code `json:"reason"`
	Detail      string       `json:"detail,omitempty"`
	Title       string       `json:"title"`
	Message     string       `json:"message"`
	RequestID   string       `json:"requestId"`
	Fields      []fieldJSON  `json:"fields,omitempty"`
	ProcessCode string       `json:"processCode,omitempty"`
}

type fieldJSON struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// refuse words an error. What the error says in its own words is logged and
// never sent.
func (d *door) refuse(w http.ResponseWriter, r *http.Request, requestID string, err error) {
	var own *refusal
	if !errors.As(err, &own) {
		fault := faultOf(err)
		own = &refusal{code: fault.Code, detail: fault.Reason, err: fault.Err}
		retryAfter(w, fault)
	}
	words := gateway.REST(own.code)
	status := words.Status
	if own.status != 0 {
		status = own.status
	}
	event := telemetry.FromContext(r.Context())
	event.Fail(string(own.code), gateway.Level(own.code), own.err)
	if own.detail != "" {
		event.Add(slog.String("detail", own.detail))
	}
	if status == http.StatusRequestEntityTooLarge || own.detail == detailBody {
		// The rest of the body is still on its way; nobody will read it.
		w.Header().Set("Connection", "close")
	}
	// Texts always encode.
	_ = writeJSON(w, status, errorJSON{errorBodyJSON{
		Reason: own.code, Detail: own.detail, Title: words.Title, Message: words.Text, RequestID: requestID,
		Fields: own.fields, ProcessCode: d.processCodes[own.code],
	}})
}

// faultOf finds the fault behind an error of the service. Time that ran out is
// not a defect of ours.
func faultOf(err error) *dovidka.Fault {
	fault := dovidka.FaultOf(err)
	if fault.Code == dovidka.CodeInternal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return &dovidka.Fault{Code: dovidka.CodeTimeout, Err: err}
	}
	return fault
}

// retryAfter tells when to come again, in whole seconds (RFC 9110, 10.2.3).
func retryAfter(w http.ResponseWriter, fault *dovidka.Fault) {
	after := fault.RetryAfter
	if after <= 0 {
		after = gateway.REST(fault.Code).RetryAfter
	}
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
}

// answerPanic answers a request that a defect of ours broke.
func (d *door) answerPanic(w http.ResponseWriter, r *http.Request) {
	d.refuse(w, r, w.Header().Get("X-Request-ID"), &refusal{code: dovidka.CodeInternal})
}
