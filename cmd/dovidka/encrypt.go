package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/dovidka/dovidka/cms"
	"github.com/dovidka/dovidka/cms/enveloped"
	"github.com/dovidka/dovidka/pki"
)

type encryptCommand struct {
	File         string   `arg:"" type:"existingfile" help:"The document, of any kind. Sign it first: encryption proves nothing of who encrypted, and the national schemes do not notice a change."`
	To           []string `sep:"none" required:"" type:"existingfile" help:"Certificates to encrypt for (DER, PEM), each for encryption (key agreement); one or several."`
	Scheme       string   `help:"kalyna-cofactor, kalyna-standard, gost-cofactor (what old software reads) or gost-standard for DSTU 4145 certificates; aes-256-gcm, aes-128-gcm, aes-256-cbc or aes-128-cbc for EC and RSA ones (default: the first of each)."`
	Trust        []string `sep:"none" type:"existingfile" help:"Root certificates (DER, PEM) that the recipients' must lead to. Without any, whose certificates these are is for you to know. With --crl or --ocsp they must not be revoked either."`
	Intermediate []string `sep:"none" type:"existingfile" help:"Certificates of authorities, also bundles (p7b)."`
	CRL          []string `name:"crl" type:"existingfile" help:"Revocation lists of the recipients' authorities (DER, PEM)."`
	OCSP         []string `name:"ocsp" type:"existingfile" help:"OCSP responses about the recipients' certificates (DER, PEM)."`
	Out          string   `help:"File to write (default: FILE with .p7e after it); - is the standard output."`
	Force        bool     `help:"Replace the file to write if it is there."`
}

// Run encrypts. Exit code 0 means done, 1 that a certificate is refused, 2 that it
// failed, 3 usage.
func (c *encryptCommand) Run(ctx context.Context, s *streams) error {
	out := outputNamed(c.Out, c.File, ".p7e")
	if err := checkOutput(out, c.Force); err != nil {
		return &exitError{exitUsage, err}
	}
	scheme := enveloped.Scheme(c.Scheme)
	if c.Scheme != "" {
		var err error
		if scheme, err = enveloped.ParseScheme(c.Scheme); err != nil {
			return &exitError{exitUsage, fmt.Errorf("--scheme: %w", err)}
		}
	}
	content, err := readInput(ctx, c.File, maxContent)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	now := time.Now()
	recipients, err := c.recipients(ctx, s, now)
	if err != nil {
		return err
	}
	container, err := enveloped.Encrypt(content, enveloped.EncryptOptions{
		Recipients: recipients, Time: now, Scheme: scheme, Limits: enveloped.Limits{Size: maxContent},
	})
	if err != nil {
		return refuse(err)
	}
	if err := writeOutput(s.out, out, container, permissionsOf(c.File), c.Force); err != nil {
		return err
	}
	switch {
	case len(c.Trust) == 0:
		fmt.Fprintln(s.err, "dovidka: who holds the certificates was not checked: name the roots with --trust")
	case len(c.CRL)+len(c.OCSP) == 0:
		fmt.Fprintln(s.err, "dovidka: whether the certificates were revoked was not checked: name lists with --crl or answers with --ocsp")
	}
	if out == "-" {
		return nil
	}
	p := &page{w: s.out}
	p.line("%s: encrypted for %d", out, len(recipients))
	return p.err
}

// recipients reads the certificate of each file that is for encryption.
func (c *encryptCommand) recipients(ctx context.Context, s *streams, now time.Time) ([]*pki.Certificate, error) {
	var check verifyCommand
	check.Trust, check.Intermediate, check.CRL, check.OCSP = c.Trust, c.Intermediate, c.CRL, c.OCSP
	evidence, err := check.options(ctx, s.err)
	if err != nil {
		return nil, &exitError{exitUsage, err}
	}
	var out []*pki.Certificate
	for _, path := range c.To {
		list, err := readCertificateFile(ctx, path)
		if err != nil {
			return nil, &exitError{exitUsage, fmt.Errorf("--to: %w", err)}
		}
		one, err := onlyRecipient(list, now)
		if err == nil {
			err = c.believe(one, evidence, now)
		}
		if err != nil {
			return nil, &exitError{exitRefused, fmt.Errorf("%s: %w", filepath.Base(path), err)}
		}
		out = append(out, one)
	}
	return out, nil
}

// believe builds the chain of a certificate and asks for its status, as far as there is
// something to do it with. Without an answer there is no good status.
func (c *encryptCommand) believe(one *pki.Certificate, evidence cms.VerifyOptions, now time.Time) error {
	if len(c.Trust) == 0 {
		return nil
	}
	chain, err := pki.BuildChain(one, pki.ChainOptions{Anchors: evidence.Anchors, Intermediates: evidence.Intermediates, Time: now})
	if err != nil || len(c.CRL)+len(c.OCSP) == 0 || len(chain) < 2 {
		return err
	}
	status := pki.CheckStatus(one, chain[1], pki.StatusSources{
		CRLs: evidence.CRLs, OCSPs: evidence.OCSPs, Certificates: evidence.Intermediates,
	}, pki.StatusOptions{Time: now})
	if status.State != pki.StateGood {
		return fmt.Errorf("the status of the certificate is not good: %s", status.Reason)
	}
	return nil
}

// onlyRecipient returns the one certificate that is for encryption: authorities give
// people files with both of theirs, and bundles hold other people's too.
func onlyRecipient(list []*pki.Certificate, now time.Time) (*pki.Certificate, error) {
	var found *pki.Certificate
	var why error
	for _, c := range list {
		switch err := enveloped.CheckRecipient(c, now); {
		case err != nil:
			why = errors.Join(why, err)
		case found != nil && !found.Equal(c):
			return nil, errors.New("there are several certificates for encryption: give one in each file")
		default:
			found = c
		}
	}
	if found == nil {
		return nil, why
	}
	return found, nil
}

// outputNamed is the file to write: the one named, or the input with an ending.
func outputNamed(out, in, ending string) string {
	switch {
	case out != "":
		return out
	case in == "-":
		return "-"
	}
	return in + ending
}

// refuse gives what was read and is no good the exit code for that, unless the error
// has one.
func refuse(err error) error {
	var exit *exitError
	if err == nil || errors.As(err, &exit) {
		return err
	}
	return &exitError{exitRefused, err}
}
