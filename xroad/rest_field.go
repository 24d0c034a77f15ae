package xroad

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The longest values, in bytes. Security servers keep identifiers of messages in 255 characters and limit requests to
// some thousands in all.
const (
	longestID         = 256
	longestIdentifier = 1024
	longestText       = 4096
)

// restReader reads header fields and keeps the first failure.
type restReader struct {
	header http.Header
	fault  *Fault
}

// fail keeps a failure, if there is none yet. The text is for people, the error for our log; neither has values.
func (in *restReader) fail(code, field, text string, err error) {
	if in.fault == nil {
		in.fault = &Fault{Code: code, Text: "Запит REST не прийнято: " + text + ".", Err: fmt.Errorf("header field %s %w", field, err)}
	}
}

// values returns the values of a field that are not empty.
func (in *restReader) values(name string, longest int) []string {
	var all []string
	for _, value := range in.header.Values(name) {
		value = strings.Trim(value, " \t") // RFC 9110, clause 5.5; other blanks are the value's
		if value == "" {
			continue
		}
		if err := checkValue(value, longest); err != nil {
			in.fail(CodeInvalidHeaderField, name, "неправильний заголовок "+name, err)
			return nil
		}
		all = append(all, value)
	}
	return all
}

func checkValue(value string, longest int) error {
	switch {
	case len(value) > longest:
		return errors.New("is too long")
	case !utf8.ValidString(value):
		return errors.New("is not UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("has a control character")
	}
	return nil
}

// parameter returns what a parameter of the query says, in place of a header field. One that stands there several times
// is the operation's own.
func (in *restReader) parameter(values []string, name string, longest int) string {
	if len(values) != 1 {
		return ""
	}
	if err := checkValue(values[0], longest); err != nil {
		in.fail(CodeInvalidHeaderField, name, "неправильний параметр "+name, err)
		return ""
	}
	return values[0]
}

// pick reads the one value that the named fields have in common, and reports whether there is any.
func pick[T comparable](in *restReader, code string, longest int, parse func(string) (T, error), names ...string) (value T, found bool) {
	first := ""
	for _, name := range names {
		for _, text := range in.values(name, longest) {
			parsed, err := parse(text)
			switch {
			case err != nil:
				in.fail(code, name, "неправильний заголовок "+name, err)
				return value, true
			case !found:
				value, found, first = parsed, true, name
			case parsed != value && name == first:
				in.fail(CodeDuplicateHeaderField, name, "заголовок "+name+" повторюється з іншим значенням", errors.New("comes twice and differs"))
			case parsed != value:
				in.fail(CodeInconsistentHeaders, name, "заголовки "+first+" і "+name+" суперечать один одному",
					fmt.Errorf("contradicts %s", first))
			}
		}
	}
	return value, found
}

func parsePlain(text string) (string, error) { return text, nil }

// splitPath divides an identifier into its parts and decodes each.
func splitPath(text string) ([]string, error) {
	const most = 6
	if strings.Count(text, "/") > most {
		return nil, errors.New("has too many parts")
	}
	parts := strings.Split(text, "/")
	for i, part := range parts {
		// Unlike the decoding of queries this leaves a plus sign alone.
		decoded, err := url.PathUnescape(part)
		if err != nil {
			return nil, errors.New("is not percent-encoded properly") // err would quote
		}
		if decoded != "" {
			if err := checkCode(decoded); err != nil {
				return nil, fmt.Errorf("is not an identifier: %w", err)
			}
		}
		parts[i] = decoded
	}
	return parts, nil
}

func parseClientPath(text string) (ClientID, error) {
	parts, err := splitPath(text)
	if err != nil {
		return ClientID{}, err
	}
	return fromParts(ParseClientID, parts)
}

func parseServicePath(text string) (ServiceID, error) {
	parts, err := splitPath(text)
	if err != nil {
		return ServiceID{}, err
	}
	const withVersion = 6
	if len(parts) == withVersion && parts[withVersion-1] == "" {
		parts = parts[:withVersion-1]
	}
	return fromParts(ParseServiceID, parts)
}

func parseServerPath(text string) (SecurityServerID, error) {
	parts, err := splitPath(text)
	if err != nil {
		return SecurityServerID{}, err
	}
	const all = 4
	if len(parts) != all {
		return SecurityServerID{}, errors.New("does not have four parts")
	}
	id := SecurityServerID{Instance: parts[0], Class: parts[1], Member: parts[2], Server: parts[3]}
	return id, id.Validate()
}

// fromParts reads an identifier whose decoded parts have no slashes, so that they can be put together again.
func fromParts[T any](parse func(string) (T, error), parts []string) (T, error) {
	id, err := parse(strings.Join(parts, "/"))
	if err != nil {
		return id, fmt.Errorf("is not an identifier: %w", err)
	}
	return id, nil
}

// partyPath is a RepresentedParty that can be compared.
type partyPath struct {
	class, code string
	hasClass    bool
}

// parsePartyPath reads [class/]code (PR-REST, clause 4.3).
func parsePartyPath(text string) (partyPath, error) {
	parts, err := splitPath(text)
	if err != nil {
		return partyPath{}, err
	}
	for _, part := range parts {
		if part == "" {
			return partyPath{}, errors.New("has an empty part")
		}
	}
	switch len(parts) {
	case 1:
		return partyPath{code: parts[0]}, nil
	case 2:
		return partyPath{class: parts[0], code: parts[1], hasClass: true}, nil
	}
	return partyPath{}, errors.New("does not have one or two parts")
}

func (p partyPath) party() *RepresentedParty {
	party := &RepresentedParty{Code: p.code}
	if p.hasClass {
		party.Class = &p.class
	}
	return party
}

// encodePath writes the parts of an identifier, each percent-encoded for itself. The last may be absent.
func encodePath(parts ...string) string {
	if len(parts) > 1 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	encoded := make([]string, len(parts))
	for i, part := range parts {
		encoded[i] = url.PathEscape(part)
	}
	return strings.Join(encoded, "/")
}

func (id ServiceID) encode() string {
	return encodePath(id.Instance, id.Class, id.Member, id.Subsystem, id.Service, id.Version)
}
