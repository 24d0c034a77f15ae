package xroad_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// BenchmarkReadRESTHeader reads what a client of Trembita's samples sends.
func BenchmarkReadRESTHeader(b *testing.B) {
	r := restRequest(b, "rest-requests-post.http")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xroad.ReadRESTHeader(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRESTHandler answers that request with an operation that reads its body.
func BenchmarkRESTHandler(b *testing.B) {
	r := restRequest(b, "rest-requests-post.http")
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	handler := newRESTHandler(b, xroad.RESTConfig{Operations: []xroad.RESTOperation{{
		Name: "python_ssl", Method: http.MethodPost, Path: "/restapi",
		Handle: func(_ context.Context, r *xroad.RESTRequest) (*xroad.RESTResponse, error) {
			var in struct {
				First string `json:"firstName"`
				Last  string `json:"lastName"`
			}
			if err := r.DecodeJSON(&in); err != nil {
				return nil, err
			}
			return xroad.RESTJSON(http.StatusOK, in)
		},
	}}})
	b.ReportAllocs()
	for b.Loop() {
		r.Body = io.NopCloser(bytes.NewReader(body))
		w := httptest.NewRecorder()
		if handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
