package main

import (
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// keyFlags name a key and the certificate it belongs to.
type keyFlags struct {
	Key          string `required:"" type:"existingfile" help:"Key container: Key-6.dat, PFX, PKCS#8, JKS, PEM, told apart by content."`
	Cert         string `type:"existingfile" help:"The key's certificate, when the container has none; in a bundle it is found by the key."`
	PasswordFile string `type:"existingfile" help:"File with the container's password (default: ask at the terminal if there is one to ask for)."`
}

// holder is a key with its certificate.
type holder struct {
	key         crypto.Signer
	certificate *pki.Certificate
}

// open returns the key that signs: the one whose certificate is for signing, or for
// sealing when a seal is wanted.
func (f *keyFlags) open(ctx context.Context, seal bool) (*holder, error) {
	var given []*pki.Certificate
	if f.Cert != "" {
		var err error
		if given, err = readCertificateFile(ctx, f.Cert); err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("--cert: %w", err)}
		}
	}
	store, err := openStore(ctx, f.Key, f.PasswordFile)
	if err != nil {
		return nil, err
	}
	candidates := given
	for _, raw := range store.Certificates {
		if c, err := pki.ParseCertificate(raw); err == nil {
			candidates = append(candidates, c)
		}
	}
	var why error
	for _, c := range candidates {
		key := keyOf(store, c)
		if key == nil {
			continue
		}
		unfit := unfitFor(c, seal)
		if unfit == nil {
			return &holder{key.Signer, c}, nil
		}
		why = errors.Join(why, unfit)
	}
	switch {
	case why != nil:
		return nil, &exitError{exitRefused, why}
	case f.Cert != "":
		return nil, fmt.Errorf("--cert: no certificate there is of a key in %s (%s)", f.Key, identifiers(store))
	}
	return nil, fmt.Errorf("%s has no certificate of its keys (%s): name it with --cert", f.Key, identifiers(store))
}

// keyOf returns the key whose certificate this is, by the public key: certificates
// are not to be believed about more.
func keyOf(store *keystore.Store, c *pki.Certificate) *keystore.Key {
	public, ok := c.PublicKey.Key.(interface{ Equal(crypto.PublicKey) bool })
	if !ok {
		return nil
	}
	for i := range store.Keys {
		if public.Equal(store.Keys[i].Signer.Public()) {
			return &store.Keys[i]
		}
	}
	return nil
}

// unfitFor says why a certificate is not for signing, or not for sealing.
func unfitFor(c *pki.Certificate, seal bool) error {
	kind := kindOf(c)
	switch {
	case kind == "seal":
		return nil
	case kind == "signature" && !seal:
		return nil
	case kind == "signature":
		return errors.New("the certificate is a person's and not a seal's: use dovidka sign")
	case kind == "encryption":
		return errors.New("the certificate is for encryption and not for signing")
	}
	return fmt.Errorf("the certificate is of a service (%s) and not for signing documents", kind)
}

func identifiers(store *keystore.Store) string {
	text := ""
	for _, key := range store.Keys {
		id, err := key.ID()
		if err != nil {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += "key id " + hex.EncodeToString(id)
	}
	return text
}
