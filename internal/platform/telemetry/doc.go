// Package telemetry is what the process tells its operators: one structured
// log line per request, metrics with few label values, and the trace a request
// belongs to.
//
// It knows no service and no protocol. It never writes a URL, a query, a
// header's value or a body: those carry personal data. What a line may hold is
// named by the methods of [Event].
package telemetry
