package xroad

import (
	"mime"
	"strings"
)

// parseMediaType is mime.ParseMediaType, forgiving about parameters: those that can be read are kept. There are clients
// which give charset twice, put single quotes around values, or no quotes where they belong, as in start-info=text/xml.
func parseMediaType(value string) (string, map[string]string) {
	media, parameters, err := mime.ParseMediaType(value)
	if err != nil {
		media, parameters = parseLoosely(value)
	}
	for name, value := range parameters {
		if len(value) > 1 && strings.HasPrefix(value, "'") && strings.HasSuffix(value, "'") {
			parameters[name] = value[1 : len(value)-1]
		}
	}
	return media, parameters
}

// announcedVersion is the version to answer in when the envelope is out of reach.
func announcedVersion(contentType string) Version {
	media, parameters := parseMediaType(contentType)
	for _, said := range []string{media, parameters["type"], parameters["start-info"]} {
		if inner, _ := parseMediaType(said); inner == "application/soap+xml" {
			return SOAP12
		}
	}
	return SOAP11
}

// parseLoosely takes a word up to a semicolon for a value. A parameter that has two values or several words has none.
func parseLoosely(value string) (string, map[string]string) {
	bare, rest, _ := strings.Cut(value, ";")
	parameters := map[string]string{}
	for rest != "" {
		var name, text string
		name, rest, _ = strings.Cut(rest, "=")
		name = name[strings.LastIndexByte(name, ';')+1:] // what has no value is passed over
		name = strings.ToLower(strings.TrimSpace(name))
		rest = strings.TrimLeft(rest, " \t")
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			text, rest, _ = strings.Cut(quoted, `"`)
			_, rest, _ = strings.Cut(rest, ";")
		} else {
			text, rest, _ = strings.Cut(rest, ";")
			if text = strings.TrimSpace(text); strings.ContainsAny(text, " \t") {
				text = "" // of which some would take the first word
			}
		}
		if before, given := parameters[name]; given && before != text {
			text = ""
		}
		parameters[name] = text
	}
	return strings.ToLower(strings.TrimSpace(bare)), parameters
}
