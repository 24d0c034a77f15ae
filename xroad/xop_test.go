package xroad_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad"
)

const (
	xopRoot = "Content-Type: application/xop+xml; charset=UTF-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n"
	include = `<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a"/>`
)

// xopMessage is an optimised message with a payload.
func xopMessage(payload string, parts ...string) []byte {
	root := xopRoot + envelope(allFields, `<p:OpName_v1 xmlns:p="http://example.gov.ua/trembita/ns">`+payload+`</p:OpName_v1>`)
	return multipartMessage(append([]string{root}, parts...)...)
}

const xopType = `multipart/related; type="application/xop+xml"; start="<root>"; start-info="text/xml"; boundary="MIME_boundary"`

// TestInclusions puts parts in their places: the forms of PR-MESS, annex G, of XOP 1.0, and of programs in use.
func TestInclusions(t *testing.T) {
	t.Parallel()
	const part, text = "Content-Type: application/octet-stream\r\nContent-ID: <a>\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\xFFb\r\n", "AP9iDQo="
	const before = `<p:data xmlns:m="http://www.w3.org/2005/05/xmlmime" m:contentType="image/png">`
	id := func(id string) string { return strings.Replace(part, "<a>", "<"+id+">", 1) }
	href := func(href string) string { return strings.Replace(include, "cid:a", href, 1) }
	for name, test := range map[string]struct {
		payload string
		parts   []string
		want    string
		others  int
	}{
		"usual":            {before + include + "</p:data>", []string{part}, before + text + "</p:data>", 0},
		"among others":     {"<p:a>x</p:a>" + before + include + "</p:data><p:b/>", []string{part}, "<p:a>x</p:a>" + before + text + "</p:data><p:b/>", 0},
		"printed prettily": {before + "\n\t\t" + include + " <!-- a -->\n</p:data>", []string{part}, before + text + "</p:data>", 0},
		"default namespace, end tag": {`<p:data><Include href="cid:a" xmlns="http://www.w3.org/2004/08/xop/include"></Include></p:data>`,
			[]string{part}, "<p:data>" + text + "</p:data>", 0},
		"elements and attributes of others": {`<p:data><i:Include i:href="cid:b" href="cid:a" x="y" xmlns:i="http://www.w3.org/2004/08/xop/include"><other>z</other></i:Include></p:data>`,
			[]string{part}, "<p:data>" + text + "</p:data>", 0},
		"two":            {"<p:a>" + include + "</p:a><p:b>" + href("cid:b") + "</p:b>", []string{id("b"), part}, "<p:a>" + text + "</p:a><p:b>" + text + "</p:b>", 0},
		"one part twice": {"<p:a>" + include + "</p:a><p:b>" + include + "</p:b>", []string{part}, "<p:a>" + text + "</p:a><p:b>" + text + "</p:b>", 0},
		"escaped":        {before + href("cid:a%20b%40c%2Fd") + "</p:data>", []string{id("a b@c/d")}, before + text + "</p:data>", 0},
		"not escaped":    {before + href("cid:a b@c/d") + "</p:data>", []string{id("a b@c/d")}, before + text + "</p:data>", 0},
		"escaped in the part too": {before + href("cid:a%40http%3A%2F%2Fb") + "</p:data>", []string{id("a%40http%3A%2F%2Fb")},
			before + text + "</p:data>", 0},
		"literal per cent":           {before + href("cid:50%25") + "</p:data>", []string{id("50%")}, before + text + "</p:data>", 0},
		"references of XML":          {before + href("&#99;id:&#x61;") + "</p:data>", []string{part}, before + text + "</p:data>", 0},
		"base64 part":                {before + include + "</p:data>", []string{"Content-ID: a\r\nContent-Transfer-Encoding: base64\r\n\r\nAP9i\r\nDQo="}, before + text + "</p:data>", 0},
		"empty part":                 {before + include + "</p:data>", []string{"Content-ID: a\r\n\r\n"}, before + "</p:data>", 0},
		"an attachment besides":      {before + include + "</p:data>", []string{id("other"), part, "\r\nx"}, before + text + "</p:data>", 2},
		"nothing included":           {"<p:a>cid:a</p:a>", []string{part}, "<p:a>cid:a</p:a>", 1},
		"Include of another mind":    {`<p:a><p:Include href="cid:a"/>x</p:a>`, []string{part}, `<p:a><p:Include href="cid:a"/>x</p:a>`, 1},
		"in an attribute's name not": {`<p:a href="cid:a"/>`, []string{part}, `<p:a href="cid:a"/>`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, err := xroad.ReadPackage(bytes.NewReader(xopMessage(test.payload, test.parts...)), xopType, xroad.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			plain, err := xroad.ReadMessage(strings.NewReader(envelope(allFields, `<p:OpName_v1 xmlns:p="http://example.gov.ua/trembita/ns">`+test.want+`</p:OpName_v1>`)), "text/xml", xroad.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(plain.Body.Raw), string(read.Body.Raw)); diff != "" {
				t.Errorf("not the message without optimisation: %s", diff)
			}
			if len(read.Attachments) != test.others {
				t.Errorf("%d attachments besides", len(read.Attachments))
			}
			message, err := xroad.ReadMessage(bytes.NewReader(xopMessage(test.payload, test.parts...)), xopType, xroad.Limits{})
			if err != nil || !bytes.Equal(message.Body.Raw, read.Body.Raw) {
				t.Errorf("without attachments: %v", err)
			}
		})
	}
}

// TestIncludedInPayload includes all of the element in the body, as X-Road's own test does, which calls SOAP 1.1 SOAP
// 1.2 in the type of the root.
func TestIncludedInPayload(t *testing.T) {
	t.Parallel()
	body := xopMessage("\n"+include+"\n", "Content-Type: text/plain; charset=UTF-8; name=attachment.txt\r\nContent-ID: <a>\r\n\r\nfoobar")
	body = bytes.Replace(body, []byte(`"text/xml"`), []byte(`"application/soap+xml"`), 1)
	read, err := xroad.ReadMessage(bytes.NewReader(body), `Multipart/Related; start-info="application/soap+xml"; type="application/xop+xml"; boundary="MIME_boundary"`, xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Text string `xml:",chardata"`
	}
	if err := read.Body.DecodeStrict(&out); err != nil || out.Text != "Zm9vYmFy" || read.Version != xroad.SOAP11 ||
		!slices.Equal(read.Body.Included, []string{"OpName_v1"}) {
		t.Errorf("%+v, %v, %s, %s", out, err, read.Version, read.Body.Included)
	}
}

func TestIncludedBeforeRoot(t *testing.T) {
	t.Parallel()
	root := xopRoot + envelope(allFields, `<p:OpName_v1 xmlns:p="http://example.gov.ua/trembita/ns">`+include+`</p:OpName_v1>`)
	read, err := xroad.ReadMessage(bytes.NewReader(multipartMessage("Content-Type: a/b\r\nContent-ID: a\r\n\r\nb", root)), xopType, xroad.Limits{})
	if err != nil || !bytes.Contains(read.Body.Raw, []byte(">Yg==<")) {
		t.Errorf("%v", err)
	}
}

func TestInclusionsRefused(t *testing.T) {
	t.Parallel()
	const part = "Content-ID: <a>\r\n\r\nb"
	href := func(href string) string { return strings.Replace(include, "cid:a", href, 1) }
	large := "Content-ID: <a>\r\n\r\n" + strings.Repeat("a", 40_000)
	for name, test := range map[string]struct {
		payload, code string
		part          string
	}{
		"part not there":       {"<p:a>" + href("cid:b") + "</p:a>", xroad.CodeInvalidBody, part},
		"other letter case":    {"<p:a>" + href("cid:A") + "</p:a>", xroad.CodeInvalidBody, part},
		"the root itself":      {"<p:a>" + href("cid:root") + "</p:a>", xroad.CodeInvalidBody, part},
		"part without name":    {"<p:a>" + href("cid:") + "</p:a>", xroad.CodeInvalidBody, "\r\nb"},
		"no href":              {"<p:a>" + strings.Replace(include, "href", "src", 1) + "</p:a>", xroad.CodeInvalidBody, part},
		"file":                 {"<p:a>" + href("file:///etc/passwd") + "</p:a>", xroad.CodeInvalidBody, part},
		"HTTP":                 {"<p:a>" + href("http://127.0.0.1/cid:a") + "</p:a>", xroad.CodeInvalidBody, part},
		"text before":          {"<p:a>x" + include + "</p:a>", xroad.CodeInvalidBody, part},
		"text after":           {"<p:a>" + include + "x</p:a>", xroad.CodeInvalidBody, part},
		"CDATA after":          {"<p:a>" + include + "<![CDATA[x]]></p:a>", xroad.CodeInvalidBody, part},
		"element before":       {"<p:a><p:b/>" + include + "</p:a>", xroad.CodeInvalidBody, part},
		"element after":        {"<p:a>" + include + "<p:b/></p:a>", xroad.CodeInvalidBody, part},
		"two in one":           {"<p:a>" + include + include + "</p:a>", xroad.CodeInvalidBody, part},
		"beside the payload's": {"<p:a/>" + include, xroad.CodeInvalidBody, part},
		"too large when read":  {"<p:a>" + include + "</p:a>", xroad.CodeTooLarge, strings.Replace(large, "\r\n\r\n", "\r\n\r\n"+strings.Repeat("b", 9_000), 1)},
		"multiplied":           {strings.Repeat("<p:a>"+include+"</p:a>", 3), xroad.CodeTooLarge, large},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := xroad.ReadMessage(bytes.NewReader(xopMessage(test.payload, test.part)), xopType, xroad.Limits{Size: 60_000})
			var fault *xroad.Fault
			if !errors.As(err, &fault) || fault.Code != test.code || fault.Header == nil {
				t.Errorf("error %v, want %s", err, test.code)
			}
		})
	}
	root := xopRoot + envelope(allFields, include)
	if _, err := xroad.ReadMessage(bytes.NewReader(multipartMessage(root, part)), xopType, xroad.Limits{}); err == nil {
		t.Error("an Include was taken for the payload")
	}
}

// TestNotOptimised leaves an Include alone in a message that does not say that it is one of XOP.
func TestNotOptimised(t *testing.T) {
	t.Parallel()
	body := bytes.Replace(xopMessage("<p:a>"+include+"</p:a>"), []byte("application/xop+xml; charset=UTF-8; type=\"text/xml\""), []byte("text/xml"), 1)
	read, err := xroad.ReadMessage(bytes.NewReader(body), related, xroad.Limits{})
	if err != nil || !bytes.Contains(read.Body.Raw, []byte("<xop:Include")) {
		t.Errorf("%v", err)
	}
}

// FuzzInclusions reads optimised messages with any payload and any two parts: what is accepted is a document without
// inclusions, within the limits.
func FuzzInclusions(f *testing.F) {
	const part = "Content-ID: <a>\r\n\r\nb"
	for _, payload := range []string{
		"<p:a>" + include + "</p:a>", "<p:a>\n" + include + "<!-- a --></p:a><p:b>" + include + "</p:b>", include, "<a>" + include + include + "</a>",
		strings.Replace(include, "cid:a", "CID:%61", 1), `<p:a><Include xmlns="http://www.w3.org/2004/08/xop/include" href="cid:a"><b/></Include></p:a>`,
		"<p:a>x" + include + "</p:a>", "<p:a>" + strings.Replace(include, "cid:a", "cid:b", 1) + "</p:a>",
	} {
		f.Add(payload, part, "\r\nc")
		f.Add(payload, "Content-ID: b\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj", part)
	}
	f.Fuzz(func(t *testing.T, payload, first, second string) {
		limits := xroad.Limits{Size: 1 << 16}
		read, err := xroad.ReadPackage(bytes.NewReader(xopMessage(payload, first, second)), xopType, limits)
		if err != nil {
			var fault *xroad.Fault
			if !errors.As(err, &fault) {
				t.Errorf("error %v is no fault", err)
			}
			return
		}
		if int64(len(read.Body.Raw)) > limits.Size+1000 {
			t.Errorf("%d bytes", len(read.Body.Raw))
		}
		// The same document as an ordinary message, and as one without anything to include.
		whole := envelope(allFields, string(read.Body.Raw))
		if _, err := xroad.ReadMessage(strings.NewReader(whole), "text/xml", xroad.Limits{Attributes: 1000, Depth: 100}); err != nil {
			t.Errorf("%v in %q", err, read.Body.Raw)
		}
		again, err := xroad.ReadMessage(bytes.NewReader(multipartMessage(xopRoot+whole)), xopType, xroad.Limits{Attributes: 1000, Depth: 100})
		if err != nil || !bytes.Equal(again.Body.Raw, read.Body.Raw) {
			t.Errorf("%v, or inclusions are left in %q", err, read.Body.Raw)
		}
	})
}

// TestLargeInclusion shows that what is included may be larger than a text in the envelope.
func TestLargeInclusion(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("\x00\xFF ", 700_000)
	read, err := xroad.ReadMessage(bytes.NewReader(xopMessage("<p:a>"+include+"</p:a>", "Content-ID: a\r\n\r\n"+content)), xopType, xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		A string `xml:"http://example.gov.ua/trembita/ns a"`
	}
	if err := read.Body.DecodeStrict(&out); err != nil || out.A != base64.StdEncoding.EncodeToString([]byte(content)) {
		t.Errorf("%d characters, %v", len(out.A), err)
	}
}
