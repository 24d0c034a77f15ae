package xroadtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
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

// serverTLS is the configuration towards consumers.
func (c *Config) serverTLS() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*c.Identity}, NextProtos: []string{"http/1.1"}}
	if !c.AnyConsumer {
		config.ClientAuth = tls.RequireAnyClientCert
		config.VerifyConnection = pinned(c.Consumers)
	}
	return config
}

// clientTLS is the configuration towards a provider. Neither names nor issuers matter: the certificate does.
func (c *Config) clientTLS(service *Service) *tls.Config {
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, //nolint:gosec // compared with the pinned ones instead, unless the test wants NOAUTH
	}
	if c.Identity != nil {
		// Shown whatever authorities the provider lists: it pins, too.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return c.Identity, nil }
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
