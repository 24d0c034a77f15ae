package main

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dovidka/dovidka/internal/portal"
)

// survivesStrangers serves as in production: TLS at both doors, callers known
// by their certificates.
func survivesStrangers(t *testing.T, o *original) {
	dir := t.TempDir()
	_, server := selfSigned(t, dir, "server")
	portalPin, portalKey := selfSigned(t, dir, "portal")
	_, busKey := selfSigned(t, dir, "bus")
	nextPin, nextKey := selfSigned(t, dir, "next")
	_, strangerKey := selfSigned(t, dir, "stranger")
	w := o.start(t, func(c *Config) {
		files := TLSConfig{Certificate: filepath.Join(dir, "server.crt"), Key: filepath.Join(dir, "server.key")}
		c.Diia.Insecure, c.Diia.InsecureClient, c.Diia.TLS = false, "", files
		c.Diia.Clients = []ClientConfig{{Name: "diia", Fingerprints: []string{portalPin}}}
		files.ClientCertificates = []string{filepath.Join(dir, "bus.crt")}
		c.Trembita.Insecure, c.Trembita.TLS = false, files
	})
	roots := x509.NewCertPool()
	roots.AddCert(server.Leaf)
	as := func(certificates ...tls.Certificate) *http.Client {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12}}
		t.Cleanup(transport.CloseIdleConnections)
		return &http.Client{Transport: transport, Timeout: patience}
	}

	// Those who are known.
	w.http = as(portalKey)
	citizen := w.signer("ostap-ec")
	id, container := w.prepared(citizen)
	if result, err := w.rest().Submit(t.Context(), id, container); err != nil || result.Result == nil {
		t.Errorf("REST as the portal: %v", err)
	}
	known := as(busKey)
	w.http = known
	content := w.statement()
	message := w.message(w.sign(citizen, content), content)
	if code, _ := w.send(message); code != "OK" {
		t.Errorf("SOAP as the security server: %s", code)
	}

	// The request command shows its certificate, and expects the server's.
	request := requestCommand{
		Door: "soap", URL: w.at.SOAP, Inquire: "status", Purpose: demoPurpose, Ground: demoGround, Subject: w.folder.find("ostap").SubjectFile,
		Client: demoClient, Service: demoService, Format: "text",
		TLS: tlsFlags{Cert: filepath.Join(dir, "bus.crt"), Key: filepath.Join(dir, "bus.key"), Server: []string{filepath.Join(dir, "server.crt")}},
	}
	var said bytes.Buffer
	if err := request.Run(t.Context(), &said); err != nil || !strings.Contains(said.String(), "0001-20MH-K800") {
		t.Errorf("dovidka request: %v %s", err, said.String())
	}
	request.TLS.Server = []string{filepath.Join(dir, "stranger.crt")}
	if err := request.Run(t.Context(), &said); err == nil || !strings.Contains(err.Error(), "--tls-server") {
		t.Errorf("dovidka request, of another server: %v", err)
	}

	// Those who are not get no connection; a certificate for one door is nothing
	// at the other.
	for name, client := range map[string]*http.Client{
		"nobody": as(), "a stranger": as(strangerKey), "the other door's": as(busKey), "this door's at the other": as(portalKey),
	} {
		w.http = client
		if name != "this door's at the other" {
			var refusal *portal.Refusal
			if _, err := w.prepare(); err == nil || errors.As(err, &refusal) {
				t.Errorf("REST as %s: %v", name, err)
			}
		}
		if name != "the other door's" {
			var fault *portal.SOAPFault
			if _, err := w.soap().Send(t.Context(), message); err == nil || errors.As(err, &fault) {
				t.Errorf("SOAP as %s: %v", name, err)
			}
		}
	}

	// The security server changes its certificate: what was opened with the one
	// before is cut, and nothing is restarted.
	if err := os.Rename(filepath.Join(dir, "next.crt"), filepath.Join(dir, "bus.crt")); err != nil {
		t.Fatal(err)
	}
	w.http = known
	w.until("the old certificate's end", func() bool {
		var fault *portal.SOAPFault
		_, err := w.soap().Send(t.Context(), message)
		return err != nil && !errors.As(err, &fault)
	})
	w.http = as(nextKey)
	if code, _ := w.send(message); code != "OK" {
		t.Errorf("SOAP as the security server, renewed: %s", code)
	}
	w.http = as()
	if _, metrics := w.call(http.MethodGet, w.at.Metrics, "", nil); !strings.Contains(string(metrics), `dovidka_tls_certificate_expiry_timestamp_seconds{certificate="`+nextPin) {
		t.Error("the metrics do not tell when the security server's certificate expires")
	}
	w.ledger()
}

// survivesSecurityServers has another implementation of TLS come to the door of
// the bus, as security servers are set up.
func survivesSecurityServers(t *testing.T, o *original) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("this needs openssl: make test installs it where it may (Debian: apt-get install openssl)")
	}
	dir := t.TempDir()
	kinds := []string{"EC", "RSA"}
	for _, kind := range kinds {
		for _, name := range []string{"server", "known", "unknown"} {
			selfSignedOf(t, kind, dir, name+kind)
		}
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	for _, serverKind := range kinds {
		w := o.start(t, func(c *Config) {
			c.Trembita.Insecure, c.Trembita.TLS = false, TLSConfig{
				Certificate: file("server" + serverKind + ".crt"), Key: file("server" + serverKind + ".key"),
				ClientCertificates: []string{file("knownEC.crt"), file("knownRSA.crt")},
			}
		})
		for _, version := range []string{"-tls1_2", "-tls1_3"} {
			for _, kind := range kinds {
				for _, name := range []string{"known", "unknown"} {
					cmd := exec.CommandContext(t.Context(), openssl, "s_client", "-connect", w.app.trembita.Addr().String(), "-ign_eof", version,
						"-CAfile", file("server"+serverKind+".crt"), "-cert", file(name+kind+".crt"), "-key", file(name+kind+".key"))
					cmd.Stdin = strings.NewReader("GET /?wsdl HTTP/1.1\r\nHost: dovidka\r\nConnection: close\r\n\r\n")
					out, _ := cmd.CombinedOutput() // the text tells more than the exit code
					if served := bytes.Contains(out, []byte("HTTP/1.1 200 OK")); served != (name == "known") {
						t.Errorf("server %s, %s %s, %s: served: %t\n%s", serverKind, name, kind, version, served, out)
					}
				}
			}
		}
	}
}

// selfSigned writes a certificate and its key, and returns its fingerprint and
// what a client needs of it.
func selfSigned(t *testing.T, dir, name string) (string, tls.Certificate) {
	t.Helper()
	return selfSignedOf(t, "EC", dir, name)
}

func selfSignedOf(t *testing.T, kind, dir, name string) (string, tls.Certificate) {
	t.Helper()
	var key crypto.Signer
	var err error
	if kind == "RSA" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})
	for file, data := range map[string][]byte{name + ".crt": certificate, name + ".key": private} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pair, err := tls.X509KeyPair(certificate, private)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(der)
	return hex.EncodeToString(digest[:]), pair
}
