package trembita

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/xroad"
)

// Bounds of what is kept of a header. The protocol sets none, and a message of
// the largest size could carry one field as long as that.
const (
	maxMessageID = 256
	maxService   = 1024
)

type door struct {
	disclosure Disclosure
	limiter    *gateway.Limiter
	clients    map[xroad.ClientID]bool // those admitted
}

// getDeclarations answers GetDeclarations_v1.
func (d *door) getDeclarations(ctx context.Context, request *xroad.Request) (any, error) {
	event := telemetry.FromContext(ctx)
	id := dovidka.ID(uuid.NewString())

	req, err := d.admit(event, request)
	if err == nil {
		req.ID = id
		event.SetRequestID(string(id))
		err = fill(event, &req, request.Body)
	}
	if err != nil {
		return refuse(event, id, err)
	}
	progress, err := d.disclosure.Submit(ctx, req)
	if err != nil {
		return refuse(event, id, err)
	}
	// A message that came before keeps the id it was given then.
	event.SetRequestID(string(progress.ID))
	switch {
	case progress.Answer != nil:
		answer, err := answered(*progress.Answer)
		if err != nil {
			return refuse(event, progress.ID, err)
		}
		event.Succeed(string(dovidka.StateDone))
		return answer, nil
	case progress.Fault != nil:
		return refuse(event, progress.ID, progress.Fault)
	default:
		// The request is accepted and will be finished. The bus knows no later
		// answer, so the same message has to come again for it.
		return refuse(event, progress.ID, dovidka.NewFault(dovidka.CodeTimeout, "accepted; the answer takes longer than the caller waits"))
	}
}

// admit says whether the client may call now, and who it is.
func (d *door) admit(event *telemetry.Event, request *xroad.Request) (dovidka.Request, error) {
	header := request.Header
	if !d.clients[header.Client] {
		return dovidka.Request{}, dovidka.NewFault(dovidka.CodeCallerUnknown, "the X-Road client is not admitted")
	}
	caller := dovidka.Caller{
		Name: header.Client.String(), MessageID: messageID(header.ID),
		TransactionID: request.TransactionID, Service: header.Service.String(),
	}
	event.SetCaller(caller.Name)
	if wait := d.limiter.Allow(caller.Name); wait > 0 {
		return dovidka.Request{}, &dovidka.Fault{Code: dovidka.CodeRateLimited, RetryAfter: wait, Err: errors.New("too many requests")}
	}
	if len(caller.Service) > maxService {
		return dovidka.Request{}, dovidka.NewFault(dovidka.CodeInvalid, "the service identifier is too long")
	}
	if header.UserID != nil {
		caller.UserID = dovidka.NewUserID(*header.UserID)
	}
	return dovidka.Request{Channel: dovidka.ChannelTrembita, Caller: caller, ReceivedAt: request.Received}, nil
}

// messageID returns the id of a message as it is kept. A longer one is kept as
// its digest, which tells it from others as well: entries of a database's index
// have a bound. It is echoed as it came.
func messageID(id string) string {
	if len(id) <= maxMessageID {
		return id
	}
	digest := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(digest[:])
}

// fill takes what the body brings into the request.
func fill(event *telemetry.Event, req *dovidka.Request, body *xroad.Body) error {
	var in GetDeclarations
	if err := body.DecodeStrict(&in); err != nil {
		return err
	}
	var err error
	if req.Caller.PurposeID, err = in.purpose(); err != nil {
		return &dovidka.Fault{Code: dovidka.CodeInvalid, Err: err}
	}
	if req.Caller.PurposeID != "" {
		event.Add(slog.String("purpose_id", req.Caller.PurposeID))
	}
	if req.Container, err = in.container(); err != nil {
		return &dovidka.Fault{Code: dovidka.CodeInvalid, Err: err}
	}
	if in.SignedContent != "" {
		req.Content = []byte(in.SignedContent)
	}
	return nil
}

// refuse says an error in the protocol of the bus: as a payload that goes with
// status 200, or as a SOAP fault.
func refuse(event *telemetry.Event, id dovidka.ID, err error) (any, error) {
	var protocol *xroad.Fault
	if errors.As(err, &protocol) {
		return nil, err // what it says of the body is exact already
	}
	fault := faultOf(err)
	if fault.Reason != "" {
		event.Add(slog.String("detail", fault.Reason))
	}
	said := wordingOf(fault.Code)
	if said.fault != "" {
		return nil, &xroad.Fault{Code: said.fault, Text: said.text, Err: fault} // observe logs it
	}
	event.Fail(string(fault.Code), gateway.Level(fault.Code), fault)
	return GetDeclarationsResponse{
		ResultCode: ResultCode(fault.Code), ResultDetail: fault.Reason, ResultText: said.text, RequestID: string(id),
	}, nil
}

// faultOf finds the fault behind an error of the disclosure. Time that ran out
// is not a defect of ours.
func faultOf(err error) *dovidka.Fault {
	fault := dovidka.FaultOf(err)
	if fault.Code == dovidka.CodeInternal && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)) {
		return &dovidka.Fault{Code: dovidka.CodeTimeout, Err: err}
	}
	return fault
}
