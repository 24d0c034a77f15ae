package xroad_test

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

func bodyOf(t *testing.T, content string) *xroad.Body {
	t.Helper()
	message, err := xroad.ReadMessage(strings.NewReader(envelope(allFields, `<p:Op xmlns:p="urn:p">`+content+`</p:Op>`)), "text/xml", xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return message.Body
}

type inner struct {
	Value string `xml:",chardata"`
	Kind  string `xml:"kind,attr"`
}

type common struct {
	Purpose string `xml:"purposeId"`
}

type selfDecoding struct{ called bool }

func (s *selfDecoding) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	s.called = true
	return d.Skip()
}

type whole struct {
	XMLName xml.Name `xml:"urn:p Op"`
	common
	Name     string        `xml:"name"`
	Spaced   string        `xml:"urn:q spaced"`
	Inner    *inner        `xml:"inner"`
	List     []inner       `xml:"list"`
	Deep     string        `xml:"a>b>c"`
	Deeper   []string      `xml:"a>b>d"`
	Since    *time.Time    `xml:"since"`
	Blob     []byte        `xml:"blob"`
	Self     *selfDecoding `xml:"self"`
	Untagged int
	Skipped  string `xml:"-"`
	hidden   string
}

const goodContent = ` <purposeId>1</purposeId><p:name>x<![CDATA[y]]></p:name><q:spaced xmlns:q="urn:q">s</q:spaced>` +
	`<inner kind="k" unknown="u">v</inner><list>1</list><list>2</list><a><b><c>c</c><d>1</d></b><b><d>2</d></b></a>` +
	`<since>2026-01-02T03:04:05Z</since><blob>b</blob><self><x><y/></x></self><Untagged> 7</Untagged> <!-- -->`

func TestDecode(t *testing.T) {
	t.Parallel()
	body := bodyOf(t, goodContent)
	var lenient, strict whole
	if err := body.Decode(&lenient); err != nil {
		t.Fatal(err)
	}
	if err := body.DecodeStrict(&strict); err != nil {
		t.Fatal(err)
	}
	if strict.Name != "xy" || strict.Spaced != "s" || strict.Inner.Kind != "k" || len(strict.List) != 2 || strict.Deep != "c" ||
		len(strict.Deeper) != 2 || strict.Since.IsZero() || !strict.Self.called || strict.Untagged != 7 || strict.Purpose != "1" || strict.hidden != "" {
		t.Errorf("%+v", strict)
	}
	var standalone whole
	if err := xml.Unmarshal(body.Raw, &standalone); err != nil {
		t.Fatal(err)
	}
	options := cmp.AllowUnexported(whole{}, selfDecoding{}, common{})
	if diff := cmp.Diff(strict, lenient, options) + cmp.Diff(strict, standalone, options); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeStrictRefuses(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"unknown element":           "<unknown/>",
		"unknown below":             "<a><x/></a>",
		"unknown below the below":   "<a><b><x/></b></a>",
		"unknown in list":           "<list><x/></list>",
		"element in text":           "<name><x/></name>",
		"element in time":           "<since>2026-01-02T03:04:05Z<x/></since>",
		"other namespace":           "<spaced>x</spaced>",
		"third namespace":           `<name xmlns="urn:third">1</name>`,
		"third namespace below":     `<a><b xmlns="urn:third"><c/></b></a>`,
		"third namespace in list":   `<list xmlns="urn:third"/>`,
		"repeated element":          "<name>1</name><name>2</name>",
		"repeated, other namespace": "<name>1</name><p:name>2</p:name>",
		"repeated inner":            "<inner/><inner/>",
		"text":                      "x",
		"text below":                "<a>x</a>",
		"excluded field":            "<Skipped/>",
		"unexported field":          "<hidden/>",
		"other letter case":         "<Name/>",
		"namespace of others":       `<x:name xmlns:x="urn:x">1</x:name>`,
		"namespace of others below": `<inner/><a><b><x:c xmlns:x="urn:q">1</x:c></b></a>`,
		"something in nothing":      `<name xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">1</name>`,
		"something else in nothing": `<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil=" 1 "><b/></a>`,
	} {
		body := bodyOf(t, content)
		var fault *xroad.Fault
		if err := body.DecodeStrict(&whole{}); !errors.As(err, &fault) || fault.Code != xroad.CodeInvalidBody || fault.Text == "" {
			t.Errorf("%s: error %v", name, err)
		}
		if err := body.Decode(&whole{}); err != nil {
			t.Errorf("%s: lenient: %v", name, err)
		}
	}
}

// TestDecodeStrictNil takes an element that is marked as having no value.
func TestDecodeStrictNil(t *testing.T) {
	t.Parallel()
	for _, content := range []string{`<name i:nil="true"/><p:purposeId i:nil="1"> </p:purposeId>`, `<name i:nil="false">1</name>`, `<name nil="true">1</name>`} {
		var got whole
		content = strings.ReplaceAll(content, "i:nil", `xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil`)
		if err := bodyOf(t, content).DecodeStrict(&got); err != nil || (got.Name == "1") == strings.Contains(content, "<p:") {
			t.Errorf("%s: %+v, %v", content, got, err)
		}
	}
}

func TestDecodeHidesValues(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"<Нечуй/>", "<_1234567899/>", "<inner><Нечуй/></inner>", "<a><_1234567899/></a>"} {
		err := bodyOf(t, content).DecodeStrict(&whole{})
		var fault *xroad.Fault
		if !errors.As(err, &fault) || strings.Contains(err.Error()+fault.Text, "Нечуй") || strings.Contains(err.Error()+fault.Text, "1234567899") {
			t.Errorf("%s: %v", content, err)
		}
	}
	for name, content := range map[string]string{
		"number": "<Untagged>x1234567899</Untagged>",
		"time":   "<since>1234567899</since>",
	} {
		for _, decode := range []func(any) error{bodyOf(t, content).Decode, bodyOf(t, content).DecodeStrict} {
			err := decode(&whole{})
			var fault *xroad.Fault
			if !errors.As(err, &fault) || fault.Code != xroad.CodeInvalidBody {
				t.Errorf("%s: error %v", name, err)
			} else if strings.Contains(err.Error()+fault.Text, "1234567899") {
				t.Errorf("%s: error tells the value: %v", name, err)
			}
		}
	}
	if err := bodyOf(t, "").DecodeStrict(whole{}); err == nil {
		t.Error("decoded into a value that is no pointer")
	}
	var other struct {
		XMLName xml.Name `xml:"urn:p Other"`
	}
	if err := bodyOf(t, "").DecodeStrict(&other); err == nil {
		t.Error("decoded into a value of another name")
	}
	var open struct {
		All []byte `xml:",innerxml"`
	}
	if err := bodyOf(t, goodContent).DecodeStrict(&open); err != nil || len(open.All) == 0 {
		t.Errorf("value open to everything: %v", err)
	}
}
