package strictxml_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

func limits() strictxml.Limits {
	return strictxml.Limits{Depth: 8, Elements: 50, Attributes: 8, Namespaces: 16, Token: 10_000}
}

// event is a token in a form that both readers can be brought to.
type event struct {
	Kind  strictxml.Kind
	Name  xml.Name
	Attrs []xml.Attr
	Text  string
}

// space hides the one difference: encoding/xml does not normalise white space in attributes.
func space(value []byte) string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(string(value))
}

// named does so for the namespace of a name, which is the value of an attribute too.
func named(namespace, local string) xml.Name {
	return xml.Name{Space: space([]byte(namespace)), Local: local}
}

func appendText(events []event, text []byte) []event {
	if len(text) == 0 {
		return events
	}
	if n := len(events); n > 0 && events[n-1].Kind == strictxml.Text {
		events[n-1].Text += string(text)
		return events
	}
	return append(events, event{Kind: strictxml.Text, Text: string(text)})
}

func scan(document []byte, limits strictxml.Limits) ([]event, error) {
	scanner, err := strictxml.NewScanner(document, limits)
	if err != nil {
		return nil, err
	}
	var events []event
	for {
		token, err := scanner.Next()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		if token.Kind == strictxml.Text {
			events = appendText(events, token.Text)
			continue
		}
		e := event{Kind: token.Kind, Name: named(token.Space, string(token.Local))}
		for _, a := range token.Attrs {
			e.Attrs = append(e.Attrs, xml.Attr{Name: named(a.Space, string(a.Local)), Value: space(a.Value)})
		}
		events = append(events, e)
	}
}

// standard reads the document with encoding/xml.
func standard(document []byte) ([]event, error) {
	decoder := xml.NewDecoder(bytes.NewReader(document))
	decoder.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var events []event
	depth := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			e := event{Kind: strictxml.Start, Name: named(t.Name.Space, t.Name.Local)}
			for _, a := range t.Attr {
				if a.Name.Space != "xmlns" && a.Name != (xml.Name{Local: "xmlns"}) {
					e.Attrs = append(e.Attrs, xml.Attr{Name: named(a.Name.Space, a.Name.Local), Value: space([]byte(a.Value))})
				}
			}
			events = append(events, e)
		case xml.EndElement:
			depth--
			events = append(events, event{Kind: strictxml.End, Name: named(t.Name.Space, t.Name.Local)})
		case xml.CharData:
			if depth > 0 {
				events = appendText(events, t)
			}
		}
	}
}

func TestAgainstStandardLibrary(t *testing.T) {
	t.Parallel()
	documents := map[string]string{
		"empty element":     `<a/>`,
		"declaration":       `<?xml version='1.0' encoding="utf-8" standalone='yes' ?>` + "\n<a></a >",
		"namespaces":        `<a xmlns="u:1" xmlns:p="u:2"><b p:x="1" x="2"/><p:c xmlns=""><d xmlns:p="u:3" p:y=''/></p:c></a>`,
		"xml prefix":        `<a xml:lang="uk" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`,
		"references":        `<a b="&lt;&gt;&amp;&quot;&apos;&#1110;&#x456;">&lt;&gt;&amp;&quot;&apos;&#xD;&#10;&#x1F600;</a>`,
		"CDATA, comments":   "<!-- a --><a>x<!-- <b> & --><![CDATA[<y>&amp;]]>z<![CDATA[]]]]><![CDATA[>]]></a><!-- -->\n",
		"line ends":         "<a b='1\r\n2\r3\n4\t5'>1\r\n2\r3\n4\t5<![CDATA[1\r\n2\r3]]></a>",
		"names":             `<їжак-1.a_b їжак·="1"><élan/></їжак-1.a_b>`,
		"characters":        "<a>\u0085\u2028\uFFFD\U0010FFFF</a>",
		"white space":       "\n<a\tb\n=\r'1'  />\n",
		"unused prefix":     `<a xmlns:p="u:1"/>`,
		"repeated in other": `<a xmlns:p="u:1" xmlns:q="u:2" p:x="1" q:x="2" x="3"/>`,
	}
	for name, document := range documents {
		got, err := scan([]byte(document), limits())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := standard([]byte(document))
		if err != nil {
			t.Fatalf("%s: encoding/xml: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: encoding/xml has -, we have +:\n%s", name, diff)
		}
	}
}

func TestAttributeWhiteSpace(t *testing.T) {
	t.Parallel()
	scanner, err := strictxml.NewScanner([]byte("<a b='1\r\n2\r3\n4\t5&#xD;&#xA;&#9;'/>"), limits())
	if err != nil {
		t.Fatal(err)
	}
	token, err := scanner.Next()
	if err != nil {
		t.Fatal(err)
	}
	if value, _ := token.Attr("", "b"); string(value) != "1 2 3 4 5\r\n\t" {
		t.Errorf("value %q, want that of XML 1.0, clause 3.3.3", value)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	const malformed, forbidden, tooLarge = strictxml.Malformed, strictxml.Forbidden, strictxml.TooLarge
	tests := []struct {
		name, document string
		reason         strictxml.Reason
	}{
		{"nothing", "", malformed},
		{"white space only", " ", malformed},
		{"comment only", "<!-- -->", malformed},
		{"text before", "x<a/>", malformed},
		{"text after", "<a/>x", malformed},
		{"reference after", "<a/>&#32;", malformed},
		{"CDATA after", "<a/><![CDATA[ ]]>", malformed},
		{"two roots", "<a/><b/>", malformed},
		{"open root", "<a>", malformed},
		{"open tag", "<a", malformed},
		{"open value", "<a b='", malformed},
		{"open comment", "<a><!-- </a>", malformed},
		{"open CDATA", "<a><![CDATA[ </a>", malformed},
		{"end only", "</a>", malformed},
		{"crossed", "<a><b></a></b>", malformed},
		{"end of a longer name", "<a></ab>", malformed},
		{"other prefix, same namespace", `<p:a xmlns:p="u:1" xmlns:q="u:1"></q:a>`, malformed},
		{"slash in tag", "<a / >", malformed},
		{"attribute without quotes", "<a b=1/>", malformed},
		{"attribute without value", "<a b/>", malformed},
		{"no space between attributes", `<a b="1"c="2"/>`, malformed},
		{"< in value", `<a b="<"/>`, malformed},
		{"attribute twice", `<a b="1" b="2"/>`, malformed},
		{"attribute twice by namespace", `<a xmlns:p="u:1" xmlns:q="u:1" p:b="1" q:b="2"/>`, malformed},
		{"declaration twice", `<a xmlns:p="u:1" xmlns:p="u:1"/>`, malformed},
		{"default declared twice", `<a xmlns="u:1" xmlns="u:2"/>`, malformed},
		{"undeclared element prefix", "<p:a/>", malformed},
		{"undeclared attribute prefix", "<a p:b=''/>", malformed},
		{"prefix out of scope", "<a><b xmlns:p='u:1'/><p:c/></a>", malformed},
		{"prefix declared as nothing", "<a xmlns:p=''/>", malformed},
		{"xmlns declared", "<a xmlns:xmlns='u:1'/>", malformed},
		{"xml bound to another", "<a xmlns:xml='u:1'/>", malformed},
		{"another bound to xml", "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", malformed},
		{"default bound to xmlns", "<a xmlns='http://www.w3.org/2000/xmlns/'/>", malformed},
		{"xmlns as element prefix", "<xmlns:a/>", malformed},
		{"two colons", "<a:b:c xmlns:a='u:1'/>", malformed},
		{"colon first", "<:a/>", malformed},
		{"colon last", "<a: xmlns:a='u:1'/>", malformed},
		{"digit first", "<1a/>", malformed},
		{"digit first after colon", "<p:1a xmlns:p='u:1'/>", malformed},
		{"space first", "< a/>", malformed},
		{"multiplication sign in a name", "<a×/>", malformed},
		{"]]> in text", "<a>]]></a>", malformed},
		{"-- in comment", "<a><!-- -- --></a>", malformed},
		{"--->", "<a><!-- ---></a>", malformed},
		{"control character", "<a>\x01</a>", malformed},
		{"control character by reference", "<a>&#1;</a>", malformed},
		{"NUL by reference", "<a>&#0;</a>", malformed},
		{"surrogate by reference", "<a>&#xD800;</a>", malformed},
		{"noncharacter", "<a>\uFFFE</a>", malformed},
		{"noncharacter by reference", "<a>&#xFFFF;</a>", malformed},
		{"beyond Unicode", "<a>&#x110000;</a>", malformed},
		{"number beyond all", "<a>&#99999999999999999999;</a>", malformed},
		{"empty reference", "<a>&;</a>", forbidden},
		{"empty number", "<a>&#;</a>", malformed},
		{"empty hexadecimal number", "<a>&#x;</a>", malformed},
		{"capital X", "<a>&#X41;</a>", malformed},
		{"bare ampersand", "<a>&</a>", malformed},
		{"not UTF-8", "<a>\xC0\x80</a>", malformed},
		{"surrogate in UTF-8", "<a>\xED\xA0\x80</a>", malformed},
		{"byte order mark inside", "<a/>\uFEFF", malformed},
		{"declaration not first", " <?xml version='1.0'?><a/>", forbidden},
		{"declaration twice", "<?xml version='1.0'?><?xml version='1.0'?><a/>", forbidden},
		{"declaration without version", "<?xml encoding='utf-8'?><a/>", malformed},
		{"version 1.1", "<?xml version='1.1'?><a/>", malformed},
		{"wrong order", "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>", malformed},
		{"standalone maybe", "<?xml version='1.0' standalone='maybe'?><a/>", malformed},
		{"bad encoding name", "<?xml version='1.0' encoding='1'?><a/>", malformed},
		{"declaration without end", "<?xml version='1.0'><a/>", malformed},
		{"no space in declaration", "<?xml version='1.0'encoding='utf-8'?><a/>", malformed},

		{"document type", "<!DOCTYPE a><a/>", forbidden},
		{"document type inside", "<a><!DOCTYPE a></a>", forbidden},
		{"external entity", `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>`, forbidden},
		{"entity", "<a>&e;</a>", forbidden},
		{"entity in attribute", "<a b='&nbsp;'/>", forbidden},
		{"processing instruction", "<?p x?><a/>", forbidden},
		{"processing instruction inside", "<a><?p x?></a>", forbidden},
		{"conditional section", "<![INCLUDE[<a/>]]>", forbidden},

		{"too deep", strings.Repeat("<a>", 9) + strings.Repeat("</a>", 9), tooLarge},
		{"too many elements", "<a>" + strings.Repeat("<a/>", 50) + "</a>", tooLarge},
		{"too many attributes", "<a a1='' a2='' a3='' a4='' a5='' a6='' a7='' a8='' a9=''/>", tooLarge},
		{"too many declarations on one", "<a " + declarations(0, 9) + "/>", tooLarge},
		{"too many declarations in scope", "<a " + declarations(0, 8) + "><a " + declarations(8, 8) + "><a " + declarations(16, 1) + "/></a></a>", tooLarge},
		{"long text", "<a>" + strings.Repeat("x", 10_001) + "</a>", tooLarge},
		{"long CDATA", "<a><![CDATA[" + strings.Repeat("x", 10_001) + "]]></a>", tooLarge},
		{"long comment", "<a><!--" + strings.Repeat("x", 10_001) + "--></a>", tooLarge},
		{"long value", "<a b='" + strings.Repeat("x", 10_001) + "'/>", tooLarge},
		{"long name", "<" + strings.Repeat("x", 10_001) + "/>", tooLarge},
		{"long white space in tag", "<a" + strings.Repeat(" ", 10_001) + "/>", tooLarge},
		{"long white space in end tag", "<a></a" + strings.Repeat(" ", 10_001) + ">", tooLarge},
		{"long white space outside", strings.Repeat(" ", 10_001) + "<a/>", tooLarge},
	}
	for _, test := range tests {
		_, err := scan([]byte(test.document), limits())
		var refused *strictxml.Error
		if !errors.As(err, &refused) {
			t.Errorf("%s: error %v, want a refusal", test.name, err)
		} else if refused.Reason != test.reason {
			t.Errorf("%s: %v, reason %d, want %d", test.name, err, refused.Reason, test.reason)
		}
	}
}

func declarations(from, count int) string {
	var out strings.Builder
	for i := range count {
		fmt.Fprintf(&out, " xmlns:p%d='u:%d'", from+i, from+i)
	}
	return out.String()
}

func TestSubtree(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`<a xmlns="u:1" xmlns:p="u:2"><b><c p:x="1"/></b></a>`:                  `<b xmlns:p="u:2" xmlns="u:1"><c p:x="1"/></b>`,
		`<a xmlns:p="u:1"><p:b xmlns:p="u:2" xmlns:q="u:3"/></a>`:               `<p:b xmlns:p="u:2" xmlns:q="u:3"/>`,
		`<a xmlns="u:1"><b xmlns=""> x<!-- --> </b></a>`:                        `<b xmlns=""> x<!-- --> </b>`,
		`<a xmlns:p="&amp;&quot;&lt;&#9;&#10;&#13;'"><b/></a>`:                  `<b xmlns:p="&amp;&quot;&lt;&#x9;&#xA;&#xD;'"/>`,
		`<a xmlns="u:1"><z xmlns:p="u:2"/><b/></a>`:                             `<b xmlns="u:1"/>`,
		"<a><b\n c='d'\n></b\n></a>":                                            "<b\n c='d'\n></b\n>",
		`<x xmlns:p="u:1" xmlns:q="u:2"><a xmlns:p="u:3"><p:b q:c=""/></a></x>`: `<p:b xmlns:p="u:3" xmlns:q="u:2" q:c=""/>`,
	}
	for document, want := range tests {
		got, err := subtree(document, "b")
		if err != nil {
			t.Errorf("%s: %v", document, err)
		} else if string(got) != want {
			t.Errorf("%s:\n got %s\nwant %s", document, got, want)
		}
	}
}

// subtree cuts out the first element of the given local name.
func subtree(document, local string) ([]byte, error) {
	scanner, err := strictxml.NewScanner([]byte(document), limits())
	if err != nil {
		return nil, err
	}
	for {
		token, err := scanner.Next()
		if err != nil {
			return nil, err
		}
		if token.Kind == strictxml.Start && string(token.Local) == local {
			return scanner.Subtree()
		}
	}
}

// FuzzScanner holds the package to its promise about encoding/xml, and its subtrees to being what was cut out.
func FuzzScanner(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "*.*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if i := bytes.IndexByte(data, '<'); i >= 0 {
			f.Add(data[i:])
		}
	}
	f.Add([]byte("<p:a xmlns:p='u:\n1' p:b='c'/>"))
	f.Add([]byte("<a b='&#9;'><![CDATA[x]]>&amp;<!-- --></a>"))
	wide := strictxml.Limits{Depth: 100, Elements: 1000, Attributes: 20, Namespaces: 40, Token: 1 << 16}
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := scan(document, wide)
		if err != nil {
			return
		}
		want, err := standard(document)
		if err != nil {
			if strings.Contains(err.Error(), "invalid XML name") || strings.Contains(err.Error(), "invalid characters between") {
				return // letters that only the fifth edition allows
			}
			t.Fatalf("encoding/xml refuses what we accept: %v", err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("encoding/xml has -, we have +:\n%s", diff)
		}
		scanner, err := strictxml.NewScanner(document, wide)
		if err != nil {
			t.Fatal(err)
		}
		for depth := 0; depth < 2; { // the second element, if there is one
			token, err := scanner.Next()
			if err != nil {
				return
			}
			if token.Kind == strictxml.Start {
				depth++
			}
		}
		raw, err := scanner.Subtree()
		if err != nil {
			t.Fatal(err)
		}
		wide := wide
		wide.Attributes, wide.Token = 100, 1<<20 // for the added declarations
		part, err := scan(raw, wide)
		if err != nil {
			t.Fatalf("subtree %q: %v", raw, err)
		}
		if !contains(got, part) {
			t.Fatalf("subtree %q is not part of the document", raw)
		}
	})
}

// contains reports whether the events occur in a row. Text at the edges cannot differ: a subtree is bare elements.
func contains(all, part []event) bool {
	for i := range all {
		if len(all)-i >= len(part) && cmp.Equal(all[i:i+len(part)], part) {
			return true
		}
	}
	return false
}

// TestCharactersAnywhere puts every kind of character at every place within the words that are looked at together.
func TestCharactersAnywhere(t *testing.T) {
	t.Parallel()
	for r, good := range map[rune]bool{
		0: false, 1: false, 0x1F: false, 0xFFFE: false, 0xFFFF: false, '\v': false,
		'\t': true, '\n': true, '\r': true, ' ': true, '~': true, 0x7F: true, 0x80: true, 'ї': true, 0x800: true, 0xFFFD: true, 0x10000: true, 0x10FFFF: true,
	} {
		for _, around := range []string{"a", "ї", "\n", "一"} {
			for before := range 20 {
				for after := range 10 {
					text := strings.Repeat(around, before) + string(r) + strings.Repeat(around, after)
					if strictxml.IsText(text) != good {
						t.Fatalf("%q: %t", text, !good)
					}
				}
			}
		}
	}
}
