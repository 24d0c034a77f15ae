package trustlist

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/dovidka/dovidka/pki/xmldsig"
)

// Namespaces of a list (annex C).
const (
	namespace      = "http://uri.etsi.org/02231/v2#"
	namespaceTypes = "http://uri.etsi.org/02231/v2/additionaltypes#"
	namespaceQual  = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
	namespaceDS    = "http://www.w3.org/2000/09/xmldsig#"
)

// Bounds of a list.
const (
	maxProviders = 2000
	maxServices  = 2000 // of a provider
	maxHistory   = 200  // of a service
	maxTexts     = 100
	maxPointers  = 200
	maxIDs       = 64
	maxBinary    = 64 << 10
)

// fields are the elements inside another, each of another name. It remembers the first
// thing that was wrong, so that many can be read before asking.
type fields struct {
	of   string
	all  map[string]*xmldsig.Element
	fail error
}

func fieldsOf(e *xmldsig.Element) *fields {
	f := &fields{of: e.Local, all: map[string]*xmldsig.Element{}}
	list, ok := e.Elements()
	if !ok {
		f.fail = malformed("text in " + e.Local)
	}
	for _, inner := range list {
		if inner.Space != namespace || f.all[inner.Local] != nil {
			f.fail = malformed("elements of " + e.Local)
			return f
		}
		f.all[inner.Local] = inner
	}
	return f
}

func (f *fields) wrong(name string) {
	if f.fail == nil {
		f.fail = malformed(name + " of " + f.of)
	}
}

// optional returns an element, or nil.
func (f *fields) optional(name string) *xmldsig.Element { return f.all[name] }

// must returns an element; an empty one when it is missing.
func (f *fields) must(name string) *xmldsig.Element {
	if e := f.all[name]; e != nil {
		return e
	}
	f.wrong(name)
	return &xmldsig.Element{Local: name}
}

// text returns a text that must be there and not be empty.
func (f *fields) text(name string) string {
	text, ok := f.must(name).Text()
	if !ok || text == "" {
		f.wrong(name)
	}
	return text
}

func (f *fields) number(name string) int {
	text := f.text(name)
	n := 0
	for _, c := range text {
		if c < '0' || c > '9' || n > 1e8 {
			f.wrong(name)
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func (f *fields) time(name string) time.Time {
	at, err := readTime(f.text(name))
	if err != nil {
		f.wrong(name)
	}
	return at
}

// readTime reads a time with its zone (clause 5.1.4 wants UTC).
func readTime(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	return at.UTC(), err
}

// texts reads texts in several languages: elements called item.
func (f *fields) texts(name, item string) Texts {
	e := f.all[name]
	if e == nil {
		return nil
	}
	list, ok := e.Elements()
	if !ok || len(list) > maxTexts {
		f.wrong(name)
		return nil
	}
	var out Texts
	for _, inner := range list {
		text, ok := inner.Text()
		if !ok || !inner.Is(namespace, item) {
			f.wrong(name)
			return nil
		}
		out = append(out, Text{inner.Language(), text})
	}
	return out
}

// Text is a text in a language.
type Text struct{ Language, Value string }

// Texts are one text in several languages.
type Texts []Text

// In returns the text in a language, such as "uk"; without one in it the English, and
// without that the first.
func (t Texts) In(language string) string {
	for _, want := range []string{language, "en"} {
		for _, text := range t {
			if strings.EqualFold(text.Language, want) {
				return text.Value
			}
		}
	}
	if len(t) == 0 {
		return ""
	}
	return t[0].Value
}

func readBinary(e *xmldsig.Element) ([]byte, error) {
	text, ok := e.Text()
	if !ok || len(text) > 2*maxBinary {
		return nil, malformed(e.Local)
	}
	out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || len(out) == 0 || len(out) > maxBinary {
		return nil, malformed(e.Local)
	}
	return out, nil
}
