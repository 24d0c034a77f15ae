// Package trembita is the SOAP door: it makes a Request of an X-Road message
// and words the answer for the bus.
//
// It may call the disclosure only. It holds no key, no store, and nothing of a
// message after its answer.
package trembita

import (
	"context"
	"errors"
	"log/slog"
	"time"

	_ "embed"

	"github.com/google/uuid"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/xroad"
)

// Disclosure takes a signed request to its end.
type Disclosure interface {
	Submit(ctx context.Context, req dovidka.Request) (dovidka.Progress, error)
}

// Limiter bounds the requests of one client.
type Limiter interface {
	// Allow reports whether the client may send one more request now, and if
	// not, when.
	Allow(client string) (bool, time.Duration)
}

// Config is what a door needs.
type Config struct {
	Disclosure Disclosure
	// Clients are the X-Road clients admitted; an empty list admits nobody.
	Clients []xroad.ClientID
	Limiter Limiter
	// Address stands in the WSDL; empty takes the request's.
	Address string
	Limits  xroad.Limits
	// Timeout bounds an operation.
	Timeout       time.Duration
	MaxConcurrent int
	Now           func() time.Time
}

//go:embed schema.xsd
var schema string

// New returns the door.
func New(cfg Config) (*xroad.Handler, error) {
	if cfg.Disclosure == nil || cfg.Limiter == nil {
		return nil, errors.New("trembita: a disclosure and a limiter are required")
	}
	d := &door{disclosure: cfg.Disclosure, limiter: cfg.Limiter, clients: map[xroad.ClientID]bool{}}
	for _, c := range cfg.Clients {
		d.clients[c] = true
	}
	return xroad.NewHandler(xroad.Config{
		Operations: []xroad.Operation{{Name: OperationGetDeclarations, Namespace: Namespace, Handle: d.getDeclarations}},
		WSDL:       Description(cfg.Address),
		Limits:     cfg.Limits, Timeout: cfg.Timeout, MaxConcurrent: cfg.MaxConcurrent, Now: cfg.Now,
		Observe: observe,
	})
}

// Description returns our WSDL.
func Description(address string) *xroad.WSDL {
	return &xroad.WSDL{
		Name: "Dovidka", Namespace: Namespace, Address: address, Schemas: []string{schema},
		Operations: []xroad.WSDLOperation{{
			Name:  OperationGetDeclarations,
			Title: "Відомості про декларації про вибір лікаря первинної медичної допомоги",
			Notes: "Запит містить заяву громадянина, підписану його кваліфікованим електронним підписом.",
		}},
	}
}

type door struct {
	disclosure Disclosure
	limiter    Limiter
	clients    map[xroad.ClientID]bool
}

func (d *door) getDeclarations(ctx context.Context, request *xroad.Request) (any, error) {
	event := telemetry.FromContext(ctx)
	caller := callerOf(request)
	event.SetCaller(caller.Name)
	id := dovidka.ID(uuid.NewString())
	event.SetRequestID(string(id))

	if !d.clients[request.Header.Client] {
		return refused(id, dovidka.NewFault(dovidka.CodeCallerUnknown, "the X-Road client is not admitted"))
	}
	if ok, after := d.limiter.Allow(caller.Name); !ok {
		return refused(id, &dovidka.Fault{Code: dovidka.CodeRateLimited, RetryAfter: after, Err: errors.New("too many requests")})
	}
	var in GetDeclarations
	if err := request.Body.DecodeStrict(&in); err != nil {
		return nil, err
	}
	container, err := in.container()
	if err != nil {
		return refused(id, &dovidka.Fault{Code: dovidka.CodeInvalid, Err: err})
	}
	caller.PurposeID = in.PurposeID
	req := dovidka.Request{ID: id, Channel: dovidka.ChannelTrembita, Caller: caller, Container: container, ReceivedAt: request.Received}
	if in.SignedContent != nil {
		req.Content = []byte(*in.SignedContent)
	}
	progress, err := d.disclosure.Submit(ctx, req)
	if err != nil {
		fault := dovidka.FaultOf(err)
		event.Fail(string(fault.Code), slog.LevelInfo, fault)
		return refused(id, fault)
	}
	return answerOf(event, progress)
}

func answerOf(event *telemetry.Event, p dovidka.Progress) (GetDeclarationsResponse, error) {
	switch {
	case p.Answer != nil:
		event.Succeed("answered")
		return answered(*p.Answer), nil
	case p.Fault != nil:
		event.Fail(string(p.Fault.Code), slog.LevelInfo, p.Fault)
		return refused(p.ID, p.Fault)
	default:
		return refused(p.ID, dovidka.NewFault(dovidka.CodeTimeout, "the answer takes longer than the caller waits"))
	}
}

func callerOf(request *xroad.Request) dovidka.Caller {
	caller := dovidka.Caller{
		Name: request.Header.Client.String(), MessageID: request.Header.ID,
		TransactionID: request.TransactionID, Service: request.Header.Service.String(),
	}
	if request.Header.UserID != nil {
		caller.UserID = dovidka.NewUserID(*request.Header.UserID)
	}
	return caller
}

// observe adds to the request's log line what the protocol knows of it.
func observe(ctx context.Context, e xroad.Exchange) {
	event := telemetry.FromContext(ctx)
	if e.WSDL {
		event.SetRoute("wsdl")
		event.Succeed("described")
		return
	}
	route := e.Operation
	if route == "" {
		route = "unknown"
	}
	event.SetRoute(route)
	event.Add(slog.String("message_id", e.MessageID))
	event.Add(slog.String("transaction_id", e.TransactionID))
	event.Add(slog.String("fault_id", e.TraceID))
	if e.FaultCode == "" {
		return
	}
	var known *dovidka.Fault
	if errors.As(e.Err, &known) {
		level := slog.LevelInfo
		if known.Code.Class() == dovidka.ClassUnoperated {
			level = slog.LevelError
		}
		event.Fail(string(known.Code), level, known)
		return
	}
	event.Fail(e.FaultCode, slog.LevelInfo, e.Err)
}
