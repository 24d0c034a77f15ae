package diia

import (
	"mime"
	"strconv"
	"strings"
)

// The representations of an answer.
const (
	typeJSON  = "application/json"
	typeFHIR  = "application/fhir+json"
	typePKCS7 = "application/pkcs7-signature"
)

// Bounds of the header Accept; browsers send less than ten ranges.
const (
	maxAcceptBytes  = 2 << 10
	maxAcceptRanges = 32
)

// mediaRange is one element of Accept.
type mediaRange struct {
	mainType, subtype string // "*" for any
	quality           int    // thousandths
}

// parseAccept reads the header Accept (RFC 9110, 12.5.1). An empty element is
// forgiven; any other error makes the whole header unusable.
func parseAccept(header string) ([]mediaRange, bool) {
	if len(header) > maxAcceptBytes {
		return nil, false
	}
	var out []mediaRange
	for _, element := range splitOutsideQuotes(header) {
		element = strings.TrimSpace(element)
		if element == "" {
			continue
		}
		name, parameters, err := mime.ParseMediaType(element)
		main, sub, ok := strings.Cut(name, "/")
		if err != nil || !ok || main == "" || sub == "" || main == "*" && sub != "*" || len(out) == maxAcceptRanges {
			return nil, false
		}
		quality := 1000
		if q, given := parameters["q"]; given {
			if quality, ok = parseQuality(q); !ok {
				return nil, false
			}
		}
		out = append(out, mediaRange{mainType: main, subtype: sub, quality: quality})
	}
	return out, true
}

// parseQuality reads a qvalue: 0 to 1 with at most three decimals.
func parseQuality(s string) (int, bool) {
	whole, decimals, _ := strings.Cut(s, ".")
	if whole != "0" && whole != "1" || len(decimals) > 3 {
		return 0, false
	}
	n, err := strconv.ParseUint(whole+(decimals + "000")[:3], 10, 16)
	return int(n), err == nil && n <= 1000
}

func splitOutsideQuotes(s string) []string {
	var out []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ',' && !quoted:
			out = append(out, s[start:i])
			start = i + 1
		}
	}
	return append(out, s[start:])
}

// negotiate chooses the representation: the highest quality wins, then what the
// caller named first, then our order. It reports false when none is acceptable.
func negotiate(headers []string) (string, bool) {
	header := strings.Join(headers, ",")
	if strings.TrimSpace(header) == "" {
		return typeJSON, true
	}
	ranges, ok := parseAccept(header)
	if !ok {
		return "", false
	}
	if len(ranges) == 0 {
		return typeJSON, true
	}
	best, bestQuality, bestPlace := "", 0, 0
	for _, offer := range []string{typeJSON, typeFHIR, typePKCS7} {
		quality, place := rate(offer, ranges)
		if quality > bestQuality || quality == bestQuality && quality > 0 && place < bestPlace {
			best, bestQuality, bestPlace = offer, quality, place
		}
	}
	return best, best != ""
}

// rate returns the quality of an offer, which its most specific range sets, and
// that range's place.
func rate(offer string, ranges []mediaRange) (quality, place int) {
	main, sub, _ := strings.Cut(offer, "/")
	specific := -1
	for i, r := range ranges {
		s := -1
		switch {
		case r.mainType == main && r.subtype == sub:
			s = 2
		case r.mainType == main && r.subtype == "*":
			s = 1
		case r.mainType == "*":
			s = 0
		}
		if s > specific {
			specific, quality, place = s, r.quality, i
		}
	}
	return quality, place
}
