package dovidka

import (
	"errors"
	"fmt"
	"time"
)

// Code is the stable name of a reason for which a request is refused or could
// not be served. Each door words it in its own protocol by one table.
type Code string

// The codes. They are part of the public contract: never rename one.
const (
	// What the caller sent cannot be used.
	CodeMalformed       Code = "malformed-request"
	CodeInvalid         Code = "invalid-request"
	CodeTooLarge        Code = "request-too-large"
	CodeRequestConflict Code = "request-id-conflict"
	CodeRequestUnknown  Code = "request-not-found"
	CodeRequestExpired  Code = "request-expired"
	CodeRateLimited     Code = "rate-limited"
	CodeCallerUnknown   Code = "caller-not-admitted"

	// The signature does not prove who asks.
	CodeSignatureMalformed     Code = "signature-malformed"
	CodeSignatureInvalid       Code = "signature-invalid"
	CodeSignatureUntrusted     Code = "signature-untrusted"
	CodeSignatureIndeterminate Code = "signature-indeterminate"
	CodeSignatureMismatch      Code = "signature-over-other-content"
	CodeSignatureReplayed      Code = "signature-replayed"
	CodeSignerNotPerson        Code = "signer-not-a-person"
	CodeSignerNotIdentified    Code = "signer-without-rnokpp"
	CodeSubjectMismatch        Code = "signer-is-another-person"

	// The law or the citizen says no.
	CodeConsentRequired      Code = "consent-required"
	CodeConsentRefused       Code = "consent-refused"
	CodeConsentWithdrawn     Code = "consent-withdrawn"
	CodeConfidantRequired    Code = "confidant-required"
	CodeRelationNotConfirmed Code = "relation-not-confirmed"
	CodePatientNotFound      Code = "patient-not-found"
	// CodeNotEntitled: no entitlement of the body permits what it inquires.
	CodeNotEntitled Code = "not-entitled"
	// CodeDeclarationNumberInvalid: the number cannot be one of a declaration.
	CodeDeclarationNumberInvalid Code = "declaration-number-invalid"

	// Somebody we depend on, or we ourselves, failed.
	CodeRegistryUnavailable Code = "registry-unavailable"
	CodeStorageUnavailable  Code = "storage-unavailable"
	CodeTimeout             Code = "timeout"
	CodeBusy                Code = "busy"
	CodeInternal            Code = "internal-error"
)

// Codes lists every Code once, for tables that must word them all.
func Codes() []Code {
	return []Code{
		CodeMalformed, CodeInvalid, CodeTooLarge, CodeRequestConflict, CodeRequestUnknown, CodeRequestExpired,
		CodeRateLimited, CodeCallerUnknown,
		CodeSignatureMalformed, CodeSignatureInvalid, CodeSignatureUntrusted, CodeSignatureIndeterminate,
		CodeSignatureMismatch, CodeSignatureReplayed, CodeSignerNotPerson, CodeSignerNotIdentified, CodeSubjectMismatch,
		CodeConsentRequired, CodeConsentRefused, CodeConsentWithdrawn, CodeConfidantRequired, CodeRelationNotConfirmed,
		CodePatientNotFound, CodeNotEntitled, CodeDeclarationNumberInvalid,
		CodeRegistryUnavailable, CodeStorageUnavailable, CodeTimeout, CodeBusy, CodeInternal,
	}
}

// Class says whose business a fault is.
type Class string

const (
	// ClassOperated is an expected outcome; nobody is alerted.
	ClassOperated Class = "operated"
	// ClassExternal is a neighbour's failure; alert on its rate.
	ClassExternal Class = "external"
	// ClassUnoperated is our own defect; alert at once.
	ClassUnoperated Class = "unoperated"
)

// Class returns whose business the code is.
func (c Code) Class() Class {
	switch c {
	case CodeRegistryUnavailable, CodeStorageUnavailable, CodeTimeout, CodeBusy:
		return ClassExternal
	case CodeInternal:
		return ClassUnoperated
	default:
		return ClassOperated
	}
}

// Retryable reports whether the same request may succeed later unchanged.
func (c Code) Retryable() bool {
	return c.Class() == ClassExternal || c == CodeRateLimited
}

// SignatureAtFault reports whether a better signature over the same statement
// could still succeed, so that the citizen may sign again until it expires.
func (c Code) SignatureAtFault() bool {
	switch c {
	case CodeSignatureMalformed, CodeSignatureInvalid, CodeSignatureUntrusted, CodeSignatureIndeterminate,
		CodeSignatureMismatch, CodeSignerNotPerson, CodeSignerNotIdentified:
		return true
	}
	return false
}

// Fault is the one error that crosses a service's border with a meaning. It is
// made only where somebody decides by its code; everything else is wrapped and
// becomes CodeInternal at the edge.
type Fault struct {
	Code Code
	// Err is the cause, for logs. It must hold no personal data. The outside
	// never reads it: two faults of one code look the same to the caller.
	Err error
	// Reason refines the code for the caller where that is safe, such as the
	// verifier's stable reason of an invalid signature. Empty otherwise.
	Reason string
	// RetryAfter tells when to try again; zero leaves it to the door.
	RetryAfter time.Duration
}

// NewFault returns a Fault with a cause made by fmt.Errorf. The text must hold
// no personal data.
func NewFault(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Err: fmt.Errorf(format, args...)}
}

// Error returns the code and the cause.
func (f *Fault) Error() string {
	if f.Err == nil {
		return string(f.Code)
	}
	return string(f.Code) + ": " + f.Err.Error()
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// FaultOf finds the Fault in err's chain. An error without one becomes
// CodeInternal with err as its cause; nil stays nil.
func FaultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: CodeInternal, Err: err}
}

// The causes behind CodePatientNotFound. They are told apart in the ledger and
// in logs, never outside.
var (
	ErrNobody    = errors.New("no usable person matches")
	ErrAmbiguous = errors.New("several usable persons match")
	// ErrContradicted: the one who matches differs in what else is said.
	ErrContradicted = errors.New("the person who matches differs in a name, a number or the birth date")
)
