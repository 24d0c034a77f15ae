package xroadtest

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dovidka/dovidka/xroad"
)

const namespaceMonitoring = "http://x-road.eu/xsd/op-monitoring.xsd"

// hiddenEndpoint stands in descriptions which a meta-service gives out, in the place of the provider's address (PR-META,
// clause 4).
const hiddenEndpoint = "http://example.org/xroad-endpoint"

// listed returns the services of a provider, all or those that the client may call, of REST or of SOAP. One that is not
// said to be in REST is in both lists, because this server passes it on in both.
func (c *Config) listed(of xroad.ClientID, client *xroad.ClientID, rest bool) []*Service {
	var found []*Service
	for i := range c.Services {
		s := &c.Services[i]
		if s.ID.Provider() == of && (rest || !s.REST) && (client == nil || slices.Contains(s.Clients, *client)) {
			found = append(found, s)
		}
	}
	return found
}

// metaSOAP answers the meta-services in SOAP (PR-META, clauses 3 and 4; PR-OPMON), and returns nothing for other
// services. That UXP has them in the same form is known of getSecurityServerHealthData only.
func (s *Server) metaSOAP(r *http.Request, request *xroad.Message, envelope []byte, e *Exchange) (*answer, *refusal) {
	id := request.Header.Service
	code := id.Service
	if s.config.find(id) != nil || !slices.Contains([]string{"listMethods", "allowedMethods", "getWsdl", "getSecurityServerHealthData"}, code) {
		return nil, nil
	}
	if code != "getSecurityServerHealthData" && !s.config.knows(id.Provider()) {
		return nil, refuse(string(UnknownMember), "could not find addresses for service provider "+id.Provider().String())
	}
	var content string
	var wsdl []byte
	space := xroad.NamespaceXRoad
	switch code {
	case "listMethods", "allowedMethods":
		client := &e.Client
		if code == "listMethods" {
			client = nil
		}
		for _, service := range s.config.listed(id.Provider(), client, false) {
			content += marshalService(service.ID)
		}
	case "getWsdl":
		var refused *refusal
		if content, wsdl, refused = s.metaWSDL(r.Context(), request); refused != nil {
			return nil, refused
		}
	case "getSecurityServerHealthData":
		space = namespaceMonitoring
		content = "<m:monitoringStartupTimestamp>" + strconv.FormatInt(s.started.UnixMilli(), 10) + "</m:monitoringStartupTimestamp>" +
			"<m:statisticsPeriodSeconds>600</m:statisticsPeriodSeconds><m:servicesEvents/>"
	}
	raw := `<m:` + code + `Response xmlns:m="` + space + `" xmlns:id="` + xroad.NamespaceIdentifiers + `">` + content + `</m:` + code + `Response>`
	response := &xroad.Message{Version: request.Version, Header: request.Header, Body: &xroad.Body{
		Name: xml.Name{Space: space, Local: code + "Response"}, Raw: []byte(raw)}}
	a := &answer{status: http.StatusOK, contentType: contentType(request.Version), version: request.Version, message: response,
		hash: s.config.RequestHash.element(envelope)}
	a.body = marshal(response, a.hash)
	if wsdl != nil {
		a.attach(wsdl)
	}
	return a, nil
}

func marshalService(id xroad.ServiceID) string {
	out := `<m:service id:objectType="SERVICE">`
	for _, part := range [][2]string{{"xRoadInstance", id.Instance}, {"memberClass", id.Class}, {"memberCode", id.Member},
		{"subsystemCode", id.Subsystem}, {"serviceCode", id.Service}, {"serviceVersion", id.Version}} {
		if part[1] != "" {
			out += "<id:" + part[0] + ">" + escape(part[1]) + "</id:" + part[0] + ">"
		}
	}
	return out + "</m:service>"
}

// metaWSDL returns the content of the response of getWsdl and the description, whole but for its addresses.
func (s *Server) metaWSDL(ctx context.Context, request *xroad.Message) (string, []byte, *refusal) {
	var in struct {
		Code    string `xml:"serviceCode"`
		Version string `xml:"serviceVersion"`
	}
	if err := request.Body.Decode(&in); err != nil || in.Code == "" {
		return "", nil, refuse(xroad.CodeInvalidBody, "missing serviceCode in message body")
	}
	id := request.Header.Service
	id.Service, id.Version = in.Code, in.Version
	service := s.config.find(id)
	if service == nil {
		return "", nil, refuse(string(UnknownService), "unknown service "+id.String())
	}
	wsdl, err := s.fetch(ctx, service)
	if err != nil {
		return "", nil, &refusal{"Server.ServerProxy.InternalError", fmt.Errorf("fetch description: %w", err)}
	}
	if wsdl, err = hideAddresses(wsdl); err != nil {
		return "", nil, &refusal{"Server.ServerProxy.InternalError", err}
	}
	content := "<m:serviceCode>" + escape(in.Code) + "</m:serviceCode>"
	if in.Version != "" {
		content += "<m:serviceVersion>" + escape(in.Version) + "</m:serviceVersion>"
	}
	return content, wsdl, nil
}

// attach makes the body the root of a multipart message with a description attached.
func (a *answer) attach(wsdl []byte) {
	const boundary = "xroad-description"
	media, _, _ := strings.Cut(a.contentType, ";")
	a.body = fmt.Appendf(nil, "--%[1]s\r\nContent-Type: %[2]s\r\n\r\n%[3]s\r\n--%[1]s\r\nContent-Type: text/xml\r\n"+
		"Content-Transfer-Encoding: binary\r\nContent-ID: <wsdl>\r\n\r\n%[4]s\r\n--%[1]s--\r\n", boundary, a.contentType, a.body, wsdl)
	a.contentType = fmt.Sprintf(`multipart/related; type="%s"; charset=UTF-8; boundary=%s`, media, boundary)
}

// metaREST answers the meta-services in REST (PR-MREST), and returns nothing for other services. That UXP has them is
// inferred.
func (s *Server) metaREST(r *http.Request, e *Exchange) (*answer, *refusal) {
	code := e.Service.Service
	if r.Method != http.MethodGet || s.config.find(e.Service) != nil || !slices.Contains([]string{"listMethods", "allowedMethods", "getOpenAPI"}, code) {
		return nil, nil
	}
	if !s.config.knows(e.Service.Provider()) {
		return nil, refuse(string(UnknownMember), "could not find addresses for service provider "+e.Service.Provider().String())
	}
	if code == "getOpenAPI" {
		return s.metaOpenAPI(r, e)
	}
	client := &e.Client
	if code == "listMethods" {
		client = nil
	}
	type row struct {
		Class     string     `json:"member_class"`
		Member    string     `json:"member_code"`
		Object    string     `json:"object_type"`
		Service   string     `json:"service_code"`
		Version   string     `json:"service_version,omitempty"`
		Type      string     `json:"service_type"`
		Subsystem string     `json:"subsystem_code,omitempty"`
		Instance  string     `json:"xroad_instance"`
		Endpoints []struct{} `json:"endpoint_list"`
	}
	list := []row{}
	for _, service := range s.config.listed(e.Service.Provider(), client, true) {
		id, kind := service.ID, "REST"
		if service.OpenAPI != "" {
			kind = "OPENAPI"
		}
		list = append(list, row{id.Class, id.Member, "SERVICE", id.Service, id.Version, kind, id.Subsystem, id.Instance, []struct{}{}})
	}
	return metaJSON(map[string]any{"service": list}), nil
}

func metaJSON(value any) *answer {
	body, err := json.Marshal(value)
	if err != nil { // strings only
		panic(err)
	}
	return &answer{rest: true, status: http.StatusOK, contentType: "application/json", body: body, header: http.Header{}}
}

// metaOpenAPI returns a provider's description without the addresses of its servers.
func (s *Server) metaOpenAPI(r *http.Request, e *Exchange) (*answer, *refusal) {
	const internal = "Server.ServerProxy.InternalError"
	id := e.Service
	id.Service, id.Version = r.URL.Query().Get("serviceCode"), ""
	service := s.config.find(id)
	switch {
	case id.Service == "":
		return nil, refuse("Server.ServerProxy.InvalidRequest", "missing serviceCode")
	case service == nil:
		return nil, refuse(internal, "service not found: "+id.String())
	case service.OpenAPI == "":
		return nil, refuse(internal, "invalid service type")
	}
	described := *service
	described.WSDL = service.OpenAPI
	document, err := s.fetch(r.Context(), &described)
	if err != nil {
		return nil, &refusal{internal, fmt.Errorf("fetch description: %w", err)}
	}
	contentType := "application/yaml"
	if strings.HasPrefix(strings.TrimSpace(string(document)), "{") {
		contentType = "application/json"
	}
	if document, err = hideServers(document); err != nil {
		return nil, &refusal{internal, err}
	}
	return &answer{rest: true, status: http.StatusOK, contentType: contentType, body: document, header: http.Header{}}, nil
}

// hideServers replaces the addresses of the servers in an OpenAPI description, in JSON or YAML.
func hideServers(document []byte) ([]byte, error) {
	if !strings.HasPrefix(strings.TrimSpace(string(document)), "{") {
		block := regexp.MustCompile(`(?m)^servers:[^\n]*\n(?:[ \t-][^\n]*\n|\n)*`)
		address := regexp.MustCompile(`(?m)^([ \t]*-?[ \t]*url:[ \t]*).*$`)
		return block.ReplaceAllFunc(document, func(b []byte) []byte { return address.ReplaceAll(b, []byte("${1}"+hiddenEndpoint)) }), nil
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(document, &whole); err != nil {
		return nil, errors.New("description is not JSON")
	}
	if whole["servers"] != nil {
		whole["servers"] = json.RawMessage(`[{"url":"` + hiddenEndpoint + `"}]`)
	}
	return json.Marshal(whole)
}

// hideAddresses replaces the addresses of the services in a WSDL.
func hideAddresses(wsdl []byte) ([]byte, error) {
	definitions, err := readDocument(wsdl)
	if err != nil {
		return nil, fmt.Errorf("read description: %w", err)
	}
	return relocate(definitions, hiddenEndpoint), nil
}

// listClients answers GET /listClients?xRoadInstance=, in UXP also /listSecurityServerClients, with the members and
// subsystems in the table of services, in XML or, if Accept says so, JSON (PR-META, clause 2).
func (s *Server) listClients(r *http.Request) *answer {
	all := s.config.everybody()
	if instance := r.URL.Query().Get("xRoadInstance"); instance != "" {
		all = slices.DeleteFunc(all, func(id xroad.ClientID) bool { return id.Instance != instance })
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		list := []map[string]any{}
		for _, id := range all {
			row := map[string]string{"object_type": objectType(id), "xroad_instance": id.Instance, "member_class": id.Class, "member_code": id.Member}
			if id.Subsystem != "" {
				row["subsystem_code"] = id.Subsystem
			}
			list = append(list, map[string]any{"id": row})
		}
		return metaJSON(map[string]any{"member": list})
	}
	out := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><ns2:clientList xmlns:ns1="` + xroad.NamespaceIdentifiers + `" xmlns:ns2="` + xroad.NamespaceXRoad + `">`
	for _, id := range all {
		out += `<ns2:member><ns2:id ns1:objectType="` + objectType(id) + `"><ns1:xRoadInstance>` + escape(id.Instance) + `</ns1:xRoadInstance><ns1:memberClass>` +
			escape(id.Class) + `</ns1:memberClass><ns1:memberCode>` + escape(id.Member) + `</ns1:memberCode>`
		if id.Subsystem != "" {
			out += `<ns1:subsystemCode>` + escape(id.Subsystem) + `</ns1:subsystemCode>`
		}
		out += `</ns2:id></ns2:member>`
	}
	return &answer{rest: true, status: http.StatusOK, contentType: "text/xml; charset=utf-8", body: []byte(out + `</ns2:clientList>`)}
}

func objectType(id xroad.ClientID) string {
	if id.Subsystem == "" {
		return "MEMBER"
	}
	return "SUBSYSTEM"
}

// everybody lists who offers or may call, members before their subsystems, each once.
func (c *Config) everybody() []xroad.ClientID {
	var all []xroad.ClientID
	add := func(id xroad.ClientID) {
		member := id
		member.Subsystem = ""
		for _, one := range []xroad.ClientID{member, id} {
			if !slices.Contains(all, one) {
				all = append(all, one)
			}
		}
	}
	for i := range c.Services {
		add(c.Services[i].ID.Provider())
		for _, client := range c.Services[i].Clients {
			add(client)
		}
	}
	slices.SortFunc(all, func(a, b xroad.ClientID) int { return strings.Compare(a.String(), b.String()) })
	return all
}

// page returns who answers a GET that is no call, if anybody does.
func (s *Server) page(r *http.Request) func(*http.Request) *answer {
	if r.Method != http.MethodGet {
		return nil
	}
	uxp := s.config.Dialect == UXP
	switch path, _ := url.PathUnescape(r.URL.EscapedPath()); {
	case path == "/listClients", uxp && path == "/listSecurityServerClients":
		return s.listClients
	case uxp && path == "/signature", !uxp && path == "/asic":
		return s.signed
	}
	return nil
}
