package telemetry

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// Trace places a request in a distributed trace. It is for tracing only, never
// a key of business data.
//
// Source: W3C Trace Context, https://www.w3.org/TR/trace-context/ §3.2.
type Trace struct {
	ID   string // 32 lower-case hexadecimal digits
	Span string // 16, of the caller's span or of ours
	// Sampled is the caller's wish that the trace be recorded.
	Sampled bool
}

// ParseTraceparent reads the header traceparent. A header that breaks the rules
// is as good as none: the caller then starts a new trace, as §3.2.2 and §4.3 ask.
func ParseTraceparent(header string) (Trace, bool) {
	parts := strings.Split(header, "-")
	if len(parts) < 4 || !lowerHex(parts[0], 2) || !lowerHex(parts[1], 32) || !lowerHex(parts[2], 16) || !lowerHex(parts[3], 2) {
		return Trace{}, false
	}
	// Version ff is forbidden; version 00 has exactly four parts, later ones
	// may append more.
	if parts[0] == "ff" || parts[0] == "00" && len(parts) != 4 {
		return Trace{}, false
	}
	if strings.Trim(parts[1], "0") == "" || strings.Trim(parts[2], "0") == "" {
		return Trace{}, false
	}
	flags, err := hex.DecodeString(parts[3])
	if err != nil {
		return Trace{}, false
	}
	return Trace{ID: parts[1], Span: parts[2], Sampled: flags[0]&1 == 1}, true
}

// NewTrace starts a trace.
func NewTrace() Trace {
	var b [24]byte
	rand.Read(b[:]) // never fails
	return Trace{ID: hex.EncodeToString(b[:16]), Span: hex.EncodeToString(b[16:])}
}

// Child returns the same trace with a span of our own.
func (t Trace) Child() Trace {
	t.Span = NewTrace().Span
	return t
}

// Traceparent returns the header's value, version 00.
func (t Trace) Traceparent() string {
	flags := "00"
	if t.Sampled {
		flags = "01"
	}
	return "00-" + t.ID + "-" + t.Span + "-" + flags
}

func lowerHex(s string, length int) bool {
	if len(s) != length {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
