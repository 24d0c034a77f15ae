package xroad

import (
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/xroad/internal/strictxml"
)

// namespaceXOP is that of the element Include (XOP 1.0, clause 2.1).
const namespaceXOP = "http://www.w3.org/2004/08/xop/include"

// inclusion is base64 text that travels as a part of its own: the content of an element which has only an Include.
type inclusion struct {
	element    string   // its local name
	begin, end int      // of the element's content in the document
	ids        []string // of the part
}

// includer is an element that is open while inclusions are looked for.
type includer struct {
	name    string
	content int        // where its content begins
	include *inclusion // the Include in it
	other   bool       // something else is in it
}

// findInclusions lists the inclusions of a document in their sequence. White space and comments beside an Include are
// part of the inclusion: XOP has no place for them, but documents are printed prettily, PR-MESS, annex G, among them.
func findInclusions(raw []byte) ([]inclusion, error) {
	// Raw was read within limits, which also bounds it here.
	scanner, err := strictxml.NewScanner(raw, strictxml.Limits{
		Depth: len(raw), Elements: len(raw), Attributes: len(raw), Namespaces: len(raw), Token: len(raw),
	})
	if err != nil {
		return nil, invalidInclusion(err)
	}
	var found []inclusion
	var open []includer
	for done := false; !done; done = len(open) == 0 {
		token, err := scanner.Next()
		if err != nil {
			return nil, invalidInclusion(err)
		}
		begin, end := scanner.Span()
		var top *includer
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		switch token.Kind {
		case strictxml.Start:
			name := string(token.Local)
			include, err := readInclude(scanner, token)
			if err != nil {
				return nil, err
			}
			if top != nil && top.include != nil || include != nil && (top == nil || top.other) {
				return nil, invalidInclusion(errors.New("something stands beside an Include"))
			}
			if top != nil {
				top.include, top.other = include, include == nil
			}
			if include == nil {
				open = append(open, includer{name: name, content: end})
			}
		case strictxml.Text:
			top.other = top.other || !strictxml.Blank(token.Text)
		case strictxml.End:
			if top.include != nil {
				if top.other {
					return nil, invalidInclusion(errors.New("text stands beside an Include"))
				}
				found = append(found, inclusion{top.name, top.content, begin, top.include.ids})
			}
			open = open[:len(open)-1]
		}
	}
	return found, nil
}

// readInclude reads an Include to its end, or returns nil if the element is another.
func readInclude(scanner *strictxml.Scanner, token *strictxml.Token) (*inclusion, error) {
	if !token.Is(namespaceXOP, "Include") {
		return nil, nil //nolint:nilnil // no Include, and nothing wrong
	}
	href, _ := token.Attr("", "href")
	include := &inclusion{ids: referredIDs(string(href))}
	if include.ids == nil {
		return nil, invalidInclusion(errors.New("an Include does not refer to a part"))
	}
	if err := scanner.Skip(); err != nil { // elements of others may be inside
		return nil, invalidInclusion(err)
	}
	return include, nil
}

func invalidInclusion(err error) *Fault {
	return invalidBody("Включення XOP у тілі повідомлення неправильне або не має своєї частини.", err)
}

// include puts the content of parts where the document includes it. The document may not become larger than a message.
func include(raw []byte, inclusions []inclusion, parts map[string][]byte, most int64) ([]byte, error) {
	contents := make([][]byte, len(inclusions))
	size := int64(len(raw))
	for i, in := range inclusions {
		var found bool
		for _, id := range in.ids {
			if contents[i], found = parts[id]; found {
				break
			}
		}
		if !found {
			return nil, invalidInclusion(errors.New("an Include refers to a part that is not there"))
		}
		if size += int64(base64.StdEncoding.EncodedLen(len(contents[i]))); size > most {
			return nil, fmt.Errorf("message with its inclusions is %w", errTooLarge)
		}
	}
	out := make([]byte, 0, size)
	done := 0
	for i, in := range inclusions {
		out = append(out, raw[done:in.begin]...)
		out = base64.StdEncoding.AppendEncode(out, contents[i])
		done = in.end
	}
	return append(out, raw[done:]...), nil
}
