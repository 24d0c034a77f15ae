package xroad_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// BenchmarkHandler answers a request by an operation that does nothing, without a connection.
func BenchmarkHandler(b *testing.B) {
	data := []byte(envelope(allFields, testPayload))
	handler := newHandler(b, xroad.Config{Operations: []xroad.Operation{operation(
		func(context.Context, *xroad.Request) (any, error) { return nil, nil })}})
	body := bytes.NewReader(data)
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.Header.Set("Content-Type", "text/xml; charset=utf-8")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		body.Reset(data)
		request.Body = io.NopCloser(body)
		w := &discard{header: http.Header{}}
		handler.ServeHTTP(w, request)
		if w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
}

// discard is a response that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header              { return d.header }
func (d *discard) WriteHeader(status int)           { d.status = status }
func (d *discard) Write(p []byte) (int, error)      { return len(p), nil }
func (d *discard) FlushError() error                { return nil }
func (d *discard) SetReadDeadline(time.Time) error  { return nil }
func (d *discard) SetWriteDeadline(time.Time) error { return nil }
