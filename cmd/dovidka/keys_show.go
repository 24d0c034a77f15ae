package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

// keysCommand looks into key containers.
type keysCommand struct {
	Show keysShowCommand `cmd:"" help:"Tell what a key container holds; the private keys are not shown."`
}

type keysShowCommand struct {
	File         string `arg:"" type:"existingfile" help:"Key container: Key-6.dat, PFX, PKCS#8, JKS, PEM, told apart by content."`
	PasswordFile string `type:"existingfile" help:"File with the container's password (default: ask at the terminal if there is one to ask for)."`
	JSON         bool   `name:"json" help:"Print it as JSON."`
}

// keyStoreJSON describes a container for programs.
type keyStoreJSON struct {
	Format       string            `json:"format"`
	Keys         []privateKeyJSON  `json:"keys"`
	Certificates []certificateJSON `json:"certificates"`
}

type privateKeyJSON struct {
	keyJSON
	Usage       []string `json:"usage"` // signature, agreement; empty when the container does not say
	ID          string   `json:"key_id"`
	Name        *string  `json:"name"`
	Certificate *string  `json:"certificate"` // SHA-256
}

// Run opens the container and describes it.
func (c *keysShowCommand) Run(ctx context.Context, s *streams) error {
	store, err := openStore(ctx, c.File, c.PasswordFile)
	if err != nil {
		return err
	}
	now := time.Now()
	out := keyStoreJSON{Format: string(store.Format), Keys: []privateKeyJSON{}, Certificates: []certificateJSON{}}
	for _, key := range store.Keys {
		one, err := describePrivateKey(key)
		if err != nil {
			return err
		}
		out.Keys = append(out.Keys, one)
	}
	var certificates []*pki.Certificate
	for _, raw := range store.Certificates {
		parsed, err := pki.ParseCertificate(raw)
		if err != nil {
			fmt.Fprintf(s.err, "dovidka: a certificate in the container cannot be read: %v\n", err)
			continue
		}
		certificates = append(certificates, parsed)
		out.Certificates = append(out.Certificates, describeCertificate(parsed, now))
	}
	if c.JSON {
		return printJSON(s.out, out)
	}
	p := &page{w: s.out}
	p.line("%s: %s", c.File, out.Format)
	for _, key := range out.Keys {
		p.privateKey(key)
	}
	for i, one := range out.Certificates {
		p.certificate(one, certificates[i])
	}
	return p.err
}

// openStore opens a key container, and asks for its password when it has one and no
// file was named.
func openStore(ctx context.Context, path, passwordFile string) (*keystore.Store, error) {
	container, err := readInput(ctx, path, maxEvidence)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	defer clear(container)
	if passwordFile == "" {
		store, err := keystore.Open(container, nil)
		if !errors.Is(err, keystore.ErrPassword) {
			return store, openError(path, err)
		}
	}
	password, err := passwordOrAsk(ctx, passwordFile, fmt.Sprintf("Password of %s: ", printable(path)))
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	defer clear(password)
	store, err := keystore.Open(container, password)
	return store, openError(path, err)
}

func openError(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keystore.ErrPassword):
		return &exitError{exitRefused, fmt.Errorf("the password does not open %s", path)}
	case errors.Is(err, keystore.ErrFormat):
		return fmt.Errorf("%s is no key container that can be read (Key-6.dat, PFX, PKCS#8, JKS and PEM can): %w", path, err)
	}
	return fmt.Errorf("open %s: %w", path, err)
}

func describePrivateKey(key keystore.Key) (privateKeyJSON, error) {
	id, err := key.ID()
	if err != nil {
		return privateKeyJSON{}, err
	}
	out := privateKeyJSON{
		keyJSON: describeKey(key.Signer.Public(), key.SBox, key.AlgorithmOID), Usage: []string{}, ID: hex.EncodeToString(id),
		Name: stated(key.FriendlyName),
	}
	if key.Usage&keystore.UsageSignature != 0 {
		out.Usage = append(out.Usage, "signature")
	}
	if key.Usage&keystore.UsageAgreement != 0 {
		out.Usage = append(out.Usage, "agreement")
	}
	if len(key.Certificates) > 0 {
		if c, err := pki.ParseCertificate(key.Certificates[0]); err == nil {
			sum := c.Fingerprint()
			out.Certificate = hexadecimal(sum[:])
		}
	}
	return out, nil
}

func (p *page) privateKey(k privateKeyJSON) {
	p.line("")
	text := keyText(&k.keyJSON)
	if k.DKE != nil {
		text += ", DKE " + *k.DKE
	}
	p.field("Key", text)
	for _, usage := range k.Usage {
		p.field("for", usage)
	}
	p.field("key id", k.ID)
	if k.Name != nil {
		p.field("name", *k.Name)
	}
	if k.Certificate != nil {
		p.field("certificate", "SHA-256 "+*k.Certificate)
	}
}
