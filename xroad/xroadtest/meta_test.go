package xroadtest_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// get asks for a page.
func get(t *testing.T, address string, fields ...string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range fields {
		name, value, _ := strings.Cut(field, ": ")
		request.Header.Set(name, value)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

// petstore is the world of the examples of PR-REST and PR-MREST, and of X-Road's own meta-service tests.
func petstore(t *testing.T, dialect xroadtest.Dialect) *xroadtest.Server {
	t.Helper()
	const description = `{"openapi":"3.0.0","servers":[{"url":"http://10.0.0.1/secret"}],"paths":{}}`
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/openapi.json":
			_, _ = io.WriteString(w, description)
		case "/openapi.yaml":
			_, _ = io.WriteString(w, "openapi: 3.0.0\nservers:\n  - url: http://10.0.0.1/secret\n    description: a\n  - description: b\n    url: \"http://10.0.0.2\"\npaths:\n  /url:\n    url: kept\n")
		default:
			provider(t).ServeHTTP(w, r)
		}
	}))
	t.Cleanup(behind.Close)
	ours := xroad.ClientID{Instance: "INSTANCE", Class: "CLASS1", Member: "MEMBER1", Subsystem: "SUBSYSTEM1"}
	consumer := xroad.ClientID{Instance: "EE", Class: "BUSINESS", Member: "consumer"}
	id := func(code string) xroad.ServiceID {
		return xroad.ServiceID{Instance: "INSTANCE", Class: "CLASS2", Member: "MEMBER2", Subsystem: "SUBSYSTEM2", Service: code}
	}
	return start(t, xroadtest.Config{Dialect: dialect, Services: []xroadtest.Service{
		{ID: id("petstore"), URL: behind.URL, REST: true, OpenAPI: behind.URL + "/openapi.json", Clients: []xroad.ClientID{ours}},
		{ID: id("kore"), URL: behind.URL, REST: true, OpenAPI: behind.URL + "/openapi.yaml"},
		{ID: id("plain"), URL: behind.URL, REST: true},
		{ID: xroad.ServiceID{Instance: "EE", Class: "BUSINESS", Member: "producer", Service: "OpName_v1"}, URL: behind.URL, Clients: []xroad.ClientID{consumer}},
		{ID: xroad.ServiceID{Instance: "EE", Class: "BUSINESS", Member: "producer", Service: "other", Version: "v1"}, URL: behind.URL},
		{ID: xroad.ServiceID{Instance: "EE", Class: "BUSINESS", Member: "producer", Subsystem: "SUB", Service: "there", Version: "v1"}, URL: behind.URL},
	}}, nil)
}

// TestMetaREST lists services and gives out descriptions as the examples of PR-MREST, annex B, show.
func TestMetaREST(t *testing.T) {
	t.Parallel()
	const client, provider = "INSTANCE/CLASS1/MEMBER1/SUBSYSTEM1", "INSTANCE/CLASS2/MEMBER2/SUBSYSTEM2/"
	for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
		server := petstore(t, dialect)
		ask := func(service, query string) (*http.Response, []byte) {
			if dialect == xroadtest.UXP {
				return get(t, server.URL+"restapi"+query, "Uxp-Client: "+client, "Uxp-Service: "+provider+service)
			}
			return get(t, server.URL+"r1/"+provider+service+query, "X-Road-Client: "+client, "accept: application/json")
		}
		for service, want := range map[string]string{"listMethods": "petstore OPENAPI kore OPENAPI plain REST", "allowedMethods": "petstore OPENAPI"} {
			response, body := ask(service, "")
			var out struct {
				Service []struct {
					Class     string `json:"member_class"`
					Member    string `json:"member_code"`
					Object    string `json:"object_type"`
					Code      string `json:"service_code"`
					Type      string `json:"service_type"`
					Subsystem string `json:"subsystem_code"`
					Instance  string `json:"xroad_instance"`
				} `json:"service"`
			}
			if err := json.Unmarshal(body, &out); err != nil || response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json" {
				t.Fatalf("%d %s %v", response.StatusCode, body, err)
			}
			var got []string
			for _, s := range out.Service {
				got = append(got, s.Code, s.Type)
				if s.Class != "CLASS2" || s.Member != "MEMBER2" || s.Subsystem != "SUBSYSTEM2" || s.Instance != "INSTANCE" || s.Object != "SERVICE" {
					t.Errorf("%+v", s)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %v", service, got)
			}
			if dialect == xroadtest.XRoad && (response.Header.Get("X-Road-Service") != provider+service || response.Header.Get("X-Road-Request-Hash") == "") {
				t.Errorf("%v", response.Header)
			}
		}
		_, body := ask("getOpenAPI", "?serviceCode=petstore")
		if diff := cmp.Diff(`{"openapi":"3.0.0","paths":{},"servers":[{"url":"http://example.org/xroad-endpoint"}]}`, string(body)); diff != "" {
			t.Error(diff)
		}
		response, body := ask("getOpenAPI", "?serviceCode=kore")
		const yaml = "openapi: 3.0.0\nservers:\n  - url: http://example.org/xroad-endpoint\n    description: a\n  - description: b\n    url: http://example.org/xroad-endpoint\npaths:\n  /url:\n    url: kept\n"
		if diff := cmp.Diff(yaml, string(body)); diff != "" || response.Header.Get("Content-Type") != "application/yaml" {
			t.Error(diff)
		}
		for query, code := range map[string]string{"": "Server.ServerProxy.InvalidRequest", "?serviceCode=none": "Server.ServerProxy.InternalError", "?serviceCode=plain": "Server.ServerProxy.InternalError"} {
			if response, body := ask("getOpenAPI", query); response.StatusCode != 500 || !bytes.Contains(body, []byte(`"`+code+`"`)) {
				t.Errorf("%s: %d %s", query, response.StatusCode, body)
			}
		}
	}
}

// metaMessage is X-Road's own request of a meta-service.
func metaMessage(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestMetaSOAP sends X-Road's own requests for methods and descriptions.
func TestMetaSOAP(t *testing.T) {
	t.Parallel()
	list := metaMessage(t, "xr-meta-listMethods.query")
	for _, dialect := range []xroadtest.Dialect{xroadtest.XRoad, xroadtest.UXP} {
		server := petstore(t, dialect)
		for request, want := range map[string]string{
			list: "SUB/there/v1",
			strings.ReplaceAll(list, "<id:subsystemCode>SUB</id:subsystemCode>", ""):                                                      "/OpName_v1/ /other/v1",
			strings.ReplaceAll(strings.ReplaceAll(list, "listMethods", "allowedMethods"), "<id:subsystemCode>SUB</id:subsystemCode>", ""): "/OpName_v1/",
		} {
			_, body, err := post(t, server.URL, "text/xml", request)
			message, err2 := xroad.ReadMessage(bytes.NewReader(body), "text/xml", xroad.Limits{})
			if err != nil || err2 != nil {
				t.Fatalf("%v %v %s", err, err2, body)
			}
			var out struct {
				Service []struct {
					Subsystem string `xml:"http://x-road.eu/xsd/identifiers subsystemCode"`
					Code      string `xml:"http://x-road.eu/xsd/identifiers serviceCode"`
					Version   string `xml:"http://x-road.eu/xsd/identifiers serviceVersion"`
				} `xml:"http://x-road.eu/xsd/xroad.xsd service"`
			}
			if err := message.Body.Decode(&out); err != nil || message.Header.ID != "411d6755661409fed365ad8135f8210be07613da" || !bytes.Contains(body, []byte("requestHash")) {
				t.Errorf("%+v, %v", message.Header, err)
			}
			var got []string
			for _, s := range out.Service {
				got = append(got, s.Subsystem+"/"+s.Code+"/"+s.Version)
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%s, want %s", got, want)
			}
		}
		wsdl := strings.ReplaceAll(metaMessage(t, "xr-meta-getWsdl.query"), "getRandom", "OpName_v1")
		response, body, err := post(t, server.URL, "text/xml", wsdl)
		if err != nil {
			t.Fatal(err)
		}
		checkDescription(t, response, body)
		for _, other := range []string{"getRandom", ""} {
			if response, body, err := post(t, server.URL, "text/xml", strings.ReplaceAll(wsdl, ">OpName_v1<", ">"+other+"<")); err != nil || response.StatusCode != 500 {
				t.Errorf("%s: %v %s", other, err, body)
			}
		}
		if _, body, _ := post(t, server.URL, "text/xml", strings.ReplaceAll(list, "producer", "nobody")); parse(t, body).Body.Fault == nil {
			t.Errorf("%s", body)
		}
	}
}

// checkDescription takes the description from the attachment.
func checkDescription(t *testing.T, response *http.Response, body []byte) {
	t.Helper()
	message, err := xroad.ReadMessage(bytes.NewReader(body), response.Header.Get("Content-Type"), xroad.Limits{})
	if err != nil || message.Body.Name.Local != "getWsdlResponse" || message.Header.Service.Service != "getWsdl" {
		t.Fatalf("%+v, %v", message, err)
	}
	_, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	parts := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	_, _ = parts.NextPart()
	attachment, err := parts.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		XMLName xml.Name `xml:"http://schemas.xmlsoap.org/wsdl/ definitions"`
		Address struct {
			Location string `xml:"location,attr"`
		} `xml:"service>port>address"`
	}
	if err := xml.NewDecoder(attachment).Decode(&out); err != nil || out.Address.Location != "http://example.org/xroad-endpoint" {
		t.Errorf("%+v, %v", out, err)
	}
}

// TestListClients reads the list as the health check of kshypachov/trembita-healthcheck does, and goes on as it does.
func TestListClients(t *testing.T) {
	t.Parallel()
	server := petstore(t, xroadtest.UXP)
	var list struct {
		Members []struct {
			ID struct {
				ObjectType    string `xml:"objectType,attr"`
				XRoadInstance string `xml:"xRoadInstance"`
				MemberClass   string `xml:"memberClass"`
				MemberCode    string `xml:"memberCode"`
			} `xml:"id"`
			Name string `xml:"name"`
		} `xml:"member"`
	}
	_, body := get(t, server.URL+"listSecurityServerClients")
	if err := xml.Unmarshal(body, &list); err != nil || len(list.Members) != 7 || list.Members[0].ID.ObjectType != "MEMBER" || list.Members[0].ID.MemberCode != "consumer" {
		t.Fatalf("%+v, %v", list, err)
	}
	member := list.Members[0].ID
	id := fmt.Sprintf("<id:xRoadInstance>%s</id:xRoadInstance><id:memberClass>%s</id:memberClass><id:memberCode>%s</id:memberCode>", member.XRoadInstance, member.MemberClass, member.MemberCode)
	health := `<?xml version="1.0"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xroad="http://x-road.eu/xsd/xroad.xsd" xmlns:om="http://x-road.eu/xsd/op-monitoring.xsd" xmlns:id="http://x-road.eu/xsd/identifiers">
  <SOAP-ENV:Header><xroad:client id:objectType="MEMBER">` + id + `</xroad:client><xroad:service id:objectType="SERVICE">` + id + `<id:serviceCode>getSecurityServerHealthData</id:serviceCode></xroad:service>
    <xroad:id>probe-check</xroad:id><xroad:protocolVersion>4.0</xroad:protocolVersion></SOAP-ENV:Header>
  <SOAP-ENV:Body><om:getSecurityServerHealthData/></SOAP-ENV:Body>
</SOAP-ENV:Envelope>`
	response, body, err := post(t, server.URL, "text/xml", health)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("getSecurityServerHealthDataResponse")) {
		t.Errorf("%v %s", err, body)
	}

	server = petstore(t, xroadtest.XRoad)
	response, body = get(t, server.URL+"listClients?xRoadInstance=EE", "Accept: application/json")
	var rows struct {
		Member []struct {
			ID map[string]string `json:"id"`
		} `json:"member"`
	}
	if err := json.Unmarshal(body, &rows); err != nil || len(rows.Member) != 3 || response.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("%s %v", body, err)
	}
	want := map[string]string{"member_class": "BUSINESS", "member_code": "producer", "object_type": "SUBSYSTEM", "subsystem_code": "SUB", "xroad_instance": "EE"}
	if diff := cmp.Diff(want, rows.Member[2].ID); diff != "" {
		t.Error(diff)
	}
	server.MisbehaveNext(xroadtest.ClientNetworkError, xroadtest.ErrorPage)
	for _, status := range []int{500, 502, 200} {
		if response, _ := get(t, server.URL+"listClients"); response.StatusCode != status {
			t.Errorf("%d", response.StatusCode)
		}
	}
}
