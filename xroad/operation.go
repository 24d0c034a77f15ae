package xroad

import (
	"context"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// Operation is a service that is offered.
type Operation struct {
	Name      string // the service code, as in GetDeclarations_v1
	Namespace string // of the elements in the body
	Element   string // local name of the request's element; Name if empty, which is how it should be
	// Attachments says that the requests' attachments are wanted. They are else passed over and cost no memory.
	Attachments bool
	// MTOM answers optimised requests in kind: base64 texts of a kilobyte and more travel as parts. Without it answers are
	// never optimised, which nobody has to expect.
	MTOM bool
	// Handle answers a request. The answer is encoded as by [MarshalResponse] under Name with "Response" appended; it may
	// be a [Reply], with attachments. A [*Fault] is sent to the caller; any other error is told to the observer only and
	// sent as an internal error, which a consumer has as [ErrServiceFault]. The context ends when the caller has gone or the
	// time is up.
	Handle func(ctx context.Context, request *Request) (response any, err error)
}

// Request is a message on its way to an operation.
type Request struct {
	Version       Version
	Header        *Header // a copy: what is echoed cannot be changed
	Body          *Body
	Attachments   Attachments       // if the operation wants them
	TransactionID string            // given by the security server (uxp-transaction-id), empty if absent or unfit for a log
	TraceID       string            // ours, told to the caller in faults
	Received      time.Time         // when the HTTP request arrived
	Peer          *x509.Certificate // of the security server; nil without mutual TLS. Verified by the TLS configuration

	optimised bool // the message came by XOP
}

// Reply is an answer with attachments, for an operation to return.
type Reply struct {
	Payload     any // as an operation without attachments returns it
	Attachments Attachments
}

// element returns the name of the request's element.
func (o *Operation) element() xml.Name {
	if o.Element != "" {
		return xml.Name{Space: o.Namespace, Local: o.Element}
	}
	return xml.Name{Space: o.Namespace, Local: o.Name}
}

// response returns the name of the response's element, which must begin with the service code as the request's does.
func (o *Operation) response() xml.Name {
	return xml.Name{Space: o.Namespace, Local: o.Name + "Response"}
}

// operations finds an operation by the element in the body.
type operations map[xml.Name]*Operation

func newOperations(list []Operation) (operations, error) {
	if len(list) == 0 {
		return nil, errors.New("no operations")
	}
	found := operations{}
	codes := map[string]bool{}
	for _, operation := range list {
		name := operation.element()
		code := strings.ToLower(operation.Name) // security servers fold the case
		switch {
		case !strictxml.IsName(operation.Name) || !strictxml.IsName(name.Local):
			return nil, fmt.Errorf("operation %q: not the name of an element", operation.Name)
		case operation.Namespace == "":
			return nil, fmt.Errorf("operation %s: no namespace", operation.Name)
		case operation.Handle == nil:
			return nil, fmt.Errorf("operation %s: no handler", operation.Name)
		case !strings.HasPrefix(name.Local, operation.Name):
			return nil, fmt.Errorf("operation %s: element %s does not begin with the service code", operation.Name, name.Local)
		case codes[code] || found[name] != nil:
			return nil, fmt.Errorf("operation %s: given twice", operation.Name)
		}
		codes[code] = true
		found[name] = &operation
	}
	return found, nil
}

// find returns the operation that a message asks for. The element in the body decides, and the service code must name
// that operation: access on the bus is granted by service code, so a message whose two names differ would use one
// permission for another operation.
//
// X-Road's code is content when the element begins with the service code. That would let the permission for Op_v1 call
// Op_v10, so only the one form is accepted in which such messages were seen: an element that is the service code with
// "Request" appended, and no operation of that code of its own.
func (all operations) find(m *Message) (*Operation, error) {
	code := m.Header.Service.Service
	var named *Operation
	for _, operation := range all {
		if operation.Name == code {
			named = operation
		}
	}
	operation := all[m.Body.Name]
	fault := &Fault{Version: m.Version, Header: m.Header}
	switch {
	case operation == nil && named == nil:
		fault.Code, fault.Text = CodeUnknownOperation, "Сервіс не має такої операції."
		fault.Err = errors.New("neither body element nor service code name an operation")
		return nil, fault
	case operation != nil && operation == named,
		operation != nil && named == nil && operation.element().Local == code+"Request":
		return operation, nil
	}
	fault.Code, fault.Text = CodeInconsistentHeaders, "Елемент у тілі повідомлення не відповідає коду сервісу в заголовку."
	fault.Err = errors.New("body element and service code name different operations")
	return nil, fault
}
