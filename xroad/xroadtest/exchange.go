package xroadtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

// answer is what goes back to the consumer.
type answer struct {
	status      int
	contentType string
	body        []byte
	header      http.Header // in addition
	transaction string
	rest        bool

	version xroad.Version
	message *xroad.Message // nil for a fault
	hash    string         // requestHash, as an element
	code    string         // of the fault
}

// refusal is a fault which the security server makes itself.
type refusal struct {
	code string
	err  error
}

func refuse(code, reason string) *refusal { return &refusal{code, errors.New(reason)} }

// failed is a refusal because of the provider, told by the server at its side.
func failed(code string, err error) *refusal {
	return &refusal{"Server.ServerProxy.ServiceFailed." + code, err}
}

// exchange does with a request what a security server does. It returns nil for a connection to be cut.
func (s *Server) exchange(r *http.Request, e *Exchange) *answer {
	switch e.Fault {
	case Down:
		return nil
	case Slow:
		// A server notices that the asker is gone only when the message is read.
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return nil
	}
	version := xroad.SOAP11
	if s.config.Dialect == UXP && strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "application/soap+xml") {
		version = xroad.SOAP12 // of the message or, in a multipart one, of its root
	}
	request, parcel, refused := s.read(r)
	if request != nil {
		version, e.ID, e.Client, e.Service = request.Version, request.Header.ID, request.Header.Client, request.Header.Service
	}
	if code, ok := e.Fault.code(); ok {
		return s.refusal(version, &refusal{code, errors.New("as the test wants it")}, e)
	}
	if refused != nil {
		return s.refusal(version, refused, e)
	}
	if e.Fault == ErrorPage || e.Fault == Redirect {
		return &answer{version: version}
	}
	a, refused := s.metaSOAP(r, request, parcel.envelope(), e)
	if a == nil && refused == nil {
		var service *Service
		if service, refused = s.permit(request.Header.Client, request.Header.Service); refused != nil {
			return s.refusal(version, refused, e)
		}
		s.archive.keep(e, false, parcel.envelope())
		a, refused = s.ask(r, service, request, parcel, e)
	}
	if r.Context().Err() != nil {
		return nil
	}
	if refused != nil {
		return s.refusal(version, refused, e)
	}
	if e.Forwarded > 0 {
		if answered, err := s.config.Dialect.unpack(a.body, a.contentType); err == nil {
			s.archive.keep(e, true, answered.envelope())
		}
	}
	return a
}

// refusal words a refusal as a fault.
func (s *Server) refusal(version xroad.Version, refused *refusal, e *Exchange) *answer {
	e.Err = refused.err
	code := s.config.spell(refused.code)
	return &answer{
		status: http.StatusInternalServerError, contentType: contentType(version), version: version, code: code,
		body: marshalFault(version, code, refused.err.Error(), newUUID()),
	}
}

// contentType is the form which security servers were seen to use: letters and space differ from our own.
func contentType(version xroad.Version) string {
	if version == xroad.SOAP12 {
		return "application/soap+xml;charset=UTF-8"
	}
	return "text/xml;charset=UTF-8"
}

// read reads a message as a security server does before it forwards it. The message is nil if it cannot be read.
func (s *Server) read(r *http.Request) (*xroad.Message, *parcel, *refusal) {
	if r.Method != http.MethodPost {
		return nil, nil, refuse(xroad.CodeInvalidHTTPMethod, "must use POST request method instead of "+r.Method)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, s.config.Limits.Size+1))
	if err != nil {
		return nil, nil, &refusal{"Server.ClientProxy.NetworkError", fmt.Errorf("read request: %w", err)}
	}
	if int64(len(body)) > s.config.Limits.Size {
		return nil, nil, refuse(xroad.CodeTooLarge, "request beyond size limit")
	}
	parcel, err := s.config.Dialect.unpack(body, r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, asRefusal(err, "Client.")
	}
	message, err := parcel.message(s.config.Limits)
	if err != nil {
		return nil, nil, asRefusal(err, "Client.")
	}
	switch {
	case s.config.Dialect == XRoad && (message.Version != xroad.SOAP11 || isSOAP12(parcel.parts[0].contentType)):
		return nil, nil, refuse(xroad.CodeInvalidContentType, "X-Road has no SOAP 1.2")
	case message.Body.Name.Space == message.Version.Namespace():
		return message, nil, refuse(xroad.CodeInvalidBody, "a request cannot be a fault")
	case !strings.HasPrefix(message.Body.Name.Local, message.Header.Service.Service):
		return message, nil, refuse(xroad.CodeInconsistentHeaders, "element in the body does not begin with the service code")
	}
	return message, parcel, nil
}

func isSOAP12(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(contentType), "application/soap+xml")
}

// asRefusal takes a fault of the reader for one of this server, under a prefix instead of "Client.".
func asRefusal(err error, prefix string) *refusal {
	var fault *xroad.Fault
	var broken *parcelError
	switch {
	case errors.As(err, &broken):
		return &refusal{prefix + broken.code, err}
	case !errors.As(err, &fault):
		return &refusal{prefix + "IOError", err}
	}
	return &refusal{prefix + strings.TrimPrefix(fault.Code, "Client."), fault.Err}
}

// permit finds the service and checks the right to call it, in the order in which security servers do.
func (s *Server) permit(client xroad.ClientID, id xroad.ServiceID) (*Service, *refusal) {
	service := s.config.find(id)
	switch {
	case !s.config.knows(id.Provider()):
		return nil, refuse(string(UnknownMember), "could not find addresses for service provider "+id.Provider().String())
	case service == nil:
		return nil, refuse(string(UnknownService), "unknown service "+id.String())
	case !slices.Contains(service.Clients, client):
		return nil, refuse(string(AccessDenied), "request is not allowed: "+id.String())
	case service.Disabled:
		return nil, refuse(string(ServiceDisabled), "service "+id.String()+" is disabled")
	}
	return service, nil
}

// judge checks a provider's reply as X-Road does and makes of it what the consumer gets.
func (s *Server) judge(request *xroad.Message, sent *parcel, r *reply) (*answer, *refusal) {
	if r.status != http.StatusOK && r.status != http.StatusInternalServerError {
		return nil, failed("HttpError", fmt.Errorf("server responded with HTTP status %d", r.status))
	}
	if r.contentType == "" {
		return nil, failed("InvalidContentType", errors.New("could not get content type from response"))
	}
	const prefix = "Server.ServerProxy.ServiceFailed."
	got, err := s.config.Dialect.unpack(r.body, r.contentType)
	if err != nil {
		refused := asRefusal(err, prefix)
		if refused.code == prefix+"MissingSoap" { // as a response without one is called
			refused.code = prefix + "InvalidMessage"
		}
		return nil, refused
	}
	if code, version, ok := readFault(got.envelope()); ok {
		if version != request.Version {
			return nil, failed("InvalidSoap", errors.New("fault in another version of SOAP"))
		}
		// Out of a multipart message it is taken: a security server answers faults bare.
		a := &answer{status: http.StatusInternalServerError, contentType: r.contentType, body: got.envelope(), version: version, code: code}
		if got.boundary != "" {
			a.contentType = contentType(version)
		}
		return a, nil
	}
	response, err := got.message(s.config.Limits)
	if err != nil {
		return nil, asRefusal(err, prefix)
	}
	if response.Version != request.Version {
		return nil, failed("InvalidContentType", errors.New("response in another version of SOAP"))
	}
	if !strings.HasPrefix(response.Body.Name.Local, response.Header.Service.Service) {
		return nil, failed("InconsistentHeaders", errors.New("element in the body does not begin with the service code"))
	}
	if field := difference(request.Header, response.Header); field != "" && !s.config.OverlookHeaders {
		return nil, refuse(string(InconsistentResponse), "response is not consistent with the request: "+field)
	}
	hash := s.config.RequestHash.element(sent.envelope())
	spliced, err := spliceHash(got.envelope(), hash)
	switch {
	case s.config.Dialect == UXP:
		regenerated := *request.Header
		response.Header = &regenerated
		got.replace(marshal(response, hash), contentType(response.Version))
	case err != nil: // not in UTF-8: a security server's parser would have copied it into UTF-8, too
		got.replace(marshal(response, hash), contentType(response.Version))
	default:
		got.replace(spliced, "")
	}
	return &answer{
		status: http.StatusOK, contentType: got.contentType, body: got.body(), version: response.Version, message: response, hash: hash,
	}, nil
}

// difference returns the first header field of those that X-Road compares whose values differ, or nothing.
func difference(request, response *xroad.Header) string {
	switch {
	case request.Client != response.Client:
		return "client"
	case request.Service != response.Service:
		return "service"
	case request.ID != response.ID:
		return "id"
	case !same(request.UserID, response.UserID):
		return "userId"
	case !same(request.Issue, response.Issue):
		return "issue"
	}
	a, b := request.RepresentedParty, response.RepresentedParty
	if (a == nil) != (b == nil) || a != nil && (a.Code != b.Code || !same(a.Class, b.Class)) {
		return "representedParty"
	}
	return ""
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
