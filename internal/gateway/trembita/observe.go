package trembita

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/dovidka/dovidka"
	"github.com/dovidka/dovidka/internal/gateway"
	"github.com/dovidka/dovidka/internal/platform/telemetry"
	"github.com/dovidka/dovidka/xroad"
)

// seen is what either protocol knows of an exchange.
type seen struct {
	route                             string // our own names only: it is a metric's label
	messageID, transactionID, service string
	client                            string
	traceID                           string // the caller was told it
	code                              string // of the fault or error; empty if there was none
	contract                          bool
	err                               error
}

// observe adds to the request's log line what the protocol knows of it. The
// user's identifier and everything in the body are left out.
func observe(ctx context.Context, e xroad.Exchange) {
	s := seen{
		route: "unknown", messageID: e.MessageID, transactionID: e.TransactionID, service: e.Service, client: e.Client,
		traceID: e.TraceID, code: e.FaultCode, contract: e.WSDL, err: e.Err,
	}
	switch {
	case e.WSDL:
		s.route = "wsdl"
	case e.Operation != "":
		s.route = e.Operation
	}
	s.note(telemetry.FromContext(ctx))
}

// observeREST does the same for REST, where the subject is left out too.
func observeREST(ctx context.Context, e xroad.RESTExchange) {
	s := seen{
		route: "unknown", messageID: e.MessageID, transactionID: e.TransactionID, service: e.Service, client: e.Client,
		traceID: e.TraceID, code: e.Code, contract: e.OpenAPI, err: e.Err,
	}
	switch {
	case e.OpenAPI:
		s.route = "openapi"
	case e.Pattern != "":
		s.route = e.Method + " " + e.Pattern
	}
	s.note(telemetry.FromContext(ctx))
}

func (s seen) note(event *telemetry.Event) {
	event.SetRoute(s.route)
	for _, fact := range []struct{ name, value string }{
		{"message_id", s.messageID}, {"transaction_id", s.transactionID}, {"service", s.service},
	} {
		if fact.value != "" {
			event.Add(slog.String(fact.name, fact.value))
		}
	}
	switch {
	case s.code != "":
		s.fail(event)
	case s.contract:
		event.Succeed("contract")
	}
	if s.code == "" && s.err != nil { // the outcome stands, but the caller does not know it
		event.Add(slog.String("delivery", s.err.Error()))
	}
}

func (s seen) fail(event *telemetry.Event) {
	event.Add(slog.String("fault_id", s.traceID))
	if s.client != "" {
		// Who was not admitted has no registered name to be called by.
		event.Add(slog.String("client", s.client))
	}
	var known *dovidka.Fault
	switch {
	case errors.As(s.err, &known):
		event.Fail(string(known.Code), gateway.Level(known.Code), known)
	case errors.Is(s.err, context.Canceled):
		event.Fail(telemetry.OutcomeAborted, slog.LevelInfo, s.err)
	case s.code == xroad.CodeInternalError:
		event.Fail(s.code, slog.LevelError, s.err)
	case strings.HasPrefix(s.code, "Server."):
		event.Fail(s.code, slog.LevelWarn, s.err)
	default:
		event.Fail(s.code, slog.LevelInfo, s.err)
	}
}
