package xroad_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"testing"

	"github.com/dovidka/dovidka/xroad"
)

// BenchmarkReadMessage reads the request of a real client, checks and all.
func BenchmarkReadMessage(b *testing.B) {
	data := sample(b, "uxp-request.xml")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xroad.ReadMessage(bytes.NewReader(data), "text/xml; charset=utf-8", xroad.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEncodingXML only splits the same request into tokens, as a measure for BenchmarkReadMessage.
func BenchmarkEncodingXML(b *testing.B) {
	data := sample(b, "uxp-request.xml")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		decoder := xml.NewDecoder(bytes.NewReader(data))
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkEcho reads a request and writes the response with its header.
func BenchmarkEcho(b *testing.B) {
	data := sample(b, "uxp-request.xml")
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		message, err := xroad.ReadMessage(bytes.NewReader(data), "text/xml; charset=utf-8", xroad.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := xroad.MarshalResponse(message.Version, message.Header, message.Body.Name, testResponse{"x"}); err != nil {
			b.Fatal(err)
		}
	}
}
