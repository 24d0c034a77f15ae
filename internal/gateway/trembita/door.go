package trembita

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

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

// arrival is a message as either protocol brings it.
type arrival struct {
	client        xroad.ClientID
	id            string
	transactionID string
	service       string         // path form
	userID        string         // empty if absent
	subject       xroad.Personal // whom the header says the message is about: REST only
	received      time.Time
	// decode stores the payload in the value that the pointer points to.
	decode func(value any) error
}

// operation is what is offered in both protocols: it takes an In and answers
// with an R, of which Outcome is the beginning.
type operation[In any, R payload] struct {
	words   vocabulary
	refused func(Outcome) R
	handle  func(context.Context, *message, In) (R, error)
}

// payload is that of an answer.
type payload interface{ code() string }

// serve admits the client and lets the operation work; an error is said in the
// words of the message and, where it is an outcome, in the operation's answer.
// What remains an error is an *xroad.Fault.
func serve[In any, R payload](ctx context.Context, d *door, a arrival, o operation[In, R]) (R, error) {
	m := &message{event: telemetry.FromContext(ctx), words: o.words}
	var in In
	var out R
	err := d.admit(m, a)
	if err == nil {
		err = a.decode(&in)
	}
	if err == nil {
		out, err = o.handle(ctx, m, in)
	}
	if err != nil {
		outcome, err := m.refuse(err)
		if err != nil {
			return out, err
		}
		out = o.refused(outcome)
	}
	m.event.Add(slog.String("result", out.code()))
	return out, nil
}

// overSOAP makes of an operation what package xroad calls for a SOAP message.
func overSOAP[In any, R payload](d *door, o operation[In, R]) func(context.Context, *xroad.Request) (any, error) {
	return func(ctx context.Context, request *xroad.Request) (any, error) {
		header := request.Header
		a := arrival{
			client: header.Client, id: header.ID, transactionID: request.TransactionID, service: header.Service.String(),
			received: request.Received,
			decode: func(value any) error {
				if err := request.Body.DecodeStrict(value); err != nil {
					return err
				}
				return inClear(request.Body.Included)
			},
		}
		if header.UserID != nil {
			a.userID = *header.UserID
		}
		return serve(ctx, d, a, o)
	}
}

// inClear refuses what travelled in a part beside the envelope, where monitoring
// does not read it. The signature alone may: it says nothing in clear anyway.
func inClear(included []string) error {
	for _, name := range included {
		if name != "signature" {
			return unusable(&dovidka.FieldError{Field: name, Err: errors.New("is not in the envelope")})
		}
	}
	return nil
}

// admit says whether the client may call now, and who it is.
func (d *door) admit(m *message, a arrival) error {
	m.req.ID = dovidka.ID(uuid.NewString())
	if !d.clients[a.client] {
		return dovidka.NewFault(dovidka.CodeCallerUnknown, "the X-Road client is not admitted")
	}
	caller := dovidka.Caller{
		Name: a.client.String(), MessageID: messageID(a.id), TransactionID: a.transactionID, Service: a.service,
		SubjectID: dovidka.NewSubjectID(a.subject.Reveal()),
	}
	m.event.SetCaller(caller.Name)
	if wait := d.limiter.Allow(caller.Name); wait > 0 {
		return &dovidka.Fault{Code: dovidka.CodeRateLimited, RetryAfter: wait, Err: errors.New("too many requests")}
	}
	if len(caller.Service) > maxService {
		return dovidka.NewFault(dovidka.CodeInvalid, "the service identifier is too long")
	}
	caller.UserID = dovidka.NewUserID(a.userID)
	m.req.Channel, m.req.Caller, m.req.ReceivedAt = dovidka.ChannelTrembita, caller, a.received
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
	if err == nil && m.req.Inquiry != nil && !m.req.Caller.SubjectID.Names(m.req.Inquiry.Subject) {
		return unusable(dovidka.ErrSubjectID)
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
