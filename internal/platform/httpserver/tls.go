package httpserver

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"time"
)

// TLS says with which certificate to serve and whose to accept. Without
// ClientCA and ClientFingerprints nobody is asked for a certificate.
type TLS struct {
	CertFile string // PEM, with the intermediate certificates after it
	KeyFile  string // PEM
	// ClientCA is a PEM file of the authorities that issue clients'
	// certificates.
	ClientCA string
	// ClientFingerprints are the SHA-256 fingerprints (hexadecimal, colons
	// allowed) of the clients' certificates. With ClientCA too, both must hold.
	ClientFingerprints []string
	Now                func() time.Time // time.Now when nil
}

// keyring holds the certificates and reads their files again when they change,
// so that a renewed certificate needs no restart.
type keyring struct {
	source TLS
	pins   map[[sha256.Size]byte]bool
	logger *slog.Logger

	mu     sync.Mutex // protects what follows
	stamps [3]stamp
	ready  *tls.Config
}

// stamp tells one version of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

func newKeyring(source TLS, logger *slog.Logger) (*keyring, error) {
	if source.Now == nil {
		source.Now = time.Now
	}
	k := &keyring{source: source, logger: logger}
	if len(source.ClientFingerprints) > 0 {
		k.pins = map[[sha256.Size]byte]bool{}
	}
	for _, text := range source.ClientFingerprints {
		pin, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
		if err != nil || len(pin) != sha256.Size {
			return nil, errors.New("a client fingerprint must be the 64 hexadecimal digits of a SHA-256")
		}
		k.pins[[sha256.Size]byte(pin)] = true
	}
	stamps, err := k.look()
	if err != nil {
		return nil, err
	}
	k.stamps = stamps
	k.ready, err = k.load()
	return k, err
}

// config returns what the listener uses: it asks the keyring at each handshake.
func (k *keyring) config() *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		NextProtos:         []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return k.current(), nil },
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &k.current().Certificates[0], nil
		},
	}
}

// current returns the newest configuration that could be read. While the files
// cannot be read, or do not fit each other because a renewal is under way, the
// one before stays in use and the next handshake tries again.
func (k *keyring) current() *tls.Config {
	k.mu.Lock()
	defer k.mu.Unlock()
	stamps, err := k.look()
	if err == nil && stamps == k.stamps {
		return k.ready
	}
	var fresh *tls.Config
	if err == nil {
		fresh, err = k.load()
	}
	if err != nil {
		k.logger.Warn("certificates cannot be read again; those before stay in use", slog.String("cause", err.Error()))
		return k.ready
	}
	k.stamps, k.ready = stamps, fresh
	k.logger.Info("certificates were read again", slog.Time("not_after", fresh.Certificates[0].Leaf.NotAfter))
	return k.ready
}

func (k *keyring) look() (out [3]stamp, err error) {
	for i, name := range []string{k.source.CertFile, k.source.KeyFile, k.source.ClientCA} {
		if name == "" {
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return out, fmt.Errorf("look at TLS files: %w", err)
		}
		out[i] = stamp{info.ModTime(), info.Size()}
	}
	return out, nil
}

func (k *keyring) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(k.source.CertFile, k.source.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	c := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Time: k.source.Now,
		Certificates: []tls.Certificate{pair}, VerifyConnection: k.admit,
	}
	switch {
	case k.source.ClientCA != "":
		pem, err := os.ReadFile(k.source.ClientCA)
		if err != nil {
			return nil, fmt.Errorf("load clients' authorities: %w", err)
		}
		c.ClientCAs = x509.NewCertPool()
		if !c.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("load clients' authorities: no certificate in the file")
		}
		c.ClientAuth = tls.RequireAndVerifyClientCert
	case k.pins != nil:
		c.ClientAuth = tls.RequireAnyClientCert
	}
	// A resumed session would remember a client that was struck off meanwhile.
	c.SessionTicketsDisabled = c.ClientAuth != tls.NoClientCert
	return c, nil
}

// admit lets in whoever proved to hold the key of a pinned certificate. The
// certificate's dates hold for pinned ones as well.
func (k *keyring) admit(state tls.ConnectionState) error {
	if k.pins == nil {
		return nil
	}
	if len(state.PeerCertificates) == 0 {
		return errors.New("no client certificate")
	}
	leaf := state.PeerCertificates[0]
	if now := k.source.Now(); now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return errors.New("client certificate is out of its dates")
	}
	if !k.pins[sha256.Sum256(leaf.Raw)] {
		return errors.New("client certificate is not on the list")
	}
	return nil
}
