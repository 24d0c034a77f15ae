package fhir

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Resource is one of the resource types of this package.
type Resource interface {
	// ResourceType is the name of the type, as in the member resourceType.
	ResourceType() string
	// ResourceID is the logical id, empty when there is none.
	ResourceID() string

	members(w *writer)
}

// Marshal gives the JSON form of a resource: compact, UTF-8, resourceType
// first, elements in the order of their definition, nothing empty. The bytes
// are a function of the resource alone.
//
// Text that FHIR strings may not hold (control characters, broken UTF-8) is
// replaced by U+FFFD; everything else that R4 forbids is an [*Error].
func Marshal(r Resource) ([]byte, error) {
	const usual = 2 << 10 // an EpisodeOfCare fits
	data, err := Append(make([]byte, 0, usual), r)
	if err != nil {
		return nil, err
	}
	return data, nil
}

// Append is [Marshal] into a buffer of the caller's; on an error dst is
// returned as it was.
func Append(dst []byte, r Resource) ([]byte, error) {
	if isNil(r) {
		return dst, &Error{Problem: "no resource"}
	}
	w := writer{buf: dst, path: make([]step, 0, 12)}
	w.resource(r.ResourceType(), r)
	if w.err != nil {
		return dst, w.err
	}
	return w.buf, nil
}

// Error says which element of a resource is wrong. It never holds a value.
type Error struct {
	Path    string // like EpisodeOfCare.identifier[0].system
	Problem string // like "required element is missing"
}

func (e *Error) Error() string {
	if e.Path == "" {
		return "fhir: " + e.Problem
	}
	return fmt.Sprintf("fhir: %s: %s", e.Path, e.Problem)
}

// ValidID reports whether s has the form of a resource's logical id
// (R4, datatypes: id).
func ValidID(s string) bool {
	if len(s) < 1 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		default:
			return false
		}
	}
	return true
}

// ValidCode reports whether s has the form of a code: no white space at the
// ends, no two in a row (R4, datatypes: code). Dictionaries of others are not
// bound by it, so ask before putting their words into a [Coding].
func ValidCode(s string) bool {
	if visible(s) {
		return s != ""
	}
	space := true
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) || space && unicode.IsSpace(r) {
			return false
		}
		space = unicode.IsSpace(r)
	}
	return !space
}

// ValidURI reports whether s can be written as a uri: it has no white space
// (R4, datatypes: uri).
func ValidURI(s string) bool {
	if visible(s) {
		return s != ""
	}
	for _, r := range s {
		if r == utf8.RuneError || unicode.IsControl(r) || unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// visible reports whether s is nothing but printable ASCII without spaces, as
// most codes and uris are.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
