package xroad

import (
	"errors"
	"strings"
)

// verdict is what the code of a fault means to a consumer.
type verdict struct {
	kind        error
	again       repetition
	undelivered bool // the service has certainly done nothing
	failing     bool // counts against the service in the circuit breaker
}

// byService reports whether a service may have made the fault.
func (v verdict) byService() bool {
	return errors.Is(v.kind, ErrServiceFault) || errors.Is(v.kind, ErrRefused)
}

// repetition says which calls may be repeated at once.
type repetition uint8

const (
	never  repetition = iota
	reads             // those of idempotent services
	always            // all of them
)

// rule is a row of the table of fault codes. The code is in the form of foldCode and stands for itself and for
// whatever follows it after a dot.
type rule struct {
	code string
	verdict
}

// rules are the fault codes of SOAP and of security servers, special ones before general ones. Any other code was made
// by the service.
//
// A call that is not idempotent is repeated only where the code says that nothing can have been sent on: a failure of
// the network between security servers may as well have hit the answer.
func rules() []rule {
	refused := verdict{kind: ErrRefused}
	return []rule{
		{"client", refused}, {"mustunderstand", refused}, {"versionmismatch", refused}, {"dataencodingunknown", refused},

		{"server.clientproxy.unknownmember", verdict{kind: ErrConfiguration, undelivered: true}},
		{"server.clientproxy.sslauthenticationfailed", verdict{kind: ErrUnavailable, again: always, undelivered: true, failing: true}},
		{"server.clientproxy", verdict{kind: ErrUnavailable, again: reads, failing: true}},

		{"server.serverproxy.accessdenied", verdict{kind: ErrAccessDenied, undelivered: true}},
		{"server.serverproxy.unknownservice", verdict{kind: ErrConfiguration, undelivered: true}},
		{"server.serverproxy.servicedisabled", verdict{kind: ErrUnavailable, undelivered: true}},
		{"server.serverproxy.servicefailed", verdict{kind: ErrServiceFailed, again: reads, failing: true}},
		{"server.serverproxy", verdict{kind: ErrServiceFailed}}, // the other security server itself, in ways the table does not list
	}
}

// judge looks a fault code up.
func judge(code string) verdict {
	folded := foldCode(code)
	for _, r := range rules() {
		if within(folded, r.code) {
			return r.verdict
		}
	}
	return verdict{kind: ErrServiceFault}
}

// foldCode makes one spelling of UnknownMember and the unknown_member of the newest X-Road.
func foldCode(code string) string { return strings.ToLower(strings.ReplaceAll(code, "_", "")) }

// within reports whether a code is the given one or a special case of it.
func within(code, general string) bool {
	rest, ok := strings.CutPrefix(code, general)
	return ok && (rest == "" || rest[0] == '.')
}
