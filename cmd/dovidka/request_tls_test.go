package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRequestTLSAdvice has a server, and then the caller, lack what the other
// wants: the error names the flag.
func TestRequestTLSAdvice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, identity := selfSigned(t, dir, "server")
	selfSigned(t, dir, "stranger")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{identity}, MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert,
		VerifyConnection: func(tls.ConnectionState) error { return errors.New("nobody is known here") },
	}
	server.StartTLS()
	defer server.Close()
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, tc := range []struct {
		name, want string
		flags      tlsFlags
	}{
		{"unknown server", "--tls-server", tlsFlags{}},
		{"no certificate", "--tls-cert", tlsFlags{Server: []string{file("server.crt")}}},
		{"another certificate", "--tls-cert", tlsFlags{Server: []string{file("server.crt")}, Cert: file("stranger.crt"), Key: file("stranger.key")}},
	} {
		client, err := tc.flags.client(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Get(server.URL)
		if err == nil {
			response.Body.Close()
			t.Fatalf("%s: it was answered", tc.name)
		}
		if got := tc.flags.explain(err); !strings.Contains(got.Error(), tc.want) || !errors.Is(got, err) {
			t.Errorf("%s: %v", tc.name, got)
		}
		client.CloseIdleConnections()
	}

	reset := &url.Error{Op: "Post", URL: "http://localhost/", Err: syscall.ECONNRESET}
	if got := (tlsFlags{}).explain(reset); !strings.Contains(got.Error(), "https") {
		t.Errorf("plain HTTP to a door with TLS: %v", got)
	}
	request := requestCommand{Door: "soap", Inquire: "status", Purpose: demoPurpose, Ground: demoGround, Subject: file("server.crt"), Client: demoClient, Service: demoService, Format: "text"}
	if err := request.Run(t.Context(), new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), "a JSON object with rnokpp") {
		t.Errorf("no JSON for a subject: %v", err)
	}
}
