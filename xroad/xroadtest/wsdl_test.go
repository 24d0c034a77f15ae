package xroadtest_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

func description() *xroad.WSDL {
	return &xroad.WSDL{
		Name: "Greeting", Namespace: namespace,
		Schemas: []string{`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" targetNamespace="` + namespace + `">` +
			`<xs:element name="OpName_v1"><xs:complexType><xs:sequence><xs:element name="name" type="xs:string"/></xs:sequence></xs:complexType></xs:element>` +
			`<xs:element name="OpName_v1Response"><xs:complexType><xs:sequence><xs:element name="greeting" type="xs:string"/></xs:sequence></xs:complexType></xs:element>` +
			`<xs:element name="Other_v1" type="xs:string"/><xs:element name="Other_v1Response" type="xs:string"/></xs:schema>`},
		Operations: []xroad.WSDLOperation{{Name: "OpName_v1", Title: "Вітання <&>"}, {Name: "Other_v1", Title: "Інше"}},
	}
}

// tree is a document as text: names by namespace, qualified names in attributes resolved by encoding/xml's own means
// where it can, which is not at all, and so compared as they are written.
type tree struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []tree     `xml:",any"`
}

func readTree(t *testing.T, document []byte) *tree {
	t.Helper()
	root := &tree{}
	if err := xml.Unmarshal(document, root); err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	return root
}

func (n *tree) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name == (xml.Name{Local: name}) {
			return a.Value
		}
	}
	return ""
}

// lines writes what a reader of descriptions goes by: elements and attributes without declarations and documentation.
func (n *tree) lines(indent string) []string {
	if n.XMLName.Local == "annotation" {
		return nil
	}
	line := indent + n.XMLName.Space + " " + n.XMLName.Local
	var attributes []string
	for _, a := range n.Attrs {
		if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" && !strings.Contains(a.Name.Space, "jaxb") {
			attributes = append(attributes, " "+a.Name.Local+"="+a.Value)
		}
	}
	slices.Sort(attributes)
	all := []string{line + strings.Join(attributes, "") + strings.TrimSpace(n.Text)}
	for i := range n.Nodes {
		all = append(all, n.Nodes[i].lines(indent+" ")...)
	}
	return all
}

// TestDecorateSample decorates what UXP has decorated, once with its additions taken away.
func TestDecorateSample(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile(filepath.Join("..", "testdata", "uxp-decorated.wsdl"))
	if err != nil {
		t.Fatal(err)
	}
	whole := string(sample)
	bare := cutOut(t, whole, `<xs:schema xmlns="http://x-road.eu/xsd/identifiers"`, "</wsdl:types>")
	bare = cutOut(t, bare, `<wsdl:message name="requestheader">`, `<wsdl:message name="getPersonaListRequest">`)
	for strings.Contains(bare, "<soap:header") {
		bare = cutOut(t, bare, "<soap:header", "\n")
	}
	bare = strings.Replace(bare, "http://192.168.99.92:80/", "http://provider/", 1)
	bare = strings.Replace(bare, ` xmlns:xroad="http://x-road.eu/xsd/xroad.xsd"`, "", 1)
	want := readTree(t, sample)
	dropUnused(want)
	for name, document := range map[string]string{"as it is": whole, "bare": bare} {
		got, err := xroadtest.Decorate([]byte(document), "getPersonaList", "http://192.168.99.92:80/")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.lines(""), readTree(t, got).lines("")); diff != "" {
			t.Errorf("%s: UXP has -, we have +:\n%s", name, diff)
		}
	}
	if _, err := xroadtest.Decorate(sample, "other", "http://a/"); err == nil {
		t.Error("decorated for an operation that is not there")
	}
}

func cutOut(t *testing.T, text, from, to string) string {
	t.Helper()
	begin := strings.Index(text, from)
	end := strings.Index(text[max(begin, 0):], to)
	if begin < 0 || end < 0 {
		t.Fatalf("no %s", from)
	}
	return text[:begin] + text[begin+end:]
}

// dropUnused takes out the elements of UXP's own schema that no description refers to.
func dropUnused(root *tree) {
	for i := range root.Nodes[0].Nodes {
		schema := &root.Nodes[0].Nodes[i]
		if schema.attr("targetNamespace") == xroad.NamespaceXRoad {
			schema.Nodes = slices.DeleteFunc(schema.Nodes, func(n tree) bool {
				return slices.Contains([]string{"version", "title", "notes"}, n.attr("name"))
			})
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	server := start(t, xroadtest.Config{Dialect: xroadtest.UXP}, provider(t))
	query := url.Values{
		"xRoadInstance": {"SEVDEIR-TEST"}, "memberClass": {"GOV"}, "memberCode": {"42032422"},
		"subsystemCode": {"42_NHSU_prod"}, "serviceCode": {"OpName_v1"},
	}
	get := func(query url.Values) (int, []byte) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"wsdl?"+query.Encode(), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, body
	}
	status, body := get(query)
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	text := strings.Join(readTree(t, body).lines(""), "\n")
	if strings.Count(text, "soap/ header") != 10 || strings.Contains(text, "operation name=Other_v1") ||
		!strings.Contains(text, "address location="+server.URL) || !strings.Contains(text, "Вітання <&>") {
		t.Errorf("%s", text)
	}
	query.Set("serviceCode", "Other_v1")
	if status, body = get(query); status != http.StatusInternalServerError || parse(t, body).Body.Fault.Code != "Server.ServerProxy.UnknownService" {
		t.Errorf("%d %s", status, body)
	}
}

func FuzzDecorate(f *testing.F) {
	for _, name := range []string{"uxp-decorated.wsdl", "xr-testservice.wsdl"} {
		sample, err := os.ReadFile(filepath.Join("..", "testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(sample, "getPersonaList")
		f.Add(sample, "testQuery")
	}
	ours, err := description().Marshal("http://a/", true)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ours, "OpName_v1")
	f.Fuzz(func(t *testing.T, document []byte, code string) {
		decorated, err := xroadtest.Decorate(document, code, "http://a/")
		if err != nil {
			return
		}
		again, err := xroadtest.Decorate(decorated, code, "http://a/")
		if err != nil {
			t.Fatalf("%v in %s", err, decorated)
		}
		if string(again) != string(decorated) {
			t.Fatalf("decorated again:\n%s\n%s", decorated, again)
		}
	})
}
