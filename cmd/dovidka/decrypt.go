package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
	"github.com/dovidka/dovidka/pki/keystore"
)

type decryptCommand struct {
	File         string   `arg:"" type:"existingfile" help:"Encrypted container (DER, PEM, or a framed message of the tax service's exchange)."`
	Key          string   `required:"" type:"existingfile" help:"Key container: Key-6.dat, PFX, PKCS#8, JKS, PEM, told apart by content."`
	Cert         []string `sep:"none" type:"existingfile" help:"Certificates of the keys, when their container has none; without any, the keys are tried."`
	Originator   []string `sep:"none" type:"existingfile" help:"Certificates of whoever may have encrypted with a key of their own, also bundles (p7b)."`
	PasswordFile string   `type:"existingfile" help:"File with the container's password (default: ask at the terminal if there is one to ask for)."`
	Out          string   `help:"File to write (default: FILE without .p7e or .p7m at its end); - is the standard output."`
	Force        bool     `help:"Replace the file to write if it is there."`
}

// Run decrypts. Exit code 0 means done; 1 that the key or the password is another or the
// container damaged; 2 that it failed, 3 usage.
func (c *decryptCommand) Run(ctx context.Context, s *streams) error {
	out, err := c.output()
	if err == nil {
		err = checkOutput(out, c.Force)
	}
	if err != nil {
		return &exitError{exitUsage, err}
	}
	container, err := readInput(ctx, c.File, maxContent)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	d := decrypter{container: unarmour(container)}
	if err := d.readCertificates(c); err != nil {
		return &exitError{exitUsage, err}
	}
	if err := d.unframe(); err != nil {
		return refuse(fmt.Errorf("%s: %w", c.File, err))
	}
	store, err := openStore(ctx, c.Key, c.PasswordFile)
	if err != nil {
		return refuse(err)
	}
	content, err := d.run(store)
	if err != nil {
		return refuse(fmt.Errorf("%s: %w", c.File, err))
	}
	// What was secret in the container is readable by its owner alone.
	if err := writeOutput(s.out, out, content.Data, 0o600, c.Force); err != nil {
		return err
	}
	return content.tell(s, out)
}

func (c *decryptCommand) output() (string, error) {
	if c.Out != "" {
		return c.Out, nil
	}
	for _, ending := range []string{".p7e", ".p7m"} {
		if name, ok := strings.CutSuffix(c.File, ending); ok && name != "" {
			return name, nil
		}
	}
	return "", fmt.Errorf("name the file to write with --out: %s does not end in .p7e or .p7m", c.File)
}

// decrypter opens a container with whichever key of a store it is for.
type decrypter struct {
	container    []byte
	certificates []*pki.Certificate // of the keys, perhaps
	originators  []*pki.Certificate
}

// decrypted is what came out.
type decrypted struct{ *enveloped.Content }

func (d *decrypter) readCertificates(c *decryptCommand) (err error) {
	if d.certificates, err = readCertificates(c.Cert); err != nil {
		return fmt.Errorf("--cert: %w", err)
	}
	if d.originators, err = readCertificates(c.Originator); err != nil {
		return fmt.Errorf("--originator: %w", err)
	}
	return nil
}

// unframe takes the container out of a framed message.
func (d *decrypter) unframe() error {
	if !enveloped.IsTransport(d.container) {
		return nil
	}
	message, err := enveloped.ParseTransport(d.container)
	if err != nil {
		return err
	}
	if message.Kind != enveloped.TransportEncrypted {
		return errors.New("the message is not encrypted")
	}
	d.container = message.Message
	d.originators = append(d.originators, message.Certificates...)
	return nil
}

// run uses the keys by their certificates first, and then without.
func (d *decrypter) run(store *keystore.Store) (decrypted, error) {
	for _, raw := range store.Certificates {
		if c, err := pki.ParseCertificate(raw); err == nil {
			d.certificates = append(d.certificates, c)
		}
	}
	result := enveloped.ErrNotForKey
	certified := map[*keystore.Key]bool{}
	for _, c := range d.certificates {
		key := keyOf(store, c)
		if key == nil {
			continue
		}
		certified[key] = true
		content, err := d.attempt(enveloped.DecryptOptions{Key: key.Signer, Certificate: c})
		if err == nil {
			return content, nil
		}
		if errors.Is(result, enveloped.ErrNotForKey) {
			result = err
		}
	}
	for i := range store.Keys {
		key := &store.Keys[i]
		content, err := d.attempt(enveloped.DecryptOptions{Key: key.Signer, SBox: key.SBox})
		if err == nil {
			return content, nil
		}
		// A key with a certificate is tried for the sake of older ones it may have had:
		// that it opens nothing means no more than that the container does not name it.
		if !certified[key] && errors.Is(result, enveloped.ErrNotForKey) {
			result = err
		}
	}
	return decrypted{}, result
}

func (d *decrypter) attempt(opts enveloped.DecryptOptions) (decrypted, error) {
	opts.Originators = slices.Concat(d.originators, d.certificates)
	opts.Limits = enveloped.Limits{Size: maxContent}
	content, err := enveloped.Decrypt(d.container, opts)
	return decrypted{content}, err
}

// tell says what is not proved by decrypting.
func (d decrypted) tell(s *streams, out string) error {
	_, err := cms.Parse(d.Data, cms.Limits{})
	switch signed := err == nil; {
	case signed:
		fmt.Fprintf(s.err, "dovidka: inside is a signed container; find out by whom with: dovidka verify %s\n", quote(out))
	case !d.Integrity:
		_, _ = io.WriteString(s.err, "dovidka: nothing proves who encrypted this, nor that nobody changed it on its way: it is not signed\n")
	default:
		_, _ = io.WriteString(s.err, "dovidka: nothing proves who encrypted this: it is not signed\n")
	}
	if out == "-" {
		return nil
	}
	p := &page{w: s.out}
	p.line("%s: decrypted", out)
	return p.err
}
