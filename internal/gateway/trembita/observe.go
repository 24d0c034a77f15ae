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

// observe adds to the request's log line what the protocol knows of it. The
// user's identifier and everything in the body are left out.
func observe(ctx context.Context, e xroad.Exchange) {
	event := telemetry.FromContext(ctx)
	event.SetRoute(route(e))
	for _, fact := range []struct{ name, value string }{
		{"message_id", e.MessageID}, {"transaction_id", e.TransactionID}, {"service", e.Service},
	} {
		if fact.value != "" {
			event.Add(slog.String(fact.name, fact.value))
		}
	}
	switch {
	case e.FaultCode != "":
		observeFault(event, e)
	case e.WSDL:
		event.Succeed("contract")
	}
	if e.FaultCode == "" && e.Err != nil { // the outcome stands, but the caller does not know it
		event.Add(slog.String("delivery", e.Err.Error()))
	}
}

// route names what was called, by our own names only: it is a metric's label.
func route(e xroad.Exchange) string {
	switch {
	case e.WSDL:
		return "wsdl"
	case e.Operation != "":
		return e.Operation
	default:
		return "unknown"
	}
}

func observeFault(event *telemetry.Event, e xroad.Exchange) {
	event.Add(slog.String("fault_id", e.TraceID)) // the caller was told it
	if e.Client != "" {
		// Who was not admitted has no registered name to be called by.
		event.Add(slog.String("client", e.Client))
	}
	var known *dovidka.Fault
	switch {
	case errors.As(e.Err, &known):
		event.Fail(string(known.Code), gateway.Level(known.Code), known)
	case errors.Is(e.Err, context.Canceled):
		event.Fail(telemetry.OutcomeAborted, slog.LevelInfo, e.Err)
	case e.FaultCode == xroad.CodeInternalError:
		event.Fail(e.FaultCode, slog.LevelError, e.Err)
	case strings.HasPrefix(e.FaultCode, "Server."):
		event.Fail(e.FaultCode, slog.LevelWarn, e.Err)
	default:
		event.Fail(e.FaultCode, slog.LevelInfo, e.Err)
	}
}
