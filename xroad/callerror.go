package xroad

import (
	"encoding/xml"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The kinds of failures of a call, by what the caller can do. Every error of [Client.Call] is a [*CallError] and, by
// errors.Is, one of them.
var (
	// ErrRefused: the request is bad in the eyes of a security server or of the service (Client.*), or it could not
	// even be written. It will fail again; somebody must look.
	ErrRefused = errors.New("request refused")
	// ErrAccessDenied: our subsystem has no access right for the service. Permanent until it is granted.
	ErrAccessDenied = errors.New("access denied")
	// ErrConfiguration: member, service or certificates are not what the configuration says. Permanent until changed.
	ErrConfiguration = errors.New("configuration does not fit")
	// ErrUnavailable: there was no way to the service or no answer in time, it is switched off, or calls are held back
	// here. Try later if the service is idempotent or [CallError].Undelivered says so, else find out first what became of
	// the request: an answer that was lost or late is among these.
	ErrUnavailable = errors.New("service is not available")
	// ErrServiceFailed: the information system of the service failed, as its security server says. Try later if the
	// service is idempotent or [CallError].Undelivered says so, else find out first what became of the request.
	ErrServiceFailed = errors.New("service failed")
	// ErrServiceFault: the service answered with a fault of its own, whose code is defined by the service. Those which
	// begin with Client are ErrRefused. What a [Handler] sends when its operation fails, is late or has no room
	// (CodeInternalError, CodeTimeout, CodeBusy) is among these and is not repeated.
	ErrServiceFault = errors.New("service answered with a fault")
	// ErrResponse: what came is not an answer to our request. What became of the request is unknown.
	ErrResponse = errors.New("response is not acceptable")
)

// CallError is a call that brought no answer. It holds no personal data beyond what [RemoteFault] says.
type CallError struct {
	Kind error // one of the kinds above

	// Undelivered means that the service has certainly not acted upon the request, in any of the attempts.
	Undelivered bool
	Attempts    int // messages sent
	Fault       *RemoteFault
	// Mapped is what the service's own codes say, according to [Target].Faults; nil if nothing.
	Mapped error
	Err    error // the cause; nil if the fault is all there is to say

	// What is known of the last message, for the record.
	MessageID     string
	TransactionID string
	RequestHash   *RequestHash
	Status        int // of HTTP; 0 without response

	verdict verdict
	link    bool // the way to the security server failed, or that server itself
}

// RemoteFault is a fault that was received. It is not a [*Fault], so that an operation which calls another service
// cannot pass that service's fault on to its own caller by mistake.
type RemoteFault struct {
	Code string // dotted, in the sender's spelling, without prefix; long numbers are blanked out in it, too
	// Text is for people. Numbers of six and more digits and all values of our request are blanked out in it, and it is
	// cut at 1000 bytes. A service could still have put a person's data there which we did not send, so it is shown to
	// operators and not logged.
	Text   string
	Detail string // the identifier under which the other side logged the failure; empty if none or not fit to be logged
}

// Error implements error. It says the kind, code and cause, and never the text of a fault.
func (e *CallError) Error() string {
	text := "xroad call: " + e.Kind.Error()
	if e.Fault != nil {
		text += ": " + e.Fault.Code
		if e.Fault.Detail != "" {
			text += " (" + e.Fault.Detail + ")"
		}
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the kind, what the fault was mapped to, and the cause.
func (e *CallError) Unwrap() []error {
	var all []error
	for _, err := range []error{e.Kind, e.Mapped, e.Err} {
		if err != nil {
			all = append(all, err)
		}
	}
	return all
}

// failure returns an error of our own making.
func failure(v verdict, format string, args ...any) *CallError {
	return &CallError{Kind: v.kind, Undelivered: v.undelivered, Err: fmt.Errorf(format, args...), verdict: v}
}

// badResponse is a failure to understand what came. It says what and never quotes.
func badResponse(format string, args ...any) *CallError {
	return failure(verdict{kind: ErrResponse}, format, args...)
}

// asCallError makes the caller's error of a fault.
func (f *remoteFault) asCallError(work *work) *CallError {
	v := judge(f.code)
	e := &CallError{Kind: v.kind, Undelivered: v.undelivered, verdict: v}
	e.Fault = &RemoteFault{Code: blankNumbers(f.code), Text: blank(f.text, work), Detail: traceOf(f.detail)}
	if v.byService() {
		e.Mapped = work.target.faults[foldCode(f.code)]
	}
	return e
}

// traceOf returns a detail that looks like a UUID or another identifier in hexadecimal. Anything else may be a stack trace
// or a person.
func traceOf(detail string) string {
	if !regexp.MustCompile(`^[0-9A-Fa-f-]{16,64}$`).MatchString(detail) || !strings.ContainsFunc(detail, unicode.IsLetter) {
		return ""
	}
	return detail
}

// blank takes out of a text what is or may be personal data: the values that we sent, and numbers.
func blank(text string, work *work) string {
	const longest = 1000
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(clipTo(text, 4*longest), ""))
	for _, value := range work.values() {
		text = replaceFold(text, value, gap)
	}
	return clipTo(blankNumbers(text), longest)
}

// blankNumbers takes out numbers of six and more digits; those of dates and documents may be apart by one separator.
func blankNumbers(text string) string {
	return regexp.MustCompile(`\d(?:[-./ ]?\d){5,}`).ReplaceAllString(text, gap)
}

const gap = "…"

// replaceFold is strings.ReplaceAll without regard to case.
func replaceFold(text, old, replacement string) string {
	folded, old := strings.ToLower(text), strings.ToLower(old)
	if len(folded) != len(text) { // letters that are longer in lower case, which no language here has
		return strings.ReplaceAll(folded, old, replacement)
	}
	var out strings.Builder
	for {
		i := strings.Index(folded, old)
		if i < 0 {
			return out.String() + text
		}
		out.WriteString(text[:i] + replacement)
		text, folded = text[i+len(old):], folded[i+len(old):]
	}
}

// values lists what our request tells about people, the longest first.
func (w *work) values() []string {
	const shortest = 3 // below that it would be blanked everywhere and say nothing
	var all []string
	add := func(text string) {
		if text = strings.TrimSpace(text); utf8.RuneCountInString(text) >= shortest {
			all = append(all, text)
		}
	}
	add(w.call.UserID)
	add(w.call.Issue)
	if party := w.call.RepresentedParty; party != nil {
		add(party.Code)
	}
	if w.rest != nil {
		for _, text := range w.rest.values() {
			add(text)
		}
	}
	decoder := xml.NewDecoder(strings.NewReader(string(w.element)))
	for {
		token, err := decoder.Token()
		if err != nil {
			break // the end: it was written by encoding/xml
		}
		switch token := token.(type) {
		case xml.CharData:
			add(string(token))
		case xml.StartElement:
			for _, attribute := range token.Attr {
				if attribute.Name.Local != "xmlns" && attribute.Name.Space != "xmlns" {
					add(attribute.Value)
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}
