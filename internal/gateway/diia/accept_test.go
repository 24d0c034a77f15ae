package diia

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseAccept(t *testing.T) {
	t.Parallel()
	tests := []struct {
		header string
		want   []mediaRange
		ok     bool
	}{
		// RFC 9110, 12.5.1, its own examples
		{"audio/*; q=0.2, audio/basic", []mediaRange{{"audio", "*", 200}, {"audio", "basic", 1000}}, true},
		{"text/plain; q=0.5, text/html,\ttext/x-dvi; q=0.8, text/x-c", []mediaRange{{"text", "plain", 500}, {"text", "html", 1000}, {"text", "x-dvi", 800}, {"text", "x-c", 1000}}, true},
		{"text/*, text/plain, text/plain;format=flowed, */*", []mediaRange{{"text", "*", 1000}, {"text", "plain", 1000}, {"text", "plain", 1000}, {"*", "*", 1000}}, true},
		{`application/x; a="1,2;q=0"; q=0.125, b/c`, []mediaRange{{"application", "x", 125}, {"b", "c", 1000}}, true},
		{"a/b;Q=1.000", []mediaRange{{"a", "b", 1000}}, true},
		{", ,a/b,", []mediaRange{{"a", "b", 1000}}, true},
		{"", nil, true},
		{"a/b;q=1.001", nil, false},
		{"a/b;q=0.1234", nil, false},
		{"a/b;q=-1", nil, false},
		{"a/b;q=", nil, false},
		{"a/b;q=0,5", nil, false},
		{"a", nil, false},
		{"*/b", nil, false},
		{"a/b;c", nil, false},
		{`a/b;c="`, nil, false},
		{"a/b\x00", nil, false},
		{strings.Repeat("a/b,", maxAcceptRanges), nil, true},
		{strings.Repeat("a/b,", maxAcceptRanges+1), nil, false},
		{strings.Repeat(" ", maxAcceptBytes+1), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.header[:min(40, len(tt.header))], func(t *testing.T) {
			t.Parallel()
			got, ok := parseAccept(tt.header)
			if ok != tt.ok {
				t.Fatalf("ok = %v, got %v", ok, got)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(mediaRange{})); diff != "" && tt.want != nil {
				t.Error(diff)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	tests := []struct{ header, want string }{
		{"application/*", typeJSON},
		{"application/*;q=0.5, application/pkcs7-signature", typePKCS7},
		{"application/*, application/json;q=0.1", typeFHIR},
		{"application/fhir+json, application/json", typeFHIR},
		{"application/json, application/fhir+json", typeJSON},
		{"application/pkcs7-signature;q=0.001, text/html", typePKCS7},
		{"*/*;q=0", ""},
		{"*/*, application/*;q=0", ""},
		{",", typeJSON},
	}
	for _, tt := range tests {
		got, ok := negotiate([]string{tt.header})
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: %q, %v, want %q", tt.header, got, ok, tt.want)
		}
	}
	if got, _ := negotiate([]string{"text/html", "application/fhir+json"}); got != typeFHIR {
		t.Errorf("two headers: %q", got)
	}
}
