package xroad_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
)

// canned is a connection on which every request gets the same bytes, with the request's identifier in the place of {id}.
type canned struct {
	net.Conn
	response []byte
	request  bytes.Buffer
	reader   io.Reader
	written  chan struct{}
}

func (c *canned) Write(p []byte) (int, error) {
	c.request.Write(p)
	if bytes.HasSuffix(p, []byte("Envelope>")) {
		close(c.written)
	}
	return len(p), nil
}

func (c *canned) Read(p []byte) (int, error) {
	if c.reader == nil {
		<-c.written
		_, rest, _ := bytes.Cut(c.request.Bytes(), []byte("<xroad:id>"))
		id, _, _ := bytes.Cut(rest, []byte("<"))
		c.reader = bytes.NewReader(bytes.ReplaceAll(c.response, []byte("{id}"), id))
	}
	return c.reader.Read(p)
}

func (*canned) Close() error                     { return nil }
func (*canned) LocalAddr() net.Addr              { return &net.UnixAddr{} }
func (*canned) RemoteAddr() net.Addr             { return &net.UnixAddr{} }
func (*canned) SetDeadline(time.Time) error      { return nil }
func (*canned) SetReadDeadline(time.Time) error  { return nil }
func (*canned) SetWriteDeadline(time.Time) error { return nil }

func http11(status, contentType, body string) string {
	return "HTTP/1.1 " + status + "\r\nContent-Type: " + contentType + "\r\nConnection: close\r\n\r\n" + body
}

// seeds are good answers, defects and faults, each as bytes on the wire.
func seeds(f *testing.F) {
	const id = "5b0c0d5e-5a3b-4f0f-9e0e-0d7c3d1c8a11"
	message, err := xroad.ReadMessage(strings.NewReader(envelope(allFields, testPayload)), "text/xml", xroad.Limits{})
	if err != nil {
		f.Fatal(err)
	}
	message.Header.Client, message.Header.Service = consumer, provided
	count := 0
	add := func(out reply) {
		count++
		f.Add([]byte(http11(map[int]string{200: "200 OK", 500: "500 Error"}[out.status], out.contentType, strings.ReplaceAll(out.body, id, "{id}"))))
	}
	for _, version := range []xroad.Version{xroad.SOAP11, xroad.SOAP12} {
		r := received{Message: &xroad.Message{Version: version, Header: message.Header, Body: message.Body}}
		add(good(r))
		for _, test := range faultCodes {
			add(reply{status: 500, contentType: version.ContentType(), body: rawFault(r, test.code)})
		}
		add(edit("</soap:Header>", `<xroad:requestHash algorithmId="urn:a">Zm9v</xroad:requestHash></soap:Header>`)(r))
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.answer"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		contentType := "text/xml"
		if bytes.HasPrefix(data, []byte("--")) {
			contentType = jetty
		}
		add(reply{status: 200, contentType: contentType, body: string(data)})
	}
	f.Add([]byte("UA1234567890")) // net/http would quote it
	if count < 60 {
		f.Fatalf("only %d seeds", count)
	}
}

// FuzzAnswer lets a security server say anything. Whatever it is, the answer belongs to the request and is read the same
// by encoding/xml, or the error is of one kind and does not quote.
func FuzzAnswer(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, response []byte) {
		client := newTestClient(t, "http://ss/", func(c *xroad.ClientConfig) {
			c.Attempts = 1
			c.Limits = xroad.Limits{Size: 1 << 16}
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				return &canned{response: response, written: make(chan struct{})}, nil
			}
		})
		answer, err := client.Call(t.Context(), testCall())
		if err == nil {
			if answer.Header.ID != answer.MessageID || answer.Header.Client != consumer || answer.Header.Service != provided {
				t.Errorf("answer to another request: %+v", answer.Header)
			}
			var element struct{ XMLName xml.Name }
			if err := xml.Unmarshal(answer.Body.Raw, &element); err != nil || element.XMLName.Local != testService+"Response" {
				t.Errorf("%v, %v", element.XMLName, err)
			}
			return
		}
		checkAnyKind(t, err)
		var failed *xroad.CallError
		if !errors.As(err, &failed) || failed.Attempts != 1 {
			t.Fatalf("%+v", failed)
		}
		if strings.Contains(err.Error(), "UA1234567890") || failed.Fault != nil && strings.Contains(failed.Fault.Text, "UA1234567890") {
			t.Errorf("%v tells of the user", err)
		}
		if failed.Fault != nil && len(failed.Fault.Code)+len(failed.Fault.Text)+len(failed.Fault.Detail) > 1300 {
			t.Error("fault is not bounded")
		}
	})
}

// checkAnyKind requires exactly one kind.
func checkAnyKind(t *testing.T, err error) {
	t.Helper()
	count := 0
	for _, kind := range kinds() {
		if errors.Is(err, kind) {
			count++
		}
	}
	if count != 1 {
		t.Errorf("%v is of %d kinds", err, count)
	}
}

// TestCanned makes sure that the fuzzed path reaches its end.
func TestCanned(t *testing.T) {
	t.Parallel()
	response, err := http.ReadResponse(bufio.NewReader(strings.NewReader(http11("200 OK", "text/xml", "a"))), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(err)
	}
	message, err := xroad.ReadMessage(strings.NewReader(envelope(without(idField)+"<x:id xmlns:x=\"http://x-road.eu/xsd/xroad.xsd\">{id}</x:id>", testPayload)), "text/xml", xroad.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	message.Header.Client, message.Header.Service = consumer, provided
	out := good(received{Message: message})
	client := newTestClient(t, "http://ss/", func(c *xroad.ClientConfig) {
		c.Dial = func(context.Context, string, string) (net.Conn, error) {
			return &canned{response: []byte(http11("200 OK", out.contentType, out.body)), written: make(chan struct{})}, nil
		}
	})
	mustCall(t, client)
}
