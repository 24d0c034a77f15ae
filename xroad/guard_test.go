package xroad_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/xroad"
	"github.com/dovidka/dovidka/xroad/xroadtest"
)

// startGuarded serves on a port of its own until the test ends.
func startGuarded(t *testing.T, server *http.Server) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.ErrorLog = log.New(io.Discard, "", 0)
	guarded := xroad.Guard(server, listener)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(guarded)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return listener.Addr().String()
}

// oneAnswer reads to the end of a connection on which one answer is expected.
func oneAnswer(t *testing.T, connection net.Conn) (*http.Response, []byte) {
	t.Helper()
	_ = connection.SetReadDeadline(time.Now().Add(time.Minute))
	reader := bufio.NewReader(connection)
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(reader); len(rest) > 0 || err != nil {
		t.Errorf("after the answer: %q, %v", rest, err)
	}
	return response, body
}

const (
	rawHost  = "Host: a\r\n"
	rawMedia = "Content-Type: text/xml\r\n"
)

// refusedByHTTP are requests to which net/http has answers of its own.
func refusedByHTTP() map[string]string {
	return map[string]string{
		"no request line":         "\r\nx\r\n\r\n",
		"binary":                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
		"HTTP/0.9":                "GET /\r\n\r\n",
		"later version":           "POST / HTTP/3.0\r\n" + rawHost + "\r\n",
		"no Host":                 "POST / HTTP/1.1\r\n\r\n",
		"two Hosts":               "POST / HTTP/1.1\r\n" + rawHost + rawHost + "\r\n",
		"broken Host":             "POST / HTTP/1.1\r\nHost: a b\r\n\r\n",
		"broken field":            "POST / HTTP/1.1\r\n" + rawHost + "a b: c\r\n\r\n",
		"broken value":            "POST / HTTP/1.1\r\n" + rawHost + "A: \x01\r\n\r\n",
		"broken URL":              "POST /%zz HTTP/1.1\r\n" + rawHost + "\r\n",
		"broken length":           "POST / HTTP/1.1\r\n" + rawHost + "Content-Length: -1\r\n\r\n",
		"two lengths":             "POST / HTTP/1.1\r\n" + rawHost + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
		"unknown transfer coding": "POST / HTTP/1.1\r\n" + rawHost + "Transfer-Encoding: gzip\r\n\r\n",
		"long header":             "POST / HTTP/1.1\r\n" + rawHost + "A: " + strings.Repeat("a", 100<<10) + "\r\n\r\n",
		"many fields":             "POST / HTTP/1.1\r\n" + rawHost + strings.Repeat("A: b\r\n", 20<<10) + "\r\n",
		"long request line":       "POST /" + strings.Repeat("a", 100<<10) + " HTTP/1.1\r\n" + rawHost + "\r\n",
		"expectation":             "POST / HTTP/1.1\r\n" + rawHost + "Expect: the unexpected\r\nContent-Length: 3\r\n\r\nabc",
		"OPTIONS *":               "OPTIONS * HTTP/1.1\r\n" + rawHost + "Connection: close\r\n\r\n",
		"OPTIONS * with a body":   "OPTIONS * HTTP/1.1\r\n" + rawHost + "Connection: close\r\nContent-Length: 3\r\n\r\nabc",
		"preface of HTTP/2":       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"header that stops":       "POST / HTTP/1.1\r\n" + rawHost,
		"line that stops":         "POST / HT",
	}
}

// TestGuard sends what net/http would answer with other statuses, first on a connection, after a good request, and with
// TLS.
func TestGuard(t *testing.T) {
	t.Parallel()
	theirs, ours := newIdentity(t), newIdentity(t)
	var config tls.Config
	config.Certificates, config.ClientAuth = []tls.Certificate{ours}, tls.RequireAnyClientCert
	config.NextProtos = []string{"h2", "http/1.1"}
	config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return &config, nil }
	body := envelope(allFields, testPayload)
	good := fmt.Sprintf("POST / HTTP/1.1\r\n%s%sContent-Length: %d\r\n\r\n%s", rawHost, rawMedia, len(body), body)
	for _, secure := range []bool{false, true} {
		handler := newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(
			func(_ context.Context, r *xroad.Request) (any, error) {
				if secure && !r.Peer.Equal(theirs.Leaf) || !secure && r.Peer != nil {
					t.Errorf("peer %v", r.Peer)
				}
				return nil, nil
			})}})
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 3 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10}
		if secure {
			server.TLSConfig = &config
		}
		address := startGuarded(t, server)
		for name, request := range refusedByHTTP() {
			for _, before := range []string{"", good} {
				t.Run(fmt.Sprintf("%s/tls %t/after a good one %t", name, secure, before != ""), func(t *testing.T) {
					t.Parallel()
					connection := dialGuarded(t, address, secure, theirs)
					if before != "" {
						_, _ = io.WriteString(connection, before)
						response, err := http.ReadResponse(bufio.NewReaderSize(connection, 16), nil)
						if err != nil || response.StatusCode != http.StatusOK {
							t.Fatalf("%v, %v", response, err)
						}
						_, _ = io.CopyN(io.Discard, response.Body, response.ContentLength)
					}
					go func() { _, _ = io.WriteString(connection, request) }()
					response, answer := oneAnswer(t, connection)
					if response.StatusCode != http.StatusInternalServerError || !response.Close || response.Header.Get("Content-Type") != "text/xml; charset=utf-8" {
						t.Errorf("%s, close %t, %v", response.Status, response.Close, response.Header)
					}
					if code, text, _ := faultOf(t, independent(t, answer)); code == "" || text == "" {
						t.Errorf("fault %s, %s", code, text)
					}
				})
			}
		}
	}
}

func newIdentity(t *testing.T) tls.Certificate {
	t.Helper()
	identity, err := xroadtest.NewIdentity("a")
	if err != nil {
		t.Fatal(err)
	}
	return *identity
}

func dialGuarded(t *testing.T, address string, secure bool, own tls.Certificate) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if !secure {
		return connection
	}
	over := tls.Client(connection, &tls.Config{
		InsecureSkipVerify: true, Certificates: []tls.Certificate{own}, NextProtos: []string{"h2", "http/1.1"},
	})
	if err := over.Handshake(); err != nil {
		t.Fatal(err)
	}
	if got := over.ConnectionState().NegotiatedProtocol; got != "http/1.1" {
		t.Errorf("negotiated %q", got)
	}
	return over
}

// TestGuardLeavesAnswersAlone sends a long answer that looks like many of net/http's own.
func TestGuardLeavesAnswersAlone(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("HTTP/1.1 400 Bad Request ", 20_000)
	address := startGuarded(t, &http.Server{Handler: newHandler(t, xroad.Config{Operations: []xroad.Operation{operation(
		func(context.Context, *xroad.Request) (any, error) { return testResponse{text}, nil })}})})
	body := envelope(allFields, testPayload)
	connection := dialGuarded(t, address, false, tls.Certificate{})
	_, _ = fmt.Fprintf(connection, "POST / HTTP/1.1\r\n%s%sConnection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", rawHost, rawMedia, len(body))
	interim, err := http.ReadResponse(bufio.NewReaderSize(connection, 16), nil)
	if err != nil || interim.StatusCode != http.StatusContinue {
		t.Fatalf("%v, %v", interim, err)
	}
	_, _ = io.WriteString(connection, body)
	response, answer := oneAnswer(t, connection)
	if response.StatusCode != http.StatusOK || !strings.Contains(string(answer), text) {
		t.Errorf("%s, %d bytes", response.Status, len(answer))
	}
}

// TestGuardAtShutdown ends a request's header after the server was told to stop, which net/http does not answer.
func TestGuardAtShutdown(t *testing.T) {
	t.Parallel()
	server := &http.Server{Handler: newHandler(t, xroad.Config{})}
	stopping := make(chan struct{})
	server.RegisterOnShutdown(func() { close(stopping) })
	connection := dialGuarded(t, startGuarded(t, server), false, tls.Certificate{})
	_, _ = io.WriteString(connection, "POST / HTTP/1.1\r\n"+rawHost)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Shutdown(t.Context()) }()
	<-stopping
	_, _ = io.WriteString(connection, rawMedia+"Content-Length: 100000\r\n\r\n"+strings.Repeat(" ", 50_000))
	response, answer := oneAnswer(t, connection)
	if code, _, _ := faultOf(t, independent(t, answer)); response.StatusCode != 500 || code != "soap:"+xroad.CodeBusy {
		t.Errorf("%s, %s", response.Status, code)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// TestGuardTLSFails checks that whoever does not speak TLS, or has no certificate, hears nothing.
func TestGuardTLSFails(t *testing.T) {
	t.Parallel()
	ours := newIdentity(t)
	address := startGuarded(t, &http.Server{Handler: newHandler(t, xroad.Config{}), ReadHeaderTimeout: 3 * time.Second, TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{ours}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool(),
	}})
	for name, say := range map[string]string{"plain HTTP": "POST / HTTP/1.1\r\n" + rawHost + "\r\n", "half a record": "\x16\x03", "nothing": ""} {
		connection := dialGuarded(t, address, false, tls.Certificate{})
		_, _ = io.WriteString(connection, say)
		_ = connection.SetReadDeadline(time.Now().Add(time.Minute))
		if answer, _ := io.ReadAll(connection); strings.Contains(string(answer), "HTTP") {
			t.Errorf("%s: %q", name, answer)
		}
	}
	for _, certificates := range [][]tls.Certificate{nil, {newIdentity(t)}} {
		connection, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true, Certificates: certificates})
		if err == nil {
			_, err = connection.Read(make([]byte, 1)) // in TLS 1.3 the refusal comes after the client's handshake
		}
		if err == nil || !strings.Contains(err.Error(), "tls: ") {
			t.Errorf("%v", err)
		}
	}
}
