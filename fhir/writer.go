package fhir

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer appends JSON. Objects and lists that turn out to be empty take back
// their own name, so emptiness never has to be asked for beforehand. The first
// error is kept, the rest of the work is then harmless and thrown away.
type writer struct {
	buf  []byte
	path []step
	err  error
}

type step struct {
	name  string
	index int // in a list, else -1
}

// composite is a pointer to a type that is written as an object.
type composite[T any] interface {
	*T
	members(w *writer)
}

// resource writes a resource; place is its name in paths: its type at the top,
// the name of the member that holds it elsewhere.
func (w *writer) resource(place string, r Resource) {
	w.path = append(w.path, step{place, -1})
	w.buf = append(w.buf, `{"resourceType":"`...)
	w.buf = append(w.buf, r.ResourceType()...)
	w.buf = append(w.buf, '"')
	w.id("id", r.ResourceID())
	r.members(w)
	w.buf = append(w.buf, '}')
	w.path = w.path[:len(w.path)-1]
}

// object writes a member that is an object and reports whether it was written.
func object[T any, P composite[T]](w *writer, name string, v *T) bool {
	before := len(w.buf)
	w.key(name)
	inside := len(w.buf) + 1
	w.buf = append(w.buf, '{')
	w.path = append(w.path, step{name, -1})
	P(v).members(w)
	w.path = w.path[:len(w.path)-1]
	if len(w.buf) == inside {
		w.buf = w.buf[:before]
		return false
	}
	w.buf = append(w.buf, '}')
	return true
}

// list writes a member that is a list of objects, without the empty ones.
func list[T any, P composite[T]](w *writer, name string, items []T) bool {
	if len(items) == 0 {
		return false
	}
	before := len(w.buf)
	w.key(name)
	first := len(w.buf) + 1
	w.buf = append(w.buf, '[')
	w.path = append(w.path, step{name, 0})
	for i := range items {
		w.path[len(w.path)-1].index = i
		start := len(w.buf)
		if start > first {
			w.buf = append(w.buf, ',')
		}
		inside := len(w.buf) + 1
		w.buf = append(w.buf, '{')
		P(&items[i]).members(w)
		if len(w.buf) == inside {
			w.buf = w.buf[:start]
			continue
		}
		w.buf = append(w.buf, '}')
	}
	w.path = w.path[:len(w.path)-1]
	if len(w.buf) == first {
		w.buf = w.buf[:before]
		return false
	}
	w.buf = append(w.buf, ']')
	return true
}

// strings writes a member that is a list of strings, without the empty ones.
func (w *writer) strings(name string, items []string) bool {
	before := len(w.buf)
	w.key(name)
	first := len(w.buf) + 1
	w.buf = append(w.buf, '[')
	for _, s := range items {
		if s == "" {
			continue
		}
		if len(w.buf) > first {
			w.buf = append(w.buf, ',')
		}
		w.quote(s)
	}
	if len(w.buf) == first {
		w.buf = w.buf[:before]
		return false
	}
	w.buf = append(w.buf, ']')
	return true
}

// uris is strings for a list of uris.
func (w *writer) uris(name string, items []string) bool {
	for _, s := range items {
		if s != "" && !ValidURI(s) {
			w.fail(name, "not a uri")
		}
	}
	return w.strings(name, items)
}

func (w *writer) string(name, s string) bool {
	if s == "" {
		return false
	}
	w.key(name)
	w.quote(s)
	return true
}

func (w *writer) id(name, s string) {
	if s != "" && !ValidID(s) {
		w.fail(name, "not an id")
	}
	w.string(name, s)
}

func (w *writer) uri(name, s string) bool {
	if s != "" && !ValidURI(s) {
		w.fail(name, "not a uri")
	}
	return w.string(name, s)
}

// code writes a member of type code.
func code[T ~string](w *writer, name string, v T) bool {
	s := string(v)
	if s != "" && !ValidCode(s) {
		w.fail(name, "not a code")
	}
	return w.string(name, s)
}

func (w *writer) boolean(name string, v bool) {
	w.key(name)
	w.buf = strconv.AppendBool(w.buf, v)
}

// active writes the element of that name, where absent and false differ.
func (w *writer) active(v *bool) {
	if v != nil {
		w.boolean("active", *v)
	}
}

func (w *writer) base64(name string, data []byte) {
	if len(data) == 0 {
		return
	}
	w.key(name)
	w.buf = append(w.buf, '"')
	w.buf = base64.StdEncoding.AppendEncode(w.buf, data)
	w.buf = append(w.buf, '"')
}

func (w *writer) unsigned(name string, n int64) {
	if n == 0 {
		return
	}
	if n < 0 {
		w.fail(name, "negative number")
	}
	w.key(name)
	w.buf = strconv.AppendInt(w.buf, n, 10)
}

func (w *writer) decimal(name string, d Decimal) bool {
	if d == "" {
		return false
	}
	if !d.valid() {
		w.fail(name, "not a decimal")
	}
	w.key(name)
	w.buf = append(w.buf, d...)
	return true
}

// moment is what the three types of points in time have in common.
type moment interface {
	IsZero() bool
	AppendText(b []byte) ([]byte, error)
}

// writeTime writes a member that is a date or a time.
func writeTime[T moment](w *writer, name string, v T) bool {
	if v.IsZero() {
		return false
	}
	w.key(name)
	w.buf = append(w.buf, '"')
	var err error
	if w.buf, err = v.AppendText(w.buf); err != nil {
		w.fail(name, "not a date")
	}
	w.buf = append(w.buf, '"')
	return true
}

// must records that a mandatory element is missing, unless it was written.
func (w *writer) must(name string, written bool) {
	if !written {
		w.fail(name, "required element is missing")
	}
}

func (w *writer) fail(name, problem string) {
	if w.err != nil {
		return
	}
	var path strings.Builder
	for _, s := range w.path {
		if path.Len() > 0 {
			path.WriteByte('.')
		}
		path.WriteString(s.name)
		if s.index >= 0 {
			path.WriteByte('[')
			path.WriteString(strconv.Itoa(s.index))
			path.WriteByte(']')
		}
	}
	if name != "" {
		path.WriteByte('.')
		path.WriteString(name)
	}
	w.err = &Error{Path: path.String(), Problem: problem}
}

func (w *writer) key(name string) {
	if w.buf[len(w.buf)-1] != '{' {
		w.buf = append(w.buf, ',')
	}
	w.buf = append(w.buf, '"')
	w.buf = append(w.buf, name...)
	w.buf = append(w.buf, '"', ':')
}

// quote writes a JSON string. Only what RFC 8259, section 7, demands is
// escaped; <, > and & are nobody's business here.
func (w *writer) quote(s string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(utf8.RuneError))
	}
	// The two non-characters that XML 1.0 (clause 2.2) cannot carry: what is
	// written here must be able to travel inside an XML message byte for byte.
	if strings.Contains(s, "\uFFFE") || strings.Contains(s, "\uFFFF") {
		s = strings.NewReplacer("\uFFFE", string(utf8.RuneError), "\uFFFF", string(utf8.RuneError)).Replace(s)
	}
	w.buf = append(w.buf, '"')
	start := 0
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			w.buf = append(w.buf, s[start:i]...)
			w.buf = append(w.buf, escape(c)...)
			start = i + 1
		}
	}
	w.buf = append(w.buf, s[start:]...)
	w.buf = append(w.buf, '"')
}

// escape gives what stands for c, which cannot stand for itself.
func escape(c byte) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	return string(utf8.RuneError)
}

// isNil also catches a nil pointer in the interface.
func isNil(r Resource) bool {
	if r == nil {
		return true
	}
	v := reflect.ValueOf(r)
	return v.Kind() == reflect.Pointer && v.IsNil()
}
