package xroad

import (
	"fmt"
	"strings"
)

// Fault codes of this package. Those which X-Road has are spelled as X-Road spells them, so that one table serves the
// faults of security servers and ours.
const (
	CodeInvalidRequest           = "Client.InvalidRequest"
	CodeInvalidHTTPMethod        = "Client.InvalidHttpMethod"
	CodeInvalidContentType       = "Client.InvalidContentType"
	CodeInvalidXML               = "Client.InvalidXml"
	CodeInvalidSOAP              = "Client.InvalidSoap"
	CodeTooLarge                 = "Client.TooLarge"
	CodeMissingHeader            = "Client.MissingHeader"
	CodeMissingHeaderField       = "Client.MissingHeaderField"
	CodeDuplicateHeaderField     = "Client.DuplicateHeaderField"
	CodeInvalidHeaderField       = "Client.InvalidHeaderField"
	CodeInvalidClientIdentifier  = "Client.InvalidClientIdentifier"
	CodeInvalidServiceIdentifier = "Client.InvalidServiceIdentifier"
	CodeInvalidProtocolVersion   = "Client.InvalidProtocolVersion"
	CodeMissingBody              = "Client.MissingBody"
	CodeInvalidBody              = "Client.InvalidBody"
	CodeInconsistentHeaders      = "Client.InconsistentHeaders"
	CodeUnknownOperation         = "Client.UnknownOperation"

	CodeInternalError = "Server.InternalError"
	CodeTimeout       = "Server.Timeout"
	CodeBusy          = "Server.Busy"

	// Codes of SOAP itself (SOAP 1.1, clause 4.4.1; SOAP 1.2 part 1, clause 5.4.6).
	CodeMustUnderstand  = "MustUnderstand"
	CodeVersionMismatch = "VersionMismatch"
)

// Version is a version of SOAP.
type Version uint8

// The versions of SOAP. The zero value is SOAP 1.1.
const (
	SOAP11 Version = iota
	SOAP12
)

// Namespace returns the namespace of the version's envelope.
func (v Version) Namespace() string {
	if v == SOAP12 {
		return NamespaceSOAP12
	}
	return NamespaceSOAP11
}

// ContentType returns the media type of messages in this version, as this package sends them.
func (v Version) ContentType() string {
	if v == SOAP12 {
		return "application/soap+xml; charset=utf-8"
	}
	return "text/xml; charset=utf-8"
}

// String returns the version number.
func (v Version) String() string {
	if v == SOAP12 {
		return "1.2"
	}
	return "1.1"
}

// Fault is a message that could not be processed, technically: an outcome of the business, such as "no such person",
// is an ordinary response (PR-MESS, clause 2.8).
//
// Old security servers drop the header of a fault and flatten its detail, so everything a client needs belongs into
// Code and Text.
type Fault struct {
	Code   string // dotted, begins with Client or Server; or a code of SOAP itself
	Text   string // for people, normally in Ukrainian; without personal data
	Detail string // one short text; the handler puts its trace identifier here when it is empty

	Version Version // the SOAP version to answer in
	Header  *Header // to be echoed; nil if it could not be read completely

	Err error // the cause, for our log; never sent
}

// NewFault returns a fault for an operation to return.
func NewFault(code, text string) *Fault { return &Fault{Code: code, Text: text} }

// Error implements error with the code and the cause. The text for people is left out.
func (f *Fault) Error() string {
	if f.Err != nil {
		return fmt.Sprintf("%s: %v", f.Code, f.Err)
	}
	return f.Code
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Client reports whether the caller is to blame: the same message will fail again.
func (f *Fault) Client() bool {
	return f.Code == "Client" || strings.HasPrefix(f.Code, "Client.") || f.Code == CodeMustUnderstand ||
		f.Code == CodeVersionMismatch
}
