package trembita_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/dovidka/dovidka/internal/gateway/trembita"
)

// BenchmarkRefused has the door, with its telemetry, refuse a client that is not admitted: what a request costs that
// goes no further.
func BenchmarkRefused(b *testing.B) {
	w := newWorld(b, trembita.Config{}, nil)
	message := envelope(b, ourClient+"_stranger", `<x:userId>`+secretUser+`</x:userId><x:id>5b0c0d5e-message</x:id>`, attached())
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	b.ReportAllocs()
	for b.Loop() {
		request.Body = io.NopCloser(strings.NewReader(message))
		out := httptest.NewRecorder()
		w.door.ServeHTTP(out, request)
		if out.Code != http.StatusInternalServerError {
			b.Fatal(out.Code)
		}
	}
}
