package xroadtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// NewIdentity makes a key and a certificate signed by itself, as both sides of the link between an information system
// and its security server usually have. It is valid from a day ago for a year.
func NewIdentity(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("new identity: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("new identity: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().AddDate(0, 0, -1), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("new identity: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("new identity: %w", err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// EncodePEM returns certificate and key of an identity as files have them, the key in PKCS #8.
func EncodePEM(identity *tls.Certificate) (certificate, key []byte, err error) {
	der, err := x509.MarshalPKCS8PrivateKey(identity.PrivateKey)
	if err != nil {
		return nil, nil, fmt.Errorf("encode identity: %w", err)
	}
	for _, one := range identity.Certificate {
		certificate = append(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: one})...)
	}
	return certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Rotate gives the server another identity for the connections to be opened from now on. It must have had one.
func (s *Server) Rotate(identity *tls.Certificate) { s.identity.Store(identity) }

// serverTLS is the configuration towards consumers.
func (s *Server) serverTLS() *tls.Config {
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.identity.Load(), nil },
	}
	if !s.config.AnyConsumer {
		config.ClientAuth = tls.RequireAnyClientCert
		config.VerifyConnection = pinned(s.config.Consumers)
	}
	return config
}

// clientTLS is the configuration towards a provider. Neither names nor issuers matter: the certificate does.
func (s *Server) clientTLS(service *Service) *tls.Config {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // compared with the pinned ones instead, unless the test wants NOAUTH
	}
	if s.config.Identity != nil {
		// Shown whatever authorities the provider lists: it pins, too.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return s.identity.Load(), nil }
	}
	if !service.Unverified {
		config.VerifyConnection = pinned(service.Certificates)
	}
	return config
}

func pinned(certificates []*x509.Certificate) func(tls.ConnectionState) error {
	return func(state tls.ConnectionState) error {
		if len(state.PeerCertificates) > 0 && slices.ContainsFunc(certificates, state.PeerCertificates[0].Equal) {
			return nil
		}
		return errors.New("certificate is not among the pinned ones")
	}
}
