package httpserver

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pins are the SHA-256 fingerprints of the certificates that may be shown.
type pins map[[sha256.Size]byte]bool

// parsePins reads fingerprints as people write them. There are nil pins when
// there are no texts.
func parsePins(texts []string) (pins, error) {
	var out pins
	for _, text := range texts {
		pin, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
		if err != nil || len(pin) != sha256.Size {
			return nil, errors.New("a client fingerprint must be the 64 hexadecimal digits of a SHA-256")
		}
		if out == nil {
			out = pins{}
		}
		out[[sha256.Size]byte(pin)] = true
	}
	return out, nil
}

// with returns the pins and those of the files. It notes until when the
// certificates of the files are good.
func (p pins) with(files []string, notAfter map[string]time.Time) (pins, error) {
	if len(files) == 0 {
		return p, nil
	}
	out := maps.Clone(p)
	if out == nil {
		out = pins{}
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		found, err := readCertificates(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		for _, c := range found {
			pin := sha256.Sum256(c.Raw)
			out[pin], notAfter[hex.EncodeToString(pin[:])] = true, c.NotAfter
		}
	}
	return out, nil
}

// readCertificates reads PEM that holds certificates and nothing else. A file
// of which a part cannot be read is refused as a whole: whoever wrote it meant
// all of it.
func readCertificates(data []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	begun := bytes.Count(data, []byte("-----BEGIN "))
	block, rest := pem.Decode(data)
	for ; block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("it holds something that is not a certificate")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("it holds a broken certificate: %w", err)
		}
		out = append(out, c)
	}
	if len(out) == 0 || len(out) != begun || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errors.New("it does not consist of certificates in PEM")
	}
	return out, nil
}

// pinned lets in whoever proved to hold the key of a pinned certificate. Who
// issued it does not matter, its dates do: they are what its owner says of how
// long the key is to be trusted, and a pin that everybody forgot ends with them.
func (v *version) pinned(state tls.ConnectionState) error {
	if v.pins == nil {
		return nil
	}
	if len(state.PeerCertificates) == 0 {
		return errors.New("no client certificate")
	}
	leaf := state.PeerCertificates[0]
	if !inDates(leaf, v.now()) {
		return errors.New("client certificate is out of its dates")
	}
	if !v.pins[sha256.Sum256(leaf.Raw)] {
		return errors.New("client certificate is not on the list")
	}
	return nil
}

func inDates(c *x509.Certificate, now time.Time) bool {
	return !now.Before(c.NotBefore) && !now.After(c.NotAfter)
}

// admits asks of a connection that was let in by another version, or some time
// ago, whether it would be let in now.
func (v *version) admits(state *tls.ConnectionState) error {
	if state == nil || len(state.PeerCertificates) == 0 {
		return errors.New("no client certificate")
	}
	if v.authorities != nil {
		opts := x509.VerifyOptions{
			Roots: v.authorities, Intermediates: x509.NewCertPool(), CurrentTime: v.now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}
		for _, c := range state.PeerCertificates[1:] {
			opts.Intermediates.AddCert(c)
		}
		if _, err := state.PeerCertificates[0].Verify(opts); err != nil {
			return fmt.Errorf("client certificate: %w", err)
		}
	}
	return v.pinned(*state)
}
