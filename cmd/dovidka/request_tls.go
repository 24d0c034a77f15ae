package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// tlsFlags are the caller's side of mutual TLS.
type tlsFlags struct {
	Cert   string   `type:"existingfile" help:"Certificate to show to a door or a security server that asks for one (PEM)."`
	Key    string   `type:"existingfile" help:"Its key (PEM)."`
	Server []string `sep:"none" type:"existingfile" help:"Certificates of which the server must have one, whatever its name and issuer (PEM; default: one of this machine's authorities issued it)."`
}

// client returns what calls with these certificates.
func (f tlsFlags) client(ctx context.Context) (*http.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if (f.Cert == "") != (f.Key == "") {
		return nil, &exitError{exitUsage, errors.New("--tls-cert and --tls-key go together")}
	}
	if f.Cert != "" {
		pair, err := tls.LoadX509KeyPair(f.Cert, f.Key)
		if err != nil {
			return nil, fmt.Errorf("--tls-cert, --tls-key: %w", err)
		}
		// Whatever authorities the server names: it may know this certificate and no authority.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
	}
	var known []*x509.Certificate
	for _, path := range f.Server {
		found, err := readServerCertificates(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("--tls-server: %w", err)
		}
		known = append(known, found...)
	}
	if len(known) > 0 {
		config.InsecureSkipVerify = true // the exact certificate is compared instead
		config.VerifyConnection = func(state tls.ConnectionState) error {
			if len(state.PeerCertificates) > 0 && slices.ContainsFunc(known, state.PeerCertificates[0].Equal) {
				return nil
			}
			return errors.New("the server's certificate is none of --tls-server")
		}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment}}, nil
}

// explain adds what can be done when the other side is not believed, or does not
// believe us. In TLS 1.3 the latter shows after our request has begun, and
// sometimes as a broken connection alone.
func (f tlsFlags) explain(err error) error {
	var unknown *tls.CertificateVerificationError
	var op *net.OpError
	var call *url.Error
	plain := errors.As(err, &call) && strings.HasPrefix(call.URL, "http:")
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w: name the server's certificate with --tls-server", err)
	case errors.As(err, &op) && op.Op == "remote error" && f.Cert == "":
		return fmt.Errorf("%w: the server asks for a certificate that it knows: --tls-cert and --tls-key", err)
	case errors.As(err, &op) && op.Op == "remote error",
		f.Cert != "" && !plain && (errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)):
		return fmt.Errorf("%w: the server may not know the certificate of --tls-cert", err)
	case plain && errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%w: the door may have TLS, and an address with https", err)
	default:
		return err
	}
}

func readServerCertificates(ctx context.Context, path string) ([]*x509.Certificate, error) {
	data, err := readInput(ctx, path, maxEvidence)
	if err != nil {
		return nil, err
	}
	var out []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, errors.New("there is no certificate in PEM")
	}
	return out, nil
}
