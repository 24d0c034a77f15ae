package xroadtest

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	_ "embed"

	"github.com/dovidka/dovidka/xroad"
)

const (
	namespaceWSDL   = "http://schemas.xmlsoap.org/wsdl/"
	namespaceSOAP   = "http://schemas.xmlsoap.org/wsdl/soap/"
	namespaceSOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"
	namespaceSchema = "http://www.w3.org/2001/XMLSchema"
)

//go:embed header.xsd
var headerSchemas []byte

// describe answers GET /wsdl?xRoadInstance=&memberClass=&memberCode=&subsystemCode=&serviceCode=[&serviceVersion=]
// with the provider's description, decorated. How UXP answers for a service it does not know is inferred.
func (s *Server) describe(w http.ResponseWriter, r *http.Request, fault Fault) {
	e := &Exchange{Fault: fault}
	refused := func(code string, err error) { s.send(w, r, s.refusal(xroad.SOAP11, &refusal{code, err}, e), fault) }
	if code, ok := fault.code(); ok {
		refused(code, errors.New("as the test wants it"))
		return
	}
	switch fault {
	case Down:
		panic(http.ErrAbortHandler)
	case Slow:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
	query := r.URL.Query()
	id := xroad.ServiceID{
		Instance: query.Get("xRoadInstance"), Class: query.Get("memberClass"), Member: query.Get("memberCode"),
		Subsystem: query.Get("subsystemCode"), Service: query.Get("serviceCode"), Version: query.Get("serviceVersion"),
	}
	service := s.config.find(id)
	if service == nil {
		refused(string(UnknownService), fmt.Errorf("unknown service %s", id))
		return
	}
	description, err := s.fetch(r.Context(), service)
	if err != nil {
		refused(string(IOError), fmt.Errorf("fetch description: %w", err))
		return
	}
	address, _ := url.Parse(s.URL)
	if r.Host != "" {
		address.Host = r.Host
	}
	if description, err = Decorate(description, id.Service, address.String()); err != nil {
		refused(string(InvalidAnswerXML), err)
		return
	}
	s.send(w, r, &answer{status: http.StatusOK, contentType: contentType(xroad.SOAP11), body: description}, fault)
}

// fetch gets a provider's description.
func (s *Server) fetch(ctx context.Context, service *Service) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	address := service.WSDL
	if address == "" {
		whole, err := url.Parse(service.URL)
		if err != nil {
			return nil, err
		}
		if service.Handler != nil {
			whole.Scheme, whole.Host = "http", "provider.invalid"
		}
		whole.RawQuery = "wsdl"
		address = whole.String()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if service.Handler != nil {
		request.Body = http.NoBody
		got, err := s.call(service.Handler, request)
		if err != nil {
			return nil, err
		}
		return checkFetched(got.status, got.body, s.config.Limits.Size)
	}
	response, err := s.clients[service.ID].Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, s.config.Limits.Size+1))
	if err != nil {
		return nil, err
	}
	return checkFetched(response.StatusCode, body, s.config.Limits.Size)
}

func checkFetched(status int, body []byte, limit int64) ([]byte, error) {
	if status != http.StatusOK {
		return nil, fmt.Errorf("server responded with HTTP status %d", status)
	}
	if int64(len(body)) > limit {
		return nil, errors.New("description beyond size limit")
	}
	return body, nil
}

// Decorate makes of a provider's WSDL what UXP hands to consumers: of the operations only the one that is the service,
// the header fields declared on its input and output, with the schemas for them added, and the address replaced.
// Everything else stays as it is, external schemas with locations nobody can follow included.
func Decorate(wsdl []byte, serviceCode, address string) ([]byte, error) {
	definitions, err := readDocument(wsdl)
	if err != nil {
		return nil, fmt.Errorf("decorate description: %w", err)
	}
	if !definitions.is(namespaceWSDL, "definitions") {
		return nil, errors.New("decorate description: not a WSDL 1.1")
	}
	kept, err := keepOperation(definitions, serviceCode)
	if err != nil {
		return nil, fmt.Errorf("decorate description: %w", err)
	}
	keepMessages(definitions, kept)
	if err := addSchemas(definitions); err != nil {
		return nil, fmt.Errorf("decorate description: %w", err)
	}
	declareHeaders(definitions, kept)
	return relocate(definitions, address), nil
}

// relocate writes a description with another address of its services.
func relocate(definitions *element, address string) []byte {
	for _, service := range definitions.all(namespaceWSDL, "service") {
		for _, port := range service.all(namespaceWSDL, "port") {
			for _, place := range append(port.all(namespaceSOAP, "address"), port.all(namespaceSOAP12, "address")...) {
				place.setAttr("location", address)
			}
		}
	}
	out := bytes.NewBufferString(xmlDeclaration + "\n")
	definitions.write(out)
	return out.Bytes()
}

// operation is one that is kept, in its binding and in the port type of that.
type operation struct{ bound, abstract *element }

// keepOperation takes out all other operations, and the bindings, port types and ports that had no other.
func keepOperation(definitions *element, name string) ([]operation, error) {
	var kept []operation
	types := map[xml.Name]*element{}
	target := definitions.attr("targetNamespace")
	only := func(holder *element) *element {
		holder.remove(func(e *element) bool { return e.is(namespaceWSDL, "operation") && e.attr("name") != name })
		if left := holder.all(namespaceWSDL, "operation"); len(left) > 0 {
			return left[0]
		}
		return nil
	}
	for _, portType := range definitions.all(namespaceWSDL, "portType") {
		if abstract := only(portType); abstract != nil {
			types[xml.Name{Space: target, Local: portType.attr("name")}] = abstract
		}
	}
	bindings := map[xml.Name]bool{}
	for _, binding := range definitions.all(namespaceWSDL, "binding") {
		bound, abstract := only(binding), types[binding.qualified("type")]
		if bound != nil && abstract != nil {
			kept = append(kept, operation{bound, abstract})
			bindings[xml.Name{Space: target, Local: binding.attr("name")}] = true
		}
	}
	if len(kept) == 0 {
		return nil, errors.New("no binding has an operation of the service code")
	}
	empty := func(e *element) bool { return len(e.all(namespaceWSDL, "operation")) == 0 }
	definitions.remove(func(e *element) bool {
		return (e.is(namespaceWSDL, "portType") || e.is(namespaceWSDL, "binding")) && empty(e)
	})
	for _, service := range definitions.all(namespaceWSDL, "service") {
		service.remove(func(e *element) bool { return e.is(namespaceWSDL, "port") && !bindings[e.qualified("binding")] })
	}
	return kept, nil
}

// keepMessages takes out the messages that no operation is left for, and declarations of header fields.
func keepMessages(definitions *element, kept []operation) {
	used := map[xml.Name]bool{}
	for _, o := range kept {
		for _, direction := range []string{"input", "output", "fault"} {
			for _, e := range o.abstract.all(namespaceWSDL, direction) {
				used[e.qualified("message")] = true
			}
		}
	}
	target := definitions.attr("targetNamespace")
	definitions.remove(func(e *element) bool {
		return e.is(namespaceWSDL, "message") && !used[xml.Name{Space: target, Local: e.attr("name")}]
	})
}

// addSchemas adds the schemas of the header fields, in place of any that the provider has.
func addSchemas(definitions *element) error {
	all := definitions.all(namespaceWSDL, "types")
	if len(all) == 0 {
		return errors.New("no types")
	}
	types := all[0]
	types.remove(func(e *element) bool {
		target := e.attr("targetNamespace")
		return e.is(namespaceSchema, "schema") && (target == xroad.NamespaceXRoad || target == xroad.NamespaceIdentifiers)
	})
	schemas, err := readDocument(headerSchemas)
	if err != nil {
		return err
	}
	for _, schema := range schemas.all(namespaceSchema, "schema") {
		types.children = append(types.children, schema)
	}
	return nil
}

// declareHeaders adds the message of the header fields and names its parts on input and output.
func declareHeaders(definitions *element, kept []operation) {
	fields := []string{"protocolVersion", "id", "userId", "service", "client"} // in UXP's order
	header := definitions.prefixOf(xroad.NamespaceXRoad, "xroad")
	target := definitions.prefixOf(definitions.attr("targetNamespace"), "tns")
	attributes := func(pairs ...string) (list []xml.Attr) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, xml.Attr{Name: xml.Name{Local: pairs[i]}, Value: pairs[i+1]})
		}
		return list
	}
	wsdl := definitions.prefix
	message := &element{prefix: wsdl, local: "message", scope: definitions.scope, attrs: attributes("name", "requestheader")}
	for _, f := range fields {
		message.children = append(message.children, &element{
			prefix: wsdl, local: "part", scope: definitions.scope, attrs: attributes("element", header+":"+f, "name", f),
		})
	}
	at := 0
	for i, child := range definitions.children {
		if e, ok := child.(*element); ok && e.is(namespaceWSDL, "types") {
			at = i + 1
		}
	}
	definitions.children = append(definitions.children[:at:at], append([]any{message}, definitions.children[at:]...)...)
	for _, o := range kept {
		for _, direction := range []string{"input", "output"} {
			for _, e := range o.bound.all(namespaceWSDL, direction) {
				e.remove(func(e *element) bool { return e.is(namespaceSOAP, "header") || e.is(namespaceSOAP12, "header") })
				bodies := append(e.all(namespaceSOAP, "body"), e.all(namespaceSOAP12, "body")...)
				for _, f := range fields {
					for _, body := range bodies {
						e.children = append(e.children, &element{
							prefix: body.prefix, local: "header", scope: body.scope,
							attrs: attributes("message", target+":requestheader", "part", f, "use", "literal"),
						})
					}
				}
			}
		}
	}
}
