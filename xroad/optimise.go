package xroad

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"strconv"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// Base64 is content of the schema type base64Binary, for fields of payloads; encoding/xml takes a []byte for text.
type Base64 []byte

// MarshalText implements encoding.TextMarshaler.
func (b Base64) MarshalText() ([]byte, error) { return base64.StdEncoding.AppendEncode(nil, b), nil }

// UnmarshalText implements encoding.TextUnmarshaler. White space may be anywhere (XML Schema part 2, clause 3.2.16).
func (b *Base64) UnmarshalText(text []byte) error {
	compact := bytes.Join(bytes.Fields(text), nil)
	decoded, err := base64.StdEncoding.AppendDecode(nil, compact)
	*b = decoded
	return err
}

// shortestOptimised is what a part has to have: around one there are some 200 bytes, and base64 adds a third.
const shortestOptimised = 1 << 10

// optimise takes base64 texts out of an element and makes parts of them (XOP 1.0, clause 3.1). Every text is taken that
// is the canonical form of something, whatever its type: the reader has the same text again when it is done. A document
// that cannot be read is returned as it is.
func optimise(element []byte, suffix string) ([]byte, Attachments) {
	scanner, err := strictxml.NewScanner(element, strictxml.Limits{
		Depth: len(element), Elements: len(element), Attributes: len(element), Namespaces: len(element), Token: len(element),
	})
	if err != nil {
		return element, nil
	}
	var out bytes.Buffer
	var parts Attachments
	done, begin, depth := 0, 0, 0 // begin: of the content of the innermost element; 0 if there was another in it
	for ended := false; !ended; ended = depth == 0 {
		token, err := scanner.Next()
		if err != nil {
			return element, nil
		}
		tag, end := scanner.Span()
		switch token.Kind {
		case strictxml.Start:
			begin = end
			depth++
		case strictxml.End:
			depth--
			if content := canonical(element[min(begin, tag):tag]); begin > 0 && content != nil {
				id := strconv.Itoa(len(parts)+1) + "." + suffix
				parts = append(parts, Attachment{ID: id, Content: content})
				out.Write(element[done:begin])
				out.WriteString(`<xop:Include xmlns:xop="` + namespaceXOP + `" href="cid:` + url.PathEscape(id) + `"/>`)
				done = tag
			}
			begin = 0
		case strictxml.Text:
		}
	}
	out.Write(element[done:])
	return out.Bytes(), parts
}

// optimise makes parts of base64 texts in an element.
func (p *packaging) optimise(element []byte) ([]byte, error) {
	p.xop = true
	element, parts := optimise(element, p.boundary)
	return element, p.add(parts)
}

// canonical returns what a text encodes, or nil if it is short or not in the canonical form, to which alone it would be
// turned back.
func canonical(text []byte) []byte {
	if len(text) < shortestOptimised || bytes.ContainsAny(text, "\r\n") { // which the decoder would pass over
		return nil
	}
	content, err := base64.StdEncoding.Strict().AppendDecode(nil, text)
	if err != nil {
		return nil
	}
	return content
}
