package xmldsig_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want error
	}{
		"empty":                       {"", xmldsig.ErrSyntax},
		"no root":                     {"<!-- only -->", xmldsig.ErrSyntax},
		"two roots":                   {"<a/><b/>", xmldsig.ErrSyntax},
		"not closed":                  {"<a><b></b>", xmldsig.ErrSyntax},
		"closed in the wrong order":   {"<a><b></a></b>", xmldsig.ErrSyntax},
		"closed without being open":   {"<a/></a>", xmldsig.ErrSyntax},
		"text after":                  {"<a/>x", xmldsig.ErrSyntax},
		"text before":                 {"x<a/>", xmldsig.ErrSyntax},
		"document type":               {"<!DOCTYPE a><a/>", xmldsig.ErrSyntax},
		"entities":                    {`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, xmldsig.ErrSyntax},
		"entity":                      {"<a>&nbsp;</a>", xmldsig.ErrSyntax},
		"entity in an attribute":      {`<a b="&x;"/>`, xmldsig.ErrSyntax},
		"reference without end":       {"<a>&amp</a>", xmldsig.ErrSyntax},
		"empty reference":             {"<a>&#;</a>", xmldsig.ErrSyntax},
		"reference to nothing":        {"<a>&#0;</a>", xmldsig.ErrSyntax},
		"reference to a surrogate":    {"<a>&#xD800;</a>", xmldsig.ErrSyntax},
		"reference out of range":      {"<a>&#x110000;</a>", xmldsig.ErrSyntax},
		"reference with a huge value": {"<a>&#99999999999999999999;</a>", xmldsig.ErrSyntax},
		"instruction":                 {`<?xml-stylesheet href="x"?><a/>`, xmldsig.ErrSyntax},
		"instruction inside":          {"<a><?b?></a>", xmldsig.ErrSyntax},
		"declaration late":            {` <?xml version="1.0"?><a/>`, xmldsig.ErrSyntax},
		"version 1.1":                 {`<?xml version="1.1"?><a/>`, xmldsig.ErrSyntax},
		"UTF-16 declared":             {`<?xml version="1.0" encoding="UTF-16"?><a/>`, xmldsig.ErrSyntax},
		"windows-1251 declared":       {`<?xml version="1.0" encoding="windows-1251"?><a/>`, xmldsig.ErrSyntax},
		"UTF-16":                      {"\xfe\xff\x00<\x00a\x00/\x00>", xmldsig.ErrSyntax},
		"bad UTF-8":                   {"<a>\xd0</a>", xmldsig.ErrSyntax},
		"control character":           {"<a>\x01</a>", xmldsig.ErrSyntax},
		"zero":                        {"<a>\x00</a>", xmldsig.ErrSyntax},
		"attribute twice":             {`<a b="1" b="2"/>`, xmldsig.ErrSyntax},
		"attribute twice by prefix":   {`<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>`, xmldsig.ErrSyntax},
		"attribute without value":     {`<a b/>`, xmldsig.ErrSyntax},
		"attribute without quotes":    {`<a b=c/>`, xmldsig.ErrSyntax},
		"attributes without space":    {`<a b="1"c="2"/>`, xmldsig.ErrSyntax},
		"less-than in an attribute":   {`<a b="<"/>`, xmldsig.ErrSyntax},
		"prefix unknown":              {"<p:a/>", xmldsig.ErrSyntax},
		"prefix of an attribute":      {`<a p:b="1"/>`, xmldsig.ErrSyntax},
		"prefix gone out of scope":    {`<a><b xmlns:p="urn:x"/><p:c/></a>`, xmldsig.ErrSyntax},
		"prefix undeclared":           {`<a xmlns:p=""/>`, xmldsig.ErrSyntax},
		"prefix that is no name":      {`<a xmlns:-b="urn:x"/>`, xmldsig.ErrSyntax},
		"prefix without a name":       {`<a xmlns:="urn:x"/>`, xmldsig.ErrSyntax},
		"prefix xmlns":                {`<xmlns:a/>`, xmldsig.ErrSyntax},
		"xml bound to something":      {`<a xmlns:xml="urn:x"/>`, xmldsig.ErrSyntax},
		"something bound to xml":      {`<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, xmldsig.ErrSyntax},
		"relative namespace":          {`<a xmlns="x"/>`, xmldsig.ErrSyntax},
		"namespace with a space":      {`<a xmlns="urn:a b"/>`, xmldsig.ErrSyntax},
		"namespace badly escaped":     {`<a xmlns="urn:a%2"/>`, xmldsig.ErrSyntax},
		"namespace of another script": {`<a xmlns="urn:я"/>`, xmldsig.ErrSyntax},
		"two colons":                  {`<a xmlns:b="urn:x"><b:c:d/></a>`, xmldsig.ErrSyntax},
		"name with a digit first":     {`<1a/>`, xmldsig.ErrSyntax},
		"space before the name":       {`< a/>`, xmldsig.ErrSyntax},
		"]]> in text":                 {"<a>]]></a>", xmldsig.ErrSyntax},
		"CDATA outside":               {"<![CDATA[x]]><a/>", xmldsig.ErrSyntax},
		"CDATA without end":           {"<a><![CDATA[x</a>", xmldsig.ErrSyntax},
		"-- in a comment":             {"<a><!-- a -- b --></a>", xmldsig.ErrSyntax},
		"---> at its end":             {"<a><!-- a ---></a>", xmldsig.ErrSyntax},
		"Id twice":                    {`<a Id="x"><b Id="x"/></a>`, xmldsig.ErrSyntax},
		"Id and xml:id":               {`<a Id="x"><b xml:id="x"/></a>`, xmldsig.ErrSyntax},
		"too deep":                    {strings.Repeat("<a>", 65) + strings.Repeat("</a>", 65), xmldsig.ErrLimit},
		"too many nodes":              {"<a>" + strings.Repeat("<b/>", 1_000_000) + "</a>", xmldsig.ErrLimit},
		"too many attributes":         {"<a" + attributes(65) + "/>", xmldsig.ErrLimit},
		"too large":                   {"<a>" + strings.Repeat(" ", 20<<20) + "</a>", xmldsig.ErrLimit},
		"name too long":               {"<" + strings.Repeat("a", 300) + "/>", xmldsig.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := xmldsig.Parse([]byte(tc.in), xmldsig.Limits{}); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

func TestParseAccepts(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"<a/>", "\n<a />\n", `<?xml version='1.0'?><a/>`, `<?xml version="1.0" encoding='utf-8' standalone='no' ?><a/>`,
		strings.Repeat("<a>", 64) + strings.Repeat("</a>", 64), "<a" + attributes(64) + "/>",
		`<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="uk"/>`, `<Ґ-1.x є="1"/>`, "<a><!----></a >",
	} {
		if _, err := xmldsig.Parse([]byte(in), xmldsig.Limits{}); err != nil {
			t.Errorf("%.60s: %v", in, err)
		}
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a")
		b.WriteString(strings.Repeat("b", i))
		b.WriteString(`="1"`)
	}
	return b.String()
}

func TestTextIgnoresComments(t *testing.T) {
	t.Parallel()
	d := parse(t, []byte("<a> gran<!-- not -->ted<![CDATA[!]]>\n</a>"))
	if text, ok := d.Root.Text(); !ok || text != "granted!" {
		t.Errorf("%q %v", text, ok)
	}
	if _, ok := parse(t, []byte("<a>x<b/></a>")).Root.Text(); ok {
		t.Error("text beside an element")
	}
}
