package xroad

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// ClientTLS says who we are to our security server and which certificates it may have. All files are PEM and are read
// again when they change: rotation needs no restart.
type ClientTLS struct {
	CertFile string // our certificate, with intermediate ones after it, as it was uploaded to the security server
	KeyFile  string
	// PinFiles hold the certificates of the security server, one or more in each. The server must present exactly one
	// of them: authorities and host names do not matter, since security servers sign their own. Before a change of
	// certificate there are two.
	PinFiles []string
	// Reloaded is called when the files were read again, with nil, or could not be, with the error; those before stay
	// in use then. It may be nil.
	Reloaded func(error)
}

var errNotPinned = errors.New("certificate of the security server is not one of the pinned")

// keyring holds the transport with the certificates of the files, and makes a new one when they change.
type keyring struct {
	source ClientTLS
	now    func() time.Time
	make   func(*tls.Config) *http.Transport

	mu       sync.Mutex
	files    []os.FileInfo // guarded by mu, like the rest
	ready    *http.Transport
	reported string // the error which Reloaded was told last
}

func newKeyring(source ClientTLS, now func() time.Time, transport func(*tls.Config) *http.Transport) (*keyring, error) {
	if source.CertFile == "" || source.KeyFile == "" || len(source.PinFiles) == 0 {
		return nil, errors.New("TLS needs a certificate, its key, and the certificates of the security server")
	}
	k := &keyring{source: source, now: now, make: transport}
	files, err := k.look()
	if err != nil {
		return nil, err
	}
	config, err := k.load()
	if err != nil {
		return nil, err
	}
	k.files, k.ready = files, transport(config)
	return k, nil
}

// current returns the transport for the next exchange. One whose certificates are out of use serves the exchanges that
// have it and keeps no connection after that.
func (k *keyring) current() *http.Transport {
	ready, changed, err := k.refresh()
	if changed && k.source.Reloaded != nil {
		k.source.Reloaded(err)
	}
	return ready
}

func (k *keyring) refresh() (ready *http.Transport, changed bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	files, err := k.look()
	var config *tls.Config
	if err == nil {
		if slices.EqualFunc(files, k.files, unchanged) {
			return k.ready, false, nil
		}
		config, err = k.load()
	}
	if err != nil {
		news := err.Error() != k.reported
		k.reported = err.Error()
		return k.ready, news, err
	}
	k.ready.CloseIdleConnections()
	k.files, k.ready, k.reported = files, k.make(config), ""
	return k.ready, true, nil
}

func (k *keyring) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.ready.CloseIdleConnections()
}

// unchanged tells one version of a file from another: written in place, or put in its place, even with the times of the
// one before.
func unchanged(a, b os.FileInfo) bool {
	return a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && os.SameFile(a, b)
}

func (k *keyring) look() ([]os.FileInfo, error) {
	var all []os.FileInfo
	for _, name := range append([]string{k.source.CertFile, k.source.KeyFile}, k.source.PinFiles...) {
		info, err := os.Stat(name)
		if err != nil {
			return nil, fmt.Errorf("look at TLS files: %w", err)
		}
		all = append(all, info)
	}
	return all, nil
}

func (k *keyring) load() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(k.source.CertFile, k.source.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("load TLS certificate: %w", err)
	}
	pins := map[[sha256.Size]byte]bool{}
	for _, name := range k.source.PinFiles {
		if err := readPins(name, pins); err != nil {
			return nil, fmt.Errorf("load certificates of the security server: %w", err)
		}
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		Time:       k.now,
		// Given whatever authorities the server names: a self-signed certificate has none that it could name.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil },
		InsecureSkipVerify:   true, //nolint:gosec // the exact certificate is compared instead
		VerifyConnection:     func(state tls.ConnectionState) error { return admit(state, pins, k.now()) },
	}, nil
}

// readPins adds the certificates of a file.
func readPins(name string, pins map[[sha256.Size]byte]bool) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	// A block that cannot be read is passed over by package pem: it would be a certificate that somebody meant.
	found, begun := 0, bytes.Count(data, []byte("-----BEGIN "))
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		if data = rest; block.Type != "CERTIFICATE" {
			return fmt.Errorf("%s has something that is not a certificate in PEM", name)
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("%s has a broken certificate: %w", name, err)
		}
		pins[sha256.Sum256(block.Bytes)] = true
		found++
	}
	if found == 0 || found != begun || len(bytes.TrimSpace(data)) > 0 {
		return fmt.Errorf("%s does not consist of certificates in PEM", name)
	}
	return nil
}

// admit accepts a server that proved to hold the key of a pinned certificate. The certificate's dates hold as well.
func admit(state tls.ConnectionState, pins map[[sha256.Size]byte]bool, now time.Time) error {
	if len(state.PeerCertificates) == 0 {
		return errNotPinned
	}
	leaf := state.PeerCertificates[0]
	if !pins[sha256.Sum256(leaf.Raw)] {
		return errNotPinned
	}
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return fmt.Errorf("%w that is in its dates", errNotPinned)
	}
	return nil
}
