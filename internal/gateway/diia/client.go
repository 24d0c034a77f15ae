package diia

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Client is a system that may call, known by its TLS certificate.
type Client struct {
	// Name is how consents, the ledger and logs call it.
	Name string
	// Fingerprints are SHA-256 of its certificates (hexadecimal, colons
	// allowed); two while it renews one.
	Fingerprints []string
	// Subjects are the distinguished names of its certificates in the form of
	// RFC 2253. They count only when the listener has verified the chain up to
	// the configured authorities, or with Config.Pinned: anybody can write a
	// name into a certificate.
	Subjects []string
}

// clients tells callers by their certificates.
type clients struct {
	pins     map[[sha256.Size]byte]string
	subjects map[string]string
	pinned   bool
	insecure string
}

func newClients(list []Client, pinned bool, insecure string) (clients, error) {
	out := clients{pins: map[[sha256.Size]byte]string{}, subjects: map[string]string{}, pinned: pinned, insecure: insecure}
	names := map[string]bool{}
	for _, c := range list {
		switch {
		case c.Name == "" || names[c.Name]:
			return clients{}, errors.New("each client needs a name of its own")
		case len(c.Fingerprints)+len(c.Subjects) == 0:
			return clients{}, fmt.Errorf("client %s: a certificate's fingerprint or subject is required", c.Name)
		}
		names[c.Name] = true
		for _, text := range c.Fingerprints {
			b, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
			if err != nil || len(b) != sha256.Size {
				return clients{}, fmt.Errorf("client %s: a fingerprint must be the 64 hexadecimal digits of a SHA-256", c.Name)
			}
			pin := [sha256.Size]byte(b)
			if _, taken := out.pins[pin]; taken {
				return clients{}, fmt.Errorf("client %s: the fingerprint is given twice", c.Name)
			}
			out.pins[pin] = c.Name
		}
		for _, subject := range c.Subjects {
			if _, taken := out.subjects[subject]; taken || subject == "" {
				return clients{}, fmt.Errorf("client %s: the subject is empty or given twice", c.Name)
			}
			out.subjects[subject] = c.Name
		}
	}
	return out, nil
}

// identify returns the name of whoever holds the connection.
func (c clients) identify(state *tls.ConnectionState) (string, bool) {
	if state == nil {
		return c.insecure, c.insecure != ""
	}
	if len(state.PeerCertificates) == 0 {
		return "", false
	}
	leaf := state.PeerCertificates[0]
	if name, ok := c.pins[sha256.Sum256(leaf.Raw)]; ok {
		return name, true
	}
	if len(state.VerifiedChains) == 0 && !c.pinned {
		return "", false
	}
	name, ok := c.subjects[leaf.Subject.String()]
	return name, ok
}
