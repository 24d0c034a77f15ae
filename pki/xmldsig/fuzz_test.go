package xmldsig_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// FuzzParse: what is accepted is XML for encoding/xml too, with the same elements
// and text, and its canonical form reads as the same document.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/c14n/*.xml", "testdata/xmlsec/*.xml"} {
		for _, path := range glob(f, pattern) {
			f.Add(read(f, path))
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := xmldsig.Parse(in, xmldsig.Limits{Size: 1 << 16})
		if err != nil {
			return
		}
		for _, m := range []xmldsig.Canonicalization{{Comments: true}, {Exclusive: true, Comments: true}} {
			first := canonical(t, m, d)
			again := canonical(t, m, parse(t, first))
			if !bytes.Equal(first, again) {
				t.Errorf("canonical form changes:\n%s\n%s", first, again)
			}
		}
		elements, text := outline(d.Root)
		wantElements, wantText, err := standardOutline(in)
		if err != nil && strings.Contains(err.Error(), "invalid XML name") {
			return // it knows the letters of names by the fourth edition of XML 1.0, we by the fifth
		}
		if err != nil {
			t.Fatalf("encoding/xml refuses: %v", err)
		}
		if elements != wantElements || text != wantText {
			t.Errorf("encoding/xml reads %q %q, we %q %q", wantElements, wantText, elements, text)
		}
	})
}

func outline(e *xmldsig.Element) (elements, text string) {
	elements = "<" + e.Space + " " + e.Local
	for _, n := range e.Children {
		switch {
		case n.Element != nil:
			inner, more := outline(n.Element)
			elements, text = elements+inner, text+more
		case !n.Comment:
			text += n.Text
		}
	}
	return elements + ">", text
}

func standardOutline(in []byte) (elements, text string, err error) {
	dec := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(in), "\ufeff")))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	depth := 0
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return elements, text, nil
		}
		if err != nil {
			return "", "", err
		}
		switch tok := token.(type) {
		case xml.StartElement:
			// It does not make white space in attributes, and so in namespaces, spaces.
			elements += "<" + strings.NewReplacer("\t", " ", "\n", " ").Replace(tok.Name.Space) + " " + tok.Name.Local
			depth++
		case xml.EndElement:
			elements += ">"
			depth--
		case xml.CharData:
			if depth > 0 {
				text += string(tok)
			}
		}
	}
}

// FuzzVerify: whatever the document, no error is no accident.
func FuzzVerify(f *testing.F) {
	for _, path := range glob(f, "testdata/xmlsec/*.xml") {
		f.Add(read(f, path))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		d, err := xmldsig.Parse(in, xmldsig.Limits{Size: 1 << 16})
		if err != nil {
			return
		}
		s, err := xmldsig.VerifyEnveloped(d, xmldsig.Options{})
		if (err == nil) != (s != nil) || s != nil && s.Certificate == nil {
			t.Errorf("%v with %v", s, err)
		}
	})
}
