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

// message is one on its way through an operation.
type message struct {
	event *telemetry.Event
	req   dovidka.Request
	words vocabulary // what an outcome is said with
}

// serve makes an operation of what handles its messages: it admits the client,
// and says an error in the words of the message and in the operation's answer,
// of which Outcome is the beginning.
func serve[R interface{ code() string }](d *door, words vocabulary, refused func(Outcome) R,
	handle func(context.Context, *message, *xroad.Body) (R, error),
) func(context.Context, *xroad.Request) (any, error) {
	return func(ctx context.Context, request *xroad.Request) (any, error) {
		m := &message{event: telemetry.FromContext(ctx), words: words}
		var answer R
		err := d.admit(m, request)
		if err == nil {
			answer, err = handle(ctx, m, request.Body)
		}
		if err != nil {
			outcome, err := m.refuse(err)
			if err != nil {
				return nil, err
			}
			answer = refused(outcome)
		}
		m.event.Add(slog.String("result", answer.code()))
		return answer, nil
	}
}

// admit says whether the client may call now, and who it is.
func (d *door) admit(m *message, request *xroad.Request) error {
	m.req.ID = dovidka.ID(uuid.NewString())
	header := request.Header
	if !d.clients[header.Client] {
		return dovidka.NewFault(dovidka.CodeCallerUnknown, "the X-Road client is not admitted")
	}
	caller := dovidka.Caller{
		Name: header.Client.String(), MessageID: messageID(header.ID),
		TransactionID: request.TransactionID, Service: header.Service.String(),
	}
	m.event.SetCaller(caller.Name)
	if wait := d.limiter.Allow(caller.Name); wait > 0 {
		return &dovidka.Fault{Code: dovidka.CodeRateLimited, RetryAfter: wait, Err: errors.New("too many requests")}
	}
	if len(caller.Service) > maxService {
		return dovidka.NewFault(dovidka.CodeInvalid, "the service identifier is too long")
	}
	if header.UserID != nil {
		caller.UserID = dovidka.NewUserID(*header.UserID)
	}
	m.req.Channel, m.req.Caller, m.req.ReceivedAt = dovidka.ChannelTrembita, caller, request.Received
	m.event.SetRequestID(string(m.req.ID))
	return nil
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

// take fills the request with what the body brings.
func (m *message) take(in interface{ fill(*dovidka.Request) error }) error {
	err := unusable(in.fill(&m.req))
	if m.req.Caller.PurposeID != "" {
		m.event.Add(slog.String("purpose_id", m.req.Caller.PurposeID))
	}
	return err
}

// named is the request that the message turned out to be about.
func (m *message) named(id dovidka.ID) {
	m.req.ID = id
	m.event.SetRequestID(string(id))
}

// outcome begins an answer.
func (m *message) outcome(code, text string) Outcome {
	return Outcome{ResultCode: code, ResultText: text, RequestID: string(m.req.ID)}
}

// refuse says an error in the protocol of the bus: as the outcome of an answer
// that goes with status 200, or as a SOAP fault.
func (m *message) refuse(err error) (Outcome, error) {
	var protocol *xroad.Fault
	if errors.As(err, &protocol) {
		return Outcome{}, err // what it says of the body is exact already
	}
	fault := faultOf(err)
	if fault.Reason != "" {
		m.event.Add(slog.String("detail", fault.Reason))
	}
	said := m.words.of(fault.Code)
	if said.fault != "" {
		return Outcome{}, &xroad.Fault{Code: said.fault, Text: said.about(fault), Err: fault} // observe logs it
	}
	m.event.Fail(string(fault.Code), gateway.Level(fault.Code), fault)
	out := m.outcome(said.result, said.text)
	if out.ResultCode == "" {
		out.ResultCode = ResultCode(fault.Code)
	}
	out.ResultDetail = fault.Reason
	return out, nil
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
