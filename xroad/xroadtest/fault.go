package xroadtest

import (
	"strconv"
	"strings"
	"time"
)

// Fault is a way to misbehave. One that begins with "Client." or "Server.", in any letter case, is the code of a SOAP
// fault which the server answers with instead of forwarding: the constants below are those of the field, any other
// will do.
type Fault string

// Sound is no fault.
const Sound Fault = ""

// Faults of security servers.
const (
	MissingHeaderField   Fault = "Client.MissingHeaderField"
	InvalidSOAP          Fault = "Client.InvalidSoap"
	InvalidContentType   Fault = "Client.InvalidContentType"
	InconsistentHeaders  Fault = "Client.InconsistentHeaders"
	ClientNetworkError   Fault = "Server.ClientProxy.NetworkError"
	UnknownMember        Fault = "Server.ClientProxy.UnknownMember"
	SSLAuthentication    Fault = "Server.ClientProxy.SslAuthenticationFailed"
	InconsistentResponse Fault = "Server.ClientProxy.ServiceFailed.InconsistentResponse"
	AccessDenied         Fault = "Server.ServerProxy.AccessDenied"
	UnknownService       Fault = "Server.ServerProxy.UnknownService"
	ServiceDisabled      Fault = "Server.ServerProxy.ServiceDisabled"
	HTTPError            Fault = "Server.ServerProxy.ServiceFailed.HttpError"
	NetworkError         Fault = "Server.ServerProxy.ServiceFailed.NetworkError"
	IOError              Fault = "Server.ServerProxy.ServiceFailed.IOError"
	UnknownHost          Fault = "Server.ServerProxy.ServiceFailed.UnknownHost"
	MissingBody          Fault = "Server.ServerProxy.ServiceFailed.MissingBody"
	InvalidAnswerType    Fault = "Server.ServerProxy.ServiceFailed.InvalidContentType"
	InvalidAnswer        Fault = "Server.ServerProxy.ServiceFailed.InvalidSoap"
	InvalidAnswerXML     Fault = "Server.ServerProxy.ServiceFailed.InvalidXml"
	OtherAnswer          Fault = "Server.ServerProxy.ServiceFailed.InconsistentHeaders"
)

// Faults of the connection to the consumer.
const (
	Down       Fault = "down"        // cuts the connection, nothing is forwarded
	Slow       Fault = "slow"        // forwards nothing and does not answer before the asker gives up
	LostAnswer Fault = "lost answer" // forwards, then cuts the connection
	CutHead    Fault = "cut head"    // forwards, then cuts within the header fields of the answer
	CutBody    Fault = "cut body"    // forwards, then cuts within the body
	Stalled    Fault = "stalled"     // forwards, sends half the body and then nothing more
)

const cutAfter = "cut after "

// CutAfter forwards, then cuts the connection when that many bytes of the body were sent, or all if there are no more:
// the head announces one more than there are.
func CutAfter(bytes int) Fault { return Fault(cutAfter + strconv.Itoa(bytes)) }

// cut returns the number of CutAfter.
func (f Fault) cut() (int, bool) {
	number, ok := strings.CutPrefix(string(f), cutAfter)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return max(n, 0), err == nil
}

// Answers that are no messages. All but ErrorPage and Redirect come after the provider was asked.
const (
	ErrorPage     Fault = "error page"     // HTTP 502 with HTML
	Redirect      Fault = "redirect"       // to itself
	Page          Fault = "page"           // HTML with HTTP 200
	Empty         Fault = "empty"          // no body
	Malformed     Fault = "malformed"      // half a document, as if it were whole
	Oversized     Fault = "oversized"      // never ends
	Deep          Fault = "deep"           // 100,000 elements within each other
	WrongType     Fault = "wrong type"     // the right bytes as application/octet-stream
	WrongBoundary Fault = "wrong boundary" // multipart, with another boundary than announced
	DocumentType  Fault = "document type"  // with an entity that refers to a file
	NotUTF8       Fault = "not UTF-8"      // bytes that UTF-8 does not have
)

// Wrong echoes, and other answers to something that was not asked.
const (
	OtherID      Fault = "other id"
	OtherClient  Fault = "other client"
	OtherService Fault = "other service"
	OtherUserID  Fault = "other userId"
	NoOptional   Fault = "no optional" // without userId, issue and representedParty, which some providers drop
	NoHeader     Fault = "no header"
	NoBody       Fault = "no body"
	OtherElement Fault = "other element" // a body that belongs to no operation of the service
)

// Answers that are unusual and right.
const (
	FaultAsSuccess Fault = "fault as success" // a fault with HTTP 200
	FaultInPart    Fault = "fault in part"    // a fault as the first part of a multipart message
	Parts          Fault = "parts"            // the message as the first part of a multipart message
	UTF16          Fault = "UTF-16"           // as the media type says
	Comments       Fault = "comments"         // between all elements, and a byte order mark before them
	Chunked        Fault = "chunked"          // in many small pieces
)

// Faults towards the provider.
const (
	CutRequest     Fault = "cut request"     // sends half the message and cuts the connection
	GiveUp         Fault = "give up"         // sends the message and leaves without waiting for the answer
	Twice          Fault = "twice"           // sends the message twice and passes the second answer on
	SlowRequest    Fault = "slow request"    // sends half the message and then nothing more
	EndlessRequest Fault = "endless request" // sends white space after the message, without end
)

// Codes lists the faults of security servers that the constants name.
func Codes() []Fault {
	return []Fault{
		MissingHeaderField, InvalidSOAP, InvalidContentType, InconsistentHeaders, ClientNetworkError, UnknownMember,
		SSLAuthentication, InconsistentResponse, AccessDenied, UnknownService, ServiceDisabled, HTTPError, NetworkError,
		IOError, UnknownHost, MissingBody, InvalidAnswerType, InvalidAnswer, InvalidAnswerXML, OtherAnswer,
	}
}

// Faults lists every fault but Sound, Codes included. To calls in REST those that need an envelope or its parts change
// nothing or little, such as NoHeader, and a [xroad.RESTAnswer] may have a body that is a page, cut short or empty, because
// a client does not know what the service meant to send.
func Faults() []Fault {
	return append(Codes(),
		Down, Slow, LostAnswer, CutHead, CutBody, Stalled,
		ErrorPage, Redirect, Page, Empty, Malformed, Oversized, Deep, WrongType, WrongBoundary, DocumentType, NotUTF8,
		OtherID, OtherClient, OtherService, OtherUserID, NoOptional, NoHeader, NoBody, OtherElement,
		FaultAsSuccess, FaultInPart, Parts, UTF16, Comments, Chunked,
		CutRequest, GiveUp, Twice, SlowRequest, EndlessRequest)
}

// code returns the fault code, if the fault is one.
func (f Fault) code() (string, bool) {
	lower := strings.ToLower(string(f))
	return string(f), strings.HasPrefix(lower, "client.") || strings.HasPrefix(lower, "server.")
}

// fitsREST reports whether the fault says anything about an answer that is no SOAP message. The others leave such an
// answer as it is.
func (f Fault) fitsREST() bool {
	if _, ok := f.cut(); ok {
		return true
	}
	switch f {
	case LostAnswer, CutHead, CutBody, Stalled, ErrorPage, Redirect, Page, Empty, Malformed, Oversized, WrongType, Chunked:
		return true
	}
	return false
}

// Misbehave makes the server fail in one way from now on; Sound ends that.
func (s *Server) Misbehave(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// MisbehaveNext makes the server fail in these ways, one a request, before it goes on as Misbehave had it.
func (s *Server) MisbehaveNext(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, faults...)
}

// Delay lets the server wait before every answer, faults included; 0 ends that. It does not wait for askers who gave
// up.
func (s *Server) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// Requests is how often the server was asked for anything.
func (s *Server) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// MisbehaveBy asks a function about every request for which MisbehaveNext has nothing, and adds the time to Delay's; it
// is called for one request at a time, and must not call the server. Nil ends that.
func (s *Server) MisbehaveBy(choose func() (Fault, time.Duration)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.choose = choose
}

// next counts a request and says how to treat it, unless the server is closed. The caller tells active when it is
// done.
func (s *Server) next() (fault Fault, delay time.Duration, open bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return Sound, 0, false
	}
	s.active.Add(1)
	s.requests++
	fault, delay = s.fault, s.delay
	switch {
	case len(s.queue) > 0:
		fault, s.queue = s.queue[0], s.queue[1:]
	case s.choose != nil:
		var more time.Duration
		fault, more = s.choose()
		delay += more
	}
	return fault, delay, true
}
